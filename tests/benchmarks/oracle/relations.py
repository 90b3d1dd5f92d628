"""Who can supply whom: qualified relations between foundries, packagers, designers and makers of materials, read from the scenario."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.benchmarks.oracle.arithmetic import ratio
from tests.benchmarks.oracle.inputs import Inputs
from tests.benchmarks.oracle.things import Line, PackageEdge, Product, Site, SupplyEdge, WaferEdge

if TYPE_CHECKING:
    from tests.benchmarks.oracle.model import OracleModel


def join_packagers(world: OracleModel, inputs: Inputs) -> None:
    """Which lines may finish a product, and what they finish of it at first."""
    for product in world.products:
        spec = inputs.scenario.designers[product.designer.name].products[product.designer.products.index(product)]
        trusted = inputs.scenario.segments[product.segment.name].trusted_only
        for recipe in product.recipes:
            for packager in spec.packagers:
                lines = [
                    line
                    for line in world.lines_of(packager.firm, recipe.technology.name, packager.jurisdiction)
                    if (not trusted or line.place.name in world.places[product.designer.home].allies) and _open_to(product, line)
                ]
                standing = sum(line.capacity for line in lines)
                for line in lines:
                    edge = PackageEdge(line, recipe, packager.share.value, packager.qualification.value)
                    edge.relation = packager.share.value * ratio(line.capacity, standing)
                    recipe.edges.append(edge)
                    product.edges.append(edge)
                    line.site.edges.append(edge)
                    world.edges.append(edge)
            total = sum(edge.relation for edge in recipe.edges)
            for edge in recipe.edges:
                edge.relation = ratio(edge.relation, total)


def _open_to(product: Product, line: Line) -> bool:
    """Merchant lines take any product, captive ones the firm's own, bundled ones dies from its own wafers."""
    if line.access == "captive":
        return product.designer.captive_of == line.firm.name
    return line.access == "merchant" or any(source.line.firm is line.firm for source in product.sources)


def join_foundries(world: OracleModel, inputs: Inputs) -> None:
    """Every foundry line and packaging site that share a product; qualified as the links say, else with the product."""
    stated = {
        (link.supplier, packager): link.qualification.value
        for link in inputs.scenario.links
        if link.item == "wafers"
        for packager in link.packagers
    }
    sites = list(world.sites.values())
    found: dict[tuple[int, int], WaferEdge] = {}
    for edge in world.edges:
        whole = sum(source.share for source in edge.product.sources) or 1.0
        for source in edge.product.sources:
            key = world.lines.index(source.line), sites.index(edge.line.site)
            default = 1.0 if source.line.firm is edge.line.firm else edge.qualification
            qualification = stated.get((source.line.firm.name, edge.line.firm.name), default)
            wafer = found.setdefault(key, WaferEdge(source.line, edge.line.site, 0.0))
            wafer.qualification = max(wafer.qualification, qualification)
            edge.wafers.append((wafer, source.share / whole))
    world.wafer_edges = [found[key] for key in sorted(found)]


def join_suppliers(world: OracleModel, inputs: Inputs) -> None:
    """Who brings HBM, substrates and tools to which site, a supplier's part split over its lines by their stated capacity."""
    for item in ("hbm", "substrate", "tools"):
        edges = world.supplies[item] = []
        for link in (link for link in inputs.scenario.links if link.item == item):
            lines = world.lines_of(link.supplier, item, None)
            stated = {
                line.jurisdiction: line.capacity.value
                for line in inputs.scenario.firms[link.supplier].lines
                if line.stage == item
            }
            total = sum(stated[line.place.name] for line in lines)
            for site in world.sites.values():
                if site.firm.name in link.packagers and _needs(site, item):
                    for line in lines:
                        part = stated[line.place.name] / total if total > 0.0 else 1.0 / len(lines)
                        edges.append(SupplyEdge(line, site, link.share.value * part, link.qualification.value))
        for site in world.sites.values():
            own = site.supplies[item] = [edge for edge in edges if edge.site is site]
            total = sum(edge.share for edge in own)
            for edge in own:
                edge.share /= total if total > 0.0 else 1.0


def _needs(site: Site, item: str) -> bool:
    """Whether some product that the site can package ever needs the item; every site may need tools."""
    return item == "tools" or any(max(getattr(edge.product, item)) > 0.0 for edge in site.edges)
