from __future__ import annotations

import numpy as np
import pytest

from policygame import Policy, Scenario, Simulation, UserError, forecast, simulate

from .conftest import assert_same

METRICS = ["deliveries_kunits", "lead_time_weeks", "margin"]


def test_from_the_start_a_forecast_is_a_simulation(first_game: Scenario) -> None:
    fan = forecast(first_game, worlds=5, quarters=6, metrics=METRICS)
    assert_same(simulate(first_game, range(1, 6), quarters=6, metrics=METRICS), fan.result)


def test_with_its_own_seeds_a_forecast_is_what_comes(first_game: Scenario) -> None:
    simulation = Simulation(first_game, [4, 7, 9], {"USA": Policy.parse("2023Q1 packaging_rnd fan_out 20")}, metrics=METRICS).run(
        9
    )
    fan = forecast(simulation, seeds=simulation.seeds, quarters=5)
    assert_same(simulation.run(5).result(), fan.result)


def test_other_seeds_bring_other_shocks_to_the_same_present(first_game: Scenario) -> None:
    simulation = Simulation(first_game, [4], metrics=METRICS).run(6)
    fan = forecast(simulation, worlds=6, quarters=4)
    values = fan.result.array("deliveries_kunits", item="ai_accelerator")
    assert len(set(values[0])) == 6
    assert 4 not in fan.result.seeds


def test_the_fan_is_ordered_and_the_table_tells_it(first_game: Scenario) -> None:
    fan = forecast(first_game, worlds=12, quarters=5, metrics=METRICS)
    values = fan.quantiles("lead_time_weeks", item="ai_accelerator")
    assert np.all(np.diff(values, axis=0) >= 0.0)
    assert np.all(values[0] < values[-1])
    table = fan.frame(["lead_time_weeks"], ["world"])
    rows = table[table["item"] == "ai_accelerator"]
    assert rows["quarter"].tolist() == ["2022Q1", "2022Q2", "2022Q3", "2022Q4", "2023Q1"]
    assert np.array_equal(rows[["p05", "p25", "p50", "p75", "p95"]].to_numpy().T, values)
    assert len(fan.frame()) == 5 * sum(len(fan.result.series(metric)) for metric in METRICS)


def test_a_forecast_stops_where_the_scenario_ends(first_game: Scenario) -> None:
    simulation = Simulation(first_game, [1], metrics=METRICS).run(26)
    assert [str(q) for q in forecast(simulation, worlds=2).result.quarters] == ["2028Q3", "2028Q4"]


def test_an_unknown_metric_is_refused_with_the_nearest(first_game: Scenario) -> None:
    with pytest.raises(UserError, match="Did you mean 'lead_time_weeks'"):
        forecast(first_game, worlds=2, metrics=["lead_time_week"])
    with pytest.raises(UserError, match="was not recorded"):
        forecast(first_game, worlds=2, quarters=1, metrics=["margin"]).frame(["lead_time_weeks"])
