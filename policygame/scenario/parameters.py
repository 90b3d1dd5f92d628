"""The behavioural parameters of the model, each declared once: unit, bounds, meaning.

A scenario gives every one of them a value and a source, but for those that have a default here. Rules that use a parameter read it by
its name here, as an array over worlds, so a parameter may differ from world to world. Numbers that belong to a place, a firm or a
product stand in ``schema``.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from policygame.scenario.numbers import Number, Unit

Share = Annotated[Number, Unit("share", 0.0, 1.0)]
PerQuarter = Annotated[Number, Unit("1 / quarter", 0.0, 1.0)]


def _(meaning: str) -> Any:
    """A required field whose description is its meaning."""
    return Field(description=meaning)


class Parameters(BaseModel):
    """Every behavioural parameter of a scenario. One that has a default may be left out of a file; it then stands as it is here."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    # demand and orders
    demand_shock_persistence: Annotated[Number, Unit("share", 0.0, 0.99)] = _(
        "share of last quarter's demand deviation that remains"
    )
    surge_persistence: Annotated[Number, Unit("share", 0.0, 0.99)] = _(
        "share of an unforeseen surge that remains after a quarter"
    )
    share_inertia: Annotated[Number, Unit("share", 0.0, 0.999)] = _(
        "share of a product's market share that does not move in a quarter"
    )
    value_weight: Annotated[Number, Unit("log points / log point", 0.0, 2.0)] = _(
        "gain of a product's attraction per log point of its unit's compute"
    )
    delay_weight: Annotated[Number, Unit("log points / year", 0.0, 10.0)] = _("loss of attraction per year of lead time")
    phantom_eta: Annotated[Number, Unit("times", 0.0, 3.0)] = _("strength of double ordering while slots are short")
    phantom_adjustment: PerQuarter = _("speed at which the phantom stock moves to its target")
    phantom_tolerance: Share = _("shortfall of fill below which nobody orders twice")
    phantom_shortfall_cap: Share = _("largest shortfall that double ordering responds to")
    believed_phantom_share: Share = _("share of phantom orders that a packager takes for demand")
    queue_attrition: PerQuarter = _("share of the real backlog that cancels in a quarter")
    drawn_queue_share: Share = _("share of the queue that designers ask to have packaged in a quarter")
    chiplet_value_loss: Share = _("value that a product loses when one die is split into two chiplets")
    moore_slowdown: Annotated[Number, Unit("share / year", 0.0, 0.5)] = _(
        "value that moves from node to package every year, for a technology with the best attributes"
    )
    research_value: Share = _("gain of a technology's worth per log point of research, in billions USD")
    recipe_inertia: Share = _("share of a product's recipe mix that does not move in a quarter")
    other_use_growth: Annotated[Number, Unit("share / quarter", -0.1, 0.1)] = _("growth of uses of lines outside the scenario")
    price_weight: Annotated[Number, Unit("log points / log price", 0.0, 10.0)] = _("loss of attraction per log point of price")
    # wafers
    die_bank_cover_quarters: Annotated[Number, Unit("quarters", 0.0, 4.0)] = _("demand that designers hold as dies")
    # packaging
    line_use_factor: Annotated[Number, Unit("share", 0.3, 1.0)] = _(
        "share of a booked packaging line's hours that finish packages"
    )
    priority_cap: Share = _("largest share of a line that priority-rated orders may take")
    process_weeks: Annotated[Number, Unit("weeks", 0.0, 52.0)] = _("time of the packaging process itself")
    lead_time_cap_weeks: Annotated[Number, Unit("weeks", 1.0, 520.0)] = _("longest lead time that is quoted")
    scarcity_pass_through: Annotated[Number, Unit("share / quarter", 0.0, 1.0)] = _(
        "rise of a product's price a quarter when no order is filled"
    )
    # prices
    price_response: Annotated[Number, Unit("share / quarter", 0.0, 1.0)] = _(
        "price rise a quarter per unit of requested utilisation above target"
    )
    price_target_utilisation: Share = _("requested utilisation at which prices rest")
    price_reversion: PerQuarter = _("share of a price's distance to its cost level that is lost in a quarter")
    # learning and qualification
    other_experience_weight: Share = _("weight of others' experience beside one's own")
    rnd_defect_fall_per_busd: Annotated[Number, Unit("share", 0.0, 0.9)] = _(
        "fall of defects from the first billion USD of research"
    )
    rnd_spillover: Share = _("share of research results that reach everybody")
    qualification_quarters: Annotated[Number, Unit("quarters", 0.5, 12.0)] = _("joint work needed to qualify a new pair")
    qualification_decay: PerQuarter = _("loss of qualification a quarter while a relation is not used")
    # expectations
    level_gain: Share = _("weight of the newest observation in the expected level")
    trend_gain: Share = _("weight of the newest change in the expected trend")
    trend_cap: Annotated[Number, Unit("share / quarter", 0.0, 2.0)] = _("largest expected trend, as a share of the level")
    forecast_horizon_quarters: Annotated[Number, Unit("quarters", 1.0, 16.0)] = _("how far ahead customers publish forecasts")
    belief_in_forecasts: Share = _("share of customers' forecasts that a packager believes without prepayment")
    belief_from_prepayment: Share = _("further belief when the shortfall of a quarter is prepaid in full")
    prepayment_share: Share = _("share of a quarter's purchases that designers prepay at the largest shortfall")
    tool_horizon_quarters: Annotated[Number, Unit("quarters", 0.5, 12.0)] = _("how far ahead tools are ordered")
    shell_extra_horizon_quarters: Annotated[Number, Unit("quarters", 0.0, 16.0)] = _("how much further ahead shells are built")
    new_site_extra_horizon_quarters: Annotated[Number, Unit("quarters", 0.0, 16.0)] = _(
        "how much further ahead new sites are planned, which take longer than extensions"
    )
    contestable_share: Share = _("share of a stage's expected growth that is open to every qualified firm and to entrants")
    # investment
    adjustment: Share = _("share of a capacity gap that is ordered in a quarter")
    capacity_buffer: Annotated[Number, Unit("share", 0.0, 1.0)] = _("capacity wanted beyond expected need")
    hurdle_return: Annotated[Number, Unit("annual return", 0.0, 0.6)] = _("risk-adjusted return that a firm asks for")
    osat_hurdle_premium: Annotated[Number, Unit("annual return", 0.0, 0.5)] = _("higher return that OSATs ask for")
    return_width: Annotated[Number, Unit("annual return", 0.001, 1.0)] = _(
        "spread of returns around the hurdle among a firm's projects"
    )
    asset_life_quarters: Annotated[Number, Unit("quarters", 4.0, 80.0)] = _("life over which a line depreciates")
    location_weight: Annotated[Number, Unit("1 / annual return", 0.0, 100.0)] = _(
        "how strongly a difference in return moves the choice of place"
    )
    proximity_value: Annotated[Number, Unit("annual return", 0.0, 0.5)] = _(
        "return gained where fabs and packaging sites stand near each other"
    )
    entry_penalty: Annotated[Number, Unit("annual return", 0.0, 1.0)] = _(
        "return forgone at a site where a firm has no line of the stage yet"
    )
    pilot_line_half_musd: Annotated[Number, Unit("M USD / quarter", 0.1, 10000.0)] = Field(
        # NAPMP's awards are 15 a quarter, Singapore's programme 26, APECS 44 (napmp_awards, sg_nstic, apecs): what they are worth
        # to an entrant is not published
        Number(value=15.0, assumption=(5.0, 45.0)),
        description="research and pilot lines of a technology in a place that take away half the entry penalty there, while they run",
    )
    brownfield_share: Annotated[Number, Unit("share", 0.0, 5.0)] = _(
        "room that can be added on present or bought ground in one brownfield time, as a share of present room"
    )
    shell_cost_share: Share = _("share of capex that is the shell")
    tool_lead_quarters: Annotated[Number, Unit("quarters", 1.0, 8.0, varies=False)] = _(
        "time from the start of a tool's making to its installation"
    )
    ramp_loss: Annotated[Number, Unit("share", 0.0, 0.95)] = _("yield that a new line loses in its first quarter")
    closure_rate: PerQuarter = _("share of idle capacity that closes in a quarter")
    idle_threshold: Share = _("utilisation below which capacity counts as idle")
    conversion_rate: PerQuarter = _("share of idle capacity that can convert to a scarcer technology in a quarter")
    conversion_cost_share: Share = _("cost of converting, as a share of the new technology's capex")
    cancellation_rate: Share = _("share of unstarted orders dropped in a quarter when the need has gone")
    # suppliers and tools
    tool_growth_per_quarter: Annotated[Number, Unit("share / quarter", 0.0, 1.0)] = _("fastest growth of tool makers' output")
    supplier_inventory_quarters: Annotated[Number, Unit("quarters", 0.0, 4.0)] = _("output that suppliers keep in stock")
    programme_half_musd: Annotated[Number, Unit("M USD", 1.0, 100000.0)] = _(
        "spending after which the next million builds half as much"
    )
    programme_effect: Share = _("part of the first million that becomes suppliers' capacity at its capex")
    first_call_share: Share = _("part of programme-funded output on which the funder has first call")
    # labour
    labour_margin: Annotated[Number, Unit("share", 0.0, 10.0)] = _("skilled people beyond those employed, at the start")
    labour_growth_per_quarter: Annotated[Number, Unit("share / quarter", 0.0, 0.5)] = _("growth of a labour pool that is short")
    workforce_lag_quarters: Annotated[Number, Unit("quarters", 1.0, 12.0, varies=False)] = _(
        "time from training money to skilled people"
    )
    people_per_musd: Annotated[Number, Unit("people / M USD", 0.0, 1000.0)] = _("people trained by a million USD")
    # money
    interest_per_year: Annotated[Number, Unit("annual rate", 0.0, 0.5)] = _("interest on debt")
    debt_limit_years: Annotated[Number, Unit("years of revenue", 0.0, 10.0)] = _("debt that lenders allow, in years of revenue")
    reserve_share: Share = _("share of cash that a firm does not invest")
    osat_liability: Share = _("share of ruined dies and HBM that an OSAT makes good")
    # governments
    reversal_hazard_per_quarter: Annotated[Number, Unit("probability / quarter", 0.0, 0.5)] = _(
        "hazard that a grant programme is suspended"
    )
    reversal_quarters: Annotated[Number, Unit("quarters", 1.0, 16.0)] = _("length of a suspension")
    supply_interruption_hazard: Annotated[Number, Unit("probability / quarter", 0.0, 0.5)] = _(
        "hazard that a supplier's output is interrupted"
    )
    supply_interruption_depth: Share = _("output lost in the quarter of an interruption")
    outage_recovery: Share = _("share of an outage that is repaired in a quarter")
    commitment_risk_relief: Annotated[Number, Unit("annual return", 0.0, 0.5)] = _(
        "fall of the hurdle where offtake covers all of a line's output"
    )
    domestic_growth_under_control: Annotated[Number, Unit("share / quarter", 0.0, 0.2)] = _(
        "extra growth of a target's own suppliers under full control"
    )
    retaliation_propensity: Share = _("chance that the target of a control retaliates on materials")
    retaliation_strength: Share = _("share of materials withheld by retaliation")
    approved_relief: Share = _("share of controlled advanced logic that approved OSATs free")
