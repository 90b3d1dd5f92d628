"""What programmes of governments change in the fitted worlds: targets 4 (slow subsidy) and 5 (capital alone fails under a packaging bound).

The same worlds with a programme and without it, under the same shocks; bots and rules live elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from policygame.calibration.checks import Check, check, three
from policygame.calibration.history import all_items
from policygame.catalogue import LEVERS, Quarter
from policygame.foresight import compare
from policygame.model.arrays import Array
from policygame.result import Result
from policygame.scenario import Policy, Scenario
from policygame.scenario.setting import Setting
from policygame.simulation import Simulation

__all__ = ["AWARDERS", "PROGRAMME_PLACES", "capital_alone", "slow_subsidy", "without_awards"]

AWARDERS = ("USA", "EUR")
"""Whose awards of 2023 and 2024 are taken away."""
AWARD_YEARS = (2023, 2024)
BEFORE = Quarter.parse("2028Q1")
"""Their effect is read in all quarters before this one."""
PROGRAMME_PLACES = ("USA", "JPN", "KOR", "EUR")
"""Who runs a programme under high demand."""
PROGRAMME_FROM, YEARS_LATER = Quarter.parse("2024Q1"), 5
_CAPACITY, _COMPUTE, _OUTLAY, _SEGMENT = "packaging_capacity_kwpm", "compute_delivered_kh100e", "outlay_musd", "ai_accelerator"
_PURSES = ("packaging", "fab")


def slow_subsidy(scenario: Scenario, seeds: Sequence[int]) -> tuple[Check, ...]:
    """Target 4: awards of 2023-2024 change the place's share of the world's packaging by less than a point before 2028.

    The answer of a world is the largest change in any quarter before 2028, with its sign.
    """
    until_then = scenario.model_copy(update={"end": str(BEFORE + -1)})
    awarded = {place: without_awards(scenario, place) for place in AWARDERS}
    found = compare(until_then, base=awarded, draft=None, seeds=seeds, metrics=[_CAPACITY])
    checks = []
    for place in AWARDERS:
        removed = len(Policy.of_history(scenario, place).settings) - len(awarded[place].settings)
        with_them, without = (_site_share(result, place) for result in (found.draft, found.base))
        change = 100.0 * (with_them - without)
        largest = np.take_along_axis(change, np.abs(change).argmax(axis=0)[None], axis=0)[0]
        checks.append(
            check(
                4,
                f"slow:{place}",
                f"Change of {place}'s share of the world's packaging before 2028 by its awards of 2023 and 2024",
                "% points",
                (-1.0, 1.0),
                "awards of 2024, production planned for 2028",
                largest,
                "figures amkor, silicon_box, bt_amkor, bt_sbox; the limit is an assumption",
                note=f"decisions of its history that are taken away: {removed}",
            )
        )
    return tuple(checks)


def without_awards(scenario: Scenario, place: str) -> Policy:
    """A government's history without the decisions of 2023 and 2024 that give money; controls and later decisions stay."""
    history = Policy.of_history(scenario, place)
    return Policy(tuple(setting for setting in history.settings if not _award(setting)))


def _award(setting: Setting) -> bool:
    return setting.quarter.year in AWARD_YEARS and LEVERS[setting.lever].purse != "none"


def _site_share(result: Result, place: str) -> Array:
    """(quarter, world): capacity of all technologies at sites in the place, as a share of the world's."""
    return all_items(result, _CAPACITY, f"country:{place}") / all_items(result, _CAPACITY, "world")


def capital_alone(scenario: Scenario, seeds: Sequence[int]) -> tuple[Check, ...]:
    """Target 5: under high demand money for fabs alone moves the compute of five years later little, the whole chain much more.

    Both programmes may spend all of their governments' income, each from the purse that it uses, so outlays are alike.
    """
    last = PROGRAMME_FROM + 4 * (YEARS_LATER + 1) - 1
    until_then = scenario.model_copy(update={"end": str(last)})
    history = Simulation(until_then, seeds, metrics=[_COMPUTE, _OUTLAY], numbers=_one_income(scenario, len(seeds)))
    history.run(PROGRAMME_FROM - history.structure.first)
    nothing, _ = _played(history, "laissez-faire")
    effect, outlay = {}, {}
    for bot in ("fab-first", "whole-chain"):
        compute, outlay[bot] = _played(history, bot)
        effect[bot] = 100.0 * (compute / nothing - 1.0)
    spent = {bot: three(outlay[bot] / 1000.0)[1] for bot in outlay}
    floor = 3.0 * abs(three(effect["fab-first"])[1])
    who, year = ", ".join(PROGRAMME_PLACES), PROGRAMME_FROM.year + YEARS_LATER
    source = f"assumption: packaging binds in {scenario.name}, so dies alone complete nothing"
    note = f"{who} from {PROGRAMME_FROM}; outlay {{:.0f}} bn USD in the median world"
    return (
        check(
            5,
            "capital:fabs",
            f"Change of the AI compute of {year} by money for wafer fabs alone, {scenario.name}",
            "%",
            (-2.0, 2.0),
            "hardly anything",
            effect["fab-first"],
            source,
            note=note.format(spent["fab-first"]),
        ),
        check(
            5,
            "capital:chain",
            f"Change of the AI compute of {year} by a programme for the whole chain, {scenario.name}",
            "%",
            (floor, None),
            "three times what fabs alone change, or more",
            effect["whole-chain"],
            source,
            note=note.format(spent["whole-chain"]),
        ),
    )


def _one_income(scenario: Scenario, n_worlds: int) -> dict[str, Array]:
    """Either purse of each government that runs a programme holds what both earn: whichever is spent, it is the same money."""
    numbers = {}
    for place in PROGRAMME_PLACES:
        government = scenario.jurisdictions[place].government
        assert government is not None
        both = government.packaging_income_musd_per_year.value + government.fab_income_musd_per_year.value
        for purse in _PURSES:
            numbers[f"jurisdictions.{place}.government.{purse}_income_musd_per_year"] = np.full(n_worlds, both)
    return numbers


def _played(history: Simulation, bot: str) -> tuple[Array, Array]:
    """AI compute of the last year, thousand H100-equivalents, and all outlays since the branch, M USD: (world,) both."""
    result = history.branch(policies=dict.fromkeys(PROGRAMME_PLACES, bot)).run(4 * (YEARS_LATER + 1)).result()
    paid = [
        result.array(_OUTLAY, entity, item).sum(axis=0)
        for entity, item in result.series(_OUTLAY)
        if entity.removeprefix("government:") in PROGRAMME_PLACES
    ]
    return result.array(_COMPUTE, item=_SEGMENT)[-4:].sum(axis=0), np.sum(paid, axis=0)
