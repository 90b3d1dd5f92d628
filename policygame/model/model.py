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
from policygame.model import projects, technology
from policygame.model.accounts import Ledger
from policygame.model.agents import OSAT, ChipDesigner, DesignTeam, Foundry, Government, Producer, Supplier, Team
from policygame.model.agents.government import Seat
from policygame.model.agents.producer import ProducerRules, RowsOfFirms
from policygame.model.arrays import Array, Largest, Sums, at_least, ratio
from policygame.model.changes import Change, scale_by_quarter
from policygame.model.coefficients import ParameterArrays, compile_coefficients, compile_lags
from policygame.model.initial import initial_state
from policygame.model.now import Now
from policygame.model.phases import fabrication, investment, learning, orders, packaging, shipments, shocks, treasury
from policygame.model.state import State
from policygame.model.structure import N_PLACES, N_STAGES, N_TECHNOLOGIES, PLACES, SEGMENT_OF, STAGE_OF, Structure
from policygame.model.supply_graph import ControlRoutes, SupplyGraph
from policygame.model.whole_chain import WholeChainBound
from policygame.model.worlds import MATERIAL_KINDS, Values

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
    like : a model of the same structure and graph: what it compiled of them is shared, not compiled again
    same_values : ``like`` has the same seeds and values too: what it compiled of these is shared as well
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
        like: PackagingModel | None = None,
        same_values: bool = False,
    ) -> None:
        super().__init__(rng=0)  # the model draws nothing: all chance is in ``shocks``
        self.structure, self.graph, self.seeds = structure, graph, tuple(seeds)
        self.quarter = quarter
        self.recorder: Callable[[PackagingModel], None] | None = None
        self._compile(values, like, same_values)
        self.state = state or initial_state(structure, graph, values, self.coefficients, self.parameters, self.ledger.n)
        self.scale = scale_by_quarter(changes, structure, len(self.seeds))
        self.now = Now()
        self._populate(seats or {}, agents or {})
        # Mesa keeps a counter of agents per model for ever, and with it the model; ours is complete now
        mesa.Agent._ids.pop(self, None)

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
        self.governments.do("enact")
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
        self.hbm_stacks = structure.hbm_stacks[t][:, None]
        self.substrate_cm2 = structure.substrate_cm2[t][:, None]
        self.compute_h100e = structure.compute_h100e[t][:, None]
        self.units_per_wafer = technology.units_per_wafer(self)
        self.placements = technology.placements(self)
        self.now.capacity_at_start = self.state.capacity.copy()
        self._cache: dict[str, Array] = {}
        self._whole_chain: tuple[Array, Array] | None = None
        self.shares: dict[str, Array] = {}

    # ------------------------------------------------------------------------------------------------- what rules read

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

    def due(self) -> Array:
        """(product, place, W) k units that buyers wait for before this quarter's deliveries: queue and orders."""
        return self.once("due", lambda: self.state.backlog + self.now.orders)

    def queue_before(self) -> Array:
        """(product, W) k units that waited when the quarter began."""
        return self.once("queue before", lambda: self.state.backlog.sum(axis=1))

    def main_yield(self) -> Array:
        """(product, W) expected yield of a product's packages, by its relations and mix."""

        def expected() -> Array:
            s, structure = self.state, self.structure
            weight = s.relation * s.mix[structure.edge_recipe] + 1e-9
            total = structure.edges_to_product(weight)
            return structure.edges_to_product(weight * self.package_yield()) / total

        return self.once("main_yield", expected)

    def package_yield(self) -> Array:
        """(package edge, W) yield of a package on each edge's line."""
        return self.once("package_yield", lambda: packaging.package_yield(self))

    def recipe_possible(self) -> Array:
        """(recipe, W) 1 where some qualified packager has a line for the recipe."""
        s, structure = self.state, self.structure
        able = s.qualification * s.capacity[structure.edge_line]
        return (structure.edges_to_recipe(able) > 1e-9).astype(float)

    def content_usd(self) -> Array:
        """(product, W) dies and HBM in one package, USD."""
        c, s = self.coefficients, self.state
        price = c.stage_price_usd * s.stage_price
        content = price[self.wafer_stage]
        content /= self.units_per_wafer
        content += self.hbm_stacks * price[STAGE_OF["hbm"]]
        return content

    def firm_revenue(self) -> Array:
        """(firm, W) a quarter's revenue that lenders go by: last quarter's, or this one's so far where it is more, M USD."""
        return np.maximum(self.state.revenue_musd, self.now.firm_revenue_musd)

    def whole_chain(self) -> tuple[Array, Array]:
        """The whole chain's bound by place and of the world, computed once a quarter."""
        if self._whole_chain is None:
            self._whole_chain = self.whole_chain_bound(self)
        return self._whole_chain

    def once(self, name: str, work: Callable[[], Array]) -> Array:
        """The value of ``work``, computed once a quarter under ``name``."""
        if name not in self._cache:
            self._cache[name] = work()
        return self._cache[name]

    # ------------------------------------------------------------------------------------------------------- construction

    def _compile(self, values: Values, like: PackagingModel | None, same_values: bool) -> None:
        """Rows, then numbers: compiled, or taken from ``like``. Both are only read from now on, so that models can share them."""
        if like is None:
            self._rows = self._set_by(self._compile_rows)
            self.ledger = Ledger(self.structure)
            self._add_material_routes()
        else:
            assert (like.structure, like.graph) == (self.structure, self.graph)
            self._rows = like._rows
            self.ledger = like.ledger.empty(len(self.seeds))
            vars(self).update(self._rows)
        if like is None or not same_values:
            self._numbers = self._set_by(lambda: self._compile_numbers(values))
        else:
            assert like.seeds == self.seeds
            self._numbers = like._numbers
            vars(self).update(self._numbers)

    def _set_by(self, compiling: Callable[[], None]) -> dict[str, Any]:
        """The attributes that ``compiling`` sets."""
        own = set(vars(self))
        compiling()
        return {name: value for name, value in vars(self).items() if name not in own}

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
        self.teams = self._teams()
        self.design_team = DesignTeam(self, 0, len(scenario.designers) - 1)
        self.governments: AgentSet = self.agents_by_type[Government]

    def _teams(self) -> list[ProducerRules]:
        """Who acts together: runs of firms with the rules of their kind, and every firm that has rules of its own."""
        teams: list[ProducerRules] = []
        run: list[int] = []
        for agent in self.agents:
            if not isinstance(agent, Producer):
                continue
            if type(agent) in KINDS.values():
                run.append(agent.row)
                continue
            if run:
                teams.append(Team(self, run[0], run[-1]))
            teams.append(agent)
            run = []
        if run:
            teams.append(Team(self, run[0], run[-1]))
        return teams

    def _add_material_routes(self) -> None:
        lines = self.structure.lines
        site_firm = np.array([lines.firms.index(firm) for firm, _ in lines.sites], dtype=np.intp)
        for edges in (self.graph.hbm, self.graph.substrate, self.graph.tools):
            self.ledger.add_route(edges.item, site_firm[edges.site], lines.firm[edges.line])

    def _compile_rows(self) -> None:
        """What follows from structure and graph alone: who stands where, and how rows are summed."""
        structure, lines = self.structure, self.structure.lines
        self.lags = compile_lags(structure)
        self.rows_of_firms: dict[tuple[int, int], RowsOfFirms] = {}
        self.money_scale = np.array([_SCALE.get(stage.unit, 1e-3) for stage in STAGES.values()])[:, None]
        self.is_osat = np.array([structure.scenario.firms[name].kind == "osat" for name in lines.firms])[lines.firm]
        self.lines_to_technology = Sums(lines.technology[lines.packaging], N_TECHNOLOGIES)
        self.control_routes = {item: ControlRoutes.of(self.graph.supplies[item], structure) for item in ("hbm", "tools")}
        self.at_home = {
            item: (lines.place[edges.line] == lines.site_place[edges.site]).astype(float)[:, None]
            for item, edges in self.graph.supplies.items()
        }
        self.edges_to_technology = Sums(structure.recipe_technology[structure.edge_recipe], N_TECHNOLOGIES)
        self.lines_to_place_stage = Sums((lines.place * N_STAGES + lines.stage)[lines.supported], N_PLACES * N_STAGES)
        place_technology = np.where(lines.is_packaging, lines.place * N_TECHNOLOGIES + lines.technology, -1)
        self.lines_to_place_technology = Sums(place_technology, N_PLACES * N_TECHNOLOGIES)
        self.packaging_to_place_technology = Sums(place_technology[lines.packaging], N_PLACES * N_TECHNOLOGIES)
        kind = {STAGE_OF[name]: m for m, name in enumerate(MATERIAL_KINDS)}
        self.supplier_kind = np.array([kind.get(int(stage), -1) for stage in lines.stage], dtype=np.intp)
        self.osat_rows = np.flatnonzero(self.is_osat & lines.is_packaging)
        self.osat_edge = self.is_osat[structure.edge_line].astype(float)[:, None]
        self.packaging_to_place = Sums(lines.place[lines.packaging], N_PLACES)
        self.packaging_to_site = Sums(lines.site[lines.packaging], len(lines.sites))
        self.tool_lines = np.flatnonzero(lines.stage == STAGE_OF["tools"])
        self.best_of_group = Largest(lines.group_start, lines.n)
        leading, advanced = lines.stage == STAGE_OF["wafers_leading"], lines.technology >= 2
        self.leading_fabs_to_place = Sums(np.where(leading, lines.place, -1), N_PLACES)
        self.advanced_packaging_to_place = Sums(np.where(advanced, lines.place, -1)[lines.packaging], N_PLACES)
        home = lines.headquarters[lines.firm]
        self.advanced_packaging_to_home = Sums(np.where(advanced, home, -1)[lines.packaging], N_PLACES)
        purse = np.where(lines.is_wafers, 1, 0) * N_PLACES + lines.place
        self.purse_of_line = purse[lines.supported]
        self.lines_to_purse = Sums(purse[lines.supported], 2 * N_PLACES)
        self.place_stage_of_line = (lines.place * N_STAGES + lines.stage)[lines.supported]
        near = np.where(lines.technology >= 1, lines.place, 2 * N_PLACES)
        self.nearness_of_line = np.where(lines.is_wafers, N_PLACES + lines.place, near)
        self.conversions = projects.conversion_pairs(self)
        from_rows, to_rows = self.conversions
        self.conversion_part = 1.0 / np.bincount(to_rows, minlength=lines.n)[to_rows][:, None]
        self.conversions_gain = Sums(to_rows, lines.n)
        self.conversions_loss = Sums(from_rows, lines.n, -np.ones(len(from_rows)))
        self.new_ground_is_later = (self.lags.greenfield > self.lags.brownfield).astype(float)[:, None]
        self.ai_products = np.flatnonzero(structure.product_segment == SEGMENT_OF["ai_accelerator"])
        serves_ai = np.isin(structure.edge_product, self.ai_products)
        product_place = np.searchsorted(self.ai_products, structure.edge_product) * N_PLACES + structure.edge_place
        self.edges_to_ai_product_place = Sums(np.where(serves_ai, product_place, -1), len(self.ai_products) * N_PLACES)
        self.whole_chain_bound = WholeChainBound(structure, self.graph)
        self.edges_serve_ai = np.isin(np.arange(lines.n), structure.edge_line[serves_ai])[:, None]
        self.wafer_stage = np.array([STAGE_OF[key.spec.stage] for key in structure.products], dtype=np.intp)

    def _compile_numbers(self, values: Values) -> None:
        """What follows from the numbers of these worlds and their seeds as well."""
        lines = self.structure.lines
        self.parameters = ParameterArrays(values)
        self.coefficients = compile_coefficients(self.structure, values, self.parameters)
        self.shocks = values.shocks(self.structure.n_quarters, self.structure.first, self.quarter)
        self.output_per_unit = self.coefficients.output_per_capacity * np.ones(len(self.seeds))
        self.output_per_unit[lines.is_packaging] *= self.parameters.line_use_factor
        self.learning_exponent = np.log2(1.0 - self.coefficients.stage_learning)[lines.stage[lines.packaging]]
        self.shell_musd = self.coefficients.capex_musd * self.parameters.shell_cost_share
        self.equipment_musd = self.coefficients.capex_musd - self.shell_musd
        yearly = 4.0 * self.output_per_unit * self.money_scale[lines.stage]
        self.full_revenue_musd = yearly * self.coefficients.stage_price_usd[lines.stage]
        self.full_operating_musd = yearly * self.coefficients.operating_usd
        risk = 4.0 * self.coefficients.hazard * self.coefficients.depth
        self.place_return = (self.coefficients.appeal - risk)[lines.place] - 4.0 / self.parameters.asset_life_quarters
        quarterly = 0.25 * self.parameters.hurdle_return
        self.patience_present_ground = np.exp(-quarterly * self.lags.brownfield[:, None])
        self.patience_new_ground = np.exp(-quarterly * self.lags.greenfield[:, None])
        self.hurdle_of_line = self.coefficients.hurdle[lines.firm]
        self.osat_full_kwafers = yearly[self.osat_rows]
        self.operating_musd_per_unit = self.coefficients.operating_usd * self.money_scale[lines.stage]
        (from_rows, to_rows), capex = self.conversions, self.coefficients.capex_musd
        self.conversion_exchange = at_least(ratio(capex[to_rows], capex[from_rows]), 1.0)
        self.ground_per_quarter = self.parameters.brownfield_share / self.lags.brownfield[:, None]
