"""The present of a game as plain values, replayed once in a process and kept: where every question about its future begins.

A ``Past`` says all that a game's present follows from, and can be sent to another process. ``the_present`` replays it. What is asked
of the worlds from there on is the business of each question (``outlook``, ``ladder``). Decisions that are sealed, or yet to come,
are refused here, so that no question can read them.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Generic, TypeVar

from policygame.catalogue import Quarter
from policygame.errors import UserError
from policygame.foresight.worlds import fresh_seeds, let_go
from policygame.game.scenarios import scenario_named
from policygame.model.agents.scripts import Script
from policygame.scenario import Policy, Scenario
from policygame.scenario.setting import unknown
from policygame.simulation import Simulation

__all__ = [
    "PRESENTS",
    "Kept",
    "OutlookError",
    "Past",
    "checked_policies",
    "forget_presents",
    "let_go",
    "other_seeds",
    "resolved",
    "scripted",
    "the_present",
]

PRESENTS = 4
"""How many presents a process keeps."""


class OutlookError(UserError):
    """A question about a game's future that cannot be answered as asked."""


@dataclass(frozen=True)
class Past:
    """What a game's present follows from.

    scenario : name of a shipped scenario, or path of a file
    seed : the game's own
    in_force : (seat, lines) of governments: all that each has decided before the present. One that is missing decided nothing
    present : quarters from the scenario's start to the present, where the current turn begins
    """

    scenario: str
    seed: int
    in_force: tuple[tuple[str, str], ...]
    present: int


def other_seeds(seed: int, worlds: int) -> tuple[int, ...]:
    """Seeds of the worlds that a game's future is asked in: the same for a game every time, and never the game's own.

    >>> other_seeds(7, 3)
    (8, 9, 10)
    """
    return fresh_seeds([seed], worlds)


def resolved(past: Past) -> Scenario:
    """The scenario of a past."""
    return scenario_named(past.scenario)


def scripted(scenario: Scenario, seat: str, decided: Policy) -> Script:
    """What a seat has decided beside the scenario's history before play, to be played as it stands: a game has judged it already."""
    return Script(Policy.of_history(scenario, seat).before(Quarter.parse(scenario.play_from)) + decided)


def checked_policies(past: Past, seat: str | None = None, seeds: Sequence[int] = ()) -> dict[str, Policy]:
    """What every government has decided before the present.

    OutlookError for an unknown government (``seat`` too), a present outside the scenario, the game's own seed among ``seeds``, and
    a decision that is dated the present or later.
    """
    scenario = resolved(past)
    seats = tuple(name for name, place in scenario.jurisdictions.items() if place.government is not None)
    for name in (*(name for name, _ in past.in_force), *([] if seat is None else [seat])):
        if name not in seats:
            raise OutlookError(unknown("government", name, seats))
    if past.seed in seeds:
        raise OutlookError(f"the game's own seed {past.seed} may not be one of the worlds: it would tell the game's future")
    first, end = Quarter.parse(scenario.start), Quarter.parse(scenario.end)
    if not 0 <= past.present <= end - first:
        raise OutlookError(f"the present lies {past.present} quarters from the start; allowed are 0 to {end - first}")
    now = first + past.present
    decided = dict.fromkeys(seats, Policy()) | {name: Policy.parse(lines) for name, lines in past.in_force}
    for name, policy in decided.items():
        for setting in policy.since(now).settings:
            raise OutlookError(f"'{setting}' of {name} is dated {now} or later: it is not in force yet")
    return decided


def the_present(past: Past) -> Simulation:
    """The game's own world at the present, every metric recorded since the start. Branch it, do not run it on."""

    def replay() -> Simulation:
        scenario = resolved(past)
        decided = {seat: scripted(scenario, seat, policy) for seat, policy in checked_policies(past).items()}
        return Simulation(scenario, [past.seed], decided).run(past.present)

    return _presents.get(past, replay)


def forget_presents() -> None:
    """Let go of every present that this process keeps; nothing but time changes by it."""
    _presents.clear()


_T = TypeVar("_T")


class Kept(Generic[_T]):
    """The values used last, by what they were made from; at most ``most`` of them. ``drop`` is told of one that is not kept on.

    Threads may share it: where two ask for the same, one makes it and the other waits.
    """

    def __init__(self, most: int, drop: Callable[[_T], None] | None = None) -> None:
        self._most, self._drop = most, drop
        self._lock = Lock()
        self._values: OrderedDict[object, _T] = OrderedDict()

    def __len__(self) -> int:
        return len(self._values)

    def get(self, key: object, make: Callable[[], _T]) -> _T:
        """The value of a key, made where it is not kept."""
        with self._lock:
            if key not in self._values:
                self._values[key] = make()
                while len(self._values) > self._most:
                    self._forget_one()
            self._values.move_to_end(key)
            return self._values[key]

    def clear(self) -> None:
        """Let go of all."""
        with self._lock:
            while self._values:
                self._forget_one()

    def _forget_one(self) -> None:
        _, oldest = self._values.popitem(last=False)
        if self._drop is not None:
            self._drop(oldest)


_presents: Kept[Simulation] = Kept(PRESENTS)  # small, and whoever has asked for one may still be branching it
