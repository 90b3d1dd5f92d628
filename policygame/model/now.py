"""What the current quarter has worked out so far: written by one phase, read by the next, forgotten at the end.

What has to last is ``state``; what people read is ``metrics``.
"""

from __future__ import annotations

from policygame.model.arrays import Array


class Now:
    """Scratch of one quarter. Shapes as in ``state``; k units, k wafers, M USD unless said otherwise."""

    # policy: what was payable of the fixed outlays in force
    research_musd: Array  # (place, technology, W)
    workforce_musd: Array  # (place, W)
    supplier_programme_musd: Array  # (material, place, W)
    # shocks
    availability: Array  # (line, W) share of a line that can work
    # orders
    segment_demand: Array  # (segment, W)
    orders: Array  # (product, place, W) real orders of the quarter
    demand: Array  # (product, W) their sum
    phantom_before: Array  # (product, W)
    stock_orders: Array  # (place, segment, W) part of orders that is for stockpiles
    # wafers
    wafer_starts: Array  # (source, W) k wafers
    dies_arrived: Array  # (source, W) k units' worth
    dies_used: Array  # (source, W)
    # packaging
    wanted: Array  # (product, W) slots asked for, good units
    booked: Array  # (edge, W) slots granted, good units
    package_yield: Array  # (edge, W)
    wafers_per_unit: Array  # (edge, W) line use of a good unit
    starts: Array  # (edge, W) packages started
    wafers_used: Array  # (edge, W) line use of them, k wafers
    good: Array  # (edge, W) packages finished
    priority: Array  # (product, place, W) packages that priority-rated orders of a place obtained
    hbm_flow: Array  # (hbm edge, W) k stacks
    substrate_flow: Array  # (substrate edge, W) million cm2
    room: Array  # (line, W) output that lines could make
    output: Array  # (line, W) output that they made, other uses included
    other_served: Array  # (line, W)
    requested: Array  # (line, W) output asked for
    # shipments
    shipped: Array  # (product, place, W)
    delivered: Array  # (product, W)
    queue: Array  # (product, W) what is still due after the deliveries
    cancelled: Array  # (product, W) real orders given up
    stocked: Array  # (place, segment, W) into stockpiles
    released: Array  # (place, segment, W) out of stockpiles
    lead_time_weeks: Array  # (product, W)
    real_lead_time_weeks: Array
    # investment
    annual_return: Array  # (line, W)
    surplus_return: Array  # (line, W) above the hurdle
    subsidy_rate: Array  # (line, W) share of capex
    own_part: Array  # (line, W) share of capex that a firm pays itself
    with_orders: Array  # (line, W) capacity that stands, is ordered or is being made
    with_shells: Array  # (line, W) room that stands or is being built
    within_reach: Array  # part of it that stands or opens no later than an extension ordered now
    tool_orders: Array  # (line, W) capacity ordered this quarter
    shell_orders: Array  # (line, W) room ordered this quarter
    tool_flow: Array  # (tool edge, W) tool sets
    tools_started: Array  # (line, W) capacity whose tools went into the making
    contestable: Array  # (group, W)
    converted: Array  # (line, W) capacity gained or lost by conversion
    gained: Array  # (packaging line, W) its gains
    closed: Array  # (line, W)
    capex_musd: Array  # (line, W)
    shells_ordered_musd: Array  # (line, W) cost of this quarter's shell orders
    tools_ordered_musd: Array  # (line, W) cost of this quarter's tool orders
    awarded_musd: Array  # (line, W)
    award_cut_musd: Array  # (purse, place, W) asked for, but beyond a programme's cap or its purse
    grants_paid_musd: Array  # (line, W)
    credits_musd: Array  # (line, W) tax credits earned
    offtake_paid_musd: Array  # (place, technology, W)
    outlay_musd: Array  # (lever, place, W)
    sold_to_stockpiles_musd: Array  # (product, W)
    dropped: Array  # (line, W) orders cancelled
    group_requested: Array  # (group, W) output asked of a firm's stage
    forecast: Array  # (group, W) output a quarter that customers' forecasts imply
    belief: Array  # (group, W) share of it that the firm believes
    expected_capacity: Array  # (group, W)
    capacity_at_start: Array  # (line, W) capacity available when the quarter began
    operating_musd: Array  # (line, W)
    liability_musd: Array  # (edge, W)
    firm_revenue_musd: Array  # (firm, W)
    firm_cost_musd: Array  # (firm, W)
    designer_revenue_musd: Array  # (designer, W)
