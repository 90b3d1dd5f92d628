"""What a package costs and how it yields: dies, wafers, and the recurring cost of a product made from chiplets.

Formulas and parameters are those published for Chiplet Actuary (Feng and Ma, "Chiplet actuary: a quantitative cost model and
multi-chiplet architecture exploration", DAC 2022), in US dollars, areas in mm2, defects per cm2; the 3D stack, which has no
published parameters there, is an assumption. Learning, prices and what a site charges do not live here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from policygame.catalogue import INTEGRATIONS, nearest
from policygame.errors import UserError

__all__ = [
    "PUBLISHED",
    "CostError",
    "CostTable",
    "PackageCost",
    "Process",
    "die_yield",
    "dies_per_wafer",
    "good_dies_per_wafer",
    "package_cost",
]

FloatArray = NDArray[np.float64]
Values = Any  # a float, or an array of the broadcast shape; as with NumPy's own functions, a type checker cannot know which


class CostError(UserError, ValueError):
    """A quantity that the cost functions cannot use; the message says which, what is allowed and what is nearest."""


@dataclass(frozen=True, slots=True)
class Process:
    """A wafer process: cost of a wafer (USD), defect density (1/cm2), clustering parameter of the yield."""

    wafer_usd: float
    defects_per_cm2: float
    clustering: float


def _die_processes() -> Mapping[int, Process]:
    return {
        3: Process(30000.0, 0.20, 10.0),  # its authors call this one inaccurate
        5: Process(16988.0, 0.11, 10.0),
        7: Process(9346.0, 0.09, 10.0),
        10: Process(5992.0, 0.08, 10.0),
        14: Process(3984.0, 0.08, 10.0),
        28: Process(2891.0, 0.07, 10.0),
        55: Process(1937.0, 0.07, 10.0),
    }


def _placement_yields() -> Mapping[str, float]:
    return {"soc": 0.99, "mcm": 0.99, "fan_out": 0.98, "interposer_2_5d": 0.95, "hybrid_3d": 0.9965}


@dataclass(frozen=True, slots=True)
class CostTable:
    """Every parameter of the cost functions. Source: Feng and Ma, DAC 2022, unless the comment says assumption."""

    dies: Mapping[int, Process] = field(default_factory=_die_processes)
    fan_out_rdl: Process = Process(1200.0, 0.05, 3.0)
    interposer: Process = Process(1937.0, 0.06, 6.0)
    wafer_diameter_mm: float = 300.0
    scribe_mm: float = 0.2
    edge_mm: float = 5.0
    interface_factor: float = 1.10  # a chiplet's area over its share of the module: die-to-die interface
    fan_out_factor: float = 1.2  # redistribution layers over total die area
    interposer_factor: float = 1.1  # interposer over total die area
    substrate_factor: float = 4.0  # substrate over total die (or interposer) area
    substrate_usd_per_mm2: float = 0.005
    c4_usd_per_mm2: float = 0.005
    micro_bump_usd_per_mm2: float = 0.01
    # a substrate for several chips has more layers, and still more for a large package: (above mm2, times the price)
    substrate_layers: tuple[tuple[float, float], ...] = ((0.0, 1.5), (289.0, 1.75), (900.0, 2.0))
    placement_yield: Mapping[str, float] = field(default_factory=_placement_yields)  # hybrid_3d: assumption (0.995 to 0.998)
    attach_yield: float = 0.99  # interposer, or stack, on its substrate
    hybrid_bond_usd_per_mm2: float = 0.02  # assumption (0.01 to 0.05): a bond costs twice what micro-bumps do


PUBLISHED = CostTable()
"""The table that every function here uses."""


@dataclass(frozen=True, slots=True)
class PackageCost:
    """Recurring cost of one good package in USD, by cause. Arrays of the inputs' broadcast shape, floats where that is ().

    ``raw_chips``: dies and their bumps. ``defect_chips``: dies that fail. ``raw_package``: substrate, interposer, bonds.
    ``defect_package``: packages that fail. ``wasted_kgd``: known good dies lost in them. ``total``: the sum. ``normalised``:
    total per mm2 of module, over that of a 100 mm2 system on a chip of the same node.
    """

    raw_chips: Values
    defect_chips: Values
    raw_package: Values
    defect_package: Values
    wasted_kgd: Values
    total: Values
    normalised: Values


def package_cost(
    node_nm: ArrayLike,
    n_chiplets: ArrayLike,
    module_area_mm2: ArrayLike,
    integration: ArrayLike,
    *,
    placements: ArrayLike | None = None,
    placement_yield: ArrayLike | None = None,
) -> PackageCost:
    """Cost of one good package whose functions fill ``module_area_mm2`` of silicon. All arguments broadcast.

    ``node_nm``: a node of ``PUBLISHED.dies``. ``n_chiplets``: chips that share the module equally, at least 1 (a fraction
    interpolates); a ``soc`` is one chip whatever it says. ``integration``: ids of ``INTEGRATIONS``, one or an array.
    ``placements``: what is placed in a package, memory stacks included; default the chips. ``placement_yield``: share of
    placements that work, in (0, 1]; default the published one.

    ``hybrid_3d`` is an assumption: equal chips are bonded on each other at a cost per mm2 of each placed chip, the stack stands
    on a simple substrate of four times its footprint, and a failed bond loses all its chips.

    Raises CostError, also where no piece fits on a wafer or no package is ever good. Source: Feng and Ma, DAC 2022.

    >>> cost = package_cost(node_nm=5, n_chiplets=2, module_area_mm2=800, integration="interposer_2_5d")
    >>> round(cost.total, 2), round(cost.normalised, 2)
    (641.46, 2.23)
    >>> np.round(package_cost(5, [1, 2, 4], 800, ["soc", "mcm", "mcm"]).total)
    array([699., 516., 401.])
    """
    kinds = _integrations(integration)
    nodes, area = _nodes(node_nm), _areas(module_area_mm2, "module area")
    chips = np.where(kinds == "soc", 1.0, _numbers(n_chiplets, "number of chiplets", low=1.0))
    placed = chips if placements is None else _numbers(placements, "number of placements", low=1.0)
    if placement_yield is None:
        works = _PLACEMENT_YIELD(kinds)
    else:
        works = _numbers(placement_yield, "placement yield", low=0.0, high=1.0, open_low=True)
    shape, (nodes, area, chips, placed, works, numbered) = _together(nodes, area, chips, placed, works, _INDEX(kinds))
    columns = np.empty((5, nodes.size))
    for number, causes in enumerate(_CAUSES.values()):
        rows = np.flatnonzero(numbered == number)
        if rows.size:
            columns[:, rows] = causes(_Module(nodes[rows], area[rows], chips[rows], placed[rows], works[rows]))
    total = columns[0] + columns[1] + columns[2] + columns[3] + columns[4]
    normalised = total / area / (_soc_total_of_100_mm2(nodes) / 100.0)
    return PackageCost(*(_plain(column, shape) for column in (*columns, total, normalised)))


def die_yield(area_mm2: ArrayLike, node_nm: ArrayLike) -> Values:
    """Share of dies of ``area_mm2`` that work at ``node_nm``; arguments broadcast. Raises CostError. Feng and Ma, DAC 2022.

    >>> round(die_yield(800, 5), 3)
    0.43
    """
    shape, (area, nodes) = _together(_areas(area_mm2, "die area"), _nodes(node_nm))
    return _plain(_yield(area, *_process(nodes)[1:]), shape)


def dies_per_wafer(area_mm2: ArrayLike) -> Values:
    """Whole dies of ``area_mm2`` on a 300 mm wafer, edge and scribe lines taken off; not rounded. Raises CostError.

    >>> round(dies_per_wafer(814), 1)
    57.6
    """
    shape, (area,) = _together(_areas(area_mm2, "die area"))
    return _plain(_per_wafer(area), shape)


def good_dies_per_wafer(area_mm2: ArrayLike, node_nm: ArrayLike) -> Values:
    """Working dies of ``area_mm2`` on a 300 mm wafer at ``node_nm``; arguments broadcast. Raises CostError."""
    shape, (area, nodes) = _together(_areas(area_mm2, "die area"), _nodes(node_nm))
    return _plain(_per_wafer(area) * _yield(area, *_process(nodes)[1:]), shape)


# --- formulas, on arrays of floats ---


@dataclass(frozen=True, slots=True)
class _Module:
    """The inputs of one integration, as arrays of equal length, and what follows from them for every integration."""

    node_nm: FloatArray
    area_mm2: FloatArray
    chips: FloatArray
    placed: FloatArray
    works: FloatArray

    def dies(self, area_factor: float) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Total die area, cost of the raw dies, further cost of known good ones; each for all chips of the module."""
        die = self.area_mm2 * area_factor / self.chips
        wafer_usd, defects, clustering = _process(self.node_nm)
        raw = wafer_usd / _per_wafer(die)
        return die * self.chips, raw * self.chips, raw * self.chips * (1.0 / _yield(die, defects, clustering) - 1.0)

    def all_placed(self) -> FloatArray:
        """Share of packages in which every placement works."""
        share = np.power(self.works, self.placed)
        if np.any(share < _LEAST_YIELD):
            worst = int(np.argmin(share))
            raise CostError(
                f"with {self.placed[worst]:g} placements that work with probability {self.works[worst]:g} no package is ever "
                "good; use fewer chiplets or placements, or a higher placement yield"
            )
        return share


_LEAST_YIELD = 1e-12
_LEAST_AREA_MM2, _MOST_AREA_MM2 = 1e-6, 1e6  # a square micrometre to a square metre

Causes = tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]


def _on_substrate(module: _Module, area_factor: float) -> Causes:
    """One chip or several on an organic substrate (soc, mcm)."""
    table = PUBLISHED
    area, raw, defect = module.dies(area_factor)
    raw = raw + area * table.c4_usd_per_mm2
    package_area = area * table.substrate_factor
    layers = np.ones_like(area)
    for above_mm2, times in table.substrate_layers:
        layers = np.where((module.chips > 1.0) & (package_area > above_mm2), times, layers)
    package = package_area * table.substrate_usd_per_mm2 * layers
    lost = 1.0 / module.all_placed() - 1.0
    return raw, defect, package, package * lost, (raw + defect) * lost


def _on_interposer(module: _Module, process: Process, interposer_factor: float) -> Causes:
    """Chips placed last on redistribution layers or a silicon interposer (fan_out, interposer_2_5d)."""
    table = PUBLISHED
    area, raw, defect = module.dies(table.interface_factor)
    raw = raw + area * table.micro_bump_usd_per_mm2
    interposer_area = area * interposer_factor
    interposer = process.wafer_usd / _per_wafer(interposer_area) + interposer_area * table.c4_usd_per_mm2
    substrate = interposer_area * table.substrate_factor * table.substrate_usd_per_mm2
    made = _yield(interposer_area, process.defects_per_cm2, process.clustering)
    bonded = module.all_placed()
    attached = table.attach_yield
    package_lost = interposer * (1.0 / (made * bonded * attached) - 1.0) + substrate * (1.0 / attached - 1.0)
    return raw, defect, interposer + substrate, package_lost, (raw + defect) * (1.0 / (bonded * attached) - 1.0)


def _in_stack(module: _Module) -> Causes:
    """Chips bonded on each other (hybrid_3d); an assumption, see ``package_cost``."""
    table = PUBLISHED
    area, raw, defect = module.dies(table.interface_factor)
    footprint = area / module.chips
    bonds = footprint * module.placed * table.hybrid_bond_usd_per_mm2 + footprint * table.c4_usd_per_mm2
    substrate = footprint * table.substrate_factor * table.substrate_usd_per_mm2
    bonded, attached = module.all_placed(), table.attach_yield
    lost = 1.0 / (bonded * attached) - 1.0
    return raw, defect, bonds + substrate, bonds * lost + substrate * (1.0 / attached - 1.0), (raw + defect) * lost


_CAUSES: Mapping[str, Callable[[_Module], Causes]] = {
    "soc": lambda module: _on_substrate(module, 1.0),
    "mcm": lambda module: _on_substrate(module, PUBLISHED.interface_factor),
    "fan_out": lambda module: _on_interposer(module, PUBLISHED.fan_out_rdl, PUBLISHED.fan_out_factor),
    "interposer_2_5d": lambda module: _on_interposer(module, PUBLISHED.interposer, PUBLISHED.interposer_factor),
    "hybrid_3d": _in_stack,
}
_INDEX = np.vectorize({name: float(number) for number, name in enumerate(_CAUSES)}.__getitem__, otypes=[float])
_PLACEMENT_YIELD = np.vectorize(PUBLISHED.placement_yield.__getitem__, otypes=[float])


def _soc_total_of_100_mm2(nodes: FloatArray) -> FloatArray:
    one = np.ones_like(nodes)
    raw, defect, package, package_lost, wasted = _on_substrate(
        _Module(nodes, 100.0 * one, one, one, PUBLISHED.placement_yield["soc"] * one), 1.0
    )
    return raw + defect + package + package_lost + wasted


def _yield(area_mm2: FloatArray, defects_per_cm2: FloatArray | float, clustering: FloatArray | float) -> FloatArray:
    share: FloatArray = np.power(1.0 + defects_per_cm2 / 100.0 * area_mm2 / clustering, np.negative(clustering))
    return share


def _per_wafer(area_mm2: FloatArray) -> FloatArray:
    table = PUBLISHED
    pitch = area_mm2 + 2.0 * table.scribe_mm * np.sqrt(area_mm2) + table.scribe_mm**2
    radius = table.wafer_diameter_mm / 2.0 - table.edge_mm
    dies = np.pi * radius**2 / pitch - np.pi * 2.0 * radius / np.sqrt(2.0 * pitch)
    if np.any(dies < 1.0):
        worst = float(np.max(area_mm2))
        raise CostError(
            f"a piece of {worst:g} mm2 does not fit on a {table.wafer_diameter_mm:g} mm wafer; use a smaller area or more "
            "chiplets (an interposer is 1.1 to 1.2 times as large as the chips that it carries)"
        )
    return dies


def _process(nodes: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Wafer cost, defect density and clustering at each node."""
    known = sorted(PUBLISHED.dies)
    rows = np.searchsorted(np.array(known, dtype=float), nodes)
    table = np.array([(p.wafer_usd, p.defects_per_cm2, p.clustering) for p in (PUBLISHED.dies[node] for node in known)])
    found = table[rows]
    return found[..., 0], found[..., 1], found[..., 2]


# --- what may be asked: arrays, or a CostError; and back again ---


def _numbers(given: ArrayLike, what: str, low: float, high: float = np.inf, open_low: bool = False) -> FloatArray:
    try:
        values = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError):
        raise CostError(f"{what} {given!r} is not a number") from None
    allowed = f"{'above' if open_low else 'at least'} {low:g}" + (f" and at most {high:g}" if np.isfinite(high) else "")
    wrong = values[~(np.isfinite(values) & ((values > low) if open_low else (values >= low)) & (values <= high))]
    if wrong.size:
        raise CostError(f"{what} {wrong.flat[0]:g} is out of bounds; allowed is a number {allowed}")
    return values


def _areas(given: ArrayLike, what: str) -> FloatArray:
    return _numbers(given, f"{what} in mm2", low=_LEAST_AREA_MM2, high=_MOST_AREA_MM2)


def _nodes(given: ArrayLike) -> FloatArray:
    nodes = _numbers(given, "node in nm", low=0.0, open_low=True)
    known = sorted(PUBLISHED.dies)
    wrong = nodes[~np.isin(nodes, known)]
    if wrong.size:
        node = float(wrong.flat[0])
        near = min(known, key=lambda one: abs(np.log(one / node)))
        raise CostError(
            f"no cost is known for a node of {node:g} nm; allowed are {', '.join(map(str, known))}. The nearest is {near}."
        )
    return nodes


def _integrations(given: ArrayLike) -> NDArray[np.str_]:
    kinds = np.asarray(given, dtype=np.str_)
    wrong = kinds[~np.isin(kinds, list(INTEGRATIONS))]
    if wrong.size:
        word = str(wrong.flat[0])
        raise CostError(f"unknown integration {word!r}; allowed are {', '.join(INTEGRATIONS)}.{nearest(word, INTEGRATIONS)}")
    return kinds


def _together(*parts: FloatArray) -> tuple[tuple[int, ...], list[FloatArray]]:
    """The broadcast shape of the parts, and each of them spread over it and laid flat.

    Flat arrays of at least one element: NumPy's powers of single numbers differ in the last bit from those of arrays.
    """
    try:
        spread = np.broadcast_arrays(*parts)
    except ValueError:
        shapes = " and ".join(dict.fromkeys(str(part.shape) for part in parts))
        raise CostError(f"arrays of shapes {shapes} do not fit together; give single values or equally long lists") from None
    return spread[0].shape, [np.ascontiguousarray(part).reshape(-1) for part in spread]


def _plain(values: FloatArray, shape: tuple[int, ...]) -> Values:
    """The array in its shape, or a float where that is ()."""
    return float(values[0]) if shape == () else values.reshape(shape)
