"""What was kept quarter by quarter as quantiles over worlds, per arm, and the fan charts of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from policygame.analysis import Sample, Table
from policygame.catalogue import METRICS
from policygame.web.charts.fan import Bands, fan
from policygame.web.charts.spec import ChartSpec

__all__ = ["MOST_FANS", "fan_charts", "quantiles"]

MOST_FANS = 12
"""Series that are drawn; the table of quantiles has all."""
LEVELS = {"p5": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95}
_OF_POWER = ("hhi_", "top1_", "top3_", "leadership")
_KEYS = ["metric", "entity", "item", "arm", "quarter"]


@dataclass(frozen=True)
class Fan:
    """A chart with its title and whether it belongs to concentration and leadership."""

    title: str
    of_power: bool
    chart: ChartSpec


def quantiles(sample: Sample) -> Table:
    """Quantiles over the runs of each arm, of every series that was kept; without rows where none was."""
    kept = sample.results.manifest["parts"]["kept"]
    parts = []
    for one in kept:  # metric by metric: the whole may be large
        series = sample.results.series([one["metric"]])
        arms = sample.results.runs.set_index("run")["arm"].astype(str)
        named = series.astype(dict.fromkeys([*_KEYS[:3], "quarter"], "str")).assign(arm=series["run"].map(arms))
        found = named.groupby(_KEYS, sort=True)["value"].quantile(np.array(list(LEVELS.values()))).unstack()
        found.columns = pd.Index(list(LEVELS))
        parts.append(found.reset_index())
    empty = pd.DataFrame(columns=[*_KEYS, *LEVELS])
    return Table("fans", "Quantiles over worlds, quarter by quarter", pd.concat(parts, ignore_index=True) if parts else empty)


def fan_charts(sample: Sample, table: Table) -> Iterator[Fan]:
    """A fan for each series and arm; from the second arm on beside the first."""
    count = 0
    for (metric, entity, item), rows in table.frame.groupby(_KEYS[:3], sort=False):
        by_arm = {arm: rows[rows["arm"] == arm] for arm in sample.arms if (rows["arm"] == arm).any()}
        arms = list(by_arm)
        base = arms[0]
        others: list[str | None] = [*arms[1:]] or [None]
        for other in others:
            if count >= MOST_FANS:
                return
            count += 1
            title = f"{METRICS[str(metric)].name}, {' '.join(filter(None, (str(entity), str(item))))}"
            names = (base, other or "")
            chart = fan(
                list(by_arm[base]["quarter"]),
                [],
                _bands(by_arm[base]),
                None if other is None else _bands(by_arm[other]),
                unit=METRICS[str(metric)].unit,
                names=names,
                finding=title if other is None else f"{title}: {base} and {other}",
            )
            words = title if other is None else f"{title}: {base}, dashed, and {other}"
            yield Fan(words, str(metric).startswith(_OF_POWER), chart)


def _bands(rows: pd.DataFrame) -> Bands:
    return Bands(*(rows[name].tolist() for name in LEVELS))
