"""What one person may see of a game: their own draft and sealed decision, and of others only what is public.

A view is made on the server and is all that leaves it: drafts and sealed decisions of others, their treasuries, and secrets are not
hidden in it but absent. What a bot may see of the world is ``GovernmentView``; the two follow the same rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from policygame.catalogue import Quarter
from policygame.game.events import Lines
from policygame.game.game import Game, Phase, Prediction
from policygame.game.position import Position
from policygame.result import Result
from policygame.scenario import Policy, Scenario, Setting

__all__ = ["SECRET_METRICS", "SeatInfo", "SeatView", "ShownFrom", "public_result", "view_of"]

ShownFrom = Literal["replay", "stored", "derived anew"]
"""Where results that are shown come from: the replay by the model that the game is played with; what that model left, where another is
installed; or what the installed model makes of the same decisions, which may differ from what was seen in play."""

SECRET_METRICS = ("treasury_musd", "outlay_musd")
"""Metrics of a government that only its own role sees."""
SECRET_PARTS = {"score_raw": ("F",)}
"""Items of a metric that would tell them: the thrift of a score is spending over income."""


@dataclass(frozen=True)
class SeatInfo:
    """A seat as everybody sees it."""

    seat: str
    holder: Literal["person", "bot"]
    player: str
    bot: str
    decided: bool
    you: bool


@dataclass(frozen=True)
class SeatView:
    """All that one token may see of a game.

    ``seat`` None: an onlooker. ``quarter``: when the current turn begins. ``in_force``: what every government has announced, by seat;
    ``decided``: every seat's decisions of resolved turns; ``result``: metrics since the scenario's start without others' treasuries.
    ``draft``, ``decision`` and ``predictions`` are one's own. ``playable``: whether commands are taken, else ``why_not`` says why not.
    ``model``: the version that the game is played with; ``shown_from`` says where ``result`` comes from, "replay" with that model only;
    ``asked_anew``: the owner wants it derived anew, although what was seen in play may be kept.
    """

    game_id: str
    code: str
    scenario: Scenario
    seed: int
    seat: str | None
    player: str
    owner: bool
    phase: Phase
    together: bool
    assignment: bool
    asks_predictions: bool
    turn: int
    turns: int
    quarter: Quarter
    seats: tuple[SeatInfo, ...]
    draft: Lines | None
    decision: Lines | None
    predictions: tuple[Prediction, ...]
    in_force: Mapping[str, tuple[Setting, ...]]
    decided: Mapping[str, Policy]
    result: Result
    sequence: int
    why_not: str
    model: str
    shown_from: ShownFrom
    asked_anew: bool

    @property
    def derived(self) -> bool:
        """Whether ``result`` is the installed model's, so that the same model can say what else there would have been."""
        return self.shown_from != "stored"

    @property
    def playable(self) -> bool:
        """Whether the game takes commands."""
        return not self.why_not

    @property
    def waiting_for(self) -> tuple[SeatInfo, ...]:
        """Seats of people who have not decided."""
        return tuple(info for info in self.seats if info.holder == "person" and not info.decided)


def view_of(
    game: Game, position: Position, token: str | None, *, stored: Result | None = None, asked_anew: bool = False
) -> SeatView:
    """What whoever holds ``token`` may see; None, or a token of nobody's, is an onlooker's.

    ``stored``: the result to show of a game of another model, instead of the position's; nothing is then simulated.
    """
    own = game.seat_of(token)
    mine = game.seats[own] if own is not None else None
    now = min(game.quarter, game.calendar.end)
    return SeatView(
        game_id=game.id,
        code=game.code,
        scenario=game.scenario,
        seed=game.seed,
        seat=own,
        player=mine.player if mine else "",
        owner=game.is_owner(token),
        phase=game.phase,
        together=game.created.together,
        assignment=game.created.assignment,
        asks_predictions=game.created.predictions,
        turn=game.turn,
        turns=game.turns,
        quarter=game.quarter,
        seats=tuple(
            SeatInfo(s.id, s.holder, s.player, s.bot if s.holder == "bot" else "", s.decision is not None, s.id == own)
            for s in game.seats.values()
        ),
        draft=mine.draft if mine else None,
        decision=mine.decision if mine else None,
        predictions=mine.predictions if mine else (),
        in_force=MappingProxyType({seat: position.in_force(seat).in_force(now) for seat in game.seats}),
        decided=game.decisions,
        result=public_result(position.result if stored is None else stored, own),
        sequence=game.sequence,
        why_not=_why_not(game),
        model=game.created.model_version,
        shown_from="replay" if game.same_model else "derived anew" if stored is None else "stored",
        asked_anew=asked_anew and not game.same_model,
    )


def _why_not(game: Game) -> str:
    if game.phase == "ended":
        return "The game has ended."
    if not game.same_model:
        return f"The game was played with another model ({game.created.model_version}); it can be read, not played on."
    return ""


def public_result(result: Result, seat: str | None) -> Result:
    """A result without what other governments alone may know."""

    def hidden(metric: str, entity: str, item: str) -> bool:
        secret = metric in SECRET_METRICS or item in SECRET_PARTS.get(metric, ())
        return secret and entity.startswith("government:") and entity != f"government:{seat}"

    return result.without_series(hidden)
