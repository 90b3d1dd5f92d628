"""The plan of an experiment: every run with its point, arm and seed, known before anything is run and never held as a list.

Run ``r`` is replicate ``r % n`` of arm ``r // n % arms`` at point ``r // n // arms``: neighbours share a point, and what is finished
early covers all arms. A table that names arms has one arm at each point. What a plan rests on is ``parts``; two plans with equal parts
give equal results.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from policygame.catalogue import Quarter
from policygame.experiment import designs
from policygame.experiment.arms import Arm, arms_of
from policygame.experiment.checks import moved, size_of
from policygame.experiment.dimensions import Dimension
from policygame.experiment.measured import Kept, kept_series
from policygame.experiment.schema import Design, Experiment, Outcome
from policygame.experiment.tables import read_table
from policygame.model.agents import Producer
from policygame.model.arrays import Array, Index
from policygame.scenario import Scenario
from policygame.scenario.problems import Problem, ProblemsError
from policygame.version import model_version

__all__ = ["Plan", "Runs", "plan_of"]

Runs = npt.NDArray[np.int64]
"""Numbers of runs, (run,)."""


@dataclass(frozen=True)
class Plan:
    """An experiment, laid out.

    dimensions : what differs from point to point
    values : (point, dimension)
    arm_of_point : (point,) where a table names arms; None: every point is run in every arm
    quarters : how many are run
    kept : what is kept quarter by quarter
    text : the experiment's file
    agents : firm -> class with a rule of its own, from Python
    """

    experiment: Experiment
    scenario: Scenario
    text: str
    arms: tuple[Arm, ...]
    dimensions: tuple[Dimension, ...]
    values: Array
    arm_of_point: Index | None
    quarters: int
    kept: tuple[Kept, ...]
    agents: Mapping[str, type[Producer]]

    @property
    def outcomes(self) -> Mapping[str, Outcome]:
        """Outcomes by name, in the order of the file."""
        return self.experiment.outcomes

    @property
    def n_points(self) -> int:
        """Points of the design."""
        return len(self.values)

    @property
    def n_arms(self) -> int:
        """Arms in which each point is run."""
        return 1 if self.arm_of_point is not None else len(self.arms)

    @property
    def n_runs(self) -> int:
        """Runs in all: one game each."""
        return self.n_points * self.n_arms * self.experiment.seeds.n

    def with_agents(self, agents: Mapping[str, type[Producer]]) -> Plan:
        """The same plan, with firms that follow rules of their own."""
        return replace(self, agents=dict(agents))

    def reduced(self, seeds: int, points: int) -> Plan:
        """The same plan with at most so many seeds, and where its points are drawn at most so many of them, laid out anew."""
        told, design = self.experiment, self.experiment.design
        update: dict[str, Any] = {"seeds": told.seeds.model_copy(update={"n": min(told.seeds.n, seeds)})}
        values = self.values
        if design.method == "latin_hypercube" and self.n_points > points:
            fewer = design.model_copy(update={"points": points})
            update["design"] = fewer
            values = _spread(fewer, self.dimensions)
        return replace(self, experiment=told.model_copy(update=update), values=values)

    def points_of(self, runs: Runs) -> Runs:
        """The point of each run, (run,)."""
        return runs // (self.n_arms * self.experiment.seeds.n)

    def arms_of(self, runs: Runs) -> Runs:
        """The position of each run's arm, (run,)."""
        if self.arm_of_point is not None:
            return np.asarray(self.arm_of_point[self.points_of(runs)], dtype=np.int64)
        return runs // self.experiment.seeds.n % self.n_arms

    def replicates_of(self, runs: Runs) -> Runs:
        """Which of the seeds of its point and arm each run has, from 0, (run,)."""
        return runs % self.experiment.seeds.n

    def seeds_of(self, runs: Runs) -> list[int]:
        """The seed of each run's world."""
        seeds = self.experiment.seeds
        group = np.zeros_like(runs)
        if seeds.points == "nested":
            group = self.points_of(runs)
        if seeds.arms == "nested":
            group = group * len(self.arms) + self.arms_of(runs)
        offsets = group * seeds.n + self.replicates_of(runs)
        return [seeds.first + int(offset) for offset in offsets]

    def table(self, first: int, end: int) -> pa.Table:
        """Rows ``first`` to ``end`` (excluded) of ``runs.parquet``: who is run where, and every quantity that differs."""
        runs = np.arange(first, end, dtype=np.int64)
        arms, points = self.arms_of(runs), self.points_of(runs)
        words = pa.array([arm.name for arm in self.arms], pa.string())
        columns: dict[str, pa.Array] = {
            "run": pa.array(runs),
            "point": pa.array(points),
            "arm": pa.DictionaryArray.from_arrays(pa.array(arms.astype(np.int32)), words),
            "replicate": pa.array(self.replicates_of(runs).astype(np.int32)),
            "seed": pa.array(self.seeds_of(runs), pa.uint64()),
        }
        for government in self.arms[0].labels:
            labels = [arm.labels[government] for arm in self.arms]
            unique = list(dict.fromkeys(labels))
            codes = np.array([unique.index(label) for label in labels], dtype=np.int32)[arms]
            columns[f"lever.{government}"] = pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(unique, pa.string()))
        for d, dimension in enumerate(self.dimensions):
            columns[dimension.name] = pa.array(self.values[points, d])
        return pa.table(columns)

    @cached_property
    def parts(self) -> dict[str, Any]:
        """What the results follow from, as plain values: two plans with equal parts give equal results."""
        told = self.experiment.model_dump(mode="json")
        return {
            "model": model_version(),
            "scenario": {"name": self.scenario.name, "hash": self.scenario.hash},
            "quarters": self.quarters,
            "arms": {arm.name: {government: choice.text for government, choice in arm.choices.items()} for arm in self.arms},
            "quantities": [_told(dimension) for dimension in self.dimensions],
            "design": told["design"],
            "points": {"count": self.n_points, "sha256": _digest(self.values, self.arm_of_point)},
            "seeds": told["seeds"],
            "outcomes": told["outcomes"],
            "kept": [{"metric": kept.metric, "series": [list(pair) for pair in kept.pairs]} for kept in self.kept],
            "agents": {firm: f"{kind.__module__}.{kind.__qualname__}" for firm, kind in sorted(self.agents.items())},
        }


def _told(dimension: Dimension) -> dict[str, Any]:
    """A quantity as it stands in the manifest: what it is, and how it is spread."""
    spread = dimension.spread
    told: dict[str, Any] = {"name": dimension.name, "kind": dimension.kind}
    if spread is not None:
        told["spread"] = {"kind": spread.kind, "low": spread.low, "high": spread.high}
        if spread.kind in ("choice", "triangular"):
            told["spread"]["values"] = list(spread.values)
    if dimension.kind == "capacity":
        told |= {"start": dimension.start, "end": dimension.end}
    if dimension.kind == "amount":
        told |= {"government": dimension.government, "line": str(dimension.setting)}
    return told


def _digest(values: Array, arms: Index | None) -> str:
    digest = hashlib.sha256(np.ascontiguousarray(values, dtype="<f8").tobytes())
    if arms is not None:
        digest.update(np.ascontiguousarray(arms, dtype="<i8").tobytes())
    return digest.hexdigest()


def plan_of(experiment: Experiment, scenario: Scenario, folder: Path, text: str = "") -> Plan:
    """The plan of an experiment that has been checked; ``folder`` is where its paths start from."""
    start = Quarter.parse(scenario.start)
    last = Quarter.parse(experiment.horizon or scenario.end)
    dims: Sequence[Dimension] = moved(experiment, scenario)
    arms = arms_of(experiment.arms, experiment.levers, folder, scenario)
    arm_of_point: Index | None = None
    if experiment.design.method == "table":
        dims, values, arm_of_point = _table(experiment, scenario, folder, dims, arms)
    else:
        values = _spread(experiment.design, dims)
    return Plan(
        experiment,
        scenario,
        text,
        arms,
        tuple(dims),
        values,
        arm_of_point,
        last - start + 1,
        kept_series(experiment.series, experiment.outcomes, scenario) if experiment.keep == "quarterly" else (),
        {},
    )


def _spread(design: Design, dims: Sequence[Dimension]) -> Array:
    """The points of a design, each dimension by its spread, (point, dimension)."""
    values = _places(design, dims)
    for n, dimension in enumerate(dims):
        assert dimension.spread is not None, dimension
        values[:, n] = dimension.spread.at(values[:, n])
    return values


def _places(design: Design, dims: Sequence[Dimension]) -> Array:
    """The points of a design, each dimension from 0 to 1."""
    n, seed = len(dims), 1 if design.seed is None else design.seed
    if design.method == "full_factorial":
        return designs.full_factorial([d.spread.steps(design.levels or 2) for d in dims if d.spread is not None])
    if design.method == "latin_hypercube":
        return designs.latin_hypercube(size_of(design, tuple(dims)), n, seed)
    if design.method == "sobol":
        return designs.sobol(design.points or 1, n, seed, bool(design.second_order))
    if design.method == "morris":
        return designs.morris(design.trajectories or 1, n, design.levels or designs.MORRIS_LEVELS, seed)
    return np.empty((1, 0))


def _table(
    experiment: Experiment, scenario: Scenario, folder: Path, amounts: Sequence[Dimension], arms: Sequence[Arm]
) -> tuple[Sequence[Dimension], Array, Index | None]:
    """Dimensions, values and arms of a table. ProblemsError where its file has changed since it was checked."""
    problems: list[Problem] = []
    numbers = {number.path: number for number in scenario.numbers()}
    listed, names = [replace(amount, spread=None) for amount in amounts], [arm.name for arm in arms]
    table = read_table(experiment.design, None, folder, scenario, numbers, listed, names, problems)
    if table is None:
        raise ProblemsError(problems)
    return table.dimensions, table.values, table.arms
