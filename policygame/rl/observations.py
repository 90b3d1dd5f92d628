"""What a role sees, as a row of numbers: everything is read from its ``GovernmentView``, so nothing is here that a player could not know.

Shares, fills and rates stand as they are, prices as the logarithm to base 10, money is in years of the role's income. Every number is
cut to ``LIMIT`` on either side.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from policygame.bots.common import YEAR
from policygame.catalogue import LEVERS, STAGES, TECHNOLOGIES
from policygame.model.agents.government import GovernmentView
from policygame.model.arrays import TINY, Array

__all__ = ["LIMIT", "Observations"]

LIMIT = 10.0
"""The size that no number of an observation exceeds."""
_PURSES = ("packaging", "fab")


class Observations:
    """The numbers of a role's observation, by name and in order: ``names``. ``of`` reads them from a view."""

    def __init__(self, view: GovernmentView, turns: int) -> None:
        self._turns = turns
        here = {*view.technologies, *view.stages_here}
        self._stages = tuple(stage for stage in dict.fromkeys((*STAGES, *TECHNOLOGIES)) if stage in here)
        self.names: tuple[str, ...] = tuple(name for name, _ in self._read(view))

    def __len__(self) -> int:
        return len(self.names)

    def of(self, view: GovernmentView) -> npt.NDArray[np.float32]:
        """(W, number)"""
        columns = [np.broadcast_to(value, (view.n_worlds,)) for _, value in self._read(view)]
        return np.clip(np.stack(columns, axis=-1), -LIMIT, LIMIT).astype(np.float32)

    def _read(self, view: GovernmentView) -> Iterator[tuple[str, Array]]:
        yield "turn", np.array(view.turn / self._turns)
        yield from self._own(view)
        yield from self._market(view)
        yield from self._others(view)

    def _own(self, view: GovernmentView) -> Iterator[tuple[str, Array]]:
        for row, name in enumerate(_PURSES):
            year = np.maximum(YEAR * view.income_musd[row], TINY)
            yield f"{name} purse, years of income", view.purse_musd[row] / year
            yield f"{name} credits due, years of income", view.credits_due_musd[row] / year
            yield f"{name} lines under way, decades of income", view.under_way_musd(row) / (10.0 * year)
        yield "labour use", view.labour_use
        for segment in view.segments if "stockpile" in view.levers else ():
            held = view.stock_kunits(segment) / np.maximum(view.orders_kunits(segment), TINY)
            yield f"stockpile of {segment}, quarters of orders", held

    def _market(self, view: GovernmentView) -> Iterator[tuple[str, Array]]:
        for segment in view.segments:
            yield f"fill of {segment}", view.fill(segment)
            yield f"lead time of {segment}, years", view.lead_time_weeks(segment) / 52.0
            yield f"price of {segment}, log10 USD", np.log10(np.maximum(view.segment_price_usd(segment), TINY))
        for stage in self._stages:
            yield f"utilisation of {stage}", view.utilisation(stage)
            yield f"own share of {stage}", view.share(stage)
            yield f"price of {stage}, log10 USD", np.log10(np.maximum(view.price_usd(stage), TINY))

    def _others(self, view: GovernmentView) -> Iterator[tuple[str, Array]]:
        for place in view.others:
            for technology in view.technologies:
                yield f"{place}: share of {technology}", view.share(technology, place)
                yield f"{place}: grant for {technology}", view.announced_grant(place, technology)
            for clause in LEVERS["alliance"].items:
                yield f"{place}: offer of {clause}", view.offer(clause, place)
            for item in LEVERS["export_control"].items:
                yield f"{place}: control of {item} on us", view.control(item, place, view.government)
