"""What all bots are made of: the bot itself, the desk at which it fills in one turn's orders, and a few measures of scarcity.

A bot is a name, a sentence and a rule. The rule reads a government's view and sets levers at a desk, which keeps to the role:
levers that the role lacks and items that the scenario lacks are left out, amounts are cut to the role's bounds. Nothing is
remembered between turns. Every quantity is an array over the view's worlds (W,), and rules are written with elementwise
operations only, so a world decides the same alone and in a crowd. What each bot wants is in its own file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce

import numpy as np

from policygame.model.agents.government import GovernmentView, Order
from policygame.model.arrays import TINY, Array, positive

__all__ = ["FAB", "PACKAGING", "TOLD", "Bot", "Desk", "busy_here", "highest", "ramp", "shortage", "tightness", "total"]

PACKAGING, FAB = 0, 1
"""Purses of a treasury."""
TOLD = "ai_accelerator"
"""The segment whose shortage bots watch, where the scenario has it."""
YEAR = 4.0
CREDIT_PART_OF_INCOME = 0.5
"""Part of a year's income that a bot is ready to give away as tax credits."""
ENTRY_SHARE = 0.15
"""Below this share of a technology a role counts as an entrant, and may promise to buy."""
PROMISED_SHARE = 0.05
"""What an entrant promises to buy, at most, as a share of the world's output."""
PROMISE_YEARS = 3.0
PILOT_MUSD = 15.0
"""What a pilot line for entrants costs in a quarter, M USD, where it is wanted most."""
PILOT_FROM = (0.75, 0.9)
"""Use of the world's lines of a technology from which pilot lines are wanted, and wanted most: well before they are short."""
SETTLED_SHARE = 0.005
"""From this share of a technology's lines on, entrants here have shown that it can be done: a pilot line is no longer needed."""
STANDS_KWPM = 0.1
"""With less than this of a technology's lines, nothing of it can be said to stand idle."""
IDLE, BUSY = 0.5, 0.8
"""Lines here that are asked for less than the first of what they can make get no grant, from the second on all of it."""
LEAST_OUTLAY_MUSD = 0.1
"""What would be spent on an item in a quarter must be at least this much, M USD, to be spent at all."""
STOCK_PART = 0.15
"""Part of the packaging purse that may go into a stockpile in a quarter, for each segment."""
Key = tuple[str, str]
"""A lever and its item."""


@dataclass(frozen=True)
class Bot:
    """A strategy that reacts to what its role sees.

    ``name`` is what policies call it, ``sentence`` what a player reads, ``rule`` sets the levers at a desk, ``barred`` are levers
    that it has to do without. ``decide`` answers with all levers that shall be in force, or with None when it is not the role's turn.
    """

    name: str
    sentence: str
    rule: Callable[[Desk], None] = field(repr=False)
    barred: tuple[str, ...] = ()

    def decide(self, view: GovernmentView) -> list[Order] | None:
        """All levers that shall be in force from this turn on; None between turns, so that they stay."""
        if not view.is_turn:
            return None
        desk = Desk(view, self.barred)
        self.rule(desk)
        return desk.orders

    def without(self, lever: str) -> Bot:
        """The same bot at a desk that lacks a lever, so that its money goes where its rule leads it then."""
        return replace(self, barred=(*self.barred, lever))


class Desk:
    """One turn's orders of a role. What the role or the scenario does not know is left out, what exceeds a bound is cut to it."""

    def __init__(self, view: GovernmentView, barred: Sequence[str] = ()) -> None:
        self.view = view
        self.barred = tuple(barred)
        self.orders: list[Order] = []
        here = view.stages_here
        built = tuple(t for t in view.technologies if t in here)
        advanced = tuple(t for t in built if t != "conventional")
        self.technologies: tuple[str, ...] = advanced or built
        """What packaging the role can hope for: advanced technologies that firms have or consider here, else all they have."""
        self.materials: tuple[str, ...] = tuple(m for m in ("hbm", "substrate", "tools") if m in here)
        """Inputs that have suppliers here: a programme for others would reach nobody."""
        self.income_musd = view.income_musd
        self.purse_musd = view.purse_musd + self.income_musd
        """(purse, W) what there is to spend this quarter."""

    def may(self, lever: str, item: str | None = None) -> bool:
        """Whether the role has the lever and may use it, and the scenario has the item."""
        return lever in self.view.levers and lever not in self.barred and (item is None or item in self.view.items(lever))

    def set(
        self,
        lever: str,
        item: str,
        amount: Array,
        *,
        places: Sequence[str] = (),
        cap_musd: Array | None = None,
        priority: bool = False,
        price_usd: Array | float = 0.0,
        years: float = 0.0,
    ) -> None:
        """Put a lever at ``amount`` (W,), in its unit, within the role's bounds; a cap or a term in years starts afresh."""
        if self.may(lever, item):
            within = np.clip(amount, 0.0, self.view.bound(lever)) * np.ones(self.view.n_worlds)
            cap = np.inf if cap_musd is None else cap_musd
            self.orders.append(Order(lever, item, within, cap, tuple(places), priority, price_usd, years, begins=True))

    # money -------------------------------------------------------------------------------------------------------------

    def budget_musd(self, part: float) -> Array:
        """(W,) M USD a quarter: a part (0 to 1) of packaging income, after the tax credits that the coming year owes."""
        return part * positive(self.income_musd[PACKAGING] - self.view.credits_due_musd[PACKAGING] / YEAR)

    def fund(self, budget_musd: Array, weights: Mapping[Key, Array]) -> None:
        """Split a budget over fixed outlays by weight. Where the weights add to less than 1, the rest is saved."""
        usable = {key: weight for key, weight in weights.items() if self.may(*key)}
        if usable:
            whole = np.maximum(total(list(usable.values())), 1.0)
            for (lever, item), weight in usable.items():
                amount = budget_musd * weight / whole
                self.set(lever, item, amount * (amount >= LEAST_OUTLAY_MUSD))

    def pilot_lines(self, most_musd: Array) -> Array:
        """Pilot lines of technologies that hardly any firm has here yet, where the mandate asks for leadership; ends all other research.

        The more, the fuller the world's lines of a technology are. ``most_musd`` (W,) is what they may cost together; returns what they
        do. What research does for the yield of present lines reaches everybody, and so is worth its cost to no mandate alone.
        """
        view = self.view
        wanted = {technology: np.zeros(view.n_worlds) for technology in view.technologies}
        if view.mandate.get("L", 0.0) > 0.0:
            for technology in self.technologies:
                entrant = 1.0 - ramp(view.share(technology), 0.0, SETTLED_SHARE)
                wanted[technology] = PILOT_MUSD * entrant * ramp(view.utilisation(technology), *PILOT_FROM)
        part = np.minimum(most_musd / np.maximum(total(list(wanted.values())), TINY), 1.0)
        spent = np.zeros(view.n_worlds)
        for technology, musd in wanted.items():
            amount = musd * part
            amount = amount * (amount >= LEAST_OUTLAY_MUSD)
            self.set("packaging_rnd", technology, amount)
            spent = spent + amount * self.may("packaging_rnd", technology)
        return spent

    def grant(self, lever: str, rates: Mapping[str, Array], *, guardrail: Sequence[str] = (), priority: bool = False) -> None:
        """Announce grants, item -> rate (W,); the purse is split into caps by rate, so that no item drains it for the others."""
        purse = self.purse_musd[FAB if lever == "fab_grant" else PACKAGING]
        usable = {item: np.clip(rate, 0.0, self.view.bound(lever)) for item, rate in rates.items() if self.may(lever, item)}
        if usable:
            whole = np.maximum(total(list(usable.values())), TINY)
            for item, rate in usable.items():
                self.set(lever, item, rate, cap_musd=purse * rate / whole, places=guardrail, priority=priority)

    def credit(self, item: str, want: Array) -> None:
        """A tax credit of ``want`` (0 to 1) of the bound, no higher than half a year's income bears on what is being built."""
        purse = FAB if item == "fabrication" else PACKAGING
        bearable = CREDIT_PART_OF_INCOME * YEAR * self.income_musd[purse] / np.maximum(self.view.under_way_musd(purse), TINY)
        self.set("tax_credit", item, np.minimum(self.view.bound("tax_credit") * want, bearable))

    def grant_or_credit(
        self, want: Mapping[str, Array], ceiling: float = 1.0, *, guardrail: Sequence[str] = (), priority: bool = False
    ) -> None:
        """Packaging grants of ``want`` (technology -> 0 to 1) of ``ceiling`` or the bound; without grants, a tax credit.

        Less of it where lines here stand idle in a world that is not short: a grant would build more of what nobody asks for.
        """
        want = {technology: wanted * busy_here(self.view, technology) for technology, wanted in want.items()}
        if self.may("packaging_grant"):
            most = min(self.view.bound("packaging_grant"), ceiling)
            self.grant("packaging_grant", {t: most * w for t, w in want.items()}, guardrail=guardrail, priority=priority)
        elif want:
            self.credit("packaging", highest(list(want.values())))

    def promise(self, technology: str, strength: Array) -> None:
        """Offtake at today's price for an entrant, up to a twentieth of the world's output, while half the purse could pay a year of it.

        ``strength`` (W,) is 0 to 1; a role with 15 % of the technology or more has no need of it.
        """
        view = self.view
        price = view.price_usd(technology)
        entrant = ramp(-view.share(technology), -ENTRY_SHARE, 0.0)
        wafers = 3.0 * PROMISED_SHARE * view.capacity(technology) * entrant * strength
        affordable = 0.5 * self.purse_musd[PACKAGING] * 1000.0 / (YEAR * np.maximum(price, TINY))
        shared = affordable / len(self.technologies)
        self.set("purchase_commitment", technology, np.minimum(wafers, shared), price_usd=price, years=PROMISE_YEARS)

    def stock(self, segment: str, quarters: Array | float) -> None:
        """Hold ``quarters`` of what is ordered here, bought from a small part of the purse and not while the segment is short."""
        view = self.view
        held = view.stock_kunits(segment)
        # k units of a price in USD cost price / 1000 M USD; half of what lacks is ordered in a quarter
        affordable = 2.0 * STOCK_PART * self.purse_musd[PACKAGING] * 1000.0 / np.maximum(view.segment_price_usd(segment), TINY)
        ample = 1.0 - ramp(1.0 - view.fill(segment), 0.0, 0.2)
        target = view.orders_kunits(segment) * quarters
        self.set("stockpile", segment, np.minimum(target, held + affordable * ample))


# ------------------------------------------------------------------------------------------------------ elementwise measures


def ramp(x: Array, low: float, high: float) -> Array:
    """0 up to ``low``, 1 from ``high`` on, straight in between.

    >>> ramp(np.array([0.5, 0.9, 2.0]), 0.8, 1.0).round(6).tolist()
    [0.0, 0.5, 1.0]
    """
    return np.clip((x - low) / (high - low), 0.0, 1.0)


def highest(arrays: Sequence[Array]) -> Array:
    """The elementwise largest of one or more arrays (W,)."""
    return reduce(np.maximum, arrays)


def total(arrays: Sequence[Array]) -> Array:
    """The elementwise sum of one or more arrays (W,), in their order."""
    return reduce(np.add, arrays)


def shortage(view: GovernmentView) -> Array:
    """(W,) 0 to 1: part of the slots asked for AI accelerators that was not to be had; without them, of the worst served."""
    segments = (TOLD,) if TOLD in view.segments else view.segments
    return highest([1.0 - view.fill(segment) for segment in segments])


def busy_here(view: GovernmentView, technology: str) -> Array:
    """(W,) 0 to 1: from idle lines of a technology here to busy ones; 1 where there are hardly any, or where the world is short of it."""
    none = (view.capacity(technology, view.government) < STANDS_KWPM).astype(float)
    busy = ramp(view.utilisation(technology, view.government), IDLE, BUSY)
    return highest([none, busy, tightness(view, technology)])


def tightness(view: GovernmentView, stage: str) -> Array:
    """(W,) 0 to 1: from ample room in a stage to a stage that is asked for a fifth more than it can make."""
    return ramp(view.utilisation(stage), 0.8, 1.2)
