"""Whoever heard nothing, because the server ended, sends a command once more, and is told what holds: nothing happens twice."""

from __future__ import annotations

import pytest

from policygame.game import Refused
from policygame.game import commands as c
from policygame.hosting.host import Entry, Host
from policygame.store import Store

GRANT = "2023Q1 packaging_grant interposer_2_5d 0.4 cap 300"
RESEARCH = "2023Q1 packaging_rnd interposer_2_5d 20"
DECISION = c.SubmitDecision(seat="USA", turn=1, lines=(GRANT, RESEARCH))


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "games.sqlite3") as opened:
        yield opened


@pytest.fixture
def host(store):
    return Host(store)


@pytest.fixture
def ann(host) -> Entry:
    """Ann, who owns a game in its second turn, alone at the table."""
    entry = host.create("first-game", "USA", "Ann", seed=7)
    host.act(entry.game_id, entry.token, DECISION)
    return entry


def sent_to_a_new_server(store: Store, entry: Entry, command: c.Command, token: str | None = None) -> None:
    """Send a command as after a restart; the log stays as it is."""
    before = store.events(entry.game_id)
    try:
        Host(store).act(entry.game_id, token or entry.token, command)
    finally:
        assert store.events(entry.game_id) == before


def reason(store: Store, entry: Entry, command: c.Command, token: str | None = None) -> str:
    with pytest.raises(Refused) as refused:
        sent_to_a_new_server(store, entry, command, token)
    return refused.value.reason


@pytest.mark.parametrize("lines", [(GRANT, RESEARCH), (RESEARCH, GRANT), (f"  {GRANT}", RESEARCH)])
def test_a_decision_whose_turn_was_resolved_meanwhile(store, ann, lines):
    sent_to_a_new_server(store, ann, DECISION.model_copy(update={"lines": lines}))


def test_a_decision_to_change_nothing(store, host, ann):
    host.act(ann.game_id, ann.token, c.SubmitDecision(seat="USA", turn=2, lines=()))
    sent_to_a_new_server(store, ann, c.SubmitDecision(seat="USA", turn=2, lines=()))
    assert reason(store, ann, c.SubmitDecision(seat="USA", turn=1, lines=())) == "stale_turn"


def test_another_decision_for_a_turn_that_is_over_is_refused(store, ann):
    for lines in ((GRANT,), (GRANT, RESEARCH.replace("20", "21")), ("please",), (GRANT.replace("2023Q1", "2023Q3"), RESEARCH)):
        assert reason(store, ann, DECISION.model_copy(update={"lines": lines})) == "stale_turn"
    assert reason(store, ann, DECISION.model_copy(update={"turn": 3})) == "stale_turn"


def test_the_same_decision_from_somebody_else_is_refused(store, host, ann):
    bob = host.join(ann.code, "Bob", "CHN")
    assert reason(store, ann, DECISION, token=bob.token) == "not_your_seat"
    assert reason(store, ann, DECISION, token="x" * 40) == "not_your_seat"
    assert reason(store, ann, c.ResolveTurn(turn=1), token=bob.token) == "not_the_owner"
    assert reason(store, ann, c.EndGame(), token=bob.token) == "not_the_owner"


def test_a_prediction_stands_once(store, host, ann):
    expected = c.Predict(seat="USA", turn=2, above=True)
    host.act(ann.game_id, ann.token, expected)
    sent_to_a_new_server(store, ann, expected)
    host.act(ann.game_id, ann.token, c.Predict(seat="USA", turn=2, above=False))
    assert host.game(ann.game_id).seats["USA"].predictions[-1].above is False
    host.act(ann.game_id, ann.token, c.SubmitDecision(seat="USA", turn=2, lines=()))
    sent_to_a_new_server(store, ann, c.Predict(seat="USA", turn=2, above=False))
    assert reason(store, ann, expected) == "stale_turn"


def test_a_turn_that_the_owner_ended(store, host):
    owner = host.create("first-game", "USA", "Ann", seed=7, together=True)
    host.act(owner.game_id, owner.token, c.StartGame())
    sent_to_a_new_server(store, owner, c.StartGame())
    host.act(owner.game_id, owner.token, c.ResolveTurn(turn=1))
    sent_to_a_new_server(store, owner, c.ResolveTurn(turn=1))
    assert host.view(owner.game_id, owner.token).turn == 2


def test_a_game_that_the_owner_ended(store, host, ann):
    host.act(ann.game_id, ann.token, c.EndGame())
    sent_to_a_new_server(store, ann, c.EndGame())
    sent_to_a_new_server(store, ann, DECISION)
    assert reason(store, ann, c.SubmitDecision(seat="USA", turn=2, lines=())) == "game_over"
