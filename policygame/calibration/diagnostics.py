"""Whether the chains agree, and what history taught about each number. Sampling is ``sampler``.

R-hat and effective sample size after Gelman et al. (Bayesian Data Analysis, 3rd edition, section 11.4-11.5), on split chains, of the
quantiles in the priors' unit cube, where a number that history says nothing about is uniform.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from policygame.model.arrays import Array

__all__ = ["Learnt", "effective_size", "learnt", "r_hat", "score_crps"]

_UNIFORM_DEVIATION = math.sqrt(1.0 / 12.0)
NOTHING_LEARNT = 0.1
"""Below this part of a prior's spread, neither narrowing nor shift counts as something that history taught."""


def r_hat(records: Array) -> Array:
    """Potential scale reduction of each number, (number,); ``records``: (record, number, chain), at least four of them."""
    halves = _split(records)
    n = halves.shape[0]
    within = halves.var(axis=0, ddof=1).mean(axis=-1)
    between = n * halves.mean(axis=0).var(axis=-1, ddof=1)
    pooled = (n - 1) / n * within + between / n
    return np.asarray(np.sqrt(pooled / np.maximum(within, 1e-300)))


def effective_size(records: Array) -> Array:
    """How many independent draws the records are worth, (number,): sums autocorrelations until a pair of them is negative (Geyer)."""
    halves = _split(records)
    n, _, m = halves.shape
    within = halves.var(axis=0, ddof=1).mean(axis=-1)
    pooled = (n - 1) / n * within + halves.mean(axis=0).var(axis=-1, ddof=1)
    centred = halves - halves.mean(axis=0)
    sizes = np.empty(halves.shape[1])
    for k in range(halves.shape[1]):
        correlation = []
        for lag in range(1, n):
            covariance = (centred[lag:, k] * centred[:-lag, k]).sum(axis=0).mean() / n
            correlation.append(1.0 - (within[k] - covariance) / max(pooled[k], 1e-300))
            if lag % 2 == 0 and correlation[-1] + correlation[-2] < 0.0:
                correlation = correlation[:-2]
                break
        sizes[k] = m * n / max(1.0 + 2.0 * sum(correlation), 1.0 / (m * n))
    return np.minimum(sizes, float(m * n))


def _split(records: Array) -> Array:
    """Each chain's records as two chains of half as many."""
    half = records.shape[0] // 2
    return np.concatenate([records[:half], records[half : 2 * half]], axis=-1)


@dataclass(frozen=True)
class Learnt:
    """What history taught about a number, against its prior.

    prior, posterior : 5th, 50th and 95th percentile, in the number's unit
    narrowed : part of the prior's spread that is gone, 0 nothing to 1 all
    moved : shift of the mean, in standard deviations of the prior
    """

    path: str
    unit: str
    source: str
    prior: tuple[float, float, float]
    posterior: tuple[float, float, float]
    narrowed: float
    moved: float
    r_hat: float
    effective_size: float

    @property
    def nothing(self) -> bool:
        """Whether history says nothing about it."""
        return self.narrowed < NOTHING_LEARNT and abs(self.moved) < NOTHING_LEARNT


def learnt(quantiles: Array) -> tuple[Array, Array]:
    """How much narrower each number became, and how far it moved: (number,) both; ``quantiles``: (record, number, chain)."""
    flat = quantiles.transpose(1, 0, 2).reshape(quantiles.shape[1], -1)
    narrowed = 1.0 - flat.std(axis=1) / _UNIFORM_DEVIATION
    return narrowed, (flat.mean(axis=1) - 0.5) / _UNIFORM_DEVIATION


def score_crps(values: Array, observed: float) -> float:
    """Continuous ranked probability score of a forecast's draws, (world,), in the unit of the values: lower is better.

    Of a single value it is the absolute error, so a forecast of one number can be compared with a band.

    >>> score_crps(np.array([2.0]), 3.0)
    1.0
    """
    ordered = np.sort(values)
    n = ordered.size
    spread = float(((2.0 * np.arange(1, n + 1) - n - 1.0) * ordered).sum()) / (n * n)
    return float(np.abs(ordered - observed).mean()) - spread
