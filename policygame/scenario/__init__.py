"""What a game starts from: scenario files with a source for every number, read and checked; and dated decisions of
governments.

``load_scenario`` is the way in. The words that scenarios use are declared in ``policygame.catalogue``; what happens
in a scenario is the business of ``policygame.model``.
"""

from policygame.scenario.figures import Figure, figures
from policygame.scenario.loading import load_scenario, shipped_scenarios
from policygame.scenario.numbers import Number, SourcedNumber
from policygame.scenario.policy import Policy, PolicyError, Setting
from policygame.scenario.problems import Problem, ScenarioError
from policygame.scenario.schema import Scenario

__all__ = [
    "Figure",
    "Number",
    "Policy",
    "PolicyError",
    "Problem",
    "Scenario",
    "ScenarioError",
    "Setting",
    "SourcedNumber",
    "figures",
    "load_scenario",
    "shipped_scenarios",
]
