"""Who wants to hear that a game has changed, and telling them. What has changed they look up themselves."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

__all__ = ["Notices"]

_log = logging.getLogger(__name__)


class Notices:
    """Callbacks by game. Safe to use from several threads; no lock is held while somebody is told."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._callbacks: dict[str, dict[object, Callable[[], None]]] = {}

    def subscribe(self, game_id: str, callback: Callable[[], None]) -> Callable[[], None]:
        """Call ``callback`` after every change of a game, from whatever thread made it; returns what ends that."""
        key = object()
        with self._lock:
            self._callbacks.setdefault(game_id, {})[key] = callback
        return lambda: self._drop(game_id, key)

    def tell(self, game_id: str) -> None:
        """Call everybody who subscribed to a game; whoever raises is not called again."""
        with self._lock:
            callbacks = list(self._callbacks.get(game_id, {}).items())
        for key, callback in callbacks:
            try:
                callback()
            except Exception as error:
                _log.debug("a subscriber of %s is dropped: %s", game_id, error)
                self._drop(game_id, key)

    def _drop(self, game_id: str, key: object) -> None:
        with self._lock:
            own = self._callbacks.get(game_id, {})
            own.pop(key, None)
            if not own:
                self._callbacks.pop(game_id, None)
