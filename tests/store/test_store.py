"""The log keeps what was appended, in order, once, and refuses whoever comes second. The same on both kinds of database."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from policygame.store import CodeTaken, Conflict, Store, StoredGame, UnknownGame


def body(kind: str, **fields: object) -> str:
    return json.dumps({"kind": kind, **fields}, ensure_ascii=False)


@pytest.fixture
def store(database):
    with Store.open(database) as opened:
        yield opened


def test_what_is_appended_is_read_back_in_order_by_a_new_store(store, database):
    texts = [body("created", name="Zoë 'Robert'); DROP TABLE games;--"), body("claimed", player="🐘\u2028")]
    store.create("g1", "K7PQM", "first-game", texts)
    store.append("g1", 2, [body("started")], status="playing")
    store.append("g1", 3, [])
    with Store.open(database) as again:
        assert again.events("g1") == [*texts, body("started")]
        assert again.events("g1", after_sequence=2) == [body("started")]
        assert again.events("g1", after_sequence=3) == []
        (game,) = again.games()
    assert game == StoredGame("g1", "K7PQM", "first-game", "playing", game.created_at, 3)
    assert game.created_at.endswith("+00:00")


def test_whoever_comes_second_is_refused_and_nothing_is_written(store):
    store.create("g1", "K7PQM", "first-game", [body("created")])
    store.append("g1", 1, [body("first")])
    for late in (0, 1, 3):
        with pytest.raises(Conflict, match=r"at event 2"):
            store.append("g1", late, [body("second"), body("third")], status="ended")
    assert [json.loads(text)["kind"] for text in store.events("g1")] == ["created", "first"]
    assert store.game("g1").status == "lobby"


def test_results_are_written_with_their_events_or_not_at_all(store, database):
    store.create("g1", "K7PQM", "first-game", [body("created")])
    store.append("g1", 1, [body("resolved")], results={1: b"\x00one\xff"})
    with pytest.raises(Conflict, match="at event 2"):
        store.append("g1", 1, [body("resolved")], results={2: b"two"})
    with pytest.raises(Conflict, match="results of turn 1"):
        store.append("g1", 2, [body("resolved")], results={1: b"another", 2: b"two"})
    with pytest.raises(json.JSONDecodeError):
        store.append("g1", 2, ["not json"], results={2: b"two"})
    assert len(store.events("g1")) == 2
    store.append("g1", 2, [body("resolved")], results={3: b"three", 2: b"two"})
    with Store.open(database) as again:
        assert list(again.results("g1").items()) == [(1, b"\x00one\xff"), (2, b"two"), (3, b"three")]
        assert again.turns_with_results("g1") == {1, 2, 3}


def test_of_many_at_once_one_is_first(store):
    store.create("g1", "K7PQM", "first-game", [body("created")])
    gate = threading.Barrier(8)

    def attempt(n: int) -> bool:
        gate.wait(timeout=30)
        try:
            store.append("g1", 1, [body("mine", by=n), body("more", by=n)])
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        won = list(threads.map(attempt, range(8)))
    assert won.count(True) == 1
    assert [json.loads(text)["by"] for text in store.events("g1")[1:]] == [won.index(True)] * 2


def test_games_at_once_do_not_disturb_each_other(store):
    def play(n: int) -> None:
        store.create(f"g{n}", f"CODE{n}", "first-game", [body("created")])
        for sequence in range(1, 20):
            store.append(f"g{n}", sequence, [body("event", n=sequence)])

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(play, range(4)))
    assert {game.sequence for game in store.games()} == {20}


def test_an_append_that_fails_in_the_middle_leaves_nothing(store):
    store.create("g1", "K7PQM", "first-game", [body("created")])
    with pytest.raises(json.JSONDecodeError):
        store.append("g1", 1, [body("good"), "not json"], status="playing")
    assert len(store.events("g1")) == 1
    assert store.game("g1").status == "lobby"


def test_codes_and_ids_are_unique(store):
    store.create("g1", "K7PQM", "first-game", [body("created")])
    with pytest.raises(CodeTaken):
        store.create("g2", "K7PQM", "first-game", [body("created")])
    with pytest.raises(Conflict, match="already") as refused:
        store.create("g1", "OTHER", "first-game", [body("created")])
    assert not isinstance(refused.value, CodeTaken)
    assert [game.id for game in store.games()] == ["g1"]
    assert store.find_code(" k7pqm ").id == "g1"
    assert store.find_code("OTHER") is None
    assert store.game("g2") is None


def test_games_are_listed_newest_first(store):
    for n in range(3):
        store.create(f"g{n}", f"CODE{n}", "first-game", [body("created")])
    assert [game.id for game in store.games()] == ["g2", "g1", "g0"]


def test_a_deleted_game_is_gone_with_its_events_and_results(store):
    for n in range(2):
        store.create(f"g{n}", f"CODE{n}", "first-game", [body("created")])
        store.append(f"g{n}", 1, [], results={1: b"one"})
    store.delete("g0")
    assert store.turns_with_results("g0") == set()
    assert store.results("g1") == {1: b"one"}
    with pytest.raises(UnknownGame):
        store.events("g0")
    assert len(store.events("g1")) == 1
    store.create("g0", "CODE0", "first-game", [])
    assert store.events("g0") == []
    assert store.results("g0") == {}


@pytest.mark.parametrize("what", ["events", "results", "append", "delete"])
def test_an_unknown_game_is_named(store, what):
    ask = {
        "events": lambda: store.events("nowhere"),
        "results": lambda: store.results("nowhere"),
        "append": lambda: store.append("nowhere", 0, [body("created")]),
        "delete": lambda: store.delete("nowhere"),
    }
    with pytest.raises(UnknownGame, match="nowhere"):
        ask[what]()


def test_a_sign_of_life(store):
    store.check()
