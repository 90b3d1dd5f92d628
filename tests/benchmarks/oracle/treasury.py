"""Governments' money in phase 8: what firms may count on, awards, milestones, releases and tax credits.

A grant is reserved in full at award, paid by milestone, released when a project is dropped; a tax credit is charged to the income of a
year later. No lever can take a purse below zero.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.benchmarks.oracle.arithmetic import part_of, positive, ratio
from tests.benchmarks.oracle.people import PURSES

if TYPE_CHECKING:
    from tests.benchmarks.oracle.model import OracleModel
    from tests.benchmarks.oracle.things import Line

CREDIT_DISCOUNT = 0.9
SMALLEST_AWARD_MUSD = 50.0
_LEVER = {"packaging": "packaging_grant", "wafers": "fab_grant"}


def subsidy_rate(line: Line) -> float:
    """The share of capex that a firm may count on: grants while there is money, credits at a discount."""
    government, stage = line.place.government, line.stage
    if government is None or stage.kind == "supply":
        return 0.0
    available = min(government.purse_musd[stage.kind] / SMALLEST_AWARD_MUSD, 1.0)
    under_cap = min(government.cap_left(stage.name) / SMALLEST_AWARD_MUSD, 1.0)
    return government.grant_rate(stage.name) * under_cap * available + CREDIT_DISCOUNT * government.tax_credit[stage.kind]


def release(line: Line) -> None:
    """A project that is dropped gives its reserved grant back."""
    back = part_of(line.dropped, line.tool_backlog) * line.committed_musd
    line.committed_musd -= back
    if line.place.government is not None:
        line.place.government.purse_musd[line.stage.kind] += back


def award(world: OracleModel) -> None:
    """Reserve grants for this quarter's orders; what exceeds a programme's cap or its purse is cut in proportion."""
    for line in world.lines:
        shell = line.capex_musd * world.p.shell_cost_share
        line.shells_ordered_musd = shell * line.shell_orders
        line.tools_ordered_musd = (line.capex_musd - shell) * line.tool_orders
        line.awarded_musd = 0.0
    for place in world.places.values():
        if place.government is not None:
            for purse in PURSES:
                _award_from(world, place.government, purse)


def _award_from(world: OracleModel, government, purse: str) -> None:
    asked = {
        line: government.grant_rate(line.stage.name) * (line.tools_ordered_musd + line.shells_ordered_musd)
        for line in world.supported
        if line.place is government.place and line.stage.kind == purse
    }
    by_stage: dict[str, float] = {}
    for line, musd in asked.items():
        by_stage[line.stage.name] = by_stage.get(line.stage.name, 0.0) + musd
    part = {stage: part_of(min(government.cap_left(stage), 1e12), musd) for stage, musd in by_stage.items()}
    total = sum(musd * part[stage] for stage, musd in by_stage.items())
    funded = part_of(government.purse_musd[purse], total)
    government.purse_musd[purse] = positive(government.purse_musd[purse] - total * funded)
    for stage, musd in by_stage.items():
        government.cap_left_musd[stage] = positive(government.cap_left(stage) - musd * part[stage] * funded)
    for line, musd in asked.items():
        line.awarded_musd = musd * part[line.stage.name] * funded
        line.committed_musd += line.awarded_musd


def pay_milestones(world: OracleModel, on_order: dict[Line, float]) -> None:
    """The room's part of a grant is paid at once, the rest as tools go into the making; a remainder with the last tools."""
    for line in world.supported:
        ordered = line.shells_ordered_musd + line.tools_ordered_musd
        at_once = ratio(line.shells_ordered_musd, ordered) * line.awarded_musd
        paid = positive(line.committed_musd - at_once) * part_of(line.tools_started, on_order[line]) + at_once
        paid = min(paid, line.committed_musd)
        line.committed_musd -= paid
        line.firm.net_musd += paid
        government = line.place.government
        if government is not None:
            government.paid_total_musd += paid
            lever = _LEVER[line.stage.kind]
            government.outlay_musd[lever] = government.outlay_musd.get(lever, 0.0) + paid


def pay_credits(world: OracleModel, arriving: dict[Line, float]) -> None:
    """Credits on what enters service next quarter: paid now, charged to the income of a year later."""
    for line in world.supported:
        government, purse = line.place.government, line.stage.kind
        if government is not None:
            earned = government.tax_credit[purse] * line.capex_musd * arriving[line]
            government.credit_due_musd[world.quarter % 4][purse] += earned
            government.outlay_musd["tax_credit"] = government.outlay_musd.get("tax_credit", 0.0) + earned
            line.firm.net_musd += earned
