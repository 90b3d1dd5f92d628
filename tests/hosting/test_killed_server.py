"""A server that is killed at any moment loses nothing that it acknowledged and does nothing twice."""

from __future__ import annotations

import json
import random
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from policygame.game import Game, parse_event
from policygame.game.events import DecisionSubmitted, DraftSaved, Event, GameCreated, TurnResolved
from policygame.game.handin import verify
from policygame.hosting.host import Host
from policygame.store import Store

SERVER = Path(__file__).with_name("killed_server.py")
MOST_LINES, LONGEST_S = 14, 0.3
"""It is killed after up to so many acknowledgements and so much time: a turn takes seven, and a tenth of a second."""


def run_and_kill(database: Path, moment: random.Random) -> list[list[object]]:
    """Let a server play and kill it; what it acknowledged."""
    with subprocess.Popen([sys.executable, str(SERVER), str(database)], stdout=subprocess.PIPE, text=True) as server:
        lines = [server.stdout.readline() for _ in range(moment.randint(1, MOST_LINES))]
        time.sleep(moment.uniform(0.0, LONGEST_S))
        assert server.poll() is None, "the server ended by itself"
        server.kill()
        lines += server.stdout.readlines()
    return [json.loads(line) for line in lines if line.endswith("\n")]


def check_log(events: list[Event], acknowledged: list[list[object]]) -> None:
    """What was acknowledged of a game stands in its log, and everything stands there once."""
    assert isinstance(events[0], GameCreated)
    hashes = {event.turn: event.result_hash for event in events if isinstance(event, TurnResolved)}
    assert list(hashes) == list(range(1, len(hashes) + 1))
    decided = Counter((event.seat, event.turn) for event in events if isinstance(event, DecisionSubmitted))
    assert set(decided.values()) <= {1}
    assert sum(isinstance(event, TurnResolved) for event in events) == len(hashes)
    standing = {
        kind: {(event.seat, event.turn): event.lines for event in events if isinstance(event, of)}
        for kind, of in (("draft", DraftSaved), ("decided", DecisionSubmitted))
    }
    for what, _, *told in acknowledged:
        if what in ("draft", "decided"):
            seat, turn, lines = told
            assert standing[what][seat, turn] == tuple(lines)
        elif what == "resolved":
            turn, result_hash = told
            assert hashes[turn] == result_hash
        elif what == "created":
            assert events[0].seed == told[0]
        else:
            assert {"joined": "seat_claimed", "started": "game_started", "recovered": "turn_resolved"}[what] in {
                e.kind for e in events
            }


def kill_often(database: Path, times: int, seed: int) -> list[list[object]]:
    """Kill servers on one database and look at it after each; all that was acknowledged."""
    moment, acknowledged = random.Random(seed), []
    for _ in range(times):
        acknowledged += run_and_kill(database, moment)
        with Store.open(database) as store, store.host_lease():
            games = store.games()
            assert {entry[1] for entry in acknowledged} <= {game.id for game in games}
            for game in games:
                events = [parse_event(text) for text in store.events(game.id)]
                check_log(events, [entry for entry in acknowledged if entry[1] == game.id])
                if game == games[0]:
                    assert verify(events).holds
                    assert Game.of(events).phase == game.status
    with Store.open(database) as store:
        Host(store).recover()
        for game in store.games():
            found = verify([parse_event(text) for text in store.events(game.id)])
            assert found.holds, found.first_problem
            assert not found.game.ready
    with sqlite3.connect(database) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    raw.close()
    return acknowledged


@pytest.mark.slow
def test_three_kills_lose_nothing_and_do_nothing_twice(tmp_path):
    acknowledged = kill_often(tmp_path / "games.sqlite3", times=3, seed=1)
    assert len(acknowledged) >= 3


@pytest.mark.exhaustive
@pytest.mark.parametrize("seed", range(2, 7))
def test_fifty_kills_lose_nothing_and_do_nothing_twice(tmp_path, seed):
    acknowledged = kill_often(tmp_path / "games.sqlite3", times=10, seed=seed)
    assert Counter(entry[0] for entry in acknowledged)["resolved"] > 4
