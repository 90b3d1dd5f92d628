"""Phase 9: the metrics that are held against the engine's, by metric, entity and item."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from policygame.catalogue import LEVERS
from tests.benchmarks.oracle.arithmetic import part_of, ratio

if TYPE_CHECKING:
    from tests.benchmarks.oracle.model import OracleModel
    from tests.benchmarks.oracle.things import Line

METRICS = (
    "packaging_capacity_kwpm",
    "wafer_capacity_kwpm",
    "capacity_under_construction_kwpm",
    "expected_capacity_kwpm",
    "utilisation",
    "package_yield",
    "skilled_people",
    "lines_down",
    "hhi_packaging",
    "hhi_wafers",
    "demand_kunits",
    "orders_kunits",
    "deliveries_kunits",
    "compute_delivered_kh100e",
    "compute_received_kh100e",
    "backlog_kunits",
    "phantom_backlog_kunits",
    "die_bank_kunits",
    "lead_time_weeks",
    "real_lead_time_weeks",
    "fill_rate",
    "slots_share",
    "price_index",
    "margin",
    "revenue_musd",
    "capex_musd",
    "cash_musd",
    "treasury_musd",
    "outlay_musd",
)
"""What is compared; of the catalogue's metrics, leadership and score are left out, and top shares and HHIs of suppliers."""

Series = dict[tuple[str, str, str], float]
"""Metric, entity and item -> value in a quarter."""


def measure(world: OracleModel) -> Series:
    """Every metric of this quarter."""
    out: Series = {}
    _capacity(world, out)
    _concentration(world, out)
    _products(world, out)
    _lead_times(world, out)
    _firms(world, out)
    _governments(world, out)
    return out


def _add(out: Series, metric: str, entity: str, item: str, value: float) -> None:
    key = metric, entity, item
    out[key] = out.get(key, 0.0) + value


def _capacity(world: OracleModel, out: Series) -> None:
    for line in world.supported:
        owners = ("world", f"firm:{line.firm.name}", f"country:{line.place.name}", f"hq:{line.firm.home}")
        kind = "packaging_capacity_kwpm" if line.stage.kind == "packaging" else "wafer_capacity_kwpm"
        for owner in owners:
            _add(out, kind, owner, line.stage.name, line.capacity_at_start)
            if line.stage.kind == "packaging" and not owner.startswith("hq"):
                _add(out, "capacity_under_construction_kwpm", owner, line.stage.name, line.tool_backlog + line.in_transit)
    for own in world.divisions:
        if own.stage.kind == "packaging":
            out["expected_capacity_kwpm", f"firm:{own.firm.name}", own.stage.name] = own.expected_capacity
    for stage in world.stages.values():
        made, can = sum(line.output for line in stage.lines), sum(line.room for line in stage.lines)
        out["utilisation", "world", stage.name] = part_of(made, can)
        out["price_index", "world", stage.name] = stage.price
    for technology in (stage for stage in world.stages.values() if stage.kind == "packaging"):
        edges = [edge for edge in world.edges if edge.recipe.technology is technology]
        good, starts = sum(edge.good for edge in edges), sum(edge.starts for edge in edges)
        out["package_yield", "world", technology.name] = ratio(good, starts)
        wafers = sum(edge.wafers_used for edge in edges)
        for edge in edges:
            _add(out, "slots_share", f"designer:{edge.product.designer.name}", technology.name, ratio(edge.wafers_used, wafers))
    for place in world.places.values():
        out["skilled_people", f"country:{place.name}", ""] = place.labour_pool
        out["lines_down", f"country:{place.name}", ""] = place.outage


def _concentration(world: OracleModel, out: Series) -> None:
    owners: dict[str, Callable[[Line], str]] = {
        "firm": lambda line: line.firm.name,
        "hq": lambda line: line.firm.home,
        "site": lambda line: line.place.name,
    }
    for metric, kind in (("hhi_packaging", "packaging"), ("hhi_wafers", "wafers")):
        stages = [stage for stage in world.stages.values() if stage.kind == kind]
        items = {stage.name: stage.lines for stage in stages} | {"all": [line for stage in stages for line in stage.lines]}
        for entity, owner in owners.items():
            for item, lines in items.items():
                out[metric, entity, item] = _herfindahl(lines, owner)


def _herfindahl(lines: Iterable[Line], owner: Callable[[Line], str]) -> float:
    held: dict[str, float] = {}
    for line in lines:
        held[owner(line)] = held.get(owner(line), 0.0) + line.capacity_at_start
    total = max(sum(held.values()), 1e-12)
    return 10_000.0 * sum((part / total) ** 2 for part in held.values())


def _products(world: OracleModel, out: Series) -> None:
    t = world.quarter
    for product in world.products:
        values = {
            "demand_kunits": product.demand,
            "orders_kunits": product.demand + product.phantom - product.phantom_before,
            "deliveries_kunits": product.delivered,
            "compute_delivered_kh100e": product.delivered * product.compute[t],
            "backlog_kunits": product.queue,
            "phantom_backlog_kunits": product.phantom,
            "die_bank_kunits": product.die_bank,
        }
        for metric, value in values.items():
            _add(out, metric, "world", product.segment.name, value)
            _add(out, metric, f"designer:{product.designer.name}", product.segment.name, value)
        for place, units in product.shipped.items():
            _add(out, "compute_received_kh100e", f"country:{place}", "", units * product.compute[t])
    for segment in world.segments.values():
        booked = sum(edge.booked for product in segment.products for edge in product.edges)
        wanted = sum(product.wanted for product in segment.products)
        out["fill_rate", "world", segment.name] = part_of(booked, wanted) if wanted > 0.0 else 1.0
        out["price_index", "world", segment.name] = segment.price


def _lead_times(world: OracleModel, out: Series) -> None:
    p = world.p

    def weeks(queue: float, delivered: float) -> float:
        return min(p.process_weeks + 13.0 * queue / max(delivered, 1e-9), p.lead_time_cap_weeks)

    for segment in world.segments.values():
        queue, phantom, delivered = (
            sum(getattr(product, field) for product in segment.products) for field in ("queue", "phantom", "delivered")
        )
        out["lead_time_weeks", "world", segment.name] = weeks(queue + phantom, delivered)
        out["real_lead_time_weeks", "world", segment.name] = weeks(queue, delivered)
    for product in world.products:
        entity = f"designer:{product.designer.name}"
        out["lead_time_weeks", entity, product.segment.name] = product.lead_time_weeks
        out["real_lead_time_weeks", entity, product.segment.name] = product.real_lead_time_weeks


def _firms(world: OracleModel, out: Series) -> None:
    for firm in world.firms.values():
        entity = f"firm:{firm.name}"
        sold = firm.revenue_musd > 1e-9
        out["margin", entity, ""] = 1.0 - firm.cost_musd / max(firm.revenue_musd, 1e-9) if sold else math.nan
        out["revenue_musd", entity, ""] = firm.revenue_musd
        out["cash_musd", entity, ""] = firm.cash_musd - firm.debt_musd
        capex = sum(line.capex_now for line in firm.lines)
        out["capex_musd", entity, ""] = capex
        _add(out, "capex_musd", "world", "", capex)
    for designer in world.designers.values():
        out["revenue_musd", f"designer:{designer.name}", ""] = designer.revenue_musd
        out["cash_musd", f"designer:{designer.name}", ""] = designer.cash_musd


def _governments(world: OracleModel, out: Series) -> None:
    for place in world.places.values():
        if place.government is not None:
            government, entity = place.government, f"government:{place.name}"
            committed = sum(line.committed_musd for line in world.lines if line.place is place)
            out["treasury_musd", entity, "committed"] = committed
            out["treasury_musd", entity, "paid"] = government.paid_total_musd
            out["treasury_musd", entity, "contingent"] = 0.0
            out["treasury_musd", entity, "left"] = sum(government.purse_musd.values())
            for lever in LEVERS:
                out["outlay_musd", entity, lever] = government.outlay_musd.get(lever, 0.0)
