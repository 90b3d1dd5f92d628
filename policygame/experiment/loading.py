"""Experiments by name or path: find the file, read it, check everything, tell all that is wrong at once.

The schema is in ``schema``, further checks in ``checks``; reading YAML and telling problems is shared with scenarios.
"""

from __future__ import annotations

import os
from itertools import islice
from pathlib import Path

from pydantic import ValidationError

from policygame.experiment.checks import check
from policygame.experiment.plan import Plan, plan_of
from policygame.experiment.schema import Experiment
from policygame.resources import configs_dir
from policygame.scenario import Scenario, load_scenario, shipped_scenarios
from policygame.scenario.problems import MOST_PROBLEMS, Problem, ProblemsError, quoted, suggestion
from policygame.scenario.spot import Spot
from policygame.scenario.wording import schema_problems
from policygame.scenario.yaml_reader import Node, describe, plain, read_file

__all__ = ["ExperimentError", "load_experiment", "shipped_experiments"]


class ExperimentError(ProblemsError):
    """An experiment that cannot be run."""


def shipped_experiments() -> dict[str, Path]:
    """The files of the experiments that ship with the program, by name, in alphabetical order."""
    return {file.stem: file for file in sorted((configs_dir() / "experiments").glob("*.yaml"))}


def load_experiment(name_or_path: str | os.PathLike[str]) -> Plan:
    """An experiment by the name of a shipped one or the path of a file, checked and laid out run by run.

    ExperimentError tells everything that is wrong with it. Nothing is run. Paths in the file start from its folder.

    >>> load_experiment("subsidy-race").n_arms
    3
    """
    file = _find(os.fspath(name_or_path))
    root, problems = read_file(file, "experiment")
    if root is None or not isinstance(root.value, dict):
        if not problems:
            place = "an empty file" if root is None else describe(root)
            problems = [Problem(str(file), 1, 1, "", place, "an experiment: a mapping with name, scenario, outcomes ...")]
        raise ExperimentError(problems)
    return _build(root, problems, file)


def _find(name: str) -> Path:
    """The file that a name or path means. A bare word is a shipped experiment before it is a file here."""
    shipped = shipped_experiments()
    if name in shipped:
        return shipped[name]
    if "\0" not in name and (name.endswith((".yaml", ".yml")) or os.path.basename(name) != name or os.path.exists(name)):
        return Path(name)
    allowed = f"a shipped experiment ({', '.join(shipped) or 'none'}) or the path of a file"
    raise ExperimentError(
        [Problem(quoted(name), None, None, "", "no experiment of that name", allowed, suggestion(name, shipped))]
    )


def _build(root: Node, problems: list[Problem], file: Path) -> Plan:
    problems, experiment, top = list(problems), None, Spot.top(root)
    try:
        experiment = Experiment.model_validate(plain(root), strict=True)
    except ValidationError as error:
        told = {problem.path for problem in problems}
        problems += [problem for problem in schema_problems(error, root, Experiment) if problem.path not in told]
    told = {problem.path for problem in problems}
    scenario = _scenario(top, file.parent, problems)
    if scenario is not None:
        further = (problem for problem in check(top, scenario, file.parent) if problem.path not in told)
        problems += islice(further, max(MOST_PROBLEMS - len(problems), 0))
    if problems or experiment is None or scenario is None:
        raise ExperimentError(problems)
    return plan_of(experiment, scenario, file.parent, file.read_text(encoding="utf-8-sig"))


def _scenario(top: Spot, folder: Path, problems: list[Problem]) -> Scenario | None:
    """The scenario that the file names; None, and why not added to ``problems``, where there is none."""
    name = top.at("scenario").text()
    if name is None:
        return None
    try:
        return load_scenario(name if name in shipped_scenarios() else str(folder / name))
    except ProblemsError as error:
        if name not in shipped_scenarios() and not (folder / name).is_file():
            shipped = shipped_scenarios()
            allowed = f"a shipped scenario ({', '.join(shipped)}) or the path of a file from the experiment's folder"
            problems.append(top.at("scenario").problem(f"no scenario {quoted(name)}", allowed, suggestion(name, shipped)))
        else:
            problems += error.problems
        return None
