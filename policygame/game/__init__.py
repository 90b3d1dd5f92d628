"""The rules of play: a game as a log of events, what may be decided, how a turn is resolved, and what each role sees.

No database, no page and no clock here: a game is scenario, seed and decisions. ``game`` folds the log, ``commands`` is what may be
asked, ``position`` where the world stands, ``decisions`` and ``treasury`` what can be decided and paid, ``resolution`` how a turn ends,
``views`` what a role sees, ``handin`` games as files, ``outlook`` what a draft may lead to, ``headlines`` and ``debrief`` what happened
and why.
"""

from policygame.game.commands import Command, Refused, parse_command
from policygame.game.events import Event, EventError, event_json, parse_event
from policygame.game.game import DEFAULT_BOT, Game, create_game, hashed
from policygame.game.position import Position
from policygame.game.resolution import resolve
from policygame.game.views import SeatView, view_of

__all__ = [
    "DEFAULT_BOT",
    "Command",
    "Event",
    "EventError",
    "Game",
    "Position",
    "Refused",
    "SeatView",
    "create_game",
    "event_json",
    "hashed",
    "parse_command",
    "parse_event",
    "resolve",
    "view_of",
]
