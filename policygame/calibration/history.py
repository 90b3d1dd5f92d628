"""A run of 2022-2024 that is looked into line by line: what was invested in packaging, what 2.5D earned, whose wafers it took.

These are sums over parts of firms that no metric gives: a metric counts the whole firm. What they are compared with is ``facts``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from policygame.catalogue import Quarter
from policygame.model.arrays import Array
from policygame.model.model import PackagingModel
from policygame.model.phases.settlement import unit_price_musd
from policygame.model.structure import STAGE_OF
from policygame.result import Result
from policygame.scenario import Scenario
from policygame.simulation import Simulation

__all__ = ["MAKER", "YEARS", "History", "all_items", "run_history"]

YEARS = (2022, 2023, 2024)
MAKER, BUYER = "TSMC", "NVIDIA"
"""Whose 2.5D lines are looked at, and whose part of them."""
_LINE = "interposer_2_5d"
_METRICS = ("packaging_capacity_kwpm", "wafer_capacity_kwpm", "expected_capacity_kwpm", "revenue_musd")


@dataclass(frozen=True)
class History:
    """What came out of 2022 to 2024, and of the first quarter after them: capacity at a year's end is that of the next quarter.

    packaging_capex_musd : (year, world): payments for packaging lines, all firms
    maker_2_5d_musd : (year, world): what TSMC's 2.5D lines earned, without memory and substrates that are passed on at cost
    maker_2_5d_wafers, buyer_2_5d_wafers : (year, world): wafers that they took, and NVIDIA's among them, thousand
    """

    scenario: Scenario
    result: Result
    packaging_capex_musd: Array
    maker_2_5d_musd: Array
    maker_2_5d_wafers: Array
    buyer_2_5d_wafers: Array

    def at(self, metric: str, quarter: str, entity: str, item: str = "") -> Array:
        """(world,): a metric in one quarter."""
        return np.asarray(self.result.array(metric, entity, item)[Quarter.parse(quarter) - self.result.quarters[0]])

    def revenue_musd(self, firms: Sequence[str]) -> Array:
        """(year, world): what these firms earned."""
        quarterly = sum(self.result.array("revenue_musd", f"firm:{firm}") for firm in firms)
        return np.stack([np.asarray(quarterly)[self._of(year)].sum(axis=0) for year in YEARS])

    def _of(self, year: int) -> list[int]:
        return [n for n, quarter in enumerate(self.result.quarters) if quarter.year == year]


def all_items(result: Result, metric: str, entity: str) -> Array:
    """(quarter, world): a metric of an entity, summed over its items."""
    found = [result.array(metric, who, item) for who, item in result.series(metric) if who == entity]
    return np.asarray(np.sum(found, axis=0))


def run_history(scenario: Scenario, seeds: Sequence[int], progress: Callable[[int, int], None] | None = None) -> History:
    """Run worlds of a scenario to the first quarter of 2025 and add up what is looked at; ``progress`` as in ``simulate``."""
    last = Quarter.of(YEARS[-1] + 1, 1)
    until_then = scenario.model_copy(update={"end": str(last)})  # what comes later need not be laid out
    simulation = Simulation(until_then, seeds, metrics=_METRICS)
    sums = np.zeros((4, len(YEARS), len(simulation.seeds)))
    n = simulation.structure.n_quarters
    for done in range(n):
        simulation.run(1)
        year = (simulation.structure.first + done).year
        if year in YEARS:
            seen = [_looked_at(model) for model in simulation.models]
            sums[:, YEARS.index(year)] += np.concatenate(seen, axis=-1)[:, : len(simulation.seeds)]  # a lone world is padded
        if progress is not None:
            progress(done + 1, n)
    return History(scenario, simulation.result(), *sums)


def _looked_at(model: PackagingModel) -> Array:
    """(what, world) of the quarter that a model has just recorded, in the order of ``History``."""
    structure, now = model.structure, model.now
    own = structure.lines.rows(MAKER, _LINE)
    served = np.isin(structure.edge_line, own)
    bought = served & np.array([structure.products[int(product)].designer == BUYER for product in structure.edge_product])
    taken = now.wafers_used[served].sum(axis=0) + now.other_served[own].sum(axis=0)
    price = unit_price_musd(model)[STAGE_OF[_LINE]]
    capex = now.capex_musd[structure.lines.packaging].sum(axis=0)
    return np.stack([capex, price * taken, taken, now.wafers_used[bought].sum(axis=0)])
