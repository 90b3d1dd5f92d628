"""Leadership under each definition, and the raw components of a government's score.

Definitions in words are in the catalogue. Weights and normalisation of the score belong to whoever shows it: here are the components as
they stand, so that they can be compared with the same seed when nobody acts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from policygame.model.arrays import TINY, Array, ratio
from policygame.model.phases.settlement import unit_price_musd
from policygame.model.state import LEVER_CLAUSES
from policygame.model.structure import N_PLACES, N_TECHNOLOGIES, SEGMENT_OF, STAGE_OF

if TYPE_CHECKING:
    from policygame.model.model import PackagingModel, PlacePairs
    from policygame.model.supply_graph import SupplyEdges

DEFINITIONS = ("fabrication", "packaging", "whole_chain", "frontier", "composite")
COMPONENTS = ("S", "R", "A", "L", "V", "I", "P", "F")
VOLUME_KWPM = 1.0
"""A technology is run at volume in a place from this capacity on (assumption)."""
_AI = SEGMENT_OF["ai_accelerator"]
_LEADING = STAGE_OF["wafers_leading"]
_POOLED = LEVER_CLAUSES.index("pooled_capacity")


def compute_received(model: PackagingModel) -> Array:
    """(place, W): compute delivered to each place, k H100-equivalents."""
    return model.once("received", lambda: (model.now.shipped * model.compute_h100e[:, None]).sum(axis=0))


def _ai_weight(model: PackagingModel) -> Array:
    """(product, 1): compute per unit of AI accelerators, 0 for other products."""
    return model.compute_h100e * (model.structure.product_segment == _AI)[:, None]


def ai_demand(model: PackagingModel) -> Array:
    """(place, W): AI compute ordered by each place this quarter, k H100-equivalents."""
    return model.once("ai demand", lambda: (model.now.orders * _ai_weight(model)[:, None]).sum(axis=0))


def ai_received(model: PackagingModel) -> Array:
    """(place, W): AI compute received, releases from stockpiles included, k H100-equivalents."""

    def received() -> Array:
        now, weight = model.now, _ai_weight(model)
        direct = (now.shipped * weight[:, None]).sum(axis=0)
        units = model.structure.products_to_segment(now.delivered)[_AI]
        per_unit = ratio((now.delivered * weight).sum(axis=0), units)
        return direct + (now.released[:, _AI] - now.stocked[:, _AI]) * per_unit

    return model.once("ai received", received)


def trust(model: PackagingModel) -> Array:
    """(place, place, W): 1 where the first counts the second's sites as its own or allied: trusted at the start, or pooling now."""

    def now() -> Array:
        offers = model.state.offer[_POOLED]
        pooling = (offers > 0.0) & (offers.transpose(1, 0, 2) > 0.0)
        return np.maximum(model.structure.allies[:, :, None], pooling)

    return model.once("trust", now)


def yielded_advanced(model: PackagingModel) -> Array:
    """(line, W): capacity of 2.5D and 3D lines times the yield of an accelerator's placements on them."""

    def yielded() -> Array:
        advanced = (model.structure.lines.technology >= 2)[:, None]
        return model.now.capacity_at_start * placement_success(model) * advanced

    return model.once("yielded", yielded)


def placement_success(model: PackagingModel) -> Array:
    """(line, W): yield of a package of eight placements, the yardstick by which lines of different products are compared."""
    return model.once("success", lambda: np.exp(8.0 * np.log1p(-model.state.defects)))


def leadership(model: PackagingModel) -> Array:
    """(definition, place, W): shares under each definition of leadership."""

    def measured() -> Array:
        structure = model.structure
        fabs = structure.lines_to_place(model.now.capacity_at_start * (structure.lines.stage == _LEADING)[:, None])
        packaging = structure.lines_to_place(yielded_advanced(model))
        bound, world = whole_chain(model)
        front = frontier(model)
        parts = [
            fabs / np.maximum(fabs.sum(axis=0), TINY),
            packaging / np.maximum(packaging.sum(axis=0), TINY),
            bound / np.maximum(world, TINY),
            front / np.maximum(front.max(axis=0), TINY),
        ]
        return np.stack([*parts, 0.25 * (parts[0] + parts[1] + parts[2] + parts[3])])

    return model.once("leadership", measured)


def frontier(model: PackagingModel) -> Array:
    """(place, W): the best technology run at volume: its attributes times its package yield there."""
    lines = model.structure.lines
    worth = model.coefficients.attributes.mean(axis=1)
    packaging = lines.is_packaging[:, None]
    capacity = model.lines_to_place_technology(model.now.capacity_at_start * packaging)
    good = placement_success(model) * model.now.capacity_at_start * packaging
    yields = ratio(model.lines_to_place_technology(good), capacity)
    volume = np.minimum(capacity / VOLUME_KWPM, 1.0)
    merit = (volume * yields).reshape(N_PLACES, N_TECHNOLOGIES, -1) * worth[:, None]
    best: Array = merit.max(axis=1)
    return best


def whole_chain(model: PackagingModel) -> tuple[Array, Array]:
    """Upper bound of the AI compute a quarter that each place can finish with its own and its allies' sites, and of the world.

    (place, W) and (W,), k H100-equivalents: the least over inputs - leading wafers, HBM, substrates, 2.5D and 3D slots - of what
    suppliers inside can bring to packaging sites inside, over what a unit of compute needs.
    """
    return model.whole_chain_once(lambda: _whole_chain(model))


def _whole_chain(model: PackagingModel) -> tuple[Array, Array]:
    structure, s, now = model.structure, model.state, model.now
    inside = trust(model)
    units = structure.edges_to_product(now.starts)
    weight = _ai_weight(model)
    compute = np.maximum((units * weight).sum(axis=0), TINY)
    ai = (weight > 0.0).astype(float)
    per = {
        "hbm": (units * ai * model.hbm_stacks).sum(axis=0) / compute,
        "substrate": (units * ai * model.substrate_cm2 * 1e-3).sum(axis=0) / compute,
        "wafers": (units * ai / model.units_per_wafer).sum(axis=0) / compute,
    }
    slots_used = structure.edges_to_product(now.starts / model.packages_per_wafer[structure.edge_recipe])
    per_slots = (slots_used * ai).sum(axis=0) / compute
    advanced = (structure.lines.technology >= 2)[:, None]
    slots = structure.lines_to_place(now.room * advanced * model.edges_serve_ai)
    bounds = [_inside_one(slots, inside) / np.maximum(per_slots, TINY)]
    totals = [slots.sum(axis=0) / np.maximum(per_slots, TINY)]
    for item, edges in model.graph.supplies.items():
        if item == "tools":
            continue
        qualification: Array = getattr(s, f"qualification_{item}")
        between = _between_places(model, edges, now.room + s.inventory, qualification)
        need = np.maximum(per[item], TINY)
        bounds.append(_inside_two(between, model.place_pairs[item], model) / need)
        totals.append(between.sum(axis=0) / need)
    bound, world = bounds[0], totals[0]
    for more, total in zip(bounds[1:], totals[1:], strict=True):
        bound, world = np.minimum(bound, more), np.minimum(world, total)
    return bound, world


def _between_places(model: PackagingModel, edges: SupplyEdges, supply: Array, qualification: Array) -> Array:
    """(pair of places, W): supply that qualified edges can carry between them, a supplier's output split over its edges."""
    rows = edges.sellers
    if edges.item == "wafers":
        supply = supply * (model.structure.lines.stage == _LEADING)[:, None]
    carried = qualification * edges.share[:, None]
    part = supply[rows] / np.maximum(edges.to_seller(carried), TINY)
    carried *= qualification
    carried *= part[edges.seller]
    return model.place_pairs[edges.item].sums(carried)


def _inside_one(at_place: Array, inside: Array) -> Array:
    """(place, W): what stands at places inside each place's circle."""
    out: Array = (inside * at_place[None]).sum(axis=1)
    return out


def _inside_two(between: Array, pairs: PlacePairs, model: PackagingModel) -> Array:
    """(place, W): what flows between two places that are both inside each place's circle: trusted at the start, or pooling now."""
    at_start = pairs.trusted(between)
    if not model.state.offer[_POOLED].any():  # where no world pools, the rest adds exactly nothing
        return at_start
    inside = trust(model)
    more = inside[:, pairs.start] * inside[:, pairs.end] - pairs.trusted_at_start[:, :, None]
    more *= between
    return at_start + more.sum(axis=1)


def _through_sites(model: PackagingModel) -> Array:
    """(product, place, W): the share of a product's packages that each place assembled."""

    def by_product() -> Array:
        structure = model.structure
        flows = model.edges_to_product_place(model.now.good)
        shaped = flows.reshape(len(structure.products), N_PLACES, -1)
        return ratio(shaped, shaped.sum(axis=1)[:, None])

    return model.once("through", by_product)


def score_raw(model: PackagingModel) -> Array:
    """(component, place, W): S R A L V I P F as they stand; see the catalogue for each in words."""
    structure, now, s, c = model.structure, model.now, model.state, model.coefficients
    demand, received = ai_demand(model), ai_received(model)
    supply = np.minimum(ratio(received, demand), 2.0)
    through = _through_sites(model)
    weight = now.shipped * _ai_weight(model)[:, None]
    total = weight.sum(axis=0)
    # share of each destination's deliveries that is assembled at each place: (destination, assembly place, W)
    passing = np.stack([ratio((weight * through[:, place, None]).sum(axis=0), total) for place in range(N_PLACES)], axis=1)
    hazard = ratio(c.hazard, c.hazard.max(axis=0))
    resilience = 1.0 - (hazard[None] * passing * passing).sum(axis=1)
    bound, _ = whole_chain(model)
    assured = np.minimum(ratio(bound, demand), 5.0)
    yielded = yielded_advanced(model)
    by_site = structure.lines_to_place(yielded)
    by_home = model.lines_to_home(yielded)
    lead = 0.5 * ratio(by_site, by_site.sum(axis=0)) + 0.5 * ratio(by_home, by_home.sum(axis=0))
    value = structure.lines_to_place(now.output * unit_price_musd(model)[structure.lines.stage] - 0.4 * now.operating_musd)
    everyone = total.sum(axis=0)
    indispensable = np.stack(
        [
            ratio((passing[:, place] * total).sum(axis=0) - passing[place, place] * total[place], everyone - total[place])
            for place in range(N_PLACES)
        ]
    )
    segments = c.demand_path[model.quarter] * c.segment_price_usd
    price = -(segments * np.log(s.segment_price)).sum(axis=0) / np.maximum(segments.sum(axis=0), TINY)
    income = c.income_musd.sum(axis=0)
    frugal = 1.0 - ratio(now.outlay_musd.sum(axis=0), income)
    parts = [supply, resilience, assured, lead, value, indispensable, np.broadcast_to(price, supply.shape), frugal]
    return np.stack(parts)
