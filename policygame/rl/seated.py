"""A policy in a seat: what maps an observation to an action becomes a strategy that ``simulate`` and a game can ask.

The observation and the action are those of the environments: what was trained there plays here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from policygame.catalogue import Quarter
from policygame.model.agents.government import GovernmentView, Order
from policygame.rl.actions import Actions
from policygame.rl.observations import Observations
from policygame.scenario import Scenario

__all__ = ["Seated", "turns_of"]


def turns_of(scenario: Scenario) -> int:
    """How many turns a game of the scenario has, the last one perhaps cut short by the scenario's end."""
    quarters = Quarter.parse(scenario.end) - Quarter.parse(scenario.play_from) + 1
    return -(-quarters // scenario.quarters_per_turn)


@dataclass(frozen=True)
class Seated:
    """A strategy that asks ``policy`` at the beginning of each turn.

    policy : observation (number,) -> action (column,), asked world by world, so that a world's decision is the same alone and in a
        crowd whatever arithmetic the policy has; ``batched``: observations (W, number) -> actions (W, column), faster, and the same only
        if the policy's sums do not depend on how many worlds there are
    scenario : the scenario that is played; it gives the number of turns
    name : what results and lists call it

    >>> from policygame import simulate
    >>> from policygame.scenario import load_scenario
    >>> generous = Seated(lambda observation: np.full(24, 0.5), load_scenario("first-game"))
    >>> result = simulate("first-game", [1], {"USA": generous}, quarters=5, metrics=["outlay_musd"])
    >>> bool(result.array("outlay_musd", "government:USA", "packaging_rnd")[-1, 0] > 0.0)
    True
    """

    policy: Callable[[Any], Any]
    scenario: Scenario
    batched: bool = False
    name: str = "policy"

    def decide(self, view: GovernmentView) -> list[Order] | None:
        """The orders of the policy's action; None between turns."""
        if not view.is_turn:
            return None
        seen = Observations(view, turns_of(self.scenario)).of(view)
        actions = self.policy(seen) if self.batched else np.stack([np.asarray(self.policy(row), dtype=float) for row in seen])
        return Actions(view, self.scenario.quarters_per_turn).orders(view, actions)
