"""A seat's game without some of what it decided: the same past, the same decisions by everyone else, the same shocks.

Worlds begin where play begins, in the game's own world; one of them goes on as the game did, the others under other seeds' shocks and
draws. Variants share their worlds as far as they are equal: each branches off where its decision is taken. What is concluded from the
worlds is ``debrief``; tasks are plain values, so that variants can be divided among processes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from itertools import groupby
from typing import Protocol

import numpy as np

from policygame.catalogue import MANDATE, Quarter
from policygame.game.outlook import Series
from policygame.game.presents import let_go, scripted
from policygame.game.turns import Calendar
from policygame.model.arrays import Array
from policygame.scenario import Policy, Scenario
from policygame.simulation import Simulation

__all__ = [
    "AS_PLAYED",
    "NOBODY",
    "NOTHING",
    "Found",
    "PlayedGame",
    "Progress",
    "Task",
    "divided",
    "run_task",
    "run_tasks",
    "watched",
]

AS_PLAYED, NOTHING, NOBODY = -1, -2, -3
"""Variants that leave out nothing, all that the seat decided, and all that anybody did; any other is the index of the decision that is
left out."""
AT_ONCE = 260
"""Worlds that are held at a time."""
_QUARTERS_OF_A_BRANCH = 8
"""What opening a variant's worlds takes, in quarters of running them: tasks are divided by it."""
Progress = Callable[[int, int], None]


class PlayedGame(Protocol):
    """A game as values: what ``load_game`` gives."""

    @property
    def scenario(self) -> Scenario:
        """What is played."""

    @property
    def seed(self) -> int:
        """The game's own."""

    @property
    def policies(self) -> Mapping[str, Policy]:
        """What every seat decided in play."""

    @property
    def quarters(self) -> int:
        """How many were played, from the scenario's start."""


def watched(seat: str) -> tuple[Series, ...]:
    """Series that are kept of every variant, beside the score: the wait, compute in the world, and compute that arrives here."""
    return (
        ("lead_time_weeks", "world", "ai_accelerator"),
        ("compute_delivered_kh100e", "world", "ai_accelerator"),
        ("compute_received_kh100e", f"country:{seat}", ""),
    )


@dataclass(frozen=True)
class Task:
    """Some variants of a seat's game. ``seeds``: one per world; ``variants``: those above, or indices of decisions."""

    scenario: Scenario
    seed: int
    policies: tuple[tuple[str, Policy], ...]
    quarters: int
    seat: str
    seeds: tuple[int, ...]
    variants: tuple[int, ...]

    @property
    def own(self) -> Policy:
        """What the seat decided."""
        return dict(self.policies)[self.seat]

    def policy(self, variant: int) -> Policy:
        """What the seat decides in a variant."""
        if variant in (NOTHING, NOBODY):
            return Policy()
        return self.own if variant == AS_PLAYED else self.own.without(variant)

    def begins(self, variant: int) -> int:
        """Quarters from the scenario's start from which on a variant differs."""
        calendar, settings = Calendar.of(self.scenario), self.own.settings
        if variant == NOBODY:
            settings = tuple(setting for _, policy in self.policies for setting in policy.settings)
        if variant == AS_PLAYED or not settings:
            return self.quarters
        first: Quarter = min(s.quarter for s in settings) if variant in (NOTHING, NOBODY) else settings[variant].quarter
        return min(max(first, calendar.play_from) - calendar.start, self.quarters)


Found = dict[int, tuple[Array, Array]]
"""Variant -> the raw components of the seat's score, (part, quarter, world) in the order of the mandate's parts, and what is watched,
(series, quarter, world); quarters from the beginning of play on."""


def divided(task: Task, parts: int) -> list[Task]:
    """At most ``parts`` tasks that run all variants of one, each about as long; decisions of one turn stay together where they can."""
    costs = [task.quarters - task.begins(variant) + _QUARTERS_OF_A_BRANCH for variant in task.variants]
    target = max(sum(costs) / max(parts, 1), 1.0)
    groups: list[list[int]] = [[]]
    spent = 0.0
    for variant, cost in zip(task.variants, costs, strict=True):
        if spent >= target * len(groups) and len(groups) < parts:
            groups.append([])
        groups[-1].append(variant)
        spent += cost
    return [
        Task(task.scenario, task.seed, task.policies, task.quarters, task.seat, task.seeds, tuple(group))
        for group in groups
        if group
    ]


def run_tasks(tasks: Sequence[Task], executor: Executor | None = None, progress: Progress | None = None) -> Found:
    """The variants of all tasks; ``progress`` hears (tasks done, tasks)."""
    found: Found = {}
    for done, part in enumerate((map if executor is None else executor.map)(run_task, tasks), start=1):
        found.update(part)
        if progress is not None:
            progress(done, len(tasks))
    return found


def run_task(task: Task) -> Found:
    """Run a task's variants beside each other."""
    calendar, n = Calendar.of(task.scenario), len(task.seeds)
    start = calendar.play_from - calendar.start
    series = [("score_raw", f"government:{task.seat}", part) for part in MANDATE] + list(watched(task.seat))
    scripts = {seat: scripted(task.scenario, seat, policy) for seat, policy in task.policies}
    metrics = tuple(dict.fromkeys(metric for metric, _, _ in series))
    own = Simulation(task.scenario, [task.seed], scripts, metrics=metrics).run(start)
    played = own.branch([0] * n, seeds=task.seeds)
    late: dict[int, Array] = {}

    def apart(variant: int) -> tuple[int, bool]:
        return task.begins(variant), variant == NOBODY  # in which the other seats too play something else

    for (begins, nobody), group in groupby(sorted((v for v in task.variants if v != AS_PLAYED), key=apart), key=apart):
        played.run(begins - played.quarter)
        for variants in _pieces(tuple(group), max(AT_ONCE // n, 1)):
            each = [scripted(task.scenario, task.seat, task.policy(v)) for v in variants]
            chosen = [script for script in each for _ in range(n)]
            others = {seat: scripted(task.scenario, seat, Policy()) for seat, _ in task.policies} if nobody else {}
            branch = played.branch(list(range(n)) * len(variants), policies={**others, task.seat: chosen})
            found = _read(branch.run(task.quarters - begins), series)
            late.update({v: found[..., i * n : (i + 1) * n] for i, v in enumerate(variants)})
            let_go(branch)
    if AS_PLAYED in task.variants:
        played.run(task.quarters - played.quarter)
    before = _read(played, series)
    let_go(played)
    let_go(own)
    n_parts = len(MANDATE)
    outcome: Found = {}
    for variant in task.variants:
        whole = _joined(before, late.get(variant), task.quarters - start)
        outcome[variant] = whole[:n_parts], whole[n_parts:]
    return outcome


def _joined(before: Array, late: Array | None, quarters: int) -> Array:
    """(series, quarter, world) of a variant: what it shares with the game as played, then its own."""
    if late is None:
        return before
    return np.concatenate([before[:, : quarters - late.shape[1]], late], axis=1)


def _read(simulation: Simulation, series: Sequence[Series]) -> Array:
    """(series, quarter, world) since the simulation was opened."""
    result = simulation.result()
    return np.stack([result.array(*one) for one in series])


def _pieces(variants: tuple[int, ...], size: int) -> Iterator[tuple[int, ...]]:
    for first in range(0, len(variants), size):
        yield variants[first : first + size]
