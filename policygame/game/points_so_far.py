"""Points turn by turn, on the scale of the debrief: what a seat's decisions had come to by the end of a turn, and by the one before.

Points are those of ``score``: weight times gain, in spans of the stored tournament, over the same world in which only this seat does
nothing, over the quarters of play so far. What a turn added is the difference of two such counts, so that turns add up to the points that
the debrief ends with, to the bit of its last count. Only the game's own world is asked, and nothing after the turn.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from policygame.game.counterfactuals import AS_PLAYED, NOTHING, Task, run_task
from policygame.game.grants import GrantUse, grants_used
from policygame.game.score import Score, part_scores
from policygame.game.turns import Calendar
from policygame.scenario import Policy, Scenario
from policygame.tournament.stored import stored_tournament

__all__ = ["SoFar", "so_far"]


@dataclass(frozen=True)
class SoFar:
    """A seat's score and what became of its grants by the end of a turn; its score by the end of the turn before, None for the first."""

    seat: str
    turn: int
    now: Score
    before: Score | None
    grants: tuple[GrantUse, ...]

    @property
    def total(self) -> float:
        """Points by the end of the turn."""
        return self.now.points.own

    @property
    def added(self) -> float:
        """What the turn added to them."""
        return self.total - (self.before.points.own if self.before is not None else 0.0)

    def part(self, part: str) -> tuple[float, float]:
        """Points of a part of the mandate by the end of the turn, and what the turn added to them."""
        now, before = (
            next(one.points for one in score.parts if one.part == part) if score is not None else 0.0
            for score in (self.now, self.before)
        )
        return now, now - before


def so_far(scenario: Scenario, seed: int, policies: Mapping[str, Policy], seat: str, turn: int) -> SoFar:
    """Count a seat's points by the end of a resolved turn. ``policies``: what every seat decided, later turns left out or not.

    >>> from policygame import load_scenario
    >>> paid = {"USA": Policy.parse("2023Q1 packaging_rnd interposer_2_5d 60")}
    >>> found = so_far(load_scenario("first-game"), 7, paid, "USA", 1)
    >>> found.added == found.total, found.part("F")[0] < 0.0
    (True, True)
    """
    calendar = Calendar.of(scenario)
    last = calendar.last(turn)
    decided = tuple((name, policy.until(last)) for name, policy in policies.items())
    quarters = calendar.quarters_before(turn + 1)
    task = Task(scenario, seed, decided, quarters, seat, (seed,), (AS_PLAYED, NOTHING))
    ran, tournament = run_task(task), stored_tournament(scenario)
    played, nothing = ran[AS_PLAYED][0], ran[NOTHING][0]
    old = calendar.quarters_before(turn) - calendar.quarters_before(1)
    before = part_scores(scenario, seat, played[:, :old], nothing[:, :old], tournament=tournament) if old else None
    return SoFar(seat, turn, part_scores(scenario, seat, played, nothing, tournament=tournament), before, grants_used(task))
