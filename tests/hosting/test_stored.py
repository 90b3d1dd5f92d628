"""A game outlives its model: what was seen in play is shown again from the store, and derived anew only where somebody is told so."""

from __future__ import annotations

import sqlite3

import pytest

from policygame.game import Refused
from policygame.game import commands as c
from policygame.game.recorded import recorded_result
from policygame.hosting.host import Entry, Host
from policygame.result import Result
from policygame.simulation import Simulation
from policygame.store import Store
from tests.store.older import as_the_first_version

GRANT = "2023Q1 packaging_grant interposer_2_5d 0.4 cap 300"


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "games.sqlite3") as opened:
        yield opened


def submit(host: Host, entry: Entry, *lines: str) -> None:
    turn = host.view(entry.game_id, entry.token).turn
    host.act(entry.game_id, entry.token, c.SubmitDecision(seat="USA", turn=turn, lines=lines))


def played(host: Host, turns: int = 3) -> Entry:
    """A game of Ann's, some turns of it resolved."""
    entry = host.create("first-game", "USA", "Ann", seed=7)
    for turn in range(1, turns + 1):
        submit(host, entry, *([GRANT] if turn == 1 else []))
    return entry


@pytest.fixture
def another_model(monkeypatch):
    """From when it is called on, another model is installed, which must not be run."""

    def install() -> None:
        def ran(*_):
            raise AssertionError("a model ran")

        monkeypatch.setattr("policygame.game.game.model_version", lambda: "9.9+000000000000")
        monkeypatch.setattr(Simulation, "run", ran)
        monkeypatch.setattr(Simulation, "__init__", ran)

    return install


def same_bits(one: Result, other: Result) -> bool:
    return (
        one.metrics == other.metrics
        and one.quarters == other.quarters
        and all(one.series(m) == other.series(m) and one.all_of(m).tobytes() == other.all_of(m).tobytes() for m in one.metrics)
    )


def test_results_are_written_with_the_turn_that_was_resolved(store):
    host = Host(store)
    entry = played(host, turns=2)
    assert store.turns_with_results(entry.game_id) == {1, 2}
    position = host.position(entry.game_id)
    again = recorded_result(position.scenario, position.seed, list(store.results(entry.game_id).values()))
    assert same_bits(again, position.result)


def test_a_game_of_another_model_is_shown_as_it_was_seen_and_nothing_is_run(store, another_model):
    host = Host(store)
    entry = played(host)
    seen = {token: host.view(entry.game_id, token) for token in (entry.token, None)}
    assert {view.shown_from for view in seen.values()} == {"replay"}
    another_model()
    again = Host(store)
    assert again.recover() == []
    for token, before in seen.items():
        view = again.view(entry.game_id, token)
        assert (view.shown_from, view.model) == ("stored", before.model)
        assert same_bits(view.result, before.result)
        assert (view.decided, view.in_force, view.turn) == (before.decided, before.in_force, before.turn)
        assert "another model" in view.why_not
    with pytest.raises(Refused) as refused:
        submit(again, entry)
    assert refused.value.reason == "wrong_version"


def test_others_treasuries_are_no_more_in_a_stored_result_than_in_a_replayed_one(store, another_model):
    host = Host(store)
    entry = played(host, turns=1)
    another_model()
    again = Host(store)
    assert again.view(entry.game_id, None).result.series("treasury_musd") == ()
    mine = again.view(entry.game_id, entry.token).result
    assert {entity for entity, _ in mine.series("treasury_musd")} == {"government:USA"}


def test_the_owner_has_it_derived_anew_and_back(store, monkeypatch):
    host = Host(store)
    entry = played(host)
    monkeypatch.setattr("policygame.game.game.model_version", lambda: "9.9+000000000000")
    again = Host(store)
    before, log = again.view(entry.game_id, entry.token), store.events(entry.game_id)
    heard = []
    again.subscribe(entry.game_id, lambda: heard.append(again.view(entry.game_id, None).shown_from))
    for token in (None, "x" * 40):
        with pytest.raises(Refused) as refused:
            again.rederive(entry.game_id, token)
        assert refused.value.reason == "not_the_owner"
    run, runs = Simulation.run, []
    monkeypatch.setattr(Simulation, "run", lambda self, *words: runs.append(self) or run(self, *words))
    again.rederive(entry.game_id, entry.token)
    again.rederive(entry.game_id, entry.token)
    view = again.view(entry.game_id, entry.token)
    assert view.shown_from == "derived anew"
    assert runs
    assert same_bits(view.result, before.result)  # the other model is the same but for its name
    assert "another model" in view.why_not
    again.rederive(entry.game_id, entry.token, anew=False)
    assert again.view(entry.game_id, None).shown_from == "stored"
    assert heard == ["derived anew", "stored"]
    assert store.events(entry.game_id) == log


def test_a_game_of_the_installed_model_is_not_derived_otherwise(store):
    host = Host(store)
    entry = played(host, turns=1)
    heard = []
    host.subscribe(entry.game_id, lambda: heard.append(1))
    host.rederive(entry.game_id, entry.token)
    assert host.view(entry.game_id, None).shown_from == "replay"
    assert heard == []
    submit(host, entry)
    assert host.view(entry.game_id, None).turn == 3


def test_what_came_from_a_file_is_derived_anew_and_says_so(store, tmp_path, monkeypatch):
    host = Host(store)
    text = host.game_file(played(host).game_id)
    monkeypatch.setattr("policygame.game.game.model_version", lambda: "9.9+000000000000")
    with Store.open(tmp_path / "elsewhere.sqlite3") as elsewhere:
        there = Host(elsewhere)
        view = there.view(there.import_file(text), None)
    assert view.shown_from == "derived anew"
    assert len(view.result.quarters) == 10


def test_what_was_missing_is_written_when_the_next_turn_is_resolved(store, tmp_path):
    host = Host(store)
    entry = played(host)
    text = host.game_file(entry.game_id)
    with Store.open(tmp_path / "elsewhere.sqlite3") as elsewhere:
        there = Host(elsewhere)
        assert there.import_file(text) == entry.game_id
        assert elsewhere.turns_with_results(entry.game_id) == set()
        submit(there, entry)
        submit(host, entry)
        assert elsewhere.results(entry.game_id) == store.results(entry.game_id)
    assert store.turns_with_results(entry.game_id) == {1, 2, 3, 4}


def test_a_game_in_a_database_of_the_first_version_is_played_on(tmp_path, another_model):
    file = tmp_path / "games.sqlite3"
    with Store.open(file) as store:
        entry = played(Host(store), turns=2)
    as_the_first_version(str(file))
    with Store.open(file) as store:
        host = Host(store)
        assert host.view(entry.game_id, entry.token).turn == 3
        assert store.turns_with_results(entry.game_id) == set()
        submit(host, entry)
        before = host.view(entry.game_id, entry.token)
        assert store.turns_with_results(entry.game_id) == {1, 2, 3}
        another_model()
        view = Host(store).view(entry.game_id, entry.token)
    assert view.shown_from == "stored"
    assert same_bits(view.result, before.result)


@pytest.mark.parametrize("spoil", ["a turn missing", "damaged", "another game's"])
def test_results_that_are_not_the_logs_are_not_shown(tmp_path, monkeypatch, caplog, spoil):
    file = tmp_path / "games.sqlite3"
    with Store.open(file) as store:
        host = Host(store)
        entry = played(host, turns=2)
        other = host.create("first-game", "USA", "Ann", seed=8)
        submit(host, other)
        wrong = store.results(other.game_id)[1]
    with sqlite3.connect(file) as raw:
        if spoil == "a turn missing":
            raw.execute("DELETE FROM results WHERE game_id = ? AND turn = 1", (entry.game_id,))
        else:
            body = b"nonsense" if spoil == "damaged" else wrong
            raw.execute("UPDATE results SET body = ? WHERE game_id = ? AND turn = 1", (body, entry.game_id))
    raw.close()
    monkeypatch.setattr("policygame.game.game.model_version", lambda: "9.9+000000000000")
    with Store.open(file) as store:
        assert Host(store).view(entry.game_id, entry.token).shown_from == "derived anew"
    told = {"a turn missing": "", "damaged": "cannot be shown: record 1", "another game's": "not those that its log speaks of"}
    assert told[spoil] in caplog.text
