"""Sums over rows: the shortcut gives what SciPy's own product gives, to the bit, for every number of worlds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from policygame.model.arrays import Sums, logistic, ratio, share_or_one


@given(
    rows=st.integers(1, 40),
    groups=st.integers(1, 8),
    worlds=st.integers(2, 9),
    seed=st.integers(0, 2**32 - 1),
    weighted=st.booleans(),
)
def test_sums_are_the_sparse_product(rows: int, groups: int, worlds: int, seed: int, weighted: bool) -> None:
    generator = np.random.default_rng(seed)
    group = generator.integers(-1, groups, rows)
    weights = generator.random(rows) if weighted else None
    x = generator.standard_normal((rows, worlds))
    sums = Sums(group, groups, weights)
    assert np.array_equal(sums(x), sums.matrix @ x)
    by_hand = np.zeros((groups, worlds))
    for row, g in enumerate(group):
        if g >= 0:
            by_hand[g] += x[row] * (1.0 if weights is None else weights[row])
    assert np.allclose(sums(x), by_hand, rtol=1e-12, atol=1e-12)


def test_a_world_is_summed_alike_in_every_batch() -> None:
    generator = np.random.default_rng(1)
    x = generator.standard_normal((60, 33))
    sums = Sums(generator.integers(0, 7, 60), 7)
    for worlds in ([0, 1], [5, 32, 2], list(range(33))):
        assert np.array_equal(sums(np.ascontiguousarray(x[:, worlds])), sums(x)[:, worlds])


def test_nothing_asked_is_a_full_share_and_a_zero_ratio() -> None:
    zero, one = np.zeros(2), np.ones(2)
    assert (share_or_one(zero, zero) == 1.0).all()
    assert (share_or_one(zero, one) < 1e-9).all()
    assert (ratio(zero, zero) == 0.0).all()
    assert logistic(np.array([-1e4, 0.0, 1e4])) == pytest.approx([0.0, 0.5, 1.0])
