"""Scenarios by name or path: find the file, read it, check everything, tell all that is wrong at once.

Reading YAML lives in ``yaml_reader``, ``extends`` in ``extending``, the schema in ``schema``, further checks in
``checks``.
"""

from __future__ import annotations

import os
from itertools import islice
from pathlib import Path

from pydantic import ValidationError

from policygame.resources import configs_dir
from policygame.scenario.checks import check
from policygame.scenario.extending import read_extended
from policygame.scenario.problems import MOST_PROBLEMS, Problem, ScenarioError, quoted, suggestion
from policygame.scenario.schema import Scenario
from policygame.scenario.shares import normalised
from policygame.scenario.wording import schema_problems
from policygame.scenario.yaml_reader import Node, plain

__all__ = ["load_scenario", "shipped_scenarios"]


def shipped_scenarios() -> dict[str, Path]:
    """The files of the scenarios that ship with the program, by name, in alphabetical order."""
    return {file.stem: file for file in sorted((configs_dir() / "scenarios").glob("*.yaml"))}


def load_scenario(name_or_path: str | os.PathLike[str]) -> Scenario:
    """A scenario by the name of a shipped one or by the path of a file; ScenarioError tells everything that is wrong with it.

    Published shares that sum to one within 0.02 are scaled to sum to one. ``scenario.origin`` is the file, ``scenario.hash``
    a digest of the content, ``scenario.numbers()`` every number with its unit and source.
    """
    file = _find(os.fspath(name_or_path))
    root, problems = read_extended(file, shipped_scenarios())
    if root is None:
        raise ScenarioError(problems)
    scenario = _build(root, problems)
    scenario._origin = str(file)
    return scenario


def _find(name: str) -> Path:
    """The file that a name or path means. A bare word is a shipped scenario before it is a file here."""
    shipped = shipped_scenarios()
    if name in shipped:
        return shipped[name]
    if "\0" not in name and (name.endswith((".yaml", ".yml")) or os.path.basename(name) != name or os.path.exists(name)):
        return Path(name)
    allowed = f"a shipped scenario ({', '.join(shipped) or 'none'}) or the path of a file"
    raise ScenarioError([Problem(quoted(name), None, None, "", "no scenario of that name", allowed, suggestion(name, shipped))])


def _build(root: Node, problems: list[Problem]) -> Scenario:
    """The scenario that a tree describes. ScenarioError if the tree has problems, with those of its writing."""
    problems = list(problems)
    scenario = None
    try:
        scenario = Scenario.model_validate(plain(root), strict=True)
    except ValidationError as error:
        told = {problem.path for problem in problems}
        problems += [problem for problem in schema_problems(error, root) if problem.path not in told]
    told = {problem.path for problem in problems}
    further = (problem for problem in check(root) if problem.path not in told)
    problems += islice(further, max(MOST_PROBLEMS - len(problems), 0))
    if problems or scenario is None:
        raise ScenarioError(problems)
    return normalised(scenario)
