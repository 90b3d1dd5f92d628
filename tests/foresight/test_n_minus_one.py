from __future__ import annotations

import numpy as np
import pytest

from policygame import Scenario, Simulation, UserError, resilience, scale_capacity, simulate

OTHERS = ("ASE", "Amkor", "Samsung", "JCET")
ALONE = [scale_capacity("interposer_2_5d", 0.0, firm=firm) for firm in OTHERS]


def test_without_its_only_packager_a_segment_gets_nothing(first_game: Scenario) -> None:
    found = resilience(first_game, start="2023Q2", changes=ALONE, worlds=3)
    names = [(c.kind, str(c)) for c in found.candidates]
    ai = found.lost[:, found.segments.index("ai_accelerator")]
    for kind, name in (("firm", "TSMC"), ("site", "TSMC in TWN"), ("jurisdiction", "TWN")):
        assert np.array_equal(ai[names.index((kind, name))], np.ones(3))
    for firm in OTHERS:
        assert not ai[names.index(("firm", firm))].any()
    assert found.worst("ai_accelerator")["median"].tolist() == [1.0, 1.0, 1.0]


def test_the_loss_is_the_difference_between_two_runs(first_game: Scenario) -> None:
    found = resilience(first_game, start="2024Q1", quarters=2, kinds=["jurisdiction"], seeds=[3, 9])
    row = [str(c) for c in found.candidates].index("KOR")
    dark = [scale_capacity(None, 0.0, "2024Q1", "2024Q2", jurisdiction="KOR")]
    metrics = ["deliveries_kunits", "compute_received_kh100e"]
    base, gone = (simulate(first_game, [3, 9], quarters=10, changes=changes, metrics=metrics) for changes in ([], dark))
    for s, segment in enumerate(found.segments):
        before, after = (r.array("deliveries_kunits", item=segment)[8:].sum(axis=0) for r in (base, gone))
        assert np.array_equal(found.lost[row, s], (before - after) / before)
    for c, country in enumerate(found.countries):
        before, after = (r.array("compute_received_kh100e", f"country:{country}")[8:].sum(axis=0) for r in (base, gone))
        assert np.array_equal(found.lost_by_country[row, c], (before - after) / before)


def test_candidates_stand_in_the_order_of_the_scenario(first_game: Scenario) -> None:
    found = resilience(first_game, worlds=1)
    firms = [c.firm for c in found.candidates if c.kind == "firm"]
    places = [c.jurisdiction for c in found.candidates if c.kind == "jurisdiction"]
    assert firms == [name for name in first_game.firms if name in firms]
    assert places == ["TWN", "USA", "CHN", "KOR", "ROW"]
    sites = [(c.firm, c.jurisdiction) for c in found.candidates if c.kind == "site"]
    assert sites == sorted(set(sites), key=lambda s: (list(first_game.firms).index(str(s[0])), places.index(s[1])))
    assert ("TSMC", "USA") not in sites  # nothing stands there yet
    kinds = [c.kind for c in found.candidates]
    assert kinds == sorted(kinds, key=("site", "firm", "jurisdiction").index)


def test_the_worst_is_the_largest_median_and_the_first_of_equals(first_game: Scenario) -> None:
    found = resilience(first_game, worlds=3, kinds=["firm"])
    table = found.frame()
    ai = table[(table["of"] == "segment") & (table["item"] == "ai_accelerator")]
    assert found.worst()["median"][0] == ai["median"].max()
    idle = table[(table["of"] == "segment") & (table["item"] == "mobile")]
    first = idle.loc[idle["median"].idxmax(), "candidate"]
    assert found.worst("mobile")["candidate"][0] == first
    assert found.worst(country="USA")["of"][0] == "country"


def test_from_a_running_simulation_it_starts_now(first_game: Scenario) -> None:
    simulation = Simulation(first_game, [4], changes=ALONE).run(5)
    found = resilience(simulation, worlds=2, kinds=["firm"])
    assert [str(quarter) for quarter in found.quarters] == ["2023Q2"]
    assert found.worst()["median"][0] == 1.0


def test_mistakes_are_told(first_game: Scenario) -> None:
    with pytest.raises(UserError, match=r"unknown kind 'sites'.*Did you mean 'site'"):
        resilience(first_game, kinds=["sites"])
    found = resilience(first_game, worlds=1, kinds=["firm"])
    with pytest.raises(UserError, match="unknown segment 'phones'"):
        found.worst("phones")
    with pytest.raises(UserError, match="unknown country 'JPN'"):
        found.worst(country="JPN")
