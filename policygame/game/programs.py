"""Players that are programs: strategies of whoever runs the game, trained or written, beside the bots that ship.

A program sits where a bot would, under a name that says what it is. Its decisions go into the log as lines, within bounds, so that a game
is replayed and verified by those who do not have the program: they take its decisions as they stand. Where it is not there, or fails,
what is in force stays. How a program is found by name is the command line's.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass

from policygame.bots import BOTS
from policygame.game.bot_seats import bot_decision, decision_of
from policygame.game.position import Position
from policygame.model.agents.government import Strategy
from policygame.scenario import Policy

__all__ = ["PREFIX", "Program", "is_program", "plays_a_seat", "program_decision", "program_name"]

PREFIX = "program:"
_NAME = re.compile(r"program:[a-z0-9](?:[a-z0-9_.-]{0,38}[a-z0-9])?")
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Program:
    """A strategy for a seat. ``name`` begins with ``PREFIX``: it is what games call the player.

    >>> Program("program:learned", "CHN", BOTS["fab-first"]).fits("first-game", "CHN")
    True
    """

    name: str
    seat: str
    strategy: Strategy

    def fits(self, scenario: str, seat: str) -> bool:
        """Whether it can play there: in its own seat, and in its own scenario where the strategy has one (``rl.Seated`` has)."""
        own = getattr(getattr(self.strategy, "scenario", None), "name", scenario)
        return seat == self.seat and own == scenario


def program_name(text: str) -> str:
    """What games call a program that is named ``text`` in its module; ValueError where that makes no name.

    >>> program_name("Learned")
    'program:learned'
    """
    name = PREFIX + text.lower()
    if not is_program(name):
        raise ValueError(f"{text!r} makes no name of a player: letters, digits, - _ and . in between, at most 40 characters")
    return name


def is_program(bot: str) -> bool:
    """Whether a player's name in a game is that of a program."""
    return _NAME.fullmatch(bot) is not None


def plays_a_seat(bot: str) -> bool:
    """Whether a game may name this player for a seat that no person holds."""
    return bot in BOTS or is_program(bot)


def program_decision(position: Position, seat: str, name: str, programs: Sequence[Program]) -> Policy | None:
    """What the player ``name`` decides for a seat now; None where it is a program that is not there, or fails."""
    if not is_program(name):
        return bot_decision(position, seat, name)
    scenario = position.scenario.name
    found = next((one for one in programs if one.name == name and one.fits(scenario, seat)), None)
    if found is None:
        _log.warning("%s plays for %s in a game of %s, and is not here: what is in force there stays", name, seat, scenario)
        return None
    try:
        return decision_of(position, seat, found.strategy)
    except Exception:  # somebody else's program must not hold up a table of people; its author finds the traceback here
        _log.exception("%s failed for %s in a game of %s: what is in force there stays", name, seat, scenario)
        return None
