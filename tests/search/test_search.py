"""A search finds a planted optimum, tries only what may be played and paid, and gives the same again."""

from __future__ import annotations

import numpy as np
import pytest

from policygame.catalogue import Quarter
from policygame.scenario import Policy, load_scenario
from policygame.search import OBJECTIVES, InModel, SearchError, Worlds, best_known, find, space_of, store_found, stored, text_of
from policygame.simulation import simulate

FIRST = load_scenario("first-game")
BEGINS = Quarter.parse(FIRST.play_from)
GRANTS = [("packaging_grant", item) for item in ("conventional", "fan_out", "interposer_2_5d")]


class Planted:
    """Objectives that are a formula of the amounts in force, in three worlds that differ by a constant."""

    def __init__(self, formula):
        self.formula = formula
        self.generations = []

    def __call__(self, policies, progress):
        self.generations.append(len(policies))
        progress(1, 1)
        return self.reached(policies)

    def unseen(self, policies):
        return self.reached(policies) + 1.0

    def reached(self, policies):
        means = np.array([self.formula([policy.levels(BEGINS).get(key, 0.0) for key in GRANTS]) for policy in policies])
        return means.T[:, :, None] + np.array([-0.01, 0.0, 0.01])

    def cuts(self, policy):
        return ("a sentence",) if policy.settings else ()


def planted(formula, *, trials=600, seed=1, **more):
    evaluate = Planted(formula)
    where = Worlds(range(seed, seed + 3), 28, {})
    return find(space_of(FIRST, "USA", ["packaging_grant"]), evaluate, where, trials=trials, population=20, **more), evaluate


def test_an_optimum_that_all_objectives_share_is_found():
    wanted = np.array([0.35, 0.0, 0.63])  # of 0 to 0.7; what is not wanted has to be left out

    def off(amounts):
        far = float(np.abs(np.array(amounts) - wanted).sum())
        return [-far, 1.0 - far, 100.0 * far]

    found, _ = planted(off)
    (member,) = found.members
    levels = member.policy.levels(BEGINS)
    assert levels == pytest.approx({GRANTS[0]: 0.35, GRANTS[2]: 0.63})
    assert member.objectives["leadership"].mean == pytest.approx(0.0, abs=1e-12)
    assert member.objectives["cost"].low == pytest.approx(-0.009)
    assert member.over_nothing["cost"].mean == pytest.approx(-98.0)
    assert member.over_nothing["cost"].low == pytest.approx(-98.0)  # worlds are paired: what they share is no spread
    assert found.nothing["cost"].mean == pytest.approx(98.0)
    assert member.unseen["leadership"].mean == pytest.approx(1.0)
    assert member.unseen_over_nothing["leadership"].mean == pytest.approx(0.98)
    assert member.cut == ("a sentence",)


def test_where_objectives_are_at_odds_the_whole_front_is_found_cheapest_first():
    found, _ = planted(lambda amounts: [amounts[0], amounts[2], 100.0 * sum(amounts)], trials=400)
    assert found.members[0].lines == ()  # nothing costs least
    costs = [member.objectives["cost"].mean for member in found.members]
    assert costs == sorted(costs)
    wasteful = [member for member in found.members if GRANTS[1] in member.policy.levels(BEGINS)]  # it only costs
    assert len(wasteful) <= 0.05 * len(found.members)
    ends = {tuple(member.policy.levels(BEGINS).get(key, 0.0) for key in GRANTS) for member in found.members}
    assert max(amounts[0] for amounts in ends) > 0.6
    assert max(amounts[2] for amounts in ends) > 0.6
    means = [
        [member.objectives[one.id].mean * (-1 if one.better == "lower" else 1) for one in OBJECTIVES] for member in found.members
    ]
    for a in means:
        assert not any(b != a and all(x >= y for x, y in zip(b, a, strict=True)) for b in means)


def test_a_generation_is_one_evaluation_and_nothing_is_tried_twice():
    told = []
    found, evaluate = planted(
        lambda amounts: [amounts[0], 0.0, 1.0], trials=50, progress=lambda done, total: told.append(done / total)
    )
    assert len(evaluate.generations) == 3
    assert sum(evaluate.generations) == found.policies_tried <= 50
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_equal_searches_give_equal_bytes_and_another_seed_gives_others():
    def formula(amounts):
        return [amounts[0], amounts[1], sum(amounts)]

    one, again, other = (text_of(planted(formula, trials=60, seed=seed)[0]) for seed in (1, 1, 2))
    assert one == again
    assert one != other


def test_a_small_search_in_the_model_reaches_what_simulate_reaches():
    evaluate = InModel(FIRST, "USA", range(1, 4), quarters=9)
    where = Worlds(range(1, 4), 9, {})
    space = space_of(FIRST, "USA")
    found = find(space, evaluate, where, trials=6, population=3)
    assert text_of(found) == text_of(find(space, evaluate, where, trials=6, population=3))
    assert found.policies_tried == 6
    member = found.members[-1]
    alone = simulate(FIRST, range(1, 4), {"USA": Policy.parse("\n".join(member.lines))}, quarters=9)
    outlay = alone.frame(["outlay_musd"], ["government:USA"])
    expected = {
        "leadership": alone.array("leadership", "country:USA", "composite")[-4:].mean(),
        "resilience": alone.array("score_raw", "government:USA", "R")[-4:].mean(),
        "cost": outlay[outlay["quarter"].astype(str) >= FIRST.play_from]["value"].sum() / 3,
    }
    assert {name: spread.mean for name, spread in member.objectives.items()} == pytest.approx(expected, rel=1e-12)
    unseen = simulate(FIRST, range(4, 7), {"USA": member.policy}, quarters=9, metrics=["leadership"])
    reached = unseen.array("leadership", "country:USA", "composite")[-4:].mean()
    assert member.unseen["leadership"].mean == pytest.approx(reached, rel=1e-12)
    idle = found.nothing["cost"].mean
    assert member.over_nothing["cost"].mean == pytest.approx(expected["cost"] - idle)


def test_an_objective_without_a_value_in_any_world_is_told():
    with pytest.raises(SearchError, match="resilience has no value in any of the worlds"):
        planted(lambda amounts: [amounts[0], np.nan, 1.0], trials=20)


# --- what may be set ---


@pytest.mark.parametrize(
    ("scenario", "government"), [("first-game", "USA"), ("first-game", "KOR"), ("ai-surge-2023", "CHN"), ("ai-surge-2023", "JPN")]
)
def test_every_candidate_may_be_played_and_paid(scenario, government):
    loaded = load_scenario(scenario)
    space = space_of(loaded, government, others=["USA", "TWN"])
    everything = space.candidate({dial.name: 1.0 for dial in space.dials})
    everything.policy.check(loaded, government)
    assert everything.paid_share < 1.0
    random = np.random.default_rng(1)
    for _ in range(10):
        candidate = space.candidate({dial.name: float(random.uniform(-1.0, 1.0)) for dial in space.dials})
        candidate.policy.check(loaded, government)
        assert Policy.parse(str(candidate.policy)) == candidate.policy
        assert {setting.quarter for setting in candidate.policy.settings} == {space.begins}


def test_setting_nothing_ends_what_history_had_begun():
    policy = space_of(FIRST, "USA").candidate({}).policy
    inherited = Policy.of_history(FIRST, "USA").before(BEGINS)
    assert inherited.in_force(BEGINS)
    assert (inherited + policy).in_force(BEGINS) == ()


def test_ranges_are_those_of_the_role_and_pacts_wait_for_somebody_to_answer():
    dials = {(dial.lever, dial.item): dial for dial in space_of(FIRST, "KOR").dials}
    assert dials["packaging_grant", "interposer_2_5d"].high == 0.3
    assert not any(lever == "alliance" for lever, _ in dials)
    assert "alliance" in space_of(FIRST, "KOR").left_out[0]
    answered = space_of(FIRST, "KOR", ["alliance"], others=["USA"]).dials
    assert [set(dial.options["with"]) for dial in answered] == [{"USA", "TWN"}] * 3


@pytest.mark.parametrize(
    ("government", "levers", "said"),
    [
        ("USB", None, "unknown government 'USB' in first-game; allowed are TWN, USA, CHN, KOR. Did you mean 'USA'?"),
        ("ROW", None, "unknown government 'ROW'"),
        ("USA", ["workforce"], "USA may not use workforce; its levers are packaging_grant,"),
        ("USA", ["packaging_grnt"], "Did you mean 'packaging_grant'?"),
    ],
)
def test_what_cannot_be_searched_is_refused(government, levers, said):
    with pytest.raises(SearchError) as refused:
        space_of(FIRST, government, levers)
    assert said in str(refused.value)


def test_fewer_trials_than_a_generation_and_too_short_a_run_are_refused():
    with pytest.raises(SearchError, match="19 trials are fewer than the 20 candidates"):
        planted(lambda amounts: [0.0, 0.0, 0.0], trials=19)
    with pytest.raises(SearchError, match="a search needs a year of play, so allowed are 8 to 28"):
        InModel(FIRST, "USA", [1], quarters=7)


# --- what is kept ---


def test_best_known_policies_hold_while_scenario_and_model_do(tmp_path, monkeypatch):
    monkeypatch.setattr(stored, "configs_dir", lambda: tmp_path)
    found, _ = planted(lambda amounts: [amounts[0], amounts[1], sum(amounts)], trials=20)
    assert best_known(FIRST, "USA") is None
    file = store_found(FIRST, found)
    assert file == tmp_path / "best_known" / "first-game.USA.json"
    assert best_known(FIRST, "USA") == found
    assert best_known(FIRST, "KOR") is None
    assert best_known(FIRST.model_copy(update={"title": "Another"}), "USA") is None
    monkeypatch.setattr(stored, "model_version", lambda: "another")
    assert best_known(FIRST, "USA") is None
    file.write_text("{}")
    with pytest.raises(SearchError, match="holds no best known policies; remove it"):
        best_known(FIRST, "USA")


def test_what_ships_as_best_known_was_found_with_what_ships():
    """Refreshed by ``policygame search SCENARIO --government GOV --store`` when a rule or a scenario changes."""
    kept = sorted(stored.stored_file("x", "y").parent.glob("*.json"))
    assert {file.name.split(".")[0] for file in kept} == {"first-game", "ai-surge-2023"}
    for file in kept:
        scenario, government = file.stem.rsplit(".", 1)
        assert best_known(load_scenario(scenario), government) is not None, file.name
