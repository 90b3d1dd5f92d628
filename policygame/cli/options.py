"""Reading what people type: whole numbers, seeds, policies, changes, metrics - and completing it in the shell.

Every function raises ``OptionError`` in one sentence with the allowed values and the nearest word. What the words mean belongs to
the catalogue; whether a policy fits a scenario to ``Policy.check``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from policygame.catalogue import METRICS, STAGES, Quarter, nearest
from policygame.errors import UserError

if TYPE_CHECKING:
    from policygame.scenario import Policy, Scenario

__all__ = [
    "OptionError",
    "PlannedChange",
    "PlannedPolicy",
    "complete_policy",
    "complete_scenario",
    "governments",
    "parse_change",
    "parse_directory",
    "parse_metrics",
    "parse_policies",
    "parse_quarters",
    "parse_seeds",
    "whole_number",
]

MOST_WORLDS = 100_000
SEED_END = 2**64


class OptionError(UserError):
    """A value on the command line that is not allowed."""


@dataclass(frozen=True)
class PlannedPolicy:
    """What a government is to follow (``plays``: the name of a bot, or a policy), as ``named`` on the command line.

    ``text`` is what a manifest keeps of it: the bot's name, or the lines of the policy.
    """

    government: str
    named: str
    plays: str | Policy
    text: str


@dataclass(frozen=True)
class PlannedChange:
    """A stage's capacity times ``factor`` from ``start`` (None: the beginning) to ``end`` inclusive (None: the last quarter)."""

    stage: str
    factor: float
    start: Quarter | None
    end: Quarter | None

    def __str__(self) -> str:
        dates = "" if self.start is None else f"@{self.start}" + ("" if self.end is None else f":{self.end}")
        return f"{self.stage}={self.factor!r}{dates}"


def whole_number(text: str, option: str, low: int, high: int) -> int:
    """The whole number that ``text`` states, within ``low`` to ``high``.

    >>> whole_number("64", "--worlds", 1, 100)
    64
    """
    digits = text.strip()
    value = int(digits) if re.fullmatch(r"[+-]?[0-9]{1,40}", digits) else None
    if value is None or not low <= value <= high:
        raise OptionError(f"{option} {text!r} is not allowed; allowed is a whole number from {low} to {high}.")
    return value


def parse_seeds(seed: str, worlds: str) -> range:
    """Seeds of the worlds: ``worlds`` of them, from ``seed`` on."""
    count = whole_number(worlds, "--worlds", 1, MOST_WORLDS)
    first = whole_number(seed, "--seed", 0, SEED_END - 1)
    if first + count > SEED_END:
        raise OptionError(
            f"--seed {first} with --worlds {count} passes the last seed; allowed is a --seed up to {SEED_END - count}."
        )
    return range(first, first + count)


def parse_quarters(text: str | None, scenario: Scenario) -> int:
    """Quarters to simulate; all of the scenario's where nothing is said."""
    longest = Quarter.parse(scenario.end) - Quarter.parse(scenario.start) + 1
    return longest if text is None else whole_number(text, "--quarters", 1, longest)


def parse_directory(text: str, option: str) -> Path:
    """The place that ``text`` names; an empty one is most often a variable of the shell that was never set."""
    if not text.strip():
        raise OptionError(f"{option} names no directory; write one, like {option} out/.")
    return Path(text)


def parse_metrics(text: str | None) -> list[str] | None:
    """Metric ids from a list with commas, in the catalogue's order; None stands for all."""
    if text is None:
        return None
    recorded = [name for name, metric in METRICS.items() if not metric.on_demand]
    chosen = [_one_of(word.strip(), recorded, "metric") for word in text.split(",")]
    return [name for name in recorded if name in chosen]


def governments(scenario: Scenario) -> list[str]:
    """Jurisdictions of the scenario that have a government which can act."""
    return [name for name, place in scenario.jurisdictions.items() if place.government is not None]


def parse_policies(texts: Sequence[str], scenario: Scenario) -> list[PlannedPolicy]:
    """What governments follow, from ``GOV=BOT`` or ``GOV=FILE`` each; every policy is checked against the scenario."""
    planned: dict[str, PlannedPolicy] = {}
    for text in texts:
        government, equals, plays = text.partition("=")
        if not equals or not plays:
            raise OptionError(
                f"--policy {text!r} is not understood; write GOVERNMENT=BOT or GOVERNMENT=FILE, like USA=whole-chain."
            )
        government = _one_of(government, governments(scenario), "government")
        if government in planned:
            raise OptionError(f"--policy names {government} twice; a government follows one policy. Join the two in a file.")
        planned[government] = _policy(government, plays, scenario)
    return list(planned.values())


def _policy(government: str, plays: str, scenario: Scenario) -> PlannedPolicy:
    from policygame.bots import BOTS
    from policygame.scenario import Policy

    if plays in BOTS:
        return PlannedPolicy(government, plays, plays, plays)
    path = Path(plays)
    if not path.exists():
        raise OptionError(
            f"--policy {government}={plays}: neither a bot nor a file. Bots are {', '.join(BOTS)}.{nearest(plays, BOTS)}"
        )
    policy = Policy.read(path)
    policy.check(scenario, government)
    return PlannedPolicy(government, plays, policy, str(policy))


def parse_change(text: str, scenario: Scenario) -> PlannedChange:
    """A change from ``STAGE=FACTOR``, ``STAGE=FACTOR@2023Q2`` or ``STAGE=FACTOR@2023Q2:2024Q1`` (last quarter included)."""
    stage, equals, rest = text.partition("=")
    if not equals:
        raise OptionError(f"--change {text!r} is not understood; write STAGE=FACTOR@FIRST:LAST, like hbm=1.1@2023Q2:2024Q1.")
    factor_text, at, dates = rest.partition("@")
    first, colon, last = dates.partition(":")
    stage = _one_of(stage, list(STAGES), "stage")
    start = _quarter(first, text, scenario) if at else None
    end = _quarter(last, text, scenario) if colon else None
    if start is not None and end is not None and end < start:
        raise OptionError(f"--change {text!r} ends before it starts; write the first quarter first.")
    return PlannedChange(stage, _factor(factor_text, text), start, end)


def _factor(text: str, whole: str) -> float:
    try:
        factor = float(text)
    except ValueError:
        factor = math.nan
    if not 0.0 <= factor <= 100.0:
        raise OptionError(
            f"--change {whole!r}: {text!r} is not a factor; allowed is a number from 0 to 100, where 1.1 is ten per cent more."
        )
    return factor


def _quarter(text: str, whole: str, scenario: Scenario) -> Quarter:
    try:
        quarter = Quarter.parse(text)
    except ValueError as error:
        raise OptionError(f"--change {whole!r}: {error}.") from error
    if not Quarter.parse(scenario.start) <= quarter <= Quarter.parse(scenario.end):
        raise OptionError(
            f"--change {whole!r}: {quarter} lies outside the scenario; allowed is {scenario.start} to {scenario.end}."
        )
    return quarter


def _one_of(word: str, allowed: Sequence[str], kind: str) -> str:
    if word not in allowed:
        raise OptionError(f"unknown {kind} {word!r}; allowed are {', '.join(allowed)}.{nearest(word, allowed)}")
    return word


def complete_scenario(incomplete: str) -> list[str]:
    """Shipped scenarios that begin with what was typed."""
    from policygame.scenario import shipped_scenarios

    return _beginning(shipped_scenarios(), incomplete)


def complete_policy(incomplete: str) -> list[str]:
    """``GOV=`` first, then ``GOV=bot``."""
    from policygame.bots import BOTS
    from policygame.catalogue import JURISDICTIONS

    government, equals, _ = incomplete.partition("=")
    words = [f"{government}={bot}" for bot in BOTS] if equals else [f"{place}=" for place in JURISDICTIONS]
    return _beginning(words, incomplete)


def complete_change(incomplete: str) -> list[str]:
    """Stages, with the sign that a factor follows."""
    return _beginning((f"{stage}=" for stage in STAGES), incomplete)


def complete_metrics(incomplete: str) -> list[str]:
    """The last word of a list with commas."""
    done, comma, word = incomplete.rpartition(",")
    return [f"{done}{comma}{name}" for name in _beginning(METRICS, word)]


def _beginning(words: Iterable[str], incomplete: str) -> list[str]:
    return [word for word in words if word.startswith(incomplete)]
