"""How a world stands at the start of its scenario's first quarter.

Capacities, shells and qualifications are the scenario's; stocks begin at the level that the rules would hold at the first quarter's
demand: die banks at their cover, suppliers' inventories at their target, queues and double orders empty. Who supplies whom is in
``relations``.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from policygame.catalogue import JURISDICTIONS, SEGMENTS, STAGES, TECHNOLOGIES
from tests.benchmarks.oracle import relations
from tests.benchmarks.oracle.arithmetic import along, good_dies_per_wafer, ratio
from tests.benchmarks.oracle.inputs import Inputs
from tests.benchmarks.oracle.people import ChipDesigner, Firm, Government
from tests.benchmarks.oracle.things import (
    Division,
    Line,
    Place,
    Product,
    Recipe,
    Segment,
    Site,
    Source,
    Stage,
)

if TYPE_CHECKING:
    from tests.benchmarks.oracle.model import OracleModel

LONGEST_WAIT = 48
"""More quarters than anything that is building takes."""
_SCALE = {"k stacks / quarter": 1e-3, "million cm2 / quarter": 1.0, "tool sets / quarter": 1e-6}
_KINDS = ("packaging", "wafers", "supply")
_INTERFACE_AREA, _RETICLE_MM2 = 1.1, 858.0


def build(world: OracleModel, inputs: Inputs) -> None:
    """Give the world its places, stages, segments, firms, designers, governments and the relations between them."""
    scenario = inputs.scenario
    world.places = {name: _place(inputs, name) for name in JURISDICTIONS if name in scenario.jurisdictions}
    world.stages = {
        name: _stage(world, inputs, name) for name in STAGES if name in scenario.stages or name in scenario.technologies
    }
    world.segments = {name: _segment(inputs, name) for name in SEGMENTS if name in scenario.segments}
    world.firms = {name: Firm(world, name, inputs) for name in scenario.firms}
    world.designers = {name: ChipDesigner(world, name, inputs) for name in scenario.designers}
    for place in world.places.values():
        if scenario.jurisdictions[place.name].government is not None:
            place.government = Government(world, place, inputs)
    _lines(world, inputs)
    _products(world, inputs)
    relations.join_packagers(world, inputs)
    relations.join_foundries(world, inputs)
    relations.join_suppliers(world, inputs)
    _begin(world, inputs)


def _place(inputs: Inputs, name: str) -> Place:
    def number(field: str) -> float:
        return inputs.number("jurisdictions", name, field)

    allies = frozenset({name, *inputs.scenario.jurisdictions[name].allies})
    return Place(name, allies, number("location_appeal"), number("outage_hazard_per_quarter"), number("outage_depth"))


def _stage(world: OracleModel, inputs: Inputs, name: str) -> Stage:
    scenario, n, p = inputs.scenario, inputs.n_quarters, world.p
    unit, kind = STAGES[name].unit, STAGES[name].kind
    growth = [1.0 + p.other_use_growth] * n
    if name in scenario.technologies:

        def number(field: str) -> float:
            return inputs.number("technologies", name, field)

        price, capex = number("price_usd_per_wafer"), number("capex_musd_per_kwpm")
        stage = Stage(
            name,
            kind,
            list(TECHNOLOGIES).index(name),
            price,
            number("operating_cost_share"),
            capex,
            _SCALE.get(unit, 1e-3),
            growth,
        )
        stage.learning, stage.experience = number("learning_per_doubling"), number("experience_kwafers")
        stage.labour_per_kwpm, stage.tool_need = number("labour_per_kwpm"), number("tool_need")
        stage.merit = _merit(inputs, name)
        return stage
    for regime_number, regime in enumerate(scenario.stages[name].other_use_growth):
        factor = math.exp(inputs.number("stages", name, "other_use_growth", regime_number, "value"))
        for quarter in range(max(inputs.quarter(regime.quarter), 0), n):
            growth[quarter] = factor
    price, capex, share = (
        inputs.number("stages", name, field) for field in ("price_usd_per_unit", "capex_musd_per_unit", "operating_cost_share")
    )
    return Stage(name, kind, -1, price, share, capex, _SCALE.get(unit, 1e-3), growth)


def _merit(inputs: Inputs, name: str) -> float:
    """Mean of bandwidth, energy, connections and area of a technology, each relative to the best of the scenario."""
    technologies = inputs.scenario.technologies

    def attributes(one: str) -> tuple[float, ...]:
        spec = technologies[one]
        energy = 1.0 / max(spec.energy_pj_per_bit.value, 1e-9)
        return spec.bandwidth_tbps.value, energy, spec.connections_per_mm2.value, spec.usable_area_mm2.value

    best = [max(column) for column in zip(*(attributes(one) for one in technologies), strict=True)]
    return sum(own / max(top, 1e-12) for own, top in zip(attributes(name), best, strict=True)) / 4.0


def _segment(inputs: Inputs, name: str) -> Segment:
    spec = inputs.scenario.segments[name]

    def number(field: str) -> float:
        return inputs.number("segments", name, field)

    growth = [0.0] * inputs.n_quarters
    for n, regime in enumerate(spec.growth_per_quarter):
        value = inputs.number("segments", name, "growth_per_quarter", n, "value")
        for quarter in range(max(inputs.quarter(regime.quarter), 0), inputs.n_quarters):
            growth[quarter] = value
    grown, path = 0.0, []
    for quarter in range(inputs.n_quarters):
        grown += growth[quarter] if quarter else 0.0
        path.append(number("demand_kunits_per_quarter") * math.exp(grown))
    whole = sum(share.value for share in spec.destinations.values())
    return Segment(
        name,
        path,
        number("volatility"),
        number("price_elasticity"),
        number("surge_hazard_per_quarter"),
        number("surge_log_size"),
        number("unit_price_usd"),
        {place: share.value / whole for place, share in spec.destinations.items()},
    )


def _lines(world: OracleModel, inputs: Inputs) -> None:
    """Lines in the order of kinds of stage, firms, stages and places; divisions and sites in the order in which lines name them."""
    scenario = inputs.scenario
    stages, places, firms = list(world.stages), list(world.places), list(world.firms)
    keys = [(firm, n, line) for firm, spec in scenario.firms.items() for n, line in enumerate(spec.lines)]
    keys.sort(
        key=lambda key: (
            _KINDS.index(world.stages[key[2].stage].kind),
            firms.index(key[0]),
            stages.index(key[2].stage),
            places.index(key[2].jurisdiction),
        )
    )
    for firm, n, _ in keys:
        line = _line(world, inputs, firm, n)
        world.lines.append(line)
        line.stage.lines.append(line)
        line.firm.lines.append(line)
        division = line.firm.divisions.setdefault(line.stage.name, Division(line.firm, line.stage))
        division.lines.append(line)
        if line.site is not None:
            line.site.lines.append(line)
    world.divisions = list({id(d): d for line in world.lines for d in [line.firm.divisions[line.stage.name]]}.values())
    world.packaging = [line for line in world.lines if line.stage.kind == "packaging"]
    world.supported = [line for line in world.lines if line.stage.kind != "supply"]


def _line(world: OracleModel, inputs: Inputs, firm: str, n: int) -> Line:
    p, spec = world.p, inputs.scenario.firms[firm].lines[n]
    stage, place, owner = world.stages[spec.stage], world.places[spec.jurisdiction], world.firms[firm]
    home = inputs.scenario.jurisdictions[place.name]
    extra = inputs.scenario.stages[stage.name].shell_extra_quarters.value if stage.rank < 0 else 0.0

    def number(*field: str | int) -> float:
        return inputs.number("firms", firm, "lines", n, *field)

    capacity = number("capacity")
    per_capacity = 1.0 if stage.kind == "supply" else 3.0
    used = p.line_use_factor if stage.rank >= 0 else 1.0
    mature = inputs.number("technologies", stage.name, "placement_yield") if stage.rank >= 0 else 1.0
    if spec.placement_yield is not None:
        mature = number("placement_yield")
    site = world.sites.setdefault((firm, place.name), Site(owner, place)) if stage.rank >= 0 else None
    operating_usd = stage.price_usd * stage.operating_share
    operating_usd *= inputs.number("jurisdictions", place.name, "operating_cost_factor")
    line = Line(
        owner,
        stage,
        place,
        site,
        spec.access,
        capex_musd=stage.capex_musd * inputs.number("jurisdictions", place.name, "capex_factor"),
        operating_musd=operating_usd * stage.money_scale,
        output_per_unit=per_capacity * used,
        output_per_capacity=per_capacity,
        brownfield=max(1, round(home.brownfield_quarters.value + extra)),
        greenfield=max(1, round(home.greenfield_quarters.value + extra)),
        capacity=capacity,
        shell_room=max(number("shell_room") if spec.shell_room is not None else capacity, capacity),
        defects=1.0 - mature,
        opening=[0.0] * (inputs.n_quarters + LONGEST_WAIT),
        arriving=[0.0] * (inputs.n_quarters + LONGEST_WAIT),
    )
    for i, shell in enumerate(spec.shells):
        opens, room = min(max(inputs.quarter(shell.quarter), 1), LONGEST_WAIT - 1), number("shells", i, "room")
        line.opening[opens] += room
        line.shells_underway += room
        if opens > line.brownfield:
            line.shells_beyond += room
    other = number("other_use") if spec.other_use is not None else 0.0
    line.other_demand = other * capacity * line.output_per_unit
    line.asset_musd = 0.5 * capacity * line.capex_musd
    if stage.kind == "supply":
        line.inventory = p.supplier_inventory_quarters * capacity * per_capacity
    return line


def _products(world: OracleModel, inputs: Inputs) -> None:
    for name, designer in world.designers.items():
        for n, spec in enumerate(inputs.scenario.designers[name].products):
            product = _product(world, inputs, name, n)
            designer.products.append(product)
            world.products.append(product)
            product.segment.products.append(product)
            for source in spec.wafers:
                lines = world.lines_of(source.firm, spec.stage, source.jurisdiction)
                share = source.share.value / max(len(lines), 1)
                product.sources += [Source(line, product, share, source.qualification.value) for line in lines]
    for product in world.products:
        product.value_growth = _value_growth(product)
    for segment in world.segments.values():
        _enter_where_others_stand(segment.products)
    world.recipes = [recipe for product in world.products for recipe in product.recipes]
    world.sources = [source for product in world.products for source in product.sources]


def _product(world: OracleModel, inputs: Inputs, designer: str, n: int) -> Product:
    spec = inputs.scenario.designers[designer].products[n]
    generations = [(inputs.quarter(generation.quarter), generation) for generation in spec.generations]

    def path(read) -> list[float]:
        dated = [(quarter, read(generation)) for quarter, generation in generations]
        return [along(dated, quarter) for quarter in range(inputs.n_quarters)]

    def recipe_path(technology: str, field: str) -> list[float]:
        return path(lambda g: getattr(next(r for r in g.recipes if r.technology == technology), field).value)

    possible = path(lambda g: float(_other_design(g)[0] > 0.0))
    other = path(lambda g: _other_design(g)[0])
    fewer = path(lambda g: _other_design(g)[1])
    product = Product(
        world.designers[designer],
        world.segments[spec.segment],
        world.stages[spec.stage],
        spec.share.value,
        spec.relative_value.value,
        spec.long_term_share.value,
        inputs.quarter(spec.starts) if spec.starts else 0,
        {place: float((not spec.only_to or place in spec.only_to) and place not in spec.not_to) for place in world.places},
        path(lambda g: g.compute_h100e.value),
        path(lambda g: g.hbm_stacks.value),
        path(lambda g: g.substrate_cm2.value),
        path(lambda g: good_dies_per_wafer(g.die_area_mm2.value, g.node_nm) / g.dies.value),
        [units if able == 1.0 else 0.0 for units, able in zip(other, possible, strict=True)],
        [dies if able == 1.0 else 0.0 for dies, able in zip(fewer, possible, strict=True)],
    )
    for recipe in spec.generations[0].recipes:
        kind = recipe.technology
        fields = (recipe_path(kind, field) for field in ("packages_per_wafer", "placements", "relative_value"))
        product.recipes.append(Recipe(product, world.stages[kind], *fields))
    return product


def _other_design(generation) -> tuple[float, float]:
    """Units per wafer of the alternative - one die as two chiplets, several dies as one - and how many dies it has fewer."""
    dies, area = generation.dies.value, generation.die_area_mm2.value
    if dies < 1.5:
        other_dies, other_area = 2.0, 0.5 * area * _INTERFACE_AREA
    else:
        other_dies, other_area = 1.0, dies * area / _INTERFACE_AREA
    if other_area > _RETICLE_MM2:
        return 0.0, dies - other_dies
    return good_dies_per_wafer(other_area, generation.node_nm) / other_dies, dies - other_dies


def _value_growth(product: Product) -> list[float]:
    """How the compute of a unit has grown since the product entered, in log points."""
    entered = product.compute[min(max(product.starts, 0), len(product.compute) - 1)]
    return [
        math.log(compute / entered) if compute > 0.0 and entered > 0.0 and quarter >= product.starts else 0.0
        for quarter, compute in enumerate(product.compute)
    ]


def _enter_where_others_stand(products: list[Product]) -> None:
    """A product that enters later begins where its segment's incumbents have got to by then."""
    old = [product for product in products if product.starts <= 0]
    total = sum(product.share for product in old)
    for product in products:
        if 0 < product.starts < len(product.value_growth) and total > 0.0:
            ahead = sum(one.share * one.value_growth[product.starts] for one in old) / total
            product.value_growth = [grown + ahead for grown in product.value_growth]


def _begin(world: OracleModel, inputs: Inputs) -> None:
    """Stocks, experience and people at the level of the first quarter's demand."""
    p = world.p
    for edge in world.edges:
        edge.qualification *= edge.line.capacity > 0.0
    for line in world.lines:
        total = sum(other.capacity for other in line.stage.lines)
        line.experience = ratio(line.capacity, total) * line.stage.experience
        line.place.labour_pool += line.capacity * line.stage.labour_per_kwpm
    for place in world.places.values():
        place.labour_pool *= 1.0 + p.labour_margin
    for segment in world.segments.values():
        sold = sum(product.share for product in segment.products if product.starts <= 0)
        for product in segment.products:
            product.market_share = ratio(product.share if product.starts <= 0 else 0.0, sold)
    for product in world.products:
        weights = [0.8 if recipe is product.recipes[0] else 0.2 for recipe in product.recipes]
        for recipe, weight in zip(product.recipes, weights, strict=True):
            recipe.mix = weight / sum(weights)
        product.lead_time_weeks = p.process_weeks
        product.backlog = dict.fromkeys(world.places, 0.0)
        product.order_level = product.segment.path[0] * product.market_share
        shared = sum(source.share for source in product.sources)
        for source in product.sources:
            source.in_process = product.order_level * source.share / max(shared, 1e-12)
            source.die_bank = source.in_process * p.die_bank_cover_quarters
