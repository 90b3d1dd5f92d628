"""The rows that everything is counted in: lines, groups, sites, products, recipes, and the edges between them.

Compiled once from a scenario. A *line* is the capacity of one stage of one firm in one jurisdiction; a *group* is a firm's lines of
one stage; a *packaging site* is a firm's place with packaging lines; a *recipe* is one way to package a product; a *source* is a
foundry line that makes a product's dies. Index arrays only: what stands on the rows is ``state``, who is linked to whom comes
from ``supply_graph``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from policygame.catalogue import JURISDICTIONS, SEGMENTS, STAGES, TECHNOLOGIES, Quarter
from policygame.model.arrays import Array, Index, Sums, index
from policygame.model.designs import other_design, stated_units
from policygame.scenario.problems import path_text
from policygame.scenario.schema import Product, Scenario, Source

PLACES = tuple(JURISDICTIONS)
STAGE_IDS = tuple(STAGES)
TECHNOLOGY_IDS = tuple(TECHNOLOGIES)
SEGMENT_IDS = tuple(SEGMENTS)
PLACE_OF = {name: i for i, name in enumerate(PLACES)}
STAGE_OF = {name: i for i, name in enumerate(STAGE_IDS)}
TECHNOLOGY_OF = {name: i for i, name in enumerate(TECHNOLOGY_IDS)}
SEGMENT_OF = {name: i for i, name in enumerate(SEGMENT_IDS)}
FIRST_PACKAGING_STAGE = STAGE_OF[TECHNOLOGY_IDS[0]]
WAFER_STAGES = slice(0, FIRST_PACKAGING_STAGE)
PACKAGING_STAGES = slice(FIRST_PACKAGING_STAGE, FIRST_PACKAGING_STAGE + len(TECHNOLOGY_IDS))
_KIND_RANK = {"packaging": 0, "wafers": 1, "supply": 2}
N_PLACES, N_STAGES, N_TECHNOLOGIES, N_SEGMENTS = len(PLACES), len(STAGE_IDS), len(TECHNOLOGY_IDS), len(SEGMENT_IDS)


@dataclass(frozen=True)
class LineKey:
    """Names of a line, and where its numbers stand in the scenario."""

    firm: str
    stage: str
    jurisdiction: str
    path: str


@dataclass(frozen=True)
class ProductKey:
    """Names of a product, and where its numbers stand in the scenario."""

    designer: str
    segment: str
    path: str
    spec: Product


class Lines:
    """Rows of lines, ordered by kind of stage - packaging, wafers, supply - then by firm, stage, jurisdiction.

    So the lines of a kind and of a group are consecutive: ``packaging`` is the slice of packaging lines, ``supported`` that of
    packaging and wafer lines, which governments may support.
    """

    def __init__(self, scenario: Scenario) -> None:
        keys = [
            LineKey(firm, line.stage, line.jurisdiction, path_text(("firms", firm, "lines", n)))
            for firm, spec in scenario.firms.items()
            for n, line in enumerate(spec.lines)
        ]
        firms = tuple(scenario.firms)
        rank = {firm: i for i, firm in enumerate(firms)}
        kind = {stage.id: _KIND_RANK[stage.kind] for stage in STAGES.values()}
        keys.sort(key=lambda key: (kind[key.stage], rank[key.firm], STAGE_OF[key.stage], PLACE_OF[key.jurisdiction]))
        self.keys = tuple(keys)
        self.firms = firms
        self.n = len(keys)
        self.firm = index([rank[key.firm] for key in keys])
        self.stage = index([STAGE_OF[key.stage] for key in keys])
        self.place = index([PLACE_OF[key.jurisdiction] for key in keys])
        technology = self.stage - FIRST_PACKAGING_STAGE
        self.technology = np.where((technology >= 0) & (technology < N_TECHNOLOGIES), technology, -1)
        self.is_packaging = self.technology >= 0
        self.is_wafers = self.stage < FIRST_PACKAGING_STAGE
        self.is_supply = ~self.is_packaging & ~self.is_wafers
        self.packaging = slice(0, int(self.is_packaging.sum()))
        self.supported = slice(0, int((~self.is_supply).sum()))
        pairs = list(dict.fromkeys((key.firm, key.stage) for key in keys))
        group_of = {pair: i for i, pair in enumerate(pairs)}
        self.groups = tuple(pairs)
        self.group = index([group_of[key.firm, key.stage] for key in keys])
        self.group_firm = index([rank[firm] for firm, _ in pairs])
        self.group_stage = index([STAGE_OF[stage] for _, stage in pairs])
        self.group_start = index([int(np.flatnonzero(self.group == g)[0]) for g in range(len(pairs))])
        places = list(dict.fromkeys((key.firm, key.jurisdiction) for key in keys if key.stage in TECHNOLOGIES))
        site_of = {pair: i for i, pair in enumerate(places)}
        self.sites = tuple(places)
        self.site = index([site_of.get((key.firm, key.jurisdiction), -1) if key.stage in TECHNOLOGIES else -1 for key in keys])
        self.site_place = index([PLACE_OF[place] for _, place in places])
        self.headquarters = index([PLACE_OF[scenario.firms[firm].headquarters] for firm in firms])
        self._row = {(key.firm, key.stage, key.jurisdiction): i for i, key in enumerate(keys)}

    def number_of(self, line: int) -> int:
        """Which of its firm's lines, as the scenario counts them, a row is."""
        path = self.keys[line].path
        return int(path[path.rindex("[") + 1 : -1])

    def rows(self, firm: str | None = None, stage: str | None = None, jurisdiction: str | None = None) -> Index:
        """Rows that match every name given, in order."""
        return index(
            [
                i
                for i, key in enumerate(self.keys)
                if (firm is None or key.firm == firm)
                and (stage is None or key.stage == stage)
                and (jurisdiction is None or key.jurisdiction == jurisdiction)
            ]
        )


class Structure:
    """All rows of a scenario, the edges between them, and the dated paths of what a product is.

    Shapes of the paths: (quarter, recipe) or (quarter, product); a quarter is counted from the scenario's start.
    """

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.first = Quarter.parse(scenario.start)
        self.play_from = Quarter.parse(scenario.play_from) - self.first
        self.n_quarters = Quarter.parse(scenario.end) - self.first + 1
        self.lines = Lines(scenario)
        self.designers = tuple(scenario.designers)
        self.products = tuple(
            ProductKey(designer, product.segment, path_text(("designers", designer, "products", n)), product)
            for designer, spec in scenario.designers.items()
            for n, product in enumerate(spec.products)
        )
        self.product_designer = index([self.designers.index(p.designer) for p in self.products])
        self.product_segment = index([SEGMENT_OF[p.segment] for p in self.products])
        self.designer_headquarters = index([PLACE_OF[scenario.designers[d].headquarters] for d in self.designers])
        self.allies = self._allies()
        self._compile_recipes()
        self._compile_edges()
        self._compile_sources()
        self._compile_paths()

    # rows ------------------------------------------------------------------------------------------------------------

    def _allies(self) -> Array:
        """(jurisdiction, jurisdiction): 1 where the first trusts the second at the start, itself included."""
        trusted = np.eye(N_PLACES)
        for name, place in self.scenario.jurisdictions.items():
            for ally in place.allies:
                trusted[PLACE_OF[name], PLACE_OF[ally]] = 1.0
        return trusted

    def _compile_recipes(self) -> None:
        pairs = [(p, recipe.technology) for p, key in enumerate(self.products) for recipe in key.spec.generations[0].recipes]
        self.recipes = tuple(pairs)
        self.recipe_product = index([p for p, _ in pairs])
        self.recipe_technology = index([TECHNOLOGY_OF[t] for _, t in pairs])
        first = {p: i for i, (p, _) in reversed(list(enumerate(pairs)))}
        self.main_recipe = index([first[p] for p in range(len(self.products))])

    def _firm_rows(self, source: Source, stage: str) -> Index:
        return self.lines.rows(source.firm, stage, source.jurisdiction)

    def _open_to(self, key: ProductKey, line: int) -> bool:
        """Whether a line takes a product: merchant lines any, captive ones the firm's own, bundled ones dies from its own wafers."""
        firm, number = self.lines.keys[line].firm, self.lines.number_of(line)
        access = self.scenario.firms[firm].lines[number].access
        if access == "captive":
            return self.scenario.designers[key.designer].captive_of == firm
        return access == "merchant" or any(source.firm == firm for source in key.spec.wafers)

    def _compile_edges(self) -> None:
        """Package edges: a packaging line that may finish a product by a recipe."""
        rows: list[tuple[int, int, int, float, float]] = []
        relations: dict[tuple[int, int], int] = {}
        for r, (p, technology) in enumerate(self.recipes):
            key = self.products[p]
            home = self.designer_headquarters[self.product_designer[p]]
            for n, source in enumerate(key.spec.packagers):
                for line in self._firm_rows(source, technology):
                    if self.scenario.segments[key.segment].trusted_only and not self.allies[home, self.lines.place[line]]:
                        continue
                    if not self._open_to(key, int(line)):
                        continue
                    relation = relations.setdefault((r, n), len(relations))
                    rows.append((int(line), r, relation, source.share.value, source.qualification.value))
        self.edge_line = index([row[0] for row in rows])
        self.edge_recipe = index([row[1] for row in rows])
        self.edge_source = index([row[2] for row in rows])  # edges of one recipe that share a stated packager
        self.edge_share = np.array([row[3] for row in rows])
        self.edge_qualification = np.array([row[4] for row in rows])
        self.edge_product = self.recipe_product[self.edge_recipe]
        self.edge_site = self.lines.site[self.edge_line]
        self.edge_place = self.lines.place[self.edge_line]
        self.n_edges = len(rows)

    def _compile_sources(self) -> None:
        """Wafer sources: a foundry line that makes a product's dies."""
        rows: list[tuple[int, int, float, float]] = []
        for p, key in enumerate(self.products):
            for source in key.spec.wafers:
                lines = self._firm_rows(source, key.spec.stage)
                part = source.share.value / max(len(lines), 1)
                rows.extend((int(line), p, part, source.qualification.value) for line in lines)
        self.source_line = index([row[0] for row in rows])
        self.source_product = index([row[1] for row in rows])
        self.source_share = np.array([row[2] for row in rows])
        self.source_qualification = np.array([row[3] for row in rows])
        self.n_sources = len(rows)

    # paths -----------------------------------------------------------------------------------------------------------

    def _compile_paths(self) -> None:
        def of_product(field: str) -> Array:
            return self._path([[(g.quarter, getattr(g, field).value) for g in key.spec.generations] for key in self.products])

        def of_recipe(field: str) -> Array:
            series = []
            for p, technology in self.recipes:
                dated = []
                for generation in self.products[p].spec.generations:
                    recipe = next(r for r in generation.recipes if r.technology == technology)
                    dated.append((generation.quarter, getattr(recipe, field).value))
                series.append(dated)
            return self._path(series)

        self.compute_h100e = of_product("compute_h100e")
        self.hbm_stacks = of_product("hbm_stacks")
        self.substrate_cm2 = of_product("substrate_cm2")
        self.packages_per_wafer = of_recipe("packages_per_wafer")
        self.placements = of_recipe("placements")
        self.relative_value = of_recipe("relative_value")
        self.units_per_wafer = self._path([[(g.quarter, stated_units(g)) for g in key.spec.generations] for key in self.products])
        other = [[(g.quarter, *other_design(g)) for g in key.spec.generations] for key in self.products]
        # between a generation that has another design and one that has none, there is none: its units do not fade to zero
        possible = self._path([[(quarter, float(units > 0.0)) for quarter, units, _ in dated] for dated in other]) == 1.0
        units = self._path([[(quarter, units) for quarter, units, _ in dated] for dated in other])
        self.other_units_per_wafer = np.where(possible, units, 0.0)
        fewer = self._path([[(quarter, fewer) for quarter, _, fewer in dated] for dated in other])
        self.fewer_dies = np.where(possible, fewer, 0.0)
        starts = [Quarter.parse(k.spec.starts) - self.first if k.spec.starts else 0 for k in self.products]
        self.product_starts = np.array(starts)

    def _path(self, series: list[list[tuple[str, float]]]) -> Array:
        """Dated values as quarterly rows: geometric between dates (linear where a value is zero), constant outside."""
        path = np.empty((self.n_quarters, len(series)))
        quarters = np.arange(self.n_quarters)
        for column, dated in enumerate(series):
            at = np.array([Quarter.parse(quarter) - self.first for quarter, _ in dated], dtype=float)
            values = np.array([value for _, value in dated])
            if np.all(values > 0.0):
                path[:, column] = np.exp(np.interp(quarters, at, np.log(values)))
            else:
                path[:, column] = np.interp(quarters, at, values)
        return path

    # sums over rows ----------------------------------------------------------------------------------------------------

    @cached_property
    def lines_to_group(self) -> Sums:
        return Sums(self.lines.group, len(self.lines.groups))

    @cached_property
    def lines_to_stage(self) -> Sums:
        return Sums(self.lines.stage, N_STAGES)

    @cached_property
    def lines_to_firm(self) -> Sums:
        return Sums(self.lines.firm, len(self.lines.firms))

    @cached_property
    def lines_to_place(self) -> Sums:
        return Sums(self.lines.place, N_PLACES)

    @cached_property
    def groups_to_stage(self) -> Sums:
        return Sums(self.lines.group_stage, N_STAGES)

    @cached_property
    def edges_to_line(self) -> Sums:
        return Sums(self.edge_line, self.lines.n)

    @cached_property
    def edges_to_recipe(self) -> Sums:
        return Sums(self.edge_recipe, len(self.recipes))

    @cached_property
    def edges_to_product(self) -> Sums:
        return Sums(self.edge_product, len(self.products))

    @cached_property
    def edges_to_site(self) -> Sums:
        return Sums(self.edge_site, len(self.lines.sites))

    @cached_property
    def recipes_to_product(self) -> Sums:
        return Sums(self.recipe_product, len(self.products))

    @cached_property
    def sources_to_line(self) -> Sums:
        return Sums(self.source_line, self.lines.n)

    @cached_property
    def sources_to_product(self) -> Sums:
        return Sums(self.source_product, len(self.products))

    @cached_property
    def products_to_segment(self) -> Sums:
        return Sums(self.product_segment, N_SEGMENTS)

    @cached_property
    def products_to_designer(self) -> Sums:
        return Sums(self.product_designer, len(self.designers))
