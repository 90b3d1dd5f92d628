"""What the world is made of: places, stages, segments, lines, divisions, sites, products, recipes, and the relations between them.

Plain records: fields are what lasts from quarter to quarter and what the current quarter has worked out. What moves them is in the
modules of the phases.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Dated = list[tuple[int, float]]


@dataclass(eq=False)
class Place:
    """A jurisdiction with sites, buyers and, where it has one, a government."""

    name: str
    allies: frozenset[str]
    appeal: float
    hazard: float
    depth: float
    outage: float = 0.0
    suspension_quarters: float = 0.0
    interruption: dict[str, float] = field(default_factory=dict)
    labour_pool: float = 0.0
    government: Any = None


@dataclass(eq=False)
class Stage:
    """A stage of the chain: wafers of a class, a packaging technology, or a material. ``rank`` counts technologies from the simplest."""

    name: str
    kind: str
    rank: int
    price_usd: float
    operating_share: float
    capex_musd: float
    money_scale: float
    other_growth: list[float]
    learning: float = 0.0
    labour_per_kwpm: float = 0.0
    tool_need: float = 0.0
    merit: float = 0.0
    experience: float = 0.0
    price: float = 1.0
    lines: list[Line] = field(default_factory=list)
    use: float = 0.0

    @property
    def price_now_usd(self) -> float:
        """Price of a unit of output today, USD."""
        return self.price_usd * self.price

    @property
    def price_now_musd(self) -> float:
        """Price of a unit of output today, M USD."""
        return self.price_usd * self.price * self.money_scale


@dataclass(eq=False)
class Segment:
    """A market of products."""

    name: str
    path: list[float]
    volatility: float
    elasticity: float
    surge_hazard: float
    surge_log_size: float
    price_usd: float
    destinations: dict[str, float]
    deviation: float = 0.0
    surge: float = 0.0
    price: float = 1.0
    demand: float = 0.0
    products: list[Product] = field(default_factory=list)


@dataclass(eq=False)
class Line:
    """The capacity of one stage of one firm in one place, and its building site."""

    firm: Any
    stage: Stage
    place: Place
    site: Site | None
    access: str
    capex_musd: float
    operating_musd: float
    output_per_unit: float
    output_per_capacity: float
    brownfield: int
    greenfield: int
    capacity: float
    shell_room: float
    defects: float
    opening: list[float]
    arriving: list[float]
    new_capacity: float = 0.0
    tool_backlog: float = 0.0
    in_transit: float = 0.0
    shells_underway: float = 0.0
    shells_beyond: float = 0.0
    experience: float = 0.0
    other_demand: float = 0.0
    requested: float = 0.0
    utilisation: float = 0.0
    inventory: float = 0.0
    committed_musd: float = 0.0
    asset_musd: float = 0.0
    # the quarter
    capacity_at_start: float = 0.0
    availability: float = 1.0
    room: float = 0.0
    output: float = 0.0
    other_served: float = 0.0
    asked: float = 0.0
    operating_cost: float = 0.0
    liability: float = 0.0
    subsidy: float = 0.0
    own_part: float = 1.0
    annual_return: float = 0.0
    surplus_return: float = 0.0
    pull: float = 0.0
    with_orders: float = 0.0
    with_shells: float = 0.0
    within_reach: float = 0.0
    tool_orders: float = 0.0
    shell_orders: float = 0.0
    dropped: float = 0.0
    gained: float = 0.0
    tools_started: float = 0.0
    shells_ordered_musd: float = 0.0
    tools_ordered_musd: float = 0.0
    awarded_musd: float = 0.0
    building_musd: float = 0.0
    capex_now: float = 0.0


@dataclass(eq=False)
class Division:
    """A firm's lines of one stage, and what it expects them to be asked for."""

    firm: Any
    stage: Stage
    lines: list[Line] = field(default_factory=list)
    level: float = 0.0
    trend: float = 0.0
    best_return: float = 0.0
    requested: float = 0.0
    contestable: float = 0.0
    forecast: float = 0.0
    belief: float = 0.0
    expected_capacity: float = 0.0


@dataclass(eq=False)
class Site:
    """A firm's place with packaging lines, which draw on one store of each material."""

    firm: Any
    place: Place
    lines: list[Line] = field(default_factory=list)
    edges: list[PackageEdge] = field(default_factory=list)
    supplies: dict[str, list[SupplyEdge]] = field(default_factory=dict)


@dataclass(eq=False)
class Product:
    """A designer's product in one segment."""

    designer: Any
    segment: Segment
    stage: Stage
    share: float
    value: float
    long_term_share: float
    starts: int
    access: dict[str, float]
    compute: list[float]
    hbm: list[float]
    substrate: list[float]
    stated_units: list[float]
    other_units: list[float]
    fewer_dies: list[float]
    value_growth: list[float] = field(default_factory=list)
    recipes: list[Recipe] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)
    edges: list[PackageEdge] = field(default_factory=list)
    market_share: float = 0.0
    phantom: float = 0.0
    order_level: float = 0.0
    order_trend: float = 0.0
    fill: float = 1.0
    lead_time_weeks: float = 0.0
    price: float = 1.0
    design_mix: float = 1.0
    backlog: dict[str, float] = field(default_factory=dict)
    # the quarter
    units_per_wafer: float = 0.0
    main_yield: float = 0.0
    phantom_before: float = 0.0
    orders: dict[str, float] = field(default_factory=dict)
    demand: float = 0.0
    queue_before: float = 0.0
    wanted: float = 0.0
    delivered: float = 0.0
    shipped: dict[str, float] = field(default_factory=dict)
    queue: float = 0.0
    real_lead_time_weeks: float = 0.0

    @property
    def price_now_usd(self) -> float:
        """Price of a unit today, USD."""
        return self.segment.price_usd * self.price * self.value

    @property
    def die_bank(self) -> float:
        """Dies in stock, in k units' worth."""
        return sum(source.die_bank for source in self.sources)


@dataclass(eq=False)
class Recipe:
    """One way to package a product."""

    product: Product
    technology: Stage
    packages_per_wafer: list[float]
    stated_placements: list[float]
    relative_value: list[float]
    edges: list[PackageEdge] = field(default_factory=list)
    mix: float = 0.0
    fill: float = 1.0
    placements: float = 1.0


@dataclass(eq=False)
class PackageEdge:
    """A packaging line that may finish a product by a recipe."""

    line: Line
    recipe: Recipe
    stated_share: float
    qualification: float
    wafers: list[tuple[WaferEdge, float]] = field(default_factory=list)
    relation: float = 0.0
    prepaid_musd: float = 0.0
    # the quarter
    yield_: float = 1.0
    wafers_per_unit: float = 0.0
    booked: float = 0.0
    starts: float = 0.0
    good: float = 0.0
    wafers_used: float = 0.0

    @property
    def product(self) -> Product:
        """The product that it finishes."""
        return self.recipe.product


@dataclass(eq=False)
class Source:
    """A foundry line that makes a product's dies."""

    line: Line
    product: Product
    share: float
    qualification: float
    die_bank: float = 0.0
    in_process: float = 0.0
    starts: float = 0.0


@dataclass(eq=False)
class WaferEdge:
    """A foundry line and a packaging site that work on the same product."""

    line: Line
    site: Site
    qualification: float


@dataclass(eq=False)
class SupplyEdge:
    """A supplier's line and a packaging site that it serves with HBM, substrates or tools."""

    line: Line
    site: Site
    share: float
    qualification: float
    flow: float = 0.0
