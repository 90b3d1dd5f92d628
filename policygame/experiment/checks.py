"""What an experiment must keep beyond the schema: names that exist, values within bounds, policies that may be followed, sizes.

Every check reads a tolerant view of the file, so that it finds its problems also where other parts are wrong. What outcomes and
series may name is checked in ``measured``, tables in ``tables``. Nothing here runs anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from policygame.bots import BOTS
from policygame.catalogue import Quarter
from policygame.errors import UserError
from policygame.experiment import designs, dimensions
from policygame.experiment.arms import Choice, arms_of, governments, read_choice
from policygame.experiment.dimensions import Dimension
from policygame.experiment.measured import check_measured
from policygame.experiment.schema import OTHERS, Amount, Design, Experiment, Outcome, Seeds, Series, Uncertainty
from policygame.experiment.study import Layout, check_study
from policygame.experiment.tables import Table, read_table
from policygame.scenario import Policy, PolicyError, Scenario
from policygame.scenario.numbers import SourcedNumber
from policygame.scenario.policy_checks import policy_problems
from policygame.scenario.problems import MismatchError, Problem, listed, quoted, suggestion
from policygame.scenario.spot import Spot
from policygame.scenario.yaml_reader import plain

__all__ = ["MOST_CELLS", "MOST_RUNS", "check", "moved", "size_of"]

MOST_RUNS = 50_000_000
"""Runs of one experiment; more belong into several."""
MOST_CELLS = 100_000_000
"""Points x dimensions, which are held in memory: 800 MB."""
_MOST_ARMS = 10_000

Section = TypeVar("Section", bound=BaseModel)


@dataclass(frozen=True)
class Setting:
    """What the checks of a file share: its scenario, the numbers of that by address, and the folder that its paths start from."""

    scenario: Scenario
    numbers: Mapping[str, SourcedNumber]
    folder: Path


def check(top: Spot, scenario: Scenario, folder: Path) -> Iterator[Problem]:
    """Everything that is wrong with an experiment beyond the schema, found as it is asked for."""
    setting = Setting(scenario, {number.path: number for number in scenario.numbers()}, folder)
    yield from _horizon(top, scenario)
    arms = list(_arms(top, setting))
    yield from arms
    found: list[Dimension] = []
    yield from _uncertainties(top, setting, found)
    yield from _amounts(top, setting, found, policies_hold=not arms)
    tables: list[Table] = []
    yield from _design(top, setting, found, tables, arms_hold=not arms)
    outcomes = {name: (spot, valid(spot, Outcome)) for name, spot in top.at("outcomes").entries()}
    series = [(spot, valid(spot, Series)) for spot in top.at("series").items()]
    yield from check_measured(scenario, last_quarter(top, scenario), outcomes, series)
    if not top.at("study").missing:
        metrics = {name: None if outcome is None else outcome.metric for name, (_, outcome) in outcomes.items()}
        yield from check_study(top, _layout(top, setting, found, tables, metrics, arms_hold=not arms))


def valid(spot: Spot, kind: type[Section]) -> Section | None:
    """What stands there as a section of the schema; None where it is not one, which the schema has told already."""
    try:
        value: Any = {} if spot.node is None or spot.node.value is None else plain(spot.node)
        return kind.model_validate(value, strict=True)
    except ValidationError:
        return None


def last_quarter(top: Spot, scenario: Scenario) -> Quarter:
    """The last quarter that is run, or the scenario's end where that cannot be read."""
    end = Quarter.parse(scenario.end)
    horizon = top.at("horizon").quarter()
    return end if horizon is None else min(horizon, end)


def told(spot: Spot, error: UserError | MismatchError) -> Iterator[Problem]:
    """The problems of a file that an error is, at the place of ``spot``."""
    if isinstance(error, MismatchError):
        at = spot
        for step in error.at:
            at = at.at(str(step))
        yield (spot if at.node is None else at).problem(error.found, error.allowed, error.hint)
    elif isinstance(error, PolicyError):
        for problem in error.problems:
            yield spot.problem(f"a policy that cannot be: {problem}", "a policy that the government may follow and pay")
    else:
        yield spot.problem(str(error), "what can be read")


def _horizon(top: Spot, scenario: Scenario) -> Iterator[Problem]:
    horizon = top.at("horizon").quarter()
    if horizon is not None and not Quarter.parse(scenario.play_from) <= horizon <= Quarter.parse(scenario.end):
        allowed = f"a quarter from {scenario.play_from} (when play begins) to {scenario.end}"
        yield top.at("horizon").problem(str(horizon), allowed)


# levers --------------------------------------------------------------------------------------------------------------


def _arms(top: Spot, setting: Setting) -> Iterator[Problem]:
    """Governments exist, texts are bots, files or policies that may be followed, and nobody is told twice."""
    seated = governments(setting.scenario)
    for name, arm in top.at("arms").entries():
        if not name or len(name) > 60 or not name.isprintable() or ";" in name:
            yield arm.problem(f"the name {quoted(name)}", "a short name without ;")
        named = [word for word, _ in arm.entries()]
        for word, spot in arm.entries():
            if word == OTHERS:
                for other in seated:
                    if other not in named:
                        yield from _choice(spot, other, setting)
            else:
                yield from _seat(word, spot, setting)
    for word, spot in top.at("levers").entries():
        problems = list(_lever(word, spot, top, setting))
        yield from problems


def _lever(word: str, spot: Spot, top: Spot, setting: Setting) -> Iterator[Problem]:
    texts = list(spot.words())
    if not texts and spot.node is not None and spot.node.value in ([], None):
        yield spot.problem("nothing to choose from", "at least one bot, file or line")
    seen: set[str] = set()
    for text, at in texts:
        if text in seen:
            yield at.problem(f"{quoted(text)} again", "each choice once")
        seen.add(text)
        yield from _seat(word, at, setting)
    for arm, told_arm in top.at("arms").entries():
        if word in told_arm.names():
            yield spot.problem(f"{word} here and in the arm {quoted(arm)}", "a government either in 'levers' or in 'arms'")


def _seat(government: str, spot: Spot, setting: Setting) -> Iterator[Problem]:
    seated = governments(setting.scenario)
    if government not in seated:
        found = f"unknown government {quoted(government)}"
        yield spot.problem(found, f"{listed(seated)}, or {OTHERS} in an arm", suggestion(government, seated))
    else:
        yield from _choice(spot, government, setting)


def _choice(spot: Spot, government: str, setting: Setting) -> Iterator[Problem]:
    text = spot.text()
    if text is None:
        return
    try:
        read_choice(text, setting.folder, setting.scenario, government)
    except (MismatchError, UserError) as error:
        yield from told(spot, error)


def _amounts(top: Spot, setting: Setting, found: list[Dimension], policies_hold: bool) -> Iterator[Problem]:
    """Lines hold, their ends are within bounds, and they join policies that hold with them."""
    amounts: list[tuple[Spot, Dimension]] = []
    for name, spot in top.at("amounts").entries():
        amount = valid(spot, Amount)
        if amount is None:
            continue
        try:
            dimension = dimensions.of_amount(name, amount)
        except (MismatchError, UserError) as error:
            yield from told(spot.at("line") if isinstance(error, PolicyError) else spot, error)
            continue
        seated = governments(setting.scenario)
        if amount.government not in seated:
            words = f"unknown government {quoted(amount.government)}"
            yield spot.at("government").problem(words, listed(seated), suggestion(amount.government, seated))
            continue
        assert dimension.setting is not None
        key = (dimension.government, dimension.setting.quarter, dimension.setting.key)
        if any(key == (d.government, d.setting.quarter, d.setting.key) for _, d in amounts if d.setting is not None):
            yield spot.at("line").problem("a second amount of the same lever, item and quarter", "one amount each")
            continue
        amounts.append((spot, dimension))
        found.append(dimension)
    if policies_hold:
        yield from _joined(top, setting, amounts)


def _joined(top: Spot, setting: Setting, amounts: list[tuple[Spot, Dimension]]) -> Iterator[Problem]:
    """Whether each arm's policy holds with the amounts of its government, all at their highest."""
    if not amounts:
        return
    for arm in arms_of(_texts(top.at("arms")), _lists(top.at("levers")), setting.folder, setting.scenario):
        for government in dict.fromkeys(dimension.government for _, dimension in amounts):
            own = [(spot, dimension) for spot, dimension in amounts if dimension.government == government]
            choice = arm.choices.get(government, Choice("", None))
            if isinstance(choice.plays, str):
                words = f"an amount of {government}, which the bot {choice.plays} decides in the arm {quoted(arm.name)}"
                yield own[0][0].problem(words, f"lines of a policy or history there; bots ({', '.join(BOTS)}) decide all levers")
                continue
            lines = Policy(tuple(dimension.setting for _, dimension in own if dimension.setting is not None))
            policy = (choice.plays or Policy()) + lines
            for problem in policy_problems(policy, setting.scenario, government):
                found = f"a policy that cannot be, with the highest amounts: {problem}"
                yield own[0][0].at("line").problem(found, "a policy that the government may follow and pay")


def _texts(spot: Spot) -> dict[str, dict[str, str]]:
    return {name: {word: at.text() or "" for word, at in arm.entries()} for name, arm in spot.entries()}


def _lists(spot: Spot) -> dict[str, list[str]]:
    return {word: [text for text, _ in at.words()] for word, at in spot.entries()}


# uncertainties and design ------------------------------------------------------------------------------------------------


def _uncertainties(top: Spot, setting: Setting, found: list[Dimension]) -> Iterator[Problem]:
    """Addresses exist and can be moved; spreads lie within bounds."""
    named = [path for path, _ in top.at("uncertainties").entries()]
    for path, spot in top.at("uncertainties").entries():
        uncertainty = valid(spot, Uncertainty)
        if uncertainty is None:
            continue
        paths = [path]
        if "*" in path:
            matching = dimensions.expand(path, setting.numbers, setting.scenario, uncertainty.kind == "fitted")
            paths = [other for other in matching if other not in named]
            if not matching:
                allowed = "numbers that may differ and have a range, or draws where 'fitted: true' stands"
                yield spot.problem(f"no number of {setting.scenario.name} that {quoted(path)} means", allowed)
        for one in paths:
            try:
                dimension = dimensions.of_uncertainty(one, uncertainty, setting.numbers, setting.scenario)
            except MismatchError as error:
                yield from told(spot, error)
                break
            if dimension.name not in {other.name for other in found}:
                found.append(dimension)


def moved(experiment: Experiment, scenario: Scenario) -> tuple[Dimension, ...]:
    """The dimensions of an experiment that has been checked, in the order of the file: uncertainties, then amounts."""
    numbers = {number.path: number for number in scenario.numbers()}
    found: dict[str, Dimension] = {}
    for path, told_of in experiment.uncertainties.items():
        paths = dimensions.expand(path, numbers, scenario, told_of.kind == "fitted") if "*" in path else [path]
        for one in paths:
            if one == path or one not in experiment.uncertainties:
                found.setdefault(one, dimensions.of_uncertainty(one, told_of, numbers, scenario))
    amounts = {name: dimensions.of_amount(name, amount) for name, amount in experiment.amounts.items()}
    return (*found.values(), *amounts.values())


def size_of(design: Design, moved: list[Dimension] | tuple[Dimension, ...]) -> int:
    """Points of a design that is no table."""
    if design.method == "full_factorial":
        steps = [d.spread.steps(design.levels or 2) for d in moved if d.spread is not None]
        return designs.factorial_size(steps)
    if design.method == "sobol":
        return designs.sobol_size(design.points or 1, len(moved), bool(design.second_order))
    if design.method == "morris":
        return (design.trajectories or 1) * (len(moved) + 1)
    return design.points or 1


def _design(top: Spot, setting: Setting, found: list[Dimension], tables: list[Table], arms_hold: bool) -> Iterator[Problem]:
    """The design has something to move and is of a size that can be run; a table that can be used joins ``tables``."""
    spot, design = top.at("design"), valid(top.at("design"), Design)
    if design is None:
        return
    table: Table | None = None
    if design.method == "table":
        if not top.at("uncertainties").missing:
            words = "a table lists the values: its columns are the uncertainties"
            yield top.at("uncertainties").problem("uncertainties beside a table", f"no 'uncertainties'; {words}")
        arm_names = [arm.name for arm in _all_arms(top, setting)] if arms_hold else []
        amounts = [replace(dimension, spread=None) for dimension in found if dimension.kind == "amount"]
        problems: list[Problem] = []
        table = read_table(design, spot, setting.folder, setting.scenario, setting.numbers, amounts, arm_names, problems)
        tables += [] if table is None else [table]
        yield from problems
    elif design.method == "replicates":
        if found:
            words = "full_factorial, latin_hypercube, sobol or morris, which run points of what is uncertain"
            yield spot.problem("replicates, which move nothing, beside uncertainties or amounts", words)
    elif not found and top.at("uncertainties").missing and top.at("amounts").missing:
        yield spot.problem(f"{design.method} with nothing to move", "at least one of 'uncertainties' or 'amounts'")
    continuous = any(d.spread is not None and d.spread.kind != "choice" for d in found)
    if design.method == "full_factorial" and design.levels is None and continuous:
        yield spot.problem("full_factorial without 'levels'", "'levels: a whole number', where not every spread is a choice")
    if arms_hold:
        yield from _size(top, setting, design, found, table)


def _layout(
    top: Spot,
    setting: Setting,
    found: list[Dimension],
    tables: list[Table],
    metrics: Mapping[str, str | None],
    arms_hold: bool,
) -> Layout:
    """What the rest of the file offers to a study, as far as it is right."""
    table = tables[0] if tables else None
    design, seeds = valid(top.at("design"), Design) or Design(), valid(top.at("seeds"), Seeds) or Seeds()
    counted = size_of(design, found) if design.method != "table" else 0
    return Layout(
        metrics,
        tuple(arm.name for arm in _all_arms(top, setting)) if arms_hold else None,
        tuple(dimension.name for dimension in (found if table is None else table.dimensions)),
        None if table is None else table.values,
        None if table is None else table.arms,
        counted if table is None else len(table.values),
        (seeds.arms == "common", seeds.points == "common"),
    )


def _all_arms(top: Spot, setting: Setting) -> list[Any]:
    if _how_many_arms(top) > _MOST_ARMS:
        return []
    return list(arms_of(_texts(top.at("arms")), _lists(top.at("levers")), setting.folder, setting.scenario))


def _how_many_arms(top: Spot) -> int:
    size = max(len(top.at("arms").names()), 1)
    for texts in _lists(top.at("levers")).values():
        size *= max(len(texts), 1)
    return size


def _size(top: Spot, setting: Setting, design: Design, found: list[Dimension], table: Table | None) -> Iterator[Problem]:
    seeds = valid(top.at("seeds"), Seeds) or Seeds()
    arms = 1 if table is not None and table.arms is not None else _how_many_arms(top)
    points = len(table.values) if table is not None else size_of(design, found) if design.method != "table" else 1
    if _how_many_arms(top) > _MOST_ARMS:
        yield top.at("levers").problem(f"{_how_many_arms(top):,} combinations of policies", f"at most {_MOST_ARMS:,}")
    if points * max(len(found), 1) > MOST_CELLS:
        yield top.at("design").problem(f"{points:,} points of {len(found)} quantities", f"at most {MOST_CELLS:,} values in all")
    runs = points * arms * seeds.n
    if runs > MOST_RUNS:
        words = f"{runs:,} runs ({points:,} points x {arms:,} arms x {seeds.n:,} seeds)"
        yield top.at("design").problem(words, f"at most {MOST_RUNS:,} in one experiment")
