"""The worlds of a tournament: arms that differ by who plays what from the beginning of play on, over the same seeds.

All arms of a seed branch from one common past. Work is cut into tasks of some worlds and some arms, which processes share; what comes
out does not depend on how it is cut. What the arms are for is ``field``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from multiprocessing import get_context

import numpy as np

from policygame.asking import AnyPolicy
from policygame.foresight.worlds import let_go
from policygame.model.arrays import Array
from policygame.result import Result
from policygame.scenario import Policy, Scenario
from policygame.simulation import Simulation
from policygame.tournament.mandates import PARTS, over_quarters, seats_of

__all__ = ["NOBODY", "Arm", "Progress", "run_arms", "workers_of"]

WORLDS_PER_TASK = 64
ARMS_PER_TASK = 4
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Arm:
    """Who plays what from the beginning of play on: (seat, bot or strategy). Seats that are not named decide nothing."""

    plays: tuple[tuple[str, AnyPolicy], ...] = ()


NOBODY = Arm()
"""Nobody acts: what history decided before play stays in force, and nothing is added."""


@dataclass(frozen=True)
class _Task:
    scenario: Scenario
    seeds: tuple[int, ...]
    arms: tuple[Arm, ...]


@contextmanager
def workers_of(workers: int) -> Iterator[Executor | None]:
    """Processes that share the work; None, for this process alone, where ``workers`` is 1."""
    with nullcontext() if workers == 1 else ProcessPoolExecutor(workers, get_context("spawn")) as executor:
        yield executor


def run_arms(
    scenario: Scenario,
    seeds: Sequence[int],
    arms: Sequence[Arm],
    executor: Executor | None = None,
    progress: Callable[[int], None] | None = None,
) -> Array:
    """(arm, seat, part, world): the components of every seat's mandate, in the mean over the quarters of play.

    ``progress`` hears how many more worlds, times arms, are done.
    """
    cut = list(_cut(scenario, tuple(seeds), tuple(arms)))
    found = np.empty((len(arms), len(seats_of(scenario)), len(PARTS), len(seeds)))
    results: Iterable[Array] = (map if executor is None else executor.map)(_run, [task for _, _, task in cut])
    for (at_arm, at_seed, task), result in zip(cut, results, strict=True):
        found[at_arm : at_arm + len(task.arms), ..., at_seed : at_seed + len(task.seeds)] = result
        if progress is not None:
            progress(len(task.arms) * len(task.seeds))
    return found


def _cut(scenario: Scenario, seeds: tuple[int, ...], arms: tuple[Arm, ...]) -> Iterator[tuple[int, int, _Task]]:
    """Tasks with the place of their first arm and first seed; those of the same seeds follow each other, and share their past."""
    for at_seed in range(0, len(seeds), WORLDS_PER_TASK):
        for at_arm in range(0, len(arms), ARMS_PER_TASK):
            own = arms[at_arm : at_arm + ARMS_PER_TASK]
            yield at_arm, at_seed, _Task(scenario, seeds[at_seed : at_seed + WORLDS_PER_TASK], own)


_past: dict[tuple[str, tuple[int, ...]], Simulation] = {}
"""The last past of this process: its worlds at the beginning of play."""


def _at_play(scenario: Scenario, seeds: tuple[int, ...]) -> Simulation:
    key = (scenario.hash, seeds)
    if key not in _past:
        for old in _past.values():
            let_go(old)
        _past.clear()
        past = Simulation(scenario, seeds, metrics=["score_raw"])
        _past[key] = past.run(past.structure.play_from)
    return _past[key]


def _run(task: _Task) -> Array:
    """The arms of a task beside each other: (arm, seat, part, world)."""
    past, seats, n = _at_play(task.scenario, task.seeds), seats_of(task.scenario), len(task.seeds)
    policies: dict[str, list[AnyPolicy]] = {}
    for seat in seats:
        each = [dict(arm.plays).get(seat, Policy()) for arm in task.arms]
        policies[seat] = [chosen for chosen in each for _ in range(n)]
    branch = past.branch(list(range(n)) * len(task.arms), policies=policies)
    result = branch.run(branch.structure.n_quarters - branch.quarter).result()
    found = np.stack([over_quarters(_score(result, seat)) for seat in seats])
    let_go(branch)
    return np.ascontiguousarray(found.reshape(*found.shape[:2], len(task.arms), n).transpose(2, 0, 1, 3))


def _score(result: Result, seat: str) -> Array:
    """(part, quarter, world)"""
    return np.stack([result.array("score_raw", f"government:{seat}", part) for part in PARTS])
