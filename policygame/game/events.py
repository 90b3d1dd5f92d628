"""What can happen in a game: the events of its log, each a small frozen record with a schema version.

The log is the game: everything else - whose turn it is, what is in force, every number of the model - follows from it (``game``,
``position``). Events hold no clock times and no secrets: a person's token stands here as its SHA-256 only. Asking for something to
happen is ``commands``; keeping events is the business of ``store``.
"""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, TypeAdapter, ValidationError

from policygame.asking import LARGEST_SEED
from policygame.errors import UserError
from policygame.game.commands import Lines, PlayerName, SeatText

__all__ = [
    "DecisionSubmitted",
    "DecisionWithdrawn",
    "DraftSaved",
    "Event",
    "EventError",
    "GameCreated",
    "GameEnded",
    "GameStarted",
    "Lines",
    "PredictionMade",
    "SeatClaimed",
    "SeatReleased",
    "TurnResolved",
    "event_json",
    "parse_event",
]

Author = Literal["person", "bot", "rule"]
"""Who decided: a person, a bot, or the rule for a seat that had not decided when its turn was resolved: what is in force stays."""
ShortText = Annotated[str, Field(max_length=100)]
"""A name or a digest. Ids and codes of a file are replaced where they are taken in, if they are none."""


class EventError(UserError):
    """A text that is no event of a game."""


class _Event(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    version: Literal[1] = 1


class GameCreated(_Event):
    """A game begins: everything about it that never changes.

    ``bots`` names a bot for every seat, which plays it while no person holds it; ``together``: people join by code and the owner
    starts the game; ``assignment``: one seat for one person, the rest stay bots; ``predictions``: people are asked what they expect
    before they see what came; ``owner_hash``: SHA-256 of the owner's token.
    """

    kind: Literal["game_created"] = "game_created"
    game_id: str
    code: str
    scenario: ShortText
    scenario_hash: ShortText
    seed: int = Field(ge=0, le=LARGEST_SEED)
    model_version: ShortText
    quarters_per_turn: int
    turns: int
    bots: dict[SeatText, ShortText]
    predictions: bool
    together: bool
    assignment: bool
    owner_hash: str


class SeatClaimed(_Event):
    """A person takes a seat; a bot that held it leaves."""

    kind: Literal["seat_claimed"] = "seat_claimed"
    seat: str
    player: PlayerName
    token_hash: str


class SeatReleased(_Event):
    """A person leaves a seat; its bot takes over."""

    kind: Literal["seat_released"] = "seat_released"
    seat: str


class GameStarted(_Event):
    """The first turn begins."""

    kind: Literal["game_started"] = "game_started"


class DraftSaved(_Event):
    """What a person has in mind for a turn, kept for that seat alone."""

    kind: Literal["draft_saved"] = "draft_saved"
    seat: str
    turn: int
    lines: Lines


class DecisionSubmitted(_Event):
    """A sealed decision for a turn: nobody else sees it before the turn is resolved."""

    kind: Literal["decision_submitted"] = "decision_submitted"
    seat: str
    turn: int
    lines: Lines
    author: Author


class DecisionWithdrawn(_Event):
    """A change of mind before the turn is resolved."""

    kind: Literal["decision_withdrawn"] = "decision_withdrawn"
    seat: str
    turn: int


class PredictionMade(_Event):
    """What a person expects of the turn: lead time above the asked threshold, or not."""

    kind: Literal["prediction_made"] = "prediction_made"
    seat: str
    turn: int
    above: bool


class TurnResolved(_Event):
    """All decisions of a turn came into force and its quarters were run.

    ``quarter`` is the last that was run; ``result_hash`` is the digest of every metric since the scenario's start, which whoever
    replays the log must find again; ``figures`` are sums of the metrics in that quarter, by which a machine that rounds otherwise
    can compare (``Position.figures``).
    """

    kind: Literal["turn_resolved"] = "turn_resolved"
    turn: int
    quarter: str
    result_hash: str
    figures: dict[str, FiniteFloat] = {}


class GameEnded(_Event):
    """Nothing more is decided. ``reason``: the scenario's end, or the owner's wish."""

    kind: Literal["game_ended"] = "game_ended"
    reason: Literal["scenario_end", "owner"]


Event = (
    GameCreated
    | SeatClaimed
    | SeatReleased
    | GameStarted
    | DraftSaved
    | DecisionSubmitted
    | DecisionWithdrawn
    | PredictionMade
    | TurnResolved
    | GameEnded
)
_READER: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Field(discriminator="kind")])


def event_json(event: Event) -> str:
    """One line of JSON, the same for equal events: keys sorted, no spaces.

    >>> event_json(GameStarted())
    '{"kind":"game_started","version":1}'
    """
    return json.dumps(event.model_dump(mode="json"), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def parse_event(text: str | bytes | dict[str, Any]) -> Event:
    """The event that a text (or the mapping read from it) states; EventError says what is wrong with it.

    >>> parse_event('{"kind":"game_started","version":1}')
    GameStarted(version=1, kind='game_started')
    """
    try:
        if isinstance(text, dict):
            return _READER.validate_json(json.dumps(text))
        return _READER.validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the event"
        raise EventError(f"not an event of a game: {where}: {first['msg']}") from None
    except (TypeError, ValueError, RecursionError) as error:
        raise EventError(f"not an event of a game: {error}") from None
