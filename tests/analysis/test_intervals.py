"""An interval holds the truth as often as it says, whatever shares points or seeds."""

from __future__ import annotations

import numpy as np
import pytest

from policygame.analysis.intervals import clustered

POINTS, DRAWS = 60, 400


def coverage(of_points: float, of_seeds: float, of_each: float, seeds: int, *, common: bool) -> float:
    """How often an interval holds 0, the mean of cubes that are drawn with these standard deviations."""
    random = np.random.default_rng(1)
    held = 0
    for _ in range(DRAWS):
        cube = of_points * random.normal(size=(POINTS, 1)) + of_each * random.normal(size=(POINTS, seeds))
        cube = cube + of_seeds * random.normal(size=(1 if common else POINTS, seeds))
        found = clustered(cube, common=common)
        held += abs(found.mean) <= found.half
    return held / DRAWS


@pytest.mark.parametrize(
    ("of_points", "of_seeds", "of_each", "seeds", "common"),
    [
        (1.0, 0.0, 0.3, 4, True),
        (1.0, 0.0, 0.3, 4, False),
        (0.2, 1.0, 0.3, 8, True),
        (1.0, 0.2, 0.3, 8, True),
        (1.0, 0.5, 0.1, 1, False),
    ],
)
def test_a_95_per_cent_interval_holds_the_truth_19_times_in_20(of_points, of_seeds, of_each, seeds, common):
    assert 0.91 <= coverage(of_points, of_seeds, of_each, seeds, common=common) <= 0.99


def test_seeds_of_a_point_are_not_so_many_points():
    """Four copies of each point are as sure as one."""
    once = np.random.default_rng(2).normal(size=(POINTS, 1))
    assert clustered(np.repeat(once, 4, axis=1), common=False).half == pytest.approx(
        clustered(once, common=False).half, rel=1e-12
    )


def test_few_seeds_that_all_points_share_stay_in_the_interval_however_many_points():
    luck = np.array([[3373.0, 3368.0, 3538.0, 3359.0]])
    cube = luck + np.random.default_rng(3).normal(scale=5.0, size=(2000, 4))
    found = clustered(cube, common=True)
    assert found.half == pytest.approx(137.0, abs=3.0)  # that of the four seeds' means, by Student's t
    assert clustered(cube, common=False).half < 6.0


def test_cells_without_a_value_are_left_out():
    cube = np.random.default_rng(4).normal(size=(POINTS, 3))
    cube[::7, 1] = np.nan
    found = clustered(cube, common=False)
    assert found.mean == pytest.approx(np.nanmean(cube))
    assert (found.n_units, found.n_seeds) == (POINTS, 3)
    assert np.isnan(clustered(np.full((3, 2), np.nan), common=True).mean)
