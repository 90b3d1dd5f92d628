"""Scenarios that state only what differs from another."""

from __future__ import annotations

from pathlib import Path

import pytest

from policygame.model.structure import Structure
from policygame.scenario import Scenario, ScenarioError, load_scenario, shipped_scenarios
from policygame.scenario.extending import MOST_EXTENSIONS


@pytest.fixture
def folder(small: str, tmp_path: Path) -> Path:
    """A folder with the small scenario as ``base.yaml``."""
    (tmp_path / "base.yaml").write_text(small)
    return tmp_path


def load(folder: Path, text: str, name: str = "own.yaml") -> Scenario:
    (folder / name).write_text(text)
    return load_scenario(folder / name)


def refused(folder: Path, text: str, name: str = "own.yaml") -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        load(folder, text, name)
    return str(caught.value).splitlines()


def test_what_is_not_stated_comes_from_the_other_scenario(folder: Path) -> None:
    base = load_scenario(folder / "base.yaml")
    own = load(folder, "extends: base.yaml\nname: own\nfirms:\n  ASE:\n    cash_musd: {value: 9, assumption: [1, 10]}\n")
    assert own.name == "own"
    assert own.firms["ASE"].cash_musd.value == 9
    assert own.firms["ASE"].lines == base.firms["ASE"].lines
    assert own.designers == base.designers
    assert list(own.firms) == list(base.firms)
    assert own.hash != base.hash


def test_stating_nothing_gives_the_same_content(folder: Path) -> None:
    assert load(folder, "extends: base.yaml\n").hash == load_scenario(folder / "base.yaml").hash


def test_null_removes(folder: Path) -> None:
    own = load(folder, "extends: base.yaml\njurisdictions: {TWN: {government: null}}\nhistory: null\n")
    assert own.jurisdictions["TWN"].government is None
    assert own.history == {}


def test_null_for_what_is_not_there_is_told(folder: Path) -> None:
    lines = refused(folder, "extends: base.yaml\nfirms:\n  TSCM: null\n")
    assert lines[0].startswith(f"{folder}/own.yaml:3:9: firms.TSCM: found nothing (null); allowed a mapping with kind")


def test_a_number_with_its_source_replaces_whole(folder: Path) -> None:
    own = load(
        folder, "extends: base.yaml\nsegments: {ai_accelerator: {demand_kunits_per_quarter: {value: 1, assumption: [0, 2]}}}\n"
    )
    number = own.segments["ai_accelerator"].demand_kunits_per_quarter
    assert (number.derived, number.range, number.assumption, number.draw) == (None, None, (0.0, 2.0), False)


def test_a_list_replaces_whole(folder: Path) -> None:
    line = "{stage: fan_out, jurisdiction: USA, capacity: {value: 1, assumption: [0, 2]}}"
    own = load(folder, f"extends: base.yaml\nfirms: {{ASE: {{lines: [{line}]}}}}\n")
    assert [(line.stage, line.jurisdiction) for line in own.firms["ASE"].lines] == [("fan_out", "USA")]


def test_an_earlier_start_finds_inherited_products_as_their_first_generation_says(folder: Path) -> None:
    growth = "growth_per_quarter: [{quarter: 2021Q1, value: {value: 0, assumption: [0, 1]}}]"
    segments = ", ".join(f"{name}: {{{growth}}}" for name in load_scenario(folder / "base.yaml").segments)
    own = load(folder, f"extends: base.yaml\nname: own\nstart: 2021Q1\nsegments: {{{segments}}}\n")
    assert own.designers == load_scenario(folder / "base.yaml").designers
    structure = Structure(own)
    assert (structure.substrate_cm2[:4] == structure.substrate_cm2[4]).all()


def test_a_product_of_its_own_has_to_be_described_from_the_start(folder: Path) -> None:
    text = (
        (folder / "base.yaml")
        .read_text()
        .replace("- quarter: 2022Q1\n            compute", "- quarter: 2023Q1\n            compute")
    )
    products = text[text.index("designers:") : text.index("links:")]
    (line,) = refused(folder, f"extends: base.yaml\nname: own\n{products}")
    assert line.endswith("found 2023Q1; allowed at the latest 2022Q1 (when the product can first be ordered)")


def test_problems_point_to_the_file_that_has_them(folder: Path) -> None:
    base = (folder / "base.yaml").read_text().replace("    kind: osat", "    kind: packager")
    (folder / "base.yaml").write_text(base)
    line = base[: base.index("kind: packager")].count("\n") + 1
    lines = refused(folder, "extends: base.yaml\nfirms:\n  TSMC:\n    kind: fab\n")
    assert sorted(lines) == [
        f"{folder}/base.yaml:{line}:11: firms.ASE.kind: found the text 'packager'; allowed one of foundry, osat, supplier",
        f"{folder}/own.yaml:4:11: firms.TSMC.kind: found the text 'fab'; allowed one of foundry, osat, supplier",
    ]


def test_mistakes_in_the_writing_of_both_files_are_told(folder: Path) -> None:
    (folder / "base.yaml").write_text("format: 1\nname: [small\n")
    lines = refused(folder, "extends: base.yaml\nname: own\nname: again\n")
    assert lines[0] == f"{folder}/own.yaml:3:1: name: found the key 'name' again (first in line 2); allowed each key once"
    assert lines[1].startswith(f"{folder}/base.yaml:3:1: found a mistake in the writing")


def test_shipped_scenarios_can_be_extended_by_name(tmp_path: Path) -> None:
    for name in shipped_scenarios():
        own = load(tmp_path, f"extends: {name}\nname: mine\ntitle: Mine\n", f"{name}.yaml")
        assert (own.name, own.firms) == ("mine", load_scenario(name).firms)


def test_a_path_is_relative_to_the_file_that_names_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inner = folder / "inner"
    inner.mkdir()
    monkeypatch.chdir(inner)
    assert load(inner, "extends: ../base.yaml\nname: own\n").name == "own"


def test_an_unknown_name(folder: Path) -> None:
    (line,) = refused(folder, "name: own\nextends: ai-surge-2032\n")
    assert line.startswith(
        f"{folder}/own.yaml:2:10: extends: found unknown scenario 'ai-surge-2032'; allowed a shipped scenario (ai-"
    )
    assert line.endswith("or the relative path of a .yaml file. Did you mean 'ai-surge-2023'?")


@pytest.mark.parametrize("name", ["/etc/passwd", "../secret.txt", "/base.yaml", "''", '"a\\0.yaml"'])
def test_only_relative_paths_of_yaml_files_are_followed(folder: Path, name: str) -> None:
    (line,) = refused(folder, f"extends: {name}\n")
    assert line.startswith(f"{folder}/own.yaml:1:10: extends: found unknown scenario ")


def test_a_path_that_does_not_exist(folder: Path) -> None:
    (line,) = refused(folder, "extends: bse.yaml\n")
    assert line.startswith(f"{folder}/own.yaml:1:10: extends: found 'bse.yaml', a file that does not exist; allowed")


@pytest.mark.parametrize(
    ("written", "found"), [("[base.yaml]", "a list of 1"), ("3", "3"), ("null", "nothing (null)"), ("true", "true")]
)
def test_something_that_is_no_name(folder: Path, written: str, found: str) -> None:
    (line,) = refused(folder, f"extends: {written}\n")
    assert f"extends: found {found}; allowed a shipped scenario" in line


def test_a_scenario_that_extends_itself(folder: Path) -> None:
    (line,) = refused(folder, "name: own\nextends: own.yaml\n")
    assert line == (
        f"{folder}/own.yaml:2:10: extends: found a circle: own.yaml -> own.yaml; allowed a scenario that does not lead back here"
    )


def test_a_circle_through_others(folder: Path) -> None:
    (folder / "b.yaml").write_text("extends: ./c.yaml\n")
    (folder / "c.yaml").write_text("title: x\nextends: b.yaml\n")
    (line,) = refused(folder, "extends: b.yaml\n", "a.yaml")
    assert line == (
        f"{folder}/c.yaml:2:10: extends: found a circle: b.yaml -> c.yaml -> b.yaml; "
        "allowed a scenario that does not lead back here"
    )


def test_a_circle_through_a_symbolic_link(folder: Path) -> None:
    (folder / "link.yaml").symlink_to(folder / "own.yaml")
    (line,) = refused(folder, "extends: link.yaml\n")
    assert "found a circle: own.yaml -> own.yaml" in line


def test_a_chain_may_not_be_endless(folder: Path) -> None:
    for number in range(20):
        (folder / f"s{number}.yaml").write_text(f"extends: s{number + 1}.yaml\n")
    (line,) = refused(folder, "extends: s0.yaml\n")
    assert f"found a chain of more than {MOST_EXTENSIONS} scenarios; allowed at most {MOST_EXTENSIONS}" in line


def test_a_directory_or_an_empty_file_in_the_chain(folder: Path) -> None:
    (folder / "dir.yaml").mkdir()
    assert refused(folder, "extends: dir.yaml\n") == [f"{folder}/dir.yaml: found a directory; allowed a scenario file"]
    (folder / "empty.yaml").write_text("")
    (line,) = refused(folder, "extends: empty.yaml\n")
    assert line.startswith(f"{folder}/empty.yaml:1:1: found an empty file; allowed a mapping")
