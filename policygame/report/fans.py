"""What was kept quarter by quarter as quantiles over worlds, per arm, and the fan charts of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from policygame.analysis import Sample, Table
from policygame.catalogue import METRICS
from policygame.web.charts.fan import Bands, fan
from policygame.web.charts.spec import ChartSpec

__all__ = ["MOST_FANS", "fan_charts", "quantiles"]

MOST_FANS = 8
"""Pictures of a section that are drawn, those of the metrics that outcomes measure first; the table of quantiles has all."""
LEVELS = {"p5": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95}
_OF_POWER = ("hhi_", "top1_", "top3_", "leadership")
_WORDS = ("entity", "item", "quarter")
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
        parts.append(_of_metric(sample, one["metric"]))
    empty = pd.DataFrame(columns=[*_KEYS, *LEVELS])
    return Table("fans", "Quantiles over worlds, quarter by quarter", pd.concat(parts, ignore_index=True) if parts else empty)


def _of_metric(sample: Sample, metric: str) -> pd.DataFrame:
    """Quantiles of one metric's series. Rows are held as a number of their group and a value: words for each would take gigabytes."""
    runs = sample.results.runs
    arm_of = pd.Series(runs["arm"].astype("category").cat.codes.to_numpy(), index=runs["run"].to_numpy())
    arms = list(runs["arm"].astype("category").cat.categories)
    words: dict[str, dict[str, int]] = {name: {} for name in _WORDS}
    codes, values = [], []
    for part in sample.results.series_parts([metric]):
        if len(part):
            columns = [_numbered(part[name], words[name]) for name in _WORDS]
            codes.append(np.stack([*columns, arm_of.loc[part["run"].to_numpy()].to_numpy()]))
            values.append(part["value"].to_numpy())
    if not codes:
        return pd.DataFrame(columns=[*_KEYS, *LEVELS])
    rows = pd.DataFrame(np.concatenate(codes, axis=1).T, columns=[*_WORDS, "arm"])
    rows["value"] = np.concatenate(values)
    found = rows.groupby([*_WORDS, "arm"], sort=True)["value"].quantile(np.array(list(LEVELS.values()))).unstack()
    found.columns = pd.Index(list(LEVELS))
    told = found.reset_index()
    for name in _WORDS:
        told[name] = np.array(list(words[name]), dtype=object)[told[name]]
    told["arm"] = np.array(arms, dtype=object)[told["arm"]]
    told.insert(0, "metric", metric)
    return told[[*_KEYS, *LEVELS]].sort_values(_KEYS, ignore_index=True)


def _numbered(column: pa.ChunkedArray, known: dict[str, int]) -> Any:
    """(row,) int32: the number of each row's word; ``known`` grows by words that are new."""
    encoded = column.combine_chunks()
    if not pa.types.is_dictionary(encoded.type):
        encoded = encoded.dictionary_encode()
    numbers = [known.setdefault(word, len(known)) for word in encoded.dictionary.to_pylist()]
    return np.array(numbers, dtype=np.int32)[encoded.indices.to_numpy()]


def fan_charts(sample: Sample, table: Table) -> Iterator[Fan]:
    """A fan for each series and arm; from the second arm on beside the first."""
    count = {True: 0, False: 0}
    asked = {one["metric"] for one in sample.results.manifest["parts"]["outcomes"].values()}
    series = sorted(table.frame.groupby(_KEYS[:3], sort=False), key=lambda one: one[0][0] not in asked)
    for (metric, entity, item), rows in series:
        of_power = str(metric).startswith(_OF_POWER)
        by_arm = {arm: rows[rows["arm"] == arm] for arm in sample.arms if (rows["arm"] == arm).any()}
        arms = list(by_arm)
        base = arms[0]
        others: list[str | None] = [*arms[1:]] or [None]
        for other in others:
            if count[of_power] >= MOST_FANS:
                break
            count[of_power] += 1
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
            yield Fan(words, of_power, chart)


def _bands(rows: pd.DataFrame) -> Bands:
    return Bands(*(rows[name].tolist() for name in LEVELS))
