"""A game: what its log of events adds up to, and what may happen next.

``Game`` is a pure fold: ``Game.of(events)`` is always the same for the same events, and ``apply`` never fails on what ``decide`` gave.
It holds who sits where and what was decided, no number of the model; those follow from the scenario, the seed and the decisions
(``position``). Commands are checked in one order: known seat, credentials, the game's phase, whose turn it is, then what is asked;
what a decision may cost is in ``treasury``. How a turn is resolved is in ``resolution``; what a role may see in ``views``.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import Literal

from policygame.bots import BOTS
from policygame.catalogue import Quarter, nearest
from policygame.game import commands as c
from policygame.game import events as e
from policygame.game.commands import Command, Refused
from policygame.game.decisions import check_decision, read_decision
from policygame.game.events import Event
from policygame.game.position import Position
from policygame.game.programs import plays_a_seat
from policygame.game.scenarios import hash_of, scenario_named
from policygame.game.turns import Calendar, seats_of
from policygame.scenario import Policy, Scenario, shipped_scenarios
from policygame.version import model_version

__all__ = ["DEFAULT_BOT", "Game", "Phase", "Prediction", "Seat", "create_game", "hashed"]

Phase = Literal["lobby", "playing", "ended"]
DEFAULT_BOT = "whole-chain"
"""The bot that plays a seat where nobody chose another."""


def hashed(token: str) -> str:
    """SHA-256 of a token, in hexadecimal: what the log holds of it."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


@dataclass(frozen=True)
class Prediction:
    """What a person expected of a turn: lead time ``above`` the asked threshold, or not."""

    turn: int
    above: bool


@dataclass(frozen=True)
class Seat:
    """A government at the table. ``player`` is empty while its ``bot`` plays; ``decision`` None: not decided yet in this turn."""

    id: str
    bot: str
    player: str = ""
    token_hash: str = ""
    draft: e.Lines | None = None
    decision: e.Lines | None = None
    predictions: tuple[Prediction, ...] = ()

    @property
    def holder(self) -> Literal["person", "bot"]:
        """Who plays it."""
        return "person" if self.token_hash else "bot"


@dataclass(frozen=True)
class Game:
    """The state of a game after ``sequence`` events. Values are never changed in place: ``apply`` returns another game.

    ``turn`` counts from 1 and is ``turns + 1`` once all are resolved; ``decisions`` holds, per seat, everything that was decided in
    resolved turns; ``result_hashes`` one digest per resolved turn.
    """

    created: e.GameCreated
    scenario: Scenario
    phase: Phase
    turn: int
    seats: Mapping[str, Seat]
    decisions: Mapping[str, Policy]
    result_hashes: tuple[str, ...] = ()
    sequence: int = 1
    ended: str = field(default="")

    # the fold ---------------------------------------------------------------------------------------------------------

    @classmethod
    def of(cls, events: Iterable[Event]) -> Game:
        """The game that a log adds up to; EventError where it does not begin with the game's creation."""
        log = iter(events)
        first = next(log, None)
        if not isinstance(first, e.GameCreated):
            raise e.EventError("a game's log begins with game_created; this one does not")
        game = cls._begin(first)
        for event in log:
            game = game.apply(event)
        return game

    @classmethod
    def _begin(cls, created: e.GameCreated) -> Game:
        if created.scenario not in shipped_scenarios():  # a path would be read from this machine
            raise e.EventError(
                f"the game was played on the scenario {created.scenario!r}, which does not ship with this program; "
                f"those that do are {', '.join(shipped_scenarios())}"
            )
        scenario = scenario_named(created.scenario)
        _check_created(created, scenario)
        seats = {name: Seat(name, created.bots.get(name, DEFAULT_BOT)) for name in seats_of(scenario)}
        nothing: dict[str, Policy] = {name: Policy() for name in seats}
        return cls(created, scenario, "lobby", 1, MappingProxyType(seats), MappingProxyType(nothing))

    def apply(self, event: Event) -> Game:
        """The game after one more event."""
        changed = self._applied(event)
        return replace(changed, sequence=self.sequence + 1)

    def _applied(self, event: Event) -> Game:
        match event:
            case e.GameCreated():
                raise e.EventError("a game is created once; its log says so twice")
            case e.SeatClaimed():
                return self._with(event.seat, player=event.player, token_hash=event.token_hash, draft=None, decision=None)
            case e.SeatReleased():
                return self._with(event.seat, player="", token_hash="", draft=None, decision=None, predictions=())
            case e.GameStarted():
                return replace(self, phase="playing")
            case e.DraftSaved():
                return self._with(event.seat, draft=event.lines)
            case e.DecisionSubmitted():
                return self._with(event.seat, decision=event.lines)
            case e.DecisionWithdrawn():
                return self._with(event.seat, decision=None)
            case e.PredictionMade():
                kept = tuple(p for p in self._seat(event.seat).predictions if p.turn != event.turn)
                return self._with(event.seat, predictions=(*kept, Prediction(event.turn, event.above)))
            case e.TurnResolved():
                return self._resolved(event)
            case e.GameEnded():
                return replace(self, phase="ended", ended=event.reason)

    def _with(self, seat: str, **changes: object) -> Game:
        seats = dict(self.seats)
        seats[seat] = replace(self._seat(seat), **changes)  # type: ignore[arg-type]
        return replace(self, seats=MappingProxyType(seats))

    def _seat(self, seat: str) -> Seat:
        found = self.seats.get(seat)
        if found is None:
            raise e.EventError(f"the log names the seat {seat!r}, which {self.scenario.name} does not have")
        return found

    def _resolved(self, event: e.TurnResolved) -> Game:
        if event.turn != self.turn:
            raise e.EventError(f"the log resolves turn {event.turn} where turn {self.turn} stands")
        decisions = {name: self.decisions[name] + self.submitted(name) for name in self.seats}
        seats = {name: replace(seat, draft=None, decision=None) for name, seat in self.seats.items()}
        return replace(
            self,
            turn=self.turn + 1,
            seats=MappingProxyType(seats),
            decisions=MappingProxyType(decisions),
            result_hashes=(*self.result_hashes, event.result_hash),
        )

    # what it says -----------------------------------------------------------------------------------------------------

    @property
    def id(self) -> str:
        """The game's id, unique for ever."""
        return self.created.game_id

    @property
    def code(self) -> str:
        """What people type to join."""
        return self.created.code

    @property
    def seed(self) -> int:
        """The seed of the game's one world."""
        return self.created.seed

    @cached_property
    def calendar(self) -> Calendar:
        """Turns and their quarters."""
        return Calendar.of(self.scenario)

    @property
    def turns(self) -> int:
        """How many turns there are."""
        return self.calendar.turns

    @property
    def quarter(self) -> Quarter:
        """The quarter in which the current turn begins; after the last turn, the quarter after the scenario's end."""
        return self.calendar.begins(self.turn) if self.turn <= self.turns else self.calendar.end + 1

    @property
    def waiting_for(self) -> tuple[str, ...]:
        """Seats of people who have not decided in this turn."""
        return tuple(name for name, seat in self.seats.items() if seat.holder == "person" and seat.decision is None)

    @property
    def ready(self) -> bool:
        """Whether the turn can be resolved: play is on, some person sits at the table, and all who do have decided."""
        return self.phase == "playing" and any(s.holder == "person" for s in self.seats.values()) and not self.waiting_for

    def submitted(self, seat: str) -> Policy:
        """What a seat has decided in this turn; nothing where it has not."""
        return Policy.parse("\n".join(self.seats[seat].decision or ()))

    @property
    def same_model(self) -> bool:
        """Whether the installed model and scenario are those that the game was played with."""
        return self.created.model_version == model_version() and self.created.scenario_hash == hash_of(self.scenario)

    def seat_of(self, token: str | None) -> str | None:
        """The seat that a token proves, or None."""
        if not token:
            return None
        digest = hashed(token)
        return next((s.id for s in self.seats.values() if s.token_hash and hmac.compare_digest(s.token_hash, digest)), None)

    def is_owner(self, token: str | None) -> bool:
        """Whether a token is that of whoever created the game."""
        return bool(token) and hmac.compare_digest(self.created.owner_hash, hashed(token or ""))

    # what may happen ----------------------------------------------------------------------------------------------------

    def decide(self, command: Command, *, token: str | None, position: Position | None = None, bot: bool = False) -> list[Event]:
        """The events that a command makes happen; Refused, with a reason, where it does not.

        ``token`` proves who asks; ``position`` is needed to submit a decision (what it costs depends on the world); ``bot``: a bot
        submits for a seat that it holds.
        """
        self._check_seat(command)
        self._check_credentials(command, token, bot)
        self._check_phase(command)
        match command:
            case c.ClaimSeat():
                return self._claim(command, token)
            case c.ReleaseSeat():
                return [e.SeatReleased(seat=command.seat)]
            case c.StartGame():
                return [e.GameStarted()]
            case c.SaveDraft():
                draft = read_decision(command.lines, self.calendar.begins(self.turn))
                lines = tuple(map(str, draft.settings))
                return (
                    []
                    if self.seats[command.seat].draft == lines
                    else [e.DraftSaved(seat=command.seat, turn=self.turn, lines=lines)]
                )
            case c.SubmitDecision():
                return self._submit(command, position, bot)
            case c.WithdrawDecision():
                if self.seats[command.seat].decision is None:
                    raise Refused(
                        "not_decided", f"{command.seat} has not decided in this turn, so there is nothing to take back."
                    )
                return [e.DecisionWithdrawn(seat=command.seat, turn=self.turn)]
            case c.Predict():
                return [e.PredictionMade(seat=command.seat, turn=self.turn, above=command.above)]
            case c.ResolveTurn():
                kept = [e.DecisionSubmitted(seat=seat, turn=self.turn, lines=(), author="rule") for seat in self.waiting_for]
                return list(kept)
            case c.EndGame():
                return [e.GameEnded(reason="owner")]

    def _check_seat(self, command: Command) -> None:
        seat = getattr(command, "seat", None)
        if seat is not None and seat not in self.seats:
            allowed = tuple(self.seats)
            hint = nearest(seat, allowed)
            raise Refused("unknown_seat", f"There is no seat {seat!r} in this game; seats are {', '.join(allowed)}.{hint}")

    def _check_credentials(self, command: Command, token: str | None, bot: bool) -> None:
        match command:
            case c.ClaimSeat():
                if not token:
                    raise Refused(
                        "wrong_token", "Whoever takes a seat needs a token of their own; join again from the start page."
                    )
                return
            case c.StartGame() | c.ResolveTurn() | c.EndGame():
                if not self.is_owner(token):
                    raise Refused("not_the_owner", "Only whoever created the game may do this.")
                return
        seat = self.seats[command.seat]
        if bot:
            if seat.holder != "bot":
                raise Refused("not_your_seat", f"{seat.id} is held by a person.")
        elif self.seat_of(token) != seat.id:
            raise Refused("not_your_seat", f"{seat.id} is not your seat. Join again with the game's code if you have lost it.")

    def _check_phase(self, command: Command) -> None:
        if self.phase == "ended":
            raise Refused("game_over", "The game has ended; nothing more is decided in it. You can start another.")
        if not self.same_model:
            raise Refused(
                "wrong_version",
                f"The game was played with the model {self.created.model_version}, and {model_version()} is installed: it can be read, "
                "and derived anew, but not played on.",
            )
        if isinstance(command, c.StartGame) and self.phase == "playing":
            raise Refused("already_started", "The game has begun already.")
        if isinstance(command, c.SaveDraft | c.SubmitDecision | c.WithdrawDecision | c.Predict | c.ResolveTurn):
            if self.phase == "lobby":
                raise Refused("not_started", "The game has not begun: whoever created it starts it when all are here.")
            if command.turn != self.turn:
                raise Refused("stale_turn", f"This was for turn {command.turn}; turn {self.turn} is being decided now.")
        if isinstance(command, c.SaveDraft | c.Predict) and self.seats[command.seat].decision is not None:
            raise Refused("already_decided", "You have decided in this turn. Take your decision back to change your mind.")
        if isinstance(command, c.Predict) and not self.created.predictions:
            raise Refused("no_predictions", "Predictions are switched off in this game.")

    def _claim(self, command: c.ClaimSeat, token: str | None) -> list[Event]:
        assert token is not None
        seat, digest = self.seats[command.seat], hashed(token)
        if seat.token_hash == digest and seat.player == command.player:
            return []
        held = self.seat_of(token)
        if held is not None:
            raise Refused("seat_taken", f"You hold {held} already; leave it first to take another.")
        if seat.holder == "person":
            free = ", ".join(s.id for s in self.seats.values() if s.holder == "bot") or "none"
            raise Refused("seat_taken", f"{seat.id} is taken by {seat.player}. Free seats: {free}.")
        if self.created.assignment and self.created.owner_hash != digest:
            raise Refused("seat_taken", "This game is an assignment for one person; bots hold the other seats.")
        return [e.SeatClaimed(seat=seat.id, player=command.player, token_hash=digest)]

    def _submit(self, command: c.SubmitDecision, position: Position | None, bot: bool) -> list[Event]:
        decision = read_decision(command.lines, self.calendar.begins(self.turn))
        lines = tuple(map(str, decision.settings))
        standing = self.seats[command.seat].decision
        if standing is not None:
            if standing == lines:
                return []
            raise Refused("already_decided", "You have decided in this turn. Take your decision back to change your mind.")
        if position is None:
            raise ValueError("a decision is judged by the world as it stands: decide(SubmitDecision) needs the position")
        check_decision(position, command.seat, decision, pays=not bot)
        return [e.DecisionSubmitted(seat=command.seat, turn=self.turn, lines=lines, author="bot" if bot else "person")]


def _check_created(created: e.GameCreated, scenario: Scenario) -> None:
    """EventError where the installed scenario and model cannot have begun this game. Another model's games are not judged here."""
    if created.scenario_hash != hash_of(scenario) or created.model_version != model_version():
        return
    calendar = Calendar.of(scenario)
    if (created.turns, created.quarters_per_turn) != (calendar.turns, calendar.quarters_per_turn):
        raise e.EventError(
            f"{scenario.name} has {calendar.turns} turns of {calendar.quarters_per_turn} quarters; the log says otherwise"
        )
    if set(created.bots) != set(seats_of(scenario)) or not all(map(plays_a_seat, created.bots.values())):
        raise e.EventError(
            f"a game of {scenario.name} names a bot ({', '.join(BOTS)}) for each of {', '.join(seats_of(scenario))}"
        )


def create_game(
    scenario: Scenario,
    *,
    game_id: str,
    code: str,
    seed: int,
    owner_token: str,
    bots: Mapping[str, str] | None = None,
    predictions: bool = True,
    together: bool = False,
    assignment: bool = False,
) -> list[Event]:
    """The first events of a game: its creation and, where nobody is waited for, its start.

    Refused where a seat or a bot is unknown, or the scenario does not ship with the program: a game is played on by name, anywhere.

    ``bots`` names bots of some seats; the others get ``DEFAULT_BOT``. Identity and chance - id, code, seed, token - are the caller's.
    """
    if scenario.name not in shipped_scenarios() or scenario_named(scenario.name).hash != scenario.hash:
        raise Refused(
            "out_of_bounds",
            f"{scenario.origin} does not ship with the program; games are played on {', '.join(shipped_scenarios())}. "
            "It can be run with 'policygame run' and in Python.",
        )
    seats = seats_of(scenario)
    chosen = dict.fromkeys(seats, DEFAULT_BOT) | dict(bots or {})
    for seat, bot in chosen.items():
        if seat not in seats:
            raise Refused(
                "unknown_seat",
                f"There is no seat {seat!r} in {scenario.name}; seats are {', '.join(seats)}.{nearest(seat, seats)}",
            )
        if not plays_a_seat(bot):
            raise Refused("out_of_bounds", f"There is no bot {bot!r}; bots are {', '.join(BOTS)}.{nearest(bot, tuple(BOTS))}")
    calendar = Calendar.of(scenario)
    created = e.GameCreated(
        game_id=game_id,
        code=code,
        scenario=scenario.name,
        scenario_hash=scenario.hash,
        seed=seed,
        model_version=model_version(),
        quarters_per_turn=calendar.quarters_per_turn,
        turns=calendar.turns,
        bots=chosen,
        predictions=predictions,
        together=together,
        assignment=assignment,
        owner_hash=hashed(owner_token),
    )
    return [created] if together else [created, e.GameStarted()]
