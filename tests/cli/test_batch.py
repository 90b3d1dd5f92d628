"""``policygame batch``: what it tells, what it refuses, and that it stops and resumes."""

from __future__ import annotations

import json

import pytest

from policygame.cli import batch as command
from policygame.experiment import load_results, sizing
from policygame.experiment.sizing import Size
from tests.experiment.small import SMALL


@pytest.fixture
def file(tmp_path):
    """The small experiment as a file."""
    (tmp_path / "small.yaml").write_text(SMALL)
    return tmp_path / "small.yaml"


def test_a_dry_run_tells_the_size_and_writes_nothing(call, file, tmp_path):
    outcome = call("batch", file, "--out", tmp_path / "out", "--dry-run", "--workers", 2)
    assert outcome.exit_code == 0, outcome.output
    first, second = outcome.stdout.splitlines()
    assert first == "A small experiment: first-game, 2022Q1 to 2023Q2, 6 points of 4 quantities x 2 arms x 2 seeds."
    assert second.startswith("This is 24 games, about ")
    assert " on 2 cores, " in second
    assert not (tmp_path / "out").exists()


def test_an_experiment_runs_and_says_where_it_is(call, file, tmp_path):
    outcome = call("batch", file, "--out", tmp_path / "out", "--workers", 1, "--shard", "1/2", "--json")
    assert outcome.exit_code == 0, outcome.output
    told = json.loads(outcome.stdout)
    assert (told["runs"], told["planned"], told["done"], told["failed"]) == (24, 12, 12, 0)
    assert told["arms"] == ["USA=history", "USA=whole-chain"]
    assert load_results(tmp_path / "out").done == 12
    assert (tmp_path / "out" / "experiment.yaml").read_text() == SMALL
    again = call("batch", file, "--out", tmp_path / "out", "--shard", "1/2")
    assert "12 of 12 runs are done, 12 of them before." in again.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--shard", "0/4", "--out", "out"), ["--shard '0/4'", "like 3/40"]),
        (("--shard", "5/4", "--out", "out"), ["--shard '5/4'"]),
        (("--shard", "half", "--out", "out"), ["--shard 'half'"]),
        (("--workers", "0", "--out", "out"), ["--workers '0'", "a whole number from 1"]),
        (("--worlds-per-task", "many", "--out", "out"), ["--worlds-per-task 'many'"]),
        (("--workers", "2", "--scheduler", "tcp://here:1", "--out", "out"), ["give one of them"]),
        ((), ["--out names the folder", "--dry-run"]),
        (("--out", " "), ["--out names no directory"]),
    ],
)
def test_what_is_not_understood_is_refused(call, file, tmp_path, monkeypatch, arguments, words):
    monkeypatch.chdir(tmp_path)
    outcome = call("batch", file, *arguments)
    assert (outcome.exit_code, outcome.stdout) == (2, "")
    for word in words:
        assert word in outcome.stderr
    assert not (tmp_path / "out").exists()


def test_a_bad_file_is_told_before_anything_is_written(call, file, tmp_path):
    file.write_text(SMALL.replace("first-game", "first-gmae").replace("reduce: mean", "reduce: median"))
    outcome = call("batch", file, "--out", tmp_path / "out")
    assert (outcome.exit_code, outcome.stdout) == (2, "")
    assert "Did you mean 'first-game'?" in outcome.stderr
    assert "one of last, mean, sum, min, max" in outcome.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("seconds", "size", "words"),
    [
        (4000.0, 10**6, ["about 67 minutes", "Begin it with --yes"]),
        (10.0, 20 * 10**9, ["20.0 GB", "Begin it with --yes"]),
        (10.0, 10**18, ["GB left", "Make room"]),
    ],
)
def test_what_is_large_needs_a_word_of_consent(call, file, tmp_path, monkeypatch, seconds, size, words):
    monkeypatch.setattr(sizing, "sized", lambda plan, workers, runs: Size(runs, workers, seconds, size))
    if size < 10**18:
        monkeypatch.setattr(command.shutil, "disk_usage", lambda place: type("Usage", (), {"free": 10**12}))
    outcome = call("batch", file, "--out", tmp_path / "out")
    assert outcome.exit_code == 2
    for word in words:
        assert word in outcome.stderr
    assert not (tmp_path / "out").exists()


def test_a_folder_of_another_experiment_is_refused(call, file, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("mine")
    outcome = call("batch", file, "--out", tmp_path / "out")
    assert outcome.exit_code == 2
    assert "holds other files and no experiment" in outcome.stderr
