"""What held a played game up: one per cent more of each stage in every quarter of it, everything decided as it was.

The value of relief is ``foresight.bottleneck_value``, here over the quarters that were played: the game's own world first, then others
that begin in it where play begins. A stage that is full is no bottleneck yet; only what its relief brings says so. Sentences about it are
the pages' affair.
"""

from __future__ import annotations

from dataclasses import dataclass

from policygame.catalogue import Quarter
from policygame.foresight import bottleneck_value
from policygame.foresight.summaries import quantiles
from policygame.game.counterfactuals import Task
from policygame.game.presents import let_go, scripted
from policygame.game.turns import Calendar
from policygame.simulation import Simulation

__all__ = ["RELIEF_WORLDS", "SEGMENT", "Relief", "StageRelief", "relief_of"]

SEGMENT = "ai_accelerator"
"""Whose deliveries are counted."""
RELIEF_WORLDS = 17
"""Worlds that relief is asked in at most, the game's own included: each runs once more for every stage."""


@dataclass(frozen=True)
class StageRelief:
    """What one per cent more of a stage adds to what is delivered over the quarters of play, in per cent.

    own : in the game's own world; low, high : nine worlds in ten; binds_in : worlds in which the stage binds, alone or tied
    """

    stage: str
    own: float
    low: float
    high: float
    binds_in: int


@dataclass(frozen=True)
class Relief:
    """Every stage of a game, the most worth first in the game's own world.

    quarters : of play; worlds : asked; together : one per cent more of all stages at once, in the game's own world
    binding : the stages that bind in the game's own world, as ``foresight.BottleneckValue.binding`` has it
    """

    quarters: tuple[Quarter, ...]
    worlds: int
    stages: tuple[StageRelief, ...]
    together: float
    binding: tuple[str, ...]

    def of(self, stage: str) -> StageRelief:
        """The value of one stage; KeyError where the scenario has none of the name."""
        return {one.stage: one for one in self.stages}[stage]


def relief_of(task: Task) -> Relief:
    """Relieve every stage in turn, in the first ``RELIEF_WORLDS`` worlds of a task; its variants are not looked at."""
    calendar = Calendar.of(task.scenario)
    start = calendar.play_from - calendar.start
    scripts = {seat: scripted(task.scenario, seat, policy) for seat, policy in task.policies}
    own = Simulation(task.scenario, [task.seed], scripts, metrics=["deliveries_kunits"]).run(start)
    found = bottleneck_value(own, quarters=task.quarters - start, seeds=task.seeds[:RELIEF_WORLDS], world=0)
    let_go(own)
    percent, binding = found.gain_percent(SEGMENT), found.binding(SEGMENT)
    low, high = quantiles(percent, (0.05, 0.95))
    stages = [
        StageRelief(stage, float(percent[row, 0]), float(low[row]), float(high[row]), sum(stage in names for names in binding))
        for row, stage in enumerate(found.stages[:-1])
    ]
    ordered = tuple(sorted(stages, key=lambda one: -one.own))
    return Relief(found.quarters, len(found.seeds), ordered, float(percent[-1, 0]), binding[0])
