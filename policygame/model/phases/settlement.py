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
    materials = (model.hbm_stacks * price[_HBM] + model.substrate_cm2 * 1e-3 * price[_SUBSTRATE])[structure.edge_product]
    materials *= now.starts
    prepaid = (p.prepayment_share * (1.0 - s.fill))[structure.edge_product]
    prepaid *= service
    prepaid -= np.minimum(PREPAYMENT_USED * s.prepaid_musd, service)
    s.prepaid_musd += prepaid
    service += materials
    service += prepaid
    ledger.pay("packaging", service)
    ledger.pay("hbm", now.hbm_flow * price[_HBM])
    ledger.pay("substrate", now.substrate_flow * price[_SUBSTRATE])
    ruined = now.starts - now.good
    ruined *= (p.osat_liability * model.content_usd() / 1000.0)[structure.edge_product]
    ruined *= model.osat_edge
    now.liability_musd = ruined
    ledger.pay("liability", now.liability_musd)
    ledger.pay("wafers", now.wafer_starts * price[lines.stage[structure.source_line]])
    sold_elsewhere = price[lines.stage]
    sold_elsewhere[model.tool_lines] = 0.0  # tool makers sell at the quarter's end
    sold_elsewhere *= now.other_served
    ledger.pay("other output", sold_elsewhere)
    full = s.capacity * model.output_per_unit
    made = np.minimum(now.output, full)
    made *= 1.0 - FIXED_COST_SHARE
    full *= FIXED_COST_SHARE
    full += made
    full *= model.operating_musd_per_unit
    now.operating_musd = full
    ledger.pay("operation", now.operating_musd)
    now.firm_revenue_musd = _revenue(model)
    now.designer_revenue_musd = structure.products_to_designer(now.delivered * value)


def _revenue(model: PackagingModel) -> Array:
    """(firm, W): what firms were paid by others for output so far this quarter, M USD."""
    ledger = model.ledger
    received = np.zeros_like(ledger.net)
    for name in ("packaging", "hbm", "substrate", "wafers", "other output"):
        ledger.route(name).received.add_to(received, ledger.flows[name])
    return received[ledger.firms]


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
    makers, packaging = model.tool_lines, structure.lines.packaging
    elsewhere = np.zeros_like(now.other_served)
    elsewhere[makers] = now.other_served[makers] * price[_TOOLS]
    ledger.pay("tools", tools)
    ledger.pay("other output", elsewhere)
    equipment = now.tools_started[packaging] * c.tool_need[packaging]
    equipment *= price[_TOOLS]
    building = model.equipment_musd * now.tools_started
    building[packaging] = shrunk(building[packaging], equipment)
    building += now.shells_ordered_musd
    building[packaging] += p.conversion_cost_share * c.capex_musd[packaging] * now.gained
    ledger.pay("building", building)
    now.capex_musd = building.copy()
    now.capex_musd[packaging] += equipment
    s.asset_musd *= 1.0 - 1.0 / p.asset_life_quarters
    s.asset_musd += now.capex_musd
    firms = ledger.firms
    ledger.pay("interest", s.debt_musd[firms] * p.interest_per_year / 4.0)
    balance = (s.cash_musd + ledger.net)[firms]
    borrowed = positive(-balance) - np.minimum(s.debt_musd[firms], 0.25 * positive(balance))
    ledger.pay("borrowing", borrowed)
    s.debt_musd[firms] = positive(s.debt_musd[firms] + borrowed)
    s.cash_musd = s.cash_musd + ledger.net
    lines_to_firm = structure.lines_to_firm
    sold = model.graph.tools.to_line.add_to(elsewhere.copy(), tools)
    now.firm_revenue_musd = lines_to_firm.add_to(now.firm_revenue_musd.copy(), sold)
    s.revenue_musd = now.firm_revenue_musd
    cost = s.asset_musd * (1.0 / p.asset_life_quarters)
    cost += now.operating_musd
    structure.edges_to_line.add_to(cost, now.liability_musd)
    now.firm_cost_musd = lines_to_firm.add_to(_materials_of_packagers(model), cost)
    # a line that could make nothing - new, or standing still - is not idle
    s.utilisation = np.where(now.room > 0.0, part_of(now.output, now.room), 1.0)
    s.requested = now.requested


def _materials_of_packagers(model: PackagingModel) -> Array:
    """(firm, W): HBM and substrates that packagers bought and passed on at cost."""
    ledger = model.ledger
    paid = np.zeros_like(ledger.net)
    for name in ("hbm", "substrate"):
        ledger.route(name).paid.add_to(paid, ledger.flows[name])
    return paid[ledger.firms]
