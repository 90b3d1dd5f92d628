"""How likely the observations are in a world: the error model, stated once. Targets are ``targets``; searching is ``sampler``.

Each target is an independent normal observation of the world's value, on its own scale. Its standard deviation joins two: that of
the observation, whose band is taken for the 5th to 95th percentile, and that of the model, whose mechanisms are simpler than the world's.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from policygame.calibration.targets import Target
from policygame.model.arrays import Array

__all__ = ["MODEL_ERROR", "deviation", "distances", "log_likelihood"]

MODEL_ERROR = 0.02
"""Standard deviation of what the mechanisms leave out: log points, or as a share of the band's middle (assumption)."""
_BAND_IN_DEVIATIONS = 2.0 * 1.6449
_FARTHEST = 50.0  # standard deviations: a value that is not finite (nothing was shipped) counts as this far off


def deviation(target: Target) -> float:
    """Standard deviation of a target's error, on its scale (log points, or the target's unit)."""
    if target.logarithmic:
        return math.hypot(math.log(target.high / target.low) / _BAND_IN_DEVIATIONS, MODEL_ERROR)
    return math.hypot((target.high - target.low) / _BAND_IN_DEVIATIONS, MODEL_ERROR * abs(target.centre))


def distances(targets: Sequence[Target], values: Array) -> Array:
    """How far the model is from each target, in standard deviations: (target, world). ``values``: (target, world)."""
    out = np.empty_like(values)
    for n, target in enumerate(targets):
        model = values[n]
        if target.logarithmic:
            with np.errstate(divide="ignore", invalid="ignore"):
                apart = np.log(model) - math.log(target.centre)
        else:
            apart = model - target.centre
        out[n] = np.where(np.isfinite(apart), np.clip(apart / deviation(target), -_FARTHEST, _FARTHEST), _FARTHEST)
    return out


def log_likelihood(targets: Sequence[Target], values: Array) -> Array:
    """Log density of all observations in each world, up to a constant: (world,)."""
    apart = distances(targets, values)
    total = np.zeros(values.shape[1])
    for row in apart:  # in order, so that a world's sum does not depend on its neighbours
        total += row * row
    return -0.5 * total
