"""The supply graph: who can supply whom, as one networkx graph, compiled once into edge-index arrays.

Nodes are sites (firm x jurisdiction x role) and designers; edges are qualified supply relations: wafers (foundry -> packager), HBM,
substrates and tools (supplier -> packager), packages (packager -> designer). An edge carries its item, its qualification in
[0, 1] and, after a run, its flow. Maps, Sankey pictures, min-cuts and N-1 tests are read from the graph; the quarter is
computed on the arrays. How qualification moves and how much flows is the business of ``phases``.
"""

from __future__ import annotations

from dataclasses import dataclass

import networkx as nx
import numpy as np
import numpy.typing as npt
from scipy import sparse

from policygame.model.arrays import Array, Index, Sums, index
from policygame.model.structure import N_PLACES, STAGE_OF, Structure

Node = tuple[str, str, str]
"""A site: firm, jurisdiction, role (wafers, packaging, hbm, substrate, tools); a designer: name, headquarters, "designer"."""


@dataclass(frozen=True)
class SupplyEdges:
    """Edges of one item from supplier lines to packaging sites.

    line (edges,) the supplier's line; site (edges,) the packaging site; share (edges,) of the site's needs, summing to one
    per site; qualification (edges,) at the start. ``sellers`` are the lines of the item, and ``seller`` (edges,) counts within them,
    so that a market over a few suppliers need not carry every line.
    """

    item: str
    line: Index
    site: Index
    share: Array
    qualification: Array
    to_line: Sums
    to_site: Sums
    sellers: Index
    seller: Index
    to_seller: Sums

    @property
    def n(self) -> int:
        """Number of edges."""
        return len(self.line)


@dataclass(frozen=True)
class ControlRoutes:
    """What export controls tell apart among an item's edges: the supplier's headquarters, its place, the place that it supplies.

    ``home``, ``place``, ``target`` (route,); ``of_edge`` (edge,) the route of each edge.
    """

    home: Index
    place: Index
    target: Index
    of_edge: Index

    @classmethod
    def of(cls, edges: SupplyEdges, structure: Structure) -> ControlRoutes:
        """The routes that occur, in order."""
        lines = structure.lines
        home, place = lines.headquarters[lines.firm[edges.line]], lines.place[edges.line]
        code = (home * N_PLACES + place) * N_PLACES + lines.site_place[edges.site]
        routes, of_edge = np.unique(code, return_inverse=True)
        return cls(routes // N_PLACES**2, routes // N_PLACES % N_PLACES, routes % N_PLACES, of_edge)


def _supply_edges(structure: Structure, item: str) -> SupplyEdges:
    lines = structure.lines
    needs = _sites_that_need(structure, item)
    rows: list[tuple[int, int, float, float]] = []
    for link in structure.scenario.links:
        if link.item != item:
            continue
        suppliers = lines.rows(link.supplier, item)
        sites = [s for s, (firm, _) in enumerate(lines.sites) if firm in link.packagers and needs[s]]
        weight = np.array(
            [structure.scenario.firms[link.supplier].lines[lines.number_of(int(i))].capacity.value for i in suppliers]
        )
        weight = weight / weight.sum() if weight.sum() > 0.0 else np.full(len(suppliers), 1.0 / max(len(suppliers), 1))
        rows.extend(
            (int(line), site, link.share.value * float(part), link.qualification.value)
            for site in sites
            for line, part in zip(suppliers, weight, strict=True)
        )
    return _edges(structure, item, rows)


def _sites_that_need(structure: Structure, item: str) -> npt.NDArray[np.bool_]:
    """(site,): whether some product that the site can package ever needs the item; every site may need tools."""
    need = {"hbm": structure.hbm_stacks, "substrate": structure.substrate_cm2}.get(item)
    out = np.zeros(len(structure.lines.sites), dtype=bool)
    if need is None:
        return ~out
    out[structure.edge_site[need.max(axis=0)[structure.edge_product] > 0.0]] = True
    return out


def _edges(structure: Structure, item: str, rows: list[tuple[int, int, float, float]]) -> SupplyEdges:
    line, site = index([r[0] for r in rows]), index([r[1] for r in rows])
    share, qualification = np.array([r[2] for r in rows]), np.array([r[3] for r in rows])
    n_sites = len(structure.lines.sites)
    total = np.bincount(site, weights=share, minlength=n_sites) if len(rows) else np.zeros(n_sites)
    share = share / np.where(total > 0.0, total, 1.0)[site] if len(rows) else share
    n_lines = structure.lines.n
    sellers = np.flatnonzero(structure.lines.is_wafers if item == "wafers" else structure.lines.stage == STAGE_OF[item])
    seller = np.searchsorted(sellers, line)
    to_seller = Sums(seller, len(sellers))
    return SupplyEdges(
        item, line, site, share, qualification, Sums(line, n_lines), Sums(site, n_sites), sellers, seller, to_seller
    )


def _wafer_edges(structure: Structure) -> SupplyEdges:
    """Every foundry line and packaging site that share a product; qualified as the scenario's links say, else with the product."""
    stated = {
        (link.supplier, packager): link.qualification.value
        for link in structure.scenario.links
        if link.item == "wafers"
        for packager in link.packagers
    }
    best: dict[tuple[int, int], float] = {}
    for e in range(structure.n_edges):
        site = int(structure.edge_site[e])
        for n in np.flatnonzero(structure.source_product == structure.edge_product[e]):
            line = int(structure.source_line[n])
            firm, packager = structure.lines.keys[line].firm, structure.lines.sites[site][0]
            default = 1.0 if firm == packager else float(structure.edge_qualification[e])
            qualification = stated.get((firm, packager), default)
            best[line, site] = max(best.get((line, site), 0.0), qualification)
    rows = [(line, site, 1.0, q) for (line, site), q in sorted(best.items())]
    return _edges(structure, "wafers", rows)


class SupplyGraph:
    """The compiled edges of every item, and the networkx view of them."""

    def __init__(self, structure: Structure) -> None:
        self.structure = structure
        self.hbm = _supply_edges(structure, "hbm")
        self.substrate = _supply_edges(structure, "substrate")
        self.tools = _supply_edges(structure, "tools")
        self.wafers = _wafer_edges(structure)
        self.package_to_wafer = self._package_to_wafer()

    @property
    def supplies(self) -> dict[str, SupplyEdges]:
        """Edges by item, in a fixed order."""
        return {"wafers": self.wafers, "hbm": self.hbm, "substrate": self.substrate, "tools": self.tools}

    def _package_to_wafer(self) -> Sums:
        """Weights that average the qualification of a package edge's wafer edges by the product's wafer sources.

        Maps (wafer edges, W) -> (package edges, W).
        """
        s = self.structure
        edge_of = {
            (int(line), int(site)): v for v, (line, site) in enumerate(zip(self.wafers.line, self.wafers.site, strict=True))
        }
        rows: list[int] = []
        columns: list[int] = []
        weights: list[float] = []
        for e in range(s.n_edges):
            sources = np.flatnonzero(s.source_product == s.edge_product[e])
            total = float(s.source_share[sources].sum()) or 1.0
            for n in sources:
                rows.append(e)
                columns.append(edge_of[int(s.source_line[n]), int(s.edge_site[e])])
                weights.append(float(s.source_share[n]) / total)
        return Sums.of(sparse.csr_array((np.array(weights), (rows, columns)), shape=(s.n_edges, self.wafers.n)))

    def graph(
        self, world: int = 0, qualification: dict[str, Array] | None = None, flow: dict[str, Array] | None = None
    ) -> nx.DiGraph[Node]:
        """The graph as seen in one world.

        ``qualification`` and ``flow`` map an item ("package", "wafers", "hbm", "substrate", "tools") to arrays (edges, W); without
        them the scenario's start is shown. Edge attributes: item, qualification, flow (units of the item a quarter).
        """
        s, qualification, flow = self.structure, qualification or {}, flow or {}
        graph: nx.DiGraph[Node] = nx.DiGraph(scenario=s.scenario.name)
        for i, key in enumerate(s.lines.keys):
            role = key.stage if s.lines.is_supply[i] else "wafers" if s.lines.is_wafers[i] else "packaging"
            node: Node = (key.firm, key.jurisdiction, role)
            graph.add_node(node, kind=s.scenario.firms[key.firm].kind, role=role)
            graph.nodes[node].setdefault("stages", []).append(key.stage)
        for name in s.designers:
            headquarters = s.scenario.designers[name].headquarters
            graph.add_node((name, headquarters, "designer"), kind="designer", role="designer", stages=[])

        def add(start: Node, end: Node, item: str, q: float, amount: float) -> None:
            if graph.has_edge(start, end):
                edge = graph.edges[start, end]
                edge["qualification"] = max(edge["qualification"], q)
                edge["flow"] += amount
            else:
                graph.add_edge(start, end, item=item, qualification=q, flow=amount)

        for item, edges in self.supplies.items():
            now = qualification[item][:, world] if item in qualification else edges.qualification
            amount = flow[item][:, world] if item in flow else np.zeros(edges.n)
            for v in range(edges.n):
                key = s.lines.keys[edges.line[v]]
                firm, place = s.lines.sites[edges.site[v]]
                role = key.stage if item != "wafers" else "wafers"
                add((key.firm, key.jurisdiction, role), (firm, place, "packaging"), item, float(now[v]), float(amount[v]))
        now = qualification["package"][:, world] if "package" in qualification else s.edge_qualification
        amount = flow["package"][:, world] if "package" in flow else np.zeros(s.n_edges)
        for e in range(s.n_edges):
            firm, place = s.lines.sites[s.edge_site[e]]
            designer = s.products[s.edge_product[e]].designer
            end = (designer, s.scenario.designers[designer].headquarters, "designer")
            add((firm, place, "packaging"), end, "package", float(now[e]), float(amount[e]))
        return graph
