"""``Forecaster``: what worlds say about drafts, asked of two processes of its own, so that pages stay quick while sliders move.

Each process runs half of the worlds of a request, always the same half, so that what it has begun serves the next draft. A newer
request of the same key cancels the older one, also while it runs. Answers are kept. A process that dies is replaced. What is asked
and answered is ``policygame.game.outlook``'s business.
"""

from __future__ import annotations

import queue
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from itertools import count
from typing import Self

from policygame.errors import UserError
from policygame.game.outlook import Answer, Block, Request, answer_block, merge
from policygame.hosting.workers import PLACES, AnswerBlock, Tickets, Worker

__all__ = ["ANSWERS", "WORKERS", "ForecastError", "Forecaster"]

WORKERS = 2
ANSWERS = 256
"""How many answers are kept."""
DEATHS = 3
"""A request is given up when so many processes died while it was with them: it may be what they died of."""


class ForecastError(UserError):
    """The worlds of a draft could not be run."""


@dataclass(eq=False)
class _Job:
    """A request under way. Its ``ticket`` is held in shared memory while somebody waits for the ``answer``."""

    key: Hashable
    request: Request
    ticket: int
    answer: Future[Answer] = field(default_factory=Future)
    blocks: dict[int, Block] = field(default_factory=dict)
    missing: int = 0
    deaths: int = 0
    ended: bool = False


class Forecaster:
    """Answers outlook requests in processes of its own. Safe to use from several threads; close it, or use it in a ``with`` block.

    ``answer`` runs some worlds of a request, in a process; ``combine`` makes one answer of the parts.
    """

    def __init__(
        self,
        *,
        answer: AnswerBlock = answer_block,
        combine: Callable[[Request, Sequence[Block]], Answer] = merge,
        workers: int = WORKERS,
    ) -> None:
        self._answer, self._combine = answer, combine
        self._tickets = Tickets()
        self._workers = [Worker(self._tickets) for _ in range(workers)]
        self._numbers = count(1)
        self._lock = threading.Lock()
        self._newest: dict[Hashable, _Job] = {}
        self._jobs: dict[int, _Job] = {}  # by the place of their ticket
        self._kept: OrderedDict[Request, Answer] = OrderedDict()
        self._closed = False
        self._steps: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._keep_working, name="forecaster", daemon=True)
        self._thread.start()

    # asking ----------------------------------------------------------------------------------------------------------

    def submit(self, key: Hashable, request: Request) -> Future[Answer]:
        """Ask; whatever the same ``key`` asked before is cancelled. Whoever waits no longer may cancel the future.

        Use one key for each picture that a person sees, like (game, seat, "near"). The future raises what the outlook refuses, or
        ``ForecastError``; it is cancelled when a newer request takes its place or the forecaster is closed. What is to be done when
        it is done should be short: it is done on the forecaster's own thread.
        """
        dropped: list[_Job] = []
        with self._lock:
            if self._closed:
                raise ForecastError("The server is stopping; no more worlds are run.")
            older = self._newest.get(key)
            if older is not None and older.request == request and not older.answer.done():
                return older.answer
            if older is not None:
                dropped.append(older)
            kept = self._kept.get(request)
            if kept is None:
                job, displaced = self._new(key, request)
                dropped += displaced
            else:
                self._kept.move_to_end(request)
                self._newest.pop(key, None)
        for one in dropped:
            one.answer.cancel()  # with no lock held: whoever waits for it hears of it here
        if kept is not None:
            answer: Future[Answer] = Future()
            answer.set_result(kept)
            return answer
        self._steps.put(lambda: self._begin(job))
        return job.answer

    def _new(self, key: Hashable, request: Request) -> tuple[_Job, list[_Job]]:
        """A job, and the one whose ticket had its place; the caller holds the lock."""
        job = _Job(key, request, next(self._numbers))
        displaced = self._jobs.pop(job.ticket % PLACES, None)
        self._newest[key] = self._jobs[job.ticket % PLACES] = job
        self._tickets.hold(job.ticket)
        job.answer.add_done_callback(lambda answer: self._tickets.drop(job.ticket))
        return job, [] if displaced is None else [displaced]

    # working: all below is done on one thread, which alone talks to the processes --------------------------------------

    def _keep_working(self) -> None:
        while (step := self._steps.get()) is not None:
            step()

    def _begin(self, job: _Job) -> None:
        parts = [part for part in range(len(self._workers)) if self._seeds(job, part)]
        job.missing = len(parts)
        if not parts:
            self._end(job, error=ForecastError("A forecast needs at least one world."))
        for part in parts:
            self._send(job, part)

    def _send(self, job: _Job, part: int) -> None:
        if job.ended or job.answer.done():
            self._end(job)
            return
        worker = self._workers[part]
        sent = worker.submit(self._answer, job.request, self._seeds(job, part), job.ticket)
        start = worker.starts
        sent.add_done_callback(lambda done: self._steps.put(lambda: self._receive(job, part, start, done)))

    def _receive(self, job: _Job, part: int, start: int, done: Future[Block | None]) -> None:
        error = done.exception()
        if isinstance(error, BrokenProcessPool):
            self._workers[part].replace(start)
            job.deaths += 1
            if job.deaths < DEATHS:
                self._send(job, part)
            else:
                self._end(job, error=ForecastError("The worlds of this draft could not be run: the process that ran them died."))
            return
        block = None if error is not None else done.result()
        if block is None:
            self._end(job, error=error)
            return
        job.blocks[part] = block
        job.missing -= 1
        if job.missing == 0 and not job.ended:
            self._combine_blocks(job)

    def _combine_blocks(self, job: _Job) -> None:
        try:
            answer = self._combine(job.request, [job.blocks[part] for part in sorted(job.blocks)])
        except Exception as error:  # of whatever kind, it is told to whoever waits
            self._end(job, error=error)
        else:
            self._end(job, answer=answer)

    def _end(self, job: _Job, answer: Answer | None = None, error: BaseException | None = None) -> None:
        """Tell whoever waits; without an answer or an error nobody does. What still runs of the job stops at its next quarter."""
        if job.ended:
            return
        job.ended = True
        with self._lock:
            if self._jobs.get(job.ticket % PLACES) is job:
                del self._jobs[job.ticket % PLACES]
            if self._newest.get(job.key) is job:
                del self._newest[job.key]
            if answer is not None:
                self._kept[job.request] = answer
                while len(self._kept) > ANSWERS:
                    self._kept.popitem(last=False)
        if answer is None and error is None:
            job.answer.cancel()
        if job.answer.set_running_or_notify_cancel():
            if answer is not None:
                job.answer.set_result(answer)
            else:
                job.answer.set_exception(error)

    def _seeds(self, job: _Job, part: int) -> tuple[int, ...]:
        """The worlds of one process: an even share of them, the same for every request with these worlds."""
        seeds, parts = job.request.seeds, len(self._workers)
        return seeds[part * len(seeds) // parts : (part + 1) * len(seeds) // parts]

    # ending ----------------------------------------------------------------------------------------------------------

    def close(self) -> None:
        """Cancel everything and end the processes; returns when they are gone."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            jobs = list(self._jobs.values())
        for job in jobs:
            job.answer.cancel()
        self._steps.put(None)
        self._thread.join()
        for worker in self._workers:
            worker.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()
