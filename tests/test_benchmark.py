"""How benchmarks are judged; the measurements themselves are in ``benchmarks``."""

from __future__ import annotations

import itertools
import json
import os

import pytest

import policygame.benchmark as benchmark
from policygame.benchmark import LIMITS, Effort, Measurement, one_core

EFFORT = Effort(repeats=5, reference_steps=1, quarters=1, scaling_quarters=1, memory_worlds=1)


def test_a_machine_that_slows_down_does_not_move_a_ratio():
    slow = itertools.count(1)
    first, second = benchmark._interleaved(EFFORT, lambda: 1.0 * next(slow), lambda: 3.0 * next(slow))
    assert second / first == pytest.approx(3.0, rel=1e-12)


def test_an_outlier_does_not_move_a_ratio():
    second = iter([9.0, 2.0, 2.0, 500.0, 2.0, 2.0])
    around, between = benchmark._interleaved(EFFORT, lambda: 1.0, lambda: next(second))
    assert (around, between) == (1.0, 2.0)


@pytest.mark.parametrize(("measured", "limit", "passed"), [(1.0, 1.0, True), (1.1, 1.0, False), (99.0, None, True)])
def test_a_limit_is_kept_or_missed(measured, limit, passed):
    measurement = Measurement("x", "x", measured, "times", limit, "")
    assert measurement.passed is measurement.as_dict()["passed"] is passed


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="the system does not let a process choose its cores")
def test_one_core_and_back():
    before = os.sched_getaffinity(0)
    with one_core():
        assert len(os.sched_getaffinity(0)) == 1
    assert os.sched_getaffinity(0) == before


def test_a_missed_limit_is_exit_code_1(monkeypatch):
    from typer.testing import CliRunner

    from policygame.cli.app import app

    kept = Measurement("a", "quick thing", 0.1, "times", 0.4, "1 us")
    rows = [
        kept,
        Measurement("b", "slow thing", 99.0, "times", 60.0, "1 s"),
    ]
    monkeypatch.setattr(benchmark, "benchmarks", lambda effort: rows)
    shown = CliRunner().invoke(app, ["bench"])
    assert shown.exit_code == 1
    assert "Limits missed: slow thing." in shown.stdout
    report = CliRunner().invoke(app, ["bench", "--json"])
    assert report.exit_code == 1
    assert [row["passed"] for row in json.loads(report.stdout)] == [True, False]
    monkeypatch.setattr(benchmark, "benchmarks", lambda effort: [kept])
    assert CliRunner().invoke(app, ["bench"]).exit_code == 0


def test_the_limits_are_those_promised():
    assert LIMITS == {"world_quarter": 0.4, "single_world": 60.0, "scaling": 12.0, "memory": 1.0}
