"""What is independent of what in a result set, and intervals of means that honour it.

A cube (point, seed) is not so many independent numbers. Seeds of one point share its parameters; where all points see the same seeds,
points share their luck too. So a mean is as sure as its points are many, and its seeds. The variance of the mean is that of points plus
what seeds add (two-way clustering, Cameron, Gelbach and Miller 2011), with Student's t on degrees of freedom by Satterthwaite (1946). Of
Saltelli's design the base points are independent, of Morris' the walks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from policygame.analysis.sample import Sample
from policygame.analysis.tables import CONFIDENCE
from policygame.model.arrays import Array

__all__ = ["ONE_LUCK", "Spread", "clustered", "one_luck", "spread_of", "units_of"]

ONE_LUCK = "Every point saw the same single seed: intervals say nothing of what another luck would do."


@dataclass(frozen=True)
class Spread:
    """A mean of (unit, seed) and where it comes from.

    of_units, of_seeds : what points and what common seeds add to the variance of the mean; nan where it cannot be told
    half : half its 95 % interval, nan for fewer than two of what is independent
    """

    mean: float
    of_units: float
    of_seeds: float
    half: float
    n_units: int
    n_seeds: int


def units_of(sample: Sample, values: Array) -> tuple[str, Array]:
    """What is independent, in words, and (unit, seed) of it, from (point, seed); a single point counts its seeds as units."""
    d, method = len(sample.quantities), sample.design["method"]
    if sample.n_points == 1:
        return "worlds", values.reshape(-1, 1)
    if sample.n_points * sample.n_replicates * len(sample.results.arm_names) != sample.results.planned:
        return "points", values  # what a filter left of a design has its walks and blocks no more
    if method == "sobol":
        return "base points", values[:: (2 * d if sample.design["second_order"] else d) + 2]
    if method == "morris":
        return "walks", values.reshape(-1, d + 1, values.shape[1]).mean(axis=1)
    return "points", values


def one_luck(sample: Sample) -> bool:
    """Whether all points share a single seed, so that nothing tells what luck does."""
    return sample.n_points > 1 and sample.n_replicates == 1 and _common(sample)


def _common(sample: Sample) -> bool:
    return bool(sample.results.manifest["parts"]["seeds"]["points"] == "common")


def spread_of(sample: Sample, values: Array) -> Spread:
    """The mean of (unit, seed) values, cells without a value left out, and how sure it is."""
    return clustered(values, common=_common(sample))


def clustered(values: Array, *, common: bool) -> Spread:
    """The same, told whether all units see the same seeds.

    >>> luck = np.array([[0.0, 4.0], [0.0, 4.0], [0.1, 4.1]])  # three points that differ little, two seeds that differ much
    >>> clustered(luck, common=True).half > 10.0 > 0.1 > clustered(luck[:, :1], common=True).half - 0.1
    True
    """
    held = np.isfinite(values)
    n = int(held.sum())
    units = int(held.any(axis=1).sum())
    seeds = int(held.any(axis=0).sum())
    if n == 0:
        return Spread(float("nan"), float("nan"), float("nan"), float("nan"), 0, 0)
    mean = float(values[held].mean())
    if units < 2:
        return Spread(mean, float("nan"), float("nan"), float("nan"), units, seeds)
    apart = np.where(held, values - mean, 0.0)
    by_unit = float((apart.sum(axis=1) ** 2).sum()) / n**2 * units / (units - 1)
    by_seed = 0.0
    if common and seeds > 1:
        whole = float((apart.sum(axis=0) ** 2).sum()) / n**2 * seeds / (seeds - 1)
        by_seed = max(whole - float((apart**2).sum()) / n**2 * n / (n - 1), 0.0)
    variance = by_unit + by_seed
    freedom = variance**2 / (by_unit**2 / (units - 1) + (by_seed**2 / (seeds - 1) if by_seed else 0.0)) if variance else units - 1
    half = float(stats.t.ppf(0.5 + CONFIDENCE / 2, freedom) * np.sqrt(variance))
    return Spread(mean, by_unit, by_seed, half, units, seeds)
