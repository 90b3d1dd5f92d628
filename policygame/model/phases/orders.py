"""Phase 3: what buyers order - segment demand, market shares, destinations, double orders.

Designers' own rules (what they expect, how many slots they ask for) are in ``agents.designer``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from policygame.model.arrays import TINY, Array, at_least, part_of, positive, ratio, shrunk
from policygame.model.state import LEVER_CONTROLS
from policygame.model.structure import N_PLACES, N_SEGMENTS, SEGMENT_OF

if TYPE_CHECKING:
    from policygame.model.model import PackagingModel

ADVANCED_LOGIC_SEGMENTS = ("ai_accelerator",)
DIVERTED_SHARE = 0.5
"""Part of the orders that a control forbids which goes to products that nobody controls (assumption)."""
_ADVANCED = LEVER_CONTROLS.index("advanced_logic")


def place_orders(model: PackagingModel) -> None:
    """Demand by segment, place and product; then every designer revises its expectation and its double orders."""
    s, c, now = model.state, model.coefficients, model.now
    path = c.demand_path[model.quarter]
    now.segment_demand = path * np.exp(s.demand_deviation + s.surge) * s.segment_price ** (-c.elasticity)
    _move_market_shares(model)
    orders = _split(model)
    now.stock_orders = np.zeros_like(s.stock_kunits)
    if s.stockpile_target.any():  # where no world has a stockpile, this changes no bit
        now.stock_orders = _stockpile_orders(model, orders)
        orders = orders + _to_products(model, orders, now.stock_orders)
    now.orders = orders
    now.demand = now.orders.sum(axis=1)
    _order_twice(model)
    model.design_team.form_expectation()


def _sells(model: PackagingModel) -> Array:
    return (model.structure.product_starts <= model.quarter).astype(float)[:, None]


def _move_market_shares(model: PackagingModel) -> None:
    """Shares drift towards value, price and delivery time, with inertia; a new product enters at its stated appeal."""
    s, c, p, structure = model.state, model.coefficients, model.parameters, model.structure
    delay = (s.lead_time_weeks - p.process_weeks) / 52.0
    price = np.log(s.product_price)
    value = c.value_growth[model.quarter][:, None]
    appeal = (c.product_share[:, None] * _sells(model)) * np.exp(
        p.value_weight * value - p.delay_weight * delay - p.price_weight * price
    )
    target = ratio(appeal, structure.products_to_segment(appeal)[structure.product_segment])
    s.market_share = p.share_inertia * s.market_share + (1.0 - p.share_inertia) * target
    total = structure.products_to_segment(s.market_share)[structure.product_segment]
    s.market_share = ratio(s.market_share, total)


def _split(model: PackagingModel) -> Array:
    """Orders (product, place, W): each place's demand over the products that may be sold there.

    What an export control takes away is in part diverted to products that nobody controls, as far as there are any, else lost.
    """
    structure, now = model.structure, model.now
    wanted = model.coefficients.access[:, :, None] * model.state.market_share[:, None, :]
    flat = wanted.reshape(len(structure.products), -1)
    total = structure.products_to_segment(flat).reshape(N_SEGMENTS, N_PLACES, -1)
    per_offer = now.segment_demand[:, None, :] * model.coefficients.destination[:, :, None] / at_least(total, TINY)
    orders = wanted * per_offer[structure.product_segment]
    if not model.state.control[_ADVANCED].any():  # where no world controls advanced logic, the rest changes no bit
        return orders
    strength = controlled_access(model)
    withheld = orders * strength
    free = orders * (strength <= 0.0)

    def by_segment(x: Array) -> Array:
        return structure.products_to_segment(x.reshape(len(structure.products), -1)).reshape(N_SEGMENTS, N_PLACES, -1)

    diverted = DIVERTED_SHARE * ratio(by_segment(withheld), by_segment(free))
    return orders - withheld + free * diverted[structure.product_segment]


def controlled_access(model: PackagingModel) -> Array:
    """(product, place, W): the part of a place's orders that export controls of a product's home on advanced logic forbid."""
    structure = model.structure
    forbidden = np.zeros((len(structure.products), N_PLACES, model.state.n_worlds))
    rows = np.flatnonzero(np.isin(structure.product_segment, [SEGMENT_OF[name] for name in ADVANCED_LOGIC_SEGMENTS]))
    forbidden[rows] = model.state.control[_ADVANCED][structure.designer_headquarters[structure.product_designer[rows]]]
    return forbidden


def _stockpile_orders(model: PackagingModel, orders: Array) -> Array:
    """Governments order half of what their stockpiles lack, as far as their purse goes: (place, segment, W) k units."""
    s, c = model.state, model.coefficients
    lacking = 0.5 * shrunk(s.stockpile_target, s.stock_kunits)
    cost = lacking * (c.segment_price_usd * s.segment_price)[None] / 1000.0
    total = cost.sum(axis=1)
    affordable = part_of(positive(s.purse_musd[0]), total)
    reachable = model.structure.products_to_segment(orders.reshape(orders.shape[0], -1)).reshape(N_SEGMENTS, N_PLACES, -1)
    return lacking * affordable[:, None, :] * (reachable.transpose(1, 0, 2) > 0.0)


def _to_products(model: PackagingModel, orders: Array, stock_orders: Array) -> Array:
    """Spread stockpile orders over products as the place's other orders are."""
    structure = model.structure
    total = structure.products_to_segment(orders.reshape(orders.shape[0], -1)).reshape(N_SEGMENTS, N_PLACES, -1)
    extra = stock_orders.transpose(1, 0, 2) / at_least(total, TINY)
    return orders * extra[structure.product_segment]


def _order_twice(model: PackagingModel) -> None:
    """Double orders: a cancellable stock that follows last quarter's shortfall of fill."""
    s, p = model.state, model.parameters
    shortfall = np.clip(1.0 - s.fill - p.phantom_tolerance, 0.0, p.phantom_shortfall_cap)
    model.now.phantom_before = s.phantom
    target = 12.0 * p.phantom_eta * model.now.demand * shortfall
    s.phantom = s.phantom + p.phantom_adjustment * (target - s.phantom)
