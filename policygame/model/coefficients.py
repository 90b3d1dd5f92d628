"""What stays as it is during a run: the scenario's numbers as arrays over worlds.

Every number may differ from world to world (``worlds.Values``); dated demand is laid out quarter by quarter. What changes is ``state``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from policygame.catalogue import Quarter
from policygame.model.arrays import Array, Index
from policygame.model.structure import (
    FIRST_PACKAGING_STAGE,
    N_PLACES,
    N_SEGMENTS,
    N_STAGES,
    N_TECHNOLOGIES,
    PLACE_OF,
    SEGMENT_OF,
    STAGE_OF,
    TECHNOLOGY_OF,
    Structure,
)
from policygame.model.worlds import Values
from policygame.scenario.parameters import Parameters
from policygame.scenario.problems import path_text

MONTHS_PER_QUARTER = 3.0


class ParameterArrays:
    """The behavioural parameters by name, each an array (world,)."""

    def __init__(self, values: Values) -> None:
        self._arrays = {name: values[f"parameters.{name}"] for name in Parameters.model_fields}

    def __getattr__(self, name: str) -> Array:
        try:
            return self.__dict__["_arrays"][name]
        except KeyError:
            raise AttributeError(f"no parameter {name!r} is declared in policygame.scenario.parameters") from None


@dataclass(frozen=True)
class Coefficients:
    """Numbers of a scenario over worlds (W) and rows (see ``structure``); units in the names.

    stage_*            (stage, W)       price per unit of output, learning per doubling
    capex_musd         (line, W)        of a unit of capacity, at its place
    operating_usd      (line, W)        of a unit of output at full use, at its place
    output_per_capacity (line, 1)       units of output a quarter from a unit of capacity
    labour_per_unit    (line, W)        skilled people per unit of capacity
    tool_need          (line, W)        tool sets per unit of capacity
    hurdle             (firm, W)        annual return asked for
    demand_path        (quarter, segment, W)  k units, before shocks and prices
    other_use_factor   (quarter, stage, W)  by which uses of lines outside the scenario grow in a quarter
    destination        (segment, place) shares of demand
    value_growth       (quarter, product) log points by which a unit's compute has grown; a product that enters later stands, when it
                       does, where those that were there have got to
    appeal, hazard, depth (place, W)
    attributes         (technology, 4)  bandwidth, energy, connections, area relative to the best
    """

    stage_price_usd: Array
    stage_learning: Array
    capex_musd: Array
    operating_usd: Array
    output_per_capacity: Array
    labour_per_unit: Array
    tool_need: Array
    hurdle: Array
    demand_path: Array
    other_use_factor: Array
    volatility: Array
    elasticity: Array
    surge_hazard: Array
    surge_log_size: Array
    segment_price_usd: Array
    destination: Array
    value_growth: Array
    appeal: Array
    hazard: Array
    depth: Array
    attributes: Array
    product_share: Array
    product_value: Array
    long_term_share: Array
    access: Array
    income_musd: Array
    disruptions: tuple[DatedOutage, ...]


@dataclass(frozen=True)
class DatedOutage:
    """A disruption that the scenario announces: at ``place``, from quarter ``begins`` (W) for ``quarters``, of ``depth`` (W)."""

    place: int
    begins: Index
    quarters: int
    depth: Array

    def strikes(self, quarter: int) -> Array:
        """Share of the place's lines that it stops in a quarter, (W,)."""
        now = (self.begins <= quarter) & (quarter < self.begins + self.quarters)
        return np.where(now, self.depth, 0.0)


@dataclass(frozen=True)
class Lags:
    """Whole quarters that building takes, by line: (line,) index arrays."""

    brownfield: Index
    greenfield: Index
    tools: int
    workforce: int


def compile_lags(structure: Structure) -> Lags:
    """Building times, rounded to quarters; they are the same in every world."""
    scenario, lines = structure.scenario, structure.lines

    def lag(kind: str) -> Index:
        out = []
        for key in lines.keys:
            place = scenario.jurisdictions[key.jurisdiction]
            extra = scenario.stages[key.stage].shell_extra_quarters.value if key.stage in scenario.stages else 0.0
            out.append(max(1, round(getattr(place, kind).value + extra)))
        return np.array(out, dtype=np.intp)

    parameters = scenario.parameters
    return Lags(
        lag("brownfield_quarters"),
        lag("greenfield_quarters"),
        max(1, round(parameters.tool_lead_quarters.value)),
        max(1, round(parameters.workforce_lag_quarters.value)),
    )


def _stage_numbers(structure: Structure, values: Values, field: str, packaging_field: str) -> Array:
    out = np.zeros((N_STAGES, values.n_worlds))
    for name in structure.scenario.technologies:
        out[STAGE_OF[name]] = values[f"technologies.{name}.{packaging_field}"]
    for name in structure.scenario.stages:
        out[STAGE_OF[name]] = values[f"stages.{name}.{field}"]
    return out


def _place_numbers(structure: Structure, values: Values, field: str, default: float) -> Array:
    out = np.full((N_PLACES, values.n_worlds), default)
    for name in structure.scenario.jurisdictions:
        out[PLACE_OF[name]] = values[f"jurisdictions.{name}.{field}"]
    return out


def _segment_numbers(structure: Structure, values: Values, field: str) -> Array:
    out = np.zeros((N_SEGMENTS, values.n_worlds))
    for name in structure.scenario.segments:
        out[SEGMENT_OF[name]] = values[f"segments.{name}.{field}"]
    return out


def _technology_numbers(structure: Structure, values: Values, field: str) -> Array:
    out = np.zeros((N_STAGES, values.n_worlds))
    for name in structure.scenario.technologies:
        out[FIRST_PACKAGING_STAGE + TECHNOLOGY_OF[name]] = values[f"technologies.{name}.{field}"]
    return out


def _demand_path(structure: Structure, values: Values) -> Array:
    """Baseline demand: the first quarter's level, then dated growth regimes compounded quarter by quarter."""
    path = np.zeros((structure.n_quarters, N_SEGMENTS, values.n_worlds))
    for name, segment in structure.scenario.segments.items():
        growth = np.zeros((structure.n_quarters, values.n_worlds))
        for n, regime in enumerate(segment.growth_per_quarter):
            begins = max(Quarter.parse(regime.quarter) - structure.first, 0)
            growth[begins:] = values[f"segments.{name}.growth_per_quarter[{n}].value"]
        growth[0] = 0.0
        level = values[f"segments.{name}.demand_kunits_per_quarter"]
        path[:, SEGMENT_OF[name]] = level * np.exp(np.cumsum(growth, axis=0))
    return path


def _other_use_factor(structure: Structure, values: Values, parameters: ParameterArrays) -> Array:
    """Growth of uses outside the scenario: the parameter's, or a stage's own from its first dated regime on."""
    factor = np.empty((structure.n_quarters, N_STAGES, values.n_worlds))
    factor[:] = 1.0 + parameters.other_use_growth
    for name, stage in structure.scenario.stages.items():
        for n, regime in enumerate(stage.other_use_growth):
            begins = max(Quarter.parse(regime.quarter) - structure.first, 0)
            factor[begins:, STAGE_OF[name]] = np.exp(values[f"stages.{name}.other_use_growth[{n}].value"])
    return factor


def _destination(structure: Structure) -> Array:
    out = np.zeros((N_SEGMENTS, N_PLACES))
    for name, segment in structure.scenario.segments.items():
        for place, share in segment.destinations.items():
            out[SEGMENT_OF[name], PLACE_OF[place]] = share.value
        out[SEGMENT_OF[name]] /= out[SEGMENT_OF[name]].sum()
    return out


def _value_growth(structure: Structure) -> Array:
    """How the compute of a unit has grown, in log points: since the start, or for a later entrant since it entered, from the mean of
    its segment's incumbents (weighed by their stated shares) then. Products without compute do not move."""
    compute, starts = structure.compute_h100e, np.maximum(structure.product_starts, 0)
    quarters, products = np.arange(structure.n_quarters), np.arange(len(structure.products))
    entered = compute[np.minimum(starts, structure.n_quarters - 1), products]
    grown = np.log(
        np.where((compute > 0.0) & (entered > 0.0), compute, 1.0) / np.where((compute > 0.0) & (entered > 0.0), entered, 1.0)
    )
    grown = np.where(quarters[:, None] >= starts, grown, 0.0)
    out = grown.copy()
    weight = np.array([key.spec.share.value for key in structure.products]) * (starts == 0)
    for segment in range(N_SEGMENTS):
        here = structure.product_segment == segment
        total = float((weight * here).sum())
        if total > 0.0:
            incumbents = (grown * (weight * here)).sum(axis=1) / total
            later = here & (starts > 0) & (starts < structure.n_quarters)
            out[:, later] += incumbents[starts[later]]
    return out


def _attributes(structure: Structure) -> Array:
    """Bandwidth, energy per bit (lower is better), connection density and usable area, each relative to the best technology."""
    out = np.zeros((N_TECHNOLOGIES, 4))
    for name, spec in structure.scenario.technologies.items():
        out[TECHNOLOGY_OF[name]] = (
            spec.bandwidth_tbps.value,
            1.0 / max(spec.energy_pj_per_bit.value, 1e-9),
            spec.connections_per_mm2.value,
            spec.usable_area_mm2.value,
        )
    return out / np.maximum(out.max(axis=0), 1e-12)


def _access(structure: Structure) -> Array:
    """(product, place): 1 where a product may be sold at the start."""
    out = np.ones((len(structure.products), N_PLACES))
    for p, key in enumerate(structure.products):
        if key.spec.only_to:
            out[p] = 0.0
            out[p, [PLACE_OF[place] for place in key.spec.only_to]] = 1.0
        out[p, [PLACE_OF[place] for place in key.spec.not_to]] = 0.0
    return out


def _income(structure: Structure, values: Values) -> Array:
    """(purse, place, W): quarterly income of the packaging purse and of the fab purse."""
    out = np.zeros((2, N_PLACES, values.n_worlds))
    for name, place in structure.scenario.jurisdictions.items():
        if place.government is not None:
            base = f"jurisdictions.{name}.government."
            out[0, PLACE_OF[name]] = values[base + "packaging_income_musd_per_year"] / 4.0
            out[1, PLACE_OF[name]] = values[base + "fab_income_musd_per_year"] / 4.0
    return out


def _disruptions(structure: Structure, values: Values) -> tuple[DatedOutage, ...]:
    """Every world's own date in the window of each disruption."""
    found = []
    for n, spec in enumerate(structure.scenario.disruptions):
        first, last = Quarter.parse(spec.first) - structure.first, Quarter.parse(spec.last) - structure.first
        begins = first + np.asarray(values.uniform(f"disruption {n}") * (last - first + 1), dtype=np.intp)
        depth = values[path_text(("disruptions", n, "depth"))]
        found.append(DatedOutage(PLACE_OF[spec.jurisdiction], begins, round(spec.duration_quarters.value), depth))
    return tuple(found)


def compile_coefficients(structure: Structure, values: Values, parameters: ParameterArrays) -> Coefficients:
    """Lay a scenario's numbers out over rows and worlds."""
    lines, scenario = structure.lines, structure.scenario
    capex = _stage_numbers(structure, values, "capex_musd_per_unit", "capex_musd_per_kwpm")
    price = _stage_numbers(structure, values, "price_usd_per_unit", "price_usd_per_wafer")
    operating = _stage_numbers(structure, values, "operating_cost_share", "operating_cost_share")
    capex_factor = _place_numbers(structure, values, "capex_factor", 1.0)
    operating_factor = _place_numbers(structure, values, "operating_cost_factor", 1.0)
    hurdle = np.empty((len(lines.firms), values.n_worlds))
    for f, name in enumerate(lines.firms):
        firm = scenario.firms[name]
        premium = parameters.osat_hurdle_premium if firm.kind == "osat" else 0.0
        if firm.hurdle_premium is not None:
            premium = values[path_text(("firms", name, "hurdle_premium"))]
        hurdle[f] = parameters.hurdle_return + premium
    return Coefficients(
        stage_price_usd=price,
        stage_learning=_technology_numbers(structure, values, "learning_per_doubling"),
        capex_musd=capex[lines.stage] * capex_factor[lines.place],
        operating_usd=(price * operating)[lines.stage] * operating_factor[lines.place],
        output_per_capacity=np.where(lines.is_supply, 1.0, MONTHS_PER_QUARTER)[:, None],
        labour_per_unit=_technology_numbers(structure, values, "labour_per_kwpm")[lines.stage],
        tool_need=_technology_numbers(structure, values, "tool_need")[lines.stage],
        hurdle=hurdle,
        demand_path=_demand_path(structure, values),
        other_use_factor=_other_use_factor(structure, values, parameters),
        volatility=_segment_numbers(structure, values, "volatility"),
        elasticity=_segment_numbers(structure, values, "price_elasticity"),
        surge_hazard=_segment_numbers(structure, values, "surge_hazard_per_quarter"),
        surge_log_size=_segment_numbers(structure, values, "surge_log_size"),
        segment_price_usd=_segment_numbers(structure, values, "unit_price_usd"),
        destination=_destination(structure),
        value_growth=_value_growth(structure),
        appeal=_place_numbers(structure, values, "location_appeal", 0.0),
        hazard=_place_numbers(structure, values, "outage_hazard_per_quarter", 0.0),
        depth=_place_numbers(structure, values, "outage_depth", 0.0),
        attributes=_attributes(structure),
        product_share=np.array([key.spec.share.value for key in structure.products]),
        product_value=np.array([key.spec.relative_value.value for key in structure.products]),
        long_term_share=np.array([key.spec.long_term_share.value for key in structure.products]),
        access=_access(structure),
        income_musd=_income(structure, values),
        disruptions=_disruptions(structure, values),
    )


__all__ = ["Coefficients", "Lags", "ParameterArrays", "compile_coefficients", "compile_lags"]
