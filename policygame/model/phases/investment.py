"""Phase 8: firms form expectations, appraise places, order shells and tools; governments award; labour, then tools, are allotted.

What a firm expects and orders is its own rule (``agents.producer``); this module prepares what every firm can see - returns by place,
customers' forecasts, growth that is open to all - and does what happens between firms. Building itself is ``projects``, money
``treasury`` and ``settlement``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from policygame.model.arrays import TINY, Array, positive, ratio
from policygame.model.rationing import Market
from policygame.model.structure import FIRST_PACKAGING_STAGE, N_TECHNOLOGIES, STAGE_OF, TECHNOLOGY_IDS

if TYPE_CHECKING:
    from policygame.model.model import PackagingModel

ENTRY_FLOOR = 0.02
"""Weight of a firm without capacity in a stage, as a share of the stage, when open growth is distributed."""
SMALLEST_AWARD_MUSD = 50.0
"""Firms count on a grant in full while its purse holds at least this."""
FIXED_COST_SHARE = 0.6
"""Share of a line's operating cost that does not depend on use (assumption)."""
_ADVANCED = slice(FIRST_PACKAGING_STAGE + 2, FIRST_PACKAGING_STAGE + N_TECHNOLOGIES)


def invest(model: PackagingModel) -> None:
    """Expectations, appraisal, plans, awards, and the start of building."""
    from policygame.model import projects
    from policygame.model.phases import settlement, treasury

    now, structure = model.now, model.structure
    now.group_requested = structure.lines_to_group(now.requested)
    now.subsidy_rate = treasury.subsidy_rate(model)
    now.annual_return = appraise(model)
    model.producers.do("form_expectation")
    now.contestable = contestable_growth(model)
    now.forecast = customers_forecast(model)
    now.belief = belief(model)
    now.tool_orders = np.zeros_like(model.state.capacity)
    now.shell_orders = np.zeros_like(model.state.capacity)
    now.expected_capacity = np.zeros_like(model.state.level)
    now.dropped = np.zeros_like(model.state.capacity)
    model.producers.do("plan")
    _respect_guardrails(model)
    treasury.release(model, now.dropped)
    projects.convert(model)
    treasury.award(model)
    projects.start_shells(model)
    before = model.state.tool_backlog - now.dropped + now.tool_orders
    model.state.tool_backlog = before
    _allot_tools(model)
    treasury.pay_milestones(model, before)
    projects.close_idle(model)
    treasury.pay_offtake(model)
    arriving = projects.complete(model)
    treasury.pay_credits(model, arriving)
    settlement.close(model)


def unit_revenue_musd(model: PackagingModel) -> Array:
    """(line, W): yearly revenue of a unit of capacity at full use, M USD, at today's prices."""
    c, s, lines = model.coefficients, model.state, model.structure.lines
    price = c.stage_price_usd[lines.stage] * s.stage_price[lines.stage]
    return 4.0 * model.output_per_unit * price * model.money_scale[lines.stage]


def appraise(model: PackagingModel) -> Array:
    """(line, W): expected annual return on new capacity at each line, risk and place included.

    Revenue at the expected use, less operating cost and the liability for ruined dies, over capex net of subsidies; less
    depreciation, the expected loss from outages and a penalty for entering; plus the appeal of the place, nearness of fabs and
    packaging, and relief of risk from guaranteed offtake.
    """
    c, s, p, now, structure = model.coefficients, model.state, model.parameters, model.now, model.structure
    lines = structure.lines
    use = np.clip(ratio(structure.lines_to_stage(now.requested), structure.lines_to_stage(now.room)), 0.3, 1.0)[lines.stage]
    full = 4.0 * model.output_per_unit * model.money_scale[lines.stage]
    operating = full * c.operating_usd * (FIXED_COST_SHARE + (1.0 - FIXED_COST_SHARE) * use)
    profit = unit_revenue_musd(model) * use - operating - full * use * _expected_liability_usd(model)
    net_capex = c.capex_musd * (1.0 - np.minimum(now.subsidy_rate, 0.95))
    entry = p.entry_penalty * (s.capacity < 1e-6)
    risk = 4.0 * (c.hazard * c.depth)[lines.place]
    place = c.appeal[lines.place] + p.proximity_value * _proximity(model)
    offtake = p.commitment_risk_relief * _offtake_cover(model)
    return profit / np.maximum(net_capex, TINY) - 4.0 / p.asset_life_quarters + place - entry - risk + offtake


def _expected_liability_usd(model: PackagingModel) -> Array:
    """(line, W): ruined dies and HBM that an OSAT makes good, USD per wafer of output, by the line's own yield."""
    s, p, now, structure = model.state, model.parameters, model.now, model.structure
    lines = structure.lines
    use = structure.edges_to_line(now.starts / model.packages_per_wafer[structure.edge_recipe])
    to_technology = model.lines_to_technology
    content = to_technology(structure.edges_to_line(now.starts * model.content_usd()[structure.edge_product]))
    placements = to_technology(structure.edges_to_line(now.starts * model.placements[structure.edge_recipe]))
    starts = to_technology(structure.edges_to_line(now.starts))
    technology = np.maximum(lines.technology, 0)
    per_wafer = ratio(content, to_technology(use))[technology]
    failing = 1.0 - np.exp(np.log1p(-s.defects) * ratio(placements, starts)[technology])
    return p.osat_liability * failing * per_wafer * model.is_osat[:, None] * lines.is_packaging[:, None]


def _proximity(model: PackagingModel) -> Array:
    """(line, W), 0 to 1: fabs near packaging lines, advanced packaging near fabs, relative to the best-endowed place."""
    s, structure = model.state, model.structure
    lines = structure.lines
    fabs = structure.lines_to_place(s.capacity * (lines.stage == STAGE_OF["wafers_leading"])[:, None])
    packaging = structure.lines_to_place(s.capacity * (lines.technology >= 2)[:, None])
    near_fabs = ratio(fabs, fabs.max(axis=0))
    near_packaging = ratio(packaging, packaging.max(axis=0))
    out = near_fabs[lines.place] * (lines.technology >= 1)[:, None]
    return out + near_packaging[lines.place] * lines.is_wafers[:, None]


def _offtake_cover(model: PackagingModel) -> Array:
    """(line, W), 0 to 1: the part of a line that its place's purchase commitment would buy."""
    s, lines = model.state, model.structure.lines
    technology = np.maximum(lines.technology, 0)
    promised = (s.offtake_kwafers * (s.offtake_quarters > 0.0))[lines.place, technology] * lines.is_packaging[:, None]
    here = np.maximum(s.capacity + s.tool_backlog, 1.0) * model.coefficients.output_per_capacity
    return np.minimum(promised / here, 1.0)


def contestable_growth(model: PackagingModel) -> Array:
    """(group, W): growth of a stage, output a quarter per quarter, that is open to every firm with a candidate line.

    It goes by present size (with a floor, so that entrants can win some) and by the return that a firm could earn.
    """
    s, p, now, structure = model.state, model.parameters, model.now, model.structure
    stage = structure.lines.group_stage
    growth = p.contestable_share * positive(structure.groups_to_stage(s.trend))
    size = ratio(s.level, structure.groups_to_stage(s.level)[stage]) + ENTRY_FLOOR
    best = np.maximum.reduceat(now.annual_return, structure.lines.group_start, axis=0)
    pull = size * np.exp(np.clip(p.location_weight * (best - 0.2), -8.0, 8.0))
    return growth[stage] * pull / np.maximum(structure.groups_to_stage(pull)[stage], TINY)


def customers_forecast(model: PackagingModel) -> Array:
    """(group, W): output a quarter that customers' published forecasts imply for a packager's lines, at the forecast horizon.

    Designers publish what they expect from their own trend; each packager reads its share of it.
    """
    s, p, now, structure = model.state, model.parameters, model.now, model.structure
    ahead = positive(s.order_level + s.order_trend * p.forecast_horizon_quarters)
    recipe = s.mix * ahead[structure.recipe_product]
    use = recipe[structure.edge_recipe] * s.relation * now.wafers_per_unit
    return structure.lines_to_group(structure.edges_to_line(use) + s.other_demand)


def belief(model: PackagingModel) -> Array:
    """(group, W): the share of customers' forecasts that a packager believes, which rises with prepayment."""
    s, p, structure = model.state, model.parameters, model.structure
    lines = structure.lines
    prepaid = structure.lines_to_group(structure.edges_to_line(s.prepaid_musd))
    price = (model.coefficients.stage_price_usd * s.stage_price)[lines.stage] * model.money_scale[lines.stage]
    sales = structure.lines_to_group(model.now.output * price)
    believed = p.belief_in_forecasts + p.belief_from_prepayment * np.minimum(ratio(prepaid, sales), 1.0)
    technology = (lines.group_stage >= FIRST_PACKAGING_STAGE) & (lines.group_stage < FIRST_PACKAGING_STAGE + len(TECHNOLOGY_IDS))
    return np.minimum(believed, 1.0) * technology[:, None]


def _respect_guardrails(model: PackagingModel) -> None:
    """A firm whose grant forbids it to expand in a place orders no packaging there."""
    s, now, lines = model.state, model.now, model.structure.lines
    allowed = 1.0 - s.guarded[lines.firm, lines.place] * lines.is_packaging[:, None]
    now.tool_orders = now.tool_orders * allowed
    now.shell_orders = now.shell_orders * allowed


def _allot_tools(model: PackagingModel) -> None:
    """Labour first, then tools: what of the ordered capacity goes into the making this quarter."""
    from policygame.model import projects

    s, c, now, structure = model.state, model.coefficients, model.now, model.structure
    lines = structure.lines
    transit = s.tools_in_transit.sum(axis=0)
    employed = structure.lines_to_place((s.capacity + transit) * c.labour_per_unit)
    free = positive(s.labour_pool - employed)
    wanted = structure.lines_to_place(s.tool_backlog * c.labour_per_unit)
    staffed = np.minimum(ratio(free, wanted) + (wanted <= 0.0), 1.0)[lines.place]
    staffed = np.where(c.labour_per_unit > 0.0, staffed, 1.0)
    ready = np.minimum(s.tool_backlog * staffed, positive(s.shell_room - s.capacity - transit + model.no_shell_needed))
    edges = model.graph.tools
    need = structure.lines_to_site(ready * c.tool_need)
    from policygame.model.phases.packaging import supply_quality

    quality = supply_quality(model, edges)
    stage = (lines.stage == STAGE_OF["tools"])[:, None]
    asked = need[edges.site] * edges.share[:, None]
    asked_line = edges.to_line(asked) + s.other_demand * stage
    part = np.minimum(ratio(now.room, asked_line), 1.0)
    now.other_served = np.where(stage, s.other_demand * part, now.other_served)
    now.requested = np.where(stage, asked_line, now.requested)
    market = Market(
        buyer=edges.site,
        seller=edges.line,
        to_buyer=edges.to_site,
        to_seller=edges.to_line,
        want=need,
        room=positive(now.room - now.other_served) * stage,
        limit=quality * now.room[edges.line],
        weight=quality * edges.share[:, None],
    )
    market.grant(asked)
    now.tool_flow = market.offer()
    now.output = np.where(stage, now.other_served + edges.to_line(now.tool_flow), now.output)
    met = np.minimum(ratio(edges.to_site(now.tool_flow), need) + (need <= 0.0), 1.0)
    site = np.maximum(lines.site, 0)
    equipped = np.where(lines.is_packaging[:, None] & (c.tool_need > 0.0), met[site], 1.0)
    now.tools_started = np.minimum(ready * equipped, s.tool_backlog)
    projects.start_tools(model)
    used = np.where(now.tool_flow > 0.0, 1.0, 0.0)
    p = model.parameters
    step = 1.0 / p.qualification_quarters
    grown = np.minimum(s.qualification_tools + step, 1.0)
    s.qualification_tools = np.where(used > 0.0, grown, s.qualification_tools)
