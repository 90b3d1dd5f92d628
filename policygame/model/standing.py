"""Leadership under each definition, and the raw components of a government's score.

Definitions in words are in the catalogue. Weights and normalisation of the score belong to whoever shows it: here are the components as
they stand, so that they can be compared with the same seed when nobody acts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from policygame.model.arrays import TINY, Array, at_least, at_most, ratio, shrunk
from policygame.model.phases.investment import expected_use
from policygame.model.phases.settlement import FIXED_COST_SHARE, unit_price_musd
from policygame.model.structure import N_PLACES, N_TECHNOLOGIES, SEGMENT_OF

if TYPE_CHECKING:
    from policygame.model.model import PackagingModel

DEFINITIONS = ("fabrication", "packaging", "whole_chain", "frontier", "composite")
COMPONENTS = ("S", "R", "A", "L", "V", "I", "P", "F")
MOST_SUPPLY, MOST_ASSURED = 2.0, 5.0
"""Largest S and A that count, in times one's own demand: more than enough is not better without end (assumption)."""
BOUGHT_IN_SHARE = 0.4
"""Part of operating cost that is bought in and so is no local value (assumption)."""
VOLUME_KWPM = 1.0
"""A technology is run at volume in a place from this capacity on (assumption)."""
_AI = SEGMENT_OF["ai_accelerator"]


def compute_received(model: PackagingModel) -> Array:
    """(place, W): compute delivered to each place, k H100-equivalents."""
    return model.once("received", lambda: (model.now.shipped * model.compute_h100e[:, None]).sum(axis=0))


def _ai_weight(model: PackagingModel) -> Array:
    """(product, 1): compute per unit of AI accelerators, 0 for other products."""
    return model.compute_h100e * (model.structure.product_segment == _AI)[:, None]


def _ai_shipped(model: PackagingModel) -> Array:
    """(AI product, place, W): compute of the accelerators that reached each place, k H100-equivalents."""
    rows = model.ai_products
    return model.once("ai shipped", lambda: model.now.shipped[rows] * model.compute_h100e[rows][:, None])


def ai_demand(model: PackagingModel) -> Array:
    """(place, W): AI compute ordered by each place this quarter, k H100-equivalents."""
    rows = model.ai_products
    return model.once("ai demand", lambda: (model.now.orders[rows] * model.compute_h100e[rows][:, None]).sum(axis=0))


def ai_received(model: PackagingModel) -> Array:
    """(place, W): AI compute received, releases from stockpiles included, k H100-equivalents."""

    def received() -> Array:
        now = model.now
        direct = _ai_shipped(model).sum(axis=0)
        if not (now.released.any() or now.stocked.any()):  # where no stockpile moves, the rest adds exactly nothing
            return direct
        return direct + (now.released[:, _AI] - now.stocked[:, _AI]) * _compute_per_unit(model)

    return model.once("ai received", received)


def _compute_per_unit(model: PackagingModel) -> Array:
    """(W,): k H100-equivalents of the mean accelerator delivered this quarter, by which stockpiles are counted."""
    units = model.structure.products_to_segment(model.now.delivered)[_AI]
    return ratio((model.now.delivered * _ai_weight(model)).sum(axis=0), units)


def yielded(model: PackagingModel) -> Array:
    """(packaging line, W): capacity times the yield of a package of eight placements, by which all lines are compared."""
    return model.once("yielded", lambda: _good_part(model, model.now.capacity_at_start))


def _good_part(model: PackagingModel, capacity: Array) -> Array:
    """(packaging line, W): what of a capacity (line, W) yields packages of eight placements that work."""
    rows = model.structure.lines.packaging
    success = np.log1p(-model.state.defects[rows])
    success *= 8.0
    np.exp(success, out=success)
    success *= capacity[rows]
    return success


def leadership(model: PackagingModel) -> Array:
    """(definition, place, W): shares under each definition of leadership."""

    def measured() -> Array:
        fabs = model.leading_fabs_to_place(model.now.capacity_at_start)
        packaging = model.advanced_packaging_to_place(yielded(model))
        bound, world = model.whole_chain()
        front = frontier(model)
        parts = [
            fabs / at_least(fabs.sum(axis=0), TINY),
            packaging / at_least(packaging.sum(axis=0), TINY),
            bound / at_least(world, TINY),
            front / at_least(front.max(axis=0), TINY),
        ]
        return np.stack([*parts, 0.25 * (parts[0] + parts[1] + parts[2] + parts[3])])

    return model.once("leadership", measured)


def frontier(model: PackagingModel) -> Array:
    """(place, W): the best technology run at volume: its attributes times its package yield there."""
    worth = model.coefficients.attributes.mean(axis=1)
    capacity = model.packaging_to_place_technology(model.now.capacity_at_start[model.structure.lines.packaging])
    yields = ratio(model.packaging_to_place_technology(yielded(model)), capacity)
    volume = at_most(capacity / VOLUME_KWPM, 1.0)
    merit = (volume * yields).reshape(N_PLACES, N_TECHNOLOGIES, -1) * worth[:, None]
    best: Array = merit.max(axis=1)
    return best


def _through_sites(model: PackagingModel) -> Array:
    """(AI product, place, W): the share of an accelerator's packages that each place assembled."""
    flows = model.edges_to_ai_product_place(model.now.good)
    shaped = flows.reshape(len(model.ai_products), N_PLACES, model.state.n_worlds)
    return ratio(shaped, shaped.sum(axis=1)[:, None])


def _ai_flows(model: PackagingModel) -> Array:
    """(destination, place, W): the AI compute of each destination that each place assembled, k H100-equivalents."""
    through, shipped = _through_sites(model), _ai_shipped(model)
    flows = np.zeros((N_PLACES, N_PLACES, shipped.shape[-1]))
    for product, sites in zip(shipped, through, strict=True):
        flows += product[:, None] * sites
    return flows


def _resilience(model: PackagingModel, flows: Array, total: Array) -> Array:
    """(place, W): one less the squared shares of arrivals that would be lost with each place, weighed by its hazard.

    What a stockpile holds makes up for a place that is dark while it is repaired: over the 1 / ``outage_recovery`` quarters' worth of
    flow that an outage costs. ``flows`` (destination, place, W) and ``total`` (destination, W) in k H100-equivalents.
    """
    hazard = ratio(model.coefficients.hazard, model.coefficients.hazard.max(axis=0))
    stock = model.state.stock_kunits[:, _AI]
    if stock.any():  # where no world holds any, this changes no bit
        covered = stock * _compute_per_unit(model) * model.parameters.outage_recovery
        flows = shrunk(flows, covered[:, None])
    lost = flows / at_least(total, TINY)[:, None]
    lost *= lost
    lost *= hazard
    kept: Array = 1.0 - lost.sum(axis=1)
    return kept


def score_raw(model: PackagingModel) -> Array:
    """(component, place, W): S R A L V I P F as they stand; see the catalogue for each in words.

    In the last quarter of the scenario A, L and V count what is under construction as if it stood, and F what is promised as if it
    were paid: else whoever builds late would have paid for nothing, and whoever promises late would not pay.
    """
    structure, s, c = model.structure, model.state, model.coefficients
    demand, received = ai_demand(model), ai_received(model)
    supply = at_most(ratio(received, demand), MOST_SUPPLY)
    total = _ai_shipped(model).sum(axis=0)
    flows = _ai_flows(model)
    resilience = _resilience(model, flows, total)
    ends = model.quarter == structure.n_quarters - 1
    bound, good, value, spent = _at_the_end(model) if ends else _as_it_stands(model)
    assured = at_most(ratio(bound, demand), MOST_ASSURED)
    by_site, by_home = model.advanced_packaging_to_place(good), model.advanced_packaging_to_home(good)
    lead = 0.5 * ratio(by_site, by_site.sum(axis=0)) + 0.5 * ratio(by_home, by_home.sum(axis=0))
    everyone = total.sum(axis=0)
    own = np.arange(N_PLACES)
    indispensable = ratio(flows.sum(axis=0) - flows[own, own], everyone - total)
    segments = c.demand_path[model.quarter] * c.segment_price_usd
    price = -(segments * np.log(s.segment_price)).sum(axis=0) / at_least(segments.sum(axis=0), TINY)
    frugal = 1.0 - ratio(spent, c.income_musd.sum(axis=0))
    value = structure.lines_to_place(value)
    parts = [supply, resilience, assured, lead, value, indispensable, np.broadcast_to(price, supply.shape), frugal]
    return np.stack(parts)


def _as_it_stands(model: PackagingModel) -> tuple[Array, Array, Array, Array]:
    """Whole-chain bound (place, W), working capacity (packaging line, W), value added (line, W), spending (place, W)."""
    now = model.now
    bound, _ = model.whole_chain()
    value = now.output * unit_price_musd(model)[model.structure.lines.stage] - BOUGHT_IN_SHARE * now.operating_musd
    return bound, yielded(model), value, now.outlay_musd.sum(axis=0)


def _at_the_end(model: PackagingModel) -> tuple[Array, Array, Array, Array]:
    """As ``_as_it_stands``, with what is under construction at the use that firms expect of it, and all that is promised paid.

    Under construction is what is ordered, what is in the making and what has just been installed. Shells alone count for nothing.
    Promised are grants that are awarded and unpaid, and the expected loss of purchase commitments; tax credits are counted as they
    are earned.
    """
    structure, now, s = model.structure, model.now, model.state
    stage = structure.lines.stage
    coming = shrunk(s.capacity + s.tool_backlog + s.in_transit, now.capacity_at_start)
    use = expected_use(model)[stage]
    used = coming * use
    output = used * model.output_per_unit
    _, _, value, spent = _as_it_stands(model)
    running = FIXED_COST_SHARE * coming + (1.0 - FIXED_COST_SHARE) * used
    running *= model.output_per_unit * model.operating_musd_per_unit
    value = value + output * unit_price_musd(model)[stage] - BOUGHT_IN_SHARE * running
    bound, _ = model.whole_chain_bound(model, now.room + output)
    good = _good_part(model, now.capacity_at_start + used)
    promised = structure.lines_to_place(s.grant_committed_musd) + s.contingent_musd
    return bound, good, value, spent + promised
