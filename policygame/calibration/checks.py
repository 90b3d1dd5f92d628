"""What one question to the fitted worlds was to answer, and what it answered: a ``Check``, with its figure, told by how much if missed.

The questions are asked in ``binding``, ``programmes`` and ``facts``, all of them at once in ``answers``. Targets that the chains are
fitted to are ``targets``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from policygame.model.arrays import Array

__all__ = ["SHOWN", "Check", "check", "check_told", "three"]

SHOWN = (5.0, 50.0, 95.0)
"""Percentiles over worlds that are shown."""


@dataclass(frozen=True)
class Check:
    """One question with its answer.

    target : number of the target, 2 to 7
    id : name that does not change; name : the question in words; unit : of ``low``, ``high`` and the answer
    low, high : what was asked; None where there is no such limit
    observed : what was published, or what was asked for, in words
    p05, p50, p95 : the answer over worlds; all the same where it is one number, such as a share of worlds
    worlds : how many were asked
    source : ids of figures, or ``assumption`` with its reason
    note : what has to be known to read the answer
    """

    target: int
    id: str
    name: str
    unit: str
    low: float | None
    high: float | None
    observed: str
    p05: float
    p50: float
    p95: float
    worlds: int
    source: str
    note: str = ""

    @property
    def holds(self) -> bool:
        """Whether the median answer is what was asked for."""
        return self.off == 0.0

    @property
    def off(self) -> float:
        """How far the median lies outside what was asked for, in the unit; below it is negative, inside it is 0."""
        if self.low is not None and self.p50 < self.low:
            return self.p50 - self.low
        if self.high is not None and self.p50 > self.high:
            return self.p50 - self.high
        return 0.0

    @property
    def asked(self) -> str:
        """The limits in words.

        >>> check(5, "x", "X", "%", (None, 2.0), "", np.array([1.0]), "assumption").asked
        'at most 2'
        """
        if self.low is None:
            return "anything" if self.high is None else f"at most {_short(self.high)}"
        return f"at least {_short(self.low)}" if self.high is None else f"{_short(self.low)} to {_short(self.high)}"

    @property
    def answer(self) -> str:
        """The answer in words: the median with its band, or the one number.

        >>> check(6, "x", "X", "%", (None, 2.0), "", np.array([1.0, 3.0, 2.0]), "assumption").answer
        '2 (1.1 to 2.9)'
        """
        band = "" if self.p05 == self.p95 else f" ({_short(self.p05)} to {_short(self.p95)})"
        return f"{_short(self.p50)}{band}"

    @property
    def why_missed(self) -> str:
        """By how much it is missed, in words; empty where it holds."""
        if self.holds:
            return ""
        side = "below" if self.off < 0.0 else "above"
        return f"the median, {_short(self.p50)} {self.unit}, lies {_short(abs(self.off))} {side} {_short(self.p50 - self.off)}"

    def told(self) -> dict[str, Any]:
        """The check as JSON has it; ``check_told`` reads it back."""
        return asdict(self) | {"holds": self.holds, "off": self.off}


def check_told(told: Mapping[str, Any]) -> Check:
    """The check that ``told`` wrote."""
    return Check(**{name: value for name, value in told.items() if name not in ("holds", "off")})


def check(
    target: int,
    id: str,
    name: str,
    unit: str,
    limits: tuple[float | None, float | None],
    observed: str,
    values: Array,
    source: str,
    *,
    worlds: int | None = None,
    note: str = "",
) -> Check:
    """A check of ``values``, (world,), or of one number made of ``worlds`` worlds."""
    return Check(target, id, name, unit, *limits, observed, *three(values), worlds or values.size, source, note)


def three(values: Array) -> tuple[float, float, float]:
    """The percentiles that are shown.

    >>> three(np.array([1.0, 2.0, 3.0]))[1]
    2.0
    """
    low, middle, high = (float(x) for x in np.percentile(values, SHOWN))
    return low, middle, high


def _short(value: float) -> str:
    """Three digits, and no more than two decimals: what is smaller is as good as nothing."""
    rounded = round(value, 2) + 0.0
    return f"{rounded:.0f}" if abs(rounded) >= 100.0 else f"{rounded:.3g}"
