"""Where wafers, memory, substrates, tools and packages go in a game's present quarter: the numbers of its Sankey pictures and map.

Read from the state of one world after a quarter has run; nothing is estimated but where the model itself pools: dies of a product
from several fabs wait in stock together, so each line draws them in the fabs' proportions. Pictures are made of these numbers
elsewhere.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeVar

import numpy as np

from policygame.catalogue import SEGMENTS, STAGES, TECHNOLOGIES, Quarter
from policygame.errors import UserError
from policygame.model.arrays import Array, ratio
from policygame.model.model import PackagingModel
from policygame.model.structure import PLACES, STAGE_OF, TECHNOLOGY_IDS
from policygame.model.supply_graph import SupplyEdges
from policygame.simulation import Simulation

__all__ = [
    "ADVANCED",
    "BANK",
    "ITEMS",
    "UNITS",
    "Chain",
    "FlowError",
    "Lines",
    "Link",
    "Node",
    "Route",
    "chain",
    "packaging_lines",
    "routes",
]

Item = Literal["wafers", "hbm", "substrate", "tools"]
ITEMS: tuple[Item, ...] = ("wafers", "hbm", "substrate", "tools")
UNITS = {"wafers": "kwpm", "hbm": "k stacks", "substrate": "million cm2", "tools": "tool sets", "packages": "k units"}
"""Of each flow: wafers a month, all else a quarter. Dies in a package are counted in the logic wafers that they came from."""
BANK = "die bank"
ADVANCED = ("interposer_2_5d", "hybrid_3d")
"""Technologies whose lines are told apart on a map: those that AI accelerators are packaged in."""
_MONTHS = 3.0
_LEAST = 1e-9
"""Below this part of an item's largest link one is not told."""
Kind = Literal["place", "bank", "technology", "segment", "site"]
NodeKey = tuple[Kind, str]
_K = TypeVar("_K", bound=tuple[Hashable, ...])


class FlowError(UserError):
    """Flows that cannot be read."""


@dataclass(frozen=True)
class Node:
    """A bar of a Sankey picture. ``name`` is an id of the catalogue: of the fabs' or suppliers' place, a technology, a segment, or of
    the site where tools are installed. ``column`` counts from the left.

    amount : what passes, in the chain's unit; used, room: of a technology, its lines' use and what they could take, kwpm
    """

    kind: Kind
    name: str
    column: int
    amount: float
    used: float = 0.0
    room: float = 0.0


@dataclass(frozen=True)
class Link:
    """A ribbon from one node to another, by (kind, name); ``amount`` in the chain's unit."""

    source: NodeKey
    target: NodeKey
    amount: float


@dataclass(frozen=True)
class Chain:
    """One item's way through the industry in a quarter. What enters a technology leaves it; what a bank keeps is in ``banked``.

    banked : dies put into stock less those taken out in the quarter, kwpm; waiting : dies in stock, k wafers, at the quarter's end.
    Both are 0 but for wafers
    """

    item: Item
    unit: str
    quarter: Quarter
    nodes: tuple[Node, ...]
    links: tuple[Link, ...]
    banked: float = 0.0
    waiting: float = 0.0


@dataclass(frozen=True)
class Route:
    """What goes from one jurisdiction to another (or stays in it) in the quarter; ``unit`` as in ``UNITS``."""

    item: str
    source: str
    target: str
    amount: float
    unit: str


@dataclass(frozen=True)
class Lines:
    """Packaging lines at sites in a jurisdiction, kwpm at the start of the quarter: of all technologies, and of 2.5D and 3D."""

    place: str
    all_kwpm: float
    advanced_kwpm: float


def chain(simulation: Simulation, item: Item, world: int = 0) -> Chain:
    """The way of an item in the quarter that a simulation ran last, in one of its worlds.

    FlowError where no quarter has been run since it was opened or branched, or the item is none of ``ITEMS``.
    """
    model, column = _model(simulation, world)
    quarter = simulation.structure.first + simulation.quarter - 1
    if item == "wafers":
        return _wafer_chain(model, column, quarter)
    if item not in ITEMS:
        raise FlowError(f"flows are told of {', '.join(ITEMS)}; found {item!r}")
    return _supply_chain(model, column, item, quarter)


def routes(simulation: Simulation, world: int = 0) -> tuple[Route, ...]:
    """What went from where to where in the quarter run last: wafers, hbm, substrate and tools to packaging sites, packages to buyers."""
    model, column = _model(simulation, world)
    structure = model.structure
    sums: dict[tuple[str, str, str], float] = defaultdict(float)
    fabs, edges = _fab_shares(model, column), _dies_of_edges(model, column)
    for e in np.flatnonzero(edges):
        for place, share in fabs[int(structure.edge_product[e])].items():
            sums["wafers", place, PLACES[structure.edge_place[e]]] += float(edges[e]) * share
    for supply, flow in _supplies(model, column):
        for v in np.flatnonzero(flow):
            source, target = structure.lines.place[supply.line[v]], structure.lines.site_place[supply.site[v]]
            sums[supply.item, PLACES[source], PLACES[target]] += float(flow[v])
    made = ratio(model.now.good, structure.edges_to_product(model.now.good)[structure.edge_product])[:, column]
    shipped = model.now.shipped[..., column]
    for e in np.flatnonzero(made):
        for buyer in np.flatnonzero(shipped[structure.edge_product[e]]):
            amount = float(made[e] * shipped[structure.edge_product[e], buyer])
            sums["packages", PLACES[structure.edge_place[e]], PLACES[buyer]] += amount
    return tuple(Route(item, a, b, amount, UNITS[item]) for (item, a, b), amount in _told(sums, lambda key: key[0]))


def packaging_lines(simulation: Simulation, world: int = 0) -> tuple[Lines, ...]:
    """Where packaging stood in the quarter run last: the scenario's jurisdictions in the catalogue's order, those without lines too."""
    model, column = _model(simulation, world)
    lines = model.structure.lines
    standing = model.now.capacity_at_start[:, column]
    whole, advanced = (
        np.bincount(lines.place, np.where(mask, standing, 0.0), len(PLACES))
        for mask in (lines.is_packaging, np.isin(lines.stage, [STAGE_OF[name] for name in ADVANCED]))
    )
    names = [name for name in PLACES if name in model.structure.scenario.jurisdictions]
    return tuple(Lines(name, float(whole[PLACES.index(name)]), float(advanced[PLACES.index(name)])) for name in names)


# wafers -----------------------------------------------------------------------------------------------------------------------


def _wafer_chain(model: PackagingModel, column: int, quarter: Quarter) -> Chain:
    structure = model.structure
    per_wafer = model.units_per_wafer[:, column] * _MONTHS
    arrived = structure.sources_to_product(model.now.dies_arrived)[:, column] / per_wafer
    used_by_edge = _dies_of_edges(model, column)
    used = np.bincount(structure.edge_product, used_by_edge, len(structure.products))
    through = np.minimum(arrived, used)
    fabs = _fab_shares(model, column)
    links: dict[tuple[NodeKey, NodeKey], float] = defaultdict(float)
    for p in range(len(structure.products)):
        for place, share in fabs[p].items():
            links[("place", place), ("bank", BANK)] += float(arrived[p] - through[p]) * share
    for e in np.flatnonzero(used_by_edge):
        p = int(structure.edge_product[e])
        technology: NodeKey = ("technology", TECHNOLOGY_IDS[structure.lines.technology[structure.edge_line[e]]])
        amount, fresh = float(used_by_edge[e]), float(through[p] / used[p])
        links[("bank", BANK), technology] += amount * (1.0 - fresh)
        for place, share in fabs[p].items():
            links[("place", place), technology] += amount * fresh * share
        links[technology, ("segment", structure.products[p].segment)] += amount
    waiting = float((model.die_bank_by_product()[:, column] / model.units_per_wafer[:, column]).sum())
    return _drawn("wafers", quarter, links, model, column, float(arrived.sum() - used.sum()), waiting)


def _fab_shares(model: PackagingModel, column: int) -> list[dict[str, float]]:
    """Per product, the share of its dies that came from each place: as they arrived this quarter, else as they lie in stock."""
    structure = model.structure
    found: list[dict[str, float]] = [defaultdict(float) for _ in structure.products]
    for amounts in (model.now.dies_arrived[:, column], (model.state.die_bank + model.now.dies_used)[:, column]):
        total = structure.sources_to_product(np.stack([amounts, amounts], axis=1))[:, 0]
        empty = {p for p, shares in enumerate(found) if not shares}
        for n, (line, p) in enumerate(zip(structure.source_line, structure.source_product, strict=True)):
            if int(p) in empty and amounts[n] > 0.0:
                found[int(p)][PLACES[structure.lines.place[line]]] += float(amounts[n] / total[p])
    return found


def _dies_of_edges(model: PackagingModel, column: int) -> Array:
    """(edge,) dies that went into packages, in logic wafers a month."""
    per_wafer = model.units_per_wafer[model.structure.edge_product, column]
    dies: Array = model.now.starts[:, column] / (per_wafer * _MONTHS)
    return dies


# memory, substrates, tools ------------------------------------------------------------------------------------------------------


def _supplies(model: PackagingModel, column: int) -> list[tuple[SupplyEdges, Array]]:
    graph, now = model.graph, model.now
    flows = ((graph.hbm, now.hbm_flow), (graph.substrate, now.substrate_flow), (graph.tools, now.tool_flow))
    return [(edges, flow[:, column]) for edges, flow in flows]


def _supply_chain(model: PackagingModel, column: int, item: Item, quarter: Quarter) -> Chain:
    """Supplier's place -> technology -> segment; tools go on to the place where they are installed."""
    lines = model.structure.lines
    edges, flow = next((e, f) for e, f in _supplies(model, column) if e.item == item)
    uses = _uses(model, column, item)
    total = np.zeros(len(lines.sites))
    for site, _, _, amount in uses:
        total[site] += amount
    arriving: dict[int, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for v in np.flatnonzero(flow):
        arriving[int(edges.site[v])][PLACES[lines.place[edges.line[v]]]] += float(flow[v])
    links: dict[tuple[NodeKey, NodeKey], float] = defaultdict(float)
    for site, technology, end, amount in uses:
        part = amount / total[site]
        for place, came in arriving[site].items():
            links[("place", place), ("technology", technology)] += float(came * part)
            links[("technology", technology), end] += float(came * part)
    return _drawn(item, quarter, links, model, column)


def _uses(model: PackagingModel, column: int, item: Item) -> list[tuple[int, str, NodeKey, float]]:
    """(site, technology, what for, how much) of an item's uses in the quarter."""
    structure, lines = model.structure, model.structure.lines
    found: list[tuple[int, str, NodeKey, float]] = []
    if item == "tools":
        asked = (model.now.tools_started * model.coefficients.tool_need)[:, column]
        for line in np.flatnonzero(asked[lines.packaging]):
            end: NodeKey = ("site", PLACES[lines.place[line]])
            found.append((int(lines.site[line]), TECHNOLOGY_IDS[lines.technology[line]], end, float(asked[line])))
        return found
    need = (model.hbm_stacks if item == "hbm" else model.substrate_cm2)[:, 0]
    used = model.now.starts[:, column] * need[structure.edge_product]
    for e in np.flatnonzero(used):
        technology = TECHNOLOGY_IDS[lines.technology[structure.edge_line[e]]]
        segment: NodeKey = ("segment", structure.products[structure.edge_product[e]].segment)
        found.append((int(structure.edge_site[e]), technology, segment, float(used[e])))
    return found


# drawing ------------------------------------------------------------------------------------------------------------------------


def _drawn(
    item: Item,
    quarter: Quarter,
    links: dict[tuple[NodeKey, NodeKey], float],
    model: PackagingModel,
    column: int,
    banked: float = 0.0,
    waiting: float = 0.0,
) -> Chain:
    """Nodes and links in the order of the catalogue, with each technology's use and room."""
    told = tuple(Link(a, b, amount) for (a, b), amount in _told(links, lambda _: ""))
    enters: dict[NodeKey, float] = defaultdict(float)
    leaves: dict[NodeKey, float] = defaultdict(float)
    for link in told:
        leaves[link.source] += link.amount
        enters[link.target] += link.amount
    used, room = (model.structure.lines_to_stage(x)[:, column] / _MONTHS for x in (model.now.output, model.now.room))
    stages = list(STAGES)
    nodes = []
    for kind, name in sorted({*enters, *leaves}, key=_order):
        amount = max(enters[kind, name], leaves[kind, name])
        row = stages.index(name) if kind == "technology" else None
        lines = (0.0, 0.0) if row is None else (float(used[row]), float(room[row]))
        nodes.append(Node(kind, name, _column(kind), amount, *lines))
    return Chain(item, UNITS[item], quarter, tuple(nodes), told, banked, waiting)


def _column(kind: Kind) -> int:
    return {"place": 0, "bank": 1, "technology": 1, "segment": 2, "site": 2}[kind]


def _order(node: NodeKey) -> tuple[int, int, int]:
    kind, name = node
    names: tuple[str, ...] = {
        "place": PLACES,
        "bank": (BANK,),
        "technology": tuple(reversed(tuple(TECHNOLOGIES))),
        "segment": tuple(SEGMENTS),
        "site": PLACES,
    }[kind]
    return _column(kind), kind != "bank", names.index(name)


def _told(sums: Mapping[_K, float], group: Callable[[_K], str]) -> list[tuple[_K, float]]:
    """Amounts from the largest to the smallest within their group, without those that are nothing beside the group's largest."""
    largest: dict[str, float] = defaultdict(float)
    for key, amount in sums.items():
        largest[group(key)] = max(largest[group(key)], amount)
    kept = [(key, amount) for key, amount in sums.items() if amount > _LEAST * largest[group(key)]]
    return sorted(kept, key=lambda pair: (group(pair[0]), -pair[1], pair[0]))


def _model(simulation: Simulation, world: int) -> tuple[PackagingModel, int]:
    """The model that runs a world, and the world's place in it."""
    if simulation.quarter == simulation.start_index:
        raise FlowError("flows are those of a quarter that has been run; run one first")
    if not 0 <= world < len(simulation.seeds):
        raise FlowError(f"world {world} does not exist; allowed are 0 to {len(simulation.seeds) - 1}")
    for block in simulation.models:
        if world < block.state.n_worlds:
            return block, world
        world -= block.state.n_worlds
    raise FlowError("there is no such world")
