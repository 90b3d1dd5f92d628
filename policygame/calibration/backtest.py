"""The back-test: what happened, what the model says with its uncertainty, and what it missed. Declares nothing; reads ``targets``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from policygame.calibration.fit import CalibrationError, model_values
from policygame.calibration.targets import Target, history_targets, observed_units
from policygame.catalogue import Quarter
from policygame.model.arrays import Array
from policygame.scenario import Scenario

__all__ = ["ENOUGH_INSIDE", "Backtest", "Row", "backtest"]

ENOUGH_INSIDE = 0.7
"""Share of worlds that are to lie inside each band."""


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
    """A back-test of a scenario: its rows, how many worlds met all targets at once, and what was asked."""

    scenario: str
    scenario_hash: str
    worlds: int
    first_seed: int
    rows: tuple[Row, ...]
    all_inside: float
    """Share of worlds inside every band at once."""

    @property
    def missed(self) -> tuple[Row, ...]:
        """Rows that do not hold."""
        return tuple(row for row in self.rows if not row.holds)


def backtest(scenario: Scenario, *, worlds: int = 500, seed: int = 1, data: Path | None = None) -> Backtest:
    """Hold ``worlds`` worlds of a scenario against history; with ``data``, against the shipments of that table only.

    The worlds are those of any run with these seeds: nothing is conditioned on the observations but the shipped draws.
    """
    targets = history_targets() if data is None else observed_units(data)
    reach = (Quarter.parse(scenario.start), Quarter.parse(scenario.end))
    beyond = [target for target in targets if not reach[0] <= target.needs <= reach[1]]
    if beyond or not targets:
        what = f"{beyond[0].name} needs {beyond[0].needs}" if beyond else "the table has no row"
        raise CalibrationError(f"{what}; {scenario.name} runs from {reach[0]} to {reach[1]}")
    values = model_values(scenario, targets, range(seed, seed + worlds))
    return Backtest(
        scenario.name, scenario.hash, worlds, seed, tuple(map(_row, targets, values)), float(_all_inside(targets, values).mean())
    )


def _row(target: Target, values: Array) -> Row:
    p05, p50, p95 = (float(x) for x in np.percentile(values, (5, 50, 95)))
    return Row(target, p05, p50, p95, float(target.inside(values).mean()))


def _all_inside(targets: Sequence[Target], values: Array) -> Array:
    together = [target.inside(row) for target, row in zip(targets, values, strict=True)]
    return np.asarray(np.all(together, axis=0), dtype=float)
