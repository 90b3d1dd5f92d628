from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from policygame.foresight.summaries import QUANTILES, quantiles, spread

finite = st.floats(-1e6, 1e6, allow_subnormal=False)


@given(arrays(float, st.tuples(st.integers(1, 3), st.integers(1, 12)), elements=finite))
def test_quantiles_are_those_of_numpy(values: np.ndarray) -> None:  # type: ignore[type-arg]
    np.testing.assert_allclose(quantiles(values), np.quantile(values, QUANTILES, axis=-1), rtol=1e-12, atol=1e-9)


def test_missing_worlds_are_left_out_and_all_missing_stays_missing() -> None:
    values = np.array([[1.0, np.nan, 3.0, 2.0], [np.nan] * 4])
    found = spread(values)
    assert found["median"][0] == found["mean"][0] == 2.0
    assert found["share_positive"][0] == 1.0
    assert abs(found["standard_error"][0] - 1.0 / np.sqrt(3.0)) < 1e-15
    assert all(np.isnan(column[1]) for column in found.values())


def test_one_world_has_no_standard_error() -> None:
    found = spread(np.array([[-2.0]]))
    assert found["mean"] == found["p05"] == found["p95"] == -2.0
    assert found["share_positive"] == 0.0
    assert np.isnan(found["standard_error"][0])
