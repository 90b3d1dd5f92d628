"""A game is a fold over its events; commands are checked in one order and refused with a reason."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policygame.game import Game, Refused, create_game, event_json, parse_command, parse_event, view_of
from policygame.game import commands as c
from policygame.game.events import DecisionSubmitted, EventError, GameEnded, TurnResolved
from policygame.scenario import load_scenario
from tests.game.table import Table


def refusal(action) -> Refused:
    with pytest.raises(Refused) as caught:
        action()
    return caught.value


def test_a_game_alone_begins_at_once_and_bots_hold_the_other_seats():
    table = Table().sit()
    assert table.game.phase == "playing"
    assert table.game.turn == 1
    assert str(table.game.quarter) == "2023Q1"
    holders = {seat.id: seat.holder for seat in table.game.seats.values()}
    assert holders.pop("USA") == "person"
    assert set(holders.values()) == {"bot"}


def test_together_people_gather_first_and_only_the_owner_starts():
    table = Table(together=True).sit()
    assert table.game.phase == "lobby"
    assert refusal(lambda: table.submit("packaging_grant interposer_2_5d 0.2")).reason == "not_started"
    table.sit("CHN", "Bo", "second")
    assert refusal(lambda: table.act(c.StartGame(), "second")).reason == "not_the_owner"
    table.act(c.StartGame())
    assert table.game.phase == "playing"
    assert refusal(lambda: table.act(c.StartGame())).reason == "already_started"


def test_a_turn_waits_for_everybody_who_sits_and_for_nobody_else():
    table = Table().sit().sit("CHN", "Bo", "second")
    table.submit("packaging_grant interposer_2_5d 0.2")
    assert table.game.waiting_for == ("CHN",)
    assert not table.game.ready
    with pytest.raises(ValueError, match="waiting for CHN"):
        table.resolve()
    table.submit(seat="CHN", token="second")
    assert table.game.ready
    kinds = [event.kind for event in table.resolve()]
    assert kinds[-1] == "turn_resolved"
    assert table.game.turn == 2
    assert str(table.game.decisions["USA"]) == "2023Q1 packaging_grant interposer_2_5d 0.2"


def test_the_owner_need_not_wait_for_ever():
    table = Table().sit().sit("CHN", "Bo", "second")
    table.submit("packaging_grant interposer_2_5d 0.2")
    events = table.act(c.ResolveTurn(turn=1))
    assert events == [DecisionSubmitted(seat="CHN", turn=1, lines=(), author="rule")]
    table.resolve()
    assert table.game.turn == 2


def test_a_mind_can_be_changed_until_the_turn_is_resolved():
    table = Table().sit().sit("CHN", "Bo", "second")
    table.submit("packaging_grant interposer_2_5d 0.2")
    assert refusal(lambda: table.submit("packaging_grant interposer_2_5d 0.3")).reason == "already_decided"
    table.act(c.WithdrawDecision(seat="USA", turn=1))
    table.submit("packaging_grant interposer_2_5d 0.3")
    assert table.game.submitted("USA").settings[0].amount == 0.3


def test_sending_the_same_again_changes_nothing():
    table = Table().sit().sit("CHN", "Bo", "second")
    assert len(table.submit("packaging_grant interposer_2_5d 0.2")) == 1
    assert table.submit("packaging_grant interposer_2_5d 0.2") == []
    assert table.act(c.ClaimSeat(seat="USA", player="Ann")) == []


def test_drafts_are_kept_until_the_turn_ends():
    table = Table().sit()
    table.act(c.SaveDraft(seat="USA", turn=1, lines=("2023Q1 packaging_grant interposer_2_5d 0.2",)))
    assert table.game.seats["USA"].draft == ("2023Q1 packaging_grant interposer_2_5d 0.2",)
    assert table.act(c.SaveDraft(seat="USA", turn=1, lines=("2023Q1 packaging_grant interposer_2_5d 0.20",))) == []
    table.submit()
    table.resolve()
    assert table.game.seats["USA"].draft is None


def test_a_latecomer_takes_a_bots_seat_and_leaves_it_to_the_bot_again():
    table = Table().sit()
    table.submit()
    table.resolve()
    table.sit("KOR", "Cho", "third")
    assert table.game.seats["KOR"].holder == "person"
    table.act(c.ReleaseSeat(seat="KOR"), "third")
    assert table.game.seats["KOR"].holder == "bot"


@pytest.mark.parametrize(
    ("command", "token", "reason"),
    [
        (c.ClaimSeat(seat="MARS", player="Eve"), "other", "unknown_seat"),
        (c.SubmitDecision(seat="MARS", turn=99, lines=()), None, "unknown_seat"),
        (c.ClaimSeat(seat="CHN", player="Eve"), None, "wrong_token"),
        (c.ClaimSeat(seat="USA", player="Eve"), "other", "seat_taken"),
        (c.ClaimSeat(seat="CHN", player="Ann"), "owner", "seat_taken"),
        (c.SubmitDecision(seat="USA", turn=99, lines=("rubbish",)), "other", "not_your_seat"),
        (c.SubmitDecision(seat="CHN", turn=1, lines=()), "owner", "not_your_seat"),
        (c.SubmitDecision(seat="USA", turn=2, lines=("rubbish",)), "owner", "stale_turn"),
        (c.SubmitDecision(seat="USA", turn=1, lines=("rubbish",)), "owner", "malformed"),
        (c.SubmitDecision(seat="USA", turn=1, lines=("2024Q1 packaging_grant interposer_2_5d 0.1",)), "owner", "stale_turn"),
        (c.SubmitDecision(seat="USA", turn=1, lines=("2023Q1 workforce packaging 10",)), "owner", "out_of_bounds"),
        (c.SubmitDecision(seat="USA", turn=1, lines=("2023Q1 packaging_rnd interposer_2_5d 2000",)), "owner", "cannot_pay"),
        (c.WithdrawDecision(seat="USA", turn=1), "owner", "not_decided"),
        (c.ResolveTurn(turn=1), "other", "not_the_owner"),
        (c.EndGame(), "other", "not_the_owner"),
    ],
)
def test_what_is_refused_says_why_and_changes_nothing(command, token, reason):
    table = Table().sit()
    before = table.game
    refused = refusal(lambda: table.act(command, token))
    assert refused.reason == reason
    assert str(refused)[0].isupper()
    assert table.game is before


def test_of_several_faults_the_first_in_the_order_of_checks_is_told():
    """Seat, credentials, end of the game, model, begin, turn, decided already, form, bounds, money."""
    own = {"seat": "USA", "turn": 1}
    dear, forbidden = "2023Q1 packaging_rnd interposer_2_5d 2000", "2023Q1 workforce packaging 10"

    def told(table, token="owner", **wrong):
        values = own | {"lines": ("rubbish",)} | wrong
        return refusal(lambda: table.act(c.SubmitDecision(**values), token)).reason

    def older(table):
        table.game = Game.of([table.log[0].model_copy(update={"model_version": "0.0.1+older"}), *table.log[1:]])
        return table

    ended = Table().sit()
    ended.act(c.EndGame())
    assert told(ended, "other", seat="MARS", turn=9) == "unknown_seat"
    assert told(older(ended), "other", turn=9) == "not_your_seat"
    assert told(older(ended), turn=9) == "game_over"
    assert told(older(Table(together=True).sit()), turn=9) == "wrong_version"
    assert told(Table(together=True).sit(), turn=9) == "not_started"
    table = Table().sit().sit("CHN", "Bo", "second")
    assert told(table, turn=9) == "stale_turn"
    assert told(table) == "malformed"
    assert told(table, lines=(dear, forbidden)) == "out_of_bounds"
    assert told(table, lines=(dear,)) == "cannot_pay"
    table.submit()
    assert told(table, lines=(dear, forbidden)) == "already_decided"


def test_a_game_is_made_of_a_shipped_scenario(tmp_path):
    shipped = load_scenario("first-game")
    text = Path(shipped.origin).read_text(encoding="utf-8")
    for name, changed in (("mine", text.replace("name: first-game", "name: mine")), ("first-game", text + "\n# mine\n")):
        file = tmp_path / f"{name}.yaml"
        file.write_text(changed.replace("title: A first game", "title: Another game"), encoding="utf-8")
        own = load_scenario(file)
        refused = refusal(lambda own=own: create_game(own, game_id="g", code="ABCDE", seed=1, owner_token="t"))
        assert refused.reason == "out_of_bounds"
        assert "does not ship with the program" in str(refused)


def test_what_cannot_be_paid_names_the_line_to_shrink_and_then_can_be_sent():
    table = Table().sit()
    refused = refusal(lambda: table.submit("packaging_rnd interposer_2_5d 2000", "supplier_programme hbm 5"))
    assert refused.line == ("packaging_rnd", "interposer_2_5d")
    assert refused.amount is not None
    assert 0 < refused.amount < 2000
    assert "Shrink Packaging research and pilot lines, 2.5D to " in str(refused)  # by its name, not its id
    table.submit(f"packaging_rnd interposer_2_5d {refused.amount}", "supplier_programme hbm 5")


def test_predictions_only_where_they_are_asked():
    table = Table().sit()
    table.act(c.Predict(seat="USA", turn=1, above=True))
    table.act(c.Predict(seat="USA", turn=1, above=False))
    assert [(p.turn, p.above) for p in table.game.seats["USA"].predictions] == [(1, False)]
    quiet = Table(predictions=False).sit()
    assert refusal(lambda: quiet.act(c.Predict(seat="USA", turn=1, above=True))).reason == "no_predictions"


def test_nothing_is_decided_after_the_end():
    table = Table().sit()
    table.act(c.EndGame())
    assert table.game.phase == "ended"
    assert refusal(lambda: table.submit()).reason == "game_over"


def test_the_last_turn_ends_the_game():
    table = Table().sit()
    for _ in range(table.game.turns):
        table.submit()
        last = table.resolve()
    assert isinstance(last[-1], GameEnded)
    assert isinstance(last[-2], TurnResolved)
    assert last[-2].quarter == "2028Q4"
    assert table.game.phase == "ended"
    assert view_of(table.game, table.position, "owner").result.quarters[-1] == table.game.calendar.end


def test_a_game_of_another_model_is_read_not_played_on():
    table = Table().sit()
    log = [table.log[0].model_copy(update={"model_version": "0.0.1+older"}), *table.log[1:]]
    table.game = Game.of(log)
    assert not view_of(table.game, table.position, "owner").playable
    assert refusal(lambda: table.submit()).reason == "wrong_version"


def test_an_assignment_is_for_one_person():
    table = Table(assignment=True).sit()
    assert refusal(lambda: table.sit("CHN", "Bo", "second")).reason == "seat_taken"


def test_an_unknown_bot_or_seat_is_refused_when_the_game_is_made():
    for bots in ({"USA": "whole-chian"}, {"MARS": "whole-chain"}):
        refused = refusal(
            lambda bots=bots: create_game(
                load_scenario("first-game"), game_id="g", code="ABCDE", seed=1, owner_token="t", bots=bots
            )
        )
        assert refused.reason in ("unknown_seat", "out_of_bounds")


# the log -------------------------------------------------------------------------------------------------------------------


def test_events_round_trip_as_text():
    table = Table().sit()
    table.submit("packaging_grant interposer_2_5d 0.2 cap 100")
    table.resolve()
    texts = [event_json(event) for event in table.log]
    assert [parse_event(text) for text in texts] == table.log
    assert Game.of([parse_event(text) for text in texts]) == table.game


def test_the_log_holds_no_token():
    table = Table().sit("USA", "Ann", "a-very-secret-token")
    assert "a-very-secret-token" not in "".join(map(event_json, table.log))


def test_a_log_that_could_not_be_played_is_refused():
    table = Table().sit()
    for log in ([], table.log[1:], [table.log[0], table.log[0]]):
        with pytest.raises(EventError):
            Game.of(log)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        "null",
        '"claim_seat"',
        "[" * 100_000,
        '{"kind": "claim_seat"}',
        '{"kind": "claim_seat", "seat": "USA", "player": "x", "more": 1}',
        '{"kind": "claim_seat", "seat": "USA", "player": ""}',
        '{"kind": "claim_seat", "seat": "USA", "player": "a\\u0000b"}',
        '{"kind": "claim_seat", "seat": "USA", "player": "a\\u202eb"}',
        '{"kind": "claim_seat", "seat": "USA", "player": "' + "x" * 50 + '"}',
        '{"kind": "save_draft", "seat": "USA", "turn": "1", "lines": []}',
        '{"kind": "save_draft", "seat": "USA", "turn": 1.5, "lines": []}',
        '{"kind": "save_draft", "seat": "USA", "turn": true, "lines": []}',
        '{"kind": "save_draft", "seat": "USA", "turn": 0, "lines": []}',
        '{"kind": "save_draft", "seat": "USA", "turn": 1, "lines": ["' + "x" * 400 + '"]}',
        '{"kind": "save_draft", "seat": "USA", "turn": 1, "lines": ["a\\nb"]}',
        '{"kind": "save_draft", "seat": "USA", "turn": 1, "lines": [' + ",".join(['"a"'] * 200) + "]}",
        '{"kind": "predict", "seat": "USA", "turn": 1, "above": NaN}',
        '{"kind": "' + "x" * 10_000_000 + '"}',
    ],
    ids=lambda text: text[:40],
)
def test_hostile_commands_are_refused_in_a_sentence(text):
    refused = refusal(lambda: parse_command(text))
    assert refused.reason == "malformed"
    assert len(str(refused)) < 600


def test_a_script_in_a_name_stays_text():
    command = parse_command('{"kind": "claim_seat", "seat": "USA", "player": " <script>alert(1)</script> "}')
    assert command == c.ClaimSeat(seat="USA", player="<script>alert(1)</script>")


# properties ---------------------------------------------------------------------------------------------------------------

_LINES = st.sampled_from(
    (
        (),
        ("{q} packaging_grant interposer_2_5d 0.3 cap 400",),
        ("{q} packaging_rnd interposer_2_5d 20",),
        ("{q} packaging_rnd interposer_2_5d 1999",),
        ("{q} export_control hbm 0.5 on CHN", "{q} packaging_grant interposer_2_5d 0"),
        ("2022Q1 packaging_grant fan_out 0.1",),
        ("rubbish",),
    )
)
_SEATS = st.sampled_from(("USA", "CHN", "KOR", "TWN", "MARS"))
_TOKENS = st.sampled_from((None, "owner", "second", "third"))
_TURNS = st.integers(1, 3)


@st.composite
def _commands(draw):
    kind = draw(
        st.sampled_from((c.ClaimSeat, c.ReleaseSeat, c.SaveDraft, c.SubmitDecision, c.WithdrawDecision, c.Predict, c.ResolveTurn))
    )
    values = {
        "seat": draw(_SEATS),
        "turn": draw(_TURNS),
        "lines": draw(_LINES),
        "player": draw(st.sampled_from(("Ann", "Bo"))),
        "above": draw(st.booleans()),
    }
    return kind(**{name: values[name] for name in kind.model_fields if name in values}), draw(_TOKENS)


@settings(max_examples=40, deadline=None)
@given(st.lists(_commands(), max_size=25))
def test_whatever_is_asked_the_log_folds_to_the_game_and_turns_resolve(asked):
    table = Table().sit()
    for command, token in asked:
        if hasattr(command, "lines"):
            lines = tuple(line.format(q=table.game.quarter) for line in command.lines)
            command = command.model_copy(update={"lines": lines})
        sequence = table.game.sequence
        try:
            events = table.act(command, token)
        except Refused:
            assert table.game.sequence == sequence
            continue
        assert table.game.sequence == sequence + len(events)
        if table.game.ready and table.game.turn <= 2:
            table.resolve()
    assert Game.of(table.log) == table.game
    assert table.game.sequence == len(table.log)
