"""Designs: which points of the unit cube are run, as (point, dimension) arrays of places from 0 to 1.

Rows stand in the order that the usual estimators expect: Saltelli's blocks for Sobol' indices (A, A with a column of B for each
dimension, B with a column of A where pairs are asked for, B), Morris' walks one after the other. A design is a function of its
numbers and its seed alone, and is laid out in the memory that its points need and little more: it may have millions of them. How places
become values is ``spreads``.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.stats import qmc

from policygame.model.arrays import Array

__all__ = ["MORRIS_LEVELS", "factorial_size", "full_factorial", "latin_hypercube", "morris", "sobol", "sobol_size"]

MORRIS_LEVELS = 4
_BITS = 30
_ROWS = 1 << 16
"""Points whose chance is drawn at once."""


def _generator(seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(seed))


def full_factorial(steps: Sequence[Array]) -> Array:
    """Every combination of the places of each dimension; the last dimension turns fastest.

    >>> full_factorial([np.array([0.0, 1.0]), np.array([0.25, 0.75])])
    array([[0.  , 0.25],
           [0.  , 0.75],
           [1.  , 0.25],
           [1.  , 0.75]])
    """
    grid = np.empty((*(len(places) for places in steps), len(steps)))
    for d, places in enumerate(steps):
        grid[..., d] = places.reshape(-1, *[1] * (len(steps) - 1 - d))
    return grid.reshape(-1, len(steps))


def factorial_size(steps: Sequence[Array]) -> int:
    """How many points ``full_factorial`` has."""
    size = 1
    for places in steps:
        size *= len(places)
    return size


def latin_hypercube(points: int, dimensions: int, seed: int) -> Array:
    """Each dimension is cut into as many strips as there are points, and every strip holds one."""
    generator = _generator(seed)
    places: Array = generator.random((points, dimensions))
    for d in range(dimensions):
        places[:, d] = np.argsort(places[:, d], kind="stable")
    for first in range(0, points, _ROWS):
        rows = places[first : first + _ROWS]
        rows += generator.random(rows.shape)
        rows /= points
    return places


def sobol_size(base: int, dimensions: int, second_order: bool) -> int:
    """How many points ``sobol`` has."""
    return base * ((2 * dimensions if second_order else dimensions) + 2)


def sobol(base: int, dimensions: int, seed: int, second_order: bool) -> Array:
    """Saltelli's design on a Sobol' sequence with a random digital shift, which keeps its balance.

    For each of the ``base`` points come a row of A, one row for each dimension in which A takes that dimension from B, with
    ``second_order`` one in which B takes it from A, and a row of B: the order that SALib's ``sobol.analyze`` reads.
    """
    cells = np.rint(qmc.Sobol(2 * dimensions, scramble=False, bits=_BITS).random(base) * 2**_BITS).astype(np.uint64)
    generator = _generator(seed)
    shift = generator.integers(0, 2**_BITS, size=2 * dimensions, dtype=np.uint64)
    places = ((cells ^ shift) + 0.5) / 2**_BITS
    a, b = places[:, :dimensions], places[:, dimensions:]
    rows = np.empty((base, sobol_size(1, dimensions, second_order), dimensions))
    rows[:, : dimensions + 1], rows[:, dimensions + 1 :] = a[:, None], b[:, None]
    for d in range(dimensions):
        rows[:, 1 + d, d] = b[:, d]
        if second_order:
            rows[:, 1 + dimensions + d, d] = a[:, d]
    return rows.reshape(-1, dimensions)


def morris(trajectories: int, dimensions: int, levels: int, seed: int) -> Array:
    """Morris' walks: each starts on a grid of ``levels`` and moves every dimension once, by half the grid and a step.

    ``dimensions + 1`` rows a walk; neighbours differ in one dimension.
    """
    generator = _generator(seed)
    jump = levels / (2.0 * (levels - 1))
    lower = generator.integers(0, levels // 2, size=(trajectories, dimensions)) / (levels - 1)
    rises = generator.random((trajectories, dimensions)) < 0.5
    order = np.argsort(generator.random((trajectories, dimensions)), axis=1, kind="stable")
    walk = np.where(rises, lower, lower + jump)
    rows = np.empty((trajectories, dimensions + 1, dimensions))
    rows[:, 0] = walk
    every = np.arange(trajectories)
    for step in range(dimensions):
        moved = order[:, step]
        walk[every, moved] = np.where(rises[every, moved], lower[every, moved] + jump, lower[every, moved])
        rows[:, step + 1] = walk
    return np.clip(rows, 0.0, 1.0, out=rows).reshape(-1, dimensions)
