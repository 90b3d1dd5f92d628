"""The oracle beside the engine: the state after every phase, and the metrics of whole games.

Two numbers agree where they differ by at most ``RELATIVE`` of the larger, or by less than ``NOISE`` of the largest of the numbers that
they stand with and of their unit: what is left when one number is taken off another that equals it is rounding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from policygame.model.agents.scripts import Script
from policygame.model.model import PackagingModel
from policygame.model.phases import fabrication, investment, learning, orders, packaging, shipments, shocks
from policygame.model.structure import PLACES, SEGMENT_IDS, STAGE_IDS
from policygame.scenario import Scenario
from policygame.scenario.policy import Policy
from policygame.simulation import Simulation
from tests.benchmarks.oracle.metrics import METRICS, Series
from tests.benchmarks.oracle.model import PHASES, OracleModel, play

RELATIVE = 1e-9
NOISE = 1e-13
_FLOW_OF = {"backlog_kunits": "demand_kunits", "capacity_under_construction_kwpm": "packaging_capacity_kwpm"}
"""Metrics that are what is left of another."""


def _begin_and_apply_policy(model: PackagingModel) -> None:
    model._begin()
    model.apply_policy()


ENGINE_PHASES: tuple[Callable[[PackagingModel], None], ...] = (
    _begin_and_apply_policy,
    shocks.strike,
    orders.place_orders,
    fabrication.run_fabs,
    packaging.run_packaging,
    shipments.ship,
    learning.learn,
    investment.invest,
)


def seats(scenario: Scenario, policies: Mapping[str, Policy]) -> dict[str, Script]:
    """The engine's policies that mean what the oracle's do: nothing is in force but what is given, not even history."""
    governed = (name for name, place in scenario.jurisdictions.items() if place.government is not None)
    return {name: Script(policies.get(name, Policy(()))) for name in governed}


def differences(scenario: Scenario, seed: int, policies: Mapping[str, Policy], quarters: int) -> Iterator[str]:
    """Where the states of oracle and engine differ after a phase, first things first."""
    engine = Simulation(scenario, [seed], seats(scenario, policies)).models[0]
    oracle = OracleModel(scenario, seed, policies)
    yield from _compared("start", oracle, engine)
    for _ in range(quarters):
        for (name, phase), engine_phase in zip(PHASES, ENGINE_PHASES, strict=True):
            phase(oracle)
            engine_phase(engine)
            yield from _compared(f"quarter {oracle.quarter}, {name}", oracle, engine)
        oracle.end()
        engine.quarter += 1


def metric_differences(scenario: Scenario, seeds: Sequence[int], policies: Mapping[str, Policy], quarters: int) -> Iterator[str]:
    """Where the metrics of whole games differ; the engine plays all worlds at once, the oracle one after the other."""
    simulation = Simulation(scenario, seeds, seats(scenario, policies), metrics=METRICS)
    result = simulation.run(quarters).result()
    for world, seed in enumerate(seeds):
        recorded = play(scenario, seed, policies, quarters)
        largest = _largest(recorded)
        for metric in METRICS:
            series = result.series(metric)
            assert {key[1:] for key in recorded[0] if key[0] == metric} == set(series), f"{metric} has other series"
            own = np.array([[values[metric, entity, item] for entity, item in series] for values in recorded])
            theirs = result.all_of(metric)[:, :, world]
            for t, row in np.argwhere(~agree(own, theirs, largest[_FLOW_OF.get(metric, metric)])):
                yield f"seed {seed}, quarter {t}: {metric} of {series[row]} is {own[t, row]!r}, the engine has {theirs[t, row]!r}"


def _largest(recorded: list[Series]) -> dict[str, float]:
    """The largest value that each metric has in a game."""
    out = dict.fromkeys(METRICS, 0.0)
    for values in recorded:
        for (metric, _, _), value in values.items():
            out[metric] = max(out[metric], abs(value))
    return out


def _compared(when: str, oracle: OracleModel, engine: PackagingModel) -> Iterator[str]:
    for name, (mine, theirs) in state(oracle, engine).items():
        own = np.array(mine, dtype=float)
        assert own.shape == theirs.shape, f"{name}: {own.shape} beside {theirs.shape}"
        for row in np.flatnonzero(~agree(own, theirs, _scale(name, oracle))):
            yield f"{when}: {name}[{row}] is {own.flat[row]!r}, the engine has {theirs.flat[row]!r}"


def _scale(name: str, oracle: OracleModel) -> np.ndarray:
    """How large the numbers were of which a field is what is left: orders less deliveries, what was ordered less what has come."""
    if name == "backlog":
        return np.array([[product.demand] for product in oracle.products])
    if name in ("new_capacity", "tool_backlog", "in_transit", "shells_underway", "shells_beyond"):
        return np.array([line.shell_room for line in oracle.lines])
    return np.zeros(1)


def agree(mine: np.ndarray, theirs: np.ndarray, scale: np.ndarray | float = 0.0) -> np.ndarray:
    """Element by element, whether two arrays of numbers agree; ``scale``: of what they are differences of, where that is larger."""
    finite = np.isfinite(theirs)
    a, b = np.where(finite, mine, 0.0), np.where(finite, theirs, 0.0)
    noise = NOISE * np.maximum(np.abs(b).max(initial=1.0), scale)
    close = np.abs(a - b) <= np.maximum(RELATIVE * np.maximum(np.abs(a), np.abs(b)), noise)
    return np.where(finite, close, (mine == theirs) | (np.isnan(mine) & np.isnan(theirs)))


def state(oracle: OracleModel, engine: PackagingModel) -> dict[str, tuple[list, np.ndarray]]:
    """Every field of state that the oracle has, beside the engine's first world."""
    s, places = engine.state, [PLACES.index(name) for name in oracle.places]
    lines, products, edges = oracle.lines, oracle.products, oracle.edges
    out: dict[str, tuple[list, np.ndarray]] = {
        name: ([getattr(line, own) for line in lines], getattr(s, name)[:, 0]) for name, own in _OF_LINES.items()
    }
    out |= {name: ([getattr(product, own) for product in products], getattr(s, name)[:, 0]) for name, own in _OF_PRODUCTS.items()}
    for name in ("qualification", "relation", "prepaid_musd"):
        out[name] = [getattr(edge, name) for edge in edges], getattr(s, name)[:, 0]
    for name in ("level", "trend", "best_return"):
        out[name] = [getattr(own, name) for own in oracle.divisions], getattr(s, name)[:, 0]
    out["mix"] = [recipe.mix for recipe in oracle.recipes], s.mix[:, 0]
    out["recipe_fill"] = [recipe.fill for recipe in oracle.recipes], s.recipe_fill[:, 0]
    out["die_bank"] = [source.die_bank for source in oracle.sources], s.die_bank[:, 0]
    out["dies_in_process"] = [source.in_process for source in oracle.sources], s.dies_in_process[:, 0]
    out["backlog"] = [[product.backlog[name] for name in oracle.places] for product in products], s.backlog[:, places, 0]
    out["qualification_wafers"] = [edge.qualification for edge in oracle.wafer_edges], s.qualification_wafers[:, 0]
    for item, own in oracle.supplies.items():
        out[f"qualification_{item}"] = [edge.qualification for edge in own], getattr(s, f"qualification_{item}")[:, 0]
    segments = [SEGMENT_IDS.index(name) for name in oracle.segments]
    for name, attribute in (("demand_deviation", "deviation"), ("surge", "surge"), ("segment_price", "price")):
        out[name] = [getattr(one, attribute) for one in oracle.segments.values()], getattr(s, name)[segments, 0]
    stages = [STAGE_IDS.index(name) for name in oracle.stages]
    out["stage_price"] = [stage.price for stage in oracle.stages.values()], s.stage_price[stages, 0]
    out["industry_experience"] = [stage.experience for stage in oracle.stages.values()], s.industry_experience[stages, 0]
    for name in ("outage", "suspension_quarters", "labour_pool"):
        out[name] = [getattr(place, name) for place in oracle.places.values()], getattr(s, name)[places, 0]
    for kind, own in (("firms", oracle.firms), ("designers", oracle.designers)):
        accounts = getattr(engine.ledger, kind)
        out[f"cash of {kind}"] = [party.cash_musd for party in own.values()], s.cash_musd[accounts, 0]
        out[f"debt of {kind}"] = [party.debt_musd for party in own.values()], s.debt_musd[accounts, 0]
    governed = [place for place in oracle.places.values() if place.government is not None]
    rows = [PLACES.index(place.name) for place in governed]
    for n, purse in enumerate(("packaging", "wafers")):
        out[f"purse of {purse}"] = [place.government.purse_musd[purse] for place in governed], s.purse_musd[n, rows, 0]
        due = [[place.government.credit_due_musd[slot][purse] for place in governed] for slot in range(4)]
        out[f"credits due of {purse}"] = due, s.credit_due_musd[:, n, rows, 0]
    out["paid_total_musd"] = [place.government.paid_total_musd for place in governed], s.paid_total_musd[rows, 0]
    caps = [[place.government.cap_left(stage) for stage in oracle.stages] for place in governed]
    out["cap_left_musd"] = caps, s.cap_left_musd[np.ix_(rows, stages, [0])][:, :, 0]
    return out


_OF_LINES = {
    "capacity": "capacity",
    "new_capacity": "new_capacity",
    "shell_room": "shell_room",
    "tool_backlog": "tool_backlog",
    "experience_kwafers": "experience",
    "defects": "defects",
    "other_demand": "other_demand",
    "requested": "requested",
    "utilisation": "utilisation",
    "inventory": "inventory",
    "grant_committed_musd": "committed_musd",
    "asset_musd": "asset_musd",
    "in_transit": "in_transit",
    "shells_underway": "shells_underway",
    "shells_beyond": "shells_beyond",
}
_OF_PRODUCTS = {
    "market_share": "market_share",
    "phantom": "phantom",
    "order_level": "order_level",
    "order_trend": "order_trend",
    "fill": "fill",
    "lead_time_weeks": "lead_time_weeks",
    "product_price": "price",
    "design_mix": "design_mix",
}
