"""A program sits at a table as a bot does: it decides by itself, its decisions are in the log, and nobody else needs the program."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from policygame.bots.common import Desk
from policygame.game import Refused, parse_event
from policygame.game import commands as c
from policygame.game.events import DecisionSubmitted
from policygame.game.handin import game_file, read_game_file, verify
from policygame.game.programs import Program, is_program, program_name
from policygame.hosting.host import Entry, Host
from policygame.model.agents.government import GovernmentView, Order
from policygame.scenario import load_scenario
from policygame.store import Store

NAME = "program:tiny"


@dataclass(frozen=True)
class Tiny:
    """Pays a little research in every turn, or whatever else it is told to."""

    amount: float = 5.0
    scenario: Any = None

    def decide(self, view: GovernmentView) -> list[Order] | None:
        if not view.is_turn:
            return None
        desk = Desk(view)
        desk.set("packaging_rnd", "interposer_2_5d", np.full(view.n_worlds, self.amount))
        return desk.orders


@dataclass(frozen=True)
class Greedy:
    """Orders more than the lever can be set to, or a lever that its role lacks."""

    changes: dict[str, Any]

    def decide(self, view: GovernmentView) -> list[Order] | None:
        orders = Tiny().decide(view)
        return None if orders is None else [replace(order, **self.changes) for order in orders]


class Broken:
    def decide(self, view: GovernmentView) -> list[Order] | None:
        raise ZeroDivisionError("weights were lost")


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "games.sqlite3") as opened:
        yield opened


def sit(host: Host, bots: dict[str, str]) -> Entry:
    return host.create("first-game", "USA", "Ann", seed=7, bots=bots, predictions=False)


def play_a_turn(host: Host, entry: Entry) -> None:
    turn = host.view(entry.game_id, entry.token).turn
    host.act(entry.game_id, entry.token, c.SubmitDecision(seat="USA", turn=turn, lines=()))


def decided(store: Store, entry: Entry, seat: str = "CHN") -> list[DecisionSubmitted]:
    events = map(parse_event, store.events(entry.game_id))
    return [event for event in events if isinstance(event, DecisionSubmitted) and event.seat == seat]


def test_its_decisions_are_in_the_game_and_nobody_else_needs_it(store: Store) -> None:
    host = Host(store, programs=[Program(NAME, "CHN", Tiny())])
    entry = sit(host, {"CHN": NAME})
    play_a_turn(host, entry)
    play_a_turn(host, entry)
    first = decided(store, entry)[0]
    assert (first.author, first.lines) == ("bot", ("2023Q1 packaging_rnd interposer_2_5d 5",))
    found = verify(read_game_file(game_file(list(map(parse_event, store.events(entry.game_id))))))
    assert found.holds
    assert found.exactness == "bit for bit"
    assert found.programs == {"CHN": NAME}


def test_where_it_is_not_there_what_is_in_force_stays_and_the_game_goes_on(store: Store, caplog: Any) -> None:
    entry = sit(Host(store, programs=[Program(NAME, "CHN", Tiny())]), {"CHN": NAME})
    with caplog.at_level(logging.WARNING):
        play_a_turn(Host(store), entry)
    assert [(one.author, one.lines) for one in decided(store, entry)] == [("rule", ())]
    assert f"{NAME} plays for CHN in a game of first-game, and is not here" in caplog.text
    assert verify(list(map(parse_event, store.events(entry.game_id)))).holds


@pytest.mark.parametrize(
    ("strategy", "told"),
    [
        (Broken(), "weights were lost"),
        (Greedy({"amount": 1e6}), "is out of bounds"),
        (Greedy({"lever": "stockpile", "item": "ai_accelerator"}), "decided for CHN what it may not"),
    ],
)
def test_where_it_fails_or_oversteps_its_author_is_told_and_people_play_on(
    store: Store, caplog: Any, strategy: Any, told: str
) -> None:
    host = Host(store, programs=[Program(NAME, "CHN", strategy)])
    entry = sit(host, {"CHN": NAME})
    with caplog.at_level(logging.WARNING):
        play_a_turn(host, entry)
    assert told in caplog.text
    assert decided(store, entry)[0].author == "rule"
    assert host.view(entry.game_id, entry.token).turn == 2


def test_only_a_program_of_this_server_that_fits_can_be_named(store: Store) -> None:
    host = Host(store, programs=[Program(NAME, "CHN", Tiny(scenario=load_scenario("ai-surge-2023")))])
    for bots in ({"CHN": NAME}, {"KOR": NAME}, {"CHN": "program:other"}):
        with pytest.raises(Refused, match="on this server"):
            sit(host, bots)


@pytest.mark.parametrize("text", ["", "a b", "x" * 41, "<script>", "ÄÖ"])
def test_what_makes_no_name_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="makes no name"):
        program_name(text)
    assert not is_program(f"program:{text}")
