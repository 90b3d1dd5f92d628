"""What a draft changes: two policies in the same worlds, under common random numbers, as a difference per world."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from policygame.asking import Policies
from policygame.foresight.shown import Shown
from policygame.foresight.summaries import chosen_series, quantiles, spread, stacked, tidy
from policygame.foresight.worlds import AnyChanges, Source, open_worlds, quarters_left
from policygame.model.arrays import Array
from policygame.result import Result


@dataclass(frozen=True, repr=False)
class Comparison(Shown):
    """Two results of the same seeds: world ``i`` of one is world ``i`` of the other, but for the policies."""

    base: Result
    draft: Result

    def difference(self, metric: str, entity: str = "world", item: str = "") -> Array:
        """(quarter, world): draft less base, in the metric's unit."""
        return self.draft.array(metric, entity, item) - self.base.array(metric, entity, item)

    def frame(self, metrics: Sequence[str] | None = None, entities: Sequence[str] | None = None) -> pd.DataFrame:
        """Table: quarter, metric, entity, item; the medians ``base`` and ``draft``; and of the difference per world, draft less
        base, mean, median, p05, p95 (all in the metric's unit), share_positive (of worlds) and standard_error (of the mean).
        """
        parts = []
        for metric in self.base.metrics if metrics is None else metrics:
            pairs = chosen_series(self.base, metric, entities)
            rows = [self.base.series(metric).index(pair) for pair in pairs]
            before, after = self.base.all_of(metric)[:, rows], self.draft.all_of(metric)[:, rows]
            columns = {"base": quantiles(before, [0.5])[0], "draft": quantiles(after, [0.5])[0], **spread(after - before)}
            parts.append(tidy(metric, self.base.quarters, pairs, columns))
        return stacked(parts)


def compare(
    source: Source,
    base: Policies | None = None,
    draft: Policies | None = None,
    *,
    worlds: int = 64,
    quarters: int | None = None,
    metrics: Sequence[str] | None = None,
    seeds: Sequence[int] | None = None,
    world: int | None = None,
    changes: AnyChanges | None = None,
) -> Comparison:
    """Run the same worlds under ``base`` and under ``draft``; differences are due to the policies alone.

    Parameters
    ----------
    source : a scenario, from its start; or a running simulation, from its present state. There a policy replaces the one in
        force as a whole: repeat the decisions that shall go on. Their past stays as it was, so a new decision cannot be dated
        before the present
    base, draft : government -> policy, bot or strategy, as in ``simulate``; a government without an entry, and None, keep what
        is in force - from a scenario, its history
    worlds, seeds, world : how many worlds, or which seeds; see ``foresight.worlds.open_worlds``
    quarters : how many; default: to the scenario's end
    metrics : what to record; default: what the simulation records, or all
    changes : as in ``simulate``, the same on both sides

    >>> from policygame import Policy, compare
    >>> draft = {"USA": Policy.parse("2023Q1 packaging_grant interposer_2_5d 0.5")}
    >>> found = compare("first-game", draft=draft, worlds=4, quarters=12, metrics=["packaging_capacity_kwpm", "outlay_musd"])
    >>> bool((found.difference("outlay_musd", "government:USA", "packaging_grant")[-4:].sum(axis=0) > 0).all())
    True
    >>> list(found.frame().columns)
    ['quarter', 'metric', 'entity', 'item', 'base', 'draft', 'mean', 'median', 'p05', 'p95', 'share_positive', 'standard_error']
    """
    sides = []
    for policies in (base, draft):
        opened = open_worlds(source, worlds, seeds, world, policies=policies, changes=changes, metrics=metrics)
        sides.append(opened.run(quarters_left(opened, quarters)).result())
    return Comparison(*sides)
