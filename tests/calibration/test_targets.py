"""What the model is held against: declared once, from figures, read from results by the model's own words."""

from __future__ import annotations

import math

import numpy as np
import pytest

from policygame.calibration.diagnostics import score_crps
from policygame.calibration.fit import fitted_numbers
from policygame.calibration.likelihood import MODEL_ERROR, deviation, distances, log_likelihood
from policygame.calibration.report import naive_growth
from policygame.calibration.targets import METRICS_READ, ObservationError, history_targets, observed_units
from policygame.catalogue import Quarter
from policygame.scenario import figures, load_scenario
from policygame.scenario.figures import ids_in
from policygame.simulation import simulate

HEADER = "quarter,designer,units_p05_sum,units_median,units_p95_sum\n"
MODERN = {"napmp_awards", "itc_35", "pk_per_wafer_rubin"}


@pytest.fixture(scope="module")
def scenario():
    return load_scenario("ai-surge-2023")


def test_every_band_that_a_figure_states_is_the_figures():
    for target in history_targets():
        named = target.source.removeprefix("figure ").split(":")[0].split(",")[0]
        if target.source.startswith("figure ") and ":" not in target.source:
            assert (target.low, target.high) == (figures()[named].low, figures()[named].high)
        assert "assumption" in target.source or target.source.startswith("figure ") or target.source.endswith(".csv")


def test_each_target_reads_the_number_that_it_names(scenario):
    result = simulate(scenario, [3, 4], quarters=13, metrics=METRICS_READ)
    at = {str(quarter): n for n, quarter in enumerate(result.quarters)}
    capacity = result.array("packaging_capacity_kwpm", "firm:TSMC", "interposer_2_5d")
    slots = result.array("slots_share", "designer:NVIDIA", "interposer_2_5d")
    expected = {
        "capacity:2023Q4": capacity[at["2024Q1"]],  # the end of a quarter is the start of the next
        "lead_time:2024Q2": result.array("lead_time_weeks", "designer:NVIDIA", "ai_accelerator")[at["2024Q2"]],
        "fill:2023Q3": result.array("fill_rate", "world", "ai_accelerator")[at["2023Q3"]],
        "nvidia_share:2024": 100 * (slots[8:12].mean(axis=0) - slots[4:8].mean(axis=0)),
        "units:Google TPU:2024Q1": result.array("deliveries_kunits", "designer:Google", "ai_accelerator")[at["2024Q1"]],
    }
    read = {target.id: target.read(result) for target in history_targets()}
    for name, values in expected.items():
        assert read[name] == pytest.approx(values)
    assert all(np.isfinite(values).all() for values in read.values())


def test_nothing_after_2024_is_observed_and_no_fitted_number_uses_a_later_figure(scenario):
    assert max(target.quarter for target in history_targets()) == Quarter.parse("2024Q4")
    used = {
        name: ids_in(" ".join(filter(None, (number.number.figure, number.number.derived))))
        for number in fitted_numbers(scenario)
        for name in [number.path]
    }
    later = {"2025", "2026", "2027", "2028"}
    for path, ids in used.items():
        for name in ids:
            assert not any(year in figures()[name].period for year in later), f"{path} is fitted and cites {name}"
    for path in used:
        assert "growth_per_quarter" not in path or "ai_accelerator" not in path or path.split("[")[1][0] in "1234"


def test_the_demand_of_accelerators_has_at_most_six_fitted_numbers(scenario):
    demand = [n.path for n in fitted_numbers(scenario) if n.path.startswith("segments.ai_accelerator.")]
    growth = [path for path in demand if "growth" in path or "demand_kunits" in path]
    assert 1 <= len(growth) <= 6
    assert set(demand) - set(growth) <= {"segments.ai_accelerator.price_elasticity"}


def test_a_value_in_the_middle_is_likeliest_and_the_ends_of_a_band_are_a_deviation_and_two_thirds_off():
    targets = history_targets()
    centre = np.array([[target.centre] for target in targets])
    assert log_likelihood(targets, centre)[0] == pytest.approx(0.0)
    wide = next(target for target in targets if target.id == "units:Amazon Trainium:2024Q1")
    ends = distances([wide], np.array([[wide.low, wide.high]]))[0]
    assert ends == pytest.approx([-1.645, 1.645], abs=0.01)
    narrow = next(target for target in targets if target.id == "capacity:2023Q4")
    assert deviation(narrow) == pytest.approx(math.hypot(math.log(15 / 14) / 3.29, MODEL_ERROR), rel=1e-3)


def test_a_world_that_ships_nothing_is_far_off_and_not_undefined():
    target = next(target for target in history_targets() if target.id == "units:AMD:2024Q1")
    assert log_likelihood([target], np.array([[0.0, np.nan]])).tolist() == [-1250.0, -1250.0]


def test_other_data_are_read_by_the_same_columns(tmp_path):
    file = tmp_path / "later.csv"
    file.write_text(HEADER + "2025Q1,NVIDIA,1000000,1200000,1400000\n", encoding="utf-8")
    (target,) = observed_units(file)
    assert (target.low, target.observed, target.high, str(target.quarter)) == (1000.0, 1200.0, 1400.0, "2025Q1")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("quarter,designer\n", "lacks the columns units_p05_sum, units_median, units_p95_sum"),
        (HEADER + "2025Q5,NVIDIA,1,2,3\n", ":2: found"),
        (HEADER + "2025Q1,NVIDIA,1,two,3\n", "three numbers"),
        (HEADER + "2025Q1,Nvidia,1,2,3\n", "unknown designer 'Nvidia'; allowed are NVIDIA"),
        (HEADER + "2025Q1,NVIDIA,3,2,1\n", "allowed 0 < low <= median <= high"),
        (HEADER + "2025Q1,NVIDIA,1,2,3\n2025Q1,NVIDIA,1,2,3\n", "stands there twice"),
        ("", "lacks the columns"),
    ],
)
def test_tables_that_cannot_be_read_say_where_and_why(tmp_path, text, said):
    file = tmp_path / "bad.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ObservationError) as error:
        observed_units(file)
    assert said in str(error.value)


def test_naive_growth_goes_on_as_in_the_year_before():
    forecast = naive_growth(history_targets(), Quarter.parse("2023Q4"))
    assert forecast["units:NVIDIA:2024Q4"] == pytest.approx(467.559 * 467.559 / 174.312, rel=1e-6)
    assert not any("AMD" in name or "Amazon" in name for name in forecast)


def test_the_score_of_a_band_rewards_sharpness_where_it_is_right():
    generator = np.random.default_rng(1)
    sharp, wide, wrong = (generator.normal(m, s, 4000) for m, s in ((10, 1), (10, 5), (20, 1)))
    assert score_crps(sharp, 10.0) == pytest.approx(0.2337, abs=0.01)  # of a standard normal at its mean
    assert score_crps(sharp, 10.0) < score_crps(wide, 10.0) < score_crps(wrong, 10.0)
