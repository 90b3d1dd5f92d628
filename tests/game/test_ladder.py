"""The ladder is the value of bottlenecks from the present, however its worlds are divided."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from policygame import Policy, scale_capacity, simulate
from policygame.catalogue import STAGES, Quarter
from policygame.foresight import bottleneck_value
from policygame.game.ladder import Ladder, LadderRequest, bound_last, ladder_block, ladder_of
from policygame.game.presents import OutlookError, Past, other_seeds, the_present
from policygame.model.changes import Change

PAST = Past("first-game", 7, (("USA", "2022Q1 packaging_rnd interposer_2_5d 20"),), 7)
ASKED = LadderRequest(PAST, other_seeds(7, 6))


@pytest.fixture(scope="module")
def found() -> Ladder:
    return ladder_of(ASKED, [ladder_block(ASKED, ASKED.seeds[:2]), ladder_block(ASKED, ASKED.seeds[2:])])


def test_worlds_divided_are_the_value_of_bottlenecks_from_the_present(found: Ladder) -> None:
    whole = bottleneck_value(the_present(PAST), quarters=4, seeds=ASKED.seeds, world=0)
    gains = whole.gain_percent("ai_accelerator")
    binding = whole.binding("ai_accelerator")
    assert found.worlds == 6
    assert found.quarters == whole.quarters
    assert {rung.stage for rung in found.rungs} == set(whole.stages[:-1])
    for rung in found.rungs:
        row = whole.stages.index(rung.stage)
        assert rung.gain_percent == pytest.approx(np.median(gains[row]), abs=1e-12)
        assert rung.binds_in == sum(rung.stage in names for names in binding)
        assert rung.low <= rung.gain_percent <= rung.high
    assert found.none + found.jointly + sum(bool(set(names) - {"jointly"}) for names in binding) == 6


def test_the_first_rung_binds_most_and_use_is_todays(found: Ladder) -> None:
    assert found.rungs[0].binds_in == max(rung.binds_in for rung in found.rungs) > 0
    result = the_present(PAST).result()
    for rung in found.rungs:
        assert rung.use == result.array("utilisation", item=rung.stage)[-1, 0]


def test_the_games_own_seed_and_decisions_to_come_are_refused() -> None:
    with pytest.raises(OutlookError, match="own seed"):
        ladder_block(ASKED, [7])
    late = LadderRequest(Past("first-game", 7, (("USA", "2024Q1 packaging_rnd interposer_2_5d 5"),), 7), ASKED.seeds)
    with pytest.raises(OutlookError, match="not in force yet"):
        ladder_block(late, ASKED.seeds)
    with pytest.raises(OutlookError, match="at least one block"):
        ladder_of(ASKED, [])


@pytest.mark.parametrize(("present", "expected"), [(8, ("interposer_2_5d",)), (13, ("hbm",))])
def test_what_bound_last_is_what_would_have_delivered_more(present: int, expected: tuple[str, ...]) -> None:
    """Before 13, 2.5D is all but full and asked for nearly twice over; yet more of it would have brought less than more HBM."""
    past = Past("first-game", 7, PAST.in_force, present)
    assert bound_last(past) == expected
    quarter = Quarter.parse("2022Q1") + (present - 1)
    policy = {"USA": Policy.parse(PAST.in_force[0][1])}

    def delivered(*changes: Change) -> float:
        result = simulate("first-game", [7], policy, present, changes)
        return float(result.array("deliveries_kunits", item="ai_accelerator")[-1, 0])

    plain = delivered()
    gains = {
        stage: 100.0 * (delivered(scale_capacity(stage, 1.01, str(quarter))) / plain - 1.0)
        for stage in ("interposer_2_5d", "hbm", "substrate", "wafers_leading")
    }
    assert max(gains, key=gains.__getitem__) == expected[0]
    game, row = the_present(past), list(STAGES).index("interposer_2_5d")
    asked, room = (game.structure.lines_to_stage(x)[row, 0] for x in (game.models[0].now.requested, game.models[0].now.room))
    assert asked > 1.9 * room


def test_where_nothing_is_short_nothing_binds() -> None:
    assert bound_last(Past("first-game", 7, (), 3)) == ()
    with pytest.raises(OutlookError, match="no quarter has been played"):
        bound_last(Past("first-game", 7, (), 0))


def test_requests_travel_between_processes() -> None:
    assert pickle.loads(pickle.dumps(ASKED)) == ASKED
