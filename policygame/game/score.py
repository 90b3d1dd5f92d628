"""How well a seat did by its mandate: the components of its score against the same worlds in which only it does nothing.

A gain is counted per component and world: as played less nothing, in the mean over the quarters of play. Points weigh gains by the
mandate, whose weights sum to about a hundred: a share that is higher by 0.1 in a component of weight 20 is two points. Value added is
counted relative to itself when nothing is done, prices in log points. Points are no rank among policies: how far the best known policy
would have come is not known here. Worlds come from ``counterfactuals``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from policygame.catalogue import MANDATE
from policygame.foresight.summaries import quantiles
from policygame.model.arrays import Array
from policygame.scenario import Scenario
from policygame.tournament.mandates import over_quarters, weights_of

__all__ = [
    "INTERVAL",
    "PartScore",
    "Score",
    "Spread",
    "gains",
    "part_scores",
    "points",
    "spread_of",
]

INTERVAL = (0.05, 0.95)
"""Nine worlds in ten."""


@dataclass(frozen=True)
class Spread:
    """A number in the game's own world, and over all worlds: median and nine in ten."""

    own: float
    median: float
    low: float
    high: float

    @property
    def told(self) -> bool:
        """Whether it can be told from zero: nine worlds in ten lie on one side of it."""
        return self.low > 0.0 or self.high < 0.0


@dataclass(frozen=True)
class PartScore:
    """One component of the score, in the mean over the quarters of play.

    part : its letter; weight : in the seat's mandate (0 where the mandate leaves it out)
    played, nothing : the component in the game's own world, in its own unit, as played and had only this seat done nothing
    gain : per world; of value added relative to doing nothing, else in the component's unit
    """

    part: str
    weight: float
    played: float
    nothing: float
    gain: Spread

    @property
    def points(self) -> float:
        """What the component adds to the points in the game's own world."""
        return self.weight * self.gain.own


@dataclass(frozen=True)
class Score:
    """Points of a seat's game, by component, and quarter by quarter.

    parts : in the order of the mandate; points : of all of them
    by_quarter : (quarter,) points in the game's own world, were each quarter counted alone
    """

    seat: str
    points: Spread
    parts: tuple[PartScore, ...]
    by_quarter: Array


def gains(played: Array, nothing: Array) -> Array:
    """(part, ...): what is gained, from components (part, ...) of which the part is the first axis.

    >>> played, nothing = np.full((8, 1), 1.1), np.full((8, 1), 1.0)
    >>> nothing[4] = 2.0  # value added is counted relative to itself
    >>> gains(played, nothing)[:, 0].round(3).tolist()
    [0.1, 0.1, 0.1, 0.1, -0.45, 0.1, 0.1, 0.1]
    """
    gain: Array = played - nothing
    row = list(MANDATE).index("V")
    gain[row] /= np.maximum(np.abs(nothing[row]), 1e-9)
    return gain


def points(scenario: Scenario, seat: str, gain: Array) -> Array:
    """(...): points of gains (part, ...)."""
    total = np.zeros(gain.shape[1:])
    for weight, row in zip(weights_of(scenario, seat), gain, strict=True):  # in this order, so that a world's bits are its own
        total = total + weight * row
    return total


def spread_of(values: Array) -> Spread:
    """The spread of (world,) values, of which the first is the game's own world."""
    low, median, high = quantiles(values, (INTERVAL[0], 0.5, INTERVAL[1]))
    return Spread(float(values[0]), float(median), float(low), float(high))


def part_scores(scenario: Scenario, seat: str, played: Array, nothing: Array) -> Score:
    """The score from components (part, quarter, world), the game's own world first."""
    means = over_quarters(played), over_quarters(nothing)
    gain, weights = gains(*means), weights_of(scenario, seat)
    parts = tuple(
        PartScore(part, float(weights[i]), float(means[0][i, 0]), float(means[1][i, 0]), spread_of(gain[i]))
        for i, part in enumerate(MANDATE)
    )
    by_quarter = points(scenario, seat, gains(played[..., 0], nothing[..., 0]))
    return Score(seat, spread_of(points(scenario, seat, gain)), parts, by_quarter)
