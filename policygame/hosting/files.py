"""What of a game's log may leave the server as a file while others still play, and what a file brings in."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from policygame.game.events import (
    DecisionSubmitted,
    DecisionWithdrawn,
    DraftSaved,
    Event,
    GameCreated,
    PredictionMade,
    SeatClaimed,
    SeatReleased,
    TurnResolved,
)
from policygame.game.handin import GameFileError, read_game_file
from policygame.scenario import shipped_scenarios

__all__ = ["imported", "public_events", "usable_id"]

_ID = re.compile(r"[A-Za-z0-9-]{1,64}")


def public_events(events: Sequence[Event]) -> list[Event]:
    """The log without what its players keep to themselves: drafts, decisions taken back, and all that is sealed in the open turn.

    What is left replays to the same results: every resolved turn is whole.
    """
    sealed: dict[int, str] = {}  # decisions of the open turn: their place in the log, and whose they are
    private: set[int] = set()
    open_turn: set[int] = set()
    for place, event in enumerate(events):
        match event:
            case DraftSaved():
                private.add(place)
            case DecisionSubmitted():
                sealed[place] = event.seat
            case PredictionMade():
                open_turn.add(place)
            case DecisionWithdrawn() | SeatClaimed() | SeatReleased():
                void = {one for one, seat in sealed.items() if seat == event.seat}
                private |= void | ({place} if isinstance(event, DecisionWithdrawn) else set())
                sealed = {one: seat for one, seat in sealed.items() if one not in void}
            case TurnResolved():
                sealed, open_turn = {}, set()
    private |= sealed.keys() | open_turn
    return [event for place, event in enumerate(events) if place not in private]


def imported(text: str | bytes, source: str) -> list[Event]:
    """The events of a game file from outside. Raises ``GameFileError`` if it is none, or its scenario does not ship with the program."""
    _check_scenario(text, source)
    return read_game_file(text, source)


def _check_scenario(text: str | bytes, source: str) -> None:
    """Refuse a file that names anything but a shipped scenario before it is folded: a path would be read from this machine."""
    try:
        created = json.loads(text)["events"][0]
        named = created.get("scenario") if created.get("kind") == "game_created" else None
    except (ValueError, RecursionError, LookupError, TypeError, AttributeError):
        return  # no game file; what is wrong with it is told when it is read
    if named is not None and named not in shipped_scenarios():
        raise GameFileError(
            f"{source} was played on the scenario {str(named)[:80]!r}, which does not ship with this program; "
            f"those that do are {', '.join(shipped_scenarios())}"
        )


def usable_id(created: GameCreated) -> bool:
    """Whether the id that a file states can be kept."""
    return _ID.fullmatch(created.game_id) is not None
