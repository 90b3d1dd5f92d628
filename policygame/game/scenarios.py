"""Scenarios by name, those that ship with the program read once: a large one takes a second."""

from __future__ import annotations

from functools import lru_cache

from policygame.scenario import Scenario, load_scenario, shipped_scenarios

__all__ = ["hash_of", "scenario_named"]


def scenario_named(name: str) -> Scenario:
    """The scenario of that name; a path is read anew every time, since its file may have changed. ScenarioError as ``load_scenario``."""
    return _shipped(name) if name in shipped_scenarios() else load_scenario(name)


def hash_of(scenario: Scenario) -> str:
    """``scenario.hash``, taken once of a shipped one that ``scenario_named`` has read: a large one takes milliseconds."""
    ships = scenario.name in shipped_scenarios() and scenario is _shipped(scenario.name)
    return _hash_of_shipped(scenario.name) if ships else scenario.hash


@lru_cache(maxsize=32)
def _hash_of_shipped(name: str) -> str:
    return _shipped(name).hash


@lru_cache(maxsize=32)
def _shipped(name: str) -> Scenario:
    return load_scenario(name)
