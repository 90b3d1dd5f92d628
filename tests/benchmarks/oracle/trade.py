"""Phase 6: packages reach their buyers; the quarter's trade is settled; lead times and prices follow. And the closing of accounts."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from tests.benchmarks.oracle.arithmetic import clip, part_of, positive, ratio

if TYPE_CHECKING:
    from tests.benchmarks.oracle.model import OracleModel
    from tests.benchmarks.oracle.things import PackageEdge

FIXED_COST_SHARE = 0.6
PREPAYMENT_USED = 0.25


def ship(world: OracleModel) -> None:
    """Deliver in proportion to what is due, queue the rest, quote lead times, settle, move prices."""
    _deliver(world)
    _lead_times(world)
    _trade(world)
    _move_prices(world)


def _deliver(world: OracleModel) -> None:
    p = world.p
    for product in world.products:
        finished = sum(edge.good for edge in product.edges)
        due = {place: product.backlog[place] + product.orders[place] for place in world.places}
        part = part_of(finished, sum(due.values()))
        product.shipped = {place: units * part for place, units in due.items()}
        product.delivered = sum(product.shipped.values())
        left = {place: positive(due[place] - product.shipped[place]) for place in world.places}
        product.backlog = {place: units * (1.0 - p.queue_attrition) for place, units in left.items()}
        product.queue = sum(product.backlog.values())


def _lead_times(world: OracleModel) -> None:
    """Process time and thirteen weeks a quarter's worth of queue, real and with double orders."""
    p = world.p
    for product in world.products:
        product.real_lead_time_weeks = product.lead_time_weeks = p.process_weeks
        if product.demand > 0.0 or product.queue > 0.0:
            pace = max(product.delivered, 1e-9)
            product.real_lead_time_weeks = min(p.process_weeks + 13.0 * product.queue / pace, p.lead_time_cap_weeks)
            queue = product.queue + product.phantom
            product.lead_time_weeks = min(p.process_weeks + 13.0 * queue / pace, p.lead_time_cap_weeks)


def _trade(world: OracleModel) -> None:
    """Products, packages, materials, wafers, other output; what packagers make good; what running lines costs."""
    for firm in world.firms.values():
        firm.revenue_musd = firm.materials_musd = firm.net_musd = 0.0
    for designer in world.designers.values():
        designer.revenue_musd = sum(own.delivered * own.price_now_usd / 1000.0 for own in designer.products)
        designer.net_musd = designer.revenue_musd
    for line in world.lines:
        line.liability = 0.0
    for edge in world.edges:
        _sell_packages(world, edge)
    for item in ("hbm", "substrate"):
        price = world.stages[item].price_now_musd
        for edge in world.supplies[item]:
            _sell_materials(edge, edge.flow * price)
    for source in world.sources:
        bill = source.starts * source.line.stage.price_now_musd
        source.product.designer.net_musd -= bill
        _earn(source.line.firm, bill)
    for line in world.lines:
        if line.stage.name != "tools":  # tool makers sell at the quarter's end
            _earn(line.firm, line.other_served * line.stage.price_now_musd)
        full = line.capacity * line.output_per_unit
        used = FIXED_COST_SHARE * full + (1.0 - FIXED_COST_SHARE) * min(line.output, full)
        line.operating_cost = used * line.operating_musd
        line.firm.net_musd -= line.operating_cost


def _earn(firm, musd: float) -> None:
    firm.revenue_musd += musd
    firm.net_musd += musd


def _sell_materials(edge, bill: float) -> None:
    edge.site.firm.net_musd -= bill
    edge.site.firm.materials_musd += bill
    _earn(edge.line.firm, bill)


def _sell_packages(world: OracleModel, edge: PackageEdge) -> None:
    """The service, materials at cost, prepayments in a shortage; an OSAT makes good its part of what it ruined."""
    p, t, product, firm = world.p, world.quarter, edge.product, edge.line.firm
    service = edge.wafers_used * edge.line.stage.price_now_musd
    hbm = product.hbm[t] * world.stages["hbm"].price_now_musd
    substrate = product.substrate[t] * 1e-3 * world.stages["substrate"].price_now_musd
    prepaid = p.prepayment_share * (1.0 - product.fill) * service - min(PREPAYMENT_USED * edge.prepaid_musd, service)
    edge.prepaid_musd += prepaid
    bill = service + edge.starts * (hbm + substrate) + prepaid
    product.designer.net_musd -= bill
    _earn(firm, bill)
    if firm.is_osat:
        made_good = (edge.starts - edge.good) * p.osat_liability * world.content_usd(product) / 1000.0
        edge.line.liability += made_good
        product.designer.net_musd += made_good
        firm.net_musd -= made_good


def _move_prices(world: OracleModel) -> None:
    """Prices of a stage rise with what is asked of it over what it can do, and fall back to cost, both slowly."""
    p = world.p
    for stage in world.stages.values():
        can = sum(line.room for line in stage.lines)
        tightness = clip(ratio(sum(line.asked for line in stage.lines), can) - p.price_target_utilisation, -0.5, 1.0)
        step = p.price_response * tightness * (can > 0.0) - p.price_reversion * math.log(stage.price)
        stage.price *= math.exp(step)
    for segment in world.segments.values():
        mean = 0.0
        for product in segment.products:
            log_price = math.log(product.price)
            log_price += p.scarcity_pass_through * (1.0 - product.fill) - p.price_reversion * log_price
            product.price = math.exp(log_price)
            mean += product.market_share * log_price
        segment.price = math.exp(mean)


def close_accounts(world: OracleModel) -> None:
    """Tools and buildings are paid; lines depreciate; balances move, and what is short is borrowed."""
    p, price = world.p, world.stages["tools"].price_now_musd
    for line in world.lines:
        equipment = line.tools_started * line.stage.tool_need * price if line.stage.kind == "packaging" else 0.0
        line.building_musd = line.capex_musd * (1.0 - p.shell_cost_share) * line.tools_started
        line.building_musd = positive(line.building_musd - equipment) + line.shells_ordered_musd
        line.building_musd += p.conversion_cost_share * line.capex_musd * line.gained
        line.firm.net_musd -= line.building_musd
        line.capex_now = line.building_musd + equipment
        line.asset_musd = line.asset_musd * (1.0 - 1.0 / p.asset_life_quarters) + line.capex_now
    for edge in world.supplies["tools"]:
        edge.site.firm.net_musd -= edge.flow * price
        _earn(edge.line.firm, edge.flow * price)
    for line in world.stages["tools"].lines:
        _earn(line.firm, line.other_served * price)
    for firm in world.firms.values():
        firm.net_musd -= firm.debt_musd * p.interest_per_year / 4.0
        balance = firm.cash_musd + firm.net_musd
        borrowed = positive(-balance) - min(firm.debt_musd, 0.25 * positive(balance))
        firm.debt_musd = positive(firm.debt_musd + borrowed)
        firm.cash_musd = balance + borrowed
        firm.last_revenue_musd = firm.revenue_musd
        firm.cost_musd = firm.materials_musd + sum(
            line.asset_musd / p.asset_life_quarters + line.operating_cost + line.liability for line in firm.lines
        )
    for designer in world.designers.values():
        designer.cash_musd += designer.net_musd
    for line in world.lines:
        # a line that could make nothing - new, or standing still - is not idle
        line.utilisation = part_of(line.output, line.room) if line.room > 0.0 else 1.0
        line.requested = line.asked
