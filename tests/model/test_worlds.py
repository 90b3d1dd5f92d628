"""A world does not know its neighbours, and chance does not know decisions: the same bits alone, in a crowd, anywhere.

Equality here is ``==`` on every number of every metric and of the state, with NaN equal to NaN.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policygame import simulation as simulation_module
from policygame.bots import BOTS
from policygame.catalogue import LEVERS, METRICS
from policygame.model import model as model_module
from policygame.model.agents.government import GovernmentView, Order
from policygame.model.changes import scale_capacity
from policygame.model.worlds import Shocks, Values, uniforms
from policygame.scenario import Policy, Scenario
from policygame.scenario.numbers import Number
from policygame.simulation import Result, Simulation, simulate

SEED = 7
CROWD = tuple(range(100, 163))
QUARTERS = 14


def world(result: Result, at: int) -> dict[str, Any]:
    """Every metric of one world."""
    return {metric: result.all_of(metric)[..., at] for metric in METRICS}


def same(a: dict[str, Any], b: dict[str, Any]) -> list[str]:
    """Metrics that differ in a bit."""
    return [name for name in a if not np.array_equal(a[name], b[name], equal_nan=True)]


def digest(result: Result, at: int) -> str:
    """A hash of every bit of one world, NaN in one spelling and 0 with one sign."""
    found = sha256()
    for values in world(result, at).values():
        found.update(np.ascontiguousarray(np.where(np.isnan(values), np.nan, values + 0.0)).tobytes())
    return found.hexdigest()


def levers(scenario: Scenario, strength: float) -> tuple[Order, ...]:
    """Every lever on every item of the scenario that some government can set, at a share of its upper bound."""
    others = tuple(scenario.jurisdictions)
    known = {*scenario.technologies, *scenario.stages, *scenario.segments}
    out = []
    for lever in LEVERS.values():
        for item in lever.items:
            if item not in known and lever.id not in {"tax_credit", "workforce", "export_control", "alliance"}:
                continue
            amount = min(strength * lever.high, 40.0)
            places = () if lever.id not in {"export_control", "alliance", "packaging_grant"} else others
            out.append(Order(lever.id, item, amount, 500.0, places, lever.id == "packaging_grant", 8000.0, 4.0))
    return tuple(out)


@pytest.fixture(scope="module")
def alone(first_game: Scenario) -> Result:
    return simulate(first_game, [SEED], quarters=QUARTERS)


@pytest.mark.parametrize("position", [0, 1, 17, 62, 63])
def test_in_any_position_of_a_crowd(alone: Result, first_game: Scenario, position: int) -> None:
    seeds = [*CROWD[:position], SEED, *CROWD[position:]]
    crowd = simulate(first_game, seeds, quarters=QUARTERS)
    assert same(world(crowd, position), world(alone, 0)) == []


@pytest.mark.parametrize("batch", [2, 3, 5, 8, 9, 16, 33])
def test_in_a_batch_of_any_size(alone: Result, first_game: Scenario, batch: int) -> None:
    seeds = [SEED, *CROWD[: batch - 1]]
    assert same(world(simulate(first_game, seeds, quarters=QUARTERS), 0), world(alone, 0)) == []


def test_twice_in_one_batch(alone: Result, first_game: Scenario) -> None:
    twins = simulate(first_game, [SEED, 1, SEED], quarters=QUARTERS)
    assert same(world(twins, 0), world(alone, 0)) == []
    assert same(world(twins, 2), world(alone, 0)) == []


def test_permuted(first_game: Scenario) -> None:
    seeds = [*CROWD[:23], SEED]
    order = np.random.default_rng(3).permutation(len(seeds))
    plain = simulate(first_game, seeds, quarters=QUARTERS)
    mixed = simulate(first_game, [seeds[i] for i in order], quarters=QUARTERS)
    for at, came_from in enumerate(order):
        assert same(world(mixed, at), world(plain, int(came_from))) == []


@pytest.mark.parametrize("rows_times_worlds", [1, 150, 700, 10**9])
def test_whichever_way_worlds_are_cut_into_blocks(
    alone: Result, first_game: Scenario, monkeypatch: pytest.MonkeyPatch, rows_times_worlds: int
) -> None:
    monkeypatch.setattr(simulation_module, "BLOCK_ROWS_TIMES_WORLDS", rows_times_worlds)
    crowd = simulate(first_game, [*CROWD[:18], SEED], quarters=QUARTERS)
    assert same(world(crowd, 18), world(alone, 0)) == []


def test_in_another_process(alone: Result) -> None:
    program = (
        f"import sys; sys.path[:0] = {[p for p in sys.path if p]!r}\n"
        "import importlib.util\n"
        f"spec = importlib.util.spec_from_file_location('worlds', {__file__!r})\n"
        "tests = importlib.util.module_from_spec(spec); spec.loader.exec_module(tests)\n"
        "from policygame import simulate\n"
        f"print(tests.digest(simulate('first-game', [9, {SEED}], quarters={QUARTERS}), 1))\n"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=120)
    assert said.stdout.strip() == digest(alone, 0)


def test_the_large_scenario(ai_surge: Scenario) -> None:
    whole = simulate(ai_surge, [3])
    crowd = simulate(ai_surge, [1, 2, 3, 4, 5, 6])
    assert same(world(crowd, 2), world(whole, 0)) == []


@pytest.mark.slow
def test_in_a_crowd_of_512(ai_surge: Scenario) -> None:
    whole = simulate(ai_surge, [SEED], quarters=10)
    crowd = simulate(ai_surge, [*range(1000, 1300), SEED, *range(2000, 2211)], quarters=10)
    assert same(world(crowd, 300), world(whole, 0)) == []


# ------------------------------------------------------------------------------------------- neighbours who do otherwise


def neighbours(scenario: Scenario, orders: Any) -> list[Any]:
    """What neighbouring worlds may have instead: nothing, every lever at once, one lever each, and every bot."""
    every = levers(scenario, 0.6)
    singles = [orders(tuple(o for o in every if o.lever == lever)) for lever in LEVERS]
    return [Policy.parse(""), orders(every), orders(every, until="2024Q3"), *singles, *BOTS]


def test_beside_neighbours_with_every_lever_and_every_bot(first_game: Scenario, orders: Any) -> None:
    """All governments of the neighbours play something else; the world in their midst plays nothing, then every lever."""
    seated = [name for name, spec in first_game.jurisdictions.items() if spec.government is not None]
    for mine in (Policy.parse(""), orders(levers(first_game, 0.4))):
        alone = simulate(first_game, [SEED], dict.fromkeys(seated, mine), quarters=QUARTERS)
        others = neighbours(first_game, orders)
        at = len(others) // 2
        played = [*others[:at], mine, *others[at:]]
        seeds = [*CROWD[:at], SEED, *CROWD[at : len(others)]]
        crowd = simulate(first_game, seeds, dict.fromkeys(seated, played), quarters=QUARTERS)
        assert same(world(crowd, at), world(alone, 0)) == []


def test_the_state_too_is_untouched_by_neighbours(first_game: Scenario, orders: Any, equal_states: Any) -> None:
    """Also what no metric shows yet - a guarantee that runs out, a cap that is used up - moves alike beside whomever."""
    mine = orders(levers(first_game, 0.4), until="2023Q4")
    alone = Simulation(first_game, [SEED, SEED], {"USA": mine}, metrics=[]).run(QUARTERS)
    beside = Simulation(first_game, [1, SEED], {"USA": [orders(levers(first_game, 0.6)), mine]}, metrics=[]).run(QUARTERS)
    assert equal_states(alone.models[0].state, beside.models[0].state, [0], [1]) == []


@pytest.mark.parametrize("bot", sorted(BOTS))
def test_a_bot_decides_alike_for_one_world_and_for_many(first_game: Scenario, bot: str) -> None:
    """Whether a bot holds the seat of one world of a batch or of all of them, that world is the same."""
    everywhere = simulate(first_game, [1, SEED, 3, 4, 5], {"USA": bot, "CHN": bot}, quarters=QUARTERS)
    nobody = Policy.parse("")
    only_here = [nobody, bot, nobody, nobody, nobody]
    here = simulate(first_game, [1, SEED, 3, 4, 5], {"USA": only_here, "CHN": only_here}, quarters=QUARTERS)
    assert same(world(here, 1), world(everywhere, 1)) == []


def test_what_a_role_sees_does_not_depend_on_who_else_sits_there(ai_surge: Scenario) -> None:
    """Every figure of a view: the same bits for a seat of one world as for a seat of all."""
    simulation = Simulation(ai_surge, CROWD[:9], metrics=[]).run(6)
    (model,) = simulation.models
    every = GovernmentView(model, 1, np.arange(9))
    for at in range(9):
        one = GovernmentView(model, 1, np.array([at]))
        for name, read in _figures(ai_surge).items():
            assert np.array_equal(read(one)[..., 0], read(every)[..., at]), name


def _figures(scenario: Scenario) -> dict[str, Callable[[GovernmentView], Any]]:
    figures: dict[str, Callable[[GovernmentView], Any]] = {"purse": lambda v: v.purse_musd, "income": lambda v: v.income_musd}
    for segment in scenario.segments:
        figures[f"fill {segment}"] = lambda v, s=segment: v.fill(s)
        figures[f"lead time {segment}"] = lambda v, s=segment: v.lead_time_weeks(s)
    for stage in (*scenario.technologies, *scenario.stages):
        figures[f"utilisation {stage}"] = lambda v, s=stage: v.utilisation(s)
        figures[f"share {stage}"] = lambda v, s=stage: v.share(s)
        figures[f"price {stage}"] = lambda v, s=stage: v.price_usd(s)
    return figures


def test_beside_neighbours_with_changes(alone: Result, first_game: Scenario) -> None:
    other = [scale_capacity("interposer_2_5d", 0.3), scale_capacity("hbm", 0.0, "2022Q3", "2023Q1"), scale_capacity(None, 1.5)]
    crowd = simulate(first_game, [1, SEED, 3], changes=[other, [], other[:1]], quarters=QUARTERS)
    assert same(world(crowd, 1), world(alone, 0)) == []


def test_a_change_made_for_one_world_is_the_change_made_for_all(first_game: Scenario) -> None:
    change = scale_capacity("interposer_2_5d", 1.3, "2022Q4")
    alone = simulate(first_game, [SEED], changes=[change], quarters=QUARTERS)
    crowd = simulate(first_game, [1, SEED], changes=[[], [change]], quarters=QUARTERS)
    assert same(world(crowd, 1), world(alone, 0)) == []
    assert same(world(crowd, 0), world(simulate(first_game, [1], quarters=QUARTERS), 0)) == []


# ------------------------------------------------------------------------------------------------------ branches


@pytest.mark.parametrize("at", [0, 1, 5, 11])
def test_a_branch_with_nothing_changed_is_the_original(alone: Result, first_game: Scenario, at: int) -> None:
    trunk = Simulation(first_game, [SEED, 1]).run(at)
    branch = trunk.branch(worlds=[0]).run(QUARTERS - at).result()
    whole = {name: values[at:] for name, values in world(alone, 0).items()}
    assert same(world(branch, 0), whole) == []
    rest = trunk.run(QUARTERS - at).result()
    assert same(world(rest, 0), world(alone, 0)) == []  # and the trunk is not touched by it


# ------------------------------------------------------------------------------------------------------- chance


def shocks_of(model: Any) -> dict[str, Any]:
    return {name: getattr(model.shocks, name) for name in Shocks.__dataclass_fields__}


def test_shocks_do_not_move_when_a_decision_changes(first_game: Scenario, orders: Any) -> None:
    quiet = Simulation(first_game, [SEED, 1], metrics=[]).run(QUARTERS)
    busy = Simulation(first_game, [SEED, 1], {"USA": orders(levers(first_game, 0.7))}, metrics=[]).run(QUARTERS)
    assert same(shocks_of(quiet.models[0]), shocks_of(busy.models[0])) == []
    for name in ("demand_deviation", "surge", "outage", "interruption", "suspension_quarters"):
        assert np.array_equal(getattr(quiet.models[0].state, name), getattr(busy.models[0].state, name)), name


@given(
    seeds=st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=4),
    short=st.integers(1, 12),
    longer=st.integers(1, 40),
)
@settings(max_examples=25, deadline=None)
def test_shocks_do_not_move_when_the_horizon_does(seeds: list[int], short: int, longer: int) -> None:
    few, many = Shocks.draw(seeds, short), Shocks.draw(seeds, short + longer)
    alone = Shocks.draw(seeds[-1:], short)
    for name in Shocks.__dataclass_fields__:
        assert np.array_equal(getattr(few, name), getattr(many, name)[:short]), name
        assert np.array_equal(getattr(few, name)[..., -1:], getattr(alone, name)), name


def test_a_shorter_run_is_the_beginning_of_a_longer_one(alone: Result, first_game: Scenario) -> None:
    short = simulate(first_game, [SEED], quarters=5)
    assert same(world(short, 0), {name: values[:5] for name, values in world(alone, 0).items()}) == []


def test_a_scenario_that_ends_later_begins_alike(alone: Result, first_game: Scenario) -> None:
    """The horizon is the scenario's own matter too: nobody foresees it."""
    longer = simulate(first_game.model_copy(update={"end": "2031Q4"}), [SEED], quarters=QUARTERS)
    assert same(world(longer, 0), world(alone, 0)) == []


def test_streams_of_one_seed_and_of_different_seeds_differ() -> None:
    drawn = Shocks.draw([1, 2], 30)
    assert not np.array_equal(drawn.demand[..., 0], drawn.demand[..., 1])
    assert not np.array_equal(drawn.surge[..., 0], drawn.outage[:, : drawn.surge.shape[1], 0])
    assert abs(np.corrcoef(drawn.demand[..., 0].ravel(), drawn.surge_size[..., 0].ravel())[0, 1]) < 0.25


@given(
    names=st.lists(st.text("abcdefgh.[]0123", min_size=1, max_size=12), min_size=1, max_size=12, unique=True),
    seed=st.integers(0, 2**64 - 1),
    data=st.data(),
)
@settings(max_examples=60, deadline=None)
def test_a_drawn_number_does_not_depend_on_what_else_is_drawn(names: list[str], seed: int, data: Any) -> None:
    some = data.draw(st.lists(st.sampled_from(names), min_size=1, unique=True))
    together = uniforms([5, seed], names)
    apart = uniforms([seed], some)
    for name in some:
        assert apart[name][0] == together[name][1]
        assert 0.0 <= apart[name][0] < 1.0
    if len(names) > 1:
        assert len({float(together[name][1]) for name in names}) == len(names)


@given(low=st.floats(0.0, 10.0), to_mode=st.floats(0.0, 5.0), to_high=st.floats(0.0, 5.0), seed=st.integers(0, 2**32))
@settings(max_examples=60, deadline=None)
def test_a_drawn_number_stays_in_its_range(low: float, to_mode: float, to_high: float, seed: int) -> None:
    mode = low + to_mode
    high = mode + to_high
    if low == high:
        return
    number = Number(value=mode, assumption=(low, high), draw=True)
    drawn = Values(range(seed, seed + 20), {"x": number})["x"]
    assert np.all((drawn >= low - 1e-12 * high) & (drawn <= high + 1e-12 * high))


def test_numbers_that_are_not_drawn_are_what_they_say(first_game: Scenario) -> None:
    numbers = {found.path: found.number for found in first_game.numbers()}
    values = Values([1, 2], numbers)
    for path, number in numbers.items():
        if not number.draw:
            assert np.array_equal(values[path], [number.value, number.value]), path


def test_every_drawn_number_reaches_the_model(ai_surge: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    """A number that says ``draw`` and that the model reads as one value for all worlds would be a draw in name only."""
    read = set()
    original = Values.__getitem__

    def remember(self: Values, path: str) -> Any:
        read.add(path)
        return original(self, path)

    monkeypatch.setattr(model_module.Values, "__getitem__", remember)
    Simulation(ai_surge, [1, 2], metrics=[])
    drawn = [found.path for found in ai_surge.numbers() if found.number.draw]
    assert drawn
    assert [path for path in drawn if path not in read] == []


def test_seeds_of_any_size() -> None:
    seeds: Sequence[int] = (0, 2**32, 2**64 - 1)
    together = simulate("first-game", seeds, quarters=3, metrics=["demand_kunits"]).all_of("demand_kunits")
    for at, seed in enumerate(seeds):
        alone = simulate("first-game", [seed], quarters=3, metrics=["demand_kunits"]).all_of("demand_kunits")
        assert np.array_equal(alone[..., 0], together[..., at])
    assert not np.array_equal(together[..., 0], together[..., 1])
