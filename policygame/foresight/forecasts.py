"""What may happen next: the present state under the same policies and other shocks, as a fan of quantiles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from policygame.asking import Policies
from policygame.foresight.shown import Shown
from policygame.foresight.summaries import QUANTILES, chosen_series, quantiles, stacked, tidy
from policygame.foresight.worlds import AnyChanges, Source, open_worlds, quarters_left
from policygame.model.arrays import Array
from policygame.result import Result

_COLUMNS = ("p05", "p25", "p50", "p75", "p95")


@dataclass(frozen=True, repr=False)
class Forecast(Shown):
    """A fan over worlds. ``result`` holds every world, for whoever wants more than quantiles."""

    result: Result

    def quantiles(self, metric: str, entity: str = "world", item: str = "") -> Array:
        """(quantile, quarter) of one series at 5, 25, 50, 75 and 95 per cent, in the metric's unit."""
        return quantiles(self.result.array(metric, entity, item), QUANTILES)

    def frame(self, metrics: Sequence[str] | None = None, entities: Sequence[str] | None = None) -> pd.DataFrame:
        """Table: quarter, metric, entity, item, and p05, p25, p50, p75, p95 in the metric's unit. Select with the arguments."""
        parts = []
        for metric in self.result.metrics if metrics is None else metrics:
            pairs = chosen_series(self.result, metric, entities)
            rows = [self.result.series(metric).index(pair) for pair in pairs]
            fan = quantiles(self.result.all_of(metric)[:, rows], QUANTILES)
            parts.append(tidy(metric, self.result.quarters, pairs, dict(zip(_COLUMNS, fan, strict=True))))
        return stacked(parts)


def forecast(
    source: Source,
    *,
    worlds: int = 200,
    quarters: int | None = 12,
    metrics: Sequence[str] | None = None,
    seeds: Sequence[int] | None = None,
    world: int | None = None,
    policies: Policies | None = None,
    changes: AnyChanges | None = None,
) -> Forecast:
    """Continue into ``worlds`` worlds with other seeds' shocks and draws, under the policies in force.

    Parameters
    ----------
    source : a running simulation, whose present state is branched and which is not touched; or a scenario, from its start
    worlds, seeds, world : how many worlds, or which seeds; of a batch, which world to branch (default: all in turn). See
        ``foresight.worlds.open_worlds``
    quarters : how many; fewer where the scenario ends sooner; None: to its end
    metrics : what to record; default: what the simulation records, or all
    policies, changes : as in ``simulate``; default: those in force

    Raises UserError for an unknown metric, world, policy or seed, and for numbers below one.

    >>> from policygame import Simulation, forecast
    >>> game = Simulation("first-game", seeds=[7], metrics=["lead_time_weeks"]).run(4)
    >>> fan = forecast(game, worlds=8, quarters=2)
    >>> fan.quantiles("lead_time_weeks", item="ai_accelerator").shape
    (5, 2)
    >>> table = fan.frame()
    >>> list(table.columns)
    ['quarter', 'metric', 'entity', 'item', 'p05', 'p25', 'p50', 'p75', 'p95']
    >>> sorted(set(table["quarter"])), fan.result.seeds[:2]
    (['2023Q1', '2023Q2'], (8, 9))
    """
    opened = open_worlds(source, worlds, seeds, world, policies=policies, changes=changes, metrics=metrics)
    return Forecast(opened.run(quarters_left(opened, quarters)).result())
