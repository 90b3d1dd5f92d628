"""Governments: a seat with a treasury, a strategy, and a view that holds what its role may see.

A strategy is a script (dated settings of a ``Policy``) or anything with ``decide(view)`` - a bot, a person's desk. What a lever
does is in ``phases``; what it costs in ``phases.treasury``; names, bounds and sentences are in the catalogue.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import mesa
import numpy as np

from policygame.catalogue import JURISDICTIONS, LEVERS
from policygame.model.arrays import TINY, Array, Index, at_least
from policygame.model.state import LEVER_CLAUSES, LEVER_CONTROLS, State
from policygame.model.structure import PLACE_OF, SEGMENT_OF, STAGE_OF, TECHNOLOGY_OF
from policygame.model.worlds import MATERIAL_KINDS

if TYPE_CHECKING:
    from policygame.model.model import PackagingModel
    from policygame.scenario.schema import Government as GovernmentSpec

_PURSES = {"packaging": 0, "fabrication": 1}


@dataclass(frozen=True)
class Order:
    """One lever as a strategy sets it, in every world of the strategy: ``amount`` is a number or an array (world,).

    ``begins`` says that the setting is new, so that a programme's cap starts afresh.
    """

    lever: str
    item: str
    amount: float | Array
    cap_musd: float | Array = np.inf
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
    fresh: bool = True
    """Whether the strategy has just taken the seat, so that it must say what is in force now."""


class Government(mesa.Agent):
    """The government of a jurisdiction; it acts where a strategy holds its seat."""

    model: PackagingModel

    def __init__(self, model: PackagingModel, name: str, seats: list[Seat]) -> None:
        super().__init__(model)
        self.name = name
        self.place = PLACE_OF[name]
        self.seats = seats
        self._decided: list[tuple[Seat, list[Order]]] = []

    def decide(self) -> None:
        """Ask every strategy. Governments move at once: nothing comes into force before all have decided (``enact``)."""
        self._decided = []
        for seat in self.seats:
            orders = seat.strategy.decide(GovernmentView(self.model, self.place, seat.worlds, seat.fresh))
            seat.fresh = False
            if orders is not None:
                self._decided.append((seat, list(orders)))

    def enact(self) -> None:
        """Put what was decided into force, in the worlds of each seat."""
        for seat, orders in self._decided:
            self._clear(seat.worlds)
            for order in orders:
                self._put(order, seat.worlds)
        self._decided = []

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

    Published: last quarter's metrics, announced levers of others. Not here: shocks to come, others' treasuries, other worlds.
    Sums are taken over all worlds of the model before those of the seat are picked, so that a world reads the same bits whoever
    shares its seat. A view is good for one decision; arrays are copies.
    """

    def __init__(self, model: PackagingModel, place: int, worlds: Index, fresh: bool = False) -> None:
        self.fresh = fresh
        self._model = model
        self._place = place
        self._worlds = worlds
        self.government = tuple(JURISDICTIONS)[place]
        self.quarter = model.structure.first + model.quarter
        self.quarters_since_start = model.quarter
        self.n_worlds = len(worlds)

    # the game ----------------------------------------------------------------------------------------------------------

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
    def turn(self) -> int:
        """Turns since play began: 0 in the first."""
        return (self._model.quarter - self._model.structure.play_from) // self._model.structure.scenario.quarters_per_turn

    # the role ----------------------------------------------------------------------------------------------------------

    @property
    def _role(self) -> GovernmentSpec | None:
        return self._model.structure.scenario.jurisdictions[self.government].government

    @property
    def levers(self) -> tuple[str, ...]:
        """Levers that the role may use."""
        return self._role.levers if self._role is not None else ()

    @property
    def mandate(self) -> dict[str, float]:
        """Part of the role's mandate -> its weight."""
        return {part: weight.value for part, weight in self._role.mandate.items()} if self._role is not None else {}

    def bound(self, lever: str) -> float:
        """Upper bound of a lever's amount for this role."""
        if self._role is not None and lever in self._role.bounds:
            return self._role.bounds[lever].value
        return LEVERS[lever].high

    def items(self, lever: str) -> tuple[str, ...]:
        """Items of a lever that the scenario has."""
        scenario = self._model.structure.scenario
        absent = {*STAGE_OF, *SEGMENT_OF} - {*scenario.technologies, *scenario.stages, *scenario.segments}
        return tuple(item for item in LEVERS[lever].items if item not in absent)

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

    @property
    def segments(self) -> tuple[str, ...]:
        """Segments of the scenario."""
        return tuple(self._model.structure.scenario.segments)

    @property
    def stages_here(self) -> tuple[str, ...]:
        """Stages of which a firm has lines here, or names this jurisdiction as a place for some."""
        lines = self._model.structure.lines
        here = set(lines.stage[lines.place == self._place].tolist())
        return tuple(name for name, row in STAGE_OF.items() if row in here)

    # its treasury ------------------------------------------------------------------------------------------------------

    @property
    def purse_musd(self) -> Array:
        """(purse, W) unspent money: packaging, fab; before this quarter's income."""
        return self._here(self._model.state.purse_musd)

    @property
    def income_musd(self) -> Array:
        """(purse, W) income a quarter."""
        return self._here(self._model.coefficients.income_musd)

    @property
    def credits_due_musd(self) -> Array:
        """(purse, W) tax credits earned by firms and not yet charged to income: they are, first of all, within a year."""
        return self._here(self._model.state.credit_due_musd.sum(axis=0))

    def under_way_musd(self, purse: int) -> Array:
        """(W,) capex of lines here that are ordered and not in service yet: packaging (0), wafers (1)."""
        s, lines = self._model.state, self._model.structure.lines
        here = (lines.place == self._place) & (lines.is_wafers if purse else lines.is_packaging)
        value = self._model.coefficients.capex_musd * (s.tool_backlog + s.in_transit)
        return self._seen((value * here[:, None]).sum(axis=0))

    def stock_kunits(self, segment: str) -> Array:
        """(W,) units in its stockpile."""
        return self._seen(self._model.state.stock_kunits[self._place, SEGMENT_OF[segment]])

    # the market ----------------------------------------------------------------------------------------------------------

    def fill(self, segment: str) -> Array:
        """(W,) last quarter's fill of a segment, weighted by orders; 1 where nothing is ordered."""
        return self._over_orders(segment, self._model.state.fill, 1.0)

    def lead_time_weeks(self, segment: str) -> Array:
        """(W,) last quarter's lead time of a segment, weighted by orders; 0 where nothing is ordered."""
        return self._over_orders(segment, self._model.state.lead_time_weeks, 0.0)

    def _over_orders(self, segment: str, of_product: Array, otherwise: float) -> Array:
        rows = np.flatnonzero(self._model.structure.product_segment == SEGMENT_OF[segment])
        weight = self._model.state.order_level[rows]
        total = weight.sum(axis=0)
        mean = (weight * of_product[rows]).sum(axis=0) / at_least(total, TINY)
        return self._seen(np.where(total > 0.0, mean, otherwise))

    def orders_kunits(self, segment: str) -> Array:
        """(W,) what buyers here order of a segment in a quarter, by designers' published expectation."""
        structure, row = self._model.structure, SEGMENT_OF[segment]
        total = self._model.state.order_level[np.flatnonzero(structure.product_segment == row)].sum(axis=0)
        return self._seen(total * self._model.coefficients.destination[row, self._place])

    def utilisation(self, stage: str, place: str | None = None) -> Array:
        """(W,) last quarter's request over what installed capacity can make, worldwide or at sites in a place; above 1 it is short.

        0 where nothing is installed.
        """
        rows = self._rows_of(stage, place)
        asked = self._model.state.requested[rows].sum(axis=0)
        can = (self._model.state.capacity[rows] * self._model.output_per_unit[rows]).sum(axis=0)
        return self._seen(asked / at_least(can, TINY))

    @property
    def labour_use(self) -> Array:
        """(W,) skilled people that lines here employ or wait for, over the people there are; above 1 lines wait."""
        s, lines = self._model.state, self._model.structure.lines
        standing = s.capacity + s.tool_backlog + s.in_transit
        wanted = (standing * self._model.coefficients.labour_per_unit * (lines.place == self._place)[:, None]).sum(axis=0)
        return self._seen(wanted / at_least(s.labour_pool[self._place], TINY))

    def capacity(self, stage: str, place: str | None = None) -> Array:
        """(W,) installed capacity of a stage, in its unit: worldwide, or at sites in a place."""
        return self._seen(self._model.state.capacity[self._rows_of(stage, place)].sum(axis=0))

    def _rows_of(self, stage: str, place: str | None) -> Index:
        """Lines of a stage: of the world, or at sites in a place."""
        lines = self._model.structure.lines
        mask = lines.stage == STAGE_OF[stage]
        if place is not None:
            mask = mask & (lines.place == PLACE_OF[place])
        return np.flatnonzero(mask)

    def share(self, stage: str, place: str | None = None) -> Array:
        """(W,) a place's (default: one's own) share of the world's capacity of a stage, by site."""
        return self.capacity(stage, self.government if place is None else place) / at_least(self.capacity(stage), TINY)

    def price_usd(self, stage: str) -> Array:
        """(W,) today's price of a unit of a stage's output."""
        row = STAGE_OF[stage]
        return self._seen(self._model.coefficients.stage_price_usd[row] * self._model.state.stage_price[row])

    def segment_price_usd(self, segment: str) -> Array:
        """(W,) today's price of a unit of a segment."""
        row = SEGMENT_OF[segment]
        return self._seen(self._model.coefficients.segment_price_usd[row] * self._model.state.segment_price[row])

    # what governments have announced ---------------------------------------------------------------------------------------

    def announced_grant(self, place: str, stage: str) -> Array:
        """(W,) the grant rate that a government has announced."""
        return self._seen(self._model.state.grant[PLACE_OF[place], STAGE_OF[stage]])

    def offer(self, clause: str, place: str) -> Array:
        """(W,) what a government offers to this one under a clause of an alliance."""
        return self._seen(self._model.state.offer[LEVER_CLAUSES.index(clause), PLACE_OF[place], self._place])

    def control(self, item: str, place: str, target: str) -> Array:
        """(W,) strength of a control in force."""
        return self._seen(self._model.state.control[LEVER_CONTROLS.index(item), PLACE_OF[place], PLACE_OF[target]])

    def _seen(self, x: Array) -> Array:
        """(W of the model,) -> (W of the seat,), a copy."""
        picked: Array = x[self._worlds]
        return picked

    def _here(self, x: Array) -> Array:
        """(row, place, W of the model) -> (row, W of the seat), a copy, laid out row by row."""
        return np.ascontiguousarray(x[:, self._place][:, self._worlds])
