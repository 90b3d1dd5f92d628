"""What a scenario file may say: the pydantic schema, section by section, with units and bounds.

The words (jurisdictions, technologies, stages, segments, levers) come from the catalogue; behavioural parameters are declared in
``parameters``; reading files and writing errors for people lives in ``loading``; nothing here knows the model.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, GetCoreSchemaHandler, PrivateAttr, model_validator
from pydantic_core import CoreSchema, core_schema

from policygame.catalogue import JURISDICTIONS, LEVERS, SEGMENTS, STAGES, TECHNOLOGIES, Quarter, nearest
from policygame.scenario.numbers import Number, SourcedNumber, Unit
from policygame.scenario.parameters import Parameters
from policygame.scenario.posterior import Posterior, posterior_named, shipped_posteriors
from policygame.scenario.problems import MismatchError, quoted


@dataclass(frozen=True)
class OneOf:
    """A word of the catalogue: ``Annotated[str, OneOf("stage", tuple(STAGES))]``."""

    kind: str
    allowed: tuple[str, ...]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def check(self, word: str) -> str:
        """The word itself, if it is allowed; MismatchError otherwise."""
        if word not in self.allowed:
            raise MismatchError(
                f"unknown {self.kind} {quoted(word)}", ", ".join(self.allowed), hint=nearest(word[:60], self.allowed)
            )
        return word


def _quarter(text: str) -> str:
    try:
        return str(Quarter.parse(text))
    except ValueError:
        raise MismatchError(f"the text {quoted(text)}", "a quarter like 2023Q1") from None


JurisdictionId = Annotated[str, OneOf("jurisdiction", tuple(JURISDICTIONS))]
TechnologyId = Annotated[str, OneOf("technology", tuple(TECHNOLOGIES))]
StageId = Annotated[str, OneOf("stage", tuple(STAGES))]
SegmentId = Annotated[str, OneOf("segment", tuple(SEGMENTS))]
LeverId = Annotated[str, OneOf("lever", tuple(LEVERS))]
QuarterText = Annotated[str, AfterValidator(_quarter)]

Share = Annotated[Number, Unit("share", 0.0, 1.0)]
SameShare = Annotated[Number, Unit("share", 0.0, 1.0, varies=False)]
AnyQuantity = Annotated[Number, Unit("stage unit", 0.0)]


class Section(BaseModel):
    """Base of every mapping of a scenario file: unknown keys are errors, nothing can be changed after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Government(Section):
    """A government that can act: its purses, what its role allows, and what it is scored on."""

    packaging_income_musd_per_year: Annotated[Number, Unit("M USD / year", 0.0)]
    fab_income_musd_per_year: Annotated[Number, Unit("M USD / year", 0.0)]
    levers: tuple[LeverId, ...] = Field(description="levers that this role may use")
    bounds: dict[LeverId, Annotated[Number, Unit("unit of the lever", 0.0, varies=False)]] = Field(
        {}, description="upper bounds narrower than the catalogue's"
    )
    mandate: dict[Literal["S", "R", "A", "L", "V", "I", "P", "F"], Annotated[Number, Unit("weight", 0.0, 100.0, varies=False)]]


class Jurisdiction(Section):
    """A place where sites stand and products are received."""

    allies: tuple[JurisdictionId, ...] = Field((), description="trusted jurisdictions at the start")
    brownfield_quarters: Annotated[Number, Unit("quarters", 1.0, 24.0, varies=False)]
    greenfield_quarters: Annotated[Number, Unit("quarters", 1.0, 24.0, varies=False)]
    capex_factor: Annotated[Number, Unit("times Taiwan's", 0.2, 5.0)]
    operating_cost_factor: Annotated[Number, Unit("times Taiwan's", 0.2, 5.0)]
    location_appeal: Annotated[Number, Unit("annual return", -1.0, 1.0)] = Field(
        description="return that firms forgo (negative) or gain for reasons that the model does not name"
    )
    outage_hazard_per_quarter: Annotated[Number, Unit("probability / quarter", 0.0, 0.5)]
    outage_depth: Share = Field(description="share of the jurisdiction's lines that an outage stops in its first quarter")
    government: Government | None = None


class Technology(Section):
    """A packaging technology: what it costs, what it can do, how well it works on a mature line."""

    capex_musd_per_kwpm: Annotated[Number, Unit("M USD / kwpm", 0.0)]
    price_usd_per_wafer: Annotated[Number, Unit("USD / wafer", 0.0)]
    operating_cost_share: Share = Field(description="operating cost at full use, as a share of the starting price")
    placement_yield: Annotated[Number, Unit("share", 0.5, 1.0)] = Field(
        description="yield of one placement on a mature line at the start"
    )
    learning_per_doubling: Annotated[Number, Unit("share", 0.0, 0.4)] = Field(
        description="fall of defects per doubling of experience"
    )
    experience_kwafers: Annotated[Number, Unit("k wafers", 0.0)] = Field(description="the industry's experience at the start")
    labour_per_kwpm: Annotated[Number, Unit("skilled people / kwpm", 0.0)]
    tool_need: Annotated[Number, Unit("tool sets / kwpm", 0.0)] = Field(
        description="tool sets (one equips a kwpm of 2.5D) for one kwpm"
    )
    bandwidth_tbps: Annotated[Number, Unit("TB/s", 0.0, varies=False)]
    energy_pj_per_bit: Annotated[Number, Unit("pJ/bit", 0.0, varies=False)]
    connections_per_mm2: Annotated[Number, Unit("1/mm2", 0.0, varies=False)]
    usable_area_mm2: Annotated[Number, Unit("mm2", 0.0, varies=False)]


class DatedNumber(Section):
    """A value that holds from a quarter on."""

    quarter: QuarterText
    value: Annotated[Number, Unit("log points / quarter", -1.0, 1.0)]


class Stage(Section):
    """A stage that is not packaging: wafers of a node class, HBM, substrates, tools. ``unit`` comes from the catalogue."""

    capex_musd_per_unit: Annotated[Number, Unit("M USD / unit of capacity", 0.0)]
    price_usd_per_unit: Annotated[Number, Unit("USD / unit of output", 0.0)]
    operating_cost_share: Share
    shell_extra_quarters: Annotated[Number, Unit("quarters", 0.0, 12.0, varies=False)] = Field(
        description="building takes this much longer than a packaging shell"
    )
    other_use_growth: tuple[DatedNumber, ...] = Field(
        (),
        description="growth regimes of uses of its lines outside the scenario; until the first, and where none are given, they grow "
        "by the parameter ``other_use_growth``",
    )


class Segment(Section):
    """Demand of a segment: a baseline path with dated growth regimes, shocks, price response and destinations."""

    demand_kunits_per_quarter: Annotated[Number, Unit("k units / quarter", 0.0)] = Field(
        description="demand of the first quarter"
    )
    growth_per_quarter: tuple[DatedNumber, ...] = Field(description="growth regimes: log growth a quarter from each date on")
    volatility: Annotated[Number, Unit("log points", 0.0, 1.0)] = Field(
        description="standard deviation of the quarterly demand innovation"
    )
    price_elasticity: Annotated[Number, Unit("elasticity", 0.0, 3.0)]
    surge_hazard_per_quarter: Annotated[Number, Unit("probability / quarter", 0.0, 0.5)]
    surge_log_size: Annotated[Number, Unit("log points", 0.0, 2.0)] = Field(
        description="size of a surge or slump that nobody foresees"
    )
    unit_price_usd: Annotated[Number, Unit("USD / unit", 0.0)]
    destinations: dict[JurisdictionId, SameShare] = Field(description="shares of demand by jurisdiction; sum to one")
    trusted_only: bool = Field(False, description="buys only packages assembled where the designer's home trusts")


class LineShell(Section):
    """Room for tools that opens at a date, as announced."""

    quarter: QuarterText
    room: AnyQuantity


class Line(Section):
    """Capacity of one stage at one site. A candidate site is a line with capacity zero."""

    stage: StageId
    jurisdiction: JurisdictionId
    capacity: AnyQuantity = Field(description="capacity at the start, in the stage's unit")
    shell_room: AnyQuantity | None = Field(None, description="room in existing shells; default: as much as the capacity")
    shells: tuple[LineShell, ...] = Field((), description="shells under construction at the start")
    access: Literal["merchant", "captive", "bundled"] = Field(
        "merchant", description="merchant: anyone; captive: the firm's own products; bundled: dies from the firm's own wafers"
    )
    other_use: Share | None = Field(None, description="share of the line that serves products outside the scenario")
    placement_yield: Annotated[Number, Unit("share", 0.5, 1.0)] | None = None


class Firm(Section):
    """A foundry, an OSAT or a supplier, with its lines."""

    kind: Literal["foundry", "osat", "supplier"]
    headquarters: JurisdictionId
    cash_musd: Annotated[Number, Unit("M USD", 0.0)]
    hurdle_premium: Annotated[Number, Unit("annual return", -0.2, 0.5)] | None = None
    lines: tuple[Line, ...] = Field(min_length=1)
    note: str | None = None


class Recipe(Section):
    """One way to package a product."""

    technology: TechnologyId
    packages_per_wafer: Annotated[Number, Unit("packages / wafer", 0.01, varies=False)]
    placements: Annotated[Number, Unit("placements", 1.0, 64.0, varies=False)]
    relative_value: Annotated[Number, Unit("times the product's value", 0.0, 3.0, varies=False)] = Field(
        description="what a package of this kind is worth beside the product's best (bandwidth, energy, density, area)"
    )


class Generation(Section):
    """What one unit of a product is from a date on; between dates values move geometrically."""

    quarter: QuarterText
    compute_h100e: Annotated[Number, Unit("H100-equivalents / unit", 0.0, varies=False)]
    die_area_mm2: Annotated[Number, Unit("mm2", 1.0, 900.0, varies=False)]
    dies: Annotated[Number, Unit("dies / unit", 1.0, 64.0, varies=False)]
    node_nm: Literal[3, 5, 7, 10, 14, 28, 55]
    hbm_stacks: Annotated[Number, Unit("stacks / unit", 0.0, 32.0, varies=False)]
    substrate_cm2: Annotated[Number, Unit("cm2 / unit", 0.0, 500.0, varies=False)]
    recipes: tuple[Recipe, ...] = Field(min_length=1)


class Source(Section):
    """Where a product's wafers or packages come from at the start."""

    firm: str
    jurisdiction: JurisdictionId | None = Field(None, description="one site; default: every site of the firm that has the stage")
    share: SameShare = Field(description="share of the product's orders that goes there at first")
    qualification: SameShare = Field(description="qualification of the relation at the start, 0 to 1")


class Product(Section):
    """A designer's product in one segment."""

    segment: SegmentId
    share: SameShare = Field(description="share of the segment's demand in the world at the start")
    relative_value: Annotated[Number, Unit("times the segment's price", 0.01, 20.0, varies=False)]
    only_to: tuple[JurisdictionId, ...] = Field((), description="sold only there")
    not_to: tuple[JurisdictionId, ...] = ()
    starts: QuarterText | None = Field(None, description="quarter in which the product enters the market")
    long_term_share: SameShare = Field(description="share of its orders under long-term agreements")
    stage: Literal["wafers_leading", "wafers_advanced", "wafers_mature"]
    wafers: tuple[Source, ...] = Field(min_length=1)
    packagers: tuple[Source, ...] = Field(min_length=1)
    generations: tuple[Generation, ...] = Field(min_length=1)


class Designer(Section):
    """A chip designer and its products."""

    headquarters: JurisdictionId
    cash_musd: Annotated[Number, Unit("M USD", 0.0)]
    products: tuple[Product, ...] = Field(min_length=1)
    captive_of: str | None = Field(None, description="the firm whose captive lines it may use")


class Link(Section):
    """A qualified supply relation between a supplier (or a foundry) and packagers, firm by firm."""

    item: Literal["wafers", "hbm", "substrate", "tools"]
    supplier: str
    packagers: tuple[str, ...] = Field(min_length=1)
    share: SameShare = Field(description="share of the packager's needs that it takes from this supplier at first")
    qualification: SameShare


class History(Section):
    """Dated decisions of a government that hold until the play begins and beyond, as lines of a policy."""

    line: str
    figure: str | None = None
    assumption: str | None = None

    @model_validator(mode="after")
    def _sourced(self) -> Self:
        if (self.figure is None) == (self.assumption is None):
            found = "no source" if self.figure is None else "figure and assumption"
            raise MismatchError(f"{found} for a dated decision", "exactly one of figure, assumption")
        return self


class Disruption(Section):
    """A disaster or blockade that will come, nobody knows when: every world has its own quarter in the window."""

    jurisdiction: JurisdictionId
    first: QuarterText = Field(description="first quarter in which it may begin")
    last: QuarterText = Field(description="last quarter in which it may begin")
    depth: Share = Field(description="share of the place's lines that stand still while it lasts")
    duration_quarters: Annotated[Number, Unit("quarters", 1.0, 16.0, varies=False)] = Field(
        description="how long it lasts before lines recover, at the pace of other outages"
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if Quarter.parse(self.last) < Quarter.parse(self.first):
            raise MismatchError(
                f"a window from {self.first} back to {self.last}", "a last quarter not before the first", ("last",)
            )
        return self


class FirstMove(Section):
    """A first decision that shows a seat something true: what its briefing advises, and what the first turn guides to."""

    line: str = Field(description="the decision, as a line of a policy dated at the beginning of play")
    metric: Literal["lead_time_weeks", "packaging_capacity_kwpm", "hhi_packaging"] = Field(
        description="what to look at: the wait for AI accelerators, the seat's own 2.5D lines, or how concentrated 2.5D sites are"
    )
    moves: Literal["up", "down"] = Field(description="which way the metric goes by the end of the scenario")
    sentence: str = Field(description="what the worlds show, and why")


class Card(Section):
    """What an educator wants to know before choosing a scenario: for whom, how long, what for, and what to ask afterwards."""

    level: Literal["first lesson", "intermediate", "advanced"]
    minutes: Annotated[int, Field(ge=5, le=600, description="how long a game takes a group that has read the briefing")]
    roles: tuple[JurisdictionId, ...] = Field(min_length=1, description="seats that people should take first, in this order")
    goals: tuple[str, ...] = Field(min_length=1, max_length=6, description="what players understand afterwards")
    questions: tuple[str, ...] = Field(min_length=1, max_length=8, description="what to ask in the debrief")
    first_moves: dict[JurisdictionId, FirstMove] = Field({}, description="what to try first, by seat")


class Scenario(Section):
    """A whole scenario. Cross-references are checked in ``checks``."""

    format: Literal[1] = Field(description="version of this format")
    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{1,63}$", description="2 to 64 lower-case letters, digits and hyphens")
    title: str
    summary: str
    start: QuarterText
    play_from: QuarterText
    end: QuarterText = Field(description="last quarter that is simulated")
    quarters_per_turn: Annotated[int, Field(ge=1, le=8)] = 2
    jurisdictions: dict[JurisdictionId, Jurisdiction] = Field(min_length=1)
    technologies: dict[TechnologyId, Technology] = Field(min_length=1)
    stages: dict[StageId, Stage]
    segments: dict[SegmentId, Segment] = Field(min_length=1)
    firms: dict[str, Firm] = Field(min_length=1)
    designers: dict[str, Designer] = Field(min_length=1)
    links: tuple[Link, ...] = ()
    history: dict[JurisdictionId, tuple[History, ...]] = {}
    disruptions: tuple[Disruption, ...] = ()
    card: Card | None = None
    parameters: Parameters
    posterior: str | None = Field(None, description="name of the shipped draws of the numbers that say ``fitted: true``")
    _origin: str = PrivateAttr("")

    @property
    def origin(self) -> str:
        """The file that the scenario was read from; empty for one made in Python."""
        return self._origin

    @property
    def hash(self) -> str:
        """SHA-256 of the content, in hexadecimal: the same for every way of writing the same numbers in the same order.

        The order of firms, products and the like counts, because sums run in it; defaults count as unsaid. The posterior's
        draws count as content.
        """
        draws = self.draws
        content = self.model_dump_json(exclude_defaults=True) + ("" if draws is None else draws.digest)
        return hashlib.sha256(content.encode()).hexdigest()

    @property
    def draws(self) -> Posterior | None:
        """The draws that fitted numbers are taken from; None where the scenario names none."""
        return None if self.posterior is None else posterior_named(self.posterior)

    @model_validator(mode="after")
    def _has_draws(self) -> Self:
        if self.posterior is not None and self.posterior not in shipped_posteriors():
            raise MismatchError(
                f"unknown posterior {quoted(self.posterior)}",
                ", ".join(shipped_posteriors()) or "none: no draws ship with the program",
                ("posterior",),
                hint=nearest(self.posterior[:60], tuple(shipped_posteriors())),
            )
        return self

    def numbers(self) -> Iterator[SourcedNumber]:
        """Every number with its address, unit and source, in the order of the schema."""
        from policygame.scenario.sources import sourced_numbers

        return sourced_numbers(self)
