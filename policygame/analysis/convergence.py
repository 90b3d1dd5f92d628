"""Are there worlds enough: each outcome's mean and interval against how many worlds it was taken from, and how many it would need.

What is counted is what is independent: seeds where there is one point, else points (their seeds averaged); of Saltelli's design the
base points, of Morris' the walks.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import stats

from policygame.analysis.sample import Sample
from policygame.analysis.tables import CONFIDENCE, Table, half_width, table
from policygame.model.arrays import Array

__all__ = ["PRECISION", "convergence"]

PRECISION = 0.01
"""Half an interval, as a share of the mean, that is asked for unless another is."""
_RUNNING = ("arm", "outcome", "counted", "n", "mean", "low", "high")
_NEEDED = ("arm", "outcome", "counted", "n", "mean", "half_interval", "precision", "asked", "needed", "enough")


def convergence(sample: Sample, precision: float = PRECISION) -> list[Table]:
    """The running mean at powers of two, and the number needed for half an interval of ``precision`` times the mean."""
    running: list[dict[str, Any]] = []
    needed: list[dict[str, Any]] = []
    for a, arm in enumerate(sample.arms):
        for outcome, cube in sample.outcomes.items():
            word, values = _units(sample, cube[a])
            values = values[np.isfinite(values)]
            for n in _stops(len(values)):
                mean, half = float(values[:n].mean()), half_width(values[:n])
                running.append(dict(zip(_RUNNING, (arm, outcome, word, n, mean, mean - half, mean + half), strict=True)))
            if len(values) >= 2:
                needed.append(dict(zip(_NEEDED, (arm, outcome, word, *_need(values, precision)), strict=True)))
    note = (
        f"Enough: half an interval is at most {precision:g} of the mean. Needed: how many that would take, were all like these."
    )
    return [
        table("convergence", "Are there worlds enough?", _NEEDED, needed, note),
        table("convergence_running", "Means against the number of worlds", _RUNNING, running),
    ]


def _units(sample: Sample, values: Array) -> tuple[str, Array]:
    """What is counted, and its values in order; ``values`` (point, replicate)."""
    d, method = len(sample.quantities), sample.design["method"]
    if sample.n_points == 1:
        return "worlds", values[0]
    points = values.mean(axis=1)
    if method == "sobol":
        return "base points", points[:: (2 * d if sample.design["second_order"] else d) + 2]
    if method == "morris":
        return "walks", points.reshape(-1, d + 1).mean(axis=1)
    return "points", points


def _stops(n: int) -> list[int]:
    """Powers of two from 8 on, and all.

    >>> _stops(20)
    [8, 16, 20]
    """
    return [*(2**k for k in range(3, 40) if 2**k < n), *([n] if n else [])]


def _need(values: Array, precision: float) -> tuple[Any, ...]:
    n, mean, half = len(values), float(values.mean()), half_width(values)
    asked = precision * abs(mean)
    spread = float(np.std(values, ddof=1))
    z = float(stats.norm.ppf(0.5 + CONFIDENCE / 2))
    needed = 2 if spread == 0.0 else None if asked == 0.0 else max(2, int(np.ceil((z * spread / asked) ** 2)))
    reached = half / abs(mean) if mean else (0.0 if half == 0.0 else float("nan"))
    return n, mean, half, reached, precision, needed, half <= asked
