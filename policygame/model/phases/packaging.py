"""Phase 5: packagers ration their lines, and finish what dies, HBM, substrates and hours of line allow.

Order of claims on a line: priority-rated orders of the host (where a grant made them a condition) and allies' pooled capacity in a
crisis, long-term agreements and uses outside the scenario, then everybody pro rata in a fixed number of rounds; in the last round
what one recipe could not place is offered to the product's other recipes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from policygame.model.arrays import TINY, Array, at_least, part_of, positive, ratio, share_or_one, shrunk
from policygame.model.rationing import ROUNDS, Market
from policygame.model.state import LEVER_CLAUSES, LEVER_CONTROLS
from policygame.model.supply_graph import SupplyEdges

if TYPE_CHECKING:
    from policygame.model.model import PackagingModel

CRISIS_FILL = 0.8
"""A place is in a crisis while fill, weighted by the value of what its buyers are due, is below this, or its sites stand still."""
RELATION_GAIN = 0.25
"""Weight of the newest quarter in who packages for whom, which long-term agreements go by (assumption)."""
SUPPLY_ROUNDS = 1
"""Rounds in which suppliers with room answer what others could not."""
_POOLED = LEVER_CLAUSES.index("pooled_capacity")


def run_packaging(model: PackagingModel) -> None:
    """Book slots, start packages as inputs allow, finish what yields leave."""
    now, structure = model.now, model.structure
    model.design_team.choose_recipes()
    model.design_team.choose_design()
    now.wanted = model.design_team.slots_wanted()
    now.package_yield = model.package_yield()
    now.wafers_per_unit = 1.0 / (model.packages_per_wafer[structure.edge_recipe] * now.package_yield)
    _book(model)
    starts = now.booked / now.package_yield
    bank = structure.sources_to_product(model.state.die_bank)
    starts *= share_or_one(bank, structure.edges_to_product(starts))[structure.edge_product]
    starts, now.hbm_flow = _draw(model, starts, model.hbm_stacks, model.graph.hbm, 1.0)
    starts, now.substrate_flow = _draw(model, starts, model.substrate_cm2, model.graph.substrate, 1e-3)
    now.hbm_flow = _keep_used(model, starts, model.hbm_stacks, model.graph.hbm, now.hbm_flow, 1.0)
    now.substrate_flow = _keep_used(model, starts, model.substrate_cm2, model.graph.substrate, now.substrate_flow, 1e-3)
    now.starts, now.good = starts, starts * now.package_yield
    now.wafers_used = starts / model.packages_per_wafer[structure.edge_recipe]
    used = structure.edges_to_product(starts)
    per_bank = ratio(used, bank)[structure.source_product]
    now.dies_used = model.state.die_bank * per_bank
    model.state.die_bank = shrunk(model.state.die_bank, now.dies_used)
    structure.edges_to_line.add_to(now.output, now.wafers_used)
    _run_suppliers(model)
    _remember_bookings(model)


def _remember_bookings(model: PackagingModel) -> None:
    """What the quarter's bookings leave behind: fill by product and recipe, and who packages for whom, smoothed over a year."""
    s, now, structure = model.state, model.now, model.structure
    s.fill = share_or_one(structure.edges_to_product(now.booked), now.wanted)
    by_recipe = structure.edges_to_recipe(now.booked)
    s.recipe_fill = share_or_one(by_recipe, s.mix * now.wanted[structure.recipe_product])
    newest = RELATION_GAIN * ratio(now.booked, by_recipe[structure.edge_recipe])
    served = (by_recipe > 0.0)[structure.edge_recipe]
    s.relation = np.where(served, (1.0 - RELATION_GAIN) * s.relation + newest, s.relation)


def package_yield(model: PackagingModel) -> Array:
    """(edge, W): yield of a package - every placement must succeed - and of a line in its first quarter."""
    s, p, structure = model.state, model.parameters, model.structure
    lines = structure.lines.packaging
    good = np.log1p(-s.defects[lines])[structure.edge_line]
    good *= model.placements[structure.edge_recipe]
    ramp = 1.0 - p.ramp_loss * ratio(s.new_capacity[lines], s.capacity[lines])
    np.exp(good, out=good)
    good *= ramp[structure.edge_line]
    return good


def _book(model: PackagingModel) -> None:
    """Ration the packaging lines; writes ``booked``, ``priority``, ``other_served``, ``requested``."""
    s, p, now, structure = model.state, model.parameters, model.now, model.structure
    lines = structure.lines
    mixed = s.mix * now.wanted[structure.recipe_product]
    doubled = p.drawn_queue_share * s.phantom
    inflation = 1.0 + ratio(doubled, now.wanted)
    quality = np.minimum(s.qualification, model.graph.package_to_wafer(s.qualification_wafers))
    market = Market(
        buyer=structure.edge_recipe,
        seller=structure.edge_line,
        to_buyer=structure.edges_to_recipe,
        to_seller=structure.edges_to_line,
        want=mixed,
        room=now.room,
        limit=quality * now.room[structure.edge_line],
        weight=quality,
        use=now.wafers_per_unit,
        got=np.zeros_like(now.wafers_per_unit),
    )
    now.priority = _priority_round(model, market)
    _long_term_round(model, market)
    market.inflation = inflation[structure.edge_product]
    liking = quality * s.capacity[structure.edge_line]
    spread = liking / at_least(structure.edges_to_recipe(liking), TINY)[structure.edge_recipe]
    believed = 1.0 + p.believed_phantom_share * (inflation - 1.0)
    asked = (mixed * believed[structure.recipe_product])[structure.edge_recipe] * spread * now.wafers_per_unit
    requested = structure.edges_to_line(asked) + s.other_demand
    now.requested[lines.packaging] = requested[lines.packaging]
    market.offer(ROUNDS - 1)
    _substitute(model, market)
    now.booked = market.offer(1, closing=True)


def _long_term_round(model: PackagingModel, market: Market) -> None:
    """Long-term agreements, by last year's relations, and uses outside the scenario come before the rest."""
    s, now, structure = model.state, model.now, model.structure
    agreed = market.want * model.coefficients.long_term_share[structure.recipe_product][:, None]
    claim = np.minimum(agreed[structure.edge_recipe] * s.relation, market.limit / now.wafers_per_unit)
    lines = structure.lines.packaging
    asked = structure.edges_to_line.add_to(s.other_demand.copy(), claim * now.wafers_per_unit)
    part = part_of(market.room, asked)
    other = s.other_demand[lines] * part[lines]
    now.other_served[lines] = other
    now.output[lines] = other
    claim *= part[structure.edge_line]
    market.grant(claim)
    market.room[lines] = shrunk(market.room[lines], other)


def _substitute(model: PackagingModel, market: Market) -> None:
    """What a recipe could not place may be packaged by the product's other recipes where their packagers have room."""
    structure = model.structure
    open_room = market.to_buyer(market.weight * market.room[structure.edge_line])
    by_product = structure.recipes_to_product(open_room)
    left = structure.recipes_to_product(market.want)
    market.want = ratio(open_room, by_product[structure.recipe_product]) * left[structure.recipe_product]


def _priority_round(model: PackagingModel, market: Market) -> Array:
    """Priority-rated orders of hosts in a crisis, and of allies who pool capacity: returns what places obtained (product, place, W).

    Where no world has either, nothing is claimed and skipping the round changes no bit.
    """
    s, structure, now, p = model.state, model.structure, model.now, model.parameters
    obtained = np.zeros_like(now.orders)
    if not (s.priority.any() or s.offer[_POOLED].any()):
        return obtained
    favour = favoured(model)
    due = model.due()
    total = due.sum(axis=1)
    cap = p.priority_cap * now.room
    for place in range(favour.shape[1]):  # the place whose orders come first, at every host that favours it
        if not favour[:, place].any():
            continue
        wanted = market.want * ratio(due[:, place], total)[structure.recipe_product]
        claim = wanted[structure.edge_recipe] * s.relation * favour[structure.edge_place, place]
        asked = structure.edges_to_line(claim * now.wafers_per_unit)
        part = part_of(cap, asked)
        before = market.got
        assert before is not None
        market.grant(claim * part[structure.edge_line])
        assert market.got is not None
        given = market.got - before
        cap = shrunk(cap, structure.edges_to_line(given * now.wafers_per_unit))
        obtained[:, place] += structure.edges_to_product(given)
    return obtained


def favoured(model: PackagingModel) -> Array:
    """(host, place, W): how far lines of a host serve a place's orders first this quarter."""
    s = model.state
    crisis = in_crisis(model)
    own = np.eye(s.priority.shape[0])[:, :, None] * (s.priority * crisis)[:, None, :]
    both = np.minimum(s.offer[_POOLED], s.offer[_POOLED].transpose(1, 0, 2))
    return np.maximum(own, both * crisis[None])


def in_crisis(model: PackagingModel) -> Array:
    """(place, W): 1 where a place's buyers are short or a tenth of its own lines stands still."""
    s, c, structure = model.state, model.coefficients, model.structure
    value = (c.segment_price_usd * s.segment_price)[structure.product_segment] * c.product_value[:, None]
    due = model.due() * value[:, None]
    total = due.sum(axis=0)
    due *= s.fill[:, None, :]
    fill = share_or_one(due.sum(axis=0), total)
    return ((fill < CRISIS_FILL) | (s.outage > 0.1)).astype(float)


def _draw(model: PackagingModel, starts: Array, need: Array, edges: SupplyEdges, scale: float) -> tuple[Array, Array]:
    """Ration an input over packaging sites: starts that the input allows, and its flow over the edges (edge, W).

    ``need`` (product, 1) is the input per unit; ``scale`` turns k units x need into the supplier's unit of output.
    """
    structure, s, now = model.structure, model.state, model.now
    rows = edges.sellers
    by_site = structure.edges_to_site(starts * (need * scale)[structure.edge_product])
    quality = supply_quality(model, edges)
    supply = s.inventory[rows] + now.room[rows]
    asked = by_site[edges.site] * edges.share[:, None]
    total = edges.to_seller(asked) + s.other_demand[rows]
    now.other_served[rows] = s.other_demand[rows] * part_of(supply, total)
    now.requested[rows] = total
    market = Market(
        buyer=edges.site,
        seller=edges.seller,
        to_buyer=edges.to_site,
        to_seller=edges.to_seller,
        want=by_site,
        room=shrunk(supply, now.other_served[rows]),
        limit=quality * supply[edges.seller],
        weight=quality * edges.share[:, None],
    )
    first_call(model, edges, market, asked)
    market.grant(asked if market.got is None else shrunk(asked, market.got))
    flow = market.offer(SUPPLY_ROUNDS, closing=True)
    met = share_or_one(edges.to_site(flow), by_site)[structure.edge_site]
    met[(need <= 0.0)[structure.edge_product, 0]] = 1.0
    met *= starts
    return met, flow


def _keep_used(model: PackagingModel, starts: Array, need: Array, edges: SupplyEdges, flow: Array, scale: float) -> Array:
    """Take back to the suppliers what a site was given but could not use for want of something else."""
    used = model.structure.edges_to_site(starts * (need * scale)[model.structure.edge_product])
    given = edges.to_site(flow)
    return flow * part_of(used, given)[edges.site]


def first_call(model: PackagingModel, edges: SupplyEdges, market: Market, asked: Array) -> None:
    """Sites that stand with the funder of a supplier programme are served first from a bounded part of its output."""
    s, rows = model.state, edges.sellers
    if not s.programme_capacity[rows].any():  # where no world has a programme, this changes no bit
        return
    funded = part_of(s.programme_capacity[rows], s.capacity[rows])
    claim = (model.parameters.first_call_share * funded * market.room)[edges.seller]
    np.minimum(asked, claim, out=claim)
    claim *= model.at_home[edges.item]
    market.grant(claim)


def supply_quality(model: PackagingModel, edges: SupplyEdges) -> Array:
    """(edge, W): qualification of an item's edges, export controls of the supplier's home and place applied."""
    s = model.state
    qualification: Array = getattr(s, f"qualification_{edges.item}")
    if edges.item not in LEVER_CONTROLS:
        return qualification
    control = s.control[LEVER_CONTROLS.index(edges.item)]
    if not control.any():  # where no world controls the item, this changes no bit
        return qualification
    routes = model.control_routes[edges.item]
    left = 1.0 - np.maximum(control[routes.home, routes.target], control[routes.place, routes.target])
    quality = left[routes.of_edge]
    quality *= qualification
    return quality


def _run_suppliers(model: PackagingModel) -> None:
    """Suppliers ship, and make what brings their stock back to its target."""
    s, p, now = model.state, model.parameters, model.now
    for edges, flow in ((model.graph.hbm, now.hbm_flow), (model.graph.substrate, now.substrate_flow)):
        rows = edges.sellers
        shipped = now.other_served[rows] + edges.to_seller(flow)
        target = p.supplier_inventory_quarters * s.capacity[rows] * model.coefficients.output_per_capacity[rows]
        made = np.clip(shipped + target - s.inventory[rows], 0.0, now.room[rows])
        now.output[rows] = made
        s.inventory[rows] = positive(s.inventory[rows] + made - shipped)
