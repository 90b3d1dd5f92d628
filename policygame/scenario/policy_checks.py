"""Whether a government may, and can pay, what its policy decides in a scenario.

Everything that is wrong is told at once. That a setting is well formed in itself is sure already (``setting``); that awards,
which depend on the world, never overdraw a treasury is the model's business.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from policygame.catalogue import LEVERS, SEGMENTS, STAGES, TECHNOLOGIES, Quarter, nearest
from policygame.scenario.setting import PolicyError, PolicyProblem, Setting, number_text, shown

if TYPE_CHECKING:
    from policygame.scenario.policy import Policy
    from policygame.scenario.schema import Government, Scenario

__all__ = ["check_policy", "policy_problems"]

_TOLERANCE_MUSD = 1e-6
"""A dollar: slack of sums of money, for the rounding of floats."""


def check_policy(policy: Policy, scenario: Scenario, government: str) -> None:
    """Nothing, if ``government`` may and can pay the policy in ``scenario``; otherwise PolicyError with every reason.

    Refused are: an unknown government, or a place where nobody governs; levers that the role lacks; amounts over the role's
    bounds; items and jurisdictions that the scenario does not have; measures against oneself; dates outside the scenario; and
    fixed outlays (M USD a quarter, whatever the world) over the income of the packaging purse since the scenario's start, where
    unspent income is saved. The scenario's own history of the government is paid first; its other terms are not judged here.
    """
    problems = policy_problems(policy, scenario, government)
    if problems:
        raise PolicyError(f"the policy of {shown(government)} in scenario {scenario.name}", problems)


def policy_problems(policy: Policy, scenario: Scenario, government: str) -> tuple[PolicyProblem, ...]:
    """What ``check_policy`` would refuse, as a tuple: the government itself first, then settings in order, then money."""
    problems: list[PolicyProblem] = []
    message = _government_problem(scenario, government)
    if message is not None:
        problems.append(PolicyProblem(message))
    place = scenario.jurisdictions.get(government)
    role = place.government if place is not None else None
    for setting in policy.settings:
        messages = [*_dates(setting, scenario), *_words(setting, scenario, government)]
        if role is not None:
            messages[:0] = _role(setting, role, government)
        problems.extend(PolicyProblem(message, setting.place, str(setting)) for message in messages)
    if role is not None:
        problems.extend(_money(policy, scenario, government, role))
    return tuple(problems)


def _government_problem(scenario: Scenario, government: str) -> str | None:
    governments = [name for name, place in scenario.jurisdictions.items() if place.government is not None]
    if government in governments:
        return None
    allowed = f"governments of {scenario.name} are {', '.join(governments) or 'none'}"
    if government in scenario.jurisdictions:
        return f"{government} has no 'government' section in the scenario, so nobody decides there; {allowed}"
    return f"unknown government {shown(government)}; {allowed}.{nearest(government, governments)}"


def _role(setting: Setting, role: Government, government: str) -> Iterator[str]:
    """Lever and amount against what the role may do."""
    lever = LEVERS[setting.lever]
    if setting.lever not in role.levers:
        levers = ", ".join(name for name in LEVERS if name in role.levers) or "none"
        yield f"{government} may not use {setting.lever}; its levers are {levers}"
    bound = role.bounds.get(setting.lever)
    high = lever.high if bound is None else min(lever.high, bound.value)
    if setting.amount > high:
        amount, allowed = number_text(setting.amount), f"{number_text(lever.low)} to {number_text(high)} {lever.unit}"
        yield f"amount {amount} is over the bound of {government}; allowed is {allowed}"


def _dates(setting: Setting, scenario: Scenario) -> Iterator[str]:
    if not Quarter.parse(scenario.start) <= setting.quarter <= Quarter.parse(scenario.end):
        yield f"{setting.quarter} lies outside the scenario, which runs from {scenario.start} to {scenario.end}"


def _absent(item: str, scenario: Scenario) -> str | None:
    """The kind of thing that an item is, where the scenario does not have it; None where it can be aimed at."""
    for kind, catalogue, present in (
        ("technology", TECHNOLOGIES, scenario.technologies),
        ("segment", SEGMENTS, scenario.segments),
        ("stage", STAGES, scenario.stages),
    ):
        if item in catalogue:
            return None if item in present else kind
    return None


def _words(setting: Setting, scenario: Scenario, government: str) -> Iterator[str]:
    """Item and jurisdictions against what the scenario has."""
    kind = _absent(setting.item, scenario)
    if kind is not None:
        others = ", ".join(item for item in LEVERS[setting.lever].items if _absent(item, scenario) is None) or "nothing"
        yield f"the scenario has no {kind} {setting.item}; allowed for {setting.lever}: {others}"
    for option in LEVERS[setting.lever].options:
        for jurisdiction in setting.jurisdictions(option):
            others = ", ".join(name for name in scenario.jurisdictions if name != government)
            if jurisdiction == government:
                yield f"'{option}' names {government} itself; allowed are {others}"
            elif jurisdiction not in scenario.jurisdictions:
                yield f"'{option}' names {jurisdiction}, which the scenario does not have; allowed are {others}"


@dataclass(frozen=True)
class _Purse:
    """The packaging purse, quarter by quarter: totals since the scenario's start, M USD."""

    quarters: tuple[Quarter, ...]
    income: tuple[float, ...]
    history: tuple[float, ...]
    """Fixed outlays of the scenario's history, as far as the policy leaves it in force."""
    held: dict[Setting, tuple[int, ...]]
    """Quarters that each fixed setting of the policy has been in force."""

    def planned(self, index: int, but: Setting | None = None) -> float:
        """Fixed outlays of the policy, of all its settings but one."""
        return math.fsum(setting.amount * counts[index] for setting, counts in self.held.items() if setting is not but)

    def unpaid(self) -> list[int]:
        """Indices of quarters by which the policy has spent, and more has been spent than had come in."""
        planned = [self.planned(index) for index in range(len(self.quarters))]
        over = (
            spent + past > income + _TOLERANCE_MUSD
            for spent, past, income in zip(planned, self.history, self.income, strict=True)
        )
        return [index for index, fails in enumerate(over) if fails and planned[index] > 0.0]


def _purse(policy: Policy, past: Policy, scenario: Scenario, income_musd_per_year: float) -> _Purse:
    start, end = Quarter.parse(scenario.start), Quarter.parse(scenario.end)
    quarters = tuple(start + ahead for ahead in range(end - start + 1))
    held: dict[Setting, list[int]] = {setting: [] for setting in policy.settings if LEVERS[setting.lever].fixed_outlay}
    history: list[float] = []
    plan = past + policy
    for quarter in quarters:
        fixed = [setting for setting in plan.in_force(quarter) if LEVERS[setting.lever].fixed_outlay]
        history.append(math.fsum((*history[-1:], *(setting.amount for setting in fixed if setting not in held))))
        for setting, counts in held.items():
            counts.append((counts[-1] if counts else 0) + (setting in fixed))
    income = tuple(income_musd_per_year * (index + 1) / 4.0 for index in range(len(quarters)))
    return _Purse(quarters, income, tuple(history), {setting: tuple(counts) for setting, counts in held.items()})


def _money(policy: Policy, scenario: Scenario, government: str, role: Government) -> Iterator[PolicyProblem]:
    """The first quarter in which fixed outlays exceed income, and what to shrink."""
    income_per_year = role.packaging_income_musd_per_year.value
    purse = _purse(policy, type(policy).of_history(scenario, government), scenario, income_per_year)
    unpaid = purse.unpaid()
    if not unpaid:
        return
    first = unpaid[0]
    history, total = purse.history[first], purse.history[first] + purse.planned(first)
    paid = f", {_musd(history)} of them by the scenario's history" if history > 0.0 else ""
    yield PolicyProblem(
        f"by {purse.quarters[first]} fixed outlays since {scenario.start} reach {_musd(total)} M USD{paid}; "
        f"the packaging purse of {government} has received {_musd(purse.income[first])} M USD ({_musd(income_per_year / 4.0)} a "
        f"quarter). {_advice(purse, unpaid)}"
    )


def _advice(purse: _Purse, unpaid: Sequence[int]) -> str:
    """What makes the policy affordable in every quarter: one smaller amount where that is enough, else all of them smaller."""
    enough = ((_enough(setting, purse, unpaid), setting) for setting in purse.held)
    single = [(amount, setting) for amount, setting in enough if amount is not None]
    if single:
        amount, setting = max(single, key=lambda pair: (pair[0] / pair[1].amount, pair[1].amount))
        reduction = f"from {number_text(setting.amount)} to {number_text(amount)} M USD a quarter"
        return f"Shrink {_named(setting)} {reduction}, or end it earlier"
    names = "; ".join(_named(setting) for setting, counts in purse.held.items() if setting.amount * counts[-1] > 0.0)
    factor = _rounded_down(min((purse.income[index] - purse.history[index]) / purse.planned(index) for index in unpaid))
    if factor <= 0.0:
        return f"Nothing is left to pay for it: leave out {names}"
    return f"No single line is enough: multiply the amounts by {number_text(factor)} in {names}"


def _enough(setting: Setting, purse: _Purse, unpaid: Sequence[int]) -> float | None:
    """The largest amount of one setting, above 0, with which the purse pays for everything; None if there is none."""
    counts = purse.held[setting]
    if any(counts[index] == 0 for index in unpaid):
        return None
    left = (purse.income[index] - purse.history[index] - purse.planned(index, but=setting) for index in unpaid)
    amount = _rounded_down(min(money / counts[index] for money, index in zip(left, unpaid, strict=True)))
    return amount if amount > 0.0 else None


def _rounded_down(number: float) -> float:
    """Four significant digits, never more than ``number`` but for the rounding of floats; 0 below a millionth."""
    if number < 1e-6:
        return 0.0
    decimals = 3 - math.floor(math.log10(number))
    return round(math.floor(number * 10.0**decimals * (1.0 + 1e-12)) / 10.0**decimals, 12)


def _musd(money: float) -> str:
    return number_text(round(money, 6))


def _named(setting: Setting) -> str:
    place = str(setting.place)
    return f"{place} ('{setting}')" if place else f"'{setting}'"
