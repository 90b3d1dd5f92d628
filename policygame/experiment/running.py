"""Running an experiment: what is planned and not done is cut into tasks, handed to an executor, and gathered as it comes.

The executor may be any of ``concurrent.futures``: processes of this machine by default, a Dask cluster by its scheduler's address.
Neither it, nor how many work, nor how many worlds a task has, changes a number. The work itself is ``tasks``, the folder ``folder``.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import pickle
import signal
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Executor, Future, ProcessPoolExecutor, wait
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

from policygame.errors import UserError
from policygame.experiment.folder import Finished, begin, cannot_write, finished, lock
from policygame.experiment.loading import load_experiment
from policygame.experiment.measured import pairs_of
from policygame.experiment.memory import peak_bytes
from policygame.experiment.plan import Plan, Runs
from policygame.experiment.tasks import Task, Worked, batch_of, game_of, work
from policygame.model.agents import Producer

__all__ = ["Interrupted", "RunningError", "Summary", "run_experiment", "shard_of"]

WORLDS_PER_TASK = 256
FEWEST_PER_TASK = 32
MOST_SERIES_VALUES = 8_000_000
"""Values that a task records quarter by quarter, at most: 64 MB."""
TASKS_AHEAD = 2
"""Tasks that are handed out for each worker; the others wait here, so that the end of a day finishes soon."""
MOST_BREAKS = 3

Progress = Callable[[int, int, int], None]
Pool = Callable[[], AbstractContextManager[tuple[Executor, int]]]


class RunningError(UserError):
    """An experiment that cannot go on; what is finished is kept."""


class Interrupted(KeyboardInterrupt):
    """Somebody pressed Ctrl-C. The tasks in flight were finished; ``summary`` says what is done."""

    def __init__(self, summary: Summary) -> None:
        super().__init__(f"interrupted with {summary.done} of {summary.planned} runs done")
        self.summary = summary


@dataclass(frozen=True)
class Summary:
    """What a call did: runs of its shard that are ``planned``, were done ``before``, are ``done`` now, and ``failed`` among them.

    ``damaged`` names tasks whose files were found damaged and were run again. ``seconds`` is how long the call took,
    ``driver_peak_bytes`` the most memory that the process of the call has held, ``worker_peak_bytes`` that of each worker process
    by its name, HOST:PID; where a system does not say it, it is None or left out.
    """

    out: Path
    planned: int
    before: int
    done: int
    failed: int
    damaged: tuple[str, ...]
    seconds: float = 0.0
    driver_peak_bytes: int | None = None
    worker_peak_bytes: Mapping[str, int] = field(default_factory=dict)

    @property
    def games_per_second(self) -> float:
        """Runs that this call did in a second."""
        return (self.done - self.before) / self.seconds if self.seconds else 0.0


def run_experiment(
    experiment: Plan | str | os.PathLike[str],
    out: str | os.PathLike[str],
    *,
    workers: int | None = None,
    executor: Executor | None = None,
    scheduler: str | None = None,
    shard: tuple[int, int] = (1, 1),
    worlds_per_task: int | None = None,
    retry_failed: bool = False,
    agents: Mapping[str, type[Producer]] | None = None,
    progress: Progress | None = None,
) -> Summary:
    """Run what is planned and not done of an experiment, and keep it in a folder.

    Parameters
    ----------
    experiment : a plan (``load_experiment``), the name of a shipped experiment, or the path of a file
    out : folder of the result set; one that was begun with the same experiment is resumed
    workers : processes of this machine; default: one for each core
    executor : runs the tasks instead; it is not shut down, and its workers must see the folder
    scheduler : address of a Dask scheduler, like ``tcp://host:8786``, whose workers run the tasks instead
    shard : (i, n): only the i-th of n parts of the runs; parts may run at the same time, also into one folder
    worlds_per_task : runs side by side in a task; default: up to 256
    retry_failed : run again what had failed
    agents : firm -> class with a rule of its own; workers must be able to import it
    progress : called with (runs done, runs planned, runs failed)

    Raises ExperimentError, FolderError or RunningError in words, and Interrupted after Ctrl-C.
    """
    plan = experiment if isinstance(experiment, Plan) else load_experiment(experiment)
    plan = plan if agents is None else plan.with_agents(agents)
    folder, begun = Path(os.path.abspath(out)), time.perf_counter()
    first, end = shard_of(plan.n_runs, shard)
    begin(plan, folder)
    with lock(folder, first, end):
        state = finished(folder, first, end, verify=True, retry_failed=retry_failed)
        count = _Count(
            Summary(folder, end - first, int(state.done.sum()), int(state.done.sum()), state.failed, state.damaged), progress
        )
        pool = _pool(executor, scheduler, workers)
        for _ in range(MOST_BREAKS):
            if not state.n_missing:
                break
            try:
                _run_missing(plan, state, folder, shard, worlds_per_task, pool, count)
            except Interrupted:
                raise Interrupted(_now(count.summary, finished(folder, first, end, verify=False), begun)) from None
            state = finished(folder, first, end, verify=False)
        return _now(count.summary, state, begun)


def _now(summary: Summary, state: Finished, begun: float) -> Summary:
    """A summary with what the folder's records say, and what it took."""
    return replace(
        summary,
        done=int(state.done.sum()),
        failed=state.failed,
        seconds=time.perf_counter() - begun,
        driver_peak_bytes=peak_bytes(),
    )


def shard_of(n_runs: int, shard: tuple[int, int]) -> tuple[int, int]:
    """First run and end (excluded) of the i-th of n parts.

    >>> [shard_of(10, (i, 3)) for i in (1, 2, 3)]
    [(0, 3), (3, 6), (6, 10)]
    """
    part, parts = shard
    if not 1 <= part <= parts:
        raise RunningError(f"a shard is i of n with i from 1 to n; found {part} of {parts}")
    return n_runs * (part - 1) // parts, n_runs * part // parts


class _Count:
    """What has been done, told as it grows."""

    def __init__(self, summary: Summary, progress: Progress | None) -> None:
        self.summary, self._progress = summary, progress
        self.add(0, 0)

    def worked(self, task: Worked) -> None:
        """A task is done."""
        if task.peak_bytes is not None:
            peaks = {**self.summary.worker_peak_bytes, task.process: task.peak_bytes}
            self.summary = replace(self.summary, worker_peak_bytes=peaks)
        self.add(task.runs, task.failed)

    def add(self, done: int, failed: int) -> None:
        self.summary = replace(self.summary, done=self.summary.done + done, failed=self.summary.failed + failed)
        if self._progress is not None:
            self._progress(self.summary.done, self.summary.planned, self.summary.failed)


def _run_missing(
    plan: Plan, state: Finished, out: Path, shard: tuple[int, int], worlds: int | None, pool: Pool, count: _Count
) -> None:
    """Run all that is missing; workers that die are replaced while something still gets done."""
    game, fruitless = pickle.dumps(game_of(plan)), 0
    waiting: _Waiting | None = None
    while waiting is None or waiting.more():
        with pool() as (executor, n_workers):
            if waiting is None:
                waiting = _Waiting(state.missing(_task_size(plan, state.n_missing, n_workers, worlds)))
            before = count.summary.done
            _hand_out(executor, n_workers * TASKS_AHEAD, waiting, _sender(plan, game, out, shard), count)
        fruitless = fruitless + 1 if count.summary.done == before else 0
        if fruitless >= MOST_BREAKS:
            raise RunningError(
                f"worker processes died {MOST_BREAKS} times without finishing anything; most often memory is short. Use fewer --workers "
                "or fewer --worlds-per-task and give the same command again: what is finished is kept."
            )


class _Waiting:
    """Tasks that are not handed out yet, laid out as they are taken; what is given back comes first."""

    def __init__(self, tasks: Iterator[Runs]) -> None:
        self._tasks, self._back = tasks, list[Runs]()

    def more(self) -> bool:
        """Whether there is a task to take."""
        if not self._back:
            self._back.extend(islice(self._tasks, 1))
        return bool(self._back)

    def take(self) -> Runs:
        """The next task."""
        return self._back.pop()

    def give_back(self, runs: Runs) -> None:
        """A task was lost with its worker."""
        self._back.append(runs)


def _task_size(plan: Plan, missing: int, n_workers: int, worlds: int | None) -> int:
    """Worlds of a task: many, but every worker gets several tasks, and what is recorded of them fits into memory."""
    if worlds is not None:
        return worlds
    recorded = sum(
        map(len, pairs_of(plan.scenario, game_of(plan).metrics).values())
    )  # all series of a metric, also if one is kept
    fits = MOST_SERIES_VALUES // (plan.quarters * recorded)
    return max(min(WORLDS_PER_TASK, fits, max(-(-missing // (4 * n_workers)), FEWEST_PER_TASK)), 1)


def _sender(plan: Plan, game: bytes, out: Path, shard: tuple[int, int]) -> Callable[[Executor, Runs], Future[Worked]]:
    def send(executor: Executor, runs: Runs) -> Future[Worked]:
        return executor.submit(work, Task(game, batch_of(plan, runs), str(out), shard, uuid.uuid4().hex[:12]))

    return send


def _hand_out(
    executor: Executor, ahead: int, waiting: _Waiting, send: Callable[[Executor, Runs], Future[Worked]], count: _Count
) -> None:
    """Hand tasks out, a few ahead, until none waits or the executor breaks; what was lost with a worker that died waits again.

    After Ctrl-C nothing more is handed out, what is being worked on is finished, and Interrupted is raised.
    """
    flying: dict[Future[Worked], Runs] = {}
    broken = False
    stopped: BaseException | None = None
    while flying or (stopped is None and not broken and waiting.more()):
        try:
            while len(flying) < ahead and stopped is None and not broken and waiting.more():
                runs = waiting.take()
                try:
                    flying[send(executor, runs)] = runs
                except BrokenExecutor:
                    waiting.give_back(runs)
                    broken = True
            for future in wait(flying, return_when=FIRST_COMPLETED).done:
                runs = flying.pop(future)
                error = _error(future)
                if error is None:
                    count.worked(future.result())
                    continue
                given_back = isinstance(error, CancelledError) and (broken or stopped is not None)
                if given_back or isinstance(error, BrokenExecutor):
                    waiting.give_back(runs)
                    broken = broken or not given_back
                elif stopped is None:
                    stopped = error
                _cancel(flying)
        except KeyboardInterrupt as interrupt:
            if isinstance(stopped, KeyboardInterrupt):
                raise  # a second one does not wait
            stopped = interrupt
            _cancel(flying)
    if stopped is not None:
        raise _told(stopped, count.summary) from stopped


def _cancel(flying: Mapping[Future[Any], Runs]) -> None:
    for future in flying:
        future.cancel()


def _error(future: Future[Any]) -> BaseException | None:
    try:
        return future.exception()
    except CancelledError as error:
        return error


def _told(error: BaseException, summary: Summary) -> BaseException:
    """What is raised for what stopped the work."""
    if isinstance(error, KeyboardInterrupt):
        return Interrupted(summary)
    if isinstance(error, OSError):
        return cannot_write(summary.out, error)
    if isinstance(error, CancelledError):
        return RunningError(
            "the scheduler ended or gave up its tasks. Start it again and give the same command: what is finished is kept."
        )
    if type(error).__name__ in ("KilledWorker", "CommClosedError"):
        return RunningError(f"the cluster lost its workers ({error}). Give the same command again: what is finished is kept.")
    return error


# executors -----------------------------------------------------------------------------------------------------------------


def _pool(executor: Executor | None, scheduler: str | None, workers: int | None) -> Pool:
    """Opens the executor that is asked for, and says how many tasks it runs at once."""
    if sum(given is not None for given in (executor, scheduler, workers)) > 1:
        raise RunningError("workers, executor and scheduler exclude each other: give one of them")
    if scheduler is not None:
        return lambda: _cluster(scheduler)
    if executor is not None:
        given = executor
        size = getattr(given, "_max_workers", None) or os.cpu_count() or 1
        return lambda: _as_it_is(given, size)
    n = (os.cpu_count() or 1) if workers is None else workers
    if n < 1:
        raise RunningError(f"workers is a whole number from 1 on; found {workers!r}")
    return lambda: _processes(n)


@contextmanager
def _as_it_is(executor: Executor, size: int) -> Iterator[tuple[Executor, int]]:
    yield executor, size


@contextmanager
def _processes(n: int) -> Iterator[tuple[Executor, int]]:
    executor = ProcessPoolExecutor(n, multiprocessing.get_context("spawn"), _prepare)
    try:
        yield executor, n
    finally:
        executor.shutdown(wait=True, cancel_futures=True)


def _prepare() -> None:
    """Prepare a worker process: Ctrl-C is the caller's to answer, and the caller's end is its own."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_the_caller, name="end with the caller", daemon=True).start()


def _end_with_the_caller() -> None:
    caller = multiprocessing.parent_process()
    if caller is not None:
        caller.join()
        os._exit(1)


@contextmanager
def _cluster(address: str) -> Iterator[tuple[Executor, int]]:
    try:
        from distributed import Client
    except ImportError:
        raise RunningError("a cluster needs Dask distributed; install it with: pip install 'policygame[cluster]'") from None
    with _only_our_words():
        yield from _connected(Client, address)


@contextmanager
def _only_our_words() -> Iterator[None]:
    """Keep Dask's own tracebacks of a lost scheduler from the screen: the run says in words what happened and what to do."""
    names = [name for name in logging.root.manager.loggerDict if name.partition(".")[0] in ("distributed", "asyncio")]
    loggers = [logging.getLogger(name) for name in names]  # some of distributed's have a level of their own
    levels = [logger.level for logger in loggers]
    try:
        for logger in loggers:
            logger.setLevel(logging.CRITICAL + 1)
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


def _connected(client_of: Callable[..., Any], address: str) -> Iterator[tuple[Executor, int]]:
    """The executor of a cluster and how many tasks it works on at once, until the caller is done."""
    try:
        client = client_of(address, timeout=10)
    except (OSError, ValueError) as error:
        raise RunningError(f"no Dask scheduler answers at {address} ({error}). Start one with: dask scheduler") from None
    try:
        threads = sum(client.nthreads().values())
        if not threads:
            raise RunningError(f"the Dask scheduler at {address} has no workers. Start some with: dask worker {address}")
        yield client.get_executor(pure=False), threads
    finally:
        with suppress(OSError, TimeoutError):
            client.close()
