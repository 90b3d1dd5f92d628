"""A table of an analysis, and what all methods share: how sure an interval is. Writing them to files is ``analyse``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from policygame.model.arrays import Array

__all__ = ["CONFIDENCE", "Table", "half_width", "table"]

CONFIDENCE = 0.95
"""Of every interval."""


@dataclass(frozen=True)
class Table:
    """``name`` is the stem of its file; ``title`` and ``note`` are for people; ``frame`` holds one row for each answer."""

    name: str
    title: str
    frame: pd.DataFrame
    note: str = ""


def table(name: str, title: str, columns: Sequence[str], rows: Sequence[Mapping[str, Any]], note: str = "") -> Table:
    """A table from rows by column; without rows it still has its columns."""
    return Table(name, title, pd.DataFrame(list(rows), columns=list(columns)), note)


def half_width(values: Array) -> float:
    """Half the interval around the mean of independent values, by Student's t; nan for fewer than two.

    >>> round(half_width(np.array([1.0, 2.0, 3.0])), 3)
    2.484
    """
    n = len(values)
    if n < 2:
        return float("nan")
    return float(stats.t.ppf(0.5 + CONFIDENCE / 2, n - 1) * np.std(values, ddof=1) / np.sqrt(n))
