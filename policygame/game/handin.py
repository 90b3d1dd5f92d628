"""Games as files: what is handed in, moved between machines, verified, and loaded into Python.

A game file is the log of events as JSON. It carries no results beyond a digest and the sum of each metric, turn by turn: whoever
reads it derives every number anew and finds out whether what stands in it follows from its decisions. A digest over all events, names
among them, tells whether the file was changed after it was written; it is no signature, so who changes a file can write a new one. Files
without a digest, of earlier versions, are read as before.
"""

from __future__ import annotations

import hashlib
import json
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from policygame.catalogue import METRICS
from policygame.errors import UserError
from policygame.game.events import Event, EventError, GameCreated, TurnResolved, event_json, parse_event
from policygame.game.game import Game
from policygame.game.legality import problems_of
from policygame.game.position import Position, close
from policygame.game.programs import is_program
from policygame.game.turns import Calendar
from policygame.model.agents.scripts import Script
from policygame.result import Result
from policygame.scenario import Policy, PolicyError, Scenario, ScenarioError, Setting
from policygame.simulation import simulate
from policygame.version import model_version

__all__ = [
    "Apart",
    "GameFileError",
    "LoadedGame",
    "OtherModelWarning",
    "Seal",
    "TurnCheck",
    "Verification",
    "game_file",
    "load_game",
    "read_game_file",
    "seal_of",
    "verify",
]

FORMAT = "policygame-game"
LARGEST_FILE_BYTES = 20_000_000
MOST_EVENTS = 100_000
Seal = Literal["whole", "changed", "none"]
"""Whether a file's digest is that of its events; "none" where it has no digest."""
Exactness = Literal["", "1e-9", "bit for bit"]
_RESULTS = "its results do not follow from the decisions"
_EXACTNESS: tuple[Exactness, ...] = ("", "1e-9", "bit for bit")
"""From the least exact on."""


class OtherModelWarning(UserWarning):
    """A game is simulated with another model or scenario than it was played with."""


class GameFileError(UserError):
    """A file that holds no game that can be read."""


def game_file(events: Sequence[Event]) -> str:
    """The text of a game file: one event a line, so that two files can be compared."""
    lines = ",\n".join(event_json(event) for event in events)
    return f'{{"format":"{FORMAT}","version":1,"digest":"{_digest(events)}","events":[\n{lines}\n]}}\n'


def _digest(events: Sequence[Event]) -> str:
    return hashlib.sha256("\n".join(event_json(event) for event in events).encode("utf-8")).hexdigest()


def seal_of(text: str | bytes, source: str = "the file") -> Seal:
    """Whether a game file is as it was written, names of players included; GameFileError as for ``read_game_file``."""
    events = read_game_file(text, source)
    stated = json.loads(text).get("digest")
    if stated is None:
        return "none"
    return "whole" if stated == _digest(events) else "changed"


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
class Apart:
    """A metric summed over its series in a turn's last quarter: as the game states it, and as it is derived; in the metric's unit."""

    metric: str
    stated: float
    derived: float

    @property
    def name(self) -> str:
        """The metric's name with its unit.

        >>> Apart("outlay_musd", 135.0, 136.0).name
        'Outlay, M USD / quarter'
        """
        return f"{METRICS[self.metric].name}, {METRICS[self.metric].unit}"


@dataclass(frozen=True)
class TurnCheck:
    """One resolved turn: the digest that the log states, the one that its decisions lead to, and what else does not follow.

    ``exactness``: "bit for bit", or "1e-9" where the digest differs and every figure is the same to a billionth, as on a processor that
    rounds otherwise; empty where results do not follow. ``apart``: where the two are furthest from each other, if they differ.
    """

    turn: int
    quarter: str
    stated: str
    derived: str
    problems: tuple[str, ...] = ()
    exactness: Exactness = ""
    apart: Apart | None = None

    @property
    def holds(self) -> bool:
        """Whether the turn follows from the decisions."""
        return self.exactness != "" and not self.problems

    @property
    def told(self) -> tuple[str, ...]:
        """What does not follow, in sentences without a full stop: what breaks the rules, then results."""
        return self.problems if self.exactness else (*self.problems, _RESULTS)


@dataclass(frozen=True)
class Verification:
    """Whether a log follows from its decisions, turn by turn. ``model`` is what it was played with, ``installed`` what judged it.

    ``open_turn``: what breaks the rules after the last resolved turn.
    """

    game: Game
    turns: tuple[TurnCheck, ...]
    model: str
    installed: str
    scenario_holds: bool
    positions: tuple[Position, ...] = field(repr=False, default=())
    open_turn: tuple[str, ...] = ()

    @property
    def same_model(self) -> bool:
        """Whether it is judged by the model that it was played with; another may derive other results, and bots decide otherwise."""
        return self.model == self.installed

    @property
    def programs(self) -> dict[str, str]:
        """Seat -> the program that plays it: no file holds a program, so its decisions are taken as they stand."""
        return {seat.id: seat.bot for seat in self.game.seats.values() if seat.holder == "bot" and is_program(seat.bot)}

    @property
    def holds(self) -> bool:
        """Whether everything follows, as exactly as ``exactness`` says."""
        return self.scenario_holds and all(turn.holds for turn in self.turns) and not self.open_turn

    @property
    def exactness(self) -> Exactness:
        """How exactly results follow: that of the least exact turn; "bit for bit" where there is none yet, empty where one does not."""
        return min((turn.exactness for turn in self.turns), key=_EXACTNESS.index, default="bit for bit")

    @property
    def first_problem(self) -> str:
        """The first thing that does not follow, in words; empty where all does."""
        if not self.scenario_holds:
            return f"The scenario {self.game.scenario.name} is not the one that the game was played with."
        reason = "" if self.same_model else f" It was played with the model {self.model}; this is {self.installed}."
        for turn in self.turns:
            if turn.problems:
                stop = "" if self.same_model else "."
                return f"Turn {turn.turn}: {turn.problems[0]}{stop}{reason}"
            if not turn.exactness:
                return f"Turn {turn.turn} ({turn.quarter}): {_RESULTS}.{reason}"
        if self.open_turn:
            return f"Turn {len(self.turns) + 1}: {self.open_turn[0]}"
        return ""

    @property
    def further_problems(self) -> tuple[tuple[str, ...], int]:
        """What else does not follow in the turn of ``first_problem``, and how many problems later turns have, which may follow from it."""
        broken = [turn.told for turn in self.turns if turn.told] + ([self.open_turn] if self.open_turn else [])
        if not self.scenario_holds:
            return (), sum(map(len, broken))
        return (broken[0][1:], sum(map(len, broken[1:]))) if broken else ((), 0)


def verify(events: Sequence[Event]) -> Verification:
    """Derive every turn of a log anew: events in an order that play allows, decisions within the rules, bots' as bots decide, results.

    No turn is derived where the scenario has become one of other turns.
    """
    game = _folded(events)
    created = events[0]
    assert isinstance(created, GameCreated)
    standing = Game.of(events[:1])
    position = Position.of(standing)
    checks: list[TurnCheck] = []
    positions = [position]
    problems: list[str] = []
    fits = (created.turns, created.quarters_per_turn) == (game.turns, game.calendar.quarters_per_turn)
    for event in events[1:] if fits else ():
        problems.extend(problems_of(standing, position, event))
        if isinstance(event, TurnResolved):
            position = position.next({seat: standing.submitted(seat) for seat in standing.seats})
            positions.append(position)
            checks.append(_turn_check(event, position, problems))
            problems = []
        standing = standing.apply(event)
    return Verification(
        game=game,
        turns=tuple(checks),
        model=created.model_version,
        installed=model_version(),
        scenario_holds=created.scenario_hash == game.scenario.hash,
        positions=tuple(positions),
        open_turn=tuple(problems),
    )


def _turn_check(event: TurnResolved, position: Position, problems: Sequence[str]) -> TurnCheck:
    exactness: Exactness = ""
    apart = None
    if event.result_hash == position.digest:
        exactness = "bit for bit"
    elif event.figures and close(event.figures, position.figures):
        exactness = "1e-9"
    else:
        apart = _furthest(event.figures, position.figures)
    return TurnCheck(event.turn, event.quarter, event.result_hash, position.digest, tuple(problems), exactness, apart)


def _furthest(stated: Mapping[str, float], derived: Mapping[str, float]) -> Apart | None:
    """The metric that differs most, as a part of the larger of its two values; None where none of both differs."""
    found = [Apart(metric, stated[metric], derived[metric]) for metric in stated if metric in derived]

    def distance(one: Apart) -> float:
        return abs(one.stated - one.derived) / (max(abs(one.stated), abs(one.derived)) or 1.0)

    first = max(found, key=distance, default=None)
    return first if first is not None and distance(first) > 0.0 else None


# loading into Python --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LoadedGame:
    """A played game as scenario, seed and decisions. ``policies``: every seat's decisions; ``turns``: how many were resolved.

    ``model``: what it was played with, where that is not what is installed; else "".
    """

    scenario: Scenario
    seed: int
    policies: Mapping[str, Policy]
    turns: int
    quarters: int
    model: str = ""

    def simulate(self, seeds: Sequence[int] | None = None, **asked: Any) -> Result:
        """The game's own world (or the worlds of ``seeds``) under its decisions, to where it was played; see ``policygame.simulate``.

        Warns with ``OtherModelWarning`` where the game was played with another model: its numbers are then not those of play.
        """
        if self.model:
            warnings.warn(_other_model_words(self.model), OtherModelWarning, stacklevel=2)
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


def _other_model_words(model: str) -> str:
    if model == model_version():
        return (
            "The game was played with another version of its scenario than is installed. What the installed one makes of the same "
            "decisions may differ from what was seen in play."
        )
    return (
        f"The game was played with the model {model}; installed is {model_version()}. What this makes of the same decisions may differ "
        "from what was seen in play. Load the file with the version of policygame that it names to get the numbers of play."
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
    model = "" if game.same_model else game.created.model_version
    return LoadedGame(game.scenario, game.seed, game.decisions, resolved, game.calendar.quarters_before(resolved + 1), model)
