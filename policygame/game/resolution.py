"""How a turn is resolved: bots decide, everything comes into force at once, and the quarters are run.

Nothing is stored here: ``resolve`` says which events follow and where the game then stands; ``hosting`` appends them as one.
"""

from __future__ import annotations

from policygame.game.bot_seats import bot_decision
from policygame.game.commands import SubmitDecision
from policygame.game.events import Event, GameEnded, TurnResolved
from policygame.game.game import Game
from policygame.game.position import Position

__all__ = ["resolve"]


def resolve(game: Game, position: Position) -> tuple[list[Event], Position]:
    """The events of the current turn's resolution, and the position after it. ValueError where somebody has not decided yet.

    Bots submit as people do; then comes ``TurnResolved`` with the digest and figures of what was run, and ``GameEnded`` after the last
    turn.
    """
    if not game.ready:
        raise ValueError(f"turn {game.turn} cannot be resolved: waiting for {', '.join(game.waiting_for) or 'the game to begin'}")
    events: list[Event] = []
    after = game
    for seat in game.seats.values():
        if seat.holder == "bot" and seat.decision is None:
            lines = tuple(map(str, bot_decision(position, seat.id, seat.bot).settings))
            command = SubmitDecision(seat=seat.id, turn=game.turn, lines=lines)
            for event in game.decide(command, token=None, position=position, bot=True):
                events.append(event)
                after = after.apply(event)
    following = position.next({seat: after.submitted(seat) for seat in after.seats})
    last = str(game.calendar.last(game.turn))
    events.append(TurnResolved(turn=game.turn, quarter=last, result_hash=following.digest, figures=dict(following.figures)))
    if game.turn == game.turns:
        events.append(GameEnded(reason="scenario_end"))
    return events, following
