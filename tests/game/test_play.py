"""A whole game from a file of decisions."""

from __future__ import annotations

import pytest

from policygame import simulate
from policygame.game import Game, Refused
from policygame.game.handin import verify
from policygame.game.play import PlanError, play, read_plan
from policygame.game.position import digest

PLAN = """
scenario first-game
seed 7
seat USA Ann
2023Q1 packaging_grant interposer_2_5d 0.4 cap 1500   # the programme
2024Q1 packaging_grant interposer_2_5d 0.2
bot CHN subsidy-matcher
"""


def test_a_plan_is_played_to_the_end_and_verified():
    heard = []
    log = play(read_plan(PLAN), on_turn=lambda game, position: heard.append((game.turn, position.digest)))
    game = Game.of(log)
    assert game.phase == "ended"
    assert game.seats["CHN"].bot == "subsidy-matcher"
    assert [turn for turn, _ in heard] == list(range(2, 14))
    assert verify(log).holds
    same = simulate("first-game", seeds=[7], policies=dict(game.decisions))
    assert digest(same) == heard[-1][1]


def test_the_same_plan_is_the_same_log():
    assert play(read_plan(PLAN), turns=2) == play(read_plan(PLAN), turns=2)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "names no scenario"),
        ("scenario first-game", "names nobody"),
        ("scenario", "needs a value"),
        ("scenario first-game\nsede 3", "line 2: 'sede' is not understood.*Did you mean 'seed'"),
        ("scenario first-game\nseed -3", "whole number"),
        ("scenario first-game\n2023Q1 packaging_grant fan_out 0.1", "before any 'seat'"),
        ("scenario first-game\nbot CHN", "write 'bot SEAT NAME'"),
        ("scenario first-game\nseat USA\n2023Q1 packaging_grant fan_out 7", "out of bounds"),
    ],
)
def test_a_wrong_plan_is_told_with_its_line(text, says):
    with pytest.raises(PlanError, match=says):
        read_plan(text)


def test_a_decision_that_is_dated_between_turns_is_told():
    with pytest.raises(PlanError, match="turns begin in 2023Q1, 2023Q3"):
        play(read_plan("scenario first-game\nseat USA\n2023Q2 packaging_grant interposer_2_5d 0.1"))


def test_an_unknown_seat_is_told():
    with pytest.raises(Refused, match=r"no seat 'USB'.*Did you mean 'USA'"):
        play(read_plan("scenario first-game\nseat USB"))
