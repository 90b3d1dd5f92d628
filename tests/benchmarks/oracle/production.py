"""Phases 4 and 5: foundries start wafers, dies reach their bank; packagers ration lines and materials, and finish packages."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from tests.benchmarks.oracle.arithmetic import TINY, clip, part_of, positive, ratio, share_or_one
from tests.benchmarks.oracle.rationing import Market, Offer

if TYPE_CHECKING:
    from tests.benchmarks.oracle.model import OracleModel
    from tests.benchmarks.oracle.things import PackageEdge, SupplyEdge

RELATION_GAIN = 0.25
SUPPLY_ROUNDS = 1


def run_fabs(world: OracleModel) -> None:
    """Dies started last quarter arrive; this quarter's starts are rationed over the foundries' lines."""
    for source in world.sources:
        source.die_bank += source.in_process
    offers, claims, want = [], [], {}
    for product in world.products:
        product.main_yield = _main_yield(product.edges)
        want[product] = wafers = product.designer.dies_wanted(product) / product.units_per_wafer
        standing = sum(source.share for source in product.sources if source.line.capacity > 0.0)
        for source in product.sources:
            weight = source.share if source.line.capacity > 0.0 else 0.0
            offers.append(Offer(product, source.line, 0.0, weight))
            claims.append(wafers * ratio(weight, standing))
    for line in world.lines:
        line.room = line.capacity * line.output_per_unit * line.availability
        line.asked = line.other_demand
    for offer, claim in zip(offers, claims, strict=True):
        offer.seller.asked += claim
    for line in world.lines:
        line.other_served = line.output = line.other_demand * part_of(line.room, line.asked)
    for offer, source in zip(offers, world.sources, strict=True):
        offer.limit = source.line.room * source.qualification
    market = Market(offers, want, {line: line.room - line.other_served for line in world.lines if line.stage.kind == "wafers"})
    market.grant(claims)
    market.rounds(2)
    for offer, source in zip(offers, world.sources, strict=True):
        source.starts = offer.got
        source.line.output += offer.got
        source.in_process = offer.got * source.product.units_per_wafer
    for line in world.stages["tools"].lines:  # packagers ask tool makers at the quarter's end
        line.asked = max(line.asked, line.requested)


def _main_yield(edges: list[PackageEdge]) -> float:
    """Expected yield of a product's packages, by its relations and mix."""
    weights = [edge.relation * edge.recipe.mix + 1e-9 for edge in edges]
    return sum(weight * edge.yield_ for weight, edge in zip(weights, edges, strict=True)) / sum(weights)


def foresee_yields(world: OracleModel) -> None:
    """What designs and lines imply for the quarter: units per wafer, placements, and the yield of a package on each line."""
    t, p = world.quarter, world.p
    for product in world.products:
        stated, other = product.stated_units[t], product.other_units[t] or product.stated_units[t]
        product.units_per_wafer = 1.0 / (product.design_mix / stated + (1.0 - product.design_mix) / other)
        for recipe in product.recipes:
            fewer = product.fewer_dies[t] * (1.0 - product.design_mix)
            recipe.placements = max(recipe.stated_placements[t] - fewer, 1.0)
    for edge in world.edges:
        line = edge.line
        ramp = 1.0 - p.ramp_loss * ratio(line.new_capacity, line.capacity)
        edge.yield_ = math.exp(math.log1p(-line.defects) * edge.recipe.placements) * ramp
        edge.wafers_per_unit = 1.0 / (edge.recipe.packages_per_wafer[t] * edge.yield_)


def run_packaging(world: OracleModel) -> None:
    """Book slots, start packages as inputs allow, finish what yields leave."""
    t = world.quarter
    for designer in world.designers.values():
        designer.choose_recipes()
        designer.choose_design()
        designer.ask_for_slots()
    _book(world)
    for product in world.products:
        bank, starts = product.die_bank, [edge.booked / edge.yield_ for edge in product.edges]
        part = share_or_one(bank, sum(starts))
        for edge, started in zip(product.edges, starts, strict=True):
            edge.starts = started * part
    _draw(world, "hbm", 1.0)
    _draw(world, "substrate", 1e-3)
    _keep_used(world, "hbm", 1.0)
    _keep_used(world, "substrate", 1e-3)
    for edge in world.edges:
        edge.good = edge.starts * edge.yield_
        edge.wafers_used = edge.starts / edge.recipe.packages_per_wafer[t]
        edge.line.output += edge.wafers_used
    for product in world.products:
        part = ratio(sum(edge.starts for edge in product.edges), product.die_bank)
        for source in product.sources:
            source.die_bank = positive(source.die_bank - source.die_bank * part)
    for item in ("hbm", "substrate"):
        _run_suppliers(world, item)
    _remember(world)


def _book(world: OracleModel) -> None:
    """Long-term agreements and other uses first, then everybody pro rata; at last what one recipe could not place goes to others."""
    p = world.p
    offers = []
    for edge in world.edges:
        wafers = sum(weight * wafer.qualification for wafer, weight in edge.wafers)
        quality = min(edge.qualification, wafers)
        offers.append(Offer(edge.recipe, edge.line, quality * edge.line.room, quality, edge.wafers_per_unit))
    want = {recipe: recipe.mix * recipe.product.wanted for recipe in world.recipes}
    market = Market(offers, dict(want), {line: line.room for line in world.packaging})
    _long_term_round(world, market)
    for line in world.packaging:
        line.asked = line.other_demand
    liking = dict.fromkeys(world.recipes, 0.0)
    for edge, offer in zip(world.edges, offers, strict=True):
        liking[edge.recipe] += offer.weight * edge.line.capacity
    for edge, offer in zip(world.edges, offers, strict=True):
        product = edge.product
        offer.inflation = 1.0 + ratio(p.drawn_queue_share * product.phantom, product.wanted)
        believed = 1.0 + p.believed_phantom_share * (offer.inflation - 1.0)
        spread = offer.weight * edge.line.capacity / max(liking[edge.recipe], TINY)
        edge.line.asked += want[edge.recipe] * believed * spread * edge.wafers_per_unit
    market.rounds(3)
    _substitute(world, market)
    market.rounds(1)
    for edge, offer in zip(world.edges, offers, strict=True):
        edge.booked = offer.got


def _long_term_round(world: OracleModel, market: Market) -> None:
    """Long-term agreements, by last year's relations, share a line with uses outside the scenario before all others."""
    asked = {line: line.other_demand for line in world.packaging}
    claims = []
    for edge, offer in zip(world.edges, market.offers, strict=True):
        agreed = market.want[edge.recipe] * edge.product.long_term_share * edge.relation
        claims.append(min(agreed, offer.limit / offer.use))
        asked[edge.line] += claims[-1] * offer.use
    part = {line: part_of(line.room, asked[line]) for line in world.packaging}
    market.grant([claim * part[edge.line] for edge, claim in zip(world.edges, claims, strict=True)])
    for line in world.packaging:
        line.other_served = line.output = line.other_demand * part[line]
        market.room[line] = positive(market.room[line] - line.other_served)


def _substitute(world: OracleModel, market: Market) -> None:
    """What a recipe could not place may be packaged by the product's other recipes where their packagers have room."""
    open_room = dict.fromkeys(world.recipes, 0.0)
    for offer in market.offers:
        open_room[offer.buyer] += offer.weight * market.room[offer.seller]
    for product in world.products:
        total = sum(open_room[recipe] for recipe in product.recipes)
        left = sum(market.want[recipe] for recipe in product.recipes)
        for recipe in product.recipes:
            market.want[recipe] = ratio(open_room[recipe], total) * left


def _needed(world: OracleModel, edge: PackageEdge, item: str) -> float:
    """Units of an input that a package takes."""
    return getattr(edge.product, item)[world.quarter]


def _draw(world: OracleModel, item: str, scale: float) -> None:
    """Ration an input over packaging sites, and start what it allows."""
    sites, edges = world.sites.values(), world.supplies[item]
    wanted = {site: sum(edge.starts * _needed(world, edge, item) * scale for edge in site.edges) for site in sites}
    sellers = world.stages[item].lines
    supply = {line: line.inventory + line.room for line in sellers}
    flows = ration_supplies(edges, wanted, supply, sellers)
    for edge, flow in zip(edges, flows, strict=True):
        edge.flow = flow
    for site in sites:
        met = share_or_one(sum(edge.flow for edge in site.supplies[item]), wanted[site])
        for edge in site.edges:
            edge.starts *= met if _needed(world, edge, item) > 0.0 else 1.0


def ration_supplies(edges: list[SupplyEdge], wanted: dict, supply: dict, sellers: list) -> list[float]:
    """Suppliers serve uses outside the scenario and their packagers pro rata; a further round asks those with room."""
    asked = [wanted[edge.site] * edge.share for edge in edges]
    for line in sellers:
        line.asked = line.other_demand
    for edge, claim in zip(edges, asked, strict=True):
        edge.line.asked += claim
    for line in sellers:
        line.other_served = line.other_demand * part_of(supply[line], line.asked)
    offers = [
        Offer(edge.site, edge.line, edge.qualification * supply[edge.line], edge.qualification * edge.share) for edge in edges
    ]
    market = Market(offers, dict(wanted), {line: positive(supply[line] - line.other_served) for line in sellers})
    market.grant(asked)
    market.rounds(SUPPLY_ROUNDS)
    return [offer.got for offer in offers]


def _keep_used(world: OracleModel, item: str, scale: float) -> None:
    """Take back to the suppliers what a site was given but could not use for want of something else."""
    for site in world.sites.values():
        used = sum(edge.starts * _needed(world, edge, item) * scale for edge in site.edges)
        kept = part_of(used, sum(edge.flow for edge in site.supplies[item]))
        for edge in site.supplies[item]:
            edge.flow *= kept


def _run_suppliers(world: OracleModel, item: str) -> None:
    """Suppliers ship, and make what brings their stock back to its target."""
    shipped = {line: line.other_served for line in world.stages[item].lines}
    for edge in world.supplies[item]:
        shipped[edge.line] += edge.flow
    for line, units in shipped.items():
        target = world.p.supplier_inventory_quarters * line.capacity * line.output_per_capacity
        line.output = clip(units + target - line.inventory, 0.0, line.room)
        line.inventory = positive(line.inventory + line.output - units)


def _remember(world: OracleModel) -> None:
    """Fill by product and recipe, and who packages for whom, smoothed over a year."""
    for product in world.products:
        product.fill = share_or_one(sum(edge.booked for edge in product.edges), product.wanted)
    for recipe in world.recipes:
        booked = sum(edge.booked for edge in recipe.edges)
        recipe.fill = share_or_one(booked, recipe.mix * recipe.product.wanted)
        if booked > 0.0:
            for edge in recipe.edges:
                edge.relation = (1.0 - RELATION_GAIN) * edge.relation + RELATION_GAIN * ratio(edge.booked, booked)
