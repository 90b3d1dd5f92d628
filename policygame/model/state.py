"""All that one quarter hands to the next, in one place.

Every field is an array whose last axis is the world, so a state can be copied, branched into other worlds and compared. Agents hold no
state of their own: their properties are views of these rows. How the fields begin is ``initial``; how they move is ``phases``.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from policygame.model.arrays import Array, Index

TOOL_RING = 16
"""Longest tool lead time, in quarters, plus one."""
SHELL_RING = 48
"""Longest building time, in quarters, plus one."""
CREDIT_RING = 4
"""A tax credit is charged to next year's income."""

LEVER_CONTROLS = ("hbm", "tools", "advanced_logic")
LEVER_CLAUSES = ("pooled_capacity", "subsidy_ceiling", "shared_rnd")


@dataclass
class State:
    """The state of a batch of worlds (W). Rows are those of ``structure``; units are in the names or beside them.

    Capacity is in the stage's unit (kwpm; k stacks, million cm2 or tool sets a quarter), output in units of output a quarter
    (k wafers; k stacks; million cm2; tool sets), products in k units.
    """

    # lines (line, W)
    capacity: Array  # installed
    new_capacity: Array  # part of it that was installed this quarter
    shell_room: Array  # room for tools in finished shells
    tool_backlog: Array  # capacity ordered, its tools not yet in the making
    experience_kwafers: Array  # cumulative output
    defects: Array  # defect probability of one placement
    other_demand: Array  # output asked for by uses outside the scenario
    requested: Array  # output asked for last quarter
    utilisation: Array  # output made over what the line can make, last quarter
    inventory: Array  # suppliers' finished output
    grant_committed_musd: Array  # reserved for this line's projects, not yet paid
    asset_musd: Array  # book value
    tools_in_transit: Array  # (TOOL_RING, line, W) capacity by quarter of installation
    in_transit: Array  # their sum
    shells_in_progress: Array  # (SHELL_RING, line, W) room by quarter of opening
    shells_underway: Array  # their sum
    shells_beyond: Array  # part of it that opens later than an extension would that is ordered now
    # groups (group, W): a firm's expectation of what a stage of its lines will be asked for
    level: Array
    trend: Array
    best_return: Array  # annual return at its best place, as competitors have known it since last quarter
    # products
    market_share: Array  # (product, W)
    phantom: Array  # (product, W) cancellable orders, k units
    backlog: Array  # (product, place, W) real orders, k units
    order_level: Array  # (product, W) designers' own expectation
    order_trend: Array
    fill: Array  # (product, W) last quarter's
    lead_time_weeks: Array  # (product, W) last quarter's
    mix: Array  # (recipe, W)
    design_mix: Array  # (product, W) share of the design that the scenario states, beside its chiplet or monolithic alternative
    recipe_fill: Array  # (recipe, W) last quarter's
    die_bank: Array  # (source, W) k units' worth of dies
    dies_in_process: Array  # (source, W)
    # edges
    qualification: Array  # (package edge, W)
    relation: Array  # (package edge, W) smoothed share of the recipe's packages
    prepaid_musd: Array  # (package edge, W)
    qualification_wafers: Array  # (wafer edge, W)
    qualification_hbm: Array
    qualification_substrate: Array
    qualification_tools: Array
    # segments, stages, technologies
    demand_deviation: Array  # (segment, W) log points
    surge: Array  # (segment, W) log points
    segment_price: Array  # (segment, W) start = 1
    product_price: Array  # (product, W) start = 1
    stage_price: Array  # (stage, W) start = 1
    industry_experience: Array  # (stage, W) k wafers
    # places (place, W)
    outage: Array  # share of lines that stand still
    interruption: Array  # (material, place, W) share of output lost this quarter
    suspension_quarters: Array  # grant programme suspended for so long
    retaliation: Array  # (controller, W) share of materials withheld from the place
    labour_pool: Array  # skilled people
    labour_in_training: Array  # (ring, place, W)
    knowledge_busd: Array  # (place, technology, W) research results
    programme_musd: Array  # (material, place, W) spent on suppliers so far
    programme_capacity: Array  # (line, W) suppliers' capacity that programmes paid for
    domestic_boost: Array  # (material, place, W) extra output of a controlled place's own suppliers, share
    stock_kunits: Array  # (place, segment, W) stockpiles
    # treasuries
    purse_musd: Array  # (purse, place, W) unspent: packaging, fab
    credit_due_musd: Array  # (CREDIT_RING, purse, place, W)
    contingent_musd: Array  # (place, W) reserved for offtake promises
    cap_left_musd: Array  # (place, stage, W) of a grant programme
    paid_total_musd: Array  # (place, W) ever
    guarded_quarters: Array  # (line, W) a grant elsewhere forbids the line to expand for so long
    # accounts (account, W)
    revenue_musd: Array  # (firm, W) last quarter's
    cash_musd: Array
    debt_musd: Array
    # levers in force
    grant: Array  # (place, stage, W) share of capex, packaging and wafers
    tax_credit: Array  # (purse, place, W)
    research_musd: Array  # (place, technology, W)
    workforce_musd: Array  # (place, W)
    supplier_programme_musd: Array  # (material, place, W)
    offtake_kwafers: Array  # (place, technology, W)
    offtake_usd: Array  # (place, technology, W)
    offtake_quarters: Array  # (place, technology, W) left
    control: Array  # (item, place, place, W)
    offer: Array  # (clause, place, place, W)
    stockpile_target: Array  # (place, segment, W)
    guardrail: Array  # (place, place, W)
    priority: Array  # (place, W)

    def take(self, worlds: Index) -> State:
        """A new state whose world ``i`` is this state's world ``worlds[i]``; shares no memory with this one."""
        return State(**{f.name: getattr(self, f.name).take(worlds, axis=-1) for f in fields(self)})

    @property
    def n_worlds(self) -> int:
        """Number of worlds."""
        return int(self.capacity.shape[-1])
