"""The few array operations that every rule is written with.

Every array of the model has the world as its last axis. Nothing here, and nothing that is built on it, lets one world see another:
no reduction over the last axis, no branch on a value, no matrix product that leaves the order of its sums to a BLAS. Sums over rows
go through ``Sums``, a SciPy CSR matrix, whose order of addition is fixed by the index alone.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse._sparsetools import csr_matvecs

Array = npt.NDArray[np.float64]
Index = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]

TINY = 1e-12


def at_least(x: Array, low: float, out: Array | None = None) -> Array:
    """``x``, or the number ``low`` where it is more."""
    # beside a number, ``clip`` takes half the time of ``np.maximum``, which works through vectors only beside another array
    return x.clip(low, np.inf, out=out)


def at_most(x: Array, high: float, out: Array | None = None) -> Array:
    """``x``, or the number ``high`` where it is less."""
    return x.clip(-np.inf, high, out=out)


def ratio(part: Array, whole: Array) -> Array:
    """``part / whole``, and 0 where both are 0."""
    floored = at_least(whole, TINY)
    return np.divide(part, floored, out=floored) if part.shape == floored.shape else part / floored


def share_or_one(part: Array, whole: Array) -> Array:
    """``part / whole``, at most 1, and 1 where nothing was asked: how much of a request can be met."""
    met = part + TINY
    met /= at_least(whole, TINY)
    return at_most(met, 1.0, out=met)


def part_of(part: Array, whole: Array) -> Array:
    """``part / whole``, at most 1, and 0 where both are 0."""
    share = ratio(part, whole)
    return at_most(share, 1.0, out=share)


def positive(x: Array) -> Array:
    """``x`` where it is positive, else 0."""
    return at_least(x, 0.0)


def shrunk(x: Array, taken: Array) -> Array:
    """``x`` less what was taken, at least 0."""
    left = x - taken
    return at_least(left, 0.0, out=left)


def picked(x: Array, rows: Index) -> Array:
    """``x[rows]``, a copy: (row, W) -> (picked, W). ``take`` copies whole rows, where an index array looks up each one."""
    return x.take(rows, axis=0)


def logistic(x: Array) -> Array:
    """1 / (1 + exp(-x)), without overflow."""
    out = at_most(-x, 500.0)
    np.exp(out, out=out)
    out += 1.0
    return np.divide(1.0, out, out=out)


def index(values: Sequence[int]) -> Index:
    """An index array, also for an empty sequence."""
    return np.asarray(values, dtype=np.intp)


class Largest:
    """Largest row of each group of consecutive rows, which begin at ``starts``: (row, W) -> (group, W)."""

    def __init__(self, starts: Index, n_rows: int) -> None:
        length = np.diff(np.append(starts, n_rows))
        self._starts = starts
        # round by round, the groups that have a further row, and that row: few large steps, where ``reduceat`` takes many small
        further = [np.flatnonzero(length > n) for n in range(1, int(length.max(initial=1)))]
        self._rounds = [(groups, starts[groups] + n) for n, groups in enumerate(further, 1)]

    def __call__(self, x: Array) -> Array:
        out = x[self._starts]
        for groups, rows in self._rounds:
            out[groups] = np.maximum(out[groups], x[rows])
        return out


class LargestThree:
    """The three largest rows of each group of consecutive rows, which begin at ``starts``, zero where a group has fewer.

    (row, W), none of it negative -> (3, group, W), in falling order.
    """

    def __init__(self, starts: Index, n_rows: int) -> None:
        length = np.diff(np.append(starts, n_rows))
        by_length = np.argsort(-length, kind="stable")
        self._place = np.argsort(by_length)
        self._n = len(starts)
        # round by round, a further row of every group that has one; the longest groups come first, so those are the first rows of ``out``
        self._rounds = [starts[by_length][length[by_length] > n] + n for n in range(int(length.max(initial=0)))]

    def __call__(self, x: Array) -> Array:
        out = np.zeros((3, self._n, x.shape[1]))
        for rows in self._rounds:
            first, second, third = out[:, : len(rows)]
            new = picked(x, rows)
            # each place takes the larger, and hands the smaller on to the next
            less = np.minimum(first, new)
            np.maximum(first, new, out=first)
            np.minimum(second, less, out=new)
            np.maximum(second, less, out=second)
            np.maximum(third, new, out=third)
        return out[:, self._place]


class Sums:
    """Sums of rows by group: ``Sums(groups, n)(x)[g] = sum of x[i] over the rows i with groups[i] == g``.

    ``groups`` may hold -1 for rows that belong to no group. ``weights`` (row,) multiply the rows. Shapes: (row, W) -> (n, W).
    """

    def __init__(self, groups: Index, n: int, weights: Array | None = None) -> None:
        rows = np.flatnonzero(groups >= 0)
        data = np.ones(len(rows)) if weights is None else weights[rows]
        self._hold(sparse.csr_array((data, (groups[rows], rows)), shape=(n, len(groups))))

    @classmethod
    def of(cls, matrix: sparse.csr_array) -> Sums:
        """Sums with stated weights: ``matrix`` (n, row)."""
        sums = cls.__new__(cls)
        sums._hold(matrix)
        return sums

    def _hold(self, matrix: sparse.csr_array) -> None:
        matrix.sum_duplicates()
        self.matrix = matrix
        self.n, self._rows = matrix.shape
        self._start, self._column, self._weight = matrix.indptr, matrix.indices, matrix.data

    def minus(self, other: Sums) -> Sums:
        """The sums of this less those of ``other``, over the same rows."""
        return Sums.of(sparse.csr_array(self.matrix - other.matrix))

    def __call__(self, x: Array) -> Array:
        return self.add_to(np.zeros((self.n, x.shape[1])), x)

    def add_to(self, out: Array, x: Array) -> Array:
        """Add the sums of ``x`` (row, W) to ``out`` (n, W), which is returned; ``out`` must be laid out row by row."""
        # what ``out + matrix @ x`` does, without its checks: they cost more than the sum itself where worlds are few
        csr_matvecs(self.n, self._rows, x.shape[1], self._start, self._column, self._weight, x.ravel(), out.reshape(-1))
        return out
