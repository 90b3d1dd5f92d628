"""A branch that changes nothing is the original, bit for bit; worlds of a question are opened as they are described."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policygame import Policy, Result, Scenario, Simulation, load_scenario, scale_capacity, simulate
from policygame.bots import BOTS
from policygame.catalogue import Quarter
from policygame.foresight import ForesightError
from policygame.foresight.worlds import fresh_seeds, open_worlds, quarters_left, run_beside, run_to

from .conftest import Anxious, assert_same

SEEDS = [3, 11, 5, 2**63, 8]
QUARTERS = 20
GRANT = Policy.parse("2023Q1 packaging_grant interposer_2_5d 0.4 cap 600 until 2025Q2\n2024Q1 packaging_rnd interposer_2_5d 20")
RELIEF = [scale_capacity("interposer_2_5d", 1.3, "2023Q3", "2024Q2"), scale_capacity("hbm", 0.7, "2024Q1", jurisdiction="KOR")]
OWN = [[change] if w % 2 else RELIEF for w, change in enumerate([scale_capacity("substrate", 0.5, "2023Q2")] * len(SEEDS))]
SETUPS: dict[str, dict[str, Any]] = {
    "history alone": {},
    "a policy and changes": {"policies": {"USA": GRANT}, "changes": RELIEF},
    "a strategy, and changes of each world": {"policies": {"USA": Anxious(), "CHN": GRANT}, "changes": OWN},
    "a policy per world": {"policies": {"USA": [GRANT, Anxious(), Policy(), GRANT, Anxious()]}},
    **{f"bot {name}": {"policies": {"USA": name, "CHN": name}} for name in BOTS},
}


@pytest.fixture(scope="module")
def originals() -> dict[str, Result]:
    scenario = load_scenario("first-game")
    return {name: simulate(scenario, SEEDS, quarters=QUARTERS, **setup) for name, setup in SETUPS.items()}


@pytest.mark.parametrize("setup", SETUPS)
@given(quarter=st.integers(0, QUARTERS - 1))
@settings(max_examples=3, deadline=None)
def test_a_branch_changed_in_nothing_is_the_original(originals: dict[str, Result], setup: str, quarter: int) -> None:
    simulation = Simulation("first-game", SEEDS, **SETUPS[setup]).run(quarter)
    branch = simulation.branch()
    assert_same(originals[setup], branch.run(QUARTERS - quarter).result())
    if quarter:
        assert_same(originals[setup], simulation.result())


@given(quarter=st.integers(0, QUARTERS - 1), worlds=st.lists(st.integers(0, len(SEEDS) - 1), min_size=1, max_size=7))
@settings(max_examples=8, deadline=None)
def test_worlds_branched_out_of_a_batch_of_several_blocks(originals: dict[str, Result], quarter: int, worlds: list[int]) -> None:
    setup = "a strategy, and changes of each world"
    with mock.patch("policygame.simulation.BLOCK_ROWS_TIMES_WORLDS", 2 * 56):
        simulation = Simulation("first-game", SEEDS, **SETUPS[setup]).run(quarter)
        assert len(simulation.models) == 3
        branch = simulation.branch(worlds)
        assert_same(originals[setup], branch.run(QUARTERS - quarter).result(), worlds)


def test_a_branch_of_a_branch_is_the_original(originals: dict[str, Result]) -> None:
    setup = "a policy and changes"
    once = Simulation("first-game", SEEDS, **SETUPS[setup]).run(7).branch([4, 1, 1]).run(3)
    assert_same(originals[setup], once.branch([2, 0]).run(6).result(), [1, 4])


def test_a_branch_does_not_touch_its_origin(originals: dict[str, Result]) -> None:
    simulation = Simulation("first-game", SEEDS, **SETUPS["a policy and changes"]).run(6)
    simulation.branch(seeds=[90, 91, 92, 93, 94], policies={"USA": Anxious()}, changes=[scale_capacity("hbm", 0.0)]).run(8)
    assert_same(originals["a policy and changes"], simulation.run(QUARTERS - 6).result())


def arrays_in(value: Any, seen: set[int]) -> Iterator[np.ndarray]:
    """Every array inside a value, however deep."""
    if id(value) in seen:
        return
    seen.add(id(value))
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, dict | list | tuple):
        for part in value.values() if isinstance(value, dict) else value:
            yield from arrays_in(part, seen)
    elif type(value).__module__.startswith("policygame") and hasattr(value, "__dict__"):
        yield from arrays_in(vars(value), seen)


def test_what_branches_share_is_only_read(originals: dict[str, Result]) -> None:
    """Branches of the same seeds share what was compiled; an array among it that anything wrote to would refuse here."""
    setup = "a strategy, and changes of each world"
    simulation = Simulation("first-game", SEEDS, **SETUPS[setup]).run(6)
    model, ledger = simulation.models[0], simulation.models[0].ledger
    shared = list(arrays_in([model._rows, model._numbers, ledger._routes, simulation.structure, simulation.graph], set()))
    assert len(shared) > 200
    for array in shared:
        array.flags.writeable = False
    branch, other = simulation.branch(), simulation.branch(policies=dict.fromkeys(("USA", "CHN", "TWN"), "whole-chain"))
    for one in (branch, other):
        assert one.models[0].coefficients is model.coefficients
        assert one.models[0].shocks is model.shocks
        assert one.models[0].ledger is not ledger
    other.run(QUARTERS - 6)
    assert_same(originals[setup], branch.run(QUARTERS - 6).result())
    assert_same(originals[setup], simulation.run(QUARTERS - 6).result())


def test_worlds_of_other_seeds_share_no_draws() -> None:
    simulation = Simulation("first-game", [1, 2]).run(3)
    other = simulation.branch(seeds=[2, 1])
    assert other.models[0].shocks is not simulation.models[0].shocks
    assert np.array_equal(other.models[0].shocks.demand, simulation.models[0].shocks.demand[..., ::-1])


def test_variants_that_change_nothing_are_the_original_however_they_are_cut(first_game: Scenario) -> None:
    original = simulate(first_game, SEEDS, quarters=10, policies={"USA": GRANT}, changes=RELIEF)
    past = Simulation(first_game, SEEDS, {"USA": GRANT}, changes=RELIEF).run(6)
    for at_once in (1, 10, 1024):
        with mock.patch("policygame.foresight.worlds.WORLDS_AT_ONCE", at_once):
            beside = run_beside(past, 4, changes=[(), (scale_capacity("hbm", 0.1),), ()])
        values = beside.array("deliveries_kunits", item="ai_accelerator")
        assert values.shape == (3, 4, 5)
        expected = original.array("deliveries_kunits", item="ai_accelerator")[6:]
        assert np.array_equal(values[0], expected)
        assert np.array_equal(values[2], expected)
        assert not np.array_equal(values[1], expected)


def test_from_a_scenario_worlds_are_numbered_from_one(first_game: Scenario) -> None:
    assert open_worlds(first_game, 3, None).seeds == (1, 2, 3)
    assert open_worlds(first_game, 3, [9, 4]).seeds == (9, 4)


def test_from_a_simulation_worlds_take_turns_and_seeds_are_new(first_game: Scenario) -> None:
    simulation = Simulation(first_game, [5, 1], metrics=["packaging_capacity_kwpm"]).run(8)
    opened = open_worlds(simulation, 5, None)
    assert opened.seeds == (6, 7, 8, 9, 10)
    capacity = np.concatenate([model.state.capacity for model in simulation.models], axis=-1)
    branched = np.concatenate([model.state.capacity for model in opened.models], axis=-1)
    assert np.array_equal(branched, capacity[:, [0, 1, 0, 1, 0]])
    chosen = open_worlds(simulation, 2, None, world=1)
    assert np.array_equal(chosen.models[0].state.capacity, capacity[:, [1, 1]])


def test_fresh_seeds_wrap_around_and_avoid_those_taken() -> None:
    assert fresh_seeds([2**64 - 1, 0, 2], 3) == (1, 3, 4)


def test_run_to_a_quarter_and_no_further_than_the_end(first_game: Scenario) -> None:
    simulation = Simulation(first_game, [1], metrics=["capex_musd"])
    run_to(simulation, None)
    assert str(simulation.structure.first + simulation.quarter) == first_game.play_from
    run_to(simulation, Quarter.parse("2028Q3"))
    assert quarters_left(simulation, 12) == 2
    with pytest.raises(ForesightError, match="out of reach; allowed are 2028Q3 to 2028Q4"):
        run_to(simulation, "2023Q1")
    with pytest.raises(ForesightError, match="29Q9"):
        run_to(simulation, "29Q9")
    simulation.run(2)
    with pytest.raises(ForesightError, match="nothing follows"):
        quarters_left(simulation, None)


@pytest.mark.parametrize("wrong", [0, -3, 2.5, True, "many"])
def test_numbers_below_one_are_refused(first_game: Scenario, wrong: Any) -> None:
    with pytest.raises(ForesightError, match="worlds is a whole number, 1 or more; found"):
        open_worlds(first_game, wrong, None)
    with pytest.raises(ForesightError, match="quarters is a whole number, 1 or more; found"):
        quarters_left(Simulation(first_game, [1], metrics=["capex_musd"]), wrong)


def test_a_world_that_is_not_there_is_refused(first_game: Scenario) -> None:
    simulation = Simulation(first_game, [1, 2], metrics=["capex_musd"])
    with pytest.raises(ForesightError, match="world 2 does not exist; allowed are 0 to 1"):
        open_worlds(simulation, 3, None, world=2)
    with pytest.raises(ForesightError, match="choose seeds instead"):
        open_worlds(first_game, 3, None, world=0)


def test_a_draft_cannot_change_the_past(first_game: Scenario) -> None:
    simulation = Simulation(first_game, [1, 2], {"USA": GRANT}, metrics=["capex_musd"]).run(8)
    more = GRANT + Policy.parse("2024Q1 packaging_rnd fan_out 5")
    open_worlds(simulation, 2, None, policies={"USA": more})
    late = Policy.parse("2023Q2 packaging_rnd fan_out 5")
    with pytest.raises(ForesightError, match="'2023Q2 packaging_rnd fan_out 5' is dated before 2024Q1"):
        open_worlds(simulation, 2, None, policies={"USA": GRANT + late})
    with pytest.raises(ForesightError, match="date it 2024Q1 or later"):
        open_worlds(simulation, 2, None, policies={"CHN": [late, Policy()]})
