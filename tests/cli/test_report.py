"""``policygame report``: one file that opens from disk, asks for nothing, and says in words and tables what its charts show."""

from __future__ import annotations

import re

from typer.testing import CliRunner

from policygame.cli.app import app
from policygame.experiment import load_experiment
from tests.analysis.planted import HEAD, OUTCOMES, THREE, plant, unit
from tests.experiment.small import run_here

ARMS = "levers:\n  USA: [history, whole-chain]\n"
KEPT = """\
keep: quarterly
series:
  - {metric: hhi_packaging, entities: [site], items: [all]}
  - {metric: lead_time_weeks, entities: [world]}
"""


def _run(*words):
    return CliRunner().invoke(app, ["report", *map(str, words)])


def test_a_report_holds_everything_in_one_file(tmp_path):
    file = tmp_path / "small.yaml"
    file.write_text(HEAD + ARMS + OUTCOMES + KEPT + "seeds: {n: 6}\n", encoding="utf-8")
    folder = tmp_path / "results"
    run_here(load_experiment(file), folder)
    told = _run(folder)
    assert told.exit_code == 0, told.output
    text = (folder / "report.html").read_text("utf-8")
    sections = ("What was run", "Over time", "Concentration and leadership", "Which arm is best", "Are there worlds enough?")
    for title in (*sections, "Back-test", "How to reproduce"):
        assert f"<h2>{title}</h2>" in text
    body = text[: text.index("<script>")]
    assert not re.search(r'(?:src|href)="(?!data:|#)', body), "nothing is asked of anybody"
    figures = re.findall(r'role="img" aria-label="([^"]+)"', body)
    assert len(figures) >= 3
    assert all(len(words) > 20 for words in figures)
    assert {"fans.csv", "ranking.csv"} <= {one.name for one in (folder / "analysis").iterdir()}
    assert 'download="fans.csv"' in body


def test_what_matters_most_is_said(tmp_path):
    def line(plan, runs):
        return {"hhi": unit(plan, runs) @ [1.0, 9.0, 0.0]}

    folder = plant(tmp_path, HEAD + THREE + OUTCOMES + "design: {method: sobol, points: 64}\n", line)
    out = tmp_path / "it.html"
    assert _run(folder, "--out", out).exit_code == 0
    assert "capacity.substrate matters most" in out.read_text("utf-8")


def test_a_report_that_cannot_be_is_told(tmp_path):
    assert _run(tmp_path / "none").exit_code == 2
    told = _run(tmp_path, "--out", tmp_path / "no" / "where.html")
    assert told.exit_code == 2
    assert "a folder that exists" in told.output
