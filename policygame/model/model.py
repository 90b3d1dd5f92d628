"""The quarter, phase by phase.

``PackagingModel`` is a ``mesa.Model`` that runs W parallel worlds at once: every array of its state has the world as its last axis,
and no rule lets one world see another. A lone world must be run padded to two (``simulation`` does), because NumPy adds in another
order where the last axis has length one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import mesa
import numpy as np
from mesa.agent import AgentSet

from policygame.catalogue import STAGES
from policygame.model import projects
from policygame.model.accounts import Ledger
from policygame.model.agents import OSAT, ChipDesigner, Foundry, Government, Producer, Supplier
from policygame.model.agents.government import Seat
from policygame.model.arrays import Array, Sums
from policygame.model.changes import Change, scale_by_quarter
from policygame.model.coefficients import ParameterArrays, compile_coefficients, compile_lags
from policygame.model.initial import initial_state
from policygame.model.now import Now
from policygame.model.phases import fabrication, investment, learning, orders, packaging, shipments, shocks, treasury
from policygame.model.state import State
from policygame.model.structure import N_PLACES, N_STAGES, N_TECHNOLOGIES, PLACES, STAGE_OF, Structure
from policygame.model.supply_graph import SupplyGraph
from policygame.model.worlds import MATERIAL_KINDS, Shocks, Values

KINDS: Mapping[str, type[Producer]] = {"foundry": Foundry, "osat": OSAT, "supplier": Supplier}
_SCALE = {"k stacks / quarter": 1e-3, "million cm2 / quarter": 1.0, "tool sets / quarter": 1e-6}


class PackagingModel(mesa.Model):
    """The packaging industry in W worlds.

    Parameters
    ----------
    structure, graph : the compiled scenario
    seeds : one per world, at least two
    values : the scenario's numbers in these worlds
    seats : strategies of governments, with the worlds that each decides for
    changes : changes of the experiment, each with its worlds
    agents : firm name -> subclass of its kind's class
    state : a state to continue from, with its quarter; default: the scenario's start
    """

    def __init__(
        self,
        structure: Structure,
        graph: SupplyGraph,
        seeds: Sequence[int],
        values: Values,
        *,
        seats: Mapping[str, list[Seat]] | None = None,
        changes: Sequence[Change] = (),
        agents: Mapping[str, type[Producer]] | None = None,
        state: State | None = None,
        quarter: int = 0,
    ) -> None:
        super().__init__(rng=0)  # the model draws nothing: all chance is in ``shocks``
        self.structure, self.graph, self.seeds = structure, graph, tuple(seeds)
        self.quarter = quarter
        self.recorder: Callable[[PackagingModel], None] | None = None
        self.parameters = ParameterArrays(values)
        self.coefficients = compile_coefficients(structure, values, self.parameters)
        self.lags = compile_lags(structure)
        self.shocks = Shocks.draw(self.seeds, structure.n_quarters)
        self.ledger = Ledger(structure)
        self._add_material_routes()
        self.state = state or initial_state(structure, graph, values, self.coefficients, self.parameters, self.ledger.n)
        self.scale = scale_by_quarter(changes, structure, len(self.seeds))
        self.now = Now()
        self._compile_helpers()
        self._populate(seats or {}, agents or {})

    # ----------------------------------------------------------------------------------------------- the quarter

    def step(self) -> None:
        """One quarter: the nine phases of the model, in order."""
        self._begin()
        self.apply_policy()
        shocks.strike(self)
        orders.place_orders(self)
        fabrication.run_fabs(self)
        packaging.run_packaging(self)
        shipments.ship(self)
        learning.learn(self)
        investment.invest(self)
        self.record()
        self.quarter += 1

    def apply_policy(self) -> None:
        """Phase 1: governments decide; income arrives, fixed outlays are paid."""
        self.governments.do("decide")
        treasury.collect_and_spend(self)

    def record(self) -> None:
        """Phase 9: metrics are measured by whoever runs the model (``recorder``); the model itself keeps none."""
        if self.recorder is not None:
            self.recorder(self)

    def _begin(self) -> None:
        """What is the same for the whole quarter."""
        t, structure = self.quarter, self.structure
        self.now = Now()
        self.ledger.open(self.state.n_worlds)
        self.packages_per_wafer = structure.packages_per_wafer[t][:, None]
        self.placements = structure.placements[t][:, None]
        self.hbm_stacks = structure.hbm_stacks[t][:, None]
        self.substrate_cm2 = structure.substrate_cm2[t][:, None]
        self.units_per_wafer = structure.units_per_wafer[t][:, None]
        self.compute_h100e = structure.compute_h100e[t][:, None]
        self.now.capacity_at_start = self.state.capacity
        self._cache: dict[str, Array] = {}
        self.shares: dict[str, list[Array]] = {}

    # ------------------------------------------------------------------------------------------------- what rules read

    def in_transit(self) -> Array:
        """(line, W) capacity whose tools are in the making."""
        return self.once("in_transit", lambda: self.state.tools_in_transit.sum(axis=0))

    def shells_underway(self) -> Array:
        """(line, W) room under construction."""
        return self.once("underway", lambda: self.state.shells_in_progress.sum(axis=0))

    def opening_soon(self) -> Array:
        """(line, W) room that opens before tools ordered now arrive."""

        def soon() -> Array:
            ring = self.state.shells_in_progress
            slots = [(self.quarter + 1 + ahead) % len(ring) for ahead in range(self.lags.tools)]
            total = ring[slots[0]].copy()
            for slot in slots[1:]:
                total = total + ring[slot]
            return total

        return self.once("opening", soon)

    def die_bank_by_product(self) -> Array:
        """(product, W) k units' worth of dies in stock now."""
        return self.structure.sources_to_product(self.state.die_bank)

    def main_yield(self) -> Array:
        """(product, W) expected yield of a product's packages, by its relations and mix."""

        def expected() -> Array:
            s, structure = self.state, self.structure
            weight = s.relation * s.mix[structure.edge_recipe] + 1e-9
            total = structure.edges_to_product(weight)
            return structure.edges_to_product(weight * packaging.package_yield(self)) / total

        return self.once("main_yield", expected)

    def recipe_possible(self) -> Array:
        """(recipe, W) 1 where some qualified packager has a line for the recipe."""
        s, structure = self.state, self.structure
        able = s.qualification * s.capacity[structure.edge_line]
        return (structure.edges_to_recipe(able) > 1e-9).astype(float)

    def recipe_value(self) -> Array:
        """(recipe, W) what a package is worth beside the product's best, less packaging cost as a share of the product's price."""
        structure, c, s = self.structure, self.coefficients, self.state
        stage = structure.recipe_technology + STAGE_OF["conventional"]
        cost = (c.stage_price_usd * s.stage_price)[stage] / self.packages_per_wafer
        price = (c.segment_price_usd * s.segment_price)[structure.product_segment] * c.product_value[:, None]
        return structure.relative_value[self.quarter][:, None] - cost / price[structure.recipe_product]

    def content_usd(self) -> Array:
        """(product, W) dies and HBM in one package, USD."""
        c, s, structure = self.coefficients, self.state, self.structure
        price = c.stage_price_usd * s.stage_price
        dies = price[self.wafer_stage] / self.units_per_wafer
        return dies + self.hbm_stacks * price[STAGE_OF["hbm"]]

    def programme_share(self) -> Array:
        """(line, W) extra capacity of suppliers from programmes of their place, as a share."""
        return self.once("programme", lambda: learning.programme_share(self))

    def firm_revenue(self) -> Array:
        """(firm, W) this quarter's revenue so far, M USD."""
        return self.now.firm_revenue_musd

    def once(self, name: str, work: Callable[[], Array]) -> Array:
        """The value of ``work``, computed once a quarter under ``name``."""
        if name not in self._cache:
            self._cache[name] = work()
        return self._cache[name]

    # ------------------------------------------------------------------------------------------------------- construction

    def _populate(self, seats: Mapping[str, list[Seat]], agents: Mapping[str, type[Producer]]) -> None:
        scenario = self.structure.scenario
        for name, firm in scenario.firms.items():
            if firm.lines:
                agents.get(name, KINDS[firm.kind])(self, name)
        for name in scenario.designers:
            ChipDesigner(self, name)
        for name in PLACES:
            if name in scenario.jurisdictions:
                Government(self, name, seats.get(name, []))
        every = list(self.agents)
        self.producers: AgentSet[Any] = AgentSet([a for a in every if isinstance(a, Producer)], random=self.random)
        self.designers: AgentSet[Any] = AgentSet([a for a in every if isinstance(a, ChipDesigner)], random=self.random)
        self.governments: AgentSet[Any] = AgentSet([a for a in every if isinstance(a, Government)], random=self.random)

    def _add_material_routes(self) -> None:
        lines = self.structure.lines
        site_firm = np.array([lines.firms.index(firm) for firm, _ in lines.sites], dtype=np.intp)
        for edges in (self.graph.hbm, self.graph.substrate, self.graph.tools):
            self.ledger.add_route(edges.item, site_firm[edges.site], lines.firm[edges.line])

    def _compile_helpers(self) -> None:
        structure, lines = self.structure, self.structure.lines
        self.output_per_unit = self.coefficients.output_per_capacity * np.ones(self.state.n_worlds)
        self.output_per_unit[lines.is_packaging] *= self.parameters.line_use_factor
        self.money_scale = np.array([_SCALE.get(stage.unit, 1e-3) for stage in STAGES.values()])[:, None]
        self.is_osat = np.array([structure.scenario.firms[name].kind == "osat" for name in lines.firms])[lines.firm]
        self.lines_to_technology = Sums(lines.technology, N_TECHNOLOGIES)
        self.lines_to_place_stage = Sums(lines.place * N_STAGES + lines.stage, N_PLACES * N_STAGES)
        self.lines_to_firm_place = Sums(lines.firm * N_PLACES + lines.place, len(lines.firms) * N_PLACES)
        place_technology = np.where(lines.is_packaging, lines.place * N_TECHNOLOGIES + lines.technology, -1)
        self.lines_to_place_technology = Sums(place_technology, N_PLACES * N_TECHNOLOGIES)
        kind = {STAGE_OF[name]: m for m, name in enumerate(MATERIAL_KINDS)}
        self.supplier_kind = np.array([kind.get(int(stage), -1) for stage in lines.stage], dtype=np.intp)
        self.no_shell_needed = np.where(lines.stage == STAGE_OF["tools"], 1e9, 0.0)[:, None] * np.ones(self.state.n_worlds)
        self.conversions = projects.conversion_pairs(self)
        self.lines_to_home = Sums(lines.headquarters[lines.firm], N_PLACES)
        product_place = structure.edge_product * N_PLACES + structure.edge_place
        self.edges_to_product_place = Sums(product_place, len(structure.products) * N_PLACES)
        self.between = {
            item: Sums(lines.place[edges.line] * N_PLACES + lines.site_place[edges.site], N_PLACES * N_PLACES)
            for item, edges in self.graph.supplies.items()
        }
        self.edge_weight = {item: edges.share[:, None] for item, edges in self.graph.supplies.items()}
        ai = [structure.products[p].segment == "ai_accelerator" for p in structure.edge_product]
        self.edges_serve_ai = np.isin(np.arange(lines.n), structure.edge_line[np.array(ai, dtype=bool)])[:, None]
        self.wafer_stage = np.array([STAGE_OF[key.spec.stage] for key in structure.products], dtype=np.intp)

