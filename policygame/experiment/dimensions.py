"""What a design moves: numbers of the scenario, factors on capacity, and amounts of levers, each with its spread and bounds.

What cannot be moved is told by ``MismatchError``, which the checks show at its place in the file. Which values are run is the business
of ``designs``; what a world makes of a value is in ``tasks``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from policygame.catalogue import LEVERS, STAGES
from policygame.experiment.schema import Amount, Uncertainty
from policygame.experiment.spreads import Quantiles
from policygame.scenario import Policy, Scenario, Setting
from policygame.scenario.numbers import SourcedNumber
from policygame.scenario.problems import MismatchError, listed, quoted, suggestion

__all__ = ["CAPACITY", "Dimension", "amount_setting", "expand", "of_amount", "of_path", "of_uncertainty"]

CAPACITY = "capacity."
"""``capacity.hbm`` is the factor on all capacity of that stage."""
_HIGHEST_FACTOR = 100.0
_AMOUNT_AT = 3
"""Place of the amount among the words of a line."""


@dataclass(frozen=True)
class Dimension:
    """A quantity that differs from point to point.

    ``name`` is its column. A ``number`` is at the address of that name; ``capacity`` multiplies the capacity of ``stage`` from
    ``start`` to ``end``; an ``amount`` is that of ``setting``, of ``government``. ``low`` and ``high`` are the bounds of what is
    allowed. ``spread`` is None where a table lists the values.
    """

    name: str
    kind: Literal["number", "capacity", "amount"]
    low: float
    high: float
    allowed: str
    spread: Quantiles | None = None
    stage: str = ""
    start: str | None = None
    end: str | None = None
    government: str = ""
    setting: Setting | None = None

    def check(self, values: tuple[float, ...], at: str) -> None:
        """MismatchError where a value lies beyond the bounds."""
        for value in values:
            if not self.low <= value <= self.high:
                raise MismatchError(f"{value:g}", self.allowed, (at,))


def expand(pattern: str, numbers: Mapping[str, SourcedNumber], scenario: Scenario, fitted: bool) -> list[str]:
    """Addresses that a name with ``*`` means: numbers that may be drawn and have a range (or, ``fitted``, draws), in order."""
    draws = scenario.draws
    form = re.compile(".*".join(map(re.escape, pattern.split("*"))))
    found = [path for path, number in numbers.items() if number.field.varies and form.fullmatch(path)]
    if fitted:
        return [path for path in found if draws is not None and path in draws.paths]
    return [path for path in found if _range(numbers[path]) is not None]


def of_path(path: str, numbers: Mapping[str, SourcedNumber], scenario: Scenario) -> Dimension:
    """The dimension at an address, without a spread. MismatchError where nothing can be moved there."""
    if path.startswith(CAPACITY):
        return _of_stage(path.removeprefix(CAPACITY), scenario)
    if path not in numbers:
        examples = "the address of a number of the scenario, like parameters.phantom_eta, or capacity.STAGE"
        hint = suggestion(path, [name for name in numbers if name.partition(".")[0] == path.partition(".")[0]])
        raise MismatchError(f"no number of {scenario.name} at {quoted(path)}", examples, hint=hint)
    number = numbers[path]
    if not number.field.varies:
        raise MismatchError(
            f"{quoted(path)}, which is the same in every world", "a number that may differ, or a scenario of your own"
        )
    unit = number.field
    low, high = -np.inf if unit.low is None else unit.low, np.inf if unit.high is None else unit.high
    return Dimension(path, "number", low, high, unit.allowed)


def _of_stage(stage: str, scenario: Scenario) -> Dimension:
    present = [name for name in STAGES if name in scenario.stages or name in scenario.technologies]
    if stage not in present:
        raise MismatchError(f"unknown stage {quoted(stage)}", listed(present), hint=suggestion(stage, present))
    return Dimension(
        f"{CAPACITY}{stage}", "capacity", 0.0, _HIGHEST_FACTOR, f"a factor from 0 to {_HIGHEST_FACTOR:g}", stage=stage
    )


def of_uncertainty(path: str, told: Uncertainty, numbers: Mapping[str, SourcedNumber], scenario: Scenario) -> Dimension:
    """The dimension of an uncertainty, with its spread. MismatchError where it cannot be."""
    found = of_path(path, numbers, scenario)
    if found.kind == "capacity":
        if told.kind in (None, "fitted"):
            raise MismatchError("no spread", "uniform, loguniform, triangular or choice, like {uniform: [0.9, 1.1]}")
        found = replace(found, start=told.start, end=told.end)
    elif told.start is not None or told.end is not None:
        name = "start" if told.start is not None else "end"
        raise MismatchError(f"'{name}' of a number of the scenario", f"'{name}' beside {CAPACITY}STAGE only", (name,))
    if told.kind in (None, "fitted"):
        return replace(found, spread=_own_spread(path, told, numbers[path], scenario))
    found.check(told.values, str(told.kind))
    return replace(found, spread=Quantiles(str(told.kind), told.values))


def _own_spread(path: str, told: Uncertainty, number: SourcedNumber, scenario: Scenario) -> Quantiles:
    """Over the range that the scenario states, or as its fitted draws."""
    if told.kind == "fitted":
        draws = scenario.draws
        if draws is None or path not in draws.paths:
            raise MismatchError(
                f"fitted: true for {quoted(path)}, which was not fitted", "uniform, loguniform, triangular, choice", ("fitted",)
            )
        return Quantiles("fitted", tuple(np.sort(draws.column(path)).tolist()))
    span = _range(number)
    if span is None:
        allowed = "uniform, loguniform, triangular or choice with its numbers"
        raise MismatchError(f"no spread of {quoted(path)}, for which the scenario states no range", allowed)
    return Quantiles("uniform", span)


def _range(number: SourcedNumber) -> tuple[float, float] | None:
    """The range that the scenario states for a number, if it has some width."""
    span = number.number.span
    return None if span is None or span[0] == span[1] else span


def amount_setting(line: str, amount: float) -> Setting:
    """The setting that a line with X means at an amount. MismatchError for a line without X; PolicyError for a wrong one."""
    words = line.partition("#")[0].split()
    if len(words) <= _AMOUNT_AT or words[_AMOUNT_AT] != "X" or words.count("X") > 1:
        example = "a line with X for the amount, like '2024Q1 packaging_grant interposer_2_5d X cap 1500'"
        raise MismatchError(quoted(line), example, ("line",))
    return Policy.parse_line(" ".join([*words[:_AMOUNT_AT], repr(amount), *words[_AMOUNT_AT + 1 :]]))


def of_amount(name: str, told: Amount) -> Dimension:
    """The dimension of a lever's amount. MismatchError or PolicyError where it cannot be."""
    if told.kind in (None, "fitted"):
        raise MismatchError("no spread", "uniform, loguniform, triangular or choice, like {uniform: [0, 0.4]}")
    setting = amount_setting(told.line, max(told.values))
    lever = LEVERS[setting.lever]
    found = Dimension(
        name,
        "amount",
        lever.low,
        lever.high,
        f"{lever.low:g} to {lever.high:g} {lever.unit}",
        Quantiles(str(told.kind), told.values),
        government=told.government,
        setting=setting,
    )
    found.check(told.values, str(told.kind))
    return found
