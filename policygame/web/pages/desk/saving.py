"""Keeping a draft on the server while it is made: a little after the last change, in the background."""

from __future__ import annotations

import logging
import threading
from collections import deque

from policygame.errors import UserError
from policygame.game.commands import SaveDraft
from policygame.web.hosted import host

__all__ = ["Saver"]

AFTER_SECONDS = 0.3
"""A draft is saved so long after it was changed, at the latest."""
MOST_REMEMBERED = 50
_log = logging.getLogger("policygame.web")


class Saver:
    """Saves the drafts of one tab, and knows which it saved."""

    def __init__(self, game_id: str, token: str | None, seat: str, turn: int) -> None:
        self._game_id, self._token, self._seat, self._turn = game_id, token, seat, turn
        self._lock = threading.Lock()
        self._waiting: tuple[str, ...] | None = None
        self._timer: threading.Timer | None = None
        self._sent: deque[tuple[str, ...]] = deque(maxlen=MOST_REMEMBERED)

    def save(self, lines: tuple[str, ...]) -> None:
        """Save these lines soon."""
        with self._lock:
            self._waiting = lines
            if self._timer is None:
                self._timer = threading.Timer(AFTER_SECONDS, self.flush)
                self._timer.daemon = True
                self._timer.start()

    @property
    def waiting(self) -> bool:
        """Whether a draft is not saved yet."""
        return self._waiting is not None

    def saved(self, lines: tuple[str, ...]) -> bool:
        """Whether this tab saved these lines, not long ago."""
        with self._lock:
            return lines in self._sent

    def flush(self) -> None:
        """Save what waits now."""
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
            lines, self._waiting, self._timer = self._waiting, None, None
            if lines is None:
                return
            self._sent.append(lines)
        try:
            host().act(self._game_id, self._token, SaveDraft(seat=self._seat, turn=self._turn, lines=lines))
        except UserError as error:  # the turn was resolved, or decided in another tab: the game says so there
            _log.info("a draft was not saved: %s", error)
