"""Phases 2 and 3: shocks strike; buyers order, some of them twice."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from tests.benchmarks.oracle.arithmetic import TINY, clip, positive, ratio

if TYPE_CHECKING:
    from tests.benchmarks.oracle.model import OracleModel

MATERIALS = ("hbm", "substrate", "tools")


def strike(world: OracleModel) -> None:
    """Demand innovations and surges, outages, supply interruptions and reversals of programmes."""
    p, t, draws = world.p, world.quarter, world.inputs
    for segment in world.segments.values():
        innovation = draws.of_segment("demand", t, segment.name)
        segment.deviation = p.demand_shock_persistence * segment.deviation + segment.volatility * innovation
        surges = draws.of_segment("surge", t, segment.name) < segment.surge_hazard
        size = draws.of_segment("surge_size", t, segment.name) * segment.surge_log_size
        segment.surge = p.surge_persistence * segment.surge + (size if surges else 0.0)
    for place in world.places.values():
        hit = place.depth if draws.of_place("outage", t, place.name) < place.hazard else 0.0
        place.outage = max(place.outage * (1.0 - p.outage_recovery), hit)
        for disruption in world.disruptions:
            if disruption.place == place.name and disruption.begins <= t < disruption.ends:
                place.outage = max(place.outage, disruption.depth)
        for material in MATERIALS:
            struck = draws.interruption(t, material, place.name) < p.supply_interruption_hazard
            place.interruption[material] = p.supply_interruption_depth if struck else 0.0
        if draws.of_place("reversal", t, place.name) < p.reversal_hazard_per_quarter:
            place.suspension_quarters = float(round(p.reversal_quarters))
        else:
            place.suspension_quarters = positive(place.suspension_quarters - 1.0)
    for line in world.lines:
        line.other_demand *= line.stage.other_growth[t]
        line.availability = (1.0 - line.place.outage) * (1.0 - line.place.interruption.get(line.stage.name, 0.0))


def place_orders(world: OracleModel) -> None:
    """Demand by segment, product and place; then every designer revises its expectation and buyers their double orders."""
    p, t = world.p, world.quarter
    for segment in world.segments.values():
        growth = math.exp(segment.deviation + segment.surge)
        segment.demand = segment.path[t] * growth * segment.price ** (-segment.elasticity)
        _move_market_shares(world, segment)
        for product in segment.products:
            product.orders = dict.fromkeys(world.places, 0.0)
        for place, share in segment.destinations.items():
            total = sum(product.access[place] * product.market_share for product in segment.products)
            per_offer = segment.demand * share / max(total, TINY)
            for product in segment.products:
                product.orders[place] = product.access[place] * product.market_share * per_offer
    for product in world.products:
        product.demand = sum(product.orders.values())
        shortfall = clip(1.0 - product.fill - p.phantom_tolerance, 0.0, p.phantom_shortfall_cap)
        product.phantom_before = product.phantom
        target = 12.0 * p.phantom_eta * product.demand * shortfall
        product.phantom += p.phantom_adjustment * (target - product.phantom)
    for designer in world.designers.values():
        designer.form_expectation()


def _move_market_shares(world: OracleModel, segment) -> None:
    """Shares drift towards value, price and delivery time, with inertia; a new product enters at its stated appeal."""
    p, t = world.p, world.quarter
    appeals = []
    for product in segment.products:
        delay = (product.lead_time_weeks - p.process_weeks) / 52.0
        pull = p.value_weight * product.value_growth[t] - p.delay_weight * delay - p.price_weight * math.log(product.price)
        appeals.append((product.share if product.starts <= t else 0.0) * math.exp(pull))
    total = sum(appeals)
    for product, appeal in zip(segment.products, appeals, strict=True):
        product.market_share = p.share_inertia * product.market_share + (1.0 - p.share_inertia) * ratio(appeal, total)
    total = sum(product.market_share for product in segment.products)
    for product in segment.products:
        product.market_share = ratio(product.market_share, total)
