"""``validate``, ``scenarios``, ``words`` and ``cost``."""

from __future__ import annotations

import json
import os
import re

import pytest

from policygame.catalogue import INTEGRATIONS, LEVERS, METRICS
from policygame.cli.words import CATALOGUES, words
from policygame.model.cost import package_cost
from policygame.resources import configs_dir
from policygame.scenario import load_scenario, shipped_scenarios

SHIPPED = tuple(shipped_scenarios())


def test_shipped_scenarios_are_valid(call):
    outcome = call("validate", *(configs_dir() / "scenarios" / f"{name}.yaml" for name in SHIPPED))
    assert outcome.exit_code == 0, outcome.output
    assert outcome.stdout.count("OK ") == len(SHIPPED)


def test_all_problems_of_all_files_are_shown(call, tmp_path):
    good = configs_dir() / "scenarios" / "first-game.yaml"
    bad, missing = tmp_path / "bad.yaml", tmp_path / "missing.yaml"
    bad.write_text("format: 1\nextends: first-game\nname: bad\ncolour: red\ntitle: [1]\n")
    outcome = call("validate", good, bad, missing)
    assert outcome.exit_code == 2
    assert f"OK {good}" in outcome.stdout
    assert f"{bad}:4" in outcome.stdout
    assert f"{bad}:5" in outcome.stdout
    assert str(missing) in outcome.stdout
    report = json.loads(call("validate", good, bad, missing, "--json").stdout)
    assert [entry["ok"] for entry in report] == [True, False, False]


def test_scenarios_are_listed(call, monkeypatch):
    monkeypatch.setenv("COLUMNS", "160")
    shown = call("scenarios")
    report = json.loads(call("scenarios", "--json").stdout)
    assert shown.exit_code == 0
    assert [entry["name"] for entry in report] == list(SHIPPED)
    for name, entry in zip(SHIPPED, report, strict=True):
        assert name in shown.stdout
        assert entry["hash"] == load_scenario(name).hash
        assert "USA" in entry["governments"]


@pytest.mark.parametrize("catalogue", CATALOGUES)
def test_words_are_listed(call, monkeypatch, catalogue):
    monkeypatch.setenv("COLUMNS", "250")
    shown = call("words", catalogue).stdout
    report = json.loads(call("words", catalogue, "--json").stdout)
    assert [entry["id"] for entry in report] == list(CATALOGUES[catalogue])
    for word in CATALOGUES[catalogue]:
        assert word in shown


def test_words_carry_units_and_sentences(call):
    levers = {entry["id"]: entry for entry in json.loads(call("words", "levers", "--json").stdout)}
    metrics = {entry["id"]: entry for entry in json.loads(call("words", "metrics", "--json").stdout)}
    assert levers["packaging_grant"]["sentence"] == LEVERS["packaging_grant"].sentence
    assert metrics["fill_rate"]["definition"] == METRICS["fill_rate"].definition


@pytest.mark.parametrize("catalogue", CATALOGUES)
def test_words_are_whole_in_a_narrow_pipe(start, monkeypatch, catalogue):
    monkeypatch.setenv("COLUMNS", "80")
    lines = start("words", catalogue).communicate(timeout=60)[0].splitlines()
    assert [word for word in CATALOGUES[catalogue] if not any(line.split()[:1] == [word] for line in lines)] == []
    if catalogue == "levers":
        assert sum("interposer_2_5d" in line for line in lines) > 0
    if catalogue == "metrics":
        assert [metric.id for metric in METRICS.values() if not any(metric.definition in line for line in lines)] == []


def test_sentences_fold_on_a_terminal_and_words_do_not(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("FORCE_COLOR", "1")
    words("levers")
    lines = re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out).splitlines()
    assert max(map(len, lines)) <= 80
    for lever in LEVERS.values():
        for word in (lever.id, *lever.items):
            assert any(word in line.split() for line in lines), word
    told = " ".join(" ".join(line[45:].split()) for line in lines)
    assert all(lever.sentence in told for lever in LEVERS.values())


def test_an_unknown_catalogue(call):
    outcome = call("words", "lever")
    assert (outcome.exit_code, outcome.stdout) == (2, "")
    assert "Did you mean 'levers'?" in outcome.stderr


def test_the_cost_of_a_package(call):
    words = ("cost", "--node", 5, "--chiplets", 2, "--area", 800, "--integration", "interposer_2_5d")
    shown, report = call(*words).stdout, json.loads(call(*words, "--json").stdout)
    expected = package_cost(node_nm=5, n_chiplets=2, module_area_mm2=800, integration="interposer_2_5d")
    assert report["total"] == expected.total
    assert report["normalised"] == expected.normalised
    assert f"{expected.total:,.2f}" in shown


@pytest.mark.parametrize(
    ("words", "chips"),
    [
        (("--chiplets", 1), "1 chip,"),
        (("--chiplets", 2), "2 chips,"),
        (("--chiplets", 2, "--integration", "soc"), "1 chip,"),
        (("--chiplets", 2, "--compare"), "2 chips,"),
    ],
)
def test_the_title_of_a_cost_counts_chips(call, words, chips):
    title = call("cost", *words).stdout.splitlines()[0]
    assert title == f"Cost of a good package: 5 nm, {chips} 800 mm2 of silicon"


def test_normalised_cost_is_not_under_dollars(call):
    shown = call("cost").stdout
    dollars, others = shown.split("Total per mm2 of module")
    assert "USD" in dollars
    assert "normalised" not in dollars
    assert "normalised" in others


def test_the_cost_of_all_integrations(call):
    report = json.loads(call("cost", "--compare", "--json").stdout)
    assert [row["integration"] for row in report] == list(INTEGRATIONS)
    shown = call("cost", "--compare").stdout
    assert all(f"{row['total']:,.2f}" in shown for row in report)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--node", "4"), ["4", "3, 5, 7"]),
        (("--node", "five"), ["--node 'five' is not a number"]),
        (("--chiplets", "0"), ["0", "at least 1"]),
        (("--area", "-5"), ["-5"]),
        (("--area", "nan"), ["nan"]),
        (("--area", "1e9"), ["1e+09", "at most 1e+06"]),
        (("--area", "1e6"), ["does not fit"]),
        (("--integration", "2.5d"), ["unknown integration", "Did you mean 'interposer_2_5d'?"]),
        (("--integration", "CoWoS"), ["unknown integration", "Did you mean 'interposer_2_5d'?"]),
        (("--integration", "interposer"), ["unknown integration", "Did you mean 'interposer_2_5d'?"]),
    ],
)
def test_bad_costs(call, words, said):
    outcome = call("cost", *words)
    assert (outcome.exit_code, outcome.stdout) == (2, "")
    assert "Traceback" not in outcome.stderr
    for word in said:
        assert word in outcome.stderr


@pytest.mark.parametrize(("options", "told"), [((), "a minute or more"), (("--quick",), "half a minute"), (("--json",), None)])
def test_bench_says_what_it_measures(call, monkeypatch, options, told):
    monkeypatch.setattr("policygame.benchmark.benchmarks", lambda effort: [])
    monkeypatch.setattr("os.environ", os.environ.copy())
    outcome = call("bench", *options)
    assert outcome.exit_code == 0
    assert outcome.stderr == "" if told is None else told in outcome.stderr and "a forecast, memory" in outcome.stderr
