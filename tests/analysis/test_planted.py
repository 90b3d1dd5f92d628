"""Every method finds an answer that was planted, through the same files that a real experiment leaves."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from policygame.analysis import Options, analyse, open_sample
from policygame.analysis.discovery import parse_cases
from tests.analysis.planted import HEAD, OUTCOMES, THREE, plant, unit


def _tables(folder, **options):
    return {one.name: one for one in analyse(open_sample(folder), Options(**options))}


def _ishigami(plan, runs):
    x = np.pi * (2 * unit(plan, runs) - 1)
    return {"hhi": np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])}


def test_sobol_indices_of_the_ishigami_function_match_theory(tmp_path):
    design = "design: {method: sobol, points: 2048, seed: 3, second_order: true}\n"
    folder = plant(tmp_path, HEAD + THREE + OUTCOMES + design, _ishigami)
    found = _tables(folder)
    indices = found["sobol"].frame.set_index("quantity")
    theory = {"capacity.hbm": (0.3139, 0.5576), "capacity.substrate": (0.4424, 0.4424), "capacity.tools": (0.0, 0.2437)}
    for quantity, (first, total) in theory.items():
        row = indices.loc[quantity]
        assert row["first_low"] <= first <= row["first_high"], quantity
        assert row["total_low"] <= total <= row["total_high"], quantity
        assert row["first_high"] - row["first_low"] < 0.2
        assert row["total_high"] - row["total_low"] < 0.2
    pairs = found["sobol_pairs"].frame.set_index(["quantity", "other"])
    for pair, second in {("capacity.hbm", "capacity.tools"): 0.2437, ("capacity.hbm", "capacity.substrate"): 0.0}.items():
        assert pairs.loc[pair, "low"] <= second <= pairs.loc[pair, "high"], pair
    again = _tables(folder, methods=["sobol"])["sobol"].frame
    pd.testing.assert_frame_equal(found["sobol"].frame, again)


def test_a_failed_run_takes_its_block_out_and_no_more(tmp_path):
    def holed(plan, runs):
        values = _ishigami(plan, runs)["hhi"]
        return {"hhi": np.where(runs == 7, np.nan, values)}

    text = HEAD + THREE + OUTCOMES + "design: {method: sobol, points: 64, second_order: false}\n"
    found = _tables(plant(tmp_path, text, holed), methods=["sobol"])["sobol"]
    assert "1 of 64 blocks lack a value and are left out" in found.note
    assert set(found.frame["blocks"]) == {63}


def test_morris_effects_of_a_line_are_its_slopes(tmp_path):
    def line(plan, runs):
        x = unit(plan, runs)
        return {"hhi": 100.0 + 5.0 * x[:, 0] - 20.0 * x[:, 1]}

    text = HEAD + THREE + OUTCOMES + "design: {method: morris, trajectories: 10}\n"
    rows = _tables(plant(tmp_path, text, line))["morris"].frame.set_index("quantity")
    assert list(rows.index) == ["capacity.substrate", "capacity.hbm", "capacity.tools"]
    assert rows["mean_effect"].to_numpy() == pytest.approx([-20.0, 5.0, 0.0])
    assert rows["mean_absolute_effect"].to_numpy() == pytest.approx([20.0, 5.0, 0.0])
    assert rows["spread_of_effects"].to_numpy() == pytest.approx([0.0, 0.0, 0.0], abs=1e-9)


def test_scenario_discovery_finds_the_planted_box(tmp_path):
    def cornered(plan, runs):
        x = unit(plan, runs)
        inside = (x[:, 0] > 0.7) & (x[:, 1] < 0.4)
        noise = np.random.default_rng(1).random(len(runs))
        return {"hhi": np.where(inside, 100.0, 0.0) + noise}

    text = HEAD + THREE + OUTCOMES + "design: {method: latin_hypercube, points: 1000, seed: 2}\n"
    found = _tables(plant(tmp_path, text, cornered), cases=[parse_cases("hhi > 50", ["hhi"])])
    rows = found["boxes"].frame
    first = rows[rows["box"] == 1].set_index("quantity")
    assert set(first.index) == {"capacity.hbm", "capacity.substrate"}, "the third quantity has nothing to do with it"
    assert first.loc["capacity.hbm", "low"] == pytest.approx(2.4, abs=0.05)
    assert pd.isna(first.loc["capacity.hbm", "high"])
    assert first.loc["capacity.substrate", "high"] == pytest.approx(1.8, abs=0.05)
    assert (first["coverage"] > 0.9).all()
    assert (first["density"] > 0.9).all()
    assert (first["quasi_p"] < 1e-6).all()
    way = found["boxes_peeling"].frame.query("box == 1")
    assert way["density"].iloc[0] == pytest.approx(0.12, abs=0.02)
    assert way["density"].iloc[-1] > 0.98
    assert (way["mass"].diff().dropna() < 0).all()


def test_scenario_discovery_finds_nothing_in_noise(tmp_path):
    def noise(plan, runs):
        return {"hhi": np.random.default_rng(4).random(len(runs))}

    text = HEAD + THREE + OUTCOMES + "design: {method: latin_hypercube, points: 400, seed: 2}\n"
    rows = _tables(plant(tmp_path, text, noise), cases=[parse_cases("hhi > 0.5", ["hhi"])])["boxes"].frame
    assert rows["density"].max() < 0.75 if len(rows) else True


ARMS = """\
arms:
  bold: {USA: packaging-first}
  safe: {USA: whole-chain}
  poor: {USA: laissez-faire}
"""


def _arms(plan, runs):
    """``bold`` has the best mean, ``safe`` the best worst tenth and the smallest largest regret, ``poor`` is worse everywhere."""
    arm, world = plan.arms_of(runs), plan.replicates_of(runs)
    shock = np.random.default_rng(5).normal(0.0, 300.0, plan.experiment.seeds.n)[world]
    crisis = world % 10 == 0
    bold = np.where(crisis, 5000.0, 2000.0)
    return {"hhi": shock + np.select([arm == 0, arm == 1], [bold, 2600.0], 6000.0)}


def test_a_ranking_tells_the_best_mean_from_the_robust_choice(tmp_path):
    found = _tables(plant(tmp_path, HEAD + ARMS + OUTCOMES + "seeds: {n: 200}\n", _arms))
    ranks = found["ranking"].frame.set_index("arm")
    assert list(ranks.index) == ["bold", "safe", "poor"]
    assert list(ranks["rank_worst"]) == [2, 1, 3]
    assert ranks["largest_regret"].to_numpy() == pytest.approx([2400.0, 600.0, 4000.0])
    assert list(ranks["robust"]) == [False, True, False]
    pairs = found["differences"].frame.set_index(["arm", "versus"])
    assert pairs.loc[("bold", "safe"), "difference"] == pytest.approx(-600.0 * 0.9 + 2400.0 * 0.1)
    assert pairs.loc[("bold", "safe"), "share_better"] == pytest.approx(0.9)
    # the shock that all arms share drops out of the differences
    assert pairs.loc[("safe", "poor"), "high"] - pairs.loc[("safe", "poor"), "low"] == pytest.approx(0.0, abs=1e-6)
    dominance = found["dominance"].frame
    assert set(dominance[dominance["arm"] == "poor"]["dominated_by"]) == {"bold", "safe"}
    assert set(dominance[dominance["arm"] == "bold"]["dominated_by"]) == {""}


def test_the_wanted_end_of_an_outcome_may_be_turned(tmp_path):
    found = _tables(plant(tmp_path, HEAD + ARMS + OUTCOMES + "seeds: {n: 20}\n", _arms), wanted={"hhi": "higher"})
    assert found["ranking"].frame["arm"].iloc[0] == "poor"


def test_arms_with_worlds_of_their_own_have_no_regret(tmp_path):
    found = _tables(plant(tmp_path, HEAD + ARMS + OUTCOMES + "seeds: {n: 50, arms: nested}\n", _arms))
    assert found["ranking"].frame["largest_regret"].isna().all()
    assert not found["ranking"].frame["robust"].any()
    assert "different worlds" in found["ranking"].note


def test_convergence_tells_how_many_worlds_a_precision_needs(tmp_path):
    def normal(plan, runs):
        return {"hhi": np.random.default_rng(6).normal(100.0, 20.0, len(runs))}

    found = _tables(plant(tmp_path, HEAD + OUTCOMES + "seeds: {n: 512}\n", normal), precision=0.01)
    row = found["convergence"].frame.iloc[0]
    assert row["counted"] == "worlds"
    assert row["needed"] == pytest.approx((1.96 * 20.0) ** 2, rel=0.1), "about 1,537"
    assert not row["enough"]
    running = found["convergence_running"].frame
    assert list(running["n"]) == [8, 16, 32, 64, 128, 256, 512]
    assert running["low"].iloc[-1] <= 100.0 <= running["high"].iloc[-1]
