"""What people are asked to expect before a turn is revealed, and what came.

The question follows from the world as it stands when the turn begins, so that a log need keep the answer only. Who is asked, and when,
is the game's business.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from policygame.catalogue import Quarter
from policygame.game.turns import Calendar
from policygame.game.wording import quarter_text, value_text
from policygame.result import Result

__all__ = ["LINES_WEEKS", "Answered", "Outcome", "Question", "outcomes", "question"]

METRIC, ENTITY, ITEM = "lead_time_weeks", "world", "ai_accelerator"
LINES_WEEKS = (10.0, 20.0, 30.0, 40.0, 52.0, 78.0, 104.0)
"""A question asks for the line nearest to the lead time of the quarter before."""
TEMPLATE = "Will lead time for AI accelerators be above or below {threshold} at the end of {quarter}?"


@dataclass(frozen=True)
class Question:
    """Whether a series will end ``quarter`` above or below ``threshold``, in the metric's unit."""

    metric: str
    entity: str
    item: str
    threshold: float
    quarter: Quarter

    @property
    def text(self) -> str:
        """The question in English."""
        return TEMPLATE.format(threshold=value_text(self.threshold, self.metric, self.item), quarter=quarter_text(self.quarter))


class Answered(Protocol):
    """What somebody expected in a turn."""

    @property
    def turn(self) -> int:
        """Of which turn."""

    @property
    def above(self) -> bool:
        """Whether above the line."""


@dataclass(frozen=True)
class Outcome:
    """A question, what was expected, and what came (in the metric's unit; exactly on the line counts as below)."""

    turn: int
    question: Question
    above: bool
    came: float

    @property
    def right(self) -> bool:
        """Whether it came as expected."""
        return self.above == (self.came > self.question.threshold)


def question(result: Result, calendar: Calendar, turn: int) -> Question:
    """The question of a turn, from a result that reaches to its beginning (or beyond: later quarters are not read)."""
    before = calendar.quarters_before(turn)
    weeks = float(result.array(METRIC, ENTITY, ITEM)[before - 1, 0]) if before else LINES_WEEKS[1]
    nearest = min(LINES_WEEKS, key=lambda line: (abs(line - weeks), line))
    return Question(METRIC, ENTITY, ITEM, nearest, calendar.last(turn))


def outcomes(result: Result, calendar: Calendar, answered: Iterable[Answered]) -> tuple[Outcome, ...]:
    """What came of every answer whose turn the result holds, in the order of turns."""
    found = []
    for answer in sorted(answered, key=lambda one: one.turn):
        asked = question(result, calendar, answer.turn)
        if asked.quarter in result.quarters:
            came = float(result.array(asked.metric, asked.entity, asked.item)[result.quarters.index(asked.quarter), 0])
            found.append(Outcome(answer.turn, asked, answer.above, came))
    return tuple(found)
