"""Where shells go: what is missing soon, to sites that can be extended; what is missing later, to any place, new ones included."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from policygame.model.agents.government import Order
from policygame.model.state import SHELL_RING
from policygame.model.structure import PLACE_OF, STAGE_OF
from policygame.scenario import Scenario, load_scenario
from policygame.simulation import Simulation
from tests.model.conftest import Orders, step_by_step

SEEDS = (1, 2, 3, 4)


@pytest.fixture(scope="module")
def high_demand() -> Scenario:
    return load_scenario("high-demand").model_copy(update={"history": {}, "posterior": None})


@pytest.fixture(scope="module")
def twins(high_demand: Scenario) -> tuple[Any, Any]:
    """Sixteen quarters with a deep grant of the United States, and without."""
    trunk = Simulation(high_demand, SEEDS, metrics=[]).run(4)
    grant = Orders((Order("packaging_grant", "interposer_2_5d", 0.6),))
    return trunk.branch(policies={"USA": grant}).run(16).models[0], trunk.branch().run(16).models[0]


def rows_of(model: Any, place: str) -> Any:
    lines = model.structure.lines
    return np.flatnonzero((lines.place == PLACE_OF[place]) & (lines.stage == STAGE_OF["interposer_2_5d"]))


def room(model: Any, place: str) -> Any:
    rows = rows_of(model, place)
    return (model.state.shell_room[rows] + model.state.shells_underway[rows]).sum(axis=0)


def test_a_grant_brings_rooms_to_the_place_that_pays(twins: tuple[Any, Any]) -> None:
    with_, without = twins
    assert np.all(room(with_, "USA") > 1.2 * room(without, "USA"))


def test_and_takes_next_to_nothing_from_a_place_that_delivers_sooner(twins: tuple[Any, Any]) -> None:
    rows = rows_of(twins[0], "TWN")
    capacity = [model.state.capacity[rows].sum(axis=0) for model in twins]
    assert np.all(capacity[0] > 0.97 * capacity[1])


def test_rooms_within_reach_are_those_that_open_no_later_than_an_extension(high_demand: Scenario) -> None:
    """Shells beyond reach are told apart from the others in every quarter, whatever was ordered when."""
    policies = {"USA": "whole-chain", "CHN": "packaging-first", "EUR": "alliance-builder"}
    seen = False
    for q in step_by_step(Simulation(high_demand, SEEDS, policies, metrics=[]), 24):
        t, reach = q.quarter + 1, q.model.lags.brownfield
        ahead = np.arange(SHELL_RING)
        opens_in = (ahead[:, None] - t) % SHELL_RING  # quarters until each slot of the ring opens
        late = (opens_in > reach[None, :])[..., None]
        beyond = np.where(late, q.after.shells_in_progress, 0.0).sum(axis=0)
        assert q.after.shells_beyond == pytest.approx(beyond, abs=1e-6)
        seen = seen or bool((beyond > 1.0).any())
    assert seen
