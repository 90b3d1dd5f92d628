"""The most AI compute that a circle of jurisdictions could finish in a quarter: a linear programme over the supply graph.

A package needs dies and HBM and substrate and a slot, so this is no max-flow. Unlike the other questions it steps nothing: it
reads one world as it stands after a quarter. Its relaxation, one input at a time, is what ``leadership`` and the score use
every quarter (``model.whole_chain.WholeChainBound``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse
from scipy.optimize import linprog

from policygame.catalogue import Quarter
from policygame.foresight.shown import Shown
from policygame.foresight.worlds import ForesightError, whole
from policygame.model.arrays import Array
from policygame.model.model import PackagingModel
from policygame.model.phases.fabrication import controlled_sources
from policygame.model.phases.packaging import supply_quality
from policygame.model.structure import PLACE_OF, SEGMENT_OF
from policygame.model.supply_graph import SupplyEdges
from policygame.scenario.setting import unknown
from policygame.simulation import Simulation

Flags = npt.NDArray[np.bool_]
_AI = SEGMENT_OF["ai_accelerator"]
_FLOWS = ["item", "from_firm", "from_jurisdiction", "to", "to_jurisdiction", "designer", "flow"]
_LIMITS = ["kind", "firm", "jurisdiction", "stage", "to", "to_jurisdiction", "used", "limit", "value_kh100e"]


@dataclass(frozen=True, repr=False)
class WholeChain(Shown):
    """The optimum for one world and circle.

    compute_kh100e : finished in the quarter, k H100-equivalents, yields included
    flows : what is made and sent, as in ``frame``
    limits : every limit of the programme with its use and its value, as in ``scarce``
    """

    quarter: Quarter
    world: int
    allowed: tuple[str, ...]
    compute_kh100e: float
    flows: pd.DataFrame = field(repr=False)
    limits: pd.DataFrame = field(repr=False)

    def frame(self) -> pd.DataFrame:
        """Table of flows above zero: item (``wafers``, ``hbm``, ``substrate``, ``package``), from_firm, from_jurisdiction, to
        (a firm; of packages the designer) and to_jurisdiction, designer (whose product), flow (k wafers, k stacks, million cm2,
        k packages started).
        """
        return self.flows.copy()

    def scarce(self) -> pd.DataFrame:
        """Table of limits that hold the optimum down, dearest first: kind (``capacity`` of a line, ``edge``), firm,
        jurisdiction, stage, to and to_jurisdiction (of edges), used and limit (the stage's output a quarter), value_kh100e:
        compute that one more unit would add.
        """
        table = self.limits[self.limits["value_kh100e"] > 1e-9]
        return table.sort_values("value_kh100e", ascending=False, kind="stable").reset_index(drop=True)


def whole_chain_programme(simulation: Simulation, allowed: Sequence[str] | None = None, world: int = 0) -> WholeChain:
    """Maximise AI compute finished at sites in ``allowed`` from dies, HBM and substrates made there, in one quarter.

    Every product that is on the market may be made, in any mix, by its recipes; dies in stock and other uses of lines are left
    aside. A line gives no more than its room of the last quarter; an edge no more than its qualification (less what controls
    cut) of the supplier's output, and a package edge no more than that of the line.

    Parameters
    ----------
    simulation : one that has run at least one quarter; not touched
    allowed : jurisdictions whose sites may be used; default: all of the scenario
    world : position of the world

    >>> from policygame import Simulation
    >>> from policygame.foresight import whole_chain_programme
    >>> game = Simulation("first-game", seeds=[1], metrics=["leadership"]).run(8)
    >>> everyone = whole_chain_programme(game)
    >>> without_korea = whole_chain_programme(game, ["TWN", "USA", "CHN", "ROW"])
    >>> everyone.compute_kh100e > without_korea.compute_kh100e
    True
    """
    n = len(simulation.seeds)
    if not whole(world) or not 0 <= world < n:
        raise ForesightError(f"world {world!r} does not exist; allowed are 0 to {n - 1}")
    if simulation.quarter == simulation.start_index:
        raise ForesightError("the programme reads a quarter that has been played; run the simulation for a quarter first")
    places = _known_places(simulation, allowed)
    model, column = _model_of(simulation, int(world))
    compute, flows, limits = _programme_of(model, column, places).solve()
    quarter = simulation.structure.first + simulation.quarter - 1
    return WholeChain(quarter, int(world), places, compute, flows, limits)


def _known_places(simulation: Simulation, allowed: Sequence[str] | None) -> tuple[str, ...]:
    declared = tuple(name for name in PLACE_OF if name in simulation.scenario.jurisdictions)
    wanted = declared if allowed is None else (allowed,) if isinstance(allowed, str) else tuple(allowed)
    for name in wanted:
        if name not in declared:
            raise ForesightError(unknown("jurisdiction", name, declared))
    return tuple(name for name in declared if name in wanted)


def _model_of(simulation: Simulation, world: int) -> tuple[PackagingModel, int]:
    """The block that a world is in, and its column there."""
    for model in simulation.models:
        if world < model.state.n_worlds:
            return model, world
        world -= model.state.n_worlds
    raise AssertionError("every world is in a block")


@dataclass
class _Programme:
    """A linear programme in the making: columns are flows with an upper limit, rows are sums of columns with one."""

    gain: list[float] = field(default_factory=list)
    most: list[float] = field(default_factory=list)
    flows: list[tuple[str, ...]] = field(default_factory=list)
    rows: list[dict[int, float]] = field(default_factory=list)
    limit: list[float] = field(default_factory=list)
    names: list[tuple[str, ...] | None] = field(default_factory=list)

    def column(self, flow: tuple[str, ...], most: float, gain: float = 0.0) -> int:
        """A flow of at most ``most``, each unit of which adds ``gain``; returns its number."""
        self.flows.append(flow)
        self.most.append(most)
        self.gain.append(gain)
        return len(self.gain) - 1

    def row(self, coefficients: dict[int, float], limit: float, name: tuple[str, ...] | None = None) -> None:
        """The sum of coefficient x flow is at most ``limit``; balances have no name."""
        if coefficients:
            self.rows.append(coefficients)
            self.limit.append(limit)
            self.names.append(name)

    def solve(self) -> tuple[float, pd.DataFrame, pd.DataFrame]:
        """The optimum, the flows, and the limits with their worth."""
        if not any(gain > 0.0 for gain in self.gain):
            return 0.0, pd.DataFrame(columns=_FLOWS), pd.DataFrame(columns=_LIMITS)
        begins = np.cumsum([0, *map(len, self.rows)])
        values = [value for row in self.rows for value in row.values()]
        columns = [column for row in self.rows for column in row]
        shape = (len(self.rows), len(self.gain))
        matrix = sparse.csr_array((np.array(values), np.array(columns), begins), shape=shape)
        bounds = np.column_stack([np.zeros(len(self.most)), self.most])
        solve: Any = linprog  # its stubs know dense matrices only
        found = solve(-np.array(self.gain), A_ub=matrix, b_ub=np.array(self.limit), bounds=bounds, method="highs")
        assert found.status == 0, found.message  # zero is feasible and every column is bounded
        flow = np.maximum(found.x, 0.0)
        used, worth = matrix @ flow, -np.asarray(found.ineqlin.marginals)
        limits = [
            (*name, float(used[r]), self.limit[r], max(float(worth[r]), 0.0))
            for r, name in enumerate(self.names)
            if name is not None
        ]
        edge_worth = -np.asarray(found.upper.marginals)
        for c, (item, firm, place, to, to_place, _) in enumerate(self.flows):
            limits.append(("edge", firm, place, item, to, to_place, float(flow[c]), self.most[c], max(float(edge_worth[c]), 0.0)))
        rows = [(*names, float(flow[c])) for c, names in enumerate(self.flows) if flow[c] > 1e-9]
        return max(-float(found.fun), 0.0), pd.DataFrame(rows, columns=_FLOWS), pd.DataFrame(limits, columns=_LIMITS)


def _programme_of(model: PackagingModel, column: int, places: Sequence[str]) -> _Programme:
    """The programme of one world of a model that has just recorded a quarter."""
    structure, graph, now, s = model.structure, model.graph, model.now, model.state
    lines, programme = structure.lines, _Programme()
    inside = np.isin(lines.place, [PLACE_OF[name] for name in places])
    site_inside = np.isin(lines.site_place, [PLACE_OF[name] for name in places])
    room = now.room[:, column]
    supply = room + s.inventory[:, column]
    on_sale = (structure.product_segment == _AI) & (structure.product_starts < model.quarter)
    packages = _package_columns(programme, model, column, inside, on_sale)
    need = {
        "wafers": 1.0 / model.units_per_wafer[:, column],
        "hbm": model.hbm_stacks[:, 0],
        "substrate": 1e-3 * model.substrate_cm2[:, 0],
    }
    at_site: dict[int, dict[int, int]] = {}
    for edge in packages:
        at_site.setdefault(int(structure.edge_site[edge]), {})[edge] = packages[edge]
    quality = {
        "wafers": s.qualification_wafers[:, column],
        "hbm": supply_quality(model, graph.hbm)[:, column],
        "substrate": supply_quality(model, graph.substrate)[:, column],
    }
    for item, edges in graph.supplies.items():
        if item == "tools":
            continue
        reaches = inside[edges.line] & site_inside[edges.site]
        usable = [int(v) for v in np.flatnonzero(reaches) if int(edges.site[v]) in at_site]
        limit = quality[item] * supply[edges.line]
        if item == "wafers":
            _wafers(programme, model, column, usable, limit, supply, at_site, need[item])
        else:
            _material(programme, model, edges, usable, limit, supply, at_site, need[item])
    return programme


def _package_columns(programme: _Programme, model: PackagingModel, column: int, inside: Flags, on_sale: Flags) -> dict[int, int]:
    """Columns of packages started, by package edge, and the room of packaging lines."""
    structure, now = model.structure, model.now
    lines, room = structure.lines, model.now.room[:, column]
    per_package = 1.0 / model.packages_per_wafer[structure.edge_recipe, 0]
    found: dict[int, int] = {}
    by_line: dict[int, dict[int, float]] = {}
    for edge in range(structure.n_edges):
        line, product = int(structure.edge_line[edge]), int(structure.edge_product[edge])
        most = float(model.state.qualification[edge, column] * room[line] / per_package[edge])
        if not (inside[line] and on_sale[product] and most > 0.0):
            continue
        key, designer = lines.keys[line], structure.products[product].designer
        headquarters = structure.scenario.designers[designer].headquarters
        gain = float(model.compute_h100e[product, 0] * now.package_yield[edge, column])
        found[edge] = programme.column(("package", key.firm, key.jurisdiction, designer, headquarters, designer), most, gain)
        by_line.setdefault(line, {})[found[edge]] = float(per_package[edge])
    for line, coefficients in by_line.items():
        programme.row(coefficients, float(room[line]), _capacity_name(model, line))
    return found


def _wafers(
    programme: _Programme,
    model: PackagingModel,
    column: int,
    usable: Sequence[int],
    limit: Array,
    supply: Array,
    at_site: Mapping[int, Mapping[int, int]],
    need: Array,
) -> None:
    """Columns of wafers per edge and product, limits of edges and lines, and a die balance per site and product."""
    structure, edges = model.structure, model.graph.wafers
    pairs = zip(structure.source_line, structure.source_product, strict=True)
    source_of = {(int(line), int(product)): n for n, (line, product) in enumerate(pairs)}
    allowed = controlled_sources(model)[:, column]
    balance: dict[tuple[int, int], dict[int, float]] = {}
    for site, packages in at_site.items():
        for edge, package in packages.items():
            product = int(structure.edge_product[edge])
            balance.setdefault((site, product), {})[package] = float(need[product])
    by_line: dict[int, dict[int, float]] = {}
    for v in usable:
        line, site = int(edges.line[v]), int(edges.site[v])
        own: dict[int, float] = {}
        for (at, product), coefficients in balance.items():
            source = source_of.get((line, product))
            if at == site and source is not None:
                name = _flow_name(model, edges, v, structure.products[product].designer)
                flow = programme.column(name, float(min(limit[v], allowed[source] * supply[line])))
                own[flow] = 1.0
                coefficients[flow] = -1.0
        programme.row(own, float(limit[v]), ("edge", *_edge_name(model, edges, v)))
        by_line.setdefault(line, {}).update(own)
    for line, used in by_line.items():
        programme.row(used, float(supply[line]), _capacity_name(model, line))
    for coefficients in balance.values():
        programme.row(coefficients, 0.0)


def _material(
    programme: _Programme,
    model: PackagingModel,
    edges: SupplyEdges,
    usable: Sequence[int],
    limit: Array,
    supply: Array,
    at_site: Mapping[int, Mapping[int, int]],
    need: Array,
) -> None:
    """Columns of HBM or substrates per edge, limits of lines, and a balance per site."""
    product = model.structure.edge_product
    balance = {
        site: {package: float(need[product[edge]]) for edge, package in packages.items() if need[product[edge]] > 0.0}
        for site, packages in at_site.items()
    }
    by_line: dict[int, dict[int, float]] = {}
    for v in usable:
        flow = programme.column(_flow_name(model, edges, v, ""), float(limit[v]))
        by_line.setdefault(int(edges.line[v]), {})[flow] = 1.0
        balance[int(edges.site[v])][flow] = -1.0
    for line, used in by_line.items():
        programme.row(used, float(supply[line]), _capacity_name(model, line))
    for coefficients in balance.values():
        programme.row(coefficients, 0.0)


def _capacity_name(model: PackagingModel, line: int) -> tuple[str, ...]:
    key = model.structure.lines.keys[line]
    return ("capacity", key.firm, key.jurisdiction, key.stage, "", "")


def _flow_name(model: PackagingModel, edges: SupplyEdges, v: int, designer: str) -> tuple[str, ...]:
    key = model.structure.lines.keys[edges.line[v]]
    return (edges.item, key.firm, key.jurisdiction, *model.structure.lines.sites[edges.site[v]], designer)


def _edge_name(model: PackagingModel, edges: SupplyEdges, v: int) -> tuple[str, ...]:
    key = model.structure.lines.keys[edges.line[v]]
    return (key.firm, key.jurisdiction, key.stage, *model.structure.lines.sites[edges.site[v]])
