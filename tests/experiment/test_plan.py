"""A plan: every run has its point, arm and seed, and its table says which."""

from __future__ import annotations

import numpy as np
import pytest

from policygame.experiment import load_experiment, shipped_experiments
from tests.experiment.small import AMOUNTS, UNCERTAINTIES


def test_every_run_has_its_point_arm_and_replicate_once(small):
    table = small.table(0, small.n_runs).to_pandas()
    assert (small.n_points, small.n_arms, small.n_runs) == (6, 2, 24)
    assert len(table[["point", "arm", "replicate"]].drop_duplicates()) == 24
    assert list(table["run"]) == list(range(24))
    assert set(table["lever.USA"]) == {"history", "whole-chain"}
    assert table["parameters.location_weight"].between(4, 12).all()
    assert table.groupby("point")["korea"].nunique().eq(1).all()


@pytest.mark.parametrize(
    ("seeds", "of_arms", "of_points", "used"),
    [
        ("{n: 2, first: 5}", True, True, 2),
        ("{n: 2, first: 5, points: nested}", True, False, 12),
        ("{n: 2, first: 5, arms: nested}", False, True, 4),
        ("{n: 2, first: 5, arms: nested, points: nested}", False, False, 24),
    ],
)
def test_seeds_are_common_or_nested(write, seeds, of_arms, of_points, used):
    table = (plan := load_experiment(write(("{n: 2, points: nested}", seeds)))).table(0, plan.n_runs).to_pandas()
    assert sorted(set(table["seed"])) == list(range(5, 5 + used))
    arms = [tuple(rows["seed"]) for _, rows in table.groupby(["arm", "point"], observed=True)]
    by_arm = {arm: set(rows["seed"]) for arm, rows in table.groupby("arm", observed=True)}
    by_point = [set(rows["seed"]) for _, rows in table.groupby("point")]
    assert len(set(by_arm["USA=history"]) & set(by_arm["USA=whole-chain"])) == (len(by_arm["USA=history"]) if of_arms else 0)
    assert (by_point[0] == by_point[1]) == of_points
    assert all(len(set(own)) == 2 for own in arms)


def test_named_arms_are_crossed_with_levers(write):
    arms = "arms:\n  a: {}\n  b: {others: fab-first}\n"
    plan = load_experiment(write((AMOUNTS, arms)))
    assert [arm.name for arm in plan.arms] == ["a; USA=history", "a; USA=whole-chain", "b; USA=history", "b; USA=whole-chain"]
    assert plan.arms[2].choices["CHN"].text == "fab-first"
    assert plan.arms[2].choices["USA"].text == "history"
    assert "CHN" not in plan.arms[0].choices


def test_a_table_of_rows_may_name_arms(write):
    rows = """design:
  method: table
  rows:
    - {parameters.phantom_eta: 0.6, korea: 0.1, arm: USA=whole-chain}
    - {parameters.phantom_eta: 0.7, korea: 0.2, arm: USA=history}
"""
    plan = load_experiment(write(("design: {method: latin_hypercube, points: 6}\n", rows), (UNCERTAINTIES, "")))
    table = plan.table(0, plan.n_runs).to_pandas()
    assert plan.n_runs == 4
    assert list(table["arm"]) == ["USA=whole-chain"] * 2 + ["USA=history"] * 2
    assert list(table["korea"]) == [0.1, 0.1, 0.2, 0.2]


def test_a_table_may_be_a_csv_file(write, tmp_path):
    (tmp_path / "points.csv").write_text("parameters.phantom_eta,korea\n0.6,0.1\n0.7,0.2\n0.8,0.3\n")
    plan = load_experiment(
        write(("{method: latin_hypercube, points: 6}", "{method: table, file: points.csv}"), (UNCERTAINTIES, ""))
    )
    assert (plan.n_points, plan.n_arms) == (3, 2)
    assert plan.values.tolist() == [[0.6, 0.1], [0.7, 0.2], [0.8, 0.3]]


def test_a_star_means_every_number_with_a_range_that_is_not_named_itself(write):
    plan = load_experiment(write(("  parameters.phantom_eta:\n", '  "parameters.*":\n')))
    names = [dimension.name for dimension in plan.dimensions]
    assert len(names) == len(set(names)) > 50
    weight = plan.dimensions[names.index("parameters.location_weight")]
    assert (weight.spread.low, weight.spread.high) == (4.0, 12.0)
    eta = plan.dimensions[names.index("parameters.phantom_eta")]
    assert (eta.spread.low, eta.spread.high) == (0.52, 1.04)  # the range that first-game states


@pytest.mark.parametrize("name", list(shipped_experiments()))
def test_every_shipped_experiment_can_be_run(name):
    plan = load_experiment(name)
    assert plan.experiment.name == name
    assert plan.n_runs >= 256
    assert np.isfinite(plan.values).all()
