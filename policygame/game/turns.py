"""When what is decided: the turns of a scenario and their quarters, and who can sit at the table."""

from __future__ import annotations

from dataclasses import dataclass

from policygame.catalogue import Quarter
from policygame.scenario import Scenario
from policygame.tournament.mandates import seats_of

__all__ = ["Calendar", "seats_of"]


@dataclass(frozen=True)
class Calendar:
    """Turns count from 1; turn ``k`` covers ``quarters_per_turn`` quarters from the beginning of play on, the last one maybe fewer.

    >>> from policygame import load_scenario
    >>> calendar = Calendar.of(load_scenario("first-game"))
    >>> calendar.turns, str(calendar.begins(2)), calendar.length(2), calendar.quarters_before(2)
    (12, '2023Q3', 2, 6)
    """

    start: Quarter
    play_from: Quarter
    end: Quarter
    quarters_per_turn: int

    @classmethod
    def of(cls, scenario: Scenario) -> Calendar:
        """The calendar that a scenario states."""
        start, play_from, end = (Quarter.parse(text) for text in (scenario.start, scenario.play_from, scenario.end))
        return cls(start, play_from, end, scenario.quarters_per_turn)

    @property
    def turns(self) -> int:
        """How many turns there are."""
        return -(-(self.end - self.play_from + 1) // self.quarters_per_turn)

    def begins(self, turn: int) -> Quarter:
        """The first quarter of a turn."""
        return self.play_from + (turn - 1) * self.quarters_per_turn

    def length(self, turn: int) -> int:
        """Quarters of a turn: fewer in the last one where the scenario ends within it."""
        return max(min(self.quarters_per_turn, self.end - self.begins(turn) + 1), 0)

    def last(self, turn: int) -> Quarter:
        """The last quarter of a turn."""
        return self.begins(turn) + (self.length(turn) - 1)

    def quarters_before(self, turn: int) -> int:
        """Quarters from the scenario's start to the beginning of a turn; after the last turn: all."""
        return min(self.begins(turn), self.end + 1) - self.start
