"""Chip designers: what they expect to sell, how many dies and slots they ask for, which recipe they choose."""

from __future__ import annotations

from typing import TYPE_CHECKING

import mesa
import numpy as np

from policygame.model import technology
from policygame.model.arrays import TINY, Array, logistic, positive, ratio, shrunk

if TYPE_CHECKING:
    from policygame.model.model import PackagingModel

RECIPE_CHOICE = 6.0
"""How strongly a difference in net value (as a share of the product's value) moves the choice of recipe (assumption)."""
DESIGN_CHOICE = 100.0
"""How strongly a cost difference, as a share of the product's price, moves the choice of design (assumption)."""
FILL_VALUE = 0.5
"""What being able to ship is worth beside the product's value: value lost per unfilled share of a recipe's slots (assumption)."""


class DesignerRules:
    """The rules of chip designers, for consecutive designers: products (product, W), recipes (recipe, W).

    One designer is the case of one row; the model applies the rules to all designers at once.
    """

    model: PackagingModel

    def set_rows(self, first: int, last: int) -> None:
        """Let the rules act on the designers ``first`` to ``last``."""
        s = self.model.structure
        products = np.flatnonzero((s.product_designer >= first) & (s.product_designer <= last))
        recipes = np.flatnonzero(np.isin(s.recipe_product, products))
        self.products = slice(int(products[0]), int(products[-1]) + 1)
        self.recipes = slice(int(recipes[0]), int(recipes[-1]) + 1)
        self.product_of_recipe = s.recipe_product[self.recipes] - self.products.start
        self.recipe_starts = np.searchsorted(self.product_of_recipe, np.arange(len(products)))

    def form_expectation(self) -> None:
        """Adaptive level and trend of its orders (Holt): the forecast that it publishes to packagers."""
        p, s = self.model.parameters, self.model.state
        demand = self.model.now.demand[self.products]
        level, trend = s.order_level[self.products], s.order_trend[self.products]
        new_level = (1.0 - p.level_gain) * (level + trend) + p.level_gain * demand
        new_trend = (1.0 - p.trend_gain) * trend + p.trend_gain * (new_level - level)
        bound = p.trend_cap * new_level
        s.order_level[self.products] = positive(new_level)
        s.order_trend[self.products] = np.minimum(np.maximum(new_trend, -bound), bound)

    def dies_wanted(self) -> Array:
        """(product, W) k units' worth of dies to start: next quarter's expected use and cover, less what this quarter's asks leave.

        Dies are ordered for what customers want, not for the slots that happen to be free: a bank that grows while wafers run is the
        sign that packaging binds.
        """
        p, s = self.model.parameters, self.model.state
        ahead = positive(s.order_level[self.products] + s.order_trend[self.products])
        queue = p.drawn_queue_share * self.model.queue_before()[self.products]
        bank = self.model.die_bank_by_product()[self.products]
        loss = 1.0 / self.model.main_yield()[self.products]
        left = shrunk(bank, (self.model.now.demand[self.products] + queue) * loss)
        return shrunk((1.0 + p.die_bank_cover_quarters) * (ahead + queue) * loss, left)

    def slots_wanted(self) -> Array:
        """(product, W) good packages asked for: this quarter's demand and part of the queue, as far as there are dies."""
        p, now = self.model.parameters, self.model.now
        asked = now.demand[self.products] + p.drawn_queue_share * self.model.queue_before()[self.products]
        dies = self.model.die_bank_by_product()[self.products] * self.model.main_yield()[self.products]
        return np.minimum(asked, dies)

    def choose_recipes(self) -> None:
        """Move the mix towards recipes that are worth more after their cost and that get slots, with inertia."""
        p, s, model = self.model.parameters, self.model.state, self.model
        value = technology.recipe_value(model)[self.recipes] + FILL_VALUE * (s.recipe_fill[self.recipes] - 1.0)
        best = np.maximum.reduceat(value, self.recipe_starts, axis=0)[self.product_of_recipe]
        pull = np.exp(RECIPE_CHOICE * (value - best)) * model.recipe_possible()[self.recipes]
        total = np.add.reduceat(pull, self.recipe_starts, axis=0)[self.product_of_recipe]
        mix = s.mix[self.recipes]
        target = np.where(total > TINY, ratio(pull, total), mix)
        s.mix[self.recipes] = p.recipe_inertia * mix + (1.0 - p.recipe_inertia) * target

    def choose_design(self) -> None:
        """Move between the stated design and its chiplet or monolithic alternative, by what the stated one saves, with inertia."""
        p, s = self.model.parameters, self.model.state
        target = logistic(DESIGN_CHOICE * technology.design_advantage(self.model)[self.products])
        s.design_mix[self.products] = p.recipe_inertia * s.design_mix[self.products] + (1.0 - p.recipe_inertia) * target


class ChipDesigner(DesignerRules, mesa.Agent):
    """A designer with its products."""

    model: PackagingModel

    def __init__(self, model: PackagingModel, name: str) -> None:
        super().__init__(model)
        self.name = name
        self.row = model.structure.designers.index(name)
        self.set_rows(self.row, self.row)


class DesignTeam(DesignerRules):
    """Consecutive designers acting at once."""

    def __init__(self, model: PackagingModel, first: int, last: int) -> None:
        self.model = model
        self.set_rows(first, last)
