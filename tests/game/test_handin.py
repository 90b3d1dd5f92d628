"""A game file is verified turn by turn: what does not follow from its decisions is found out."""

from __future__ import annotations

import json
import warnings

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policygame import load_game
from policygame.game import Game, Position, hashed
from policygame.game import commands as c
from policygame.game.events import SeatClaimed
from policygame.game.handin import GameFileError, OtherModelWarning, game_file, read_game_file, verify
from policygame.version import model_version
from tests.game.table import Table


@pytest.fixture(scope="module")
def played() -> Table:
    table = Table().sit()
    for rate in (0.3, 0.5, 0.1):
        table.act(c.Predict(seat="USA", turn=table.game.turn, above=True))
        table.submit(f"packaging_grant interposer_2_5d {rate} cap 800", "packaging_rnd interposer_2_5d 20")
        table.resolve()
    return table


def test_an_honest_game_holds(played):
    found = verify(read_game_file(game_file(played.log)))
    assert found.holds
    assert found.first_problem == ""
    assert [turn.turn for turn in found.turns] == [1, 2, 3]
    assert [turn.derived for turn in found.turns] == list(played.game.result_hashes)
    assert found.positions[-1].digest == played.position.digest


def _tampered(played, change):
    found = json.loads(game_file(played.log))
    change(found["events"])
    return verify(read_game_file(json.dumps(found)))


def _event(events, kind, turn, seat=None):
    return next(e for e in events if e["kind"] == kind and e.get("turn") == turn and (seat is None or e["seat"] == seat))


def test_a_decision_that_was_changed_afterwards_is_found(played):
    def change(events):
        _event(events, "decision_submitted", 2, "USA")["lines"][0] = "2023Q3 packaging_grant interposer_2_5d 0.55 cap 800"

    found = _tampered(played, change)
    assert not found.holds
    assert found.first_problem.startswith("Turn 2")
    assert found.turns[0].holds


def test_a_result_that_was_changed_is_found(played):
    def change(events):
        turn = _event(events, "turn_resolved", 3)
        turn["result_hash"] = "0" * 64
        turn["figures"]["deliveries_kunits"] *= 1.00001

    found = _tampered(played, change)
    assert "Turn 3 (2024Q2): its results do not follow from the decisions." in found.first_problem
    assert found.exactness == ""


def test_a_result_without_figures_stands_by_its_digest_alone(played):
    def change(events):
        for turn in (1, 3):
            _event(events, "turn_resolved", turn)["figures"] = {}
        _event(events, "turn_resolved", 3)["result_hash"] = "0" * 64

    assert [turn.holds for turn in _tampered(played, change).turns] == [True, True, False]


def test_another_processors_rounding_is_told_apart_from_another_result(played):
    def change(events):
        turn = _event(events, "turn_resolved", 2)
        turn["result_hash"] = "0" * 64
        turn["figures"] = {metric: value * (1.0 + 1e-12) for metric, value in turn["figures"].items()}

    found = _tampered(played, change)
    assert found.holds
    assert [turn.exactness for turn in found.turns] == ["bit for bit", "1e-9", "bit for bit"]
    assert found.exactness == "1e-9"
    assert verify(played.log).exactness == "bit for bit"


def test_a_changed_bot_is_found_even_where_the_results_were_made_to_fit(played):
    log = json.loads(game_file(played.log))
    decided = _event(log["events"], "decision_submitted", 1, "CHN")
    decided["lines"] = ["2023Q1 packaging_grant conventional 0"]
    found = verify(read_game_file(json.dumps(log)))
    _event(log["events"], "turn_resolved", 1)["result_hash"] = found.turns[0].derived
    again = verify(read_game_file(json.dumps(log)))
    assert again.turns[0].stated == again.turns[0].derived
    assert "the bot whole-chain in CHN decides otherwise" in again.first_problem


def test_a_decision_beyond_the_purse_is_found(played):
    def change(events):
        _event(events, "decision_submitted", 1, "USA")["lines"][1] = "2023Q1 packaging_rnd interposer_2_5d 1999"

    assert "USA could not have decided this" in _tampered(played, change).first_problem


def test_a_turn_without_all_decisions_is_found(played):
    def change(events):
        events.remove(_event(events, "decision_submitted", 1, "USA"))

    assert "resolved before USA decided" in _tampered(played, change).first_problem


def _insert(kind, **values):
    """A change that puts an event before the second turn's first decision."""

    def change(events):
        place = events.index(_event(events, "decision_submitted", 2, "USA"))
        events.insert(place, {"kind": kind, "version": 1, **values})

    return change


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (_insert("game_started"), "Turn 2: the game begins twice"),
        (_insert("game_ended", reason="owner"), "stands after the game's end"),
        (_insert("game_ended", reason="scenario_end"), "the scenario's end in turn 2 of 12"),
        (_insert("seat_claimed", seat="USA", player="Eve", token_hash="x"), "USA is taken where Ann holds it"),
        (_insert("seat_released", seat="CHN"), "where a bot plays CHN"),
        (_insert("draft_saved", seat="CHN", turn=2, lines=[]), "where a bot plays CHN"),
        (_insert("decision_withdrawn", seat="USA", turn=2), "does not fit what USA had decided"),
        (_insert("prediction_made", seat="USA", turn=1, above=True), "an event of turn 1"),
        (_insert("decision_submitted", seat="CHN", turn=2, lines=[], author="person"), "which no person holds"),
        (_insert("decision_submitted", seat="USA", turn=2, lines=[], author="bot"), "which a person holds"),
        (_insert("decision_submitted", seat="USA", turn=2, lines=[], author="person"), "USA decides twice"),
        (
            _insert("decision_submitted", seat="USA", turn=2, lines=["2023Q3 packaging_rnd fan_out 1"], author="rule"),
            "had not decided",
        ),
        (lambda events: events.pop(1), "stands before the game began"),
    ],
)
def test_what_could_not_have_happened_is_found(played, change, says):
    found = _tampered(played, change)
    assert not found.holds
    assert says in found.first_problem


def test_what_could_not_have_happened_in_the_open_turn_is_found(played):
    found = _tampered(played, lambda events: events.append({"kind": "game_started", "version": 1}))
    assert all(turn.holds for turn in found.turns)
    assert found.first_problem == "Turn 4: the game begins twice"
    assert not found.holds


def test_a_rivals_seat_taken_in_an_assignment_is_found():
    table = Table(assignment=True).sit()
    place = len(table.log)
    table.submit()
    table.resolve()
    assert verify(table.log).holds
    for token_hash, says in (("f" * 64, "another person in an assignment"), (hashed("owner"), "holds another seat already")):
        claim = SeatClaimed(seat="CHN", player="Eve", token_hash=token_hash)
        assert says in verify([*table.log[:place], claim, *table.log[place:]]).first_problem


def test_another_seed_is_found(played):
    assert not _tampered(played, lambda events: events[0].update(seed=8)).holds


def test_another_models_game_is_told_apart(played):
    found = _tampered(played, lambda events: events[0].update(model_version="0.0.1+older"))
    assert found.holds
    assert found.model == "0.0.1+older"
    assert found.installed == model_version()
    assert not found.same_model


def test_a_loaded_game_of_another_model_warns_when_it_is_simulated(played, tmp_path):
    def file(change):
        content = json.loads(game_file(played.log))
        change(content["events"][0])
        place = tmp_path / "game.json"
        place.write_text(json.dumps(content))
        return load_game(place)

    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        file(lambda created: None).simulate()
    assert told == []
    other = file(lambda created: created.update(model_version="0.0.1+older"))
    for game in (other, other.without("USA")):
        with pytest.warns(OtherModelWarning, match=r"played with the model 0\.0\.1\+older; installed is .* may differ") as told:
            game.simulate()
        assert told[0].filename == __file__  # whoever asked is pointed at
    with pytest.warns(OtherModelWarning, match="another version of its scenario"):
        file(lambda created: created.update(scenario_hash="0" * 64)).simulate()


def test_another_models_results_are_compared_where_they_differ_most(played):
    def other(events):
        events[0].update(model_version="0.0.1+older")
        first = next(event for event in events if event["kind"] == "turn_resolved")
        first["result_hash"] = "0" * 64
        first["figures"]["lead_time_weeks"] *= 3

    found = _tampered(played, other)
    apart = found.turns[0].apart
    assert apart is not None
    assert (apart.metric, apart.stated) == ("lead_time_weeks", pytest.approx(3 * apart.derived))
    assert "played with the model 0.0.1+older" in found.first_problem
    assert found.turns[1].apart is None


def test_a_scenario_that_has_other_turns_now_is_said_to_be_another(played):
    def other(events):
        events[0].update(model_version="0.0.1+older", scenario_hash="0" * 64, turns=events[0]["turns"] + 1)

    found = _tampered(played, other)
    assert not found.holds
    assert found.turns == ()
    assert "is not the one that the game was played with" in found.first_problem


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "not JSON"),
        ("[]", "one begins with"),
        ('{"format":"policygame-game","version":2,"events":[]}', "version 2"),
        ('{"format":"policygame-game","version":1,"events":[]}', "no list"),
        ('{"format":"policygame-game","version":1,"events":[1]}', "event 1"),
        ('{"format":"policygame-game","version":1,"events":[{"kind":"game_started","version":1}]}', "begins with game_created"),
        ("[" * 100_000, "not JSON"),
        ("x" * 20_000_001, "too large"),
    ],
    ids=lambda text: text[:30],
)
def test_what_is_no_game_file_is_told_in_a_sentence(text, says):
    with pytest.raises(GameFileError, match=says):
        read_game_file(text)


def test_an_unknown_scenario_is_told(played):
    for name in ("no-such-game", "configs/scenarios/first-game.yaml", "/etc/hostname"):
        text = game_file(played.log).replace('"scenario":"first-game"', f'"scenario":"{name}"')
        with pytest.raises(GameFileError, match=f"{name}.*does not ship with this program"):
            read_game_file(text)


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("turns", 3, "12 turns of 2 quarters"),
        ("bots", {"CHN": "whole-chain"}, "for each of"),
        ("seed", -1, "greater than or equal to 0"),
        ("model_version", "x" * 101, "at most 100 characters"),
    ],
)
def test_a_game_that_could_not_have_been_created_is_told(played, field, value, says):
    found = json.loads(game_file(played.log))
    found["events"][0][field] = value
    with pytest.raises(GameFileError, match=says):
        read_game_file(json.dumps(found))


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_whatever_is_changed_in_a_file_it_is_read_and_judged_or_refused(played, data):
    found = json.loads(game_file(played.log[:40]))
    events = found["events"]
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(events) - 1))
        match data.draw(st.sampled_from(("value", "remove", "repeat", "swap"))):
            case "value" if isinstance(events[at], dict) and events[at]:
                events[at][data.draw(st.sampled_from(sorted(events[at])))] = data.draw(_JSON)
            case "remove" if len(events) > 1:
                events.pop(at)
            case "repeat":
                events.insert(at, dict(events[at]))
            case "swap":
                events[at], events[0] = events[0], events[at]
    try:
        judged = verify(read_game_file(json.dumps(found)))
    except GameFileError:
        return
    assert judged.holds == (judged.first_problem == "")


# in Python ----------------------------------------------------------------------------------------------------------------


def test_a_loaded_game_gives_the_numbers_of_the_game(played, tmp_path):
    path = tmp_path / "game.json"
    path.write_text(game_file(played.log), encoding="utf-8")
    game = load_game(path)
    assert (game.turns, game.seed, game.scenario.name) == (3, 7, "first-game")
    mine = game.simulate()
    for metric in mine.metrics:
        np.testing.assert_array_equal(mine.all_of(metric), played.position.result.all_of(metric))


def test_a_game_without_a_decision(played, tmp_path):
    path = tmp_path / "game.json"
    path.write_text(game_file(played.log), encoding="utf-8")
    game = load_game(path)
    bare = game.without("USA", turn=2, lever="packaging_grant")
    assert len(bare.policies["USA"].settings) == len(game.policies["USA"].settings) - 1
    item = {"entity": "government:USA", "item": "packaging_grant"}
    assert (bare.simulate().array("outlay_musd", **item) != game.simulate().array("outlay_musd", **item)).any()
    with pytest.raises(GameFileError, match="decided nothing of the kind"):
        game.without("USA", turn=2, lever="export_control")
    with pytest.raises(GameFileError, match="no seat"):
        game.without("MARS")


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(GameFileError, match="cannot be read"):
        load_game(tmp_path / "nothing.json")


def test_the_file_of_a_log_is_the_log(played):
    assert read_game_file(game_file(played.log)) == played.log
    assert Position.of(Game.of(read_game_file(game_file(played.log)))).digest == played.position.digest
