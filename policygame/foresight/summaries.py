"""How a spread over worlds is put into a few numbers, and these into tidy tables. What the numbers mean is each question's
business.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from policygame.catalogue import Quarter
from policygame.model.arrays import Array
from policygame.result import Result

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


def quantiles(values: Array, at: Sequence[float] = QUANTILES) -> Array:
    """Quantiles over the last axis, (quantile, ...): linear between order statistics, missing worlds left out; NaN where all are.

    >>> quantiles(np.array([3.0, 1.0, np.nan, 2.0]), [0.0, 0.5, 1.0]).tolist()
    [1.0, 2.0, 3.0]
    """
    ordered = np.sort(values, axis=-1)  # NaN goes last
    last = (~np.isnan(ordered)).sum(axis=-1) - 1
    out = np.empty((len(at), *values.shape[:-1]))
    for i, q in enumerate(at):
        place = np.maximum(last * q, 0.0)
        below = np.floor(place).astype(np.intp)
        above = np.minimum(below + 1, np.maximum(last, 0))
        low = np.take_along_axis(ordered, below[..., None], axis=-1)[..., 0]
        high = np.take_along_axis(ordered, above[..., None], axis=-1)[..., 0]
        # where both are equal nothing is added: infinite or zero differences stay what they are
        out[i] = np.where(low == high, low, low + (high - low) * (place - below))
    return out


def spread(values: Array) -> dict[str, Array]:
    """What a distribution over worlds (last axis) is summarised by; missing worlds are left out.

    mean, median, p05, p95 : in the unit of the values
    share_positive : share of worlds above zero
    standard_error : of the mean, by the spread between worlds; NaN for fewer than two
    """
    known = ~np.isnan(values)
    n = known.sum(axis=-1).astype(float)
    some = np.where(n > 0, n, np.nan)
    mean = np.where(known, values, 0.0).sum(axis=-1) / some
    off = np.where(known, values - mean[..., None], 0.0)
    variance = (off * off).sum(axis=-1) / np.where(n > 1, n - 1.0, np.nan)
    low, median, high = quantiles(values, (0.05, 0.5, 0.95))
    return {
        "mean": mean,
        "median": median,
        "p05": low,
        "p95": high,
        "share_positive": (np.where(known, values, 0.0) > 0.0).sum(axis=-1) / some,
        "standard_error": np.sqrt(variance / some),
    }


def chosen_series(result: Result, metric: str, entities: Sequence[str] | None) -> list[tuple[str, str]]:
    """(entity, item) pairs of a metric, of some entities only if these are named."""
    return [pair for pair in result.series(metric) if entities is None or pair[0] in entities]


def tidy(
    metric: str, quarters: Iterable[Quarter], pairs: Sequence[tuple[str, str]], columns: Mapping[str, Array]
) -> pd.DataFrame:
    """A table with the columns quarter, metric, entity, item and ``columns``, each (quarter, series)."""
    names = [str(quarter) for quarter in quarters]
    table: dict[str, object] = {
        "quarter": np.repeat(np.array(names, dtype=object), len(pairs)),
        "metric": np.full(len(names) * len(pairs), metric, dtype=object),
        "entity": np.tile(np.array([entity for entity, _ in pairs], dtype=object), len(names)),
        "item": np.tile(np.array([item for _, item in pairs], dtype=object), len(names)),
    }
    table.update({name: np.asarray(values).reshape(-1) for name, values in columns.items()})
    return pd.DataFrame(table)


def stacked(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Tables of the same columns, one below the other."""
    return pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0]
