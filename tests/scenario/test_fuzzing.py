"""Whatever is done to a scenario file: it loads or is refused in words, soon."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policygame.scenario import ScenarioError, load_scenario
from policygame.scenario.problems import MOST_PROBLEMS

SECONDS = 5.0
ANY_FILE = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def load_or_be_told(file: Path, content: bytes) -> None:
    """Loads what was written; whatever is wrong is told in printable lines with a place, within seconds."""
    file.write_bytes(content)
    began = time.process_time()
    told = None
    try:
        scenario = load_scenario(file)
        list(scenario.numbers())
    except ScenarioError as error:
        told = error
    assert time.process_time() - began < SECONDS
    if told is not None:
        lines = str(told).splitlines()
        assert lines
        assert all(line.isprintable() for line in lines), lines
        assert len(told.problems) == len(set(told.problems))
        assert all(problem.file == str(file) for problem in told.problems)


def parts(value: Any) -> list[tuple[Any, Any]]:
    """Every (container, key) of nested dicts and lists."""
    keys = list(value) if isinstance(value, dict) else list(range(len(value))) if isinstance(value, list) else []
    return [(value, key) for key in keys] + [part for key in keys for part in parts(value[key])]


scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(
        ["TWN", "TSMC", "SK hynix", "2022Q1", "9999Q4", "0000Q1", "hbm", "fan_out", "cowos_2023mid", 1e308, -1, 0, 10**400]
    ),
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3), max_leaves=6
)
numbers = st.builds(
    lambda value, low, high: {"value": value, "assumption": [low, high]},
    st.floats(-10, 10),
    st.floats(-10, 10),
    st.floats(-10, 10),
)


@ANY_FILE
@given(data=st.data())
def test_any_part_replaced_removed_renamed_or_repeated(small: str, tmp_path: Path, data: st.DataObject) -> None:
    tree = yaml.safe_load(small)
    for _ in range(data.draw(st.integers(1, 4))):
        places = parts(tree)
        container, key = places[data.draw(st.integers(0, len(places) - 1))]
        action = data.draw(st.sampled_from(["replace", "number", "remove", "rename", "repeat", "swap"]))
        if action == "replace":
            container[key] = data.draw(values)
        elif action == "number":
            container[key] = data.draw(numbers)
        elif action == "remove":
            del container[key]
        elif action == "rename" and isinstance(container, dict):
            container[data.draw(st.text(max_size=6) | st.sampled_from(["TWN", "KOR", "TSMC", "value", "extends"]))] = (
                container.pop(key)
            )
        elif action == "repeat" and isinstance(container, list):
            container.append(container[key])
        elif action == "swap":
            other, name = places[data.draw(st.integers(0, len(places) - 1))]
            container[key] = yaml.safe_load(yaml.safe_dump(other[name]))
        if not tree:
            break
    load_or_be_told(
        tmp_path / "fuzz.yaml", yaml.safe_dump(tree, sort_keys=False, allow_unicode=True).encode("utf-8", "surrogatepass")
    )


@ANY_FILE
@given(data=st.data())
def test_any_bytes_changed(small: str, tmp_path: Path, data: st.DataObject) -> None:
    content = bytearray(small.encode())
    for _ in range(data.draw(st.integers(1, 5))):
        begin = data.draw(st.integers(0, len(content)))
        length = data.draw(st.integers(0, 40))
        new = data.draw(st.binary(max_size=12) | st.text("[]{}:,-&*!|>'\"%@`#\t\n ?~<", max_size=12).map(str.encode))
        content[begin : begin + length] = new
    load_or_be_told(tmp_path / "fuzz.yaml", bytes(content))


@ANY_FILE
@given(content=st.binary(max_size=400) | st.text("[]{}:,-&*!|>'\"%@`#\t\n ?~<a1.", max_size=200).map(str.encode))
def test_any_bytes(tmp_path: Path, content: bytes) -> None:
    load_or_be_told(tmp_path / "fuzz.yaml", content)


MB = 1_000_000
HOSTILE = {
    "brackets": b"[" * 3 * MB,
    "braces": b"{" * 3 * MB,
    "dashes": b"- " * MB,
    "question marks": b"? " * MB,
    "colons": b"a: " * MB,
    "one key without an end": b"a" * 3 * MB,
    "one text without an end": b'a: "' + b"x" * 3 * MB,
    "digits": b"format: " + b"9" * 3 * MB,
    "floats": b"format: 1" + b"e9" * MB,
    "comments": b"#\n" * MB,
    "blank lines": b"\n" * 3 * MB,
    "documents": b"---\n" * 700_000,
    "unknown keys": b"".join(b"key_%d: 1\n" % n for n in range(48_000)),
    "the same key": b"format: 1\n" * 48_000,
    "tags": b"format: [" + b"!t x, " * 48_000 + b"]",
    "wrong firms": b"firms:\n" + b"".join(b"  firm_%d: {}\n" % n for n in range(30_000)),
    "wrong links": b"links:\n" + b"- {item: hbm, supplier: a, packagers: [b, c]}\n" * 10_000,
    "wrong figures": b"parameters:\n" + b"".join(b"  p%d: {figure: cowos_%d}\n" % (n, n) for n in range(20_000)),
    "wrong sources": b"designers: {A: {products: [{wafers: [" + b"{firm: abcdefgh}, " * 30_000 + b"]}]}}\nfirms: {abcdefgi: {}}",
    "many firms and links": b"firms:\n"
    + b"".join(b"  f%d: {lines: [{stage: hbm, jurisdiction: TWN}]}\n" % n for n in range(6_000))
    + b"links:\n"
    + b"".join(b"- {item: substrate, supplier: f%d, packagers: [f%d]}\n" % (n, n) for n in range(6_000)),
    "many sources": b"firms: {a: {lines: []}}\ndesigners:\n"
    + b"".join(b"  d%d: {products: [{segment: mobile, packagers: [{firm: a}, {firm: zzz}]}]}\n" % n for n in range(6_000)),
    "many segments": b"segments:\n"
    + b"".join(b"  s%d: {destinations: {TWN: {value: 1}}}\n" % n for n in range(3_000))
    + b"designers: {A: {products: ["
    + b"{segment: mobile}, " * 3_000
    + b"]}}",
    "history": b"jurisdictions: {TWN: {government: {}}}\nhistory: {TWN: [" + b"{line: x y z}, " * 30_000 + b"]}",
    "generations": b"designers: {A: {products: [{generations: ["
    + b"{quarter: 2022Q1, recipes: [{technology: fan_out}]}, " * 12_000
    + b"]}]}}",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_files_made_to_hang(tmp_path: Path, name: str) -> None:
    load_or_be_told(tmp_path / "hostile.yaml", HOSTILE[name])


def test_a_large_scenario_that_is_sound_but_for_its_links(small: str, tmp_path: Path) -> None:
    tree = yaml.safe_load(small)
    product = tree["designers"]["NVIDIA"]
    product["products"][0]["share"] = {"value": 0.005, "assumption": [0, 1]}
    tree["designers"] = {f"Designer {n}": product for n in range(200)}
    tree["firms"] |= {f"Packager {n}": tree["firms"]["ASE"] for n in range(1200)}
    tree["links"] += [{**tree["links"][1], "packagers": [f"Packager {n}", f"Pakager {n}"]} for n in range(1200)]
    dumper = type("NoAliases", (yaml.CSafeDumper,), {"ignore_aliases": lambda self, data: True})
    file = tmp_path / "large.yaml"
    file.write_text(yaml.dump(tree, Dumper=dumper, sort_keys=False))
    began = time.process_time()
    with pytest.raises(ScenarioError) as caught:
        load_scenario(file)
    assert time.process_time() - began < SECONDS
    assert len(caught.value.problems) == MOST_PROBLEMS
    assert {problem.found.rstrip("0123456789'") for problem in caught.value.problems} == {"unknown firm 'Pakager "}
