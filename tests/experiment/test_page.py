"""The page about experiments is true: its file loads and runs, and its ways of reading a folder agree."""

from __future__ import annotations

import re

import pytest

from policygame.experiment import load_experiment, load_results
from policygame.experiment.schema import METHODS, SPREADS, Experiment
from policygame.resources import assets_dir
from tests.experiment.small import run_here

TEXT = (assets_dir() / "docs" / "experiments.md").read_text(encoding="utf-8")
READING = re.findall(r"^```reading (\w+)\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    """The folder of the page's experiment."""
    (text,) = re.findall(r"^```experiment\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
    folder = tmp_path_factory.mktemp("page")
    (folder / "page.yaml").write_text(text)
    summary = run_here(load_experiment(folder / "page.yaml"), folder / "out")
    assert (summary.done, summary.failed) == (24, 0)
    return folder / "out"


def test_there_are_the_ways_that_are_promised():
    assert [name for name, _ in READING] == ["pandas", "polars", "duckdb", "csv"]


@pytest.mark.parametrize(("name", "code"), READING, ids=[name for name, _ in READING])
def test_every_way_of_reading_gives_the_same_answer(out, name, code):
    told = {"out": out}
    exec(compile(code, f"experiments.md, {name}", "exec"), told)  # the page is the project's own
    table = load_results(out).table
    assert told["answer"] == {arm: table[table["arm"] == arm]["lead"].median() for arm in ("USA=history", "USA=whole-chain")}
    assert len(told["series"]) == 24 * 8 * load_results(out).series()["item"].nunique()


def test_every_field_method_and_spread_is_told():
    for word in (*Experiment.model_fields, *METHODS, *SPREADS):
        assert re.search(rf"`{word}[`:]", TEXT), word
