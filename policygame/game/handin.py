"""Games as files: what is handed in, moved between machines, verified, and loaded into Python.

A game file is the log of events as JSON. It carries no results beyond their digests: whoever reads it derives every number anew and
finds out whether what stands in it follows from its decisions.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from policygame.errors import UserError
from policygame.game.bot_seats import bot_decision
from policygame.game.commands import Refused
from policygame.game.decisions import check_decision
from policygame.game.events import DecisionSubmitted, Event, EventError, GameCreated, TurnResolved, event_json, parse_event
from policygame.game.game import Game
from policygame.game.position import Position
from policygame.game.turns import Calendar
from policygame.game.version import model_version
from policygame.model.agents.scripts import Script
from policygame.result import Result
from policygame.scenario import Policy, PolicyError, Scenario, ScenarioError, Setting
from policygame.simulation import simulate

__all__ = ["GameFileError", "LoadedGame", "TurnCheck", "Verification", "game_file", "load_game", "read_game_file", "verify"]

FORMAT = "policygame-game"
LARGEST_FILE_BYTES = 20_000_000
MOST_EVENTS = 100_000


class GameFileError(UserError):
    """A file that holds no game that can be read."""


def game_file(events: Sequence[Event]) -> str:
    """The text of a game file: one event a line, so that two files can be compared."""
    lines = ",\n".join(event_json(event) for event in events)
    return f'{{"format":"{FORMAT}","version":1,"events":[\n{lines}\n]}}\n'


def read_game_file(text: str | bytes, source: str = "the file") -> list[Event]:
    """The events of a game file; GameFileError says what is wrong, and nothing is believed of it but its form."""
    if len(text) > LARGEST_FILE_BYTES:
        raise GameFileError(f"{source} is too large for a game: {len(text):,} bytes, at most {LARGEST_FILE_BYTES:,} are read")
    try:
        found: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise GameFileError(f"{source} is no game file: it is not JSON ({error})") from None
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise GameFileError(f'{source} is no game file: one begins with {{"format":"{FORMAT}", ...')
    if found.get("version") != 1:
        raise GameFileError(
            f"{source} is written in version {found.get('version')!r} of the format; this program reads version 1"
        )
    listed = found.get("events")
    if not isinstance(listed, list) or not listed or len(listed) > MOST_EVENTS:
        raise GameFileError(f"{source} holds no list of 1 to {MOST_EVENTS:,} events")
    events = []
    for number, one in enumerate(listed, start=1):
        try:
            if not isinstance(one, dict):
                raise EventError("not an event of a game: it is no mapping")
            events.append(parse_event(one))
        except EventError as error:
            raise GameFileError(f"{source}, event {number}: {error}") from None
    _folded(events, source)
    return events


def _folded(events: Sequence[Event], source: str = "the log") -> Game:
    try:
        return Game.of(events)
    except (EventError, ScenarioError, PolicyError) as error:
        raise GameFileError(f"{source} holds no game that could have been played: {error}") from None


# verification -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class TurnCheck:
    """One resolved turn: the digest that the log states, the one that its decisions lead to, and what else does not follow."""

    turn: int
    quarter: str
    stated: str
    derived: str
    problems: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether the turn follows from the decisions."""
        return self.stated == self.derived and not self.problems


@dataclass(frozen=True)
class Verification:
    """Whether a log follows from its decisions, turn by turn. ``model`` is what it was played with, ``installed`` what judged it."""

    game: Game
    turns: tuple[TurnCheck, ...]
    model: str
    installed: str
    scenario_holds: bool
    positions: tuple[Position, ...] = field(repr=False, default=())

    @property
    def holds(self) -> bool:
        """Whether everything follows, bit for bit."""
        return self.scenario_holds and all(turn.holds for turn in self.turns)

    @property
    def first_problem(self) -> str:
        """The first thing that does not follow, in words; empty where all does."""
        if not self.scenario_holds:
            return f"The scenario {self.game.scenario.name} is not the one that the game was played with."
        for turn in self.turns:
            if turn.problems:
                return f"Turn {turn.turn}: {turn.problems[0]}"
            if turn.stated != turn.derived:
                reason = (
                    ""
                    if self.model == self.installed
                    else f" It was played with the model {self.model}; this is {self.installed}."
                )
                return f"Turn {turn.turn} ({turn.quarter}): its results do not follow from the decisions.{reason}"
        return ""


def verify(events: Sequence[Event]) -> Verification:
    """Derive every turn of a log anew: decisions within the rules, bots' decisions as bots decide, digests as they are stated."""
    game = _folded(events)
    created = events[0]
    assert isinstance(created, GameCreated)
    standing = Game.of(events[:1])
    position = Position.of(standing)
    checks: list[TurnCheck] = []
    positions = [position]
    problems: list[str] = []
    for event in events[1:]:
        if isinstance(event, DecisionSubmitted):
            problems.extend(_decision_problems(standing, position, event))
        if isinstance(event, TurnResolved):
            problems.extend(_turn_problems(standing, event))
            position = position.next({seat: standing.submitted(seat) for seat in standing.seats})
            positions.append(position)
            checks.append(TurnCheck(event.turn, event.quarter, event.result_hash, position.digest, tuple(problems)))
            problems = []
        standing = standing.apply(event)
    same_scenario = created.scenario_hash == game.scenario.hash
    return Verification(game, tuple(checks), created.model_version, model_version(), same_scenario, tuple(positions))


def _decision_problems(game: Game, position: Position, event: DecisionSubmitted) -> list[str]:
    """What a stated decision breaks: the role's bounds and purse, or, for a bot's, what that bot decides there."""
    seat = game.seats.get(event.seat)
    if seat is None or event.turn != game.turn:
        return [f"a decision of {event.seat} for turn {event.turn} stands where turn {game.turn} is decided"]
    try:
        decision = Policy.parse("\n".join(event.lines))
        if any(setting.quarter != game.quarter for setting in decision.settings):
            return [f"a decision of {event.seat} is not dated {game.quarter}"]
        check_decision(position, event.seat, decision)
    except (Refused, PolicyError) as error:
        return [f"{event.seat} could not have decided this: {error}"]
    if event.author == "bot":
        if seat.holder != "bot":
            return [f"a bot decides for {event.seat}, which a person holds"]
        if decision != bot_decision(position, event.seat, seat.bot):
            return [f"the bot {seat.bot} in {event.seat} decides otherwise"]
    elif event.author == "person" and seat.holder != "person":
        return [f"a person decides for {event.seat}, which no person holds"]
    elif event.author == "rule" and decision.settings:
        return [f"{event.seat} had not decided, yet something of it comes into force"]
    return []


def _turn_problems(game: Game, event: TurnResolved) -> list[str]:
    undecided = [seat.id for seat in game.seats.values() if seat.decision is None]
    if undecided:
        return [f"it is resolved before {', '.join(undecided)} decided"]
    if event.quarter != str(game.calendar.last(game.turn)):
        return [f"it is said to end in {event.quarter} instead of {game.calendar.last(game.turn)}"]
    return []


# loading into Python --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LoadedGame:
    """A played game as scenario, seed and decisions. ``policies``: every seat's decisions; ``turns``: how many were resolved."""

    scenario: Scenario
    seed: int
    policies: Mapping[str, Policy]
    turns: int
    quarters: int

    def simulate(self, seeds: Sequence[int] | None = None, **asked: Any) -> Result:
        """The game's own world (or the worlds of ``seeds``) under its decisions, to where it was played; see ``policygame.simulate``."""
        chosen = [self.seed] if seeds is None else seeds
        play_from = Calendar.of(self.scenario).play_from
        scripts = {
            seat: Script(Policy.of_history(self.scenario, seat).before(play_from) + decided)
            for seat, decided in self.policies.items()
        }
        return simulate(self.scenario, seeds=chosen, policies=scripts, **{"quarters": self.quarters, **asked})

    def without(self, seat: str, turn: int | None = None, lever: str | None = None, item: str | None = None) -> LoadedGame:
        """The same game had a seat not decided this: all decisions of a turn, or of a lever (and item) in it; None means all.

        GameFileError where there is nothing of the kind.
        """
        if seat not in self.policies:
            raise GameFileError(f"there is no seat {seat!r} in the game; seats are {', '.join(self.policies)}")
        kept = [setting for setting in self.policies[seat].settings if not self._meant(setting, turn, lever, item)]
        if len(kept) == len(self.policies[seat].settings):
            listed = "".join(f"\n  turn {self._turn(s)}  {s}" for s in self.policies[seat].settings) or " nothing"
            raise GameFileError(f"{seat} decided nothing of the kind; it decided:{listed}")
        return replace(self, policies=MappingProxyType({**self.policies, seat: Policy(tuple(kept))}))

    def _turn(self, setting: Setting) -> int:
        calendar = Calendar.of(self.scenario)
        return (setting.quarter - calendar.play_from) // calendar.quarters_per_turn + 1

    def _meant(self, setting: Setting, turn: int | None, lever: str | None, item: str | None) -> bool:
        return (
            (turn is None or self._turn(setting) == turn)
            and (lever is None or setting.lever == lever)
            and (item is None or setting.item == item)
        )


def load_game(path: str | Path) -> LoadedGame:
    """The game in a file that was downloaded or exported; GameFileError says what is wrong with it."""
    place = Path(path)
    try:
        content = place.read_bytes()
    except OSError as error:
        raise GameFileError(f"{place} cannot be read: {error.strerror or error}") from None
    game = _folded(read_game_file(content, str(place)), str(place))
    resolved = len(game.result_hashes)
    return LoadedGame(game.scenario, game.seed, game.decisions, resolved, game.calendar.quarters_before(resolved + 1))
