"""What the draws of a fit make of history: how narrow their bands are beside those of the priors, how many targets a world meets, and
which stage binds with what probability.

It needs draws only, no chains: those that a fit has just left, or those that ship. What chains say of themselves is ``report``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from policygame.calibration.backtest import targets_hit
from policygame.calibration.binding import binding
from policygame.calibration.checks import three
from policygame.calibration.fit import model_values
from policygame.calibration.targets import Target
from policygame.model.arrays import Array
from policygame.scenario import Scenario

__all__ = ["PRIOR_WORLDS", "hits_of", "said_by_draws"]

PRIOR_WORLDS = 256
"""Worlds with numbers and shocks that no history has touched."""


def said_by_draws(
    scenario: Scenario,
    targets: Sequence[Target],
    paths: Sequence[str],
    draws: Array,
    seeds: Sequence[int],
    values: Array | None = None,
) -> dict[str, Any]:
    """The parts ``targets``, ``together`` and ``binding`` of a report, as JSON has them.

    Parameters
    ----------
    paths, draws : address of each fitted number; (draw, number) in their units
    seeds : of the shocks of each draw
    values : (target, draw): what the model makes of the draws; run if not given
    """
    unfitted = scenario.model_copy(update={"posterior": None})
    numbers, shocks = dict(zip(paths, draws.T, strict=True)), [int(seed) for seed in seeds]
    if values is None:
        values = model_values(unfitted, targets, shocks, numbers)
    prior = model_values(unfitted, targets, range(1, PRIOR_WORLDS + 1))
    hits = targets_hit(targets, values)
    return {
        "targets": [_target(*row) for row in zip(targets, values, prior, strict=True)],
        "together": {"targets": len(targets), "hits": {str(hit): hits.count(hit) for hit in sorted(set(hits))}},
        "binding": binding(unfitted, shocks, numbers=numbers).told(),
    }


def hits_of(told: Mapping[str, Any]) -> list[int]:
    """Of each draw, the number of targets that it meets, in rising order: read back from a report."""
    return [int(hit) for hit, count in told["together"]["hits"].items() for _ in range(count)]


def _target(target: Target, posterior: Array, prior: Array) -> dict[str, Any]:
    """Bands of the worlds of a target, of the fit and of the priors, and the part of the prior's width that is left."""
    fitted, unfitted = three(posterior), three(prior)
    width = unfitted[2] - unfitted[0]
    return {
        "id": target.id,
        "low": target.low,
        "high": target.high,
        "conditioned": list(fitted),
        "prior": list(unfitted),
        "width_left": (fitted[2] - fitted[0]) / width if width > 0.0 else None,
        "inside": float(np.mean(target.inside(posterior))),
        "prior_inside": float(np.mean(target.inside(prior))),
    }
