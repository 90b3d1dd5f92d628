"""A tournament: paired by seed, the same however it is cut, with spans that scale points and scores, and claims that can be missed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from policygame import Policy, Scenario, load_scenario, shipped_scenarios, simulate
from policygame.bots import BOTS, Bot
from policygame.bots.common import Desk
from policygame.catalogue import MANDATE, Quarter
from policygame.tournament import arms, field, stored
from policygame.tournament.arms import NOBODY, Arm, run_arms, workers_of
from policygame.tournament.claims import WORSE_OFF, claims_of
from policygame.tournament.company import alone, in_company
from policygame.tournament.field import Mean, Tournament, play_tournament
from policygame.tournament.mandates import PARTS, THRIFT, over_quarters, seats_of, weights_of
from policygame.tournament.race import (
    ABOVE,
    BREAKING,
    CEILING,
    RACE,
    TOGETHER,
    UNDER_CEILING,
    Bids,
    bid,
    bidders_of,
    breaking,
    offers_of,
    race_arms,
)
from policygame.tournament.spans import Span, points, scaled, spans_of
from policygame.tournament.stored import TournamentError, read_tournament, store_tournament, stored_file, stored_tournament, told
from policygame.tournament.weights import best_shares, weightings

SEEDS = range(1, 7)
HAWK = Arm((("USA", BOTS["control-hawk"]),))


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    """The first game, cut after two years of play: long enough for grants to be paid."""
    return load_scenario("first-game").model_copy(update={"end": "2024Q4"})


@pytest.fixture(scope="module")
def found(scenario: Scenario) -> Tournament:
    return play_tournament(scenario, SEEDS)


# the worlds -------------------------------------------------------------------------------------------------------------------


def test_an_arm_is_what_simulate_gives_in_the_mean_over_play(scenario: Scenario) -> None:
    """The bot plays from the beginning of play on, all others do nothing, and what history decided before stays in force."""
    own = run_arms(scenario, [3, 4], [HAWK])[0]
    others = {seat: Policy() for seat in seats_of(scenario) if seat != "USA"}
    result = simulate(scenario, [3, 4], {**others, "USA": "control-hawk"}, metrics=["score_raw"])
    first = Quarter.parse(scenario.play_from) - Quarter.parse(scenario.start)
    for at, seat in enumerate(seats_of(scenario)):
        for row, part in enumerate(PARTS):
            expected = over_quarters(result.array("score_raw", f"government:{seat}", part)[first:])
            assert np.array_equal(own[at, row], expected)


def test_worlds_are_paired_by_seed(scenario: Scenario) -> None:
    """A world of a seed is the same alone and in company, in every arm: so a difference between arms is the bot's."""
    together = run_arms(scenario, [5, 6, 7], [NOBODY, HAWK])
    alone = run_arms(scenario, [6], [HAWK, NOBODY])
    assert np.array_equal(together[0, ..., 1], alone[1, ..., 0])
    assert np.array_equal(together[1, ..., 1], alone[0, ..., 0])
    assert not np.array_equal(together[0], together[1])
    idle = run_arms(scenario, [5, 6, 7], [Arm((("USA", BOTS["laissez-faire"]),))])
    assert np.array_equal(idle[0], together[0])


def test_how_work_is_cut_and_by_how_many_processes_changes_nothing(scenario: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    every, told_of = [NOBODY, HAWK, Arm((("CHN", BOTS["packaging-first"]),))], list[int]()
    whole = run_arms(scenario, SEEDS, every)
    monkeypatch.setattr(arms, "WORLDS_PER_TASK", 4)
    monkeypatch.setattr(arms, "ARMS_PER_TASK", 2)
    assert np.array_equal(run_arms(scenario, SEEDS, every, None, told_of.append), whole)
    assert sum(told_of) == len(every) * len(SEEDS)
    with workers_of(2) as executor:
        assert np.array_equal(run_arms(scenario, SEEDS, every, executor), whole)
    assert np.array_equal(run_arms(scenario, SEEDS, every[::-1])[::-1], whole)


# the tournament ---------------------------------------------------------------------------------------------------------------


def test_every_bot_plays_every_seat_and_doing_nothing_gains_nothing(scenario: Scenario, found: Tournament) -> None:
    assert found.seats == seats_of(scenario)
    for seat in found.seats:
        entries = found.of_seat(seat)
        assert [entry.bot for entry in entries] == list(BOTS)
        assert (entries[0].gain, entries[0].low, entries[0].high) == (0.0, 0.0, 0.0)
        assert sum(entry.wins for entry in entries) == pytest.approx(1.0)
        assert found.best(seat).points == max(entry.points for entry in entries)
        for entry in entries:
            assert entry.gain == pytest.approx(entry.points - entries[0].points, abs=1e-9)
            assert entry.gain == pytest.approx(sum(entry.parts.values()), abs=1e-9)


def test_points_are_weights_times_gains_in_spans_with_thrift_as_it_stands(scenario: Scenario, found: Tournament) -> None:
    nobody, played = run_arms(scenario, SEEDS, [NOBODY, HAWK])[:, found.seats.index("USA")]
    expected = np.zeros(len(SEEDS))
    for weight, part, own, bare in zip(weights_of(scenario, "USA"), PARTS, played, nobody, strict=True):
        span = next((span for span in found.spans["USA"] if span.part == part), None)
        if span is None:
            expected += weight * own
        elif span.kept:
            expected += weight * (own - bare) / span.value
    entry = next(entry for entry in found.of_seat("USA") if entry.bot == "control-hawk")
    assert entry.points == pytest.approx(expected.mean(), rel=1e-9)


def test_the_order_of_seats_does_not_matter(scenario: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(field, "BOTS", {name: BOTS[name] for name in ("laissez-faire", "alliance-builder")})
    turned = scenario.model_copy(update={"jurisdictions": dict(reversed(scenario.jurisdictions.items()))})
    straight, again = play_tournament(scenario, SEEDS[:3]), play_tournament(turned, SEEDS[:3])
    assert again.entries == straight.entries
    assert again.levers == straight.levers
    assert again.race == straight.race


def test_a_lever_is_worth_what_the_best_bot_loses_when_it_is_taken_away(scenario: Scenario, found: Tournament) -> None:
    for seat in found.seats:
        own = {value.lever: value for value in found.levers if value.seat == seat}
        government = scenario.jurisdictions[seat].government
        assert government is not None
        assert tuple(own) == government.levers
        assert {value.bot for value in own.values()} == {found.best(seat).bot}
        for value in own.values():
            assert value.loss.low <= value.loss.mean <= value.loss.high
            assert value.share == pytest.approx(value.loss.mean / found.best(seat).gain)


def _grants(desk: Desk) -> None:
    """Packaging grants, and a fab grant of which nothing can ever be awarded."""
    rate = np.full(desk.view.n_worlds, 0.5)
    desk.grant("packaging_grant", dict.fromkeys(desk.technologies, rate))
    desk.set("fab_grant", "wafers_leading", rate, cap_musd=0.0 * rate)


def test_a_useless_lever_is_worth_exactly_nothing(scenario: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    planted = Bot("planted", "Pays for packaging, and promises fabs what it can never pay.", _grants)
    monkeypatch.setattr(field, "BOTS", {"laissez-faire": BOTS["laissez-faire"], "planted": planted})
    leadership = tuple(Span(part, 1e-3, 0.0 if part == "L" else 1.0) for part in PARTS if part != "F")
    spans = dict.fromkeys(seats_of(scenario), leadership)
    found = play_tournament(scenario, SEEDS, spans=spans, spans_from="the test")
    levers = {value.lever: value for value in found.levers if value.seat == "CHN"}
    assert found.best("CHN").bot == "planted"
    assert (levers["fab_grant"].loss, levers["fab_grant"].share) == (Mean(0.0, 0.0, 0.0), 0.0)
    assert levers["packaging_grant"].share == pytest.approx(1.0)  # all of the gain is its own
    assert not next(claim for claim in claims_of(found) if claim.about == "fab_grant").holds


# company ----------------------------------------------------------------------------------------------------------------------


def test_in_company_every_seat_is_played_by_every_bot_as_often(scenario: Scenario) -> None:
    seats, bots = seats_of(scenario), tuple(BOTS.values())
    games = in_company(seats, bots)
    for seat in seats:
        played = [dict(game.plays)[seat] for game in games]
        assert {bot.name: played.count(bot) for bot in bots} == dict.fromkeys(BOTS, len(games) // len(bots))
    assert len({tuple(bot.name for _, bot in game.plays) for game in games}) == len(games)


def test_spans_come_from_games_in_company(scenario: Scenario, found: Tournament) -> None:
    games = run_arms(scenario, SEEDS, [NOBODY, *in_company(seats_of(scenario), tuple(BOTS.values()))])
    for at, seat in enumerate(found.seats):
        assert found.spans[seat] == spans_of(games[1:, at] - games[0, at])


def test_others_agree_to_the_pacts_of_whom_neither_they_nor_their_allies_control() -> None:
    from policygame.model.phases.treasury import grant_rate
    from policygame.model.state import LEVER_CLAUSES
    from policygame.model.structure import PLACE_OF
    from policygame.simulation import Simulation

    surge = load_scenario("ai-surge-2023")
    plays = dict(alone(seats_of(surge), "CHN", BOTS["alliance-builder"]).plays)
    simulation = Simulation(surge, [1, 2], plays, metrics=["score_raw"]).run(8)
    offers = simulation.models[0].state.offer[LEVER_CLAUSES.index("pooled_capacity")]
    china, malaysia, japan = (PLACE_OF[place] for place in ("CHN", "MYS", "JPN"))
    assert (offers[malaysia, china] == 1.0).all()
    assert (offers[china, malaysia] > 0.0).all()
    assert (offers[japan, china] == 0.0).all(), "its ally, the United States, controls exports to China"
    assert (grant_rate(simulation.models[0])[malaysia] == 0.0).all(), "they do nothing else"


# spans ------------------------------------------------------------------------------------------------------------------------


def test_a_span_is_how_far_nine_games_in_ten_move_a_part_at_most() -> None:
    gains = np.zeros((2, len(PARTS), 200))
    gains[:, 0] = np.arange(400.0).reshape(2, 200)
    gains[1, 3] = np.where(np.arange(200) < 3, 50.0, 0.0)  # three games in four hundred: no span
    spans = {span.part: span for span in spans_of(gains)}
    assert list(spans) == [part for part in MANDATE if part != "F"]
    assert spans["S"].value == pytest.approx(np.quantile(np.arange(400.0), 0.9))
    assert spans["S"].standard_error > 0.0
    assert spans["S"].kept
    assert not spans["L"].kept


def test_what_play_mostly_takes_away_has_a_span_too() -> None:
    losses = np.zeros((1, len(PARTS), 101))
    losses[0, PARTS.index("L")] = -np.linspace(0.0, 1.0, 101)
    span = next(span for span in spans_of(losses) if span.part == "L")
    assert span.value == pytest.approx(0.9)
    assert span.kept


@pytest.mark.parametrize(
    ("value", "error", "kept"), [(2.0, 0.99, True), (2.0, 1.01, False), (0.0, 0.0, False), (-1.0, 0.1, False)]
)
def test_a_span_under_two_standard_errors_is_dropped(value: float, error: float, kept: bool) -> None:
    assert Span("S", value, error).kept == kept


def test_a_dropped_part_counts_for_nothing_and_a_score_has_limits() -> None:
    spans = [Span("S", 0.1, 0.01), Span("R", 0.1, 0.09), Span("A", 0.1, 0.01)]
    nobody, played = np.zeros((8, 1)), np.zeros((8, 1))
    played[:3, 0], played[THRIFT, 0] = (0.5, 0.5, -0.5), 0.8
    assert scaled(played, nobody, spans)[:3, 0].tolist() == pytest.approx([5.0, 0.0, -5.0])
    clipped = scaled(played, nobody, spans, clip=True)
    assert clipped[:3, 0].tolist() == [1.25, 0.0, -0.5]
    assert clipped[THRIFT, 0] == 0.8
    assert points(np.full(8, 10.0), clipped)[0] == pytest.approx(10.0 * (1.25 - 0.5 + 0.8))


def test_spans_of_another_tournament_scale_the_points(scenario: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(field, "BOTS", {name: BOTS[name] for name in ("laissez-faire", "control-hawk")})

    def played(span: float) -> Tournament:
        spans = dict.fromkeys(seats_of(scenario), tuple(Span(part, span, 0.0) for part in PARTS if part != "F"))
        return play_tournament(scenario, SEEDS[:3], spans=spans, spans_from="the test")

    one, two = played(0.01), played(0.02)
    assert (two.spans_from, two.spans["USA"][0].value) == ("the test", 0.02)
    for entry, half in zip(one.entries, two.entries, strict=True):
        for part, worth in entry.parts.items():
            assert half.parts[part] == pytest.approx(worth if part == "F" else worth / 2.0, abs=1e-9)


# weights -------------------------------------------------------------------------------------------------------------------------


def test_drawn_weights_stay_in_their_ranges_and_leave_out_what_the_mandate_leaves_out(scenario: Scenario) -> None:
    """Shares of the whole, so that a score under them has the scale that it has."""
    for seat in seats_of(scenario):
        drawn, stated = weightings(scenario, seat), weights_of(scenario, seat)
        assert np.array_equal(drawn, weightings(scenario, seat))
        assert (drawn[:, stated == 0.0] == 0.0).all()
        assert np.allclose(drawn.sum(axis=1), stated.sum())
        assert (drawn.std(axis=0)[stated > 0.0] > 0.0).all()


def test_ranks_move_with_weights_only_where_a_bot_is_better_in_another_part(scenario: Scenario, found: Tournament) -> None:
    shares = best_shares(scenario, found)
    for seat in found.seats:
        assert sum(one.share for one in shares if one.seat == seat) == pytest.approx(1.0)
    # one bot that gains in every part what no other does is best whatever the weights
    weights = {seat: weights_of(scenario, seat) for seat in found.seats}
    entries = tuple(
        replace(e, parts={part: float(e.bot == "fab-first") * weights[e.seat][PARTS.index(part)] for part in e.parts})
        for e in found.entries
    )
    best = best_shares(scenario, replace(found, entries=entries))
    assert {(one.bot, one.share) for one in best} == {("fab-first", 1.0)}
    # of two that gain in one part each, either is best under some weighting
    split = {"fab-first": "S", "packaging-first": "R"}
    entries = tuple(
        replace(e, parts={part: weights[e.seat][PARTS.index(part)] * (split.get(e.bot) == part) for part in e.parts})
        for e in found.entries
    )
    assert {one.bot for one in best_shares(scenario, replace(found, entries=entries)) if one.seat == "USA"} == set(split)


# the race ---------------------------------------------------------------------------------------------------------------------


def test_who_may_give_grants_and_make_pacts_bids(scenario: Scenario) -> None:
    assert bidders_of(scenario) == ("USA", "KOR")  # CHN has no pacts here, TWN gives no grants
    assert bidders_of(load_scenario("ai-surge-2023")) == ("USA", "CHN", "KOR", "JPN", "EUR", "MYS", "IND", "VNM")
    assert offers_of(scenario, "KOR") == (0.0, 0.1, CEILING, 0.3)  # up to its bound
    government = scenario.jurisdictions["KOR"].government
    assert government is not None
    alone = government.model_copy(update={"levers": ("packaging_rnd",)})
    places = {**scenario.jurisdictions, "KOR": scenario.jurisdictions["KOR"].model_copy(update={"government": alone})}
    assert bidders_of(scenario.model_copy(update={"jurisdictions": places})) == ()


def test_in_the_race_nobody_would_rather_offer_another_rate(found: Tournament) -> None:
    """The bids of the tournament, each against all that its seat considers while the others stay."""
    scenario = load_scenario("first-game").model_copy(update={"end": "2024Q4"})
    assert found.bids.settled
    seats = seats_of(scenario)
    for seat, made in found.bids.rates.items():
        at, worth = seats.index(seat), {}
        for rate in offers_of(scenario, seat):
            bids = Bids({**found.bids.rates, seat: rate}, settled=False)
            nobody, played = run_arms(scenario, SEEDS, [NOBODY, race_arms(bids)[RACE]])
            worth[rate] = points(weights_of(scenario, seat), scaled(played[at], nobody[at], found.spans[seat])).mean()
        assert worth[made] == pytest.approx(max(worth.values()), abs=1e-9)


def test_bids_that_never_settle_are_told() -> None:
    """Matching pennies: one wants to offer what the other does, who does not."""

    def worth(asked: Any) -> list[float]:
        return [float((rates["USA"] == rates["KOR"]) == (seat == "USA")) for seat, rates in asked]

    assert not bid({"USA": (0.0, 0.25), "KOR": (0.0, 0.25)}, worth).settled
    assert bid({"USA": (0.0, 0.25), "KOR": (0.0, 0.25)}, lambda asked: [0.0] * len(asked)) == Bids({"USA": 0.0, "KOR": 0.0}, True)


def test_each_arm_of_the_race_is_told_against_nothing_and_against_the_ceiling(found: Tournament) -> None:
    above = found.bids.above_ceiling
    assert above
    assert {row.arm for row in found.race} == {RACE, UNDER_CEILING, BREAKING, *(breaking(seat) for seat in above)}
    assert found.ceiling == CEILING
    for row in found.race:
        if row.arm == UNDER_CEILING:
            assert row.against_ceiling == Mean(0.0, 0.0, 0.0)
        elif row.seat not in (TOGETHER, ABOVE):
            kept = next(one for one in found.race if (one.arm, one.seat) == (UNDER_CEILING, row.seat))
            assert row.against_ceiling.mean == pytest.approx(row.points.mean - kept.points.mean, abs=1e-9)
    mean = {(row.arm, row.seat): row.against_ceiling.mean for row in found.race}
    assert mean[RACE, TOGETHER] == pytest.approx(np.mean([mean[RACE, seat] for seat in found.bids.racers]), abs=1e-9)
    assert mean[RACE, ABOVE] == pytest.approx(np.mean([mean[RACE, seat] for seat in above]), abs=1e-9)
    assert mean[BREAKING, ABOVE] == pytest.approx(np.mean([mean[breaking(seat), seat] for seat in above]), abs=1e-9)


def test_keepers_stay_under_the_ceiling_and_racers_do_not(scenario: Scenario) -> None:
    """Grant rates in force, read from the model: under the pact no racer pays more, whatever it offers."""
    from policygame.model.phases.treasury import grant_rate
    from policygame.model.structure import PLACE_OF
    from policygame.simulation import Simulation

    highest = {}
    for name, arm in race_arms(Bids({"USA": 0.7, "KOR": 0.3}, settled=True)).items():
        simulation = Simulation(scenario, [1, 2], dict(arm.plays), metrics=["score_raw"]).run(6)
        highest[name] = {seat: grant_rate(simulation.models[0])[PLACE_OF[seat]].max() for seat in ("USA", "KOR")}
    assert highest[UNDER_CEILING] == {"USA": CEILING, "KOR": CEILING}
    assert highest[RACE] == {"USA": 0.7, "KOR": 0.3}
    assert highest[breaking("USA")] == {"USA": 0.7, "KOR": CEILING}
    under = race_arms(Bids({"USA": 0.1, "KOR": 0.3}, settled=True))
    assert list(under) == [RACE, UNDER_CEILING, breaking("KOR")]  # who offers less has no ceiling to break


# claims and files ---------------------------------------------------------------------------------------------------------------


def test_claims_hold_or_are_missed_by_their_figures(found: Tournament) -> None:
    by_claim: dict[str, list[bool]] = {}
    for claim in claims_of(found):
        by_claim.setdefault(claim.claim, []).append(claim.holds)
    assert len(by_claim["The best bot beats nothing"]) == len(found.seats)
    for seat, holds in zip(found.seats, by_claim["The best bot beats nothing"], strict=True):
        best = found.best(seat)
        assert holds == (best.gain >= 0.5 * best.sd > 0.0)
    same = tuple(replace(e, points=1.0 if e.bot == "fab-first" else 0.0) for e in found.entries)
    one = next(c for c in claims_of(replace(found, entries=same)) if c.claim == "No bot is best for every mandate")
    assert not one.holds
    assert "fab-first" in one.figure


def test_what_is_stored_is_read_back_and_holds_for_its_scenario_and_model_only(
    found: Tournament, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = load_scenario("first-game")
    own = replace(found, scenario_hash=scenario.hash)
    monkeypatch.setattr(stored, "configs_dir", lambda: tmp_path)
    assert stored_tournament(scenario) is None
    file = store_tournament(scenario, own)
    assert read_tournament(file) == own
    assert stored_tournament(scenario) == own
    assert json.loads(file.read_text("utf-8"))["claims"]
    changed = scenario.model_copy(update={"title": "Another"})
    assert stored_tournament(changed) is None
    store_tournament(scenario, replace(own, model="0.0.0+0"))
    assert stored_tournament(scenario) is None
    file.write_text('{"model": "0.0.0+0", "of": "another form"}', "utf-8")
    assert stored_tournament(scenario) is None
    file.write_text("no JSON", "utf-8")
    with pytest.raises(TournamentError, match="holds no tournament"):
        stored_tournament(scenario)
    store_tournament(scenario, own)
    with pytest.raises(TournamentError, match="shipped scenarios"):
        store_tournament(scenario.model_copy(update={"name": "my-own"}), own)
    assert told(own)["seeds"] == [SEEDS[0], SEEDS[-1]]


def test_two_scenarios_are_balanced_on_seeds_that_balancing_never_saw() -> None:
    """Doing nothing is beaten in every seat, no bot wins everywhere, every lever is worth something, a race hurts racers together, and
    breaking the ceiling pays. Of single racers, and of those alone who offer more than the ceiling, the documentation tells what is missed.
    """
    for name in ("ai-surge-2023", "frontier-2026"):
        for check in (False, True):
            missed = [claim for claim in claims_of(read_tournament(stored_file(name, check=check))) if not claim.holds]
            known = [claim for claim in missed if "this racer" in claim.claim or (claim.claim, claim.about) == (WORSE_OFF, ABOVE)]
            assert missed == known, (name, check)


def test_shipped_tournaments_are_those_of_the_shipped_scenarios_and_this_model() -> None:
    """Where this fails, run ``policygame bots SCENARIO --store`` for each that is named, its check, and ``python -m policygame.docs``."""
    stale = [
        stored_file(name, check=check).name
        for name in shipped_scenarios()
        for check in (False, True)
        if stored_file(name, check=check).is_file() and not stored_tournament(load_scenario(name), check=check)
    ]
    assert stale == []


def test_a_shipped_check_uses_spans_and_bids_of_its_tournament_on_seeds_that_they_have_not_seen() -> None:
    checked = [name for name in shipped_scenarios() if stored_file(name, check=True).is_file()]
    assert {"ai-surge-2023", "frontier-2026"} <= set(checked)
    for name in checked:
        own, check = (read_tournament(stored_file(name, check=flag)) for flag in (False, True))
        assert (check.spans, check.bids) == (own.spans, own.bids)
        assert check.seeds[0] > own.seeds[1]


def test_a_file_without_a_tournament_is_told(tmp_path: Path) -> None:
    with pytest.raises(TournamentError, match="cannot be read"):
        read_tournament(tmp_path / "nowhere.json")
    file = tmp_path / "other.json"
    file.write_text('{"scenario": "first-game"}', encoding="utf-8")
    with pytest.raises(TournamentError, match="holds no tournament"):
        read_tournament(file)
