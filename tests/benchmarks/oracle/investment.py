"""Phase 8: firms appraise places, form expectations and order; governments award; people, then tools, are allotted."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from tests.benchmarks.oracle import building, treasury
from tests.benchmarks.oracle.arithmetic import TINY, clip, part_of, positive, ratio
from tests.benchmarks.oracle.trade import FIXED_COST_SHARE, close_accounts

if TYPE_CHECKING:
    from tests.benchmarks.oracle.model import OracleModel
    from tests.benchmarks.oracle.things import Line, Stage

LARGEST_SUBSIDY = 0.95
USUAL_RETURN = 0.2
ENTRY_FLOOR = 0.02


def invest(world: OracleModel) -> None:
    """Expectations, appraisal, plans, awards, the start of building, and the closing of the quarter's accounts."""
    for own in world.divisions:
        own.requested = sum(line.asked for line in own.lines)
    for line in world.lines:
        line.subsidy = treasury.subsidy_rate(line)
        line.own_part = 1.0 - min(line.subsidy, LARGEST_SUBSIDY)
    _appraise(world)
    for firm in world.firms.values():
        firm.form_expectation()
    _open_growth(world)
    for line in world.lines:
        line.with_orders = line.capacity + line.tool_backlog + line.in_transit
        line.with_shells = line.shell_room + line.shells_underway
        line.within_reach = line.with_shells - line.shells_beyond
    _publish_forecasts(world)
    for firm in world.firms.values():
        firm.plan()
    for line in world.supported:
        treasury.release(line)
    building.convert(world)
    treasury.award(world)
    building.start_shells(world)
    for line in world.lines:
        line.tool_backlog += line.tool_orders - line.dropped
    on_order = {line: line.tool_backlog for line in world.supported}
    building.allot_tools(world)
    treasury.pay_milestones(world, on_order)
    building.close_idle(world)
    arriving = building.complete(world)
    treasury.pay_credits(world, arriving)
    close_accounts(world)


def _appraise(world: OracleModel) -> None:
    """Expected annual return on new capacity at each line, risk and place included."""
    p = world.p
    for stage in world.stages.values():
        asked, can = sum(line.asked for line in stage.lines), sum(line.room for line in stage.lines)
        stage.use = clip(ratio(asked, can), 0.3, 1.0)
    liability = {stage: _content_at_stake(world, stage) for stage in world.stages.values() if stage.kind == "packaging"}
    near = _nearness(world)
    for line in world.lines:
        stage, place, yearly = line.stage, line.place, 4.0 * line.output_per_unit
        profit = yearly * stage.price_now_musd * stage.use
        profit -= yearly * line.operating_musd * (FIXED_COST_SHARE + (1.0 - FIXED_COST_SHARE) * stage.use)
        if line.firm.is_osat and stage.kind == "packaging":
            content, placements = liability[stage]
            failing = 1.0 - (1.0 - line.defects) ** placements
            profit -= yearly * stage.money_scale * stage.use * p.osat_liability * failing * content
        # a subsidy makes a gain look better; a loss stays what it is
        capital = line.capex_musd * (line.own_part if profit > 0.0 else 1.0)
        entering = line.capacity < 1e-6
        waiting = line.greenfield if entering else line.brownfield
        gain = profit / max(capital, TINY) * math.exp(-0.25 * p.hurdle_return * waiting)
        gain += place.appeal - 4.0 * place.hazard * place.depth - 4.0 / p.asset_life_quarters
        line.annual_return = gain + p.proximity_value * near[line] - (p.entry_penalty if entering else 0.0)
        line.surplus_return = line.annual_return - line.firm.hurdle
        line.pull = math.exp(clip(p.location_weight * line.surplus_return, -30.0, 30.0))


def _content_at_stake(world: OracleModel, technology: Stage) -> tuple[float, float]:
    """Of what a technology packages now: dies and HBM, USD per wafer of line, and placements per package."""
    t, wafers, content, placements, starts = world.quarter, 0.0, 0.0, 0.0, 0.0
    for edge in world.edges:
        if edge.recipe.technology is technology:
            wafers += edge.starts / edge.recipe.packages_per_wafer[t]
            content += edge.starts * world.content_usd(edge.product)
            placements += edge.starts * edge.recipe.placements
            starts += edge.starts
    return ratio(content, wafers), ratio(placements, starts)


def _nearness(world: OracleModel) -> dict[Line, float]:
    """Fabs near packaging lines, advanced packaging near fabs, beside the best-endowed place."""
    fabs, packaging = dict.fromkeys(world.places.values(), 0.0), dict.fromkeys(world.places.values(), 0.0)
    for line in world.lines:
        if line.stage.name == "wafers_leading":
            fabs[line.place] += line.capacity
        if line.stage.rank >= 2:
            packaging[line.place] += line.capacity
    most_fabs, most_packaging = max(fabs.values()), max(packaging.values())
    near = dict.fromkeys(world.lines, 0.0)
    for line in world.supported:
        if line.stage.rank >= 1:
            near[line] = ratio(fabs[line.place], most_fabs)
        if line.stage.kind == "wafers":
            near[line] = ratio(packaging[line.place], most_packaging)
    return near


def _open_growth(world: OracleModel) -> None:
    """A part of a stage's growth is open to all, by present size and by the return that others knew of a quarter ago."""
    p = world.p
    for stage in world.stages.values():
        rivals = [own for own in world.divisions if own.stage is stage]
        growth = p.contestable_share * positive(sum(own.trend for own in rivals))
        total = sum(own.level for own in rivals)
        pulls = []
        for own in rivals:
            best = max(line.annual_return for line in own.lines)
            known, own.best_return = (own.best_return if world.quarter else best), best
            size = ratio(own.level, total) + ENTRY_FLOOR
            pulls.append(size * math.exp(clip(p.location_weight * (known - USUAL_RETURN), -8.0, 8.0)))
        for own, pull in zip(rivals, pulls, strict=True):
            own.contestable = growth * pull / max(sum(pulls), TINY)


def _publish_forecasts(world: OracleModel) -> None:
    """What designers expect ahead, as packagers and makers of HBM and substrates read it; and how far each believes it."""
    p, t = world.p, world.quarter
    ahead = {
        product: positive(product.order_level + product.order_trend * p.forecast_horizon_quarters) for product in world.products
    }
    implied = {line: line.other_demand for line in world.lines}
    prepaid = dict.fromkeys(world.lines, 0.0)
    for edge in world.edges:
        implied[edge.line] += edge.recipe.mix * ahead[edge.product] * edge.relation * edge.wafers_per_unit
        prepaid[edge.line] += edge.prepaid_musd
    for item, scale in (("hbm", 1.0), ("substrate", 1e-3)):
        lines = world.stages[item].lines
        capacity = sum(line.capacity for line in lines)
        needed = sum(ahead[product] * getattr(product, item)[t] * scale for product in world.products)
        for line in lines:
            implied[line] += needed * ratio(line.capacity, capacity)
    for own in world.divisions:
        own.forecast = sum(implied[line] for line in own.lines)
        sales = sum(line.output for line in own.lines) * own.stage.price_now_musd
        believed = p.belief_in_forecasts + p.belief_from_prepayment * part_of(sum(prepaid[line] for line in own.lines), sales)
        reads = own.stage.kind != "wafers" and own.stage.name != "tools"
        own.belief = min(believed, 1.0) if reads else 0.0
