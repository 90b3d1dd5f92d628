"""Phase 6: packages reach their destinations; queues, lead times and prices follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from policygame.model.arrays import Array, at_least, part_of, positive, ratio, shrunk
from policygame.model.phases import settlement, treasury
from policygame.model.structure import N_PLACES, N_SEGMENTS

if TYPE_CHECKING:
    from policygame.model.model import PackagingModel


def ship(model: PackagingModel) -> None:
    """Deliver, queue, stockpile, quote lead times, settle the quarter's trade, move prices."""
    _deliver(model)
    _stockpiles(model)
    _lead_times(model)
    settlement.trade(model)
    _prices(model)


def _deliver(model: PackagingModel) -> None:
    """Priority-rated packages to their place, the rest in proportion to what is due; a part of the queue gives up."""
    s, p, now, structure = model.state, model.parameters, model.now, model.structure
    finished = structure.edges_to_product(now.good)
    due = model.due()
    first = np.minimum(now.priority, due)
    booked = structure.edges_to_product(now.booked)
    first = first * ratio(np.minimum(finished, booked), booked)[:, None, :]
    rest = shrunk(due, first)
    now.shipped = first + rest * part_of(shrunk(finished, first.sum(axis=1)), rest.sum(axis=1))[:, None, :]
    now.delivered = now.shipped.sum(axis=1)
    left = shrunk(due, now.shipped)
    now.cancelled = p.queue_attrition * left.sum(axis=1)
    s.backlog = left * (1.0 - p.queue_attrition)


def _by_segment(model: PackagingModel, x: Array) -> Array:
    """(product, place, W) -> (place, segment, W)."""
    flat = model.structure.products_to_segment(x.reshape(x.shape[0], -1))
    return flat.reshape(N_SEGMENTS, N_PLACES, -1).transpose(1, 0, 2)


def _stockpiles(model: PackagingModel) -> None:
    """Stockpile orders that arrived are stored; in a shortage of its own buyers a place releases what it holds."""
    s, now = model.state, model.now
    if not (now.stock_orders.any() or s.stock_kunits.any()):  # where no world has a stockpile, this changes no bit
        now.stocked = now.released = np.zeros_like(s.stock_kunits)
        now.sold_to_stockpiles_musd = np.zeros_like(now.delivered)
        return
    arrived, ordered, queue = (_by_segment(model, x) for x in (now.shipped, now.orders, s.backlog))
    due = arrived + queue
    now.stocked = np.minimum(now.stock_orders * part_of(arrived, due), arrived)
    short = ratio(queue, ordered) > 0.5
    now.released = np.where(short, np.minimum(s.stock_kunits, queue), 0.0)
    part = ratio(now.stocked, arrived).transpose(1, 0, 2)[model.structure.product_segment]
    treasury.pay_stockpile(model, now.shipped * part)
    s.stock_kunits = positive(s.stock_kunits + now.stocked - now.released)
    # what a stockpile could not get is not a customer's order: it leaves the queue and is ordered again
    segment = model.structure.product_segment
    unfilled = np.minimum(positive(now.stock_orders - now.stocked), positive(queue - now.released))
    given_up = s.backlog * ratio(unfilled, queue).transpose(1, 0, 2)[segment]
    relief = s.backlog * part_of(now.released, queue).transpose(1, 0, 2)[segment]
    now.cancelled = now.cancelled + given_up.sum(axis=1)
    s.backlog = positive(s.backlog - relief - given_up)


def _lead_times(model: PackagingModel) -> None:
    s, p, now = model.state, model.parameters, model.now
    real = now.queue = s.backlog.sum(axis=1)
    pace = at_least(now.delivered, 1e-9)
    active = (now.demand > 0.0) | (real > 0.0)
    cap = p.lead_time_cap_weeks
    now.real_lead_time_weeks = np.where(active, np.minimum(p.process_weeks + 13.0 * real / pace, cap), p.process_weeks)
    now.lead_time_weeks = np.where(active, np.minimum(p.process_weeks + 13.0 * (real + s.phantom) / pace, cap), p.process_weeks)
    s.lead_time_weeks = now.lead_time_weeks


def _prices(model: PackagingModel) -> None:
    """Prices of a stage rise with what is asked of it over what it can do, and fall back to cost, both slowly."""
    s, p, now, structure = model.state, model.parameters, model.now, model.structure
    asked = structure.lines_to_stage(now.requested)
    can = structure.lines_to_stage(now.room)
    tightness = np.clip(ratio(asked, can) - p.price_target_utilisation, -0.5, 1.0) * (can > 0.0)
    step = p.price_response * tightness - p.price_reversion * np.log(s.stage_price)
    s.stage_price = s.stage_price * np.exp(step)
    log_price = np.log(s.product_price)
    log_price = log_price + p.scarcity_pass_through * (1.0 - s.fill) - p.price_reversion * log_price
    s.product_price = np.exp(log_price)
    # a segment's price is the mean of its products' by market share
    s.segment_price = np.exp(structure.products_to_segment(s.market_share * log_price))


def segment_fill(model: PackagingModel) -> Array:
    """(segment, W): slots granted over slots asked for; 1 where nothing is asked."""
    structure, now = model.structure, model.now
    booked = structure.products_to_segment(structure.edges_to_product(now.booked))
    wanted = structure.products_to_segment(now.wanted)
    return np.where(wanted > 0.0, part_of(booked, wanted), 1.0)
