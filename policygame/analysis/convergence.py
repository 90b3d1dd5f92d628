"""Are there worlds enough: each outcome's mean and interval against how many worlds it was taken from, and how many it would need.

What is counted is what is independent (``intervals``): seeds where there is one point, else points; of Saltelli's design the base points,
of Morris' the walks. Where all points see the same few seeds, their luck stays in the interval however many points there are.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import stats

from policygame.analysis.intervals import ONE_LUCK, Spread, one_luck, spread_of, units_of
from policygame.analysis.sample import Sample
from policygame.analysis.tables import CONFIDENCE, Table, table

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
            word, values = units_of(sample, cube[a])
            values = values[np.isfinite(values).any(axis=1)]
            for n in _stops(len(values)):
                found = spread_of(sample, values[:n])
                ends = (found.mean, found.mean - found.half, found.mean + found.half)
                running.append(dict(zip(_RUNNING, (arm, outcome, word, n, *ends), strict=True)))
            if len(values) >= 2:
                needed.append(dict(zip(_NEEDED, (arm, outcome, word, *_need(spread_of(sample, values), precision)), strict=True)))
    note = (
        f"Enough: half an interval is at most {precision:g} of the mean. Needed: how many that would take, were all like these; none where "
        "the seeds are too few for any number of points." + (f" {ONE_LUCK}" if one_luck(sample) else "")
    )
    return [
        table("convergence", "Are there worlds enough?", _NEEDED, needed, note),
        table("convergence_running", "Means against the number of worlds", _RUNNING, running),
    ]


def _stops(n: int) -> list[int]:
    """Powers of two from 8 on, and all.

    >>> _stops(20)
    [8, 16, 20]
    """
    return [*(2**k for k in range(3, 40) if 2**k < n), *([n] if n else [])]


def _need(found: Spread, precision: float) -> tuple[Any, ...]:
    """n, mean, half its interval, its precision, what was asked, how many units that takes with these seeds, and whether it is reached."""
    asked = precision * abs(found.mean)
    z = float(stats.norm.ppf(0.5 + CONFIDENCE / 2))
    left = asked**2 - z**2 * found.of_seeds  # what points may add, beside what no number of points takes away
    if found.of_units + found.of_seeds == 0.0:
        needed: int | None = 2
    else:
        needed = max(2, int(np.ceil(z**2 * found.of_units * found.n_units / left))) if left > 0.0 else None
    reached = found.half / abs(found.mean) if found.mean else (0.0 if found.half == 0.0 else float("nan"))
    return found.n_units, found.mean, found.half, reached, precision, needed, found.half <= asked
