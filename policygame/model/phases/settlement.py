"""What firms, designers and the rest of the economy pay each other in a quarter.

Governments' payments are in ``treasury``. Prices are the stage's (segment's) own; every payment goes through the ledger.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from policygame.model.arrays import Array, part_of, positive, shrunk
from policygame.model.structure import STAGE_OF

if TYPE_CHECKING:
    from policygame.model.model import PackagingModel

FIXED_COST_SHARE = 0.6
"""Share of a line's operating cost that does not depend on use (assumption)."""
PREPAYMENT_USED = 0.25
"""Part of a prepaid balance that is credited against a quarter's purchases (assumption)."""
_HBM, _SUBSTRATE, _TOOLS = STAGE_OF["hbm"], STAGE_OF["substrate"], STAGE_OF["tools"]


def unit_price_musd(model: PackagingModel) -> Array:
    """(stage, W): price of a unit of output today, M USD."""
    return model.coefficients.stage_price_usd * model.state.stage_price * model.money_scale


def trade(model: PackagingModel) -> None:
    """The quarter's sales: products, packages, materials, wafers, other output; and what packagers make good."""
    c, s, p, now, structure, ledger = (
        model.coefficients,
        model.state,
        model.parameters,
        model.now,
        model.structure,
        model.ledger,
    )
    price = unit_price_musd(model)
    lines = structure.lines
    value = c.segment_price_usd[structure.product_segment] * s.product_price * c.product_value[:, None] / 1000.0
    ledger.pay("sales", now.delivered * value - np.minimum(now.sold_to_stockpiles_musd, now.delivered * value))
    service = price[lines.stage[structure.edge_line]]
    service *= now.wafers_used
    hbm = now.starts * model.hbm_stacks[structure.edge_product] * price[_HBM]
    substrate = now.starts * (model.substrate_cm2 * 1e-3)[structure.edge_product] * price[_SUBSTRATE]
    shortfall = (1.0 - s.fill)[structure.edge_product]
    advance = p.prepayment_share * shortfall * service
    credited = np.minimum(PREPAYMENT_USED * s.prepaid_musd, service)
    ledger.pay("packaging", service + hbm + substrate + advance - credited)
    s.prepaid_musd = s.prepaid_musd + advance - credited
    ledger.pay("hbm", now.hbm_flow * price[_HBM])
    ledger.pay("substrate", now.substrate_flow * price[_SUBSTRATE])
    ruined = (now.starts - now.good) * model.content_usd()[structure.edge_product] / 1000.0
    now.liability_musd = p.osat_liability * ruined * model.is_osat[structure.edge_line][:, None]
    ledger.pay("liability", now.liability_musd)
    ledger.pay("wafers", now.wafer_starts * price[lines.stage[structure.source_line]])
    sold_elsewhere = now.other_served * (lines.stage != _TOOLS)[:, None]
    ledger.pay("other output", sold_elsewhere * price[lines.stage])
    full = s.capacity * model.output_per_unit * model.money_scale[lines.stage]
    made = now.output * model.money_scale[lines.stage]
    now.operating_musd = c.operating_usd * (FIXED_COST_SHARE * full + (1.0 - FIXED_COST_SHARE) * np.minimum(made, full))
    ledger.pay("operation", now.operating_musd)
    now.firm_revenue_musd = _revenue(model)
    now.designer_revenue_musd = structure.products_to_designer(now.delivered * value)


def _revenue(model: PackagingModel) -> Array:
    """(firm, W): what firms were paid by others for output so far this quarter, M USD."""
    out = np.zeros((len(model.structure.lines.firms), model.state.n_worlds))
    firms = model.ledger.firms
    for name in ("packaging", "hbm", "substrate", "wafers", "other output"):
        out = out + model.ledger.route(name).received(model.ledger.flows[name])[firms]
    return out


def close(model: PackagingModel) -> None:
    """Investment and finance: tools, buildings, interest; then balances move and what is short is borrowed."""
    c, s, p, now, structure, ledger = (
        model.coefficients,
        model.state,
        model.parameters,
        model.now,
        model.structure,
        model.ledger,
    )
    price = unit_price_musd(model)
    tools = now.tool_flow * price[_TOOLS]
    elsewhere = now.other_served * ((structure.lines.stage == _TOOLS)[:, None] * price[_TOOLS])
    ledger.pay("tools", tools)
    ledger.pay("other output", elsewhere)
    equipment = now.tools_started * c.tool_need * price[_TOOLS] * structure.lines.is_packaging[:, None]
    planned = model.equipment_musd * now.tools_started
    conversion = c.capex_musd * p.conversion_cost_share * positive(now.converted)
    building = shrunk(planned, equipment) + model.shell_musd * now.shell_orders + conversion
    ledger.pay("building", building)
    now.capex_musd = building + equipment
    s.asset_musd = s.asset_musd * (1.0 - 1.0 / p.asset_life_quarters) + now.capex_musd
    firms = ledger.firms
    ledger.pay("interest", s.debt_musd[firms] * p.interest_per_year / 4.0)
    balance = (s.cash_musd + ledger.net)[firms]
    borrowed = positive(-balance) - np.minimum(s.debt_musd[firms], 0.25 * positive(balance))
    ledger.pay("borrowing", borrowed)
    s.debt_musd[firms] = positive(s.debt_musd[firms] + borrowed)
    s.cash_musd = s.cash_musd + ledger.net
    lines_to_firm = structure.lines_to_firm
    now.firm_revenue_musd = now.firm_revenue_musd + lines_to_firm(elsewhere + model.graph.tools.to_line(tools))
    s.revenue_musd = now.firm_revenue_musd
    depreciation = lines_to_firm(s.asset_musd) / p.asset_life_quarters
    liability = lines_to_firm(structure.edges_to_line(now.liability_musd))
    materials = _materials_of_packagers(model)
    now.firm_cost_musd = lines_to_firm(now.operating_musd) + liability + depreciation + materials
    s.utilisation = part_of(now.output, now.room)
    s.requested = now.requested


def _materials_of_packagers(model: PackagingModel) -> Array:
    """(firm, W): HBM and substrates that packagers bought and passed on at cost."""
    firms = model.ledger.firms
    flows, route = model.ledger.flows, model.ledger.route
    return route("hbm").paid(flows["hbm"])[firms] + route("substrate").paid(flows["substrate"])[firms]


