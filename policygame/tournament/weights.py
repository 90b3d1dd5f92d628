"""Mandates whose weights move within their stated ranges: what a score is then, and which bot would be best.

Weights are assumptions with ranges. What is said of a score or of a bot is worth more where it does not hang on them. Who weighs what is
``mandates``; points are ``spans``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from policygame.catalogue import JURISDICTIONS
from policygame.foresight.summaries import quantiles
from policygame.model.arrays import TINY, Array
from policygame.model.worlds import triangular
from policygame.scenario import Scenario
from policygame.tournament.field import Tournament
from policygame.tournament.mandates import PARTS, weights_of

__all__ = ["BestShare", "Weightings", "best_shares", "weighted_scores", "weightings"]

DRAWS = 1000
INTERVAL = (0.05, 0.95)
"""Nine weightings in ten."""


@dataclass(frozen=True)
class Weightings:
    """A score under other weights: the range that it has in nine weightings in ten, and the share in which it beats another one."""

    low: float
    high: float
    better: float


@dataclass(frozen=True)
class BestShare:
    """A bot and the share of weightings in which it is a seat's best."""

    seat: str
    bot: str
    share: float


def weightings(scenario: Scenario, seat: str) -> Array:
    """(draw, part) weights of a seat's mandate: triangular over each stated range, the mode being what is stated, with the same sum.

    The same for everybody who asks.

    >>> from policygame.scenario import load_scenario
    >>> drawn = weightings(load_scenario("first-game"), "KOR")
    >>> drawn.shape, bool(np.allclose(drawn.sum(axis=1), weights_of(load_scenario("first-game"), "KOR").sum()))
    ((1000, 8), True)
    """
    government = scenario.jurisdictions[seat].government
    assert government is not None, f"{seat} has no government"
    stated = weights_of(scenario, seat)
    random = np.random.Generator(np.random.Philox(key=list(JURISDICTIONS).index(seat)))
    drawn = np.broadcast_to(stated, (DRAWS, len(PARTS))).copy()
    for row, part in enumerate(PARTS):
        u = random.random(DRAWS)
        span = government.mandate[part].span if part in government.mandate else None
        if span is not None and span[0] < span[1]:
            drawn[:, row] = triangular(u, span[0], stated[row], span[1])
    whole: Array = drawn * (stated.sum() / np.maximum(drawn.sum(axis=1, keepdims=True), TINY))
    return whole


def weighted_scores(scenario: Scenario, seat: str, counts: Array, against: Array) -> Weightings:
    """The score of a seat, and whether it beats another, from what each part counts for (part,) in both."""
    drawn = weightings(scenario, seat)
    scores, others = drawn @ counts, drawn @ against
    low, high = quantiles(scores, INTERVAL)
    return Weightings(float(low), float(high), float((scores > others).mean()))


def best_shares(scenario: Scenario, found: Tournament) -> tuple[BestShare, ...]:
    """For each seat the bots that are best under some weighting, the most frequent first."""
    shares: list[BestShare] = []
    for seat in found.seats:
        stated, drawn, entries = weights_of(scenario, seat), weightings(scenario, seat), found.of_seat(seat)
        per_weight = np.array(
            [[entry.parts.get(part, 0.0) / max(stated[row], TINY) for row, part in enumerate(PARTS)] for entry in entries]
        )
        best = (drawn @ per_weight.T).argmax(axis=1)
        counted = [BestShare(seat, entry.bot, float((best == i).mean())) for i, entry in enumerate(entries)]
        shares += sorted((one for one in counted if one.share > 0.0), key=lambda one: -one.share)
    return tuple(shares)
