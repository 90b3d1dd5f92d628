"""Where a game stands: the world that scenario, seed and decisions lead to, at the beginning of a turn.

A position is always replayed from the scenario's start, never kept as the truth; it is cheap enough (a world of 44 quarters takes a
fifth of a second). What it is worth to a role is in ``views`` and ``treasury``.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from policygame.game.turns import Calendar
from policygame.model.agents.government import GovernmentView
from policygame.model.agents.scripts import Script
from policygame.model.arrays import Array, index
from policygame.model.state import State
from policygame.model.structure import PLACE_OF
from policygame.result import Result
from policygame.scenario import Policy, Scenario
from policygame.simulation import Simulation

if TYPE_CHECKING:
    from policygame.game.game import Game

__all__ = ["Position", "close", "digest"]

FIGURES_RTOL = 1e-9
"""Relative difference up to which figures of two machines are the same."""


@dataclass(frozen=True)
class Position:
    """One world at the beginning of ``turn``. ``decisions`` holds every seat's decisions of the turns before."""

    scenario: Scenario
    seed: int
    decisions: Mapping[str, Policy]
    turn: int

    @classmethod
    def of(cls, game: Game) -> Position:
        """Where a game stands."""
        return cls(game.scenario, game.seed, game.decisions, min(game.turn, game.turns + 1))

    @cached_property
    def calendar(self) -> Calendar:
        """Turns and their quarters."""
        return Calendar.of(self.scenario)

    @cached_property
    def simulation(self) -> Simulation:
        """The world, standing at the turn's first quarter; do not run it on, branch it."""
        simulation = Simulation(self.scenario, [self.seed], {seat: Script(self.in_force(seat)) for seat in self.decisions})
        return simulation.run(self.calendar.quarters_before(self.turn))

    @cached_property
    def result(self) -> Result:
        """Every metric since the scenario's start."""
        return self.simulation.result()

    @cached_property
    def digest(self) -> str:
        """The digest of ``result``."""
        return digest(self.result)

    @cached_property
    def figures(self) -> Mapping[str, float]:
        """Sum of each metric over its series in the last quarter that was run, in its unit; by these, results can be compared between
        machines that round otherwise."""
        result = self.result
        if not result.quarters:
            return MappingProxyType({})
        return MappingProxyType({metric: math.fsum(_finite(result.all_of(metric)[-1])) for metric in result.metrics})

    @property
    def state(self) -> State:
        """The state of the world; its last axis is padded to two equal worlds."""
        return self.simulation.models[0].state

    def in_force(self, seat: str) -> Policy:
        """All that a seat has decided before this turn, the scenario's history before play included."""
        return self._in_force[seat]

    @cached_property
    def _in_force(self) -> Mapping[str, Policy]:
        """``in_force`` by seat: read from the scenario's text once, because every look at the game asks for all of them."""
        history = {seat: Policy.of_history(self.scenario, seat).before(self.calendar.play_from) for seat in self.decisions}
        return MappingProxyType({seat: history[seat] + taken for seat, taken in self.decisions.items()})

    def view(self, seat: str, *, fresh: bool = False) -> GovernmentView:
        """What the role of a seat may see of the world now."""
        return GovernmentView(self.simulation.models[0], PLACE_OF[seat], index([0]), fresh)

    def one(self, array: Array) -> Array:
        """``array`` (..., world) of this one world: (...)."""
        return np.asarray(array[..., 0])

    def next(self, decided: Mapping[str, Policy]) -> Position:
        """Where the game stands after this turn, if every seat decides as ``decided`` says; seats not named decide nothing."""
        decisions = {seat: taken + decided.get(seat, Policy()) for seat, taken in self.decisions.items()}
        return replace(self, decisions=MappingProxyType(decisions), turn=self.turn + 1)


def _finite(array: Array) -> list[float]:
    """The numbers of an array that are numbers: a margin without revenue is none."""
    found: list[float] = array[np.isfinite(array)].tolist()
    return found


def close(one: Mapping[str, float], other: Mapping[str, float]) -> bool:
    """Whether figures are of the same metrics, and each the same to ``FIGURES_RTOL``."""
    return one.keys() == other.keys() and all(math.isclose(one[key], other[key], rel_tol=FIGURES_RTOL) for key in one)


def digest(result: Result) -> str:
    """SHA-256, in hexadecimal, over every metric's name, its series and its numbers' bytes, in the catalogue's order."""
    found = hashlib.sha256()
    for metric in result.metrics:
        found.update(metric.encode() + b"\0")
        for entity, item in result.series(metric):
            found.update(f"{entity}\0{item}\0".encode())
        found.update(np.ascontiguousarray(result.all_of(metric), dtype="<f8").tobytes())
    return found.hexdigest()
