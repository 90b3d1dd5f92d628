"""A task: some runs side by side in the world axis, reduced to tables. This is what a worker process does.

A run that fails is found by halving the task, and becomes a record with its traceback; the others are not touched by it, since no
world sees another. Which runs make a task does not change any number. Handing tasks out is ``running``.
"""

from __future__ import annotations

import gc
import pickle
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from policygame.asking import AnyPolicy
from policygame.catalogue import Quarter
from policygame.experiment import layout
from policygame.experiment.arms import Arm
from policygame.experiment.dimensions import Dimension
from policygame.experiment.folder import commit, write_aside
from policygame.experiment.measured import Kept, outcome_values
from policygame.experiment.memory import peak_bytes, process_name
from policygame.experiment.plan import Plan, Runs
from policygame.experiment.schema import Outcome
from policygame.model.agents import Producer
from policygame.model.agents.scripts import Script
from policygame.model.arrays import Array, Index
from policygame.model.changes import Change, scale_capacity
from policygame.result import Result
from policygame.scenario import Policy, Scenario
from policygame.simulation import simulate

__all__ = ["Batch", "Game", "Task", "Worked", "batch_of", "game_of", "series_tables", "simulate_batch", "work"]


@dataclass(frozen=True)
class Game:
    """What all runs of an experiment share, as a worker needs it."""

    scenario: Scenario
    arms: tuple[Arm, ...]
    dimensions: tuple[Dimension, ...]
    quarters: int
    outcomes: Mapping[str, Outcome]
    kept: tuple[Kept, ...]
    agents: Mapping[str, type[Producer]]

    @property
    def metrics(self) -> list[str]:
        """Metrics that have to be recorded."""
        return list(dict.fromkeys([*(one.metric for one in self.outcomes.values()), *(kept.metric for kept in self.kept)]))


@dataclass(frozen=True)
class Batch:
    """Runs, each with its seed, the position of its arm and its values (run, dimension)."""

    runs: Runs
    seeds: list[int]
    arms: Index
    values: Array

    def __len__(self) -> int:
        return len(self.seeds)

    def part(self, which: slice) -> Batch:
        """Some of the runs."""
        return Batch(self.runs[which], self.seeds[which], self.arms[which], self.values[which])


@dataclass(frozen=True)
class Task:
    """What is sent to a worker: ``game`` is a pickled ``Game``, the same for all tasks, ``shard`` names the files."""

    game: bytes
    batch: Batch
    out: str
    shard: tuple[int, int]
    unique: str


class Worked(NamedTuple):
    """What comes back of a task: how many runs ended, well or not, how many of them failed, and who did it.

    Numbers alone: results go from the worker to the disk, and never through the caller's memory. ``peak_bytes`` is the most that the
    process has held so far, None where its system does not say.
    """

    runs: int
    failed: int
    process: str
    peak_bytes: int | None


def game_of(plan: Plan) -> Game:
    """What the runs of a plan share."""
    return Game(plan.scenario, plan.arms, plan.dimensions, plan.quarters, dict(plan.outcomes), plan.kept, dict(plan.agents))


def batch_of(plan: Plan, runs: Runs) -> Batch:
    """Runs of a plan, ready to be run."""
    return Batch(runs, plan.seeds_of(runs), plan.arms_of(runs).astype(np.intp), plan.values[plan.points_of(runs)])


def simulate_batch(game: Game, batch: Batch, quarters: int | None = None) -> Result:
    """Run a batch: one world for each of its runs. ``quarters`` replaces the game's own."""
    return simulate(
        game.scenario,
        batch.seeds,
        policies=_policies(game, batch),
        quarters=game.quarters if quarters is None else quarters,
        changes=_changes(game, batch),
        agents=game.agents,
        metrics=game.metrics,
        numbers={d.name: batch.values[:, n] for n, d in enumerate(game.dimensions) if d.kind == "number"},
    )


def _policies(game: Game, batch: Batch) -> dict[str, list[AnyPolicy]]:
    """What each government follows in each world; one that follows the record in all of them is left out."""
    amounts: dict[str, list[tuple[int, Dimension]]] = {}
    for n, dimension in enumerate(game.dimensions):
        if dimension.kind == "amount":
            amounts.setdefault(dimension.government, []).append((n, dimension))
    moved = [name for name in game.scenario.jurisdictions if name in amounts or any(name in arm.choices for arm in game.arms)]
    found: dict[str, list[AnyPolicy]] = {}
    for government in moved:
        own = amounts.get(government, [])
        plays = [_plays(game.scenario, government, arm, with_amounts=bool(own)) for arm in game.arms]
        if not own:
            found[government] = [plays[arm] for arm in batch.arms]
            continue
        found[government] = [
            Script(_script(plays[arm]) + _lines(own, values)) for arm, values in zip(batch.arms, batch.values, strict=True)
        ]
    return found


def _plays(scenario: Scenario, government: str, arm: Arm, with_amounts: bool) -> AnyPolicy:
    """What an arm has a government do; as a script of all its decisions where amounts join them, or where it follows the record."""
    choice = arm.choices.get(government)
    history = Policy.of_history(scenario, government)
    if choice is None or choice.plays is None:
        return Script(history)
    if isinstance(choice.plays, str) or not with_amounts:
        return choice.plays
    return Script(history.before(Quarter.parse(scenario.play_from)) + choice.plays)


def _script(plays: AnyPolicy) -> Policy:
    assert isinstance(plays, Script), plays
    return plays.policy


def _lines(amounts: list[tuple[int, Dimension]], values: Array) -> Policy:
    """The settings of a world's amounts."""
    return Policy(
        tuple(replace(d.setting, amount=float(values[n])) for n, d in amounts if d.setting is not None),
    )


def _changes(game: Game, batch: Batch) -> list[list[Change]]:
    """Each world's factors on capacity."""
    moved = [(n, d) for n, d in enumerate(game.dimensions) if d.kind == "capacity"]
    if not moved:
        return [[] for _ in batch.seeds]
    return [[scale_capacity(d.stage, float(values[n]), d.start, d.end) for n, d in moved] for values in batch.values]


# tables ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Failure:
    """A run that failed."""

    run: int
    seed: int
    error: str
    traceback: str


def run_batch(game: Game, batch: Batch) -> Iterator[tuple[Batch, Result] | _Failure]:
    """Results of the runs that end well, in pieces as large as can be, and a failure for each of the others."""
    try:
        result = simulate_batch(game, batch)
    except Exception as error:
        if len(batch) == 1:
            name = type(error).__name__
            told = "".join(traceback.format_exception(error))
            yield _Failure(int(batch.runs[0]), batch.seeds[0], f"{name}: {error}", told)
            return
    else:
        yield batch, result
        return
    middle = len(batch) // 2
    for half in (slice(0, middle), slice(middle, None)):
        yield from run_batch(game, batch.part(half))


def work(task: Task) -> Worked:
    """Run a task and write its tables, and leave nothing of it in memory.

    A model's parts refer to each other, so that its arrays stay until Python looks for such circles; it counts objects and not their
    size, and would let the arrays of dozens of tasks pile up.
    """
    try:
        return _work(task)
    finally:
        gc.collect()


def _work(task: Task) -> Worked:
    game, out, batch = _game(task.game), Path(task.out), task.batch
    stem = layout.stem_of(int(batch.runs[0]), task.shard, task.unique)
    well: list[tuple[Batch, Result]] = []
    failures: list[_Failure] = []
    for piece in run_batch(game, batch):
        if isinstance(piece, _Failure):
            failures.append(piece)
        else:
            well.append(piece)
    schema = layout.outcome_schema(list(game.outcomes))
    pieces = {
        layout.OUTCOMES: (schema, (_outcomes(game, part, result, schema) for part, result in well)),
        layout.SERIES: (
            layout.SERIES_SCHEMA,
            (t for part, result in well for kept in game.kept for t in series_tables(kept, part, result)),
        ),
        layout.FAILURES: (layout.FAILURE_SCHEMA, iter([_failures(failures)])),
    }
    aside: dict[str, Path] = {}
    try:
        for table, (kind, rows) in pieces.items():
            file = write_aside(out, table, stem, kind, rows)
            if file is not None:
                aside[table] = file
        commit(out, stem, aside, batch.runs, [failure.run for failure in failures])
    finally:
        for file in (out / layout.ASIDE).glob(f"{stem}.*"):
            file.unlink(missing_ok=True)
    return Worked(len(batch), len(failures), process_name(), peak_bytes())


@lru_cache(maxsize=2)
def _game(pickled: bytes) -> Game:
    """The game that tasks share, unpacked once in each process."""
    game: Game = pickle.loads(pickled)
    return game


def _outcomes(game: Game, batch: Batch, result: Result, schema: pa.Schema) -> pa.Table:
    columns = [pa.array(batch.runs), *(pa.array(outcome_values(result, outcome)) for outcome in game.outcomes.values())]
    return pa.Table.from_arrays(columns, schema=schema)


_ROWS = 1_000_000
"""Rows of series that are laid out at once, about."""


def series_tables(kept: Kept, batch: Batch, result: Result) -> Iterator[pa.Table]:
    """Rows of a metric: series by series within a quarter, run by run within a series."""
    values = result.all_of(kept.metric)[:, list(kept.at)]
    n_pairs, n_runs = len(kept.pairs), len(batch)
    step = max(_ROWS // max(n_pairs * n_runs, 1), 1)
    entities, items = ([pair[n] for pair in kept.pairs] for n in (0, 1))
    for first in range(0, len(values), step):
        quarters = [str(quarter) for quarter in result.quarters[first : first + step]]
        per_quarter, rows = n_pairs * n_runs, len(quarters) * n_pairs * n_runs
        yield pa.Table.from_arrays(
            [
                pa.array(np.tile(batch.runs, rows // n_runs)),
                _words(np.repeat(np.arange(len(quarters)), per_quarter), quarters),
                _words(np.zeros(rows), [kept.metric]),
                _coded(entities, n_runs, len(quarters)),
                _coded(items, n_runs, len(quarters)),
                pa.array(values[first : first + step].ravel()),
            ],
            schema=layout.SERIES_SCHEMA,
        )


def _coded(words: list[str], n_runs: int, n_quarters: int) -> pa.DictionaryArray:
    unique = sorted(set(words))
    return _words(np.tile(np.repeat([unique.index(word) for word in words], n_runs), n_quarters), unique)


def _words(codes: Index | Array, words: list[str]) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), pa.array(words, pa.string()))


def _failures(found: list[_Failure]) -> pa.Table:
    columns = {name: [getattr(failure, name) for failure in found] for name in layout.FAILURE_SCHEMA.names}
    return pa.table(columns, schema=layout.FAILURE_SCHEMA)
