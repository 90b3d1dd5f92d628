"""The whole chain's upper bound: the most AI compute that a circle of jurisdictions could finish with its own sites.

A package needs dies *and* HBM *and* a substrate *and* hours of line, so the most that can be made is a linear programme (on demand:
``foresight.whole_chain``). Every quarter its upper bound is recorded: the least over inputs of what suppliers inside can bring to sites
inside, over the least that any product on sale needs of it. No programme over the graph makes more.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from policygame.model.arrays import TINY, Array, Sums, at_least, at_most
from policygame.model.phases.packaging import supply_quality
from policygame.model.state import LEVER_CLAUSES
from policygame.model.structure import N_PLACES, SEGMENT_OF, Structure
from policygame.model.supply_graph import SupplyEdges, SupplyGraph

if TYPE_CHECKING:
    from policygame.model.model import PackagingModel

_AI = SEGMENT_OF["ai_accelerator"]
_POOLED = LEVER_CLAUSES.index("pooled_capacity")
INPUTS = ("wafers", "hbm", "substrate")


class _Carried:
    """What an item's suppliers can bring into circles of places: a circle per place, and the whole world as the last one."""

    def __init__(self, edges: SupplyEdges, structure: Structure) -> None:
        lines = structure.lines
        code = edges.seller * N_PLACES + lines.site_place[edges.site]
        pairs = np.unique(code)
        self.edges, self.n_sellers = edges, len(edges.sellers)
        self.start = lines.place[edges.sellers]
        self.pair_seller, self.pair_end = pairs // N_PLACES, pairs % N_PLACES
        self.to_pair = Sums(np.searchsorted(pairs, code), len(pairs))
        self.to_seller = Sums(self.pair_seller, self.n_sellers)
        circles = np.concatenate([structure.allies, np.ones((1, N_PLACES))])
        n = len(circles)
        # at the start: a row for each seller inside each circle
        circle_of, seller_of = np.nonzero(circles[:, self.start])
        reached = circles[circle_of][:, self.pair_end] * (self.pair_seller == seller_of[:, None])
        self.reach_at_start, self.sellers_at_start = Sums.of(sparse.csr_array(reached)), seller_of
        self.to_circle_at_start = Sums(circle_of, n)
        self.seller_of_row = np.tile(np.arange(self.n_sellers), n)
        self.to_circle = Sums(np.repeat(np.arange(n), self.n_sellers), n)

    def brought(self, qualification: Array, supply: Array, circles: Array | None) -> Array:
        """(circle, W): suppliers' output (seller, W), or what their qualified edges into the circle may carry if that is less.

        ``qualification`` (edge, W) is what controls leave of it.

        ``circles`` (circle, place, W) replaces the trust of the start where some world pools capacity; a world that does not
        gets the same bits either way, for places outside add exactly nothing.
        """
        by_pair = self.to_pair(qualification)
        if circles is None:
            reach = self.reach_at_start(by_pair)
            at_most(reach, 1.0, out=reach)
            reach *= supply[self.sellers_at_start]
            return self.to_circle_at_start(reach)
        reach = np.concatenate([self.to_seller(by_pair * circle[self.pair_end]) for circle in circles])
        inside = circles[:, self.start].reshape(len(reach), -1)
        at_most(reach, 1.0, out=reach)
        reach *= supply[self.seller_of_row]
        reach *= inside
        return self.to_circle(reach)


class WholeChainBound:
    """The bound for a compiled scenario."""

    def __init__(self, structure: Structure, graph: SupplyGraph) -> None:
        self.structure = structure
        self._carried: Mapping[str, _Carried] = {item: _Carried(graph.supplies[item], structure) for item in INPUTS}
        ai = structure.product_segment == _AI
        lines = np.arange(structure.lines.n)
        self._makes_dies = np.isin(lines, structure.source_line[ai[structure.source_product]]).astype(float)[:, None]
        self._packages = np.isin(lines, structure.edge_line[ai[structure.edge_product]]).astype(float)[:, None]
        self._slots_at_start = Sums.of(sparse.csr_array(np.concatenate([structure.allies, np.ones((1, N_PLACES))])))

    def __call__(self, model: PackagingModel, room: Array | None = None) -> tuple[Array, Array]:
        """(place, W) for each place with those it trusts, and (W,) for the world: k H100-equivalents a quarter.

        ``room`` (line, W) replaces what lines could make this quarter.
        """
        s = model.state
        if room is None:
            room = model.now.room
        needs = self._least_needs(model)
        circles = self._circles(model)
        slots = self.structure.lines_to_place(room * self._packages)
        finished = (
            self._slots_at_start(slots) if circles is None else np.stack([(circle * slots).sum(axis=0) for circle in circles])
        )
        bound = finished / needs["slots"]
        for item, carried in self._carried.items():
            rows = carried.edges.sellers
            supply = room[rows] * self._makes_dies[rows] if item == "wafers" else room[rows] + s.inventory[rows]
            bound = np.minimum(bound, carried.brought(supply_quality(model, carried.edges), supply, circles) / needs[item])
        return bound[:-1], bound[-1]

    def _least_needs(self, model: PackagingModel) -> dict[str, Array]:
        """The least of each input that any AI accelerator on sale needs for a unit of compute, (W,) or (1,)."""
        structure = self.structure
        on_sale = np.flatnonzero((structure.product_segment == _AI) & (structure.product_starts <= model.quarter))
        recipes = np.flatnonzero(np.isin(structure.recipe_product, on_sale))
        compute = model.compute_h100e[on_sale]
        by_recipe = model.compute_h100e[structure.recipe_product[recipes]]
        needs = {
            "slots": 1.0 / (model.packages_per_wafer[recipes] * by_recipe),
            "wafers": 1.0 / (model.units_per_wafer[on_sale] * compute),
            "hbm": model.hbm_stacks[on_sale] / compute,
            "substrate": 1e-3 * model.substrate_cm2[on_sale] / compute,
        }
        return {item: at_least(need.min(axis=0, initial=np.inf), TINY) for item, need in needs.items()}

    def _circles(self, model: PackagingModel) -> Array | None:
        """(circle, place, W) where some world pools capacity with others than it trusted at the start, else None."""
        offers = model.state.offer[_POOLED]
        if not offers.any():
            return None
        pooling = (offers > 0.0) & (offers.transpose(1, 0, 2) > 0.0)
        inside = np.maximum(self.structure.allies[:, :, None], pooling)
        return np.concatenate([inside, np.ones((1, *inside.shape[1:]))])
