from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from policygame import Policy, Scenario, Simulation, UserError, compare

from .conftest import Anxious

METRICS = ["packaging_capacity_kwpm", "deliveries_kunits", "treasury_musd"]
GRANT = Policy.parse("2023Q1 packaging_grant interposer_2_5d 0.5 cap 2000")


@pytest.mark.parametrize("policies", [None, {"USA": GRANT}, {"USA": Anxious(), "CHN": Policy()}])
def test_a_policy_differs_from_itself_by_exactly_nothing(first_game: Scenario, policies: Any) -> None:
    found = compare(first_game, policies, policies, worlds=3, metrics=METRICS)
    table = found.frame()
    assert len(table)
    for column in ("mean", "median", "p05", "p95", "share_positive", "standard_error"):
        assert (table[column] == 0.0).all(), column


def test_history_is_the_base_where_nothing_else_is_said(first_game: Scenario) -> None:
    stated = {name: Policy.of_history(first_game, name) for name in first_game.history}
    found = compare(first_game, None, stated, worlds=3, metrics=METRICS, quarters=16)
    assert not any(found.difference(metric, *pair).any() for metric in METRICS for pair in found.base.series(metric))


def test_shocks_are_the_same_on_both_sides(first_game: Scenario) -> None:
    found = compare(first_game, None, {"USA": GRANT}, worlds=6, metrics=["packaging_capacity_kwpm", "demand_kunits"])
    before = [i for i, quarter in enumerate(found.base.quarters) if str(quarter) < "2023Q1"]
    for metric in found.base.metrics:
        for pair in found.base.series(metric):
            assert not found.difference(metric, *pair)[before].any()
    across_worlds = found.base.array("demand_kunits", item="ai_accelerator")
    assert found.difference("packaging_capacity_kwpm", "country:USA", "interposer_2_5d")[-1].any()
    # pairing is worth it: the difference varies far less than what it is a difference of
    assert found.difference("demand_kunits", item="ai_accelerator")[-1].std() < 0.1 * across_worlds[-1].std()


def test_the_table_sums_up_the_differences(first_game: Scenario) -> None:
    found = compare(first_game, None, {"USA": GRANT}, worlds=6, metrics=["packaging_capacity_kwpm"])
    table = found.frame(entities=["country:USA"])
    row = table[(table["quarter"] == "2027Q4") & (table["item"] == "interposer_2_5d")].iloc[0]
    at = [str(q) for q in found.base.quarters].index("2027Q4")
    difference = found.difference("packaging_capacity_kwpm", "country:USA", "interposer_2_5d")[at]
    assert row["median"] == pytest.approx(np.median(difference), rel=1e-12)
    assert row["mean"] == pytest.approx(difference.mean(), rel=1e-12)
    assert row["standard_error"] == pytest.approx(difference.std(ddof=1) / np.sqrt(6.0), rel=1e-9)
    assert row["share_positive"] == (difference > 0.0).mean()
    assert row["p05"] <= row["median"] <= row["p95"]


def test_from_the_present_only_the_future_differs(first_game: Scenario) -> None:
    simulation = Simulation(first_game, [3, 4], {"USA": GRANT}, metrics=METRICS).run(8)
    more = GRANT + Policy.parse("2024Q3 packaging_grant interposer_2_5d 0.7")
    found = compare(simulation, None, {"USA": more}, worlds=4)
    assert str(found.base.quarters[0]) == "2024Q1"
    assert found.base.seeds == found.draft.seeds == (5, 6, 7, 8)
    paid = found.difference("treasury_musd", "government:USA", "paid")
    assert not paid[:2].any()
    assert (paid[-1] > 0.0).all()
    same = compare(simulation, None, {"USA": GRANT}, seeds=simulation.seeds)
    assert not same.difference("packaging_capacity_kwpm", item="interposer_2_5d").any()


def test_mistakes_are_told(first_game: Scenario) -> None:
    with pytest.raises(UserError, match="unknown government 'US'"):
        compare(first_game, None, {"US": GRANT}, worlds=2)
    with pytest.raises(UserError, match="worlds is a whole number"):
        compare(first_game, None, {"USA": GRANT}, worlds=0)
    with pytest.raises(UserError, match="a seed is a whole number"):
        compare(first_game, None, {"USA": GRANT}, seeds=[-1])
