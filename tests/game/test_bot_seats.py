"""Bots decide in lines, as people do, and a game is what `simulate` makes of its decisions, bit for bit."""

from __future__ import annotations

from itertools import cycle

import pytest

from policygame import simulate
from policygame.bots import BOTS
from policygame.bots.common import Bot, Desk
from policygame.game import Game, Position, Refused
from policygame.game import commands as c
from policygame.game.bot_seats import bot_decision
from policygame.game.handin import verify
from policygame.game.position import digest
from policygame.game.treasury import bill
from policygame.game.turns import seats_of
from policygame.scenario import Policy, load_scenario
from tests.game.table import Table


def _position_after(scenario: str, bot: str, turns: int, seed: int = 11) -> Position:
    """Bots in every seat, deciding in lines."""
    loaded = load_scenario(scenario)
    position = Position(loaded, seed, dict.fromkeys(seats_of(loaded), Policy()), 1)
    for _ in range(turns):
        position = position.next({seat: bot_decision(position, seat, bot) for seat in position.decisions})
    return position


@pytest.mark.slow
@pytest.mark.parametrize("bot", BOTS)
@pytest.mark.parametrize(
    ("scenario", "turns"),
    [
        ("first-game", 6),
        ("ai-surge-2023", 3),
        pytest.param("first-game", 12, marks=pytest.mark.exhaustive),
        pytest.param("ai-surge-2023", 8, marks=pytest.mark.exhaustive),
    ],
)
def test_a_bot_that_writes_lines_plays_as_the_bot_does(scenario, turns, bot):
    position = _position_after(scenario, bot, turns)
    loaded = position.scenario
    quarters = position.calendar.quarters_before(turns + 1)
    played = simulate(loaded, seeds=[11], policies=dict.fromkeys(seats_of(loaded), bot), quarters=quarters)
    assert position.digest == digest(played)


@pytest.mark.slow
@pytest.mark.parametrize("scenario", ["first-game", "ai-surge-2023"])
def test_every_seat_its_own_bot(scenario):
    loaded = load_scenario(scenario)
    bots = dict(zip(seats_of(loaded), cycle(BOTS), strict=False))
    position = Position(loaded, 3, dict.fromkeys(bots, Policy()), 1)
    for _ in range(6):
        position = position.next({seat: bot_decision(position, seat, bot) for seat, bot in bots.items()})
    assert position.digest == digest(simulate(loaded, [3], bots, quarters=position.calendar.quarters_before(7)))


def _spend(desk: Desk) -> None:
    desk.set("packaging_rnd", "interposer_2_5d", desk.view.bound("packaging_rnd"))


def test_a_bot_that_is_short_of_money_does_not_hold_up_the_turn(monkeypatch):
    """It decides by its rule, as in a simulation, and the model pays the part that it can."""
    monkeypatch.setitem(BOTS, "spendthrift", Bot("spendthrift", "Spends more than it has.", _spend))
    table = Table(bots={"CHN": "spendthrift"}).sit()
    for _ in range(2):
        table.submit()
        short = bill(table.position, "CHN", bot_decision(table.position, "CHN", "spendthrift")).over()
        assert short is not None
        assert short.purse == "packaging"
        table.resolve()
    bots = {seat.id: seat.bot for seat in table.game.seats.values()} | {"USA": Policy()}
    assert table.position.digest == digest(simulate("first-game", [7], bots, quarters=8))
    assert verify(table.log).holds


def test_a_person_who_is_short_of_money_is_refused_what_a_bot_may_send(monkeypatch):
    monkeypatch.setitem(BOTS, "spendthrift", Bot("spendthrift", "Spends more than it has.", _spend))
    table = Table().sit()
    lines = tuple(map(str, bot_decision(table.position, "USA", "spendthrift").settings))
    with pytest.raises(Refused, match="Shrink Packaging research"):
        table.submit(*lines)


@pytest.mark.parametrize(("scenario", "turns"), [("first-game", 3), ("ai-surge-2023", 2)])
def test_a_game_equals_simulate_with_the_same_decisions(scenario, turns):
    table = Table(scenario).sit()
    for rate in (0.3, 0.5, 0.1)[:turns]:
        table.submit(f"packaging_grant interposer_2_5d {rate} cap 800")
        table.resolve()
    quarters = table.game.calendar.quarters_before(table.game.turn)
    again = simulate(scenario, seeds=[7], policies=dict(table.game.decisions), quarters=quarters)
    assert digest(again) == table.position.digest == table.game.result_hashes[-1]
    assert Position.of(Game.of(table.log)).digest == table.position.digest


def test_a_person_changes_the_world_and_another_seed_is_another_world():
    quiet, bold = Table().sit(), Table().sit()
    quiet.submit()
    bold.submit("packaging_grant interposer_2_5d 0.7 cap 2000")
    for table in (quiet, bold):
        table.resolve()
    assert quiet.position.digest != bold.position.digest
    other = Table(seed=8).sit()
    other.submit()
    other.resolve()
    assert other.position.digest != quiet.position.digest


def test_bots_decide_without_seeing_what_people_submit():
    def bots_lines(rate):
        table = Table().sit()
        table.submit(f"packaging_grant interposer_2_5d {rate} cap 800")
        return [e.lines for e in table.resolve() if e.kind == "decision_submitted"]

    assert bots_lines(0.1) == bots_lines(0.7)


def test_a_seat_that_is_left_is_played_on_by_its_bot():
    table = Table(bots={"CHN": "fab-first"}).sit().sit("CHN", "Bo", "second")
    table.submit()
    table.submit("packaging_grant conventional 0.3 cap 100", "packaging_grant interposer_2_5d 0.2", seat="CHN", token="second")
    table.resolve()
    table.act(c.ReleaseSeat(seat="CHN"), "second")
    table.submit()
    decided = next(e for e in table.resolve() if e.kind == "decision_submitted" and e.seat == "CHN")
    assert decided.author == "bot"
    assert "2023Q3 packaging_grant interposer_2_5d 0" in decided.lines  # what the bot does not order, ends
    assert "2023Q3 packaging_grant conventional 0.1 cap 1500" in decided.lines  # what stood before play, holds again
