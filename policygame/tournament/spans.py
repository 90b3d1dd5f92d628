"""The scale of a score: how far the bots of a tournament move each part of a mandate, and points on that scale.

A gain is a part less the same part of the same world when nobody acts. The span of a part is how far, up or down, nine in ten of all games
in company (``company``) move it at most: what play does to an incumbent's lead, or to supply, is mostly down. A part whose span cannot be
told from zero is dropped. Thrift has no span: it counts as it stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from policygame.foresight.summaries import quantiles
from policygame.model.arrays import Array
from policygame.tournament.mandates import PARTS, THRIFT

__all__ = ["LEAST", "MOST", "Span", "points", "scaled", "spans_of"]

SPAN_AT = 0.9
"""The span is this quantile of the size of gains over all games and worlds."""
TOLD_ERRORS = 2.0
"""A span of fewer standard errors of the gains cannot be told from zero."""
LEAST, MOST = -0.5, 1.25
"""What a part may count for in a score, in spans."""


@dataclass(frozen=True)
class Span:
    """How far the bots of a seat move a part: ``value``, and the standard error of gains in the part, in its unit."""

    part: str
    value: float
    standard_error: float

    @property
    def kept(self) -> bool:
        """Whether the part counts: its span can be told from zero."""
        return self.value > 0.0 and self.value >= TOLD_ERRORS * self.standard_error


def spans_of(gains: Array) -> tuple[Span, ...]:
    """The span of each part but thrift, from a seat's gains (game, part, world) in company.

    The standard error is the spread of gains over all games and worlds by the root of the number of worlds, for games of one world go
    together. A part that good play hardly moves, while bad play moves it far, so is no scale for either.

    >>> gains = np.zeros((2, 8, 50))
    >>> gains[1, 0] = np.linspace(0.0, 1.0, 50)
    >>> spans = spans_of(gains)
    >>> spans[0].part, round(spans[0].value, 3), spans[0].kept, spans[1].kept
    ('S', 0.798, True, False)
    """
    worlds = gains.shape[-1]
    found = []
    for row, part in enumerate(PARTS):
        if row != THRIFT:
            own = gains[:, row].reshape(-1)
            value = float(quantiles(np.abs(own), [SPAN_AT])[0])
            found.append(Span(part, value, float(own.std() / np.sqrt(worlds))))
    return tuple(found)


def scaled(played: Array, nobody: Array, spans: Sequence[Span], *, clip: bool = False) -> Array:
    """(part, ...): parts as points count them, from components (part, ...) as played and when nobody acts.

    Thrift as it stands, every other part its gain in spans, 0 where its span was dropped. ``clip`` cuts gains to ``LEAST`` and
    ``MOST``, as the score that players see does.
    """
    by_part = {span.part: span for span in spans}
    out = np.zeros_like(played)
    for row, part in enumerate(PARTS):
        if row == THRIFT:
            out[row] = played[row]
        elif part in by_part and by_part[part].kept:
            gain = (played[row] - nobody[row]) / by_part[part].value
            out[row] = np.clip(gain, LEAST, MOST) if clip else gain
    return out


def points(weights: Array, parts: Array) -> Array:
    """(...): points of scaled parts (part, ...), weighed one after the other, so that a world's bits are its own.

    >>> points(np.array([20.0, 0, 0, 0, 0, 0, 0, 10.0]), np.full((8, 2), 0.5)).tolist()
    [15.0, 15.0]
    """
    total = np.zeros(parts.shape[1:])
    for weight, row in zip(weights, parts, strict=True):
        total = total + weight * row
    return total
