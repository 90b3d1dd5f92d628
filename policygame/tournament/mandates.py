"""Seats and their mandates: who can act, what the mandate weighs, and the mean of a component over the quarters of play.

The components themselves are in ``model.standing``, in words in the catalogue; how they are scaled is ``spans``.
"""

from __future__ import annotations

import numpy as np

from policygame.catalogue import JURISDICTIONS, MANDATE
from policygame.model.arrays import Array
from policygame.scenario import Scenario

__all__ = ["PARTS", "THRIFT", "over_quarters", "seats_of", "weights_of"]

PARTS = tuple(MANDATE)
"""The parts of a mandate, in the order of every array of parts."""
THRIFT = PARTS.index("F")
"""The part that counts as it stands, and not as a gain."""


def seats_of(scenario: Scenario) -> tuple[str, ...]:
    """Jurisdictions with a government that can act, in the catalogue's order."""
    return tuple(
        name for name in JURISDICTIONS if name in scenario.jurisdictions and scenario.jurisdictions[name].government is not None
    )


def weights_of(scenario: Scenario, seat: str) -> Array:
    """(part,) the mandate's weights, in the order of ``MANDATE``; 0 where it leaves a part out."""
    government = scenario.jurisdictions[seat].government
    assert government is not None, f"{seat} has no government"
    return np.array([government.mandate[part].value if part in government.mandate else 0.0 for part in MANDATE])


def over_quarters(values: Array) -> Array:
    """(..., world): the mean of (..., quarter, world) over quarters, each world's the same bits whoever stands beside it.

    >>> over_quarters(np.array([[1.0, 2.0], [3.0, 4.0]])).tolist()
    [2.0, 3.0]
    """
    mean: Array = np.ascontiguousarray(np.moveaxis(values, -2, -1)).mean(axis=-1)
    return mean
