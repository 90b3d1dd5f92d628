"""``policygame analyze``: tables on screen, as CSV and as JSON; and what is said of a folder that does not suit."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from typer.testing import CliRunner

from policygame.cli.app import app
from tests.analysis.planted import HEAD, OUTCOMES, THREE, plant, unit

LATIN = HEAD + THREE + OUTCOMES + "design: {method: latin_hypercube, points: 64}\n"


def _line(plan, runs):
    return {"hhi": unit(plan, runs) @ [3.0, 1.0, 0.0]}


def _run(*words):
    return CliRunner().invoke(app, ["analyze", *map(str, words)])


def test_tables_are_shown_and_written_beside_the_results(tmp_path):
    folder = plant(tmp_path, LATIN, _line)
    told = _run(folder)
    assert told.exit_code == 0, told.output
    assert "Are there worlds enough?" in told.output
    assert "capacity.hbm" in told.output
    names = sorted(file.name for file in (folder / "analysis").iterdir())
    assert names == ["boxes.csv", "boxes_peeling.csv", "convergence.csv", "convergence_running.csv"]
    as_json = json.loads(_run(folder, "--json").output)
    rows = as_json["tables"]["convergence"]["rows"]
    assert rows[0]["n"] == 64
    assert pd.read_csv(folder / "analysis" / "convergence.csv")["mean"][0] == rows[0]["mean"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--method", "sobol"], "method: sobol, points"),
        (["--method", "morris"], "method: morris, trajectories"),
        (["--method", "ranking"], "a ranking compares arms, and this experiment has one"),
        (["--method", "sobl"], "Did you mean 'sobol'?"),
        (["--cases", "hhi"], "write an outcome, > or <, and a number"),
        (["--cases", "hhj > 3"], "Did you mean 'hhi'?"),
        (["--want", "hhi=up"], "write OUTCOME=higher or OUTCOME=lower"),
        (["--precision", "2"], "a share above 0"),
    ],
)
def test_what_cannot_be_asked_is_told(tmp_path, words, said):
    folder = plant(tmp_path, LATIN, _line)
    told = _run(folder, *words)
    assert told.exit_code == 2
    assert said in told.output
    assert not (folder / "analysis").exists()


def test_a_folder_that_is_no_finished_result_set_is_told(tmp_path):
    assert "does not exist" in _run(tmp_path / "nowhere").output
    assert "holds no results of an experiment" in _run(tmp_path).output
    folder = plant(tmp_path, LATIN, _line, keep=0.5)
    told = _run(folder)
    assert told.exit_code == 2
    assert "32 of 64 runs of planted are missing" in told.output
    assert f"policygame batch EXPERIMENT.yaml --out {folder}" in told.output
