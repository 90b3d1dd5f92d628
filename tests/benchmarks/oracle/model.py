"""The quarter, phase by phase, of one world."""

from __future__ import annotations

from collections.abc import Mapping

import mesa

from policygame.scenario import Scenario
from policygame.scenario.policy import Policy
from tests.benchmarks.oracle import demand, investment, learning, production, trade
from tests.benchmarks.oracle.build import build
from tests.benchmarks.oracle.inputs import Inputs, Parameter
from tests.benchmarks.oracle.metrics import Series, measure
from tests.benchmarks.oracle.people import ChipDesigner, Firm, Government
from tests.benchmarks.oracle.things import (
    Division,
    Line,
    PackageEdge,
    Place,
    Product,
    Recipe,
    Segment,
    Site,
    Source,
    Stage,
    SupplyEdge,
    WaferEdge,
)


class OracleModel(mesa.Model):
    """The packaging industry in the world that ``seed`` names. A government without a policy does nothing."""

    def __init__(self, scenario: Scenario, seed: int, policies: Mapping[str, Policy] | None = None) -> None:
        super().__init__(rng=0)  # the model draws nothing: all chance is in its inputs
        self.inputs = inputs = Inputs(scenario, seed)
        self.p = Parameter(inputs)
        self.tool_lead = max(1, round(scenario.parameters.tool_lead_quarters.value))
        self.disruptions = inputs.disruptions()
        self.quarter = 0
        self.places: dict[str, Place] = {}
        self.stages: dict[str, Stage] = {}
        self.segments: dict[str, Segment] = {}
        self.firms: dict[str, Firm] = {}
        self.designers: dict[str, ChipDesigner] = {}
        self.lines: list[Line] = []
        self.packaging: list[Line] = []
        self.supported: list[Line] = []
        self.divisions: list[Division] = []
        self.sites: dict[tuple[str, str], Site] = {}
        self.products: list[Product] = []
        self.recipes: list[Recipe] = []
        self.sources: list[Source] = []
        self.edges: list[PackageEdge] = []
        self.wafer_edges: list[WaferEdge] = []
        self.supplies: dict[str, list[SupplyEdge]] = {}
        self.recorded: list[Series] = []
        build(self, inputs)
        for name, policy in (policies or {}).items():
            self.places[name].government.policy = policy
        mesa.Agent._ids.pop(self, None)  # Mesa would keep a counter of agents, and with it the model, for ever

    def step(self) -> None:
        """One quarter: the nine phases, in order."""
        for _, phase in PHASES:
            phase(self)
        self.end()

    def begin(self) -> None:
        """What is the same for the whole quarter: what a package is, how it yields, who waited when it began."""
        production.foresee_yields(self)
        for line in self.lines:
            line.capacity_at_start = line.capacity
        for product in self.products:
            product.queue_before = sum(product.backlog.values())

    def apply_policy(self) -> None:
        """Phase 1: governments decide; income arrives."""
        self.begin()
        governments = self.agents_by_type[Government]
        governments.do("decide")
        governments.do("collect")

    def end(self) -> None:
        """Phase 9: what is measured."""
        self.recorded.append(measure(self))
        self.quarter += 1

    def lines_of(self, firm: str, stage: str, place: str | None) -> list[Line]:
        """A firm's lines of a stage, of one place if it is named."""
        return [
            line for line in self.firms[firm].lines if line.stage.name == stage and (place is None or line.place.name == place)
        ]

    def content_usd(self, product: Product) -> float:
        """Dies and HBM in one package, USD."""
        dies = product.stage.price_now_usd / product.units_per_wafer
        return dies + product.hbm[self.quarter] * self.stages["hbm"].price_now_usd


PHASES = (
    ("policy", OracleModel.apply_policy),
    ("shocks", demand.strike),
    ("orders", demand.place_orders),
    ("wafers", production.run_fabs),
    ("packaging", production.run_packaging),
    ("shipments and prices", trade.ship),
    ("learning", learning.learn),
    ("investment", investment.invest),
)
"""Every phase that changes the world, in order."""


def play(
    scenario: Scenario, seed: int, policies: Mapping[str, Policy] | None = None, quarters: int | None = None
) -> list[Series]:
    """A whole game in one world: the metrics of each quarter."""
    world = OracleModel(scenario, seed, policies)
    for _ in range(world.inputs.n_quarters if quarters is None else quarters):
        world.step()
    return world.recorded
