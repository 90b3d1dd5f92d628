"""Whether the chains agree, and what history taught about each number. Sampling is ``sampler``.

Many short chains in a few ensembles are judged by nested R-hat (Margossian et al., Bayesian Analysis 2024): chains of an ensemble learn
from each other, so only ensembles are independent, and what counts is how far their means lie apart beside the spread within them. Each
ensemble's records count as two, an earlier and a later half, so that ensembles that still move together are found out as well. All of it
is about quantiles in the priors' unit cube, where a number that history says nothing about is uniform.
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


def r_hat(records: Array, ensembles: int) -> Array:
    """Nested R-hat of each number, (number,); ``records``: (record, number, chain), at least two, chains of an ensemble side by side."""
    means, within = _ensembles(records, ensembles)
    return np.asarray(np.sqrt(1.0 + means.var(axis=-1, ddof=1) / np.maximum(within, 1e-300)))


def effective_size(records: Array, ensembles: int) -> Array:
    """How many independent draws the records are worth, (number,): as many as would let means differ as those of the ensembles do.

    With a handful of ensembles it is an order of magnitude. Never more than there are records.
    """
    means, within = _ensembles(records, ensembles)
    between = means.var(axis=-1, ddof=1)
    worth = means.shape[-1] * (within + between) / np.maximum(between, 1e-300)
    return np.asarray(np.minimum(worth, float(records.shape[0] * records.shape[2])))


def _ensembles(records: Array, ensembles: int) -> tuple[Array, Array]:
    """(number, half of an ensemble) means, and (number,) the variance within them."""
    n, numbers, chains = records.shape
    half = n // 2
    parts = np.stack([records[:half], records[half : 2 * half]]).reshape(2, half, numbers, ensembles, chains // ensembles)
    by_part = parts.transpose(2, 0, 3, 1, 4).reshape(numbers, 2 * ensembles, -1)
    return by_part.mean(axis=-1), by_part.var(axis=-1, ddof=1).mean(axis=-1)


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
