"""Governments: a seat with a treasury, a strategy, and a view that holds what its role may see.

A strategy is a script (dated settings of a ``Policy``) or anything with ``decide(view)`` - a bot, a person's desk. What a lever does is in
``phases``; what it costs in ``phases.treasury``; names, bounds and sentences are in the catalogue.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import mesa
import numpy as np

from policygame.catalogue import JURISDICTIONS
from policygame.model.arrays import Array, Index
from policygame.model.state import LEVER_CLAUSES, LEVER_CONTROLS, State
from policygame.model.structure import PLACE_OF, SEGMENT_OF, STAGE_OF, TECHNOLOGY_OF
from policygame.model.worlds import MATERIAL_KINDS

if TYPE_CHECKING:
    from policygame.model.model import PackagingModel

_PURSES = {"packaging": 0, "fabrication": 1}


@dataclass(frozen=True)
class Order:
    """One lever as a strategy sets it, in every world of the strategy: ``amount`` is a number or an array (world,).

    ``begins`` says that the setting is new, so that a programme's cap starts afresh.
    """

    lever: str
    item: str
    amount: float | Array
    cap_musd: float = np.inf
    places: tuple[str, ...] = ()
    priority: bool = False
    price_usd: float | Array = 0.0
    years: float = 0.0
    begins: bool = False


class Strategy(Protocol):
    """What decides for a government."""

    def decide(self, view: GovernmentView) -> Iterable[Order] | None:
        """All levers that shall be in force now, or None to leave them as they are."""


@dataclass
class Seat:
    """A strategy and the worlds that it decides for."""

    strategy: Strategy
    worlds: Index = field(default_factory=lambda: np.empty(0, dtype=np.intp))


class Government(mesa.Agent):
    """The government of a jurisdiction; it acts where a strategy holds its seat."""

    model: PackagingModel

    def __init__(self, model: PackagingModel, name: str, seats: list[Seat]) -> None:
        super().__init__(model)
        self.name = name
        self.place = PLACE_OF[name]
        self.seats = seats

    def decide(self) -> None:
        """Ask every strategy, and put what it answers into force in its worlds."""
        for seat in self.seats:
            orders = seat.strategy.decide(GovernmentView(self.model, self.place, seat.worlds))
            if orders is not None:
                self._clear(seat.worlds)
                for order in orders:
                    self._put(order, seat.worlds)

    def _clear(self, worlds: Index) -> None:
        s, j = self.model.state, self.place
        for array in (s.grant, s.research_musd, s.workforce_musd, s.stockpile_target, s.guardrail, s.priority):
            array[j][..., worlds] = 0.0
        s.offtake_kwafers[j][..., worlds] = 0.0
        s.tax_credit[:, j, worlds] = 0.0
        s.supplier_programme_musd[:, j, worlds] = 0.0
        s.control[:, j][..., worlds] = 0.0
        s.offer[:, j][..., worlds] = 0.0

    def _put(self, order: Order, worlds: Index) -> None:
        getattr(self, f"_put_{order.lever}")(self.model.state, order, worlds)

    def _put_packaging_grant(self, s: State, order: Order, worlds: Index) -> None:
        stage = STAGE_OF[order.item]
        s.grant[self.place, stage, worlds] = order.amount
        if order.begins:
            s.cap_left_musd[self.place, stage, worlds] = order.cap_musd
        for place in order.places:
            s.guardrail[self.place, PLACE_OF[place], worlds] = 1.0
        if order.priority:
            s.priority[self.place, worlds] = 1.0

    def _put_fab_grant(self, s: State, order: Order, worlds: Index) -> None:
        stage = STAGE_OF[order.item]
        s.grant[self.place, stage, worlds] = order.amount
        if order.begins:
            s.cap_left_musd[self.place, stage, worlds] = order.cap_musd

    def _put_tax_credit(self, s: State, order: Order, worlds: Index) -> None:
        s.tax_credit[_PURSES[order.item], self.place, worlds] = order.amount

    def _put_packaging_rnd(self, s: State, order: Order, worlds: Index) -> None:
        s.research_musd[self.place, TECHNOLOGY_OF[order.item], worlds] = order.amount

    def _put_workforce(self, s: State, order: Order, worlds: Index) -> None:
        s.workforce_musd[self.place, worlds] = order.amount

    def _put_supplier_programme(self, s: State, order: Order, worlds: Index) -> None:
        s.supplier_programme_musd[MATERIAL_KINDS.index(order.item), self.place, worlds] = order.amount

    def _put_purchase_commitment(self, s: State, order: Order, worlds: Index) -> None:
        technology = TECHNOLOGY_OF[order.item]
        s.offtake_kwafers[self.place, technology, worlds] = order.amount
        s.offtake_usd[self.place, technology, worlds] = order.price_usd
        if order.begins:
            s.offtake_quarters[self.place, technology, worlds] = 4.0 * order.years

    def _put_export_control(self, s: State, order: Order, worlds: Index) -> None:
        for place in order.places:
            s.control[LEVER_CONTROLS.index(order.item), self.place, PLACE_OF[place], worlds] = order.amount

    def _put_alliance(self, s: State, order: Order, worlds: Index) -> None:
        for place in order.places:
            s.offer[LEVER_CLAUSES.index(order.item), self.place, PLACE_OF[place], worlds] = order.amount

    def _put_stockpile(self, s: State, order: Order, worlds: Index) -> None:
        s.stockpile_target[self.place, SEGMENT_OF[order.item], worlds] = order.amount


class GovernmentView:
    """What a government's role may see, in the worlds (W) of one seat: published figures and its own treasury.

    Published: metrics of last quarter, announced levers of others. Not here: shocks to come, others' treasuries, other worlds.
    """

    def __init__(self, model: PackagingModel, place: int, worlds: Index) -> None:
        self._model = model
        self._place = place
        self._worlds = worlds
        self.government = tuple(JURISDICTIONS)[place]
        self.quarter = model.structure.first + model.quarter
        self.quarters_since_start = model.quarter
        self.n_worlds = len(worlds)

    @property
    def playing(self) -> bool:
        """Whether play has begun."""
        return self._model.quarter >= self._model.structure.play_from

    @property
    def is_turn(self) -> bool:
        """Whether a turn of the game begins this quarter: bots decide then, and leave their decision in force in between."""
        since = self._model.quarter - self._model.structure.play_from
        return since >= 0 and since % self._model.structure.scenario.quarters_per_turn == 0

    @property
    def levers(self) -> tuple[str, ...]:
        """Levers that the role may use."""
        government = self._model.structure.scenario.jurisdictions[self.government].government
        return government.levers if government is not None else ()

    def bound(self, lever: str) -> float:
        """Upper bound of a lever's amount for this role."""
        from policygame.catalogue import LEVERS

        government = self._model.structure.scenario.jurisdictions[self.government].government
        if government is not None and lever in government.bounds:
            return government.bounds[lever].value
        return LEVERS[lever].high

    @property
    def purse_musd(self) -> Array:
        """(purse, W) unspent money: packaging, fab."""
        return self._model.state.purse_musd[:, self._place][..., self._worlds]

    @property
    def income_musd(self) -> Array:
        """(purse, W) income a quarter."""
        return self._model.coefficients.income_musd[:, self._place][..., self._worlds]

    @property
    def allies(self) -> tuple[str, ...]:
        """Trusted jurisdictions at the start."""
        trusted = self._model.structure.allies[self._place]
        return tuple(name for j, name in enumerate(JURISDICTIONS) if trusted[j] and j != self._place)

    @property
    def others(self) -> tuple[str, ...]:
        """Jurisdictions with a government of their own, but for this one."""
        declared = self._model.structure.scenario.jurisdictions
        return tuple(name for name, spec in declared.items() if spec.government is not None and name != self.government)

    @property
    def technologies(self) -> tuple[str, ...]:
        """Packaging technologies of the scenario."""
        return tuple(self._model.structure.scenario.technologies)

    def fill(self, segment: str) -> Array:
        """(W,) last quarter's fill of a segment."""
        s, structure = self._model.state, self._model.structure
        rows = np.flatnonzero(structure.product_segment == SEGMENT_OF[segment])
        weight = s.order_level[rows][:, self._worlds]
        return (weight * s.fill[rows][:, self._worlds]).sum(axis=0) / np.maximum(weight.sum(axis=0), 1e-12)

    def lead_time_weeks(self, segment: str) -> Array:
        """(W,) last quarter's lead time of a segment, weighted by orders."""
        s, structure = self._model.state, self._model.structure
        rows = np.flatnonzero(structure.product_segment == SEGMENT_OF[segment])
        weight = s.order_level[rows][:, self._worlds]
        return (weight * s.lead_time_weeks[rows][:, self._worlds]).sum(axis=0) / np.maximum(weight.sum(axis=0), 1e-12)

    def utilisation(self, stage: str) -> Array:
        """(W,) last quarter's request over what the stage could make, worldwide."""
        s, structure = self._model.state, self._model.structure
        rows = np.flatnonzero(structure.lines.stage == STAGE_OF[stage])
        asked = s.requested[rows][:, self._worlds].sum(axis=0)
        can = (s.capacity * self._model.output_per_unit)[rows][:, self._worlds].sum(axis=0)
        return asked / np.maximum(can, 1e-12)

    def share(self, stage: str, place: str | None = None) -> Array:
        """(W,) a place's (default: one's own) share of the world's capacity of a stage, by site."""
        s, structure = self._model.state, self._model.structure
        rows = structure.lines.stage == STAGE_OF[stage]
        here = rows & (structure.lines.place == (self._place if place is None else PLACE_OF[place]))
        capacity = s.capacity[:, self._worlds]
        return capacity[here].sum(axis=0) / np.maximum(capacity[rows].sum(axis=0), 1e-12)

    def announced_grant(self, place: str, stage: str) -> Array:
        """(W,) the grant rate that a government has announced."""
        return self._model.state.grant[PLACE_OF[place], STAGE_OF[stage]][self._worlds].copy()

    def offer(self, clause: str, place: str) -> Array:
        """(W,) what a government offers to this one under a clause of an alliance."""
        return self._model.state.offer[LEVER_CLAUSES.index(clause), PLACE_OF[place], self._place][self._worlds].copy()

    def control(self, item: str, place: str, target: str) -> Array:
        """(W,) strength of a control in force."""
        return self._model.state.control[LEVER_CONTROLS.index(item), PLACE_OF[place], PLACE_OF[target]][self._worlds].copy()

    def price_usd(self, stage: str) -> Array:
        """(W,) today's price of a unit of a stage's output."""
        row = STAGE_OF[stage]
        return (self._model.coefficients.stage_price_usd[row] * self._model.state.stage_price[row])[self._worlds]
