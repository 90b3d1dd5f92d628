"""Results of resolved turns between the rules and the store: which are to be written, and what those that were written add up to."""

from __future__ import annotations

import logging
from collections.abc import Collection

from policygame.game import Game, Position
from policygame.game.position import digest
from policygame.game.recorded import RecordError, record, recorded_result
from policygame.result import Result
from policygame.store import Store

__all__ = ["stored_result", "unrecorded"]

_log = logging.getLogger(__name__)


def unrecorded(position: Position, recorded: Collection[int]) -> dict[int, bytes]:
    """Records of the turns before a position, except those ``recorded`` already; the first begins with the quarters before play.

    More than one is missing where a game began before results were stored, or came from a file.
    """
    calendar = position.calendar
    return {
        turn: record(position.result, calendar.quarters_before(turn) if turn > 1 else 0, calendar.quarters_before(turn + 1))
        for turn in range(1, position.turn)
        if turn not in recorded
    }


def stored_result(store: Store, game: Game) -> Result | None:
    """What the store holds of a game's resolved turns; None where a turn is missing, or it is not what the game's log says came out."""
    parts = store.results(game.id)
    turns = range(1, len(game.result_hashes) + 1)
    if not turns or not parts.keys() >= set(turns):
        return None
    try:
        result = recorded_result(game.scenario, game.seed, [parts[turn] for turn in turns])
    except RecordError as error:
        _log.warning("stored results of the game %s cannot be shown: %s", game.id, error)
        return None
    if digest(result) != game.result_hashes[-1]:
        _log.warning("stored results of the game %s are not those that its log speaks of", game.id)
        return None
    return result
