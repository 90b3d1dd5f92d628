"""A table to play at in tests: a game, its log and position, and who holds which token."""

from __future__ import annotations

from policygame.game import Command, Event, Game, Position, create_game, resolve
from policygame.game import commands as c
from policygame.scenario import load_scenario


class Table:
    """A game in play. ``act`` carries out a command or raises Refused; ``resolve`` ends the turn."""

    def __init__(self, scenario="first-game", seed=7, **options):
        self.log: list[Event] = create_game(
            load_scenario(scenario), game_id="game-1", code="ABCDE", seed=seed, owner_token="owner", **options
        )
        self.game = Game.of(self.log)
        self.position = Position.of(self.game)

    def act(self, command: Command, token: str | None = "owner") -> list[Event]:
        events = self.game.decide(command, token=token, position=self.position)
        self.keep(events)
        return events

    def keep(self, events: list[Event]) -> None:
        for event in events:
            self.log.append(event)
            self.game = self.game.apply(event)

    def sit(self, seat="USA", player="Ann", token="owner") -> Table:
        self.act(c.ClaimSeat(seat=seat, player=player), token)
        return self

    def submit(self, *lines: str, seat="USA", token="owner") -> list[Event]:
        dated = tuple(line if line[:1].isdigit() else f"{self.game.quarter} {line}" for line in lines)
        return self.act(c.SubmitDecision(seat=seat, turn=self.game.turn, lines=dated), token)

    def resolve(self) -> list[Event]:
        events, self.position = resolve(self.game, self.position)
        self.keep(events)
        return events
