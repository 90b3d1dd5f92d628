"""``policygame study``: which there are, one run into a folder and resumed, as JSON; and what is said of a name that is none."""

from __future__ import annotations

import json

import pytest

SMALL = """\
format: 1
name: small-study
title: A small study
scenario: first-game
horizon: 2023Q2
arms:
  nobody: {others: laissez-faire}
  grants: {USA: 2023Q1 packaging_grant interposer_2_5d 0.3, others: laissez-faire}
outcomes:
  spent: {metric: outlay_musd, entity: "government:USA", item: packaging_grant, reduce: sum}
  lead: {metric: lead_time_weeks, item: ai_accelerator, at: 2023Q2}
seeds: {n: 8}
study:
  against: nobody
  sources: {own: {cite: A. Someone (2026), says: Grants cost., address: "https://example.org"}}
  findings:
    - {claim: Grants never pay back, source: own, outcome: spent, arm: grants, versus: nobody, expected: lower}
    - {claim: The queue is as long, source: assumption, outcome: lead, arm: grants, versus: nobody, expected: none, within: 0.5}
  limits: Two quarters are short.
"""


@pytest.fixture
def small(tmp_path):
    """A study of sixteen short games."""
    file = tmp_path / "small.yaml"
    file.write_text(SMALL, encoding="utf-8")
    return file


def test_without_a_name_the_shipped_ones_are_listed(call):
    told = call("study")
    assert told.exit_code == 0
    assert all(name in told.stdout for name in ("packaging-binds", "subsidy-race", "what-matters", "export-control"))
    assert [row["name"] for row in json.loads(call("study", "--json").stdout)["studies"]] == [
        "export-control",
        "packaging-binds",
        "subsidy-race",
        "what-matters",
    ]


def test_a_study_is_run_printed_beside_its_source_kept_and_resumed(call, small, tmp_path):
    out = tmp_path / "kept"
    told = call("study", small, "--out", out, "--workers", 1)
    assert told.exit_code == 0, told.output
    for words in (
        "16 games of first-game to 2023Q2, 2 arms, seeds 1 to 8, model ",
        "own: A. Someone (2026). Grants cost. https://example.org",
        "What it cannot tell: Two quarters are short.",
        "What each arm changes against nobody",
    ):
        assert words in told.stdout
    found = json.loads((out / "study.json").read_text("utf-8"))
    assert [one["source"] for one in found["findings"]] == ["own", "assumption"]
    assert found["findings"][1]["verdict"] == "as the source says"
    before = {file: file.stat().st_mtime_ns for file in out.glob("outcomes/*")}
    assert json.loads(call("study", small, "--out", out, "--json").stdout) == found
    assert {file: file.stat().st_mtime_ns for file in out.glob("outcomes/*")} == before, "what is there is not run again"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["packaging-bind"], "Did you mean 'packaging-binds'?"),
        (["ten-thousand"], "an experiment without a section 'study'"),
        (["what-matters", "--quick", "--store"], "leave out --quick"),
        (["what-matters", "--workers", "none"], "--workers"),
    ],
)
def test_what_cannot_be_asked_is_told(call, words, said):
    told = call("study", *words)
    assert told.exit_code == 2
    assert said in told.stderr


def test_only_shipped_studies_are_stored(call, small):
    told = call("study", small, "--store", "--workers", 1)
    assert told.exit_code == 2
    assert "--store keeps results of shipped studies" in told.stderr
