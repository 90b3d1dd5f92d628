"""The race for subsidies, with and without a common ceiling.

The race has an arm in which the largest grant-givers are at their bound, one in which all keep a ceiling, and one for each that breaks it
alone. Nothing else differs: every racer announces grants for all packaging that it can hope for and splits its purse alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from policygame.bots.alliance_builder import CEILING
from policygame.bots.common import Desk
from policygame.model.agents.government import GovernmentView, Order
from policygame.scenario import Scenario
from policygame.tournament.arms import Arm
from policygame.tournament.mandates import seats_of

__all__ = ["CEILING", "RACE", "UNDER_CEILING", "Racer", "breaking", "race_arms", "racers_of"]

RACERS = 3
RACE, UNDER_CEILING = "race", "ceiling"
_NEEDED = ("packaging_grant", "alliance")


def breaking(seat: str) -> str:
    """The name of the arm in which a seat breaks the ceiling alone."""
    return f"{seat} breaks it"


@dataclass(frozen=True)
class Racer:
    """A strategy: packaging grants as high as they may be, or a pact with ``fellows`` to stay under the ceiling, which it keeps."""

    fellows: tuple[str, ...] = ()

    def decide(self, view: GovernmentView) -> list[Order] | None:
        """Every turn anew, so that what comes in is awarded; None between turns."""
        if not view.is_turn:
            return None
        desk = Desk(view)
        rate = np.full(view.n_worlds, min(view.bound("packaging_grant"), CEILING if self.fellows else np.inf))
        desk.grant("packaging_grant", dict.fromkeys(desk.technologies, rate))
        for fellow in self.fellows:
            desk.set("alliance", "subsidy_ceiling", np.full(view.n_worlds, CEILING), places=(fellow,))
        return desk.orders


def racers_of(scenario: Scenario) -> tuple[str, ...]:
    """The circle of allies with the largest packaging purses among seats that may give grants and make pacts; none where nobody has one."""
    income, allies = {}, {}
    for seat in seats_of(scenario):
        place = scenario.jurisdictions[seat]
        if place.government is not None and all(lever in place.government.levers for lever in _NEEDED):
            income[seat] = place.government.packaging_income_musd_per_year.value
            allies[seat] = place.allies
    circles = []
    for seat in income:
        friends = [one for one in income if one == seat or (one in allies[seat] and seat in allies[one])]
        chosen = sorted(friends, key=lambda one: -income[one])[:RACERS]
        circles.append(tuple(one for one in income if one in chosen))
    best = max(circles, key=lambda circle: sum(income[one] for one in circle), default=())
    return best if len(best) > 1 else ()


def race_arms(racers: Sequence[str]) -> dict[str, Arm]:
    """Name -> arm: all race, all keep the ceiling, and for each racer the one in which it alone does not."""
    if not racers:
        return {}
    arms = {RACE: _arm(racers, ()), UNDER_CEILING: _arm(racers, racers)}
    for seat in racers:
        arms[breaking(seat)] = _arm(racers, tuple(one for one in racers if one != seat))
    return arms


def _arm(racers: Sequence[str], keepers: Sequence[str]) -> Arm:
    """Keepers name all others as fellows, the one that has left too: it finds the ceiling announced."""
    return Arm(tuple((seat, Racer(tuple(o for o in racers if o != seat) if seat in keepers else ())) for seat in racers))
