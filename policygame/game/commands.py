"""What may be asked of a game, by a person, a bot or a file of decisions: commands, and the refusal of one.

A command is data from outside: its form is checked here, without knowing any game. Whether a game allows it, and what then happens,
is ``game.Game.decide``.
"""

from __future__ import annotations

import unicodedata
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from policygame.errors import UserError

__all__ = [
    "ClaimSeat",
    "Command",
    "EndGame",
    "Lines",
    "PlayerName",
    "Predict",
    "Reason",
    "Refused",
    "ReleaseSeat",
    "ResolveTurn",
    "SaveDraft",
    "SeatText",
    "StartGame",
    "SubmitDecision",
    "WithdrawDecision",
    "parse_command",
]

MOST_LINES = 100
"""Most lines of a decision: every lever with every item is less."""
LONGEST_LINE = 300
LONGEST_NAME = 40
LONGEST_TOLD = 300
"""Most characters of an error that are repeated to whoever sent the command."""
LARGEST_COMMAND_BYTES = 100_000
"""A larger text is not read at all."""

Reason = Literal[
    "malformed",
    "unknown_game",
    "wrong_token",
    "wrong_version",
    "game_over",
    "not_started",
    "already_started",
    "unknown_seat",
    "seat_taken",
    "not_your_seat",
    "not_the_owner",
    "stale_turn",
    "already_decided",
    "not_decided",
    "no_predictions",
    "out_of_bounds",
    "cannot_pay",
]
"""Why something was refused, as a word for programs; the message beside it is for people."""


class Refused(UserError):
    """A command that a game does not carry out. Nothing has changed.

    ``reason`` is a word of ``Reason``; ``str`` says what was wrong, what is allowed and what to do; ``line`` names the lever and item
    to shrink, where there is one, and ``amount`` what it may be at most.
    """

    def __init__(self, reason: Reason, message: str, *, line: tuple[str, str] | None = None, amount: float | None = None) -> None:
        super().__init__(message)
        self.reason: Reason = reason
        self.line = line
        self.amount = amount


def _name(text: str) -> str:
    """A name as people may write it: trimmed, composed, without control or invisible characters."""
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if not name:
        raise ValueError("a name has at least one letter")
    if any(unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn") for character in name):
        raise ValueError("a name has no control characters")
    return name


def _line(text: str) -> str:
    if not text.isprintable():
        raise ValueError("a line has no control characters")
    return text


SeatText = Annotated[str, Field(min_length=1, max_length=8)]
PlayerName = Annotated[str, Field(max_length=LONGEST_NAME), AfterValidator(_name)]
Turn = Annotated[int, Field(ge=1, le=1000)]
LineText = Annotated[str, Field(max_length=LONGEST_LINE), AfterValidator(_line)]
Lines = Annotated[tuple[LineText, ...], Field(max_length=MOST_LINES)]
"""A decision or a draft: canonical lines of a policy, all dated the first quarter of the turn; none: what is in force stays."""


class _Command(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class ClaimSeat(_Command):
    """Take a seat that no person holds."""

    kind: Literal["claim_seat"] = "claim_seat"
    seat: SeatText
    player: PlayerName


class ReleaseSeat(_Command):
    """Leave one's seat to its bot."""

    kind: Literal["release_seat"] = "release_seat"
    seat: SeatText


class StartGame(_Command):
    """Begin the first turn; the owner's."""

    kind: Literal["start_game"] = "start_game"


class SaveDraft(_Command):
    """Keep what one has in mind for this turn."""

    kind: Literal["save_draft"] = "save_draft"
    seat: SeatText
    turn: Turn
    lines: Lines


class SubmitDecision(_Command):
    """Decide for this turn; sealed until all have decided."""

    kind: Literal["submit_decision"] = "submit_decision"
    seat: SeatText
    turn: Turn
    lines: Lines


class WithdrawDecision(_Command):
    """Change one's mind before the turn is resolved."""

    kind: Literal["withdraw_decision"] = "withdraw_decision"
    seat: SeatText
    turn: Turn


class Predict(_Command):
    """Say what one expects of this turn, before it is resolved."""

    kind: Literal["predict"] = "predict"
    seat: SeatText
    turn: Turn
    above: bool


class ResolveTurn(_Command):
    """Do not wait any longer: who has not decided keeps what is in force; the owner's."""

    kind: Literal["resolve_turn"] = "resolve_turn"
    turn: Turn


class EndGame(_Command):
    """End the game before its scenario does; the owner's."""

    kind: Literal["end_game"] = "end_game"


Command = ClaimSeat | ReleaseSeat | StartGame | SaveDraft | SubmitDecision | WithdrawDecision | Predict | ResolveTurn | EndGame
_READER: TypeAdapter[Command] = TypeAdapter(Annotated[Command, Field(discriminator="kind")])


def parse_command(text: str | bytes) -> Command:
    """The command that a JSON text from outside states; Refused("malformed", ...) where it is none.

    >>> parse_command('{"kind": "start_game"}')
    StartGame(kind='start_game')
    >>> parse_command('{"kind": "start_gmae"}')
    Traceback (most recent call last):
    policygame.game.commands.Refused: This is not a command of the game: Input tag 'start_gmae' found using 'kind' does not match ...
    """
    size = len(text.encode("utf-8", "replace")) if isinstance(text, str) else len(text)
    if size > LARGEST_COMMAND_BYTES:
        raise Refused(
            "malformed", f"This is not a command of the game: it has {size:,} bytes; at most {LARGEST_COMMAND_BYTES:,} are read"
        )
    try:
        return _READER.validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"][1:])
        told = f"{where}: {first['msg']}" if where else first["msg"]
        raise Refused("malformed", f"This is not a command of the game: {told[:LONGEST_TOLD]}") from None
    except (ValueError, RecursionError) as error:
        raise Refused("malformed", f"This is not a command of the game: {str(error)[:LONGEST_TOLD]}") from None
