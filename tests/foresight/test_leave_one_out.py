from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from policygame import Policy, Scenario, Simulation, UserError, attribution, simulate
from policygame.foresight import additionality

METRICS = ["packaging_capacity_kwpm", "compute_delivered_kh100e", "outlay_musd"]
GRANT = "2023Q1 packaging_grant interposer_2_5d 0.5 cap 3000"


@pytest.mark.parametrize(
    "idle", ["2023Q3 packaging_grant fan_out 0", "2027Q1 packaging_rnd interposer_2_5d 50", "2024Q1 alliance shared_rnd 0"]
)
def test_a_decision_that_does_nothing_has_no_effect(first_game: Scenario, idle: str) -> None:
    policy = Policy.parse(f"2023Q1 packaging_rnd conventional 40\n{idle}")
    found = attribution(first_game, "USA", policy, worlds=3, quarters=12, metrics=METRICS)
    row = [str(setting) for setting in found.decisions].index(idle)
    for metric in METRICS:
        for pair in found.beside.series(metric):
            assert not found.effect(metric, *pair)[row].any(), (metric, pair)
    other = found.decisions[1 - row]
    assert found.effect("outlay_musd", "government:USA", other.lever)[1 - row].any()


def test_the_effect_of_the_only_decision_is_the_total(first_game: Scenario) -> None:
    found = attribution(first_game, "USA", Policy.parse(GRANT), worlds=3, metrics=METRICS)
    for metric in METRICS:
        for pair in found.beside.series(metric):
            assert np.array_equal(found.effect(metric, *pair)[0], found.total(metric, *pair))
            assert not found.remainder(metric, *pair).any()
    assert found.total("packaging_capacity_kwpm", "country:USA", "interposer_2_5d").any()


def test_effects_and_interaction_add_up_to_the_total(first_game: Scenario) -> None:
    policy = Policy.parse(f"{GRANT}\n2023Q3 packaging_rnd interposer_2_5d 60\n2024Q1 packaging_grant fan_out 0.3")
    found = attribution(first_game, "USA", policy, worlds=4, metrics=METRICS, quarters=16)
    table = found.frame(entities=["country:USA"], over="all")
    means = table[table["item"] == "interposer_2_5d"].pivot(index="quarter", columns="decision", values="mean")
    parts = means.drop(columns="all decisions").sum(axis=1)
    np.testing.assert_allclose(parts, means["all decisions"], rtol=1e-9, atol=1e-9)
    assert [str(setting) for setting in found.decisions] == [line for line in table["decision"].unique() if line[0] == "2"]
    last = found.frame(["packaging_capacity_kwpm"], ["country:USA"])
    assert set(last["quarter"]) == {"2026Q4"}
    total = found.frame(["compute_delivered_kh100e"], over="sum")
    row = total[(total["decision"] == "all decisions") & (total["item"] == "ai_accelerator")].iloc[0]
    expected = found.total("compute_delivered_kh100e", item="ai_accelerator").sum(axis=0)
    assert row["mean"] == pytest.approx(expected.mean(), rel=1e-12)


def test_history_is_left_out_also_before_play_begins(first_game: Scenario) -> None:
    found = attribution(first_game, "USA", worlds=3, quarters=16, metrics=METRICS)
    assert found.decisions == Policy.of_history(first_game, "USA").settings
    assert str(found.quarters[0]) == "2022Q4"
    values = found.beside.array("compute_delivered_kh100e", "designer:Huawei", "ai_accelerator")
    real = simulate(first_game, [1, 2, 3], quarters=19, metrics=METRICS)
    bare = first_game.model_copy(update={"history": {k: v for k, v in first_game.history.items() if k != "USA"}})
    never = simulate(bare, [1, 2, 3], quarters=19, metrics=METRICS)
    for row, result in enumerate((real, never)):
        expected = result.array("compute_delivered_kh100e", "designer:Huawei", "ai_accelerator")[3:]
        assert np.array_equal(values[row], expected)
    before_play = [i for i, setting in enumerate(found.decisions) if str(setting.quarter) < first_game.play_from]
    assert found.effect("compute_delivered_kh100e", item="ai_accelerator")[before_play].any()


def test_what_history_decided_before_play_stays_beside_a_policy(first_game: Scenario) -> None:
    found = attribution(first_game, "USA", Policy.parse(GRANT), worlds=2, metrics=METRICS, quarters=8)
    played = simulate(first_game, [1, 2], {"USA": Policy.parse(GRANT)}, quarters=12, metrics=METRICS)
    expected = played.array("compute_delivered_kh100e", item="ai_accelerator")[4:]
    assert np.array_equal(found.beside.array("compute_delivered_kh100e", item="ai_accelerator")[0], expected)


@pytest.mark.parametrize("question", [attribution, lambda *args, **rest: additionality(args[0], args[1], 0, *args[2:], **rest)])
def test_mistakes_are_told(first_game: Scenario, question: Any) -> None:
    policy = Policy.parse(GRANT)
    with pytest.raises(UserError, match="unknown government 'US'; allowed are TWN, USA, CHN, KOR"):
        question(first_game, "US", policy)
    with pytest.raises(UserError, match="a Policy; found 'whole-chain'"):
        question(first_game, "USA", "whole-chain")
    with pytest.raises(UserError, match="USA decides nothing in this policy"):
        question(first_game, "USA", Policy())
    with pytest.raises(UserError, match="policies is for the other governments"):
        question(first_game, "USA", policy, policies={"USA": policy})
    with pytest.raises(UserError, match="worlds is a whole number"):
        question(first_game, "USA", policy, worlds=-1)
    with pytest.raises(UserError, match="quarters is a whole number"):
        question(first_game, "USA", policy, worlds=1, quarters=0)
    with pytest.raises(UserError, match="from a scenario's start"):
        question(Simulation(first_game, [1]), "USA", policy)


def test_unknown_metrics_entities_and_spans_are_told(first_game: Scenario) -> None:
    with pytest.raises(UserError, match="unknown metric 'computed'"):
        attribution(first_game, "USA", Policy.parse(GRANT), metrics=["computed"], worlds=1)
    found = attribution(first_game, "USA", Policy.parse(GRANT), metrics=["outlay_musd"], worlds=1, quarters=2)
    with pytest.raises(UserError, match="none of the metrics is given for world"):
        found.frame()
    with pytest.raises(UserError, match="over is 'last', 'sum' or 'all'"):
        found.frame(over="mean")  # type: ignore[arg-type]
