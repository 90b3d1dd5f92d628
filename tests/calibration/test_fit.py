"""A calibration is the same whoever runs it, says what it learnt, and its draws reach the worlds that play."""

from __future__ import annotations

import json

import numpy as np
import pytest

from policygame.calibration.fit import CalibrationError, Plan, calibrate, fitted_numbers, model_values, values_of
from policygame.calibration.likelihood import log_likelihood
from policygame.calibration.report import inputs_hash, report, score_held_out, write
from policygame.calibration.targets import history_targets
from policygame.catalogue import Quarter
from policygame.resources import configs_dir
from policygame.scenario import load_scenario
from policygame.scenario.posterior import Posterior, PosteriorError, read_posterior
from policygame.simulation import SimulationError, simulate

pytestmark = pytest.mark.slow
TINY = Plan(chains=6, ensembles=1, start=1, settle=0, keep=4, every=1, seed=3)


@pytest.fixture(scope="module")
def scenario():
    return load_scenario("ai-surge-2023")


@pytest.fixture(scope="module")
def fit(scenario):
    return calibrate(scenario, history_targets(), TINY, workers=2)


def test_equal_inputs_give_equal_draws_whatever_the_workers(scenario, fit):
    alone = calibrate(scenario, history_targets(), TINY, workers=1)
    assert np.array_equal(alone.draws, fit.draws)
    assert np.array_equal(alone.seeds, fit.seeds)
    assert np.array_equal(alone.values, fit.values)


def test_chains_have_moved_and_every_draw_lies_in_its_prior(scenario, fit):
    assert fit.quantiles.shape == (4, len(fit.paths), 6)
    assert sum(fit.accepted.values()) > 0
    for n, number in enumerate(fitted_numbers(scenario)):
        low, high = number.number.span
        assert ((fit.draws[:, n] >= low) & (fit.draws[:, n] <= high)).all()


def test_the_values_told_are_those_of_the_draws(scenario, fit):
    numbers = dict(zip(fit.paths, fit.draws.T, strict=True))
    bare = scenario.model_copy(update={"posterior": None})
    again = model_values(bare, fit.targets, [int(seed) for seed in fit.seeds], numbers)
    assert np.array_equal(again, fit.values)
    assert log_likelihood(fit.targets, again) == pytest.approx(fit.fit)


def test_worlds_of_written_draws_repeat_the_history_that_was_fitted(scenario, fit, tmp_path, monkeypatch):
    """A world takes a row: its numbers, and the shocks until the end of 2024. Later shocks are its own."""
    told = report(scenario, fit)
    draws, words = write(scenario, fit, tmp_path, told)
    posterior = read_posterior(draws)
    assert posterior.shocks_until == "2024Q4"
    assert json.loads(words.read_text("utf-8"))["inputs_hash"] == inputs_hash(scenario, fit.targets, TINY)
    named = scenario.model_copy(update={"posterior": scenario.posterior or "ai-surge-2023"})
    monkeypatch.setattr("policygame.scenario.schema.posterior_named", lambda name: posterior)
    played = simulate(named, range(100, 124), quarters=16, metrics=["demand_kunits"]).array(
        "demand_kunits", item="ai_accelerator"
    )
    bare = scenario.model_copy(update={"posterior": None})
    numbers = dict(zip(fit.paths, fit.draws.T, strict=True))
    seeds = [int(seed) for seed in fit.seeds]
    fitted = simulate(bare, seeds, quarters=1, numbers=numbers, metrics=["demand_kunits"]).array(
        "demand_kunits", item="ai_accelerator"
    )
    nearest = np.abs(played[0][:, None] / fitted[0][None, :] - 1.0).min(axis=1)
    assert nearest.max() < 1e-6
    assert len(np.unique(played[15])) == 24  # after 2024 no two worlds are alike


def test_a_fit_of_less_history_does_not_see_the_rest(scenario):
    early = calibrate(scenario, history_targets(), TINY, workers=2, until=Quarter.parse("2023Q4"))
    assert max(target.quarter for target in early.targets) == Quarter.parse("2023Q4")
    rows = score_held_out(scenario, early, history_targets(), Quarter.parse("2023Q4"))
    assert {row["target"].split(":")[1] for row in rows} == {"NVIDIA", "Google TPU"}
    assert all(row["crps_model"] > 0 and row["crps_naive"] > 0 for row in rows)


def test_what_cannot_be_fitted_is_told(scenario):
    with pytest.raises(CalibrationError, match="no target was observed until 2021Q4"):
        calibrate(scenario, history_targets(), TINY, until=Quarter.parse("2021Q4"))
    with pytest.raises(CalibrationError, match="first-game has no number to fit"):
        calibrate(load_scenario("first-game"), history_targets(), TINY)


def test_quantiles_are_those_of_the_prior(scenario):
    numbers = fitted_numbers(scenario)
    edges = values_of(numbers, np.tile([0.0, 1.0], (len(numbers), 1)))
    assert [tuple(row) for row in edges] == [pytest.approx(number.number.span) for number in numbers]


def test_numbers_given_to_a_simulation_replace_those_of_the_scenario(scenario):
    path = "parameters.ramp_loss"
    low = simulate(scenario, [1, 2], quarters=10, numbers={path: 0.1}, metrics=["package_yield"])
    high = simulate(scenario, [1, 2], quarters=10, numbers={path: np.array([0.4, 0.1])}, metrics=["package_yield"])
    yields = [result.array("package_yield", item="interposer_2_5d") for result in (low, high)]
    assert (yields[0][:, 1] == yields[1][:, 1]).all()
    assert (yields[0][:, 0] > yields[1][:, 0]).any()


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ({"parameters.ramp_los": 0.1}, "no number at 'parameters.ramp_los'. Did you mean"),
        ({"parameters.ramp_loss": 2.0}, "allowed 0 to 0.95 share"),
        ({"parameters.ramp_loss": [0.1, 0.2, 0.3]}, "one for each of 2 worlds"),
        ({"parameters.ramp_loss": float("nan")}, "allowed 0 to 0.95 share"),
        ({"parameters.tool_lead_quarters": 3.0}, "the same in every world"),
    ],
)
def test_numbers_that_cannot_be_given_are_told(scenario, numbers, said):
    with pytest.raises(SimulationError) as error:
        simulate(scenario, [1, 2], quarters=1, numbers=numbers)
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a,b\n", "no table of draws"),
        ("a,a\n1,2\n", "no table of draws"),
        ("a,b\n1\n", ":2: found ['1']; allowed 2 finite numbers"),
        ("a,b\n1,x\n", "finite numbers"),
        ("a,b\n1,nan\n", "finite numbers"),
        ("a,shocks until 2024Q4\n1,0.5\n", "whole number below 2**48"),
        ("a,shocks until later\n1,5\n", "shocks until 2024Q4, or another quarter"),
    ],
)
def test_damaged_tables_of_draws_say_what_is_wrong(tmp_path, text, said):
    file = tmp_path / "draws.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(PosteriorError) as error:
        read_posterior(file)
    assert said in str(error.value)


def test_a_table_reads_back_what_was_written(tmp_path):
    file = tmp_path / "draws.csv"
    file.write_text("a,b,shocks until 2024Q4\n1,2.5,281474976710655\n3,4,7\n", encoding="utf-8")
    found = read_posterior(file)
    assert isinstance(found, Posterior)
    assert found.column("b").tolist() == [2.5, 4.0]
    assert found.shock_seeds.tolist() == [2**48 - 1, 7]
    with pytest.raises(KeyError):
        found.column("c")


def test_the_shipped_draws_are_those_of_the_shipped_scenario_and_targets(scenario):
    """Where this fails, run ``policygame calibrate ai-surge-2023 --out configs/posteriors``."""
    told = json.loads((configs_dir() / "posteriors" / f"{scenario.posterior}.json").read_text("utf-8"))
    assert told["inputs_hash"] == inputs_hash(scenario, history_targets(), Plan(**told["plan"]))
    draws = scenario.draws
    assert draws is not None
    assert set(draws.paths) == {number.path for number in fitted_numbers(scenario)}
    assert len(draws.table) == told["plan"]["chains"]
