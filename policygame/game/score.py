"""How well a seat did by its mandate: the components of its score against the same worlds in which only it does nothing.

A gain is counted per component and world: as played less nothing, in the mean over the quarters of play. Points weigh gains by the
mandate, whose weights sum to about a hundred. Where a tournament of bots is stored for the scenario and the model, gains are counted in
its spans (``tournament.spans``): how far play moves a component at most, so that a hundred points are every component moved as far as it
goes; thrift counts as it stands. Elsewhere they are counted as they are: a share that is higher by 0.1 in a component of weight 20 is
two points, value added relative to itself when nothing is done, prices in log points.

With a tournament there is a score beside the points: gains over the same worlds in which nobody acts at all, each within limits. It says
how good the outcome is, the points what the seat's own decisions did. Worlds come from ``counterfactuals``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from policygame.catalogue import MANDATE
from policygame.foresight.summaries import quantiles
from policygame.model.arrays import Array
from policygame.scenario import Scenario
from policygame.tournament.field import Tournament
from policygame.tournament.mandates import PARTS, THRIFT, over_quarters, weights_of
from policygame.tournament.spans import points as weighed
from policygame.tournament.spans import scaled
from policygame.tournament.weights import Weightings, weighted_scores

__all__ = [
    "INTERVAL",
    "PartScore",
    "ScaledPart",
    "ScaledScore",
    "Score",
    "Spread",
    "gains",
    "part_scores",
    "points",
    "scaled_score",
    "spread_of",
    "total_of",
    "worth",
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
    points : what the gain adds to the points in the game's own world
    """

    part: str
    weight: float
    played: float
    nothing: float
    gain: Spread
    points: float


@dataclass(frozen=True)
class ScaledPart:
    """What a component of the mandate counts for in a score.

    counts : its gain in spans, within limits; thrift as it stands
    span : of the tournament, in the component's unit; None for thrift, and for a component that is dropped
    without : what it would count for in the game's own world had only this seat done nothing
    dropped : no bot of the tournament moves it enough to tell, so it does not count
    """

    part: str
    weight: float
    counts: Spread
    without: float
    span: float | None
    dropped: bool

    @property
    def points(self) -> float:
        """What the component adds to the score in the game's own world."""
        return self.weight * self.counts.own

    @property
    def points_without(self) -> float:
        """What it would add had only this seat done nothing."""
        return self.weight * self.without


@dataclass(frozen=True)
class ScaledScore:
    """A seat's score on the scale of a stored tournament: about 100 where every part gains what a tenth of the bots' games surpass.

    nobody, without : the score in the game's own world had nobody acted, and had only this seat done nothing
    worlds : of the tournament
    weighed : the score in the game's own world were the mandate's weights others within their ranges, and how often it beats ``without``
    """

    points: Spread
    nobody: float
    without: float
    parts: tuple[ScaledPart, ...]
    worlds: int
    weighed: Weightings


@dataclass(frozen=True)
class Score:
    """Points of a seat's game, by component, and quarter by quarter.

    parts : in the order of the mandate; points : of all of them, in spans of a stored tournament where ``in_spans``
    by_quarter : (quarter,) points in the game's own world, were each quarter counted alone
    scaled : the score on the scale of the scenario's stored tournament; None where none is stored that fits scenario and model
    """

    seat: str
    points: Spread
    parts: tuple[PartScore, ...]
    by_quarter: Array
    in_spans: bool
    scaled: ScaledScore | None = None


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


def worth(scenario: Scenario, seat: str, played: Array, nothing: Array, tournament: Tournament | None) -> Array:
    """(part, ...): the points of each part, from components (part, ...) as played and had only the seat done nothing.

    In the spans of a tournament, not cut, for what a decision did is to be seen also where others have moved a part to its limit; with no
    tournament, of gains as they are.
    """
    if tournament is None:
        counted = gains(played, nothing)
    else:
        spans = tournament.spans[seat]
        counted = scaled(played, nothing, spans) - scaled(nothing, nothing, spans)
    weights = weights_of(scenario, seat)
    by_part: Array = weights.reshape(-1, *[1] * (counted.ndim - 1)) * counted
    return by_part


def total_of(by_part: Array) -> Array:
    """(...): points of all parts (part, ...), added one after the other, so that a world's bits are its own."""
    total = np.zeros(by_part.shape[1:])
    for row in by_part:
        total = total + row
    return total


def spread_of(values: Array) -> Spread:
    """The spread of (world,) values, of which the first is the game's own world."""
    low, median, high = quantiles(values, (INTERVAL[0], 0.5, INTERVAL[1]))
    return Spread(float(values[0]), float(median), float(low), float(high))


def scaled_score(
    scenario: Scenario, seat: str, played: Array, nothing: Array, nobody: Array, tournament: Tournament
) -> ScaledScore:
    """The score on a tournament's scale, from components (part, quarter, world), own world first.

    As played, had only the seat done nothing, and when nobody acts.
    """
    means, alone, idle = over_quarters(played), over_quarters(nothing), over_quarters(nobody)
    weights, spans = weights_of(scenario, seat), {span.part: span for span in tournament.spans[seat]}
    counts = scaled(means, idle, tournament.spans[seat], clip=True)
    bare = weighed(weights, scaled(idle, idle, tournament.spans[seat], clip=True))
    left = scaled(alone, idle, tournament.spans[seat], clip=True)
    parts = []
    for row, part in enumerate(PARTS):
        kept = row == THRIFT or spans[part].kept
        span = spans[part].value if kept and row != THRIFT else None
        if weights[row] > 0.0:
            parts.append(ScaledPart(part, float(weights[row]), spread_of(counts[row]), float(left[row, 0]), span, not kept))
    return ScaledScore(
        spread_of(weighed(weights, counts)),
        float(bare[0]),
        float(weighed(weights, left)[0]),
        tuple(parts),
        tournament.worlds,
        weighted_scores(scenario, seat, np.ascontiguousarray(counts[:, 0]), np.ascontiguousarray(left[:, 0])),
    )


def part_scores(
    scenario: Scenario,
    seat: str,
    played: Array,
    nothing: Array,
    nobody: Array | None = None,
    tournament: Tournament | None = None,
) -> Score:
    """The score from components (part, quarter, world), the game's own world first.

    With a tournament, points are in its spans; with ``nobody`` too, the same worlds in which nobody acts, there is a score on its scale.
    """
    means = over_quarters(played), over_quarters(nothing)
    gain, weights, by_part = gains(*means), weights_of(scenario, seat), worth(scenario, seat, *means, tournament)
    parts = tuple(
        PartScore(part, float(weights[i]), float(means[0][i, 0]), float(means[1][i, 0]), spread_of(gain[i]), float(by_part[i, 0]))
        for i, part in enumerate(MANDATE)
    )
    by_quarter = total_of(worth(scenario, seat, played[..., 0], nothing[..., 0], tournament))
    on_scale = None
    if tournament is not None and nobody is not None:
        on_scale = scaled_score(scenario, seat, played, nothing, nobody, tournament)
    return Score(seat, spread_of(total_of(by_part)), parts, by_quarter, tournament is not None, on_scale)
