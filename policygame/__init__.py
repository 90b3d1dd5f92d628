"""policygame: the advanced-packaging industry in parallel worlds, and the governments that try to steer it."""

from policygame.errors import UserError
from policygame.foresight import additionality, attribution, bottleneck_value, compare, forecast, resilience
from policygame.game.handin import load_game
from policygame.model.changes import Change, scale_capacity
from policygame.scenario import Policy, Scenario, ScenarioError, Setting, load_scenario, shipped_scenarios
from policygame.simulation import Result, Simulation, simulate

__all__ = [
    "Change",
    "Policy",
    "Result",
    "Scenario",
    "ScenarioError",
    "Setting",
    "Simulation",
    "UserError",
    "additionality",
    "attribution",
    "bottleneck_value",
    "compare",
    "forecast",
    "load_game",
    "load_scenario",
    "resilience",
    "scale_capacity",
    "shipped_scenarios",
    "simulate",
]
