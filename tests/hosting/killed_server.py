"""A small server that plays games for two people until it is killed. Every line that it prints acknowledges what its host has done.

    python killed_server.py DATABASE

A server that starts again sends, like a browser that has heard nothing, the decisions of the turn before and the commands of the open
turn once more.
"""

from __future__ import annotations

import json
import sys

from policygame.game import commands as c
from policygame.hosting.host import Host
from policygame.store import Store

TOKENS = {"USA": "ann" * 16, "CHN": "bob" * 16}
LEVER = {"USA": "supplier_programme substrate", "CHN": "supplier_programme tools"}


def acknowledge(what: str, game_id: str, *told: object) -> None:
    print(json.dumps([what, game_id, *told]), flush=True)


def open_game(host: Host) -> str:
    """The game that is being played, or a new one."""
    for stored in host.store.games():
        if stored.status != "ended":
            return stored.id
    seed = len(host.store.games())
    entry = host.create("first-game", "USA", "Ann", seed=seed, token=TOKENS["USA"], together=True)
    acknowledge("created", entry.game_id, seed)
    return entry.game_id


def decide(host: Host, game_id: str, turn: int) -> None:
    """Both decide for a turn, which may have been resolved already."""
    quarter = host.game(game_id).calendar.begins(turn)
    for seat, token in TOKENS.items():
        lines = (f"{quarter} {LEVER[seat]} {turn + 0.5}",)
        host.act(game_id, token, c.SubmitDecision(seat=seat, turn=turn, lines=lines))
        acknowledge("decided", game_id, seat, turn, lines)


def play(host: Host, game_id: str) -> None:
    """The game to its end."""
    game = host.game(game_id)
    host.join(game.code, "Bob", "CHN", token=TOKENS["CHN"])
    acknowledge("joined", game_id)
    if game.phase == "lobby":
        host.act(game_id, TOKENS["USA"], c.StartGame())
        acknowledge("started", game_id)
    if game.turn > 1:
        decide(host, game_id, game.turn - 1)
    while (game := host.game(game_id)).phase != "ended":
        for seat, token in TOKENS.items():
            if game.seats[seat].decision is None:
                draft = (f"{game.quarter} {LEVER[seat]} {game.turn + 0.25}",)
                host.act(game_id, token, c.SaveDraft(seat=seat, turn=game.turn, lines=draft))
                acknowledge("draft", game_id, seat, game.turn, draft)
        decide(host, game_id, game.turn)
        acknowledge("resolved", game_id, game.turn, host.game(game_id).result_hashes[-1])


if __name__ == "__main__":
    with Store.open(sys.argv[1]) as opened, opened.host_lease():
        hosting = Host(opened)
        for recovered in hosting.recover():
            acknowledge("recovered", recovered)
        while True:
            play(hosting, open_game(hosting))
