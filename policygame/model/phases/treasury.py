"""Governments' money: income and fixed outlays (phase 1), awards (phase 8), milestones, credits and offtake (settlement).

A grant is reserved in full at award, paid by milestone, released when a project is dropped; an offtake promise reserves its expected
loss; a tax credit is charged to next year's income. No lever can take a purse below zero.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from policygame.catalogue import LEVERS
from policygame.model.arrays import Array, at_most, part_of, positive, ratio, shrunk
from policygame.model.state import CREDIT_RING, LEVER_CLAUSES
from policygame.model.structure import N_PLACES, N_TECHNOLOGIES, PACKAGING_STAGES, WAFER_STAGES

if TYPE_CHECKING:
    from policygame.model.model import PackagingModel

LEVER_ROW = {name: i for i, name in enumerate(LEVERS)}
_CEILING = LEVER_CLAUSES.index("subsidy_ceiling")
_PACKAGING, _FAB = 0, 1
_STAGES_OF_PURSE = ((_PACKAGING, PACKAGING_STAGES), (_FAB, WAFER_STAGES))
CREDIT_DISCOUNT = 0.9
"""What a firm counts of a credit that comes when the line is in service."""
GUARDRAIL_QUARTERS = 40.0
"""Term of a guardrail: ten years, as in the CHIPS Act of the United States."""
REFUSAL_SHARE = 0.5
"""A firm with more than this share of a technology in guarded places refuses the grant (assumption)."""
SMALLEST_AWARD_MUSD = 50.0
"""Firms count on a grant in full while its purse holds at least this (assumption)."""
RESERVE_QUARTERS = 8.0
"""Quarters ahead whose expected loss on offtake is reserved."""


def collect_and_spend(model: PackagingModel) -> None:
    """Income arrives, last year's tax credits are charged to it, fixed outlays are paid: research, training, supplier programmes."""
    s, c, now = model.state, model.coefficients, model.now
    now.outlay_musd = np.zeros((len(LEVERS), N_PLACES, s.n_worlds))
    slot = model.quarter % CREDIT_RING
    due = s.credit_due_musd[slot].copy()
    purse = s.purse_musd + c.income_musd
    charged = np.minimum(due, purse)
    s.credit_due_musd[slot] = 0.0
    s.credit_due_musd[(model.quarter + 1) % CREDIT_RING] += due - charged
    purse = purse - charged
    wanted = s.research_musd.sum(axis=1) + s.workforce_musd + s.supplier_programme_musd.sum(axis=0)
    payable = part_of(purse[_PACKAGING], wanted)
    now.research_musd = s.research_musd * payable[:, None]
    now.workforce_musd = s.workforce_musd * payable
    now.supplier_programme_musd = s.supplier_programme_musd * payable[None]
    purse[_PACKAGING] = shrunk(purse[_PACKAGING], wanted * payable)
    s.purse_musd = purse
    model.ledger.pay("income", c.income_musd.sum(axis=0))
    now.outlay_musd[LEVER_ROW["packaging_rnd"]] = now.research_musd.sum(axis=1)
    now.outlay_musd[LEVER_ROW["workforce"]] = now.workforce_musd
    now.outlay_musd[LEVER_ROW["supplier_programme"]] = now.supplier_programme_musd.sum(axis=0)
    model.ledger.pay("programmes", wanted * payable)
    s.paid_total_musd = s.paid_total_musd + wanted * payable + charged.sum(axis=0)


def grant_rate(model: PackagingModel) -> Array:
    """(place, stage, W): announced grant rates, under the ceilings that allies have agreed, nothing while suspended."""

    def announced() -> Array:
        s = model.state
        running = (s.suspension_quarters <= 0.0).astype(float)[:, None, :]
        offers = s.offer[_CEILING]
        if not offers.any():  # where nobody offers a ceiling, all are at one
            return at_most(s.grant, 1.0) * running
        agreed = (offers > 0.0) & (offers.transpose(1, 0, 2) > 0.0)
        ceiling = np.where(agreed, np.minimum(offers, offers.transpose(1, 0, 2)), 1.0).min(axis=1)
        return np.minimum(s.grant, ceiling[:, None, :]) * running

    return model.once("grant rate", announced)


def subsidy_rate(model: PackagingModel) -> Array:
    """(line, W): the share of capex that a firm may count on - grants while there is money, credits at a discount."""
    s, rows = model.state, model.structure.lines.supported
    available = at_most(s.purse_musd / SMALLEST_AWARD_MUSD, 1.0)  # (purse, place, W)
    under_cap = at_most(s.cap_left_musd / SMALLEST_AWARD_MUSD, 1.0)
    granted, credited = grant_rate(model) * under_cap, np.zeros_like(s.grant)
    for purse, stages in _STAGES_OF_PURSE:
        granted[:, stages] *= available[purse][:, None]
        credited[:, stages] = CREDIT_DISCOUNT * s.tax_credit[purse][:, None]
    out = np.zeros_like(s.capacity)
    if not s.guardrail.any():  # where no world has one, nobody refuses a grant
        granted += credited
        out[rows] = granted.reshape(-1, s.n_worlds)[model.place_stage_of_line]
        return out
    rate = granted.reshape(-1, s.n_worlds)[model.place_stage_of_line] * accepted(model)[rows]
    out[rows] = rate + credited.reshape(-1, s.n_worlds)[model.place_stage_of_line]
    return out


def award(model: PackagingModel) -> None:
    """Reserve grants for this quarter's orders; what exceeds a programme's cap or its purse is cut in proportion."""
    s, now, lines = model.state, model.now, model.structure.lines
    rows = lines.supported
    now.shells_ordered_musd = model.shell_musd * now.shell_orders
    now.tools_ordered_musd = model.equipment_musd * now.tool_orders
    asked = grant_rate(model).reshape(-1, s.n_worlds)[model.place_stage_of_line]
    asked *= now.tools_ordered_musd[rows] + now.shells_ordered_musd[rows]
    if s.guardrail.any():
        asked *= accepted(model)[rows]
    by_stage = model.lines_to_place_stage(asked).reshape(s.cap_left_musd.shape)
    asked_by_purse = _by_purse(by_stage)
    part = part_of(at_most(s.cap_left_musd, 1e12), by_stage)
    by_stage *= part
    total = _by_purse(by_stage)
    funded = part_of(s.purse_musd, total)
    for purse, stages in _STAGES_OF_PURSE:
        part[:, stages] *= funded[purse][:, None]
        by_stage[:, stages] *= funded[purse][:, None]
    total *= funded
    s.purse_musd = shrunk(s.purse_musd, total)
    s.cap_left_musd = shrunk(s.cap_left_musd, by_stage)
    now.award_cut_musd = asked_by_purse - total
    asked *= part.reshape(-1, s.n_worlds)[model.place_stage_of_line]
    now.awarded_musd = np.zeros_like(s.capacity)
    now.awarded_musd[rows] = asked
    s.grant_committed_musd[rows] += asked
    s.guarded_quarters = positive(s.guarded_quarters - 1.0)
    if s.guardrail.any():  # where no world has one, this changes no bit
        _bind(model, now.awarded_musd * lines.is_packaging[:, None])


def _by_purse(by_stage: Array) -> Array:
    """(place, stage, W) -> (purse, place, W)."""
    return np.stack([by_stage[:, stages].sum(axis=1) for _, stages in _STAGES_OF_PURSE])


def _bind(model: PackagingModel, awarded: Array) -> None:
    """Who took a grant with a guardrail may not expand that technology in the guarded places for the guardrail's term."""
    s, structure = model.state, model.structure
    lines = structure.lines
    for place in range(N_PLACES):
        took = structure.lines_to_group(awarded * (lines.place == place)[:, None]) > 0.0
        bound = took[lines.group] * s.guardrail[place][lines.place]
        s.guarded_quarters = np.maximum(s.guarded_quarters, GUARDRAIL_QUARTERS * bound)


def accepted(model: PackagingModel) -> Array:
    """(line, W): 0 where a firm refuses its place's grants, because most of its lines of the kind stand where they would bind it."""
    s, structure = model.state, model.structure
    lines = structure.lines
    out = np.ones_like(s.capacity)
    if not s.guardrail.any():  # where no world has one, this changes no bit
        return out
    total = structure.lines_to_group(s.capacity)
    for place in range(N_PLACES):
        here = (lines.place == place) & lines.is_packaging
        exposed = ratio(structure.lines_to_group(s.capacity * s.guardrail[place][lines.place]), total)
        out[here] = np.where(exposed[lines.group[here]] > REFUSAL_SHARE, 0.0, 1.0)
    return out


def release(model: PackagingModel, dropped: Array) -> None:
    """A project that is dropped gives its reserved grant back: ``dropped`` (line, W) of the capacity on order."""
    s, rows = model.state, model.structure.lines.supported
    back = part_of(dropped[rows], s.tool_backlog[rows])
    back *= s.grant_committed_musd[rows]
    s.grant_committed_musd[rows] -= back
    by_purse = model.lines_to_purse(back).reshape(s.purse_musd.shape)
    s.purse_musd = s.purse_musd + by_purse


def pay_milestones(model: PackagingModel, before: Array) -> None:
    """Grants are paid as tools go into the making: ``before`` (line, W) was on order; and the ground-breaking part at once."""
    s, now, rows = model.state, model.now, model.structure.lines.supported
    shell, tools, committed = now.shells_ordered_musd[rows], now.tools_ordered_musd[rows], s.grant_committed_musd[rows]
    at_once = ratio(shell, shell + tools)
    at_once *= now.awarded_musd[rows]
    paid = shrunk(committed, at_once)
    paid *= part_of(now.tools_started[rows], before[rows])
    paid += at_once
    # nothing on order any more: whatever is still reserved is paid out with the last tools
    np.minimum(paid, committed, out=paid)
    committed -= paid
    now.grants_paid_musd = np.zeros_like(s.capacity)
    now.grants_paid_musd[rows] = paid
    by_purse = model.lines_to_purse(paid).reshape(s.purse_musd.shape)
    s.paid_total_musd = s.paid_total_musd + by_purse.sum(axis=0)
    now.outlay_musd[LEVER_ROW["packaging_grant"]] = by_purse[_PACKAGING]
    now.outlay_musd[LEVER_ROW["fab_grant"]] = by_purse[_FAB]
    model.ledger.pay("grants", now.grants_paid_musd)


def pay_credits(model: PackagingModel, arriving: Array) -> None:
    """Credits on what enters service next quarter: paid now, charged to the income of a year later."""
    s, now, rows = model.state, model.now, model.structure.lines.supported
    earned = s.tax_credit.reshape(2 * N_PLACES, -1)[model.purse_of_line]
    earned *= model.coefficients.capex_musd[rows]
    earned *= arriving[rows]
    now.credits_musd = np.zeros_like(s.capacity)
    now.credits_musd[rows] = earned
    by_purse = model.lines_to_purse(earned).reshape(s.purse_musd.shape)
    s.credit_due_musd[model.quarter % CREDIT_RING] += by_purse
    now.outlay_musd[LEVER_ROW["tax_credit"]] = by_purse.sum(axis=0)
    model.ledger.pay("tax credits", now.credits_musd)


def pay_offtake(model: PackagingModel) -> None:
    """Purchase commitments buy what stands unsold of the promised volume; the expected loss ahead is kept in reserve."""
    s, now, structure = model.state, model.now, model.structure
    lines = structure.lines
    now.offtake_paid_musd = np.zeros_like(s.capacity)
    if not s.offtake_kwafers.any():  # where no world has one, this changes no bit
        s.purse_musd[_PACKAGING] += s.contingent_musd
        s.contingent_musd = np.zeros_like(s.contingent_musd)
        s.offtake_quarters = positive(s.offtake_quarters - 1.0)  # a promise runs out beside whomever
        return
    technology = np.maximum(lines.technology, 0)
    packaging = lines.is_packaging[:, None]
    live = s.offtake_kwafers * (s.offtake_quarters > 0.0)
    unsold = shrunk(now.room, now.output) * packaging
    room = model.lines_to_place_technology(now.room * packaging).reshape(N_PLACES, N_TECHNOLOGIES, -1)
    sold = model.lines_to_place_technology(now.output * packaging).reshape(room.shape)
    short = shrunk(np.minimum(live, room), sold)
    idle = model.lines_to_place_technology(unsold).reshape(room.shape)
    bill = short * s.offtake_usd / 1000.0
    funds = s.contingent_musd + s.purse_musd[_PACKAGING]
    payable = part_of(funds, bill.sum(axis=1))
    paid = bill * payable[:, None]
    now.offtake_paid_musd = unsold * ratio(paid, idle)[lines.place, technology] * packaging
    spent = structure.lines_to_place(now.offtake_paid_musd)
    from_reserve = np.minimum(spent, s.contingent_musd)
    s.contingent_musd = s.contingent_musd - from_reserve
    s.purse_musd[_PACKAGING] = shrunk(s.purse_musd[_PACKAGING], (spent - from_reserve))
    ahead = at_most(positive(s.offtake_quarters - 1.0), RESERVE_QUARTERS)
    wanted = (ratio(short, live) * live * ahead * s.offtake_usd / 1000.0).sum(axis=1)
    more = np.minimum(wanted - s.contingent_musd, s.purse_musd[_PACKAGING])
    s.contingent_musd = positive(s.contingent_musd + more)
    s.purse_musd[_PACKAGING] = shrunk(s.purse_musd[_PACKAGING], more)
    s.offtake_quarters = positive(s.offtake_quarters - 1.0)
    s.paid_total_musd = s.paid_total_musd + spent
    now.outlay_musd[LEVER_ROW["purchase_commitment"]] = spent
    model.ledger.pay("offtake", now.offtake_paid_musd)


def pay_stockpile(model: PackagingModel, units: Array) -> None:
    """Pay for units that reached a stockpile, as far as the purse goes: ``units`` (product, place, W) k units."""
    s, c, structure = model.state, model.coefficients, model.structure
    price = c.segment_price_usd[structure.product_segment] * s.product_price * c.product_value[:, None] / 1000.0
    bill = units * price[:, None, :]
    spent = np.minimum(bill.sum(axis=0), s.purse_musd[_PACKAGING])
    bill = bill * ratio(spent, bill.sum(axis=0))
    s.purse_musd[_PACKAGING] = positive(s.purse_musd[_PACKAGING] - spent)
    s.paid_total_musd = s.paid_total_musd + spent
    model.now.outlay_musd[LEVER_ROW["stockpile"]] = spent
    model.ledger.pay("stockpile", np.ascontiguousarray(bill.transpose(1, 0, 2)).reshape(-1, units.shape[-1]))
    # customers pay for the rest: what stockpiles took is taken off their bill
    model.now.sold_to_stockpiles_musd = bill.sum(axis=1)
