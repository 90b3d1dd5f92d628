"""What became of a seat's grants: how much of each was awarded to firms and paid, and what nobody took up.

A grant is an offer: it costs nothing until a firm orders a line for it. Awards are read from the game's own world as it is run again, line
by line, because results keep them by lever only. What is said of them is the pages' affair.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from policygame.catalogue import TECHNOLOGIES, Quarter
from policygame.game.counterfactuals import Task
from policygame.game.presents import let_go, scripted
from policygame.game.turns import Calendar
from policygame.model.structure import PLACE_OF, STAGE_OF
from policygame.scenario import Policy, Setting
from policygame.simulation import Simulation

__all__ = ["GrantUse", "grants_used"]

_BUILDING = "capacity_under_construction_kwpm"
_LEVERS = ("packaging_grant", "fab_grant")


@dataclass(frozen=True)
class GrantUse:
    """What became of one decision about a grant, while it was the one in force.

    setting : the decision; cap_musd : the most it may award in all, None where only the purse is the limit
    last : the last quarter in which it was in force, or of the game as far as it was played
    awarded_musd : reserved for firms' orders under it; paid_musd : paid in these quarters for the technology, under this or an earlier
    decision: a grant is paid as lines are built
    building_kwpm : ordered for the seat's place and not yet open at the end of play, with or without this grant; 0 for fabs, whose
    projects no metric tells
    """

    setting: Setting
    cap_musd: float | None
    last: Quarter
    awarded_musd: float
    paid_musd: float
    building_kwpm: float = 0.0

    @property
    def left_musd(self) -> float | None:
        """What nobody took up of the cap; None where there is none."""
        return None if self.cap_musd is None else max(self.cap_musd - self.awarded_musd, 0.0)


def grants_used(task: Task) -> tuple[GrantUse, ...]:
    """Every grant that the task's seat decided, in the order of its decisions; the task's variants and other worlds are not looked at."""
    decided = [setting for setting in task.own.settings if setting.lever in _LEVERS and setting.amount > 0.0]
    if not decided:
        return ()
    calendar, place = Calendar.of(task.scenario), PLACE_OF[task.seat]
    scripts = {seat: scripted(task.scenario, seat, policy) for seat, policy in task.policies}
    simulation = Simulation(task.scenario, [task.seed], scripts, metrics=[_BUILDING])
    model = simulation.models[0]
    lines = model.structure.lines
    here = {item: (lines.place == place) & (lines.stage == STAGE_OF[item]) for item in {setting.item for setting in decided}}
    awarded = dict.fromkeys(decided, 0.0)
    paid = dict.fromkeys(decided, 0.0)
    last: dict[Setting, Quarter] = {}
    for ahead in range(task.quarters):
        quarter = calendar.start + ahead
        simulation.run(1)
        for setting in _in_force(task.own, decided, quarter):
            mine = here[setting.item]
            awarded[setting] += float(np.sum(model.now.awarded_musd[mine, 0]))
            paid[setting] += float(np.sum(model.now.grants_paid_musd[mine, 0]))
            last[setting] = quarter
    result = simulation.result()
    let_go(simulation)

    def building(item: str) -> float:
        return float(result.array(_BUILDING, f"country:{task.seat}", item)[-1, 0]) if item in TECHNOLOGIES else 0.0

    return tuple(
        GrantUse(one, one.number("cap"), last[one], awarded[one], paid[one], building(one.item)) for one in decided if one in last
    )


def _in_force(policy: Policy, decided: Iterable[Setting], quarter: Quarter) -> list[Setting]:
    holding = policy.in_force(quarter)
    return [setting for setting in decided if setting in holding]
