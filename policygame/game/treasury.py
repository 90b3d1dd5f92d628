"""What a decision takes from a treasury this turn, for sure and at most, and whether it can be paid.

Sure are fixed outlays and tax credits that firms have already earned. Grants, purchase commitments and stockpiles depend on what firms
and markets do: the model awards and buys no more than is left, so they can be promised without being paid for in advance; how much of
a promise is likely to be called is a question for worlds (``outlook``). What a lever costs is declared in the catalogue.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from policygame.catalogue import LEVERS
from policygame.game.position import Position
from policygame.model.state import CREDIT_RING
from policygame.model.structure import PLACE_OF
from policygame.scenario import Policy, Setting

__all__ = ["PURSES", "Bill", "BillLine", "Over", "bill", "purse_of"]

PURSES = ("packaging", "fab")
"""Purses of a treasury, in the model's order."""
_CENT_MUSD = 1e-6
"""A dollar: slack for the rounding of floats."""


@dataclass(frozen=True)
class BillLine:
    """One lever and item in force with the draft.

    ``amount`` in the lever's unit; ``changed``: the draft sets it; ``sure_musd``: paid this turn whatever happens; ``most_musd``: what
    it may take from the purse in all by its own terms (a grant's cap, a guaranteed purchase), None where only the purse is the limit.
    """

    key: tuple[str, str]
    purse: str
    amount: float
    changed: bool
    sure_musd: float
    most_musd: float | None


@dataclass(frozen=True)
class Over:
    """Why a draft cannot be paid: ``needed_musd`` of ``available_musd`` in a purse, and the line that, at ``at_most``, mends it most."""

    purse: str
    needed_musd: float
    available_musd: float
    key: tuple[str, str]
    at_most: float
    unit: str


@dataclass(frozen=True)
class Bill:
    """What a turn takes, M USD, by purse (``PURSES``).

    ``money_musd``: what is in the purse and comes in during the turn; ``due_musd``: tax credits charged to it during the turn;
    ``lines``: what is in force with the draft. Available is money less due; left is available less what is sure.
    """

    money_musd: Mapping[str, float]
    due_musd: Mapping[str, float]
    lines: tuple[BillLine, ...]
    quarters: int

    def sure_musd(self, purse: str) -> float:
        """What lines take from a purse this turn for sure."""
        return sum(line.sure_musd for line in self.lines if line.purse == purse)

    def available_musd(self, purse: str) -> float:
        """What a purse can pay this turn."""
        return max(self.money_musd[purse] - self.due_musd[purse], 0.0)

    def left_musd(self, purse: str) -> float:
        """What is left for grants, purchases and the turns to come; below 0 where the draft cannot be paid."""
        return self.available_musd(purse) - self.sure_musd(purse)

    def over(self) -> Over | None:
        """None where the draft can be paid; else the purse that falls short, and the line to shrink."""
        for purse in PURSES:
            missing = -self.left_musd(purse)
            paid = [line for line in self.lines if line.purse == purse and line.sure_musd > 0.0]
            if missing <= _CENT_MUSD or not paid:
                continue
            of_draft = [line for line in paid if line.changed] or paid
            line = max(of_draft, key=lambda one: one.sure_musd)
            at_most = _rounded_down(line.amount * max(1.0 - missing / line.sure_musd, 0.0))
            return Over(purse, self.sure_musd(purse), self.available_musd(purse), line.key, at_most, LEVERS[line.key[0]].unit)
        return None


def _rounded_down(amount: float) -> float:
    """To a tenth, never more."""
    return int(amount * 10.0 + 1e-9) / 10.0


def purse_of(key: tuple[str, str]) -> str:
    """The purse that pays a lever and item."""
    lever, item = key
    purse = LEVERS[lever].purse
    if purse == "both":
        return "fab" if item == "fabrication" else "packaging"
    return "fab" if purse == "fab" else "packaging"


def bill(position: Position, seat: str, draft: Policy) -> Bill:
    """What the turn takes from a seat's treasury if ``draft``, dated now, is decided."""
    calendar, turn = position.calendar, position.turn
    quarters = [calendar.begins(turn) + ahead for ahead in range(calendar.length(turn))]
    place, state, model = PLACE_OF[seat], position.state, position.simulation.models[0]
    present = position.simulation.quarter
    money, due = {}, {}
    for purse, name in enumerate(PURSES):
        income = float(model.coefficients.income_musd[purse, place, 0])
        money[name] = float(state.purse_musd[purse, place, 0]) + income * len(quarters)
        slots = {(present + ahead) % CREDIT_RING for ahead in range(len(quarters))}
        due[name] = sum(float(state.credit_due_musd[slot, purse, place, 0]) for slot in sorted(slots))
    policy = position.in_force(seat) + draft
    changed = {setting.key for setting in draft.settings}
    lines = (
        tuple(
            _line(setting, sum(setting in policy.in_force(quarter) for quarter in quarters), setting.key in changed)
            for setting in policy.in_force(quarters[0])
        )
        if quarters
        else ()
    )
    return Bill(money, due, lines, len(quarters))


def _line(setting: Setting, quarters: int, changed: bool) -> BillLine:
    lever = LEVERS[setting.lever]
    sure = setting.amount * quarters if lever.fixed_outlay else 0.0
    return BillLine(setting.key, purse_of(setting.key), setting.amount, changed, sure, _most_musd(setting, quarters))


def _most_musd(setting: Setting, quarters: int) -> float | None:
    """What a setting may take by its own terms, M USD; None where only the purse limits it."""
    if LEVERS[setting.lever].fixed_outlay:
        return setting.amount * quarters
    if setting.lever == "purchase_commitment":
        price, years = setting.number("price") or 0.0, setting.number("years") or 0.0
        return setting.amount * price / 1000.0 * 4.0 * years
    return setting.number("cap")
