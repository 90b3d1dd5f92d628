"""What a product is made of and what a package is worth: monolithic or chiplets, attributes of technologies, slowing nodes, research.

Prices, markets and yields of lines are elsewhere; costs of one package as published are ``cost``. Designers choose by these numbers
(``agents.designer``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from policygame.model.arrays import Array, at_least
from policygame.model.structure import STAGE_OF

if TYPE_CHECKING:
    from policygame.model.model import PackagingModel


def units_per_wafer(model: PackagingModel) -> Array:
    """(product, W): units per good wafer, over the designs in use."""
    structure, mix = model.structure, model.state.design_mix
    stated, other = structure.units_per_wafer[model.quarter][:, None], structure.other_units_per_wafer[model.quarter][:, None]
    return 1.0 / (mix / stated + (1.0 - mix) / np.where(other > 0.0, other, stated))


def placements(model: PackagingModel) -> Array:
    """(recipe, W): placements in a package, over the designs in use."""
    structure = model.structure
    fewer = structure.fewer_dies[model.quarter][:, None] * (1.0 - model.state.design_mix)
    return at_least(structure.placements[model.quarter][:, None] - fewer[structure.recipe_product], 1.0)


def design_advantage(model: PackagingModel) -> Array:
    """(product, W): what the stated design saves beside the other, as a share of the product's price; large where no other can be made.

    The other design's dies cost more or less by their yield on the wafer; each die more to place can ruin the package; and splitting a
    die in two costs the product part of its value.
    """
    structure, c, s, p, t = model.structure, model.coefficients, model.state, model.parameters, model.quarter
    stated, other = structure.units_per_wafer[t][:, None], structure.other_units_per_wafer[t][:, None]
    wafer = (c.stage_price_usd * s.stage_price)[model.wafer_stage]
    dies_usd = wafer * (1.0 / np.where(other > 0.0, other, stated) - 1.0 / stated)
    more_placements = -structure.fewer_dies[t][:, None]
    per_placement = model.main_yield() ** (1.0 / structure.placements[t][structure.main_recipe][:, None])
    ruined_usd = model.content_usd() * (1.0 - per_placement**more_placements)
    price = c.segment_price_usd[structure.product_segment] * s.product_price * c.product_value[:, None]
    value = p.chiplet_value_loss * np.sign(more_placements)
    return np.where(other > 0.0, (dies_usd + ruined_usd) / price + value, 1.0)


def recipe_worth(model: PackagingModel) -> Array:
    """(recipe, W): what a package by each recipe is worth beside the product's best at the start.

    Nodes gain less every year, so value moves to packages, the more the better a technology's attributes; research adds to it.
    """
    structure, s, p = model.structure, model.state, model.parameters
    years = model.quarter / 4.0
    merit = model.coefficients.attributes.mean(axis=1)[:, None]
    gain = p.moore_slowdown * years * merit + p.research_value * np.log1p(s.knowledge_busd.max(axis=0))
    return structure.relative_value[model.quarter][:, None] * (1.0 + gain[structure.recipe_technology])


def recipe_value(model: PackagingModel) -> Array:
    """(recipe, W): worth of a package less its cost as a share of the product's price."""
    structure, c, s = model.structure, model.coefficients, model.state
    stage = structure.recipe_technology + STAGE_OF["conventional"]
    cost = (c.stage_price_usd * s.stage_price)[stage] / model.packages_per_wafer
    price = c.segment_price_usd[structure.product_segment] * s.product_price * c.product_value[:, None]
    return recipe_worth(model) - cost / price[structure.recipe_product]
