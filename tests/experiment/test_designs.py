"""Designs: which points are run, and that the usual estimators find in them what they look for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from policygame.experiment.designs import factorial_size, full_factorial, latin_hypercube, morris, sobol, sobol_size
from policygame.experiment.spreads import Quantiles


def test_a_full_factorial_has_every_combination_once():
    steps = [Quantiles("uniform", (0.0, 1.0)).steps(3), Quantiles("choice", (5.0, 7.0)).steps(3)]
    points = full_factorial(steps)
    assert len(points) == factorial_size(steps) == 6
    assert len({tuple(point) for point in points}) == 6
    assert sorted(set(Quantiles("choice", (5.0, 7.0)).at(points[:, 1]))) == [5.0, 7.0]
    assert sorted(set(points[:, 0])) == [0.0, 0.5, 1.0]


def test_a_latin_hypercube_has_one_point_in_every_strip():
    points = latin_hypercube(50, 3, seed=7)
    for column in points.T:
        assert sorted((column * 50).astype(int)) == list(range(50))
    assert (points == latin_hypercube(50, 3, seed=7)).all()
    assert (points != latin_hypercube(50, 3, seed=8)).any()


@pytest.mark.parametrize("second_order", [False, True])
def test_saltelli_blocks_take_one_column_from_the_other_matrix(second_order):
    base, n = 8, 3
    points = sobol(base, n, 1, second_order)
    assert len(points) == sobol_size(base, n, second_order)
    blocks = points.reshape(base, -1, n)
    a, b = blocks[:, 0], blocks[:, -1]
    for d in range(n):
        mixed = blocks[:, 1 + d]
        assert (mixed[:, d] == b[:, d]).all()
        assert (np.delete(mixed, d, axis=1) == np.delete(a, d, axis=1)).all()
        if second_order:
            assert (blocks[:, 1 + n + d][:, d] == a[:, d]).all()
    for column in np.hstack([a, b]).T:  # balanced: one point in every eighth
        assert sorted((column * base).astype(int)) == list(range(base))


def test_first_order_indices_of_the_ishigami_function_match_theory():
    base, n = 2048, 3
    x = -np.pi + 2.0 * np.pi * sobol(base, n, 3, second_order=False)
    y = np.sin(x[:, 0]) + 7.0 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])
    blocks = y.reshape(base, -1)
    a, b = blocks[:, 0], blocks[:, -1]
    first = [np.mean(b * (blocks[:, 1 + d] - a)) / np.var(np.r_[a, b]) for d in range(n)]
    assert first == pytest.approx([0.3139, 0.4424, 0.0], abs=0.03)


def test_morris_moves_every_dimension_once_by_the_same_jump():
    levels, n = 4, 5
    walks = morris(20, n, levels, seed=2).reshape(20, n + 1, n)
    steps = np.diff(walks, axis=1)
    assert ((np.abs(steps) > 1e-12).sum(axis=2) == 1).all()
    assert ((np.abs(steps) > 1e-12).sum(axis=1) == 1).all()
    assert np.abs(steps).sum(axis=(1, 2)) == pytest.approx(n * levels / (2 * (levels - 1)))
    assert walks.min() >= 0.0
    assert walks.max() <= 1.0
    assert np.allclose(walks * (levels - 1), np.rint(walks * (levels - 1)))


@given(
    st.sampled_from(
        [
            Quantiles("uniform", (-0.3, 0.1)),
            Quantiles("loguniform", (0.001, 300.0)),
            Quantiles("triangular", (1.0, 1.0, 4.0)),
            Quantiles("fitted", (0.1, 0.2, 0.7)),
            Quantiles("choice", (1.0, 2.0, 4.0)),
        ]
    ),
    st.lists(st.floats(0.0, 1.0), min_size=2, max_size=8),
)
def test_quantiles_rise_and_never_leave_their_bounds(spread, places):
    values = spread.at(np.sort(np.array(places)))
    assert (np.diff(values) >= -1e-12 * spread.high).all()
    assert (values >= spread.low).all()
    assert (values <= spread.high).all()
    assert spread.at(np.array([0.0, 1.0])) == pytest.approx([spread.low, spread.high])
