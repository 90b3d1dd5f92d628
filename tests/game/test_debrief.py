"""A debrief compares worlds that differ by one thing, and its own world is the game's, bit for bit."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest

from policygame import Policy, Scenario, Simulation, load_scenario
from policygame.catalogue import MANDATE, Quarter
from policygame.game import counterfactuals
from policygame.game.counterfactuals import AS_PLAYED, NOTHING, Task, divided, run_task, run_tasks
from policygame.game.debrief import Debrief, DebriefError, debrief, worlds_per_decision
from policygame.game.handin import LoadedGame
from policygame.game.leaders import standings
from policygame.game.predictions import LINES_WEEKS, outcomes, question
from policygame.game.presents import other_seeds, scripted
from policygame.game.score import gains, points, spread_of
from policygame.game.turns import Calendar, seats_of
from policygame.tournament import stored
from policygame.tournament.field import OWN_SPANS, Tournament
from policygame.tournament.mandates import weights_of
from policygame.tournament.race import Bids
from policygame.tournament.spans import Span
from policygame.tournament.stored import store_tournament
from policygame.tournament.weights import weightings
from policygame.version import model_version

OWN = Policy.parse(
    """
    2023Q1 packaging_grant interposer_2_5d 0.5
    2023Q1 packaging_rnd interposer_2_5d 60
    2023Q3 export_control hbm 1 on CHN
    2024Q1 packaging_rnd interposer_2_5d 60
    2024Q3 packaging_grant interposer_2_5d 0
    """
)
RIVAL = Policy.parse("2023Q3 packaging_rnd interposer_2_5d 40")
LEAD = ("lead_time_weeks", "world", "ai_accelerator")


def in_spans(scenario: Scenario, played: np.ndarray, nothing: np.ndarray) -> np.ndarray:
    """Points by part: weight times gain in spans of the scenario's stored tournament, thrift as it stands."""
    tournament = stored.stored_tournament(scenario)
    assert tournament is not None
    sizes = {span.part: span.value if span.kept else np.inf for span in tournament.spans["USA"]} | {"F": 1.0}
    return weights_of(scenario, "USA") * (played - nothing) / np.array([sizes[part] for part in MANDATE])


@dataclass(frozen=True)
class Expected:
    turn: int
    above: bool


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load_scenario("first-game")


@pytest.fixture(scope="module")
def game(scenario: Scenario) -> LoadedGame:
    policies = dict.fromkeys(seats_of(scenario), Policy()) | {"USA": OWN, "CHN": RIVAL}
    return LoadedGame(scenario, 7, MappingProxyType(policies), 12, 28)


@pytest.fixture(scope="module")
def found(game: LoadedGame) -> Debrief:
    return debrief(game, "USA", worlds=5, predictions=[Expected(2, True), Expected(1, False)])


def test_the_own_world_is_the_game_bit_for_bit(game: LoadedGame, found: Debrief) -> None:
    played, nothing = game.simulate(), game.without("USA").simulate()
    assert found.seeds == (7, *other_seeds(7, 5))
    assert [str(q) for q in (found.quarters[0], found.quarters[-1])] == ["2023Q1", "2028Q4"]
    for metric in played.metrics:
        assert np.array_equal(found.result.all_of(metric), played.all_of(metric), equal_nan=True)
    for path, bare in zip(found.played, found.nothing, strict=True):
        assert np.array_equal(path.own, played.array(*path.series)[4:, 0])
        assert np.array_equal(bare.own, nothing.array(*path.series)[4:, 0])
    assert found.played[0].series == LEAD
    for part in found.score.parts:
        assert part.played == played.array("score_raw", "government:USA", part.part)[4:, 0].mean()
        assert part.nothing == nothing.array("score_raw", "government:USA", part.part)[4:, 0].mean()


def test_without_a_decision_is_the_game_without_it_bit_for_bit(game: LoadedGame, found: Debrief) -> None:
    assert len(found.decisions) == 5
    for effect in found.decisions:
        bare = game.without("USA", effect.turn, effect.setting.lever, effect.setting.item).simulate()
        for path in effect.without:
            assert np.array_equal(path.own, bare.array(*path.series)[4:, 0])
        raw = np.stack([bare.array("score_raw", "government:USA", part)[4:, 0].mean() for part in MANDATE])
        own = np.array([part.played for part in found.score.parts])
        assert effect.points.own == pytest.approx(in_spans(game.scenario, own, raw).sum(), rel=1e-12, abs=1e-12)


def test_other_worlds_begin_in_the_games_own_where_play_begins(game: LoadedGame, found: Debrief) -> None:
    """The same worlds opened by hand: history under the game's seed, then others' shocks, everyone's decisions as played."""
    scenario = game.scenario

    def worlds(own: Policy) -> np.ndarray:
        scripts = {seat: scripted(scenario, seat, own if seat == "USA" else game.policies[seat]) for seat in game.policies}
        begun = Simulation(scenario, [7], scripts, metrics=["lead_time_weeks"]).run(4)
        return begun.branch([0] * 6, seeds=found.seeds).run(24).result().array(*LEAD)

    levels = [0.05, 0.25, 0.5, 0.75, 0.95]
    assert np.allclose(found.played[0].fan, np.quantile(worlds(OWN), levels, axis=-1), rtol=1e-12)
    assert np.allclose(found.nothing[0].fan, np.quantile(worlds(Policy()), levels, axis=-1), rtol=1e-12)
    second = next(effect for effect in found.decisions if effect.index == 1)
    assert np.allclose(second.without[0].fan, np.quantile(worlds(OWN.without(1)), levels, axis=-1), rtol=1e-12)


def test_a_decision_that_changed_nothing_added_exactly_nothing(found: Debrief) -> None:
    again = found.effect(3, "packaging_rnd", "interposer_2_5d")
    assert (again.points.own, again.points.low, again.points.high) == (0.0, 0.0, 0.0)
    assert not again.told
    paid = found.effect(1, "packaging_rnd", "interposer_2_5d")
    thrift = list(MANDATE).index("F")
    assert paid.parts[thrift].high < 0.0  # research is paid in every world
    assert paid.parts[thrift].told
    assert not np.array_equal(paid.without[0].own, found.played[0].own)


def test_decisions_are_told_by_what_they_added(found: Debrief) -> None:
    owns = [effect.points.own for effect in found.decisions]
    assert owns == sorted(owns, reverse=True)
    assert {(effect.turn, effect.setting) for effect in found.decisions} == {
        ((setting.quarter - Quarter.parse("2023Q1")) // 2 + 1, setting) for setting in OWN.settings
    }
    with pytest.raises(DebriefError, match="it decided:\n  turn"):
        found.effect(9, "packaging_rnd", "interposer_2_5d")


def test_points_weigh_gains_by_the_mandate(game: LoadedGame, found: Debrief) -> None:
    government = game.scenario.jurisdictions["USA"].government
    assert government is not None
    total = sum(part.points for part in found.score.parts)
    assert found.score.points.own == pytest.approx(total, rel=1e-9)
    for part in found.score.parts:
        stated = government.mandate.get(part.part)
        assert part.weight == (stated.value if stated is not None else 0.0)
        difference = part.played - part.nothing
        assert part.gain.own == pytest.approx(difference / part.nothing if part.part == "V" else difference, rel=1e-9, abs=1e-12)
        assert part.gain.low <= part.gain.median <= part.gain.high
    assert found.score.by_quarter.shape == (24,)
    played, nothing = (
        np.stack([side.array("score_raw", "government:USA", part)[4:, 0] for part in MANDATE])
        for side in (game.simulate(), game.without("USA").simulate())
    )
    expected = [in_spans(game.scenario, played[:, k], nothing[:, k]).sum() for k in range(24)]
    assert np.allclose(found.score.by_quarter, expected)
    means = played.mean(axis=-1), nothing.mean(axis=-1)
    assert [part.points for part in found.score.parts] == pytest.approx(in_spans(game.scenario, *means), rel=1e-9, abs=1e-12)


def test_the_score_is_on_the_scale_of_a_stored_tournament(
    game: LoadedGame, found: Debrief, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Gains over the same worlds in which nobody acts, in spans within limits; thrift as it stands; dropped parts count for nothing."""
    spans = (Span("S", 1e-3, 1e-4), Span("R", 0.5, 0.3), Span("A", 1e-3, 0.0), Span("L", 0.01, 0.0), Span("V", 50.0, 1.0))
    spans += (Span("I", 0.01, 0.0), Span("P", 0.01, 0.0))
    kept = Tournament(
        "first-game", game.scenario.hash, model_version(), (1, 9), {"USA": spans}, OWN_SPANS, (), (), (), Bids({}, True), 0.25
    )
    monkeypatch.setattr(stored, "configs_dir", lambda: tmp_path)
    bare_points = debrief(game, "USA", worlds=5).score
    assert bare_points.scaled is None  # none is stored here: points are of gains as they are
    gained = gains(*(np.array([[getattr(part, name)] for part in found.score.parts]) for name in ("played", "nothing")))
    assert bare_points.points.own == pytest.approx(points(game.scenario, "USA", gained)[0], rel=1e-9)
    assert not bare_points.in_spans
    store_tournament(game.scenario, kept)
    again = debrief(game, "USA", worlds=5).score
    assert again.scaled is not None
    bare = {seat: scripted(game.scenario, seat, Policy()) for seat in game.policies}
    played, alone, nobody = (
        np.array([run.array("score_raw", "government:USA", part)[4:, 0].mean() for part in MANDATE])
        for run in (game.simulate(), game.without("USA").simulate(), Simulation(game.scenario, [7], bare).run(28).result())
    )
    gain = {part: played[i] - nobody[i] for i, part in enumerate(MANDATE)}
    expected = {span.part: min(max(gain[span.part] / span.value, -0.5), 1.25) for span in spans} | {"R": 0.0, "F": played[-1]}
    for part in again.scaled.parts:
        assert part.counts.own == pytest.approx(expected[part.part], rel=1e-9)
        assert part.dropped == (part.part == "R")
    assert again.scaled.points.own == pytest.approx(sum(part.points for part in again.scaled.parts), rel=1e-9)
    assert again.scaled.nobody == pytest.approx(weights_of(game.scenario, "USA")[-1] * nobody[-1], rel=1e-9)
    assert again.scaled.worlds == 9
    left = {span.part: min(max((alone[i] - nobody[i]) / span.value, -0.5), 1.25) for i, span in enumerate(spans)}
    left |= {"R": 0.0, "F": alone[-1]}
    weights = dict(zip(MANDATE, weights_of(game.scenario, "USA"), strict=True))
    assert again.scaled.without == pytest.approx(sum(weights[part] * left[part] for part in MANDATE), rel=1e-9)
    # with other weights: those of the mandate's ranges, in which what counts the same counts more or less
    drawn = weightings(game.scenario, "USA")
    own, bare_own = (drawn @ np.array([counted.get(part, 0.0) for part in MANDATE]) for counted in (expected, left))
    weighed = again.scaled.weighed
    assert weighed.low < again.scaled.points.own < weighed.high
    assert own.min() <= weighed.low <= np.median(own) <= weighed.high <= own.max()
    assert weighed.better == pytest.approx((own > bare_own).mean())
    # what the player did is not cut, and is counted in the same spans
    uncut = {span.part: (played[i] - alone[i]) / span.value for i, span in enumerate(spans)} | {
        "R": 0.0,
        "F": played[-1] - alone[-1],
    }
    assert again.points.own == pytest.approx(sum(weights[part] * uncut[part] for part in MANDATE), rel=1e-9)


def test_an_interval_that_holds_zero_cannot_be_told_from_it() -> None:
    assert spread_of(np.linspace(0.1, 1.0, 50)).told
    assert spread_of(np.linspace(-1.0, -0.1, 50)).told
    assert not spread_of(np.linspace(-0.2, 1.0, 50)).told
    assert spread_of(np.array([5.0, 1.0, 2.0])).own == 5.0


def test_work_divided_or_done_elsewhere_gives_the_same(game: LoadedGame, found: Debrief) -> None:
    told: list[tuple[int, int]] = []
    with ThreadPoolExecutor(2) as executor:
        again = debrief(game, "USA", worlds=5, executor=executor, progress=lambda done, steps: told.append((done, steps)))
    assert told == [(n, told[-1][1]) for n in range(1, told[-1][1] + 1)]
    assert len(told) > 2
    assert [effect.points for effect in again.decisions] == [effect.points for effect in found.decisions]
    assert again.score.points == found.score.points


def _task(game: LoadedGame, variants: tuple[int, ...]) -> Task:
    return Task(game.scenario, 7, tuple(game.policies.items()), 28, "USA", (7, 8, 9), variants)


def test_every_variant_is_run_once_however_work_is_divided(game: LoadedGame, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = _task(game, (AS_PLAYED, NOTHING, 0, 1, 2, 3, 4))
    together = run_task(whole)
    for parts in (1, 2, 3, 20):
        pieces = divided(whole, parts)
        assert [v for piece in pieces for v in piece.variants] == list(whole.variants)
        assert len(pieces) <= parts
    monkeypatch.setattr(counterfactuals, "AT_ONCE", 4)
    apart = run_tasks(divided(whole, 3))
    for variant in whole.variants:
        for one, other in zip(together[variant], apart[variant], strict=True):
            assert np.array_equal(one, other)


def test_many_decisions_are_asked_in_fewer_worlds_but_never_too_few(game: LoadedGame) -> None:
    many = Policy.parse("\n".join(f"{2023 + t // 2}Q{1 + 2 * (t % 2)} packaging_rnd interposer_2_5d {t + 1}" for t in range(12)))
    lines = [many]
    for item in ("conventional", "fan_out"):
        lines.append(Policy.parse(str(many).replace("interposer_2_5d", item)))
    policies = {"USA": lines[0] + lines[1] + lines[2]}
    task = replace(_task(game, ()), policies=tuple(policies.items()), seeds=tuple(range(500)))
    few = worlds_per_decision(task)
    work = sum(28 - task.begins(index) for index in range(len(task.own.settings)))
    assert 16 < few < 500
    assert few * work <= 70_000 < (few + 1) * work
    assert worlds_per_decision(replace(task, seeds=tuple(range(20)))) == 20
    assert worlds_per_decision(replace(task, policies=(("USA", Policy()),))) == 500


def test_a_game_that_still_goes_on_is_debriefed_as_far_as_it_was_played(game: LoadedGame) -> None:
    part = replace(game, quarters=8, turns=2)
    found = debrief(part, "USA", worlds=2)
    assert [str(q) for q in (found.quarters[0], found.quarters[-1])] == ["2023Q1", "2023Q4"]
    assert {effect.setting for effect in found.decisions} == set(OWN.until(Quarter.parse("2023Q4")).settings)
    assert found.played[0].own.shape == (4,)


def test_a_seat_that_decided_nothing_gains_nothing(game: LoadedGame) -> None:
    found = debrief(replace(game, quarters=10), "KOR", worlds=2)
    assert found.decisions == ()
    assert (found.score.points.low, found.score.points.high) == (0.0, 0.0)
    assert not found.score.points.told


def test_leaders_are_those_of_the_result(found: Debrief) -> None:
    first, last = (found.result.quarters.index(q) for q in (found.quarters[0], found.quarters[-1]))
    ranks = found.result.all_of("leadership_rank")[..., 0]
    assert len(found.leaders) == ranks.shape[1]
    for one in found.leaders:
        row = found.result.series("leadership_rank").index((f"country:{one.place}", one.definition))
        assert (one.start_rank, one.end_rank) == (ranks[first, row], ranks[last, row])
        assert one.moved == one.start_rank - one.end_rank
    by_definition = [one.end_rank for one in found.leaders if one.definition == "packaging"]
    assert by_definition == sorted(by_definition)
    assert standings(found.result, found.quarters[0], found.quarters[0])[0].moved == 0


def test_predictions_are_held_against_what_came(found: Debrief) -> None:
    weeks = found.result.array(*LEAD)[:, 0]
    assert [one.turn for one in found.predictions] == [1, 2]
    for one in found.predictions:
        before = 2 + 2 * one.turn
        assert one.question.threshold == min(LINES_WEEKS, key=lambda line: abs(line - weeks[before - 1]))
        assert one.came == weeks[before + 1]
        assert one.right == (one.above == (one.came > one.question.threshold))
    assert "at the end of 2023 Q4?" in found.predictions[1].question.text


def test_a_question_reads_nothing_of_its_own_turn(game: LoadedGame) -> None:
    calendar = Calendar.of(game.scenario)
    whole = game.simulate()
    short = game.simulate(quarters=calendar.quarters_before(3))
    assert question(whole, calendar, 3) == question(short, calendar, 3)
    assert outcomes(short, calendar, [Expected(3, True)]) == ()


@dataclass(frozen=True)
class Unplayed:
    scenario: Scenario
    seed: int = 7
    policies: dict[str, Policy] = field(default_factory=dict)
    quarters: int = 4


def test_what_cannot_be_debriefed_is_told(game: LoadedGame, scenario: Scenario) -> None:
    with pytest.raises(DebriefError, match="unknown seat 'XXX'"):
        debrief(game, "XXX")
    with pytest.raises(DebriefError, match="nothing has been played"):
        debrief(Unplayed(scenario), "USA")
    with pytest.raises(DebriefError, match="worlds"):
        debrief(game, "USA", worlds=0)
