"""The ladder is the value of bottlenecks from the present, however its worlds are divided."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from policygame.foresight import bottleneck_value
from policygame.game.ladder import Ladder, LadderRequest, ladder_block, ladder_of
from policygame.game.presents import OutlookError, Past, other_seeds, the_present

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


def test_requests_travel_between_processes() -> None:
    assert pickle.loads(pickle.dumps(ASKED)) == ASKED
