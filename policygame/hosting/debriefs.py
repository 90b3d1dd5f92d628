"""``Debriefs``: looking back on games, in two processes of their own, one game at a time, so that those who still play notice nothing.

What a debrief holds is ``policygame.game.debrief``'s business; here is when it is computed, how far it is, and which are kept.
"""

from __future__ import annotations

import multiprocessing
import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from typing import Self

from policygame.game.debrief import Debrief, debrief
from policygame.game.game import Game
from policygame.game.handin import LoadedGame
from policygame.hosting.workers import prepare

__all__ = ["KEPT", "Debriefs"]

KEPT = 16
"""Debriefs that are kept; another is computed anew when it is asked for."""
_PROCESSES = 2
_Key = tuple[str, int, str]
"""Game, resolved turns, seat."""


class Debriefs:
    """Debriefs of games, each computed once. Safe to use from several threads; close it, or use it in a ``with`` block."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked: OrderedDict[_Key, Future[Debrief]] = OrderedDict()
        self._done: dict[_Key, tuple[int, int]] = {}
        self._watchers: dict[_Key, list[Callable[[], None]]] = {}
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="debriefs")
        self._processes: Executor | None = None

    def ask(self, game: Game, seat: str) -> Future[Debrief]:
        """The debrief of a seat's game, as far as it has been resolved; the future raises what ``debrief`` refuses."""
        resolved = len(game.result_hashes)
        key = (game.id, resolved, seat)
        with self._lock:
            known = self._asked.get(key)
            if known is not None and not (known.done() and known.exception() is not None):
                self._asked.move_to_end(key)
                return known
            played = LoadedGame(game.scenario, game.seed, game.decisions, resolved, game.calendar.quarters_before(resolved + 1))
            predictions = game.seats[seat].predictions
            future = self._thread.submit(self._compute, key, played, predictions)
            self._asked[key] = future
            while len(self._asked) > KEPT:
                oldest, _ = self._asked.popitem(last=False)
                self._done.pop(oldest, None)
        return future

    def progress(self, game: Game, seat: str) -> tuple[int, int]:
        """Pieces done, and pieces in all (0 while it has not begun)."""
        return self._done.get((game.id, len(game.result_hashes), seat), (0, 0))

    def watch(self, game: Game, seat: str, callback: Callable[[], None]) -> Callable[[], None]:
        """Call ``callback`` whenever ``progress`` has moved, from the computing thread; returns what ends that. One that raises is
        dropped."""
        key = (game.id, len(game.result_hashes), seat)
        with self._lock:
            self._watchers.setdefault(key, []).append(callback)

        def end() -> None:
            with self._lock:
                held = self._watchers.get(key, [])
                if callback in held:
                    held.remove(callback)
                if not held:
                    self._watchers.pop(key, None)

        return end

    def _tell(self, key: _Key) -> None:
        with self._lock:
            watchers = tuple(self._watchers.get(key, ()))
        for callback in watchers:
            try:
                callback()
            except Exception:  # its page is gone, say: that is no concern of the debrief
                with self._lock:
                    held = self._watchers.get(key, [])
                    if callback in held:
                        held.remove(callback)

    def _compute(self, key: _Key, played: LoadedGame, predictions: tuple[object, ...]) -> Debrief:
        if self._processes is None:
            context = multiprocessing.get_context("spawn")
            self._processes = ProcessPoolExecutor(_PROCESSES, mp_context=context, initializer=prepare)

        def heard(done: int, whole: int) -> None:
            self._done[key] = (done, whole)
            self._tell(key)

        return debrief(played, key[2], predictions=predictions, executor=self._processes, progress=heard)  # type: ignore[arg-type]

    def close(self) -> None:
        """End what is under way, and its processes."""
        self._thread.shutdown(wait=False, cancel_futures=True)
        if self._processes is not None:
            self._processes.shutdown(wait=True, cancel_futures=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()
