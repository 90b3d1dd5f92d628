"""The race for subsidies, and the ceiling that would end it.

Every government that may give packaging grants and make pacts takes part. In the race each offers the rate that serves its own mandate
best, given what all others offer: rates are raised and answered in rounds, until nobody would rather have offered another. Beside it
stand the arm in which all keep a ceiling on which they have agreed, and one for each that offers more in the race, in which it breaks the
ceiling alone. A racer is who offers anything in the race. Nothing else differs: everybody announces one rate for all packaging that it
can hope for, and splits its purse alike. What an offer is worth to whom is asked of the worlds by ``field``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from policygame.bots.alliance_builder import CEILING
from policygame.bots.common import Desk
from policygame.catalogue import LEVERS
from policygame.model.agents.government import GovernmentView, Order
from policygame.scenario import Scenario
from policygame.tournament.arms import Arm
from policygame.tournament.mandates import seats_of

__all__ = [
    "ABOVE",
    "BREAKING",
    "CEILING",
    "RACE",
    "TOGETHER",
    "UNDER_CEILING",
    "Bidder",
    "Bids",
    "bid",
    "bidders_of",
    "breaking",
    "offers_of",
    "race_arms",
]

OFFERS = (0.0, 0.1, CEILING, 0.4, 1.0)
"""Shares of capex that are considered; a role's bound stands for those beyond it."""
MOST_ROUNDS = 8
"""Rounds of answering after which bids stand as they are, settled or not."""
RACE, UNDER_CEILING, BREAKING = "race", "ceiling", "one breaks it"
TOGETHER, ABOVE = "racers together", "those above the ceiling"
"""Who stands for all racers in the tables, and for those of them that offer more than the ceiling: the mean of their points, each
government counting alike. In the arm ``BREAKING`` it is the mean of what each of the latter has where it breaks the ceiling alone."""
_NEEDED = ("packaging_grant", "alliance")


def breaking(seat: str) -> str:
    """The name of the arm in which a seat breaks the ceiling alone."""
    return f"{seat} breaks it"


@dataclass(frozen=True)
class Bidder:
    """A strategy: packaging grants at ``rate``, and a pact with ``fellows`` to stay under the ceiling, which holds it to that."""

    rate: float
    fellows: tuple[str, ...] = ()

    def decide(self, view: GovernmentView) -> list[Order] | None:
        """Every turn anew, so that what comes in is awarded; None between turns."""
        if not view.is_turn:
            return None
        desk = Desk(view)
        desk.grant("packaging_grant", dict.fromkeys(desk.technologies, np.full(view.n_worlds, self.rate)))
        for fellow in self.fellows:
            desk.set("alliance", "subsidy_ceiling", np.full(view.n_worlds, CEILING), places=(fellow,))
        return desk.orders


@dataclass(frozen=True)
class Bids:
    """Seat -> the rate that it offers in the race, and whether nobody would rather have offered another."""

    rates: dict[str, float]
    settled: bool

    @property
    def racers(self) -> tuple[str, ...]:
        """Who offers anything."""
        return tuple(seat for seat, rate in self.rates.items() if rate > 0.0)

    @property
    def above_ceiling(self) -> tuple[str, ...]:
        """Who offers more than the ceiling, and so could break it."""
        return tuple(seat for seat, rate in self.rates.items() if rate > CEILING)


def bidders_of(scenario: Scenario) -> tuple[str, ...]:
    """Seats that may give packaging grants and make pacts; none where there are fewer than two."""
    found = []
    for seat in seats_of(scenario):
        government = scenario.jurisdictions[seat].government
        if government is not None and all(lever in government.levers for lever in _NEEDED):
            found.append(seat)
    return tuple(found) if len(found) > 1 else ()


def offers_of(scenario: Scenario, seat: str) -> tuple[float, ...]:
    """The rates that a seat considers, in rising order, the highest being its bound."""
    government = scenario.jurisdictions[seat].government
    assert government is not None
    own = government.bounds.get("packaging_grant")
    bound = LEVERS["packaging_grant"].high if own is None else own.value
    return tuple(sorted({min(rate, bound) for rate in OFFERS}))


def bid(
    offers: Mapping[str, Sequence[float]], worth: Callable[[Sequence[tuple[str, dict[str, float]]]], Sequence[float]]
) -> Bids:
    """The race: everybody begins at the ceiling and then, in each round, answers what all others offered in the last one.

    ``offers`` are the rates that each considers; ``worth`` gives, for each (seat, rates of all), what the rates are worth to the seat.
    Of equal offers the lowest is made.

    >>> beat = lambda asked: [rates[seat] - (rates[seat] < max(rates.values())) for seat, rates in asked]
    >>> bid({"USA": (0.0, 0.25, 0.7), "EUR": (0.0, 0.25, 0.5)}, beat)
    Bids(rates={'USA': 0.7, 'EUR': 0.5}, settled=True)
    """
    rates = {seat: max(rate for rate in own if rate <= CEILING) for seat, own in offers.items()}
    for _ in range(MOST_ROUNDS):
        asked = [(seat, {**rates, seat: rate}) for seat, own in offers.items() for rate in own]
        found = dict(zip([(seat, told[seat]) for seat, told in asked], worth(asked), strict=True))
        answers = {seat: max((found[seat, rate], -rate, rate) for rate in own)[2] for seat, own in offers.items()}
        if answers == rates:
            return Bids(rates, settled=True)
        rates = answers
    return Bids(rates, settled=False)


def race_arms(bids: Bids) -> dict[str, Arm]:
    """Name -> arm: all race, all keep the ceiling, and for each that offers more the one in which it alone does not keep it."""
    arms = {RACE: _arm(bids, ()), UNDER_CEILING: _arm(bids, tuple(bids.rates))}
    for seat in bids.above_ceiling:
        arms[breaking(seat)] = _arm(bids, tuple(one for one in bids.rates if one != seat))
    return arms


def _arm(bids: Bids, keepers: Sequence[str]) -> Arm:
    """Keepers name all others as fellows, the one that has left too: it finds the ceiling announced."""
    return Arm(
        tuple(
            (
                seat,
                Bidder(min(rate, CEILING), tuple(one for one in bids.rates if one != seat)) if seat in keepers else Bidder(rate),
            )
            for seat, rate in bids.rates.items()
        )
    )
