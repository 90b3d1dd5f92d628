"""Phase 8: firms form expectations, appraise places, order shells and tools; governments award; labour, then tools, are allotted.

What a firm expects and orders is its own rule (``agents.producer``); this module prepares what every firm can see - returns by place,
customers' forecasts, growth that is open to all - and does what happens between firms. Building itself is ``projects``, money
``treasury`` and ``settlement``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from policygame.errors import UserError
from policygame.model import projects
from policygame.model.agents.producer import ANY_ROOM, Producer, ProducerRules
from policygame.model.arrays import TINY, Array, at_least, at_most, part_of, positive, ratio, shrunk
from policygame.model.phases import packaging, settlement, treasury
from policygame.model.rationing import Market
from policygame.model.structure import FIRST_PACKAGING_STAGE, STAGE_OF, TECHNOLOGY_IDS

if TYPE_CHECKING:
    from policygame.model.model import PackagingModel

SMALLEST_LINE_KWAFERS = 3.0
"""Output a quarter of the smallest line that anybody would enter with: one kwpm (assumption)."""
LARGEST_SUBSIDY = 0.95
"""A firm pays at least a twentieth of its capex itself."""
USUAL_RETURN = 0.2
"""Return around which firms' best returns are compared; it only centres what is clipped (assumption)."""
ENTRY_FLOOR = 0.02
"""Weight of a firm without capacity in a stage, as a share of the stage, when open growth is distributed."""


def invest(model: PackagingModel) -> None:
    """Expectations, appraisal, plans, awards, and the start of building."""
    now, structure = model.now, model.structure
    now.group_requested = structure.lines_to_group(now.requested)
    now.subsidy_rate = treasury.subsidy_rate(model)
    now.own_part = 1.0 - at_most(now.subsidy_rate, LARGEST_SUBSIDY)
    now.annual_return = appraise(model)
    now.surplus_return = now.annual_return - model.hurdle_of_line
    for team in model.teams:
        team.form_expectation()
    now.contestable = contestable_growth(model)
    now.with_orders, now.with_shells = _under_way(model)
    now.within_reach = now.with_shells - model.state.shells_beyond
    now.forecast = customers_forecast(model)
    now.belief = belief(model)
    now.tool_orders = np.zeros_like(model.state.capacity)
    now.shell_orders = np.zeros_like(model.state.capacity)
    now.expected_capacity = np.zeros_like(model.state.level)
    now.dropped = np.zeros_like(model.state.capacity)
    for team in model.teams:
        team.plan()
        _check_plan(model, team)
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


def _under_way(model: PackagingModel) -> tuple[Array, Array]:
    """(line, W) each: capacity that stands, is ordered or is being made; room that stands or is being built."""
    s = model.state
    with_orders = s.capacity + s.tool_backlog
    with_orders += s.in_transit
    return with_orders, s.shell_room + s.shells_underway


def appraise(model: PackagingModel) -> Array:
    """(line, W): expected annual return on new capacity at each line, risk and place included.

    Revenue at the expected use, less operating cost and the liability for ruined dies, over capex net of subsidies and discounted
    for the years until the line stands; less depreciation, the expected loss from outages and a penalty for entering, smaller
    where a pilot line runs; plus the appeal of the place, nearness of fabs and packaging, and relief of risk from guaranteed
    offtake.
    """
    c, s, p, now, structure = model.coefficients, model.state, model.parameters, model.now, model.structure
    stage = structure.lines.stage
    use = expected_use(model)
    fixed = settlement.FIXED_COST_SHARE
    profit = (s.stage_price * use)[stage]
    profit *= model.full_revenue_musd
    cost = (fixed + (1.0 - fixed) * use)[stage]
    cost *= model.full_operating_musd
    profit -= cost
    rows = model.osat_rows
    profit[rows] -= model.osat_full_kwafers * use[stage[rows]] * _expected_liability_usd(model)
    # a subsidy makes a gain look better; a loss stays what it is, for on less capital it would look worse
    capital = np.maximum(now.own_part, profit <= 0.0)
    capital *= c.capex_musd
    profit /= at_least(capital, TINY, out=capital)
    # what has to be built on new ground earns later: years of waiting are discounted at the hurdle
    entering = s.capacity < 1e-6
    profit *= np.where(entering, model.patience_new_ground, model.patience_present_ground)
    profit += model.place_return
    profit += _proximity(model)
    profit -= p.entry_penalty * entering
    if now.research_musd.any():  # where no world does research, this changes no bit
        packaging_lines = structure.lines.packaging
        profit[packaging_lines] += _pilot_relief(model) * entering[packaging_lines]
    if s.offtake_kwafers.any():  # where no world has a commitment, this changes no bit
        profit += p.commitment_risk_relief * _offtake_cover(model)
    return profit


def expected_use(model: PackagingModel) -> Array:
    """(stage, W), 0.3 to 1: the use that a firm expects of new capacity - what a stage is asked for over what it has room for."""
    now, structure = model.now, model.structure
    return np.clip(ratio(structure.lines_to_stage(now.requested), structure.lines_to_stage(now.room)), 0.3, 1.0)


def _pilot_relief(model: PackagingModel) -> Array:
    """(packaging line, W): return that a place's pilot lines of the technology spare who enters there, of ``entry_penalty``.

    A firm that can try a process before it builds risks less. Half of the penalty goes at ``pilot_line_half_musd`` a quarter; what
    is no longer funded relieves nobody.
    """
    p, research, lines = model.parameters, model.now.research_musd, model.structure.lines
    relief = research / (research + p.pilot_line_half_musd)
    relief *= p.entry_penalty
    rows = lines.packaging
    spared: Array = relief[lines.place[rows], lines.technology[rows]]
    return spared


def _expected_liability_usd(model: PackagingModel) -> Array:
    """(OSATs' packaging line, W): ruined dies and HBM that an OSAT makes good, USD per wafer of output, by the line's own yield."""
    s, p, now, structure = model.state, model.parameters, model.now, model.structure
    to_technology = model.edges_to_technology
    use = to_technology(now.wafers_used)
    content = to_technology(now.starts * model.content_usd()[structure.edge_product])
    placements = to_technology(now.starts * model.placements[structure.edge_recipe])
    starts = to_technology(now.starts)
    technology = structure.lines.technology[model.osat_rows]
    failing = -np.expm1(np.log1p(-s.defects[model.osat_rows]) * ratio(placements, starts)[technology])
    return p.osat_liability * failing * ratio(content, use)[technology]


def _proximity(model: PackagingModel) -> Array:
    """(line, W): return from standing near - fabs near packaging lines, advanced packaging near fabs - beside the best-endowed place."""
    s = model.state
    fabs = model.leading_fabs_to_place(s.capacity)
    packaging = model.advanced_packaging_to_place(s.capacity[model.structure.lines.packaging])
    nothing = np.zeros((1, s.n_worlds))
    near = np.concatenate([ratio(fabs, fabs.max(axis=0)), ratio(packaging, packaging.max(axis=0)), nothing])
    return (model.parameters.proximity_value * near)[model.nearness_of_line]


def _offtake_cover(model: PackagingModel) -> Array:
    """(line, W), 0 to 1: the part of a place's lines that its purchase commitment would buy, as far as its price bears today's."""
    s, structure = model.state, model.structure
    lines = structure.lines
    stages = slice(FIRST_PACKAGING_STAGE, FIRST_PACKAGING_STAGE + len(TECHNOLOGY_IDS))
    price = (model.coefficients.stage_price_usd * s.stage_price)[stages]
    worth = at_most(ratio(s.offtake_usd, price), 1.0)
    promised = s.offtake_kwafers * (s.offtake_quarters > 0.0) * worth
    output = (s.capacity + s.tool_backlog + s.in_transit) * model.coefficients.output_per_capacity * lines.is_packaging[:, None]
    here = model.lines_to_place_technology(output).reshape(promised.shape)
    cover = at_most(promised / at_least(here, SMALLEST_LINE_KWAFERS), 1.0)
    return cover[lines.place, np.maximum(lines.technology, 0)] * lines.is_packaging[:, None]


def contestable_growth(model: PackagingModel) -> Array:
    """(group, W): growth of a stage, output a quarter per quarter, that is open to every firm with a candidate line.

    It goes by present size (with a floor, so that entrants can win some) and by the return that a firm could earn, as others knew it a
    quarter ago: a subsidy wins growth from competitors only once they have seen it, and so never lowers orders where it begins.
    """
    s, p, now, structure = model.state, model.parameters, model.now, model.structure
    stage = structure.lines.group_stage
    growth = p.contestable_share * positive(structure.groups_to_stage(s.trend))
    size = ratio(s.level, structure.groups_to_stage(s.level)[stage]) + ENTRY_FLOOR
    best = model.best_of_group(now.annual_return)
    best, s.best_return = (s.best_return if model.quarter else best), best
    pull = size * np.exp(np.clip(p.location_weight * (best - USUAL_RETURN), -8.0, 8.0))
    return growth[stage] * pull / at_least(structure.groups_to_stage(pull)[stage], TINY)


def customers_forecast(model: PackagingModel) -> Array:
    """(group, W): output a quarter that customers' published forecasts imply for a firm's lines, at the forecast horizon.

    Designers publish what they expect from their own trend; each packager reads its share of it, and so does each maker of HBM and
    of substrates, by its share of the stage.
    """
    s, p, now, structure = model.state, model.parameters, model.now, model.structure
    ahead = positive(s.order_level + s.order_trend * p.forecast_horizon_quarters)
    recipe = s.mix * ahead[structure.recipe_product]
    use = recipe[structure.edge_recipe] * s.relation * now.wafers_per_unit
    by_line = structure.edges_to_line(use) + s.other_demand
    for stage, need in (("hbm", model.hbm_stacks), ("substrate", model.substrate_cm2 * 1e-3)):
        rows = np.flatnonzero(structure.lines.stage == STAGE_OF[stage])
        capacity = s.capacity[rows]
        by_line[rows] += (ahead * need).sum(axis=0) * ratio(capacity, capacity.sum(axis=0))
    return structure.lines_to_group(by_line)


def belief(model: PackagingModel) -> Array:
    """(group, W): the share of customers' forecasts that a firm believes, which rises with prepayment.

    Wafer lines and tool makers get no forecasts.
    """
    s, p, structure = model.state, model.parameters, model.structure
    lines = structure.lines
    prepaid = structure.lines_to_group(structure.edges_to_line(s.prepaid_musd))
    sales = settlement.unit_price_musd(model)[lines.stage]
    sales *= model.now.output
    sales = structure.lines_to_group(sales)
    believed = p.belief_in_forecasts + p.belief_from_prepayment * part_of(prepaid, sales)
    reads = (lines.group_stage >= FIRST_PACKAGING_STAGE) & (lines.group_stage != STAGE_OF["tools"])
    return at_most(believed, 1.0) * reads[:, None]


def _check_plan(model: PackagingModel, team: ProducerRules) -> None:
    """A firm with rules of its own must order capacity that can be ordered: one bad number would reach every firm of its world."""
    if not isinstance(team, Producer):
        return
    for name in ("tool_orders", "shell_orders", "dropped"):
        orders = getattr(model.now, name)[team.lines]
        if not (np.isfinite(orders) & (orders >= 0.0)).all():
            raise UserError(
                f"{team.name}'s rules ({type(team).__name__}) give {name} that are not finite numbers of at least 0 in "
                f"{model.structure.first + model.quarter}; policygame.testing.check_agent says more"
            )


def _respect_guardrails(model: PackagingModel) -> None:
    """A line whose firm took a grant with a guardrail against its place orders nothing while the guardrail lasts."""
    s, now = model.state, model.now
    if not s.guarded_quarters.any():  # where no world has a guardrail, this changes no bit
        return
    allowed = (s.guarded_quarters <= 0.0).astype(float)
    now.tool_orders = now.tool_orders * allowed
    now.shell_orders = now.shell_orders * allowed


def _allot_tools(model: PackagingModel) -> None:
    """Labour first, then tools: what of the ordered capacity goes into the making this quarter."""
    s, c, now, structure = model.state, model.coefficients, model.now, model.structure
    lines, packagers = structure.lines, structure.lines.packaging
    labour, standing = c.labour_per_unit[packagers], s.capacity + s.in_transit
    employed = model.packaging_to_place(standing[packagers] * labour)
    free = shrunk(s.labour_pool, employed)
    wanted = model.packaging_to_place(s.tool_backlog[packagers] * labour)
    staffed = at_most(ratio(free, wanted) + (wanted <= 0.0), 1.0)[lines.place[packagers]]
    space = shrunk(s.shell_room, standing)
    space[model.tool_lines] = ANY_ROOM
    ready = s.tool_backlog.copy()
    ready[packagers] *= np.maximum(staffed, labour <= 0.0, out=staffed)
    np.minimum(ready, space, out=ready)
    edges = model.graph.tools
    rows = edges.sellers
    tool_need = c.tool_need[packagers]
    need = model.packaging_to_site(ready[packagers] * tool_need)
    quality = packaging.supply_quality(model, edges)
    asked = need[edges.site] * edges.share[:, None]
    total = edges.to_seller(asked) + s.other_demand[rows]
    now.other_served[rows] = s.other_demand[rows] * part_of(now.room[rows], total)
    now.requested[rows] = total
    market = Market(
        buyer=edges.site,
        seller=edges.seller,
        to_buyer=edges.to_site,
        to_seller=edges.to_seller,
        want=need,
        room=shrunk(now.room[rows], now.other_served[rows]),
        limit=quality * now.room[edges.line],
        weight=quality * edges.share[:, None],
    )
    packaging.first_call(model, edges, market, asked)
    market.grant(asked if market.got is None else positive(asked - market.got))
    now.tool_flow = market.offer(packaging.SUPPLY_ROUNDS, closing=True)
    now.output[rows] = now.other_served[rows] + edges.to_seller(now.tool_flow)
    met = at_most(ratio(edges.to_site(now.tool_flow), need) + (need <= 0.0), 1.0)
    equipped = met[lines.site[packagers]]
    ready[packagers] *= np.maximum(equipped, tool_need <= 0.0, out=equipped)
    now.tools_started = np.minimum(ready, s.tool_backlog, out=ready)
    projects.start_tools(model)
    worked = (now.tool_flow > 0.0) * (1.0 / model.parameters.qualification_quarters)
    worked += s.qualification_tools
    s.qualification_tools = at_most(worked, 1.0, out=worked)
