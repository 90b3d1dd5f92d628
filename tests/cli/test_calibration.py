"""``backtest`` and ``calibrate``: the model held against history, in the open."""

from __future__ import annotations

import json

import pytest

from policygame.calibration.answers import TARGETS
from policygame.calibration.targets import history_targets
from policygame.resources import configs_dir

HEADER = "quarter,designer,units_p05_sum,units_median,units_p95_sum\n"


def test_every_target_is_shown_with_what_was_missed(call, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    outcome = call("backtest", "--worlds", 20, "--no-others")
    assert outcome.exit_code == 0, outcome.output
    told = json.loads(call("backtest", "--worlds", 20, "--no-others", "--json").stdout)
    assert told["others"] == []
    assert "Targets 2 to 7" not in outcome.stdout
    assert [row["id"] for row in told["targets"]] == [target.id for target in history_targets()]
    for row in told["targets"]:
        assert row["name"] in outcome.stdout
        assert row["p05"] <= row["p50"] <= row["p95"]
        assert row["median_inside"] == (row["low"] <= row["p50"] <= row["high"])
        assert row["holds"] == (row["median_inside"] and row["inside"] >= 0.7)
        assert (f"Missed: {row['name']}" in outcome.stdout) == (not row["holds"])
    held = sum(row["holds"] for row in told["targets"])
    assert f"{held} of {len(told['targets'])} targets hold" in outcome.stdout
    assert sum(told["hits"].values()) == 20
    best = max(int(hit) for hit in told["hits"])
    assert f"the best {best}." in outcome.stdout


@pytest.mark.slow
def test_targets_that_nothing_was_fitted_to_are_asked_too(call, monkeypatch):
    monkeypatch.setenv("COLUMNS", "240")
    outcome = call("backtest", "--worlds", 3)
    assert outcome.exit_code == 0, outcome.output
    told = json.loads(call("backtest", "--worlds", 3, "--json").stdout)
    assert {one["target"] for one in told["others"]} == set(TARGETS)
    for one in told["others"]:
        assert one["name"] in outcome.stdout
        assert (f"Missed: {one['name']}: the median" in outcome.stdout) == (not one["holds"])
    for number, name in TARGETS.items():
        own = [one["holds"] for one in told["others"] if one["target"] == number]
        assert f"Target {number}, {name.lower()}: {sum(own)} of {len(own)} hold." in outcome.stdout


def test_other_targets_are_asked_of_the_scenario_that_was_fitted_alone(call):
    told = json.loads(call("backtest", "high-demand", "--worlds", 2, "--json").stdout)
    assert told["others"] == []


@pytest.mark.slow
def test_what_the_shipped_draws_say_is_said_anew_without_a_chain(call, tmp_path):
    outcome = call("calibrate", "--no-fit", "--out", tmp_path)
    assert outcome.exit_code == 0, outcome.output
    assert "What binds accelerators from 2023Q3 to 2024Q1: interposer_2_5d in" in outcome.stdout
    shipped = json.loads((configs_dir() / "posteriors" / "ai-surge-2023.json").read_text("utf-8"))
    told = json.loads((tmp_path / "ai-surge-2023.json").read_text("utf-8"))
    assert list(told) == list(shipped)
    assert told["together"] == shipped["together"]
    for now, then in zip(told["targets"], shipped["targets"], strict=True):
        assert now["id"] == then["id"]
        assert now["conditioned"] == pytest.approx(then["conditioned"], rel=1e-5)  # draws ship with seven digits
        assert now["prior"] == pytest.approx(then["prior"], rel=1e-9)
    assert told["held_out"] == shipped["held_out"]


def test_draws_that_do_not_ship_cannot_speak(call):
    outcome = call("calibrate", "first-game", "--no-fit")
    assert outcome.exit_code == 2
    assert "no draws of first-game ship with the program; fit it without --no-fit" in outcome.stderr


def test_a_table_of_later_quarters_is_scored(call, tmp_path):
    file = tmp_path / "later.csv"
    file.write_text(HEADER + "2025Q1,NVIDIA,1,2,3\n2025Q2,NVIDIA,1000,2000000,900000000\n", encoding="utf-8")
    told = json.loads(call("backtest", "--worlds", 8, "--data", file, "--json").stdout)
    assert [(row["quarter"], row["inside"]) for row in told["targets"]] == [("2025Q1", 0.0), ("2025Q2", 1.0)]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--worlds", "0"], "--worlds '0' is not allowed"),
        (["--data", "nowhere.csv"], "cannot be read"),
        (["no-such-scenario"], "no scenario of that name"),
    ],
)
def test_what_cannot_be_held_against_history_is_told(call, tmp_path, monkeypatch, words, said):
    monkeypatch.chdir(tmp_path)
    outcome = call("backtest", *words)
    assert outcome.exit_code == 2
    assert said in outcome.stderr
    assert "Traceback" not in outcome.output


def test_data_beyond_the_scenario_are_told(call, tmp_path):
    file = tmp_path / "far.csv"
    file.write_text(HEADER + "2040Q1,NVIDIA,1,2,3\n", encoding="utf-8")
    outcome = call("backtest", "--data", file)
    assert outcome.exit_code == 2
    assert "NVIDIA accelerators, 2040Q1 needs 2040Q1; ai-surge-2023 runs from 2022Q1 to 2032Q4" in outcome.stderr


@pytest.mark.slow
def test_a_quick_calibration_writes_draws_and_says_what_it_learnt(call, tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    outcome = call("calibrate", "--quick", "--no-held-out", "--workers", 2, "--out", tmp_path / "draws")
    assert outcome.exit_code == 0, outcome.output
    assert "what 2022-2024 says" in outcome.stdout
    assert "Largest R-hat" in outcome.stdout
    rows = (tmp_path / "draws" / "ai-surge-2023.csv").read_text("utf-8").splitlines()
    assert len(rows) == 33
    assert rows[0].endswith("shocks until 2024Q4")
    told = json.loads((tmp_path / "draws" / "ai-surge-2023.json").read_text("utf-8"))
    assert {one["path"] for one in told["numbers"]} == set(rows[0].split(",")[:-1])
    assert all(one["r_hat"] > 0 for one in told["numbers"])
    assert sum(told["together"]["hits"].values()) == 32
    assert sum(told["binding"]["shares"].values()) == pytest.approx(1.0)
    assert all(row["prior"][0] <= row["prior"][1] <= row["prior"][2] for row in told["targets"])
