"""From a place between 0 and 1 to a value: the quantile functions of the ways in which a quantity can be spread.

Which quantity is spread how, an experiment says (``schema``); which places are taken is the design's business (``designs``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from policygame.model.arrays import Array
from policygame.model.worlds import triangular

__all__ = ["Quantiles"]


@dataclass(frozen=True)
class Quantiles:
    """How a quantity is spread: ``kind`` with its numbers; for ``fitted`` they are the sorted draws.

    >>> Quantiles("uniform", (2.0, 4.0)).at(np.array([0.0, 0.5, 1.0]))
    array([2., 3., 4.])
    >>> Quantiles("choice", (5.0, 7.0)).at(np.array([0.0, 0.49, 0.5, 1.0]))
    array([5., 5., 7., 7.])
    """

    kind: str
    values: tuple[float, ...]

    @property
    def low(self) -> float:
        """The lowest value that can come."""
        return min(self.values)

    @property
    def high(self) -> float:
        """The highest value that can come."""
        return max(self.values)

    def at(self, u: Array) -> Array:
        """The values at places ``u`` from 0 to 1, of any shape; never beyond the lowest and highest."""
        if self.kind == "choice":
            picked = np.minimum((u * len(self.values)).astype(np.intp), len(self.values) - 1)
            return np.array(self.values)[picked]
        return np.clip(self._spread(u), self.low, self.high)

    def steps(self, levels: int) -> Array:
        """Places of a factorial design: every value of a choice, else ``levels`` from the lowest to the highest, (level,)."""
        if self.kind == "choice":
            return (np.arange(len(self.values)) + 0.5) / len(self.values)
        return np.arange(levels) / (levels - 1)

    def _spread(self, u: Array) -> Array:
        if self.kind == "uniform":
            low, high = self.values
            return np.asarray(low + u * (high - low))
        if self.kind == "loguniform":
            low, high = self.values
            return np.asarray(low * np.exp(u * np.log(high / low)))
        if self.kind == "triangular":
            low, mode, high = self.values
            return np.asarray(triangular(u, low, mode, high))
        assert self.kind == "fitted", self.kind
        return np.asarray(np.interp(u * (len(self.values) - 1), np.arange(len(self.values)), np.array(self.values)))
