"""How a turn is resolved: bots decide, everything comes into force at once, and the quarters are run.

Nothing is stored here: ``resolve`` says which events follow and where the game then stands; ``hosting`` appends them as one.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from policygame.game.commands import Refused, SubmitDecision
from policygame.game.events import DecisionSubmitted, Event, GameEnded, TurnResolved
from policygame.game.game import Game, Seat
from policygame.game.position import Position
from policygame.game.programs import Program, is_program, program_decision

__all__ = ["resolve"]

_log = logging.getLogger(__name__)


def resolve(game: Game, position: Position, programs: Sequence[Program] = ()) -> tuple[list[Event], Position]:
    """The events of the current turn's resolution, and the position after it. ValueError where somebody has not decided yet.

    Bots, and ``programs`` in the seats that name them, submit as people do; then comes ``TurnResolved`` with the digest and figures of
    what was run, and ``GameEnded`` after the last turn.
    """
    if not game.ready:
        raise ValueError(f"turn {game.turn} cannot be resolved: waiting for {', '.join(game.waiting_for) or 'the game to begin'}")
    events: list[Event] = []
    after = game
    for seat in game.seats.values():
        if seat.holder == "bot" and seat.decision is None:
            for event in _decided(game, position, seat, programs):
                events.append(event)
                after = after.apply(event)
    following = position.next({seat: after.submitted(seat) for seat in after.seats})
    last = str(game.calendar.last(game.turn))
    events.append(TurnResolved(turn=game.turn, quarter=last, result_hash=following.digest, figures=dict(following.figures)))
    if game.turn == game.turns:
        events.append(GameEnded(reason="scenario_end"))
    return events, following


def _decided(game: Game, position: Position, seat: Seat, programs: Sequence[Program]) -> Sequence[Event]:
    """The decision of a seat that no person holds; by the rule where its program is not there, fails, or may not decide this."""
    kept = [DecisionSubmitted(seat=seat.id, turn=game.turn, lines=(), author="rule")]
    decision = program_decision(position, seat.id, seat.bot, programs)
    if decision is None:
        return kept
    command = SubmitDecision(seat=seat.id, turn=game.turn, lines=tuple(map(str, decision.settings)))
    try:
        return game.decide(command, token=None, position=position, bot=True)
    except Refused as error:
        if not is_program(seat.bot):
            raise
        _log.warning("%s decided for %s what it may not (%s): what is in force there stays", seat.bot, seat.id, error)
        return kept
