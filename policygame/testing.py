"""Contracts as functions that anybody can call on a bot, a scenario or a firm's rules of their own.

    >>> from policygame import load_scenario
    >>> from policygame.bots import BOTS
    >>> check_bot(BOTS["whole-chain"], load_scenario("first-game"), "USA", quarters=8)

``check_bot``, ``check_scenario`` and ``check_agent`` return nothing when all is well and raise AssertionError, in words that say
what was found and where, when it is not. They run the real model in a few worlds, with warnings as errors. What an order must be
and what must be conserved is written here once; whether a strategy is any good is not asked.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields
from typing import Any

import numpy as np

from policygame.catalogue import LEVERS, nearest
from policygame.errors import UserError
from policygame.model.agents import GovernmentView, Producer, Strategy
from policygame.model.agents.government import Order
from policygame.model.arrays import Array, Index, index
from policygame.model.model import PackagingModel
from policygame.model.state import State
from policygame.model.structure import N_SEGMENTS, STAGE_OF
from policygame.scenario import Scenario
from policygame.simulation import Policies, Simulation

__all__ = ["check_agent", "check_bot", "check_scenario"]

TOLERANCE = 1e-9
"""Relative slack of everything that must add up."""
SEEDS = (1, 2, 3)
Decisions = dict[tuple[int, str, str, tuple[str, ...]], Array]
"""(quarter, lever, item, places) -> amount, cap, price and years (4, W)."""


def check_bot(bot: Strategy, scenario: Scenario, government: str, *, quarters: int = 24, seeds: Sequence[int] = SEEDS) -> None:
    """AssertionError unless ``bot`` can hold the seat of ``government`` in ``scenario`` for ``quarters`` quarters.

    Its orders keep to the role's levers, to the items that the scenario has and to the bounds; its fixed outlays can be paid; it
    leaves the world as it found it; it decides the same twice and remembers nothing; a world gets the same orders and the same
    history alone, beside others, and in a seat of its own; accounts close under it, and no purse falls below zero.
    """
    who = f"bot {getattr(bot, 'name', type(bot).__name__)} as {government} in {scenario.name}"
    together = _Audit(bot, who)
    result, _ = _run(scenario, seeds, {government: together}, quarters, who, _accounts_close)
    for at, seed in enumerate(seeds):
        alone = _Audit(bot, who)
        otherwise = f"{who}, seed {seed}: a world {{}} otherwise alone than in a batch"
        single, _ = _run(scenario, [seed], {government: alone}, quarters, who)
        _same_decisions(together.decisions, alone.decisions, at, 0, otherwise.format("decides"))
        _same_world(result, single, at, otherwise.format("runs"))
    apart, quiet = _Audit(bot, who), _Idle()
    mixed: list[Strategy] = [apart, *[quiet] * (len(seeds) - 1)]
    _run(scenario, seeds, {government: mixed}, quarters, who)
    _same_decisions(together.decisions, apart.decisions, 0, 0, f"{who}: a world decides otherwise in a seat of its own")


def check_scenario(scenario: Scenario, *, quarters: int | None = None, seeds: Sequence[int] = SEEDS) -> None:
    """AssertionError unless ``scenario`` runs to its end (or for ``quarters``) and its accounts close in every quarter and world.

    Money, dies, packages, materials and orders are conserved, shares sum to one, a replay is identical to the bit, and a world is
    the same alone and in a batch.
    """
    who = f"scenario {scenario.name}"
    first, n = _run(scenario, seeds, {}, quarters, who, _accounts_close)
    again, _ = _run(scenario, seeds, {}, n, who)
    for at, seed in enumerate(seeds):
        _same_world(first, again, at, f"{who}, seed {seed}: a replay differs", at)
    single, _ = _run(scenario, [seeds[-1]], {}, n, who)
    _same_world(first, single, len(seeds) - 1, f"{who}, seed {seeds[-1]}: a world runs otherwise alone than in a batch")


def check_agent(cls: type[Producer], scenario: Scenario, firm: str, *, quarters: int = 24, seeds: Sequence[int] = SEEDS) -> None:
    """AssertionError unless ``cls`` can stand for ``firm`` in ``scenario``.

    Its expectations and orders are finite, not negative and of the right shape; it changes its own rows only, state only where it
    forms expectations; accounts close; replays are identical; and a world is the same alone and in a batch.
    """
    who = f"{cls.__name__} as {firm} in {scenario.name}"
    agents = {firm: _watched(cls, who)}
    result, _ = _run(scenario, seeds, {}, quarters, who, _accounts_close, agents)
    again, _ = _run(scenario, seeds, {}, quarters, who, None, agents)
    for at, seed in enumerate(seeds):
        _same_world(result, again, at, f"{who}, seed {seed}: a replay differs", at)
    single, _ = _run(scenario, [seeds[-1]], {}, quarters, who, None, agents)
    _same_world(result, single, len(seeds) - 1, f"{who}, seed {seeds[-1]}: a world runs otherwise alone than in a batch")


# ------------------------------------------------------------------------------------------------------------------ running

Follow = Callable[[PackagingModel, State, str], None]
Arrays = dict[str, Array]


def _run(
    scenario: Scenario,
    seeds: Sequence[int],
    policies: Policies,
    quarters: int | None,
    who: str,
    follow: Follow | None = None,
    agents: Mapping[str, type[Producer]] | None = None,
) -> tuple[Arrays, int]:
    """Run and return (metric -> (quarter, series, W), quarters); after each quarter look at purses, and let ``follow`` look."""
    with _in_words(who):
        simulation = Simulation(scenario, seeds, policies, agents=agents)
        n = simulation.structure.n_quarters if quarters is None else min(quarters, simulation.structure.n_quarters)
        for _ in range(n):
            where = f"{who}, {simulation.structure.first + simulation.quarter}"
            before = [m.state.take(index(range(m.state.n_worlds))) for m in simulation.models] if follow else []
            simulation.run(1)
            for model in simulation.models:
                lowest = float(model.state.purse_musd.min())
                _require(lowest >= 0.0, f"{where}: a purse stands at {lowest:.6g} M USD; no lever may overdraw one")
            for model, was in zip(simulation.models, before, strict=False):
                if follow is not None:
                    follow(model, was, where)
        result = simulation.result()
        return {metric: result.all_of(metric) for metric in result.metrics}, n


@contextmanager
def _in_words(who: str) -> Iterator[None]:
    """Turn whatever goes wrong, warnings included, into an AssertionError that says for whom."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            yield
    except AssertionError:
        raise
    except UserError as error:
        raise AssertionError(f"{who}: {error}") from error
    except Exception as error:
        raise AssertionError(f"{who} fails with {type(error).__name__}: {error}") from error


def _require(holds: bool, words: str) -> None:
    if not holds:
        raise AssertionError(words)


def _same_world(first: Arrays, second: Arrays, world: int, words: str, other: int = 0) -> None:
    for metric, array in first.items():
        same = np.array_equal(array[..., world], second[metric][..., other], equal_nan=True)
        _require(same, f"{words} (metric {metric})")


def _same_decisions(first: Decisions, second: Decisions, world: int, other: int, words: str) -> None:
    _require(list(first) == list(second), f"{words} (other levers are set)")
    for key, terms in first.items():
        _require(bool(np.array_equal(terms[:, world], second[key][:, other])), f"{words} ({' '.join(map(str, key[1:3]))})")


# --------------------------------------------------------------------------------------------------------------------- bots


class _Idle:
    """A strategy that orders nothing."""

    def decide(self, view: GovernmentView) -> list[Order]:
        return []


class _Audit:
    """A strategy that hands a view on to another one and looks at what comes back."""

    def __init__(self, strategy: Strategy, who: str) -> None:
        self._strategy, self._who = strategy, who
        self.decisions: Decisions = {}

    def decide(self, view: GovernmentView) -> list[Order] | None:
        where = f"{self._who}, {view.quarter}"
        state = view._model.state
        before = state.take(index(range(state.n_worlds)))
        orders = _listed(self._strategy.decide(view), where)
        again = _listed(self._strategy.decide(view), where)
        _require(not _changed(before, state), f"{where}: deciding changed the world ({', '.join(_changed(before, state))})")
        if orders is None or again is None:
            _require(orders is again, f"{where}: asked twice it decides once and abstains once; it must remember nothing")
            return None
        for order in orders:
            _check_order(order, view, where)
        _check_together(orders, view, where)
        first, second = _decisions(orders, view), _decisions(again, view)
        same = list(first) == list(second) and all(np.array_equal(first[key], second[key]) for key in first)
        _require(same, f"{where}: asked twice it decides two things; it must depend on nothing but the view")
        self.decisions.update(first)
        return orders


def _listed(orders: Any, where: str) -> list[Order] | None:
    if orders is None:
        return None
    found = list(orders)
    for order in found:
        _require(isinstance(order, Order), f"{where}: a decision is a list of Order; found {order!r}")
    return found


def _changed(before: State, after: State) -> list[str]:
    names = [f.name for f in fields(State)]
    return [name for name in names if not np.array_equal(getattr(before, name), getattr(after, name), equal_nan=True)]


def _check_order(order: Order, view: GovernmentView, where: str) -> None:
    """Role, item, bounds and terms of one order."""
    _require(order.lever in LEVERS, f"{where}: unknown lever {order.lever!r}.{nearest(order.lever, tuple(LEVERS))}")
    allowed = ", ".join(view.levers) or "none"
    _require(order.lever in view.levers, f"{where}: the role has no {order.lever}; allowed are {allowed}")
    what = f"{order.lever} {order.item}"
    items = view.items(order.lever)
    _require(order.item in items, f"{where}: {what} is aimed at what is not there; allowed are {', '.join(items)}")
    most = view.bound(order.lever)
    _check_number(order.amount, 0.0, most * (1.0 + 1e-12), view, f"{where}: the amount of {what}")
    _check_number(order.cap_musd, 0.0, np.inf, view, f"{where}: the cap of {what}")
    options = LEVERS[order.lever].options
    for option, value in (("price", order.price_usd), ("years", order.years)):
        if option in options:
            low, high = options[option].low, options[option].high
            _check_number(value, low or 0.0, high or np.inf, view, f"{where}: '{option}' of {what}")
    others = tuple(name for name in view._model.structure.scenario.jurisdictions if name != view.government)
    for place in order.places:
        _require(place in others, f"{where}: {what} names {place!r}; allowed are {', '.join(others)}")
    needs = any(option.kind == "jurisdictions" and option.required for option in options.values())
    _require(bool(order.places) or not needs, f"{where}: {what} names no jurisdiction, and would do nothing")


def _check_number(value: float | Array, low: float, high: float, view: GovernmentView, words: str) -> None:
    array = np.asarray(value, dtype=float)
    _require(array.shape in ((), (view.n_worlds,)), f"{words} has shape {array.shape}; it is a number or ({view.n_worlds},)")
    _require(not np.isnan(array).any(), f"{words} is not a number")
    found = array[(array < low) | (array > high)]
    _require(not found.size, f"{words} is {found.flat[0] if found.size else 0:.6g}; allowed are {low:g} to {high:g}")


def _check_together(orders: Sequence[Order], view: GovernmentView, where: str) -> None:
    """No lever twice, and fixed outlays that can be paid."""
    seen: set[tuple[str, str, str]] = set()
    fixed = np.zeros(view.n_worlds)
    for order in orders:
        abroad = order.lever in ("export_control", "alliance")
        for place in order.places if abroad else ("",):
            key = (order.lever, order.item, place)
            _require(key not in seen, f"{where}: {' '.join(filter(None, key))} is ordered twice")
            seen.add(key)
        if LEVERS[order.lever].fixed_outlay:
            fixed = fixed + order.amount
    there = view.purse_musd[0] + view.income_musd[0]
    over = float((fixed - there * (1.0 + TOLERANCE)).max())
    _require(over <= 0.0, f"{where}: fixed outlays exceed the packaging purse and this quarter's income by {over:.6g} M USD")


def _decisions(orders: Sequence[Order], view: GovernmentView) -> Decisions:
    at, ones = view.quarters_since_start, np.ones(view.n_worlds)
    return {
        (at, o.lever, o.item, o.places): np.stack([o.amount * ones, o.cap_musd * ones, o.price_usd * ones, o.years * ones])
        for o in orders
    }


# ------------------------------------------------------------------------------------------------------------ conservation


def _accounts_close(model: PackagingModel, was: State, where: str) -> None:
    """Money, dies, packages, materials and orders of the quarter that has just ended; shares; capacity."""
    s, now, structure = model.state, model.now, model.structure
    lines = structure.lines
    gross = sum(np.abs(flow).sum(axis=0) for flow in model.ledger.flows.values())
    _none_left(model.ledger.net.sum(axis=0), np.asarray(gross), f"{where}: payments do not sum to zero")
    _none_left(s.cash_musd - was.cash_musd - model.ledger.net, np.abs(s.cash_musd), f"{where}: cash moves by more than is paid")
    _none_left(s.die_bank - was.die_bank - was.dies_in_process + now.dies_used, was.die_bank, f"{where}: dies are made or lost")
    starts = structure.edges_to_product(now.starts)
    used = structure.sources_to_product(now.dies_used)
    _none_left(used - starts, starts, f"{where}: packages start without dies, or dies vanish")
    finished = structure.edges_to_product(now.good)
    _no_more(now.delivered, finished, f"{where}: more is delivered than finished")
    _no_more(now.good, now.starts, f"{where}: more packages are finished than started")
    _no_more(now.output, now.room, f"{where}: lines make more than they can")
    stocked = (lines.is_supply & (lines.stage != STAGE_OF["tools"]))[:, None]
    sold = now.other_served + model.graph.hbm.to_line(now.hbm_flow) + model.graph.substrate.to_line(now.substrate_flow)
    left = (s.inventory - was.inventory - now.output + sold) * stocked
    _none_left(left, was.inventory + now.output, f"{where}: HBM or substrates are made or lost")
    gone = structure.products_to_segment(now.delivered + now.cancelled) + now.released.sum(axis=0)
    queued = structure.products_to_segment((s.backlog - was.backlog).sum(axis=1) - now.demand)
    _none_left(queued + gone, gone, f"{where}: orders appear or vanish")
    _shares_sum_to_one(model, where)
    for name in (f.name for f in fields(State)):
        _require(not np.isnan(getattr(s, name)).any(), f"{where}: {name} is not a number")


def _shares_sum_to_one(model: PackagingModel, where: str) -> None:
    s, structure = model.state, model.structure
    present = np.bincount(structure.product_segment, minlength=N_SEGMENTS) > 0
    products = structure.products_to_segment(s.market_share)[present]
    _none_left(products - 1.0, products, f"{where}: products' shares of a segment do not sum to one")
    recipes = structure.recipes_to_product(s.mix)
    _none_left(recipes - 1.0, recipes, f"{where}: recipes' shares of a product do not sum to one")
    for name in ("capacity", "shell_room", "backlog", "die_bank", "inventory", "purse_musd", "grant_committed_musd", "debt_musd"):
        lowest = float(getattr(s, name).min())
        _require(lowest >= 0.0, f"{where}: {name} falls to {lowest:.6g}; it cannot be negative")


def _none_left(difference: Array, scale: Array, words: str) -> None:
    """Nothing but rounding: |difference| <= 1e-9 of the largest number of its world."""
    flat = np.abs(difference).reshape(-1, difference.shape[-1]).max(axis=0)
    size = np.abs(scale).reshape(-1, scale.shape[-1]).max(axis=0) + 1.0
    worst = int(np.argmax(flat / size))
    _require(bool((flat <= TOLERANCE * size).all()), f"{words}: {flat[worst]:.6g} beside {size[worst]:.6g} in world {worst}")


def _no_more(part: Array, whole: Array, words: str) -> None:
    _none_left(np.maximum(part - whole, 0.0), whole, words)


# ------------------------------------------------------------------------------------------------------------------- agents


def _watched(cls: type[Producer], who: str) -> type[Producer]:
    """The same class, looked at whenever the model calls it."""

    class Watched(cls):  # type: ignore[misc, valid-type]
        def form_expectation(self) -> None:
            where = f"{who}, {self.model.structure.first + self.model.quarter}"
            before = self.state.take(index(range(self.state.n_worlds)))
            super().form_expectation()
            changed = [name for name in _changed(before, self.state) if name not in ("level", "trend")]
            _require(not changed, f"{where}: form_expectation changes {', '.join(changed)}; it may set level and trend")
            for name in ("level", "trend"):
                _own_rows(getattr(before, name), getattr(self.state, name), self.groups, f"{where}: form_expectation sets {name}")
                _finite(getattr(self.state, name)[self.groups], f"{where}: {name}")

        def plan(self) -> None:
            where = f"{who}, {self.model.structure.first + self.model.quarter}"
            now, before = self.model.now, self.state.take(index(range(self.state.n_worlds)))
            lines, groups = self.lines, self.groups
            written = {"tool_orders": lines, "shell_orders": lines, "dropped": lines, "expected_capacity": groups}
            was = {name: getattr(now, name).copy() for name in written}
            super().plan()
            changed = _changed(before, self.state)
            _require(not changed, f"{where}: plan changes {', '.join(changed)}; it orders, and the model builds")
            for name, rows in written.items():
                array = getattr(now, name)
                _require(array.shape == was[name].shape, f"{where}: plan leaves {name} with shape {array.shape}")
                _own_rows(was[name], array, rows, f"{where}: plan sets {name}")
                _not_negative(array[rows], f"{where}: {name}")
            horizon = self.model.parameters.tool_horizon_quarters
            shape = self.state.level[self.groups].shape
            desired = np.asarray(self.desired_capacity(horizon))
            _require(desired.shape == shape, f"{where}: desired_capacity has shape {desired.shape}; it is (group, W) = {shape}")
            _not_negative(desired, f"{where}: desired_capacity")

    Watched.__name__ = Watched.__qualname__ = cls.__name__
    return Watched


def _own_rows(before: Array, after: Array, rows: Index | slice, words: str) -> None:
    mine = np.zeros(len(before), dtype=bool)
    mine[rows] = True
    same = np.array_equal(before[~mine], after[~mine], equal_nan=True)
    _require(same, f"{words} of other firms")


def _finite(x: Array, words: str) -> None:
    _require(bool(np.isfinite(x).all()), f"{words} is not finite")


def _not_negative(x: Array, words: str) -> None:
    _finite(x, words)
    lowest = float(x.min()) if x.size else 0.0
    _require(lowest >= 0.0, f"{words} is {lowest:.6g}; it cannot be negative")
