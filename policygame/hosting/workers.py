"""A process that runs worlds for the forecaster, and the shared memory by which it hears that nobody waits any more.

Which worlds it runs, and what becomes of them, is ``forecaster``'s business.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from policygame.game.outlook import Block, Cancelled, Request

__all__ = ["AnswerBlock", "Tickets", "Worker"]

AnswerBlock = Callable[[Request, Sequence[int], Callable[[], bool]], Block]
NOBODY = 0
PLACES = 4096
_CONTEXT = multiprocessing.get_context("spawn")  # a fork would copy the locks of a server that has threads


class Tickets:
    """Numbers that are held while somebody waits for an answer. ``PLACES`` at a time: a later one takes the place of the oldest."""

    def __init__(self) -> None:
        self.shared: Any = _CONTEXT.RawArray("Q", PLACES)
        self._lock = threading.Lock()

    def hold(self, ticket: int) -> None:
        """From now on somebody waits for this ticket."""
        with self._lock:
            self.shared[ticket % PLACES] = ticket

    def drop(self, ticket: int) -> None:
        """Nobody waits for this ticket any more."""
        with self._lock:
            if self.shared[ticket % PLACES] == ticket:
                self.shared[ticket % PLACES] = NOBODY


class Worker:
    """One process, started at once and started again by ``replace`` when it has died. Used by one thread only."""

    def __init__(self, tickets: Tickets) -> None:
        self._tickets = tickets
        self.starts = 0
        self._start()

    def _start(self) -> None:
        self._executor = ProcessPoolExecutor(1, mp_context=_CONTEXT, initializer=_begin, initargs=(self._tickets.shared,))
        self._executor.submit(os.getpid)  # starts the process, so that the first request finds it ready
        self.starts += 1

    def submit(self, answer: AnswerBlock, request: Request, seeds: Sequence[int], ticket: int) -> Future[Block | None]:
        """Have some worlds run; None where nobody waits for them any more."""
        try:
            return self._executor.submit(_work, answer, request, seeds, ticket)
        except BrokenProcessPool:
            self.replace(self.starts)
            return self._executor.submit(_work, answer, request, seeds, ticket)

    def replace(self, start: int) -> None:
        """Start another process in place of the one of that ``start``, if that has not been done."""
        if start == self.starts:
            self._executor.shutdown(wait=False)
            self._start()

    def close(self) -> None:
        """End the process; returns when it is gone."""
        self._executor.shutdown(wait=True, cancel_futures=True)


# in the process ------------------------------------------------------------------------------------------------------

_shared: Any = None


def _begin(shared: Any) -> None:
    """Prepare the process, and keep what is shared with it."""
    global _shared
    _shared = shared
    prepare()


def prepare() -> None:
    """Prepare a process that works for the server: Ctrl-C is the server's to answer, and the server's end is its own."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_the_server, name="end with the server", daemon=True).start()


def _end_with_the_server() -> None:
    server = multiprocessing.parent_process()
    if server is not None:
        server.join()
        os._exit(1)


def _work(answer: AnswerBlock, request: Request, seeds: Sequence[int], ticket: int) -> Block | None:
    def cancelled() -> bool:
        return bool(_shared[ticket % PLACES] != ticket)

    if cancelled():
        return None
    try:
        return answer(request, seeds, cancelled)
    except Cancelled:
        return None
