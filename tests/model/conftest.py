"""Tools to look inside the model, quarter by quarter, and to put levers into force without asking what a role may afford."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pytest

from policygame.catalogue import Quarter
from policygame.model.agents.government import GovernmentView, Order
from policygame.model.model import PackagingModel
from policygame.model.now import Now
from policygame.model.state import State
from policygame.scenario import Scenario, load_scenario
from policygame.simulation import Simulation


@dataclass(frozen=True)
class Step:
    """One quarter of one block of worlds: the state before and after, and what the quarter worked out."""

    quarter: int
    before: State
    now: Now
    after: State
    model: PackagingModel


@dataclass(frozen=True)
class Orders:
    """A strategy that orders the same from a quarter on (default: from the beginning of play), and nothing before."""

    orders: tuple[Order, ...]
    start: str = ""
    until: str = ""

    def decide(self, view: GovernmentView) -> Iterable[Order]:
        structure = view._model.structure
        begins = Quarter.parse(self.start) if self.start else structure.first + structure.play_from
        if view.quarter < begins or (self.until and view.quarter > Quarter.parse(self.until)):
            return ()
        return [
            Order(o.lever, o.item, o.amount, o.cap_musd, o.places, o.priority, o.price_usd, o.years, view.quarter == begins)
            for o in self.orders
        ]


def step_by_step(simulation: Simulation, quarters: int | None = None) -> Iterator[Step]:
    """Advance a simulation one quarter at a time and hand over every block's quarter."""
    left = simulation.structure.n_quarters - simulation.quarter
    for _ in range(left if quarters is None else quarters):
        before = [copy.deepcopy(model.state) for model in simulation.models]
        at = simulation.quarter
        simulation.run(1)
        for model, state in zip(simulation.models, before, strict=True):
            yield Step(at, state, model.now, model.state, model)


def without_history(scenario: Scenario) -> Scenario:
    """The scenario with no decision in force but those of the test."""
    return scenario.model_copy(update={"history": {}})


@pytest.fixture(scope="session")
def steps() -> Callable[..., Iterator[Step]]:
    return step_by_step


@pytest.fixture(scope="session")
def orders() -> type[Orders]:
    return Orders


@pytest.fixture(scope="session")
def first_game() -> Scenario:
    return load_scenario("first-game")


@pytest.fixture(scope="session")
def ai_surge() -> Scenario:
    """As its priors have it: rules must hold in worlds that history rules out, too, and shocks are those of the seeds."""
    return load_scenario("ai-surge-2023").model_copy(update={"posterior": None})


@pytest.fixture(scope="session")
def quiet_game(first_game: Scenario) -> Scenario:
    return without_history(first_game)


@pytest.fixture(scope="session")
def quiet_surge(ai_surge: Scenario) -> Scenario:
    return without_history(ai_surge)


@pytest.fixture(scope="session")
def equal_states() -> Callable[[State, State, Sequence[int] | slice, Sequence[int] | slice], list[str]]:
    """Names of the state's fields that differ in a bit between two batches' worlds."""

    def differing(a: State, b: State, of_a: Sequence[int] | slice, of_b: Sequence[int] | slice) -> list[str]:
        return [
            name
            for name in a.__dataclass_fields__
            if not np.array_equal(getattr(a, name)[..., of_a], getattr(b, name)[..., of_b], equal_nan=True)
        ]

    return differing
