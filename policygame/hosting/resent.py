"""Whether a command has been carried out already: a browser that heard nothing, because a server ended, sends it once more.

What a game makes of a command that is new to it is decided in ``policygame.game``.
"""

from __future__ import annotations

from policygame.game import Game, Refused
from policygame.game.commands import Command, EndGame, Predict, ResolveTurn, StartGame, SubmitDecision
from policygame.game.decisions import read_decision
from policygame.game.game import Prediction

__all__ = ["has_happened"]


def has_happened(game: Game, token: str | None, command: Command) -> bool:
    """Whether all that ``command`` asks holds, on the word of whoever sends it, although its turn or phase may be over."""
    match command:
        case SubmitDecision():
            return command.turn < game.turn and game.seat_of(token) == command.seat and _was_decided(game, command)
        case Predict():
            predicted = Prediction(command.turn, command.above)
            return game.seat_of(token) == command.seat and predicted in game.seats[command.seat].predictions
        case ResolveTurn():
            return command.turn < game.turn and game.is_owner(token)
        case StartGame():
            return game.phase == "playing" and game.is_owner(token)
        case EndGame():
            return game.phase == "ended" and game.ended == "owner" and game.is_owner(token)
        case _:
            return False  # sent again they are either answered by the game's own rules, or not told from a new wish


def _was_decided(game: Game, command: SubmitDecision) -> bool:
    """Whether a resolved turn holds exactly this decision of a seat."""
    begins = game.calendar.begins(command.turn)
    try:
        asked = read_decision(command.lines, begins)
    except Refused:
        return False
    return asked.settings == tuple(setting for setting in game.decisions[command.seat].settings if setting.quarter == begins)
