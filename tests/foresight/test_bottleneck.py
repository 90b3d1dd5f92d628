from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from policygame import Scenario, Simulation, UserError, bottleneck_value, scale_capacity, simulate
from policygame.foresight.bottleneck import ALL_STAGES

WINDOW: dict[str, Any] = {"start": "2023Q3", "quarters": 3}


@pytest.mark.parametrize(("stage", "factor"), [("interposer_2_5d", 0.5), ("hbm", 0.2)], ids=lambda value: str(value))
def test_the_stage_that_is_scaled_down_binds(first_game: Scenario, stage: str, factor: float) -> None:
    found = bottleneck_value(first_game, worlds=8, changes=[scale_capacity(stage, factor, start="2023Q1")], **WINDOW)
    assert all(binding == (stage,) for binding in found.binding("ai_accelerator"))
    shares = found.shares().set_index("stage")["share"]
    assert shares[stage] == 1.0
    assert shares.sum() == 1.0
    best = found.gain_percent("ai_accelerator")[found.stages.index(stage)]
    assert np.all((best > 0.5) & (best < 1.1))


def test_what_competes_for_a_scarce_input_can_matter_beside_it(first_game: Scenario) -> None:
    found = bottleneck_value(first_game, worlds=8, changes=[scale_capacity("substrate", 0.05, start="2023Q1")], **WINDOW)
    gains = found.gain_percent("ai_accelerator")
    assert all("substrate" in binding for binding in found.binding("ai_accelerator"))
    # more slots claim more of the substrates that all segments share, so both together do more than either
    assert np.all(gains[-1] > gains[:-1].max(axis=0))


def test_where_everything_is_plenty_nothing_binds(first_game: Scenario) -> None:
    plenty = [
        scale_capacity(stage, 30.0) for stage in ("interposer_2_5d", "hbm", "substrate", "wafers_leading", "wafers_advanced")
    ]
    found = bottleneck_value(first_game, worlds=4, changes=plenty, **WINDOW)
    assert found.binding("ai_accelerator") == ((),) * 4
    assert found.shares().set_index("stage")["share"]["none"] == 1.0


def test_two_stages_of_the_same_worth_are_tied(first_game: Scenario) -> None:
    found = bottleneck_value(first_game, worlds=4, stages=["interposer_2_5d", "hbm"], tie_within=1.0, **WINDOW)
    gains = found.gain_percent("ai_accelerator")[:2]
    tied = [tuple(np.array(found.stages[:2])[gains[:, w] >= 0.0]) for w in range(4)]
    assert list(found.binding()) == tied
    assert found.shares().set_index("stage")["share"].sum() == 1.0


def test_a_stage_that_nothing_comes_of_alone_may_help_with_the_others(first_game: Scenario) -> None:
    found = bottleneck_value(first_game, worlds=2, stages=["hbm", "interposer_2_5d"], smallest_gain=0.98, **WINDOW)
    gains = found.gain_percent("ai_accelerator")
    expected = [("jointly",) if gains[-1, w] >= 0.98 > gains[:-1, w].max() else () for w in range(2)]
    assert [b if b in ((), ("jointly",)) else () for b in found.binding()] == expected


def test_the_gain_is_the_difference_between_two_runs(first_game: Scenario) -> None:
    found = bottleneck_value(first_game, seeds=[5, 6], more=0.02, **WINDOW)
    more = [scale_capacity("interposer_2_5d", 1.02, "2023Q3", "2024Q1")]
    sums = []
    for changes in ([], more):
        result = simulate(
            first_game, [5, 6], quarters=9, changes=changes, metrics=["deliveries_kunits", "compute_delivered_kh100e"]
        )
        sums.append([result.array(metric, item="ai_accelerator")[6:].sum(axis=0) for metric in result.metrics])
    row = found.stages.index("interposer_2_5d"), found.segments.index("ai_accelerator")
    assert np.array_equal(found.base_kunits[row[1]], sums[0][0])
    np.testing.assert_allclose(found.gain_kunits[row], (sums[1][0] - sums[0][0]) / 2.0, rtol=1e-12)
    np.testing.assert_allclose(found.gain_kh100e[row], (sums[1][1] - sums[0][1]) / 2.0, rtol=1e-12)


def test_changes_in_force_stay_in_force(first_game: Scenario) -> None:
    starved = Simulation(first_game, [1, 2], changes=[scale_capacity("hbm", 0.2)]).run(6)
    found = bottleneck_value(starved, worlds=3, quarters=2)
    assert found.binding() == (("hbm",),) * 3
    assert [str(quarter) for quarter in found.quarters] == ["2023Q3", "2023Q4"]


def test_the_table_has_every_segment_stage_and_metric(first_game: Scenario) -> None:
    found = bottleneck_value(first_game, worlds=3, **WINDOW)
    table = found.frame()
    assert len(table) == len(found.segments) * len(found.stages) * 2
    row = table[(table["segment"] == "ai_accelerator") & (table["stage"] == "interposer_2_5d")].iloc[0]
    assert row["share_binding"] == 1.0
    assert row["median"] == np.median(found.gain_kunits[found.stages.index("interposer_2_5d"), 0])
    assert found.stages[-1] == ALL_STAGES


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"more": 0.0}, "more is a part of capacity above 0"),
        ({"more": "1 %"}, "more is a part of capacity above 0"),
        ({"stages": ["hmb"]}, "unknown stage 'hmb'.*Did you mean 'hbm'"),
        ({"stages": []}, "name at least one stage"),
        ({"start": "2030Q1"}, "out of reach"),
        ({"quarters": 0}, "quarters is a whole number"),
        ({"worlds": 0}, "worlds is a whole number"),
    ],
)
def test_mistakes_are_told(first_game: Scenario, wrong: dict[str, Any], told: str) -> None:
    with pytest.raises(UserError, match=told):
        bottleneck_value(first_game, **({"worlds": 2} | wrong))


def test_an_unknown_segment_is_told(first_game: Scenario) -> None:
    with pytest.raises(UserError, match="unknown segment 'ai'"):
        bottleneck_value(first_game, worlds=2, stages=["hbm"], quarters=1).binding("ai")
