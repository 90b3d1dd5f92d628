"""Whether an event could have happened where it stands in a log, as far as a log can tell: tokens stand in it as digests only.

``game`` judges commands before anything happens; here the same rules judge what a file claims to have happened. Whether results follow
is ``handin``'s question.
"""

from __future__ import annotations

from policygame.bots import BOTS
from policygame.game import events as e
from policygame.game.bot_seats import bot_decision
from policygame.game.commands import Refused
from policygame.game.decisions import check_decision, read_decision
from policygame.game.events import Event
from policygame.game.game import Game, Seat
from policygame.game.position import Position
from policygame.game.programs import is_program, plays_a_seat

__all__ = ["problems_of"]

_Of_A_Turn = e.DraftSaved | e.DecisionSubmitted | e.DecisionWithdrawn | e.PredictionMade | e.TurnResolved
_Of_A_Player = e.SeatReleased | e.DraftSaved | e.DecisionWithdrawn | e.PredictionMade


def problems_of(game: Game, position: Position, event: Event) -> list[str]:
    """What an event breaks in ``game``, which stands at ``position``: sentences without a full stop, none where it breaks nothing."""
    told = _out_of_order(game, event) or _out_of_place(game, event)
    if told:
        return [told]
    if isinstance(event, e.DecisionSubmitted):
        told = _decided_wrongly(game, position, event)
    elif isinstance(event, e.TurnResolved):
        told = _resolved_wrongly(game, event)
    return [told] if told else []


def _out_of_order(game: Game, event: Event) -> str:
    """The game's phase and turn against the event's."""
    if game.phase == "ended":
        return f"an event ({event.kind}) stands after the game's end"
    if isinstance(event, e.GameStarted) and game.phase == "playing":
        return "the game begins twice"
    if isinstance(event, _Of_A_Turn):
        if game.phase == "lobby":
            return f"an event of a turn ({event.kind}) stands before the game began"
        if event.turn != game.turn:
            return f"an event of turn {event.turn} ({event.kind}) stands where turn {game.turn} is decided"
    if isinstance(event, e.GameEnded) and event.reason == "scenario_end" and game.turn <= game.turns:
        return f"the game is said to have reached the scenario's end in turn {game.turn} of {game.turns}"
    return ""


def _out_of_place(game: Game, event: Event) -> str:
    """Who holds a seat against whoever is said to have acted in it."""
    if isinstance(event, e.SeatClaimed):
        return _claimed_wrongly(game, event)
    if isinstance(event, _Of_A_Player):
        seat = game.seats[event.seat]
        if seat.holder != "person":
            return f"an event of a player ({event.kind}) stands where a bot plays {event.seat}"
        if isinstance(event, e.PredictionMade) and not game.created.predictions:
            return "a prediction stands in a game that asks for none"
        if isinstance(event, e.DecisionWithdrawn) == (seat.decision is None) and not isinstance(event, e.SeatReleased):
            return f"an event of a player ({event.kind}) of {event.seat} does not fit what {event.seat} had decided"
    return ""


def _claimed_wrongly(game: Game, event: e.SeatClaimed) -> str:
    if game.seats[event.seat].holder == "person":
        return f"{event.seat} is taken where {game.seats[event.seat].player} holds it"
    if any(seat.token_hash == event.token_hash for seat in game.seats.values()):
        return f"whoever takes {event.seat} holds another seat already"
    if game.created.assignment and event.token_hash != game.created.owner_hash:
        return f"{event.seat} is taken by another person in an assignment for one"
    return ""


def _decided_wrongly(game: Game, position: Position, event: e.DecisionSubmitted) -> str:
    """The role's bounds and purse; and, for a bot's, what that bot decides there."""
    seat = game.seats[event.seat]
    if seat.decision is not None:
        return f"{event.seat} decides twice"
    if (told := _author_problem(seat, event)) != "":
        return told
    try:
        decision = read_decision(event.lines, game.quarter)
        check_decision(position, event.seat, decision, pays=event.author == "person")
    except Refused as error:
        return f"{event.seat} could not have decided this: {error}"
    if event.author == "bot" and seat.bot in BOTS and decision != bot_decision(position, event.seat, seat.bot):
        return f"the bot {seat.bot} in {event.seat} decides otherwise"
    return ""


def _author_problem(seat: Seat, event: e.DecisionSubmitted) -> str:
    if event.author == "bot":
        if seat.holder != "bot":
            return f"a bot decides for {seat.id}, which a person holds"
        if not plays_a_seat(seat.bot):
            return f"{seat.id} is played by a bot of an unknown name"
    elif seat.holder != "person" and not (event.author == "rule" and is_program(seat.bot)):
        return f"a person decides for {seat.id}, which no person holds"
    elif event.author == "rule" and event.lines:
        return f"{seat.id} had not decided, yet something of it comes into force"
    return ""


def _resolved_wrongly(game: Game, event: e.TurnResolved) -> str:
    undecided = [seat.id for seat in game.seats.values() if seat.decision is None]
    if undecided:
        return f"it is resolved before {', '.join(undecided)} decided"
    if event.quarter != str(game.calendar.last(game.turn)):
        return f"it is said to end in {event.quarter} instead of {game.calendar.last(game.turn)}"
    return ""
