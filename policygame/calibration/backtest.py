"""The back-test: what happened, what the model says with its uncertainty, and what it missed. Declares nothing; reads ``targets``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from policygame.calibration.checks import SHOWN, three
from policygame.calibration.fit import CalibrationError, model_values
from policygame.calibration.targets import Target, history_targets, observed_units
from policygame.catalogue import Quarter
from policygame.model.arrays import Array
from policygame.scenario import Scenario

__all__ = ["ENOUGH_INSIDE", "Backtest", "Row", "backtest", "hits_told", "targets_hit"]

ENOUGH_INSIDE = 0.7
"""Share of worlds that are to lie inside each band."""
AT_ONCE = 125
"""Worlds that are run before progress is told; results do not depend on it."""


@dataclass(frozen=True)
class Row:
    """One target beside the model: percentiles over worlds, and the share of worlds inside the band."""

    target: Target
    p05: float
    p50: float
    p95: float
    inside: float

    @property
    def median_inside(self) -> bool:
        """Whether the model's median lies inside the band."""
        return self.target.low <= self.p50 <= self.target.high

    @property
    def holds(self) -> bool:
        """Whether the median lies inside, and enough worlds do."""
        return self.median_inside and self.inside >= ENOUGH_INSIDE


@dataclass(frozen=True)
class Backtest:
    """A back-test of a scenario: its rows, how many targets each world met, and what was asked."""

    scenario: str
    scenario_hash: str
    worlds: int
    first_seed: int
    rows: tuple[Row, ...]
    hits: tuple[int, ...]
    """Number of bands that each world lies inside, one for each seed."""

    @property
    def all_inside(self) -> float:
        """Share of worlds inside every band at once."""
        return sum(hit == len(self.rows) for hit in self.hits) / len(self.hits)

    @property
    def missed(self) -> tuple[Row, ...]:
        """Rows that do not hold."""
        return tuple(row for row in self.rows if not row.holds)


def backtest(
    scenario: Scenario,
    *,
    worlds: int = 500,
    seed: int = 1,
    data: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Backtest:
    """Hold ``worlds`` worlds of a scenario against history; with ``data``, against the shipments of that table only.

    The worlds are those of any run with these seeds: nothing is conditioned on the observations but the shipped draws. ``progress`` is
    called with (worlds done, worlds in all).
    """
    targets = history_targets() if data is None else observed_units(data)
    reach = (Quarter.parse(scenario.start), Quarter.parse(scenario.end))
    beyond = [target for target in targets if not reach[0] <= target.needs <= reach[1]]
    if beyond or not targets:
        what = f"{beyond[0].name} needs {beyond[0].needs}" if beyond else "the table has no row"
        raise CalibrationError(f"{what}; {scenario.name} runs from {reach[0]} to {reach[1]}")
    parts = []
    for first in range(0, worlds, AT_ONCE):
        part = range(seed + first, seed + min(first + AT_ONCE, worlds))
        parts.append(model_values(scenario, targets, part))
        if progress is not None:
            progress(part.stop - seed, worlds)
    values = np.concatenate(parts, axis=1)
    return Backtest(scenario.name, scenario.hash, worlds, seed, tuple(map(_row, targets, values)), targets_hit(targets, values))


def _row(target: Target, values: Array) -> Row:
    return Row(target, *three(values), float(target.inside(values).mean()))


def targets_hit(targets: Sequence[Target], values: Array) -> tuple[int, ...]:
    """Of each world, the number of targets whose band it lies inside; ``values``: (target, world)."""
    inside = [target.inside(row) for target, row in zip(targets, values, strict=True)]
    return tuple(int(n) for n in np.sum(inside, axis=0))


def hits_told(hits: Sequence[int], targets: int) -> str:
    """How many worlds meet how many targets, in words.

    >>> hits_told([3, 4, 4, 5], 5)
    '25.0% of worlds meet all 5 targets at once; half of them meet 4 or more, nine in ten 3 to 5, the best 5.'
    """
    together = sum(hit == targets for hit in hits) / len(hits)
    low, half, high = (int(np.percentile(hits, at, method="nearest")) for at in SHOWN)
    return (
        f"{together:.1%} of worlds meet all {targets} targets at once; half of them meet {half} or more, "
        f"nine in ten {low} to {high}, the best {max(hits)}."
    )
