"""What an action sets: a row of numbers from 0 to 1, one for each column, and the orders that it stands for.

Columns follow from the role alone: one for every lever and item that it may use, from nothing (0) to the role's bound (1), and for
levers that name others one for every government that may be named (from 0.5 on it is). An action says all that shall be in force: 0
ends a lever, also one that history had set. Guardrails, priorities and caps are no columns: an order carries them for all worlds alike.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from policygame.bots.common import FAB, PACKAGING, PROMISE_YEARS
from policygame.catalogue import LEVERS
from policygame.model.agents.government import GovernmentView, Order
from policygame.model.arrays import TINY, Array, positive

__all__ = ["NAMED", "Actions", "Column"]

NAMED = 0.5
"""From this value on, a government is named."""
_NAMING = {"export_control": "on", "alliance": "with"}
"""Levers that have to name governments, and the option that names them."""
_PURSE = {"fab_grant": FAB, "packaging_grant": PACKAGING}


@dataclass(frozen=True)
class Column:
    """One number of an action.

    lever, item : what it sets; item is "" where the column names a government instead
    place : the government that it names, else ""
    high : the amount that 1 stands for, in ``unit``
    """

    lever: str
    item: str
    place: str
    high: float
    unit: str

    def __str__(self) -> str:
        return f"{self.lever} {_NAMING[self.lever]} {self.place}" if self.place else f"{self.lever} {self.item}"


class Actions:
    """The columns of a role, and orders from actions. ``columns`` is their order in every action; a turn has ``quarters``."""

    def __init__(self, view: GovernmentView, quarters: int) -> None:
        self._quarters = quarters
        columns = []
        for lever in (name for name in LEVERS if name in view.levers):
            high, unit = view.bound(lever), LEVERS[lever].unit
            columns += [Column(lever, item, "", high, unit) for item in view.items(lever)]
            if lever in _NAMING:
                columns += [Column(lever, "", place, 1.0, "named from 0.5 on") for place in view.others]
        self.columns: tuple[Column, ...] = tuple(columns)

    def __len__(self) -> int:
        return len(self.columns)

    def most(self, view: GovernmentView) -> Array:
        """(W, column) the largest value of each column, 0 to 1, that the treasury as it stands can pay: the mask of an action.

        A column of 0 can do nothing now. Fixed outlays may take all that the packaging purse can pay in a turn, each by itself; what
        they take together is cut in proportion by ``orders``. Grants are open while their purse holds anything.
        """
        there = view.purse_musd + view.income_musd
        out = np.ones((view.n_worlds, len(self.columns)))
        for i, column in enumerate(self.columns):
            if column.place or LEVERS[column.lever].purse == "none":
                continue
            if column.lever == "tax_credit":
                out[:, i] = view.income_musd[FAB if column.item == "fabrication" else PACKAGING] > 0.0
            elif column.lever in _PURSE:
                out[:, i] = there[_PURSE[column.lever]] > 0.0
            else:
                out[:, i] = np.clip(self._payable(view, column) / column.high, 0.0, 1.0)
        return out

    def _turn_musd(self, view: GovernmentView) -> Array:
        """(W,) what the packaging purse can pay in every quarter of a turn, after the tax credits that it owes: a game asks no less."""
        money = view.purse_musd[PACKAGING] - view.credits_due_musd[PACKAGING] + self._quarters * view.income_musd[PACKAGING]
        return positive(money / self._quarters)

    def _payable(self, view: GovernmentView, column: Column) -> Array:
        """(W,) the largest amount that the packaging purse can pay, in the column's unit."""
        purse = self._turn_musd(view)
        if column.lever == "stockpile":
            return view.stock_kunits(column.item) + 1000.0 * purse / np.maximum(view.segment_price_usd(column.item), TINY)
        if column.lever == "purchase_commitment":
            return 1000.0 * purse / np.maximum(view.price_usd(column.item), TINY)
        return purse

    def orders(self, view: GovernmentView, actions: Array) -> list[Order]:
        """The orders of actions (W, column). Values outside 0 to 1, and above what can be paid, are cut; no number counts as 0."""
        given = np.nan_to_num(np.asarray(actions, dtype=float), nan=0.0, posinf=1.0, neginf=0.0)
        if given.shape != (view.n_worlds, len(self.columns)):
            raise ValueError(
                f"actions have the shape (world, column) = ({view.n_worlds}, {len(self.columns)}); found {given.shape}"
            )
        values = np.minimum(np.clip(given, 0.0, 1.0), self.most(view))
        amounts = self._within_purse(view, values * np.array([column.high for column in self.columns]))
        named = {(c.lever, c.place): values[:, i] >= NAMED for i, c in enumerate(self.columns) if c.place}
        orders = []
        for i, column in enumerate(self.columns):
            amount = np.ascontiguousarray(amounts[:, i])
            if column.lever in _NAMING and not column.place:
                for place in view.others:
                    orders.append(
                        Order(column.lever, column.item, amount * named[column.lever, place], places=(place,), begins=True)
                    )
            elif column.lever == "purchase_commitment":
                price = view.price_usd(column.item)
                orders.append(Order(column.lever, column.item, amount, price_usd=price, years=PROMISE_YEARS, begins=True))
            elif not column.place:
                orders.append(Order(column.lever, column.item, amount, begins=True))
        return orders

    def _within_purse(self, view: GovernmentView, amounts: Array) -> Array:
        """Fixed outlays cut in proportion, where together they exceed what the packaging purse can pay in the turn."""
        rows = [i for i, column in enumerate(self.columns) if LEVERS[column.lever].fixed_outlay]
        total = np.zeros(view.n_worlds)
        for i in rows:  # one after the other, so that a world's bits are its own
            total = total + amounts[:, i]
        part = np.minimum(self._turn_musd(view) / np.maximum(total, TINY), 1.0)
        out = amounts.copy()
        for i in rows:
            out[:, i] = amounts[:, i] * part
        return out
