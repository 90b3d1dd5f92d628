"""Targets 2 to 7: what is asked stands in a figure, what is answered comes from paired worlds, and a miss is told as one."""

from __future__ import annotations

import json
from types import SimpleNamespace

import numpy as np
import pytest

from policygame.calibration import facts, programmes
from policygame.calibration.answers import TARGETS, asked_of, hashes, shipped_answers, shipped_file
from policygame.calibration.backtest import hits_told, targets_hit
from policygame.calibration.binding import MORE, PACKAGING, WINDOW, Binding, binding, packaging_binds, stage_binds
from policygame.calibration.checks import check, check_told
from policygame.calibration.drawn import hits_of, said_by_draws
from policygame.calibration.facts import cheap_facts, starting_shares, surprise
from policygame.calibration.history import run_history
from policygame.calibration.programmes import capital_alone, slow_subsidy, without_awards
from policygame.calibration.targets import history_targets
from policygame.catalogue import LEVERS, Quarter
from policygame.model.changes import scale_capacity
from policygame.scenario import Policy, figures, load_scenario
from policygame.scenario.figures import ids_in
from policygame.simulation import simulate


@pytest.fixture(scope="module")
def scenario():
    return load_scenario("ai-surge-2023")


@pytest.fixture(scope="module")
def history(scenario):
    return run_history(scenario, [1, 2, 3])


# ------------------------------------------------------------------------------------------------------------ checks


@pytest.mark.parametrize(
    ("limits", "median", "off", "said"),
    [
        ((1.0, 3.0), 2.0, 0.0, ""),
        ((1.0, 3.0), 1.0, 0.0, ""),
        ((None, 3.0), 4.5, 1.5, "the median, 4.5 %, lies 1.5 above 3"),
        ((1.0, None), -1.25, -2.25, "the median, -1.25 %, lies 2.25 below 1"),
        ((0.0, 0.0), 1e-9, 1e-9, "the median, 0 %, lies 0 above 0"),
    ],
)
def test_a_miss_is_told_by_how_much(limits, median, off, said):
    found = check(5, "id", "Name", "%", limits, "published", np.array([median]), "assumption")
    assert (found.off, found.holds, found.why_missed) == (off, not said, said)


def test_a_check_is_judged_by_its_median_and_shows_its_band():
    found = check(6, "id", "Name", "share", (None, 0.5), "", np.array([0.1, 0.4, 0.9]), "assumption")
    assert found.holds
    assert (found.asked, found.answer, found.worlds) == ("at most 0.5", "0.4 (0.13 to 0.85)", 3)
    assert check(6, "id", "Name", "%", (80, None), "", np.array([90.0]), "", worlds=7).answer == "90"


def test_what_json_holds_reads_back():
    found = check(2, "id", "Name", "%", (4.0, None), "it bound", np.array([1.0, 2.0]), "figure cowos_fill", note="of 2")
    assert check_told(json.loads(json.dumps(found.told()))) == found


# ----------------------------------------------------------------------------------------------------------- target 2


@pytest.fixture(scope="module")
def bound(scenario):
    return binding(scenario, [5, 6, 7])


def test_relief_is_measured_in_the_same_worlds(scenario, bound):
    deliveries = []
    for changes in ([], [scale_capacity(PACKAGING, MORE, *WINDOW)]):
        result = simulate(scenario, [5, 6, 7], quarters=9, metrics=["deliveries_kunits"], changes=changes)
        deliveries.append(result.array("deliveries_kunits", item="ai_accelerator")[6:9].sum(axis=0))
    assert bound.packaging_percent == pytest.approx(100.0 * (deliveries[1] / deliveries[0] - 1.0), rel=1e-9)
    assert sum(bound.shares.values()) == pytest.approx(1.0)


def test_what_binds_in_a_world_does_not_depend_on_the_others(scenario, bound):
    alone = binding(scenario, [6])
    assert alone.packaging_percent[0] == bound.packaging_percent[1]
    assert alone.wafers_percent[0] == bound.wafers_percent[1]


def test_a_bound_that_moved_is_told_as_a_miss():
    elsewhere = Binding(WINDOW, 10, {PACKAGING: 0.3, "hbm": 0.7}, np.full(10, 1.5), np.full(10, 3.0))
    assert [(one.holds, one.off) for one in packaging_binds(elsewhere)] == [(False, -50.0), (False, 0.5), (False, -1.0)]
    here = Binding(WINDOW, 10, {PACKAGING: 0.8, "hbm": 0.2}, np.full(10, 0.5), np.full(10, 5.0))
    assert all(one.holds for one in packaging_binds(here))


def test_another_shortage_is_asked_by_scenario_stage_and_window(scenario):
    found = stage_binds(scenario, [1, 2], PACKAGING, segment="ai_accelerator", window=WINDOW, source="assumption")
    stage, packaging = found
    assert (stage.p50, stage.holds) == (100.0, True)
    assert (packaging.p50, packaging.holds, packaging.off) == (100.0, False, 90.0)  # it is packaging that binds here
    substrate, _ = stage_binds(scenario, [1, 2], "substrate", segment="ai_accelerator", window=WINDOW, source="assumption")
    assert (substrate.p50, substrate.holds) == (0.0, False)


# ---------------------------------------------------------------------------------------------------- targets 3, 6, 7


def test_starting_shares_are_those_of_the_figures_and_others_would_be_missed(history, monkeypatch):
    checks = starting_shares(history)
    assert len(checks) == 2 * len(facts.NAMED) + 2
    for one in checks:
        published = figures()[one.source.removeprefix("figure ")]
        assert one.low < published.low <= published.high < one.high
    shares = [one for one in checks if one.unit == "%"]
    assert all(one.holds for one in shares)
    monkeypatch.setattr(facts, "_figure", lambda name: figures()[name].low + 5.0)
    assert [round(one.off) for one in starting_shares(history) if one.unit == "%"] == [-4] * len(shares)


def test_a_year_that_everybody_foresaw_is_no_surprise(history):
    assert surprise(history)[0].holds
    foreseen = SimpleNamespace(at=lambda metric, quarter, entity, item: np.array([35.0, 36.0, 37.0]))
    (told,) = surprise(foreseen)
    assert (told.p50, told.holds) == (1.0, False)
    assert "expected 36.0 kwpm" in told.note


def test_sums_by_line_agree_with_what_metrics_say_of_whole_firms(scenario, history):
    names = ["capex_musd", "price_index", "revenue_musd", "slots_share"]
    result = simulate(scenario, [1, 2, 3], quarters=12, metrics=names)

    def yearly(array):
        return array.reshape(3, 4, -1).sum(axis=1)

    assert (history.packaging_capex_musd <= yearly(result.array("capex_musd"))).all()
    assert history.revenue_musd(["ASE"]) == pytest.approx(yearly(result.array("revenue_musd", "firm:ASE")))
    assert (history.maker_2_5d_musd < history.revenue_musd(["TSMC"])).all()
    price = scenario.technologies[PACKAGING].price_usd_per_wafer.value / 1000.0
    index = result.array("price_index", item=PACKAGING).reshape(3, 4, -1)
    paid = history.maker_2_5d_musd / history.maker_2_5d_wafers / price
    assert (paid >= index.min(axis=1) * (1 - 1e-9)).all()
    assert (paid <= index.max(axis=1) * (1 + 1e-9)).all()
    share = history.buyer_2_5d_wafers / history.maker_2_5d_wafers
    everywhere = result.array("slots_share", "designer:NVIDIA", PACKAGING).reshape(3, 4, -1)
    assert (share > everywhere.min(axis=1)).all()  # others' lines work for others
    assert (share < 1.0).all()


def test_a_lone_world_has_the_history_that_it_has_among_others(scenario, history):
    alone = run_history(scenario, [2])
    for name in ("packaging_capex_musd", "maker_2_5d_musd", "maker_2_5d_wafers", "buyer_2_5d_wafers"):
        assert (getattr(alone, name)[:, 0] == getattr(history, name)[:, 1]).all()


def test_every_question_names_its_figures_or_says_that_it_assumes(history, bound):
    checks = (*packaging_binds(bound), *starting_shares(history), *surprise(history), *cheap_facts(history))
    assert len({one.id for one in checks}) == len(checks)
    for one in (*checks, *shipped_answers("ai-surge-2023")):
        assert ids_in(one.source) or one.source.startswith("assumption"), one.id
        named = [word.strip(",;:") for word in one.source.removeprefix("figures ").removeprefix("figure ").split(";")[0].split()]
        if one.source.startswith("figure"):
            assert all(word in figures() for word in named if "_" in word), one.source


# --------------------------------------------------------------------------------------------------------- targets 4, 5


def test_awards_are_the_decisions_of_2023_and_2024_that_give_money(scenario):
    history, kept = Policy.of_history(scenario, "USA"), without_awards(scenario, "USA")
    gone = [setting for setting in history.settings if setting not in kept.settings]
    assert gone
    assert all(setting.quarter.year in (2023, 2024) for setting in gone)
    assert all(LEVERS[setting.lever].purse != "none" for setting in gone)
    assert any(setting.lever == "export_control" and setting.quarter.year == 2024 for setting in kept.settings)
    assert any(setting.quarter >= Quarter.parse("2025Q1") for setting in kept.settings)


@pytest.mark.slow
def test_without_awards_nothing_differs_and_a_great_one_is_found(scenario):
    plain = scenario.model_copy(update={"history": {}})
    assert [(one.p05, one.p50, one.p95) for one in slow_subsidy(plain, [1, 2])] == [(0.0, 0.0, 0.0)] * 2
    line = scenario.history["USA"][0].model_copy(update={"line": "2023Q1 packaging_grant conventional 0.5"})
    usa, europe = slow_subsidy(scenario.model_copy(update={"history": {"USA": (line,)}}), [1, 2])
    assert usa.p50 > 0.0
    assert usa.note == "decisions of its history that are taken away: 1"
    assert europe.p50 <= 0.0


@pytest.mark.slow
def test_both_programmes_have_the_same_money_and_are_held_against_doing_nothing(monkeypatch):
    scenario = load_scenario("high-demand")
    fabs, chain = capital_alone(scenario, [1, 2])
    assert (fabs.low, fabs.high) == (-2.0, 2.0)
    assert chain.low == pytest.approx(3.0 * abs(fabs.p50))
    spent = [float(one.note.split("outlay ")[1].split()[0]) for one in (fabs, chain)]
    assert min(spent) > 0.5 * max(spent) > 0.0
    played = programmes._played
    monkeypatch.setattr(programmes, "_played", lambda history, bot: played(history, "laissez-faire"))
    idle = capital_alone(scenario, [1, 2])
    assert [(one.p05, one.p95) for one in idle] == [(0.0, 0.0)] * 2


# ------------------------------------------------------------------------------------------------- what ships, and draws


def test_the_shipped_answers_are_those_of_the_shipped_scenarios():
    """Where this fails, run ``policygame backtest --json > configs/posteriors/ai-surge-2023.backtest.json``."""
    told = json.loads(shipped_file("ai-surge-2023").read_text("utf-8"))
    assert told["asked"] == hashes()
    assert {one.target for one in shipped_answers("ai-surge-2023")} == set(TARGETS)
    assert shipped_answers("first-game") == ()


@pytest.mark.slow
def test_the_shipped_answers_are_what_the_model_answers(scenario):
    """Where this fails, run ``policygame backtest --json > configs/posteriors/ai-surge-2023.backtest.json``."""
    shipped = {one.id: one for one in shipped_answers("ai-surge-2023")}
    history = run_history(scenario, range(1, 97))
    for now in (*starting_shares(history), *surprise(history), *cheap_facts(history)):
        then = shipped[now.id]
        assert (now.p05, now.p50, now.p95) == pytest.approx((then.p05, then.p50, then.p95), rel=1e-6)
        assert (now.name, now.asked, now.observed, now.source, now.note) == (
            then.name,
            then.asked,
            then.observed,
            then.source,
            then.note,
        )


def test_they_are_asked_of_the_scenario_whose_numbers_were_fitted(scenario):
    assert asked_of(scenario)
    assert not asked_of(load_scenario("high-demand"))
    assert not asked_of(load_scenario("first-game"))


def test_targets_that_each_world_meets_are_counted():
    targets = history_targets()[:2]
    values = np.array([[8.5, 8.5, 20.0], [14.5, 20.0, 20.0]])
    hits = targets_hit(targets, values)
    assert hits == (2, 1, 0)
    assert hits_told(hits, 2).startswith("33.3% of worlds meet all 2 targets at once; half of them meet 1 or more")


@pytest.mark.slow
def test_draws_say_how_much_narrower_bands_are_than_before_history_spoke(scenario, monkeypatch):
    from policygame.calibration import drawn

    monkeypatch.setattr(drawn, "PRIOR_WORLDS", 12)
    draws, few = scenario.draws, slice(0, 12)
    told = said_by_draws(scenario, history_targets(), draws.paths, draws.table[few], draws.shock_seeds[few])
    row = next(row for row in told["targets"] if row["id"] == "capacity:2023Q4")
    low, _, high = row["conditioned"]
    assert row["width_left"] == pytest.approx((high - low) / (row["prior"][2] - row["prior"][0]))
    assert 0.0 < row["width_left"] < 0.6
    assert len(hits_of(told)) == 12
    assert told["binding"]["worlds"] == 12
