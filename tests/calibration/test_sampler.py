"""Chains find what they are asked to find: a known posterior, its correlation, and the shocks that go with it."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from policygame.calibration.diagnostics import effective_size, r_hat
from policygame.calibration.sampler import advance, begin

CENTRE, WIDTH = np.array([0.3, 0.6, 0.5]), np.array([0.05, 0.08, 0.04])


def correlated(quantiles, seeds):
    """A normal posterior in two coordinates that go together; the third does not matter."""
    z = (quantiles - CENTRE[:, None]) / WIDTH[:, None]
    rho = 0.9
    return -0.5 * (z[0] ** 2 - 2 * rho * z[0] * z[1] + z[1] ** 2) / (1 - rho**2)


def run(evaluate, steps=1500, kept=1000, every=4, chains=40, seed=3, ensembles=2):
    state = begin(3, chains, seed, evaluate, ensembles)
    records, seeds = [], []
    while state.step < steps:
        state = advance(state, seed, evaluate)
        if state.step > steps - kept and state.step % every == 0:
            records.append(state.quantiles)
            seeds.append(state.seeds)
    return state, np.stack(records), np.stack(seeds)


@pytest.fixture(scope="module")
def found():
    return run(correlated)


def test_mean_spread_and_correlation_are_those_of_the_posterior(found):
    _, records, _ = found
    flat = records.transpose(1, 0, 2).reshape(3, -1)
    assert flat.mean(axis=1)[:2] == pytest.approx(CENTRE[:2], abs=0.01)
    assert flat.std(axis=1)[:2] == pytest.approx(WIDTH[:2], rel=0.1)
    assert np.corrcoef(flat[:2])[0, 1] == pytest.approx(0.9, abs=0.03)


def test_a_number_that_does_not_matter_keeps_its_prior(found):
    _, records, _ = found
    third = records[:, 2].ravel()
    assert third.mean() == pytest.approx(0.5, abs=0.02)
    assert third.std() == pytest.approx(np.sqrt(1 / 12), rel=0.05)
    assert np.histogram(third, 4, (0, 1))[0] == pytest.approx(third.size / 4, rel=0.08)


def test_chains_agree_and_say_how_many_draws_they_are_worth(found):
    _, records, _ = found
    assert r_hat(records, 2).max() < 1.05
    sizes = effective_size(records, 2)
    assert (sizes > 40).all()
    assert (sizes < records.shape[0] * records.shape[2]).all()


def test_ensembles_that_never_meet_are_told():
    apart = np.repeat([0.2, 0.8], 10) + np.random.default_rng(1).normal(0, 0.01, (20, 1, 20))
    assert r_hat(apart, 2)[0] > 5
    assert effective_size(apart, 2)[0] < 5


def test_ensembles_that_still_move_together_are_told():
    moving = np.linspace(0, 1, 40)[:, None, None] + np.random.default_rng(1).normal(0, 0.01, (40, 1, 20))
    assert r_hat(moving, 2)[0] > 1.5


def test_ensembles_start_apart_and_never_learn_from_each_other():
    """Where one ensemble stands does not change where another goes."""

    state = begin(3, 24, 7, correlated, ensembles=2)
    spread = np.ptp(state.quantiles, axis=1)
    assert (np.ptp(state.quantiles[:, :12], axis=1) <= 0.31).all()
    assert spread.max() > 0.31
    elsewhere = replace(state, quantiles=np.hstack([state.quantiles[:, :12], np.full((3, 12), 0.5)]))
    for _ in range(12):
        state, elsewhere = advance(state, 7, correlated), advance(elsewhere, 7, correlated)
    assert np.array_equal(state.quantiles[:, :12], elsewhere.quantiles[:, :12])


def test_shocks_are_sampled_with_the_numbers():
    """Worlds with even seeds are three times as likely: so many chains end in one."""

    def prefers_even(quantiles, seeds):
        return np.where(seeds % np.uint64(2) == 0, np.log(3.0), 0.0)

    _, _, seeds = run(prefers_even, steps=800, kept=600)
    assert (seeds % np.uint64(2) == 0).mean() == pytest.approx(0.75, abs=0.03)


def test_the_same_seed_gives_the_same_bits_and_another_does_not():
    first, again, other = (run(correlated, steps=40, kept=8, seed=seed)[0] for seed in (5, 5, 6))
    assert np.array_equal(first.quantiles, again.quantiles)
    assert np.array_equal(first.seeds, again.seeds)
    assert not np.array_equal(first.quantiles, other.quantiles)


def test_chains_stay_inside_the_prior_and_only_moves_that_were_taken_change_the_fit():
    state = begin(3, 10, 1, correlated)
    states = [state]
    for _ in range(40):
        state = advance(state, 1, correlated)
        states.append(state)
    for before, after in pairwise(states):
        assert ((after.quantiles >= 0) & (after.quantiles <= 1)).all()
        same = (before.quantiles == after.quantiles).all(axis=0)
        assert (before.fit[same] == after.fit[same]).all()
        assert np.array_equal(after.fit, correlated(after.quantiles, after.seeds))


def test_too_few_chains_are_refused():
    with pytest.raises(ValueError, match="two halves"):
        begin(3, 4, 1, correlated)
