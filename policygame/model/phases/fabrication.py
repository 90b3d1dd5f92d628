"""Phase 4: foundries allocate wafer starts; a quarter later the dies join their designer's die bank.

How many dies a designer wants is its own rule (``agents.designer``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from policygame.model.arrays import Array, at_most, part_of, ratio
from policygame.model.rationing import Market
from policygame.model.state import LEVER_CONTROLS
from policygame.model.structure import N_PLACES, SEGMENT_OF

if TYPE_CHECKING:
    from policygame.model.model import PackagingModel

_ADVANCED = LEVER_CONTROLS.index("advanced_logic")


def run_fabs(model: PackagingModel) -> None:
    """Dies started last quarter arrive; this quarter's starts are rationed over the foundries' lines."""
    s, now, structure = model.state, model.now, model.structure
    now.dies_arrived = s.dies_in_process
    s.die_bank = s.die_bank + now.dies_arrived
    wanted = model.design_team.dies_wanted()
    wafers_wanted = wanted / model.units_per_wafer
    now.room = s.capacity * model.output_per_unit
    now.room *= now.availability
    other = s.other_demand
    relation = (structure.source_share[:, None] * controlled_sources(model)) * (s.capacity[structure.source_line] > 0.0)
    claim = wafers_wanted[structure.source_product] * ratio(
        relation, structure.sources_to_product(relation)[structure.source_product]
    )
    asked = structure.sources_to_line(claim) + other
    part = part_of(now.room, asked)
    now.other_served = other * part
    market = Market(
        buyer=structure.source_product,
        seller=structure.source_line,
        to_buyer=structure.sources_to_product,
        to_seller=structure.sources_to_line,
        want=wafers_wanted,
        room=now.room - now.other_served,
        limit=now.room[structure.source_line] * (structure.source_qualification[:, None] * controlled_sources(model)),
        weight=relation,
    )
    market.grant(claim)
    now.wafer_starts = market.offer(2, closing=True)
    now.requested = asked
    now.output = now.other_served + structure.sources_to_line(now.wafer_starts)
    # packagers ask tool makers at the quarter's end: until then their lines are known by what was asked last quarter
    rows = model.graph.tools.sellers
    now.requested[rows] = np.maximum(s.requested[rows], now.requested[rows])
    s.dies_in_process = now.wafer_starts * model.units_per_wafer[structure.source_product]


def controlled_sources(model: PackagingModel) -> Array:
    """(source, W): the part of a wafer source that controls on advanced logic leave to designers of a controlled place.

    Advanced logic for a target's designers is presumed controlled at foundries of the controller and of its allies, unless an approved
    packager - one that stands elsewhere than the designer's home - finishes it.
    """

    def left() -> Array:
        s, structure, p = model.state, model.structure, model.parameters
        lines = structure.lines
        home = structure.designer_headquarters[structure.product_designer[structure.source_product]]
        foundry = lines.headquarters[lines.firm[structure.source_line]]
        advanced = structure.product_segment[structure.source_product] == SEGMENT_OF["ai_accelerator"]
        reached = (structure.allies[:, foundry] * (advanced & (foundry != home)))[:, :, None]
        cut = np.zeros((structure.n_sources, s.n_worlds))
        for controller in range(N_PLACES):
            if reached[controller].any():
                cut = np.maximum(cut, s.control[_ADVANCED, controller][home] * reached[controller])
        return 1.0 - cut * (1.0 - p.approved_relief * _approved_share(model)[structure.source_product])

    return model.once("controlled sources", left)


def _approved_share(model: PackagingModel) -> Array:
    """(product, W): share of a product's packages that come from places which its home does not stand in."""
    structure = model.structure
    home = structure.designer_headquarters[structure.product_designer]
    elsewhere = (structure.edge_place != home[structure.edge_product]).astype(float)[:, None]
    mix = model.state.mix[structure.edge_recipe] * model.state.relation
    return at_most(structure.edges_to_product(mix * elsewhere), 1.0)
