"""The first move that a scenario's card has a seat try, as the briefing and the guided first turn tell it.

What the move does is the model's to say: ``tests/game/test_first_moves.py`` holds every shipped one to what its card promises.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from policygame.game.outlook import Series
from policygame.scenario import Policy, Scenario, Setting
from policygame.scenario.policy_checks import policy_problems

__all__ = ["Lesson", "lesson"]

TECHNOLOGY = "interposer_2_5d"


@dataclass(frozen=True)
class Lesson:
    """A first move: ``setting`` is what to set, ``series`` what to look at, ``moves`` which way it goes by the scenario's end."""

    setting: Setting
    series: Series
    moves: Literal["up", "down"]
    sentence: str


def lesson(scenario: Scenario, seat: str) -> Lesson | None:
    """What the scenario's card has a seat try first; None where it names nothing, or nothing that the seat may decide when play begins.

    >>> from policygame.scenario import load_scenario
    >>> str(lesson(load_scenario("first-game"), "KOR").setting)
    '2023Q1 packaging_grant interposer_2_5d 0.3'
    """
    move = scenario.card.first_moves.get(seat) if scenario.card is not None else None
    if move is None:
        return None
    policy = Policy.parse(move.line)
    if policy_problems(policy, scenario, seat) or str(policy.settings[0].quarter) != scenario.play_from:
        return None
    series: dict[str, Series] = {
        "lead_time_weeks": ("lead_time_weeks", "world", "ai_accelerator"),
        "packaging_capacity_kwpm": ("packaging_capacity_kwpm", f"country:{seat}", TECHNOLOGY),
        "hhi_packaging": ("hhi_packaging", "site", TECHNOLOGY),
    }
    return Lesson(policy.settings[0], series[move.metric], move.moves, move.sentence)
