"""The state in which a scenario begins.

Capacities, shells and qualifications are the scenario's; stocks begin at the level that the rules would hold at the first quarter's
demand: die banks at their cover, suppliers' inventories at their target, queues and double orders empty.
"""

from __future__ import annotations

from dataclasses import fields

import numpy as np

from policygame.catalogue import Quarter
from policygame.model.arrays import Array, Sums, ratio
from policygame.model.coefficients import Coefficients, ParameterArrays, compile_lags
from policygame.model.state import CREDIT_RING, LEVER_CLAUSES, LEVER_CONTROLS, SHELL_RING, TOOL_RING, State
from policygame.model.structure import N_PLACES, N_SEGMENTS, N_STAGES, N_TECHNOLOGIES, STAGE_OF, Structure
from policygame.model.supply_graph import SupplyGraph
from policygame.model.worlds import MATERIAL_KINDS, Values
from policygame.scenario.problems import path_text


def _shape_of(name: str, structure: Structure, graph: SupplyGraph, n_accounts: int) -> tuple[int, ...]:
    n_lines, n_groups = structure.lines.n, len(structure.lines.groups)
    n_products, n_materials = len(structure.products), len(MATERIAL_KINDS)
    by_line = (n_lines,)
    special: dict[str, tuple[int, ...]] = {
        "tools_in_transit": (TOOL_RING, n_lines),
        "shells_in_progress": (SHELL_RING, n_lines),
        "level": (n_groups,),
        "trend": (n_groups,),
        "best_return": (n_groups,),
        "market_share": (n_products,),
        "phantom": (n_products,),
        "backlog": (n_products, N_PLACES),
        "order_level": (n_products,),
        "order_trend": (n_products,),
        "fill": (n_products,),
        "lead_time_weeks": (n_products,),
        "mix": (len(structure.recipes),),
        "design_mix": (n_products,),
        "recipe_fill": (len(structure.recipes),),
        "die_bank": (structure.n_sources,),
        "dies_in_process": (structure.n_sources,),
        "qualification": (structure.n_edges,),
        "relation": (structure.n_edges,),
        "prepaid_musd": (structure.n_edges,),
        "qualification_wafers": (graph.wafers.n,),
        "qualification_hbm": (graph.hbm.n,),
        "qualification_substrate": (graph.substrate.n,),
        "qualification_tools": (graph.tools.n,),
        "demand_deviation": (N_SEGMENTS,),
        "surge": (N_SEGMENTS,),
        "segment_price": (N_SEGMENTS,),
        "product_price": (n_products,),
        "revenue_musd": (len(structure.lines.firms),),
        "stage_price": (N_STAGES,),
        "industry_experience": (N_STAGES,),
        "outage": (N_PLACES,),
        "interruption": (n_materials, N_PLACES),
        "suspension_quarters": (N_PLACES,),
        "retaliation": (N_PLACES,),
        "labour_pool": (N_PLACES,),
        "labour_in_training": (TOOL_RING, N_PLACES),
        "knowledge_busd": (N_PLACES, N_TECHNOLOGIES),
        "programme_musd": (n_materials, N_PLACES),
        "domestic_boost": (n_materials, N_PLACES),
        "stock_kunits": (N_PLACES, N_SEGMENTS),
        "purse_musd": (2, N_PLACES),
        "credit_due_musd": (CREDIT_RING, 2, N_PLACES),
        "contingent_musd": (N_PLACES,),
        "cap_left_musd": (N_PLACES, N_STAGES),
        "paid_total_musd": (N_PLACES,),
        "cash_musd": (n_accounts,),
        "debt_musd": (n_accounts,),
        "grant": (N_PLACES, N_STAGES),
        "tax_credit": (2, N_PLACES),
        "research_musd": (N_PLACES, N_TECHNOLOGIES),
        "workforce_musd": (N_PLACES,),
        "supplier_programme_musd": (n_materials, N_PLACES),
        "offtake_kwafers": (N_PLACES, N_TECHNOLOGIES),
        "offtake_usd": (N_PLACES, N_TECHNOLOGIES),
        "offtake_quarters": (N_PLACES, N_TECHNOLOGIES),
        "control": (len(LEVER_CONTROLS), N_PLACES, N_PLACES),
        "offer": (len(LEVER_CLAUSES), N_PLACES, N_PLACES),
        "stockpile_target": (N_PLACES, N_SEGMENTS),
        "guardrail": (N_PLACES, N_PLACES),
        "priority": (N_PLACES,),
    }
    return special.get(name, by_line)


def initial_state(
    structure: Structure, graph: SupplyGraph, values: Values, c: Coefficients, p: ParameterArrays, n_accounts: int
) -> State:
    """The state at the start of the scenario's first quarter."""
    w = values.n_worlds
    # written, not only reserved, so that the first quarters do not wait for their memory
    state = State(**{f.name: np.full((*_shape_of(f.name, structure, graph, n_accounts), w), 0.0) for f in fields(State)})
    _begin_lines(state, structure, values, c, p)
    _begin_products(state, structure, c, p)
    for name, start in (
        ("qualification", structure.edge_qualification),
        ("qualification_wafers", graph.wafers.qualification),
        ("qualification_hbm", graph.hbm.qualification),
        ("qualification_substrate", graph.substrate.qualification),
        ("qualification_tools", graph.tools.qualification),
    ):
        getattr(state, name)[:] = start[:, None]
    state.qualification *= (state.capacity > 0.0)[structure.edge_line]
    # a firm's share of a product's packages is split over its lines by their capacity
    here = state.capacity[structure.edge_line]
    of_firm = Sums(structure.edge_source, int(structure.edge_source.max(initial=-1)) + 1)
    weight = structure.edge_share[:, None] * ratio(here, of_firm(here)[structure.edge_source])
    state.relation[:] = ratio(weight, structure.edges_to_recipe(weight)[structure.edge_recipe])
    state.segment_price[:] = 1.0
    state.product_price[:] = 1.0
    state.design_mix[:] = 1.0
    state.stage_price[:] = 1.0
    state.fill[:] = 1.0
    state.recipe_fill[:] = 1.0
    state.lead_time_weeks[:] = p.process_weeks
    state.cap_left_musd[:] = np.inf
    employed = structure.lines_to_place(state.capacity * c.labour_per_unit)
    state.labour_pool[:] = employed * (1.0 + p.labour_margin)
    for f, name in enumerate(structure.lines.firms):
        state.cash_musd[f] = values[path_text(("firms", name, "cash_musd"))]
    for d, name in enumerate(structure.designers):
        state.cash_musd[len(structure.lines.firms) + d] = values[path_text(("designers", name, "cash_musd"))]
    return state


def _begin_lines(state: State, s: Structure, values: Values, c: Coefficients, p: ParameterArrays) -> None:
    lines, lags = s.lines, compile_lags(s)
    for i, key in enumerate(lines.keys):
        spec = s.scenario.firms[key.firm].lines[lines.number_of(i)]
        state.capacity[i] = values[f"{key.path}.capacity"]
        room = values[f"{key.path}.shell_room"] if spec.shell_room is not None else state.capacity[i]
        state.shell_room[i] = np.maximum(room, state.capacity[i])
        for n, shell in enumerate(spec.shells):
            opens = min(max(Quarter.parse(shell.quarter) - s.first, 1), SHELL_RING - 1)
            state.shells_in_progress[opens, i] += values[f"{key.path}.shells[{n}].room"]
            state.shells_underway[i] += values[f"{key.path}.shells[{n}].room"]
            if opens > lags.brownfield[i]:
                state.shells_beyond[i] += values[f"{key.path}.shells[{n}].room"]
        other = values[f"{key.path}.other_use"] if spec.other_use is not None else 0.0
        state.other_demand[i] = other * state.capacity[i] * c.output_per_capacity[i] * _use(lines.is_packaging[i], p)
        mature = values[f"technologies.{key.stage}.placement_yield"] if lines.is_packaging[i] else 1.0
        if spec.placement_yield is not None:
            mature = values[f"{key.path}.placement_yield"]
        state.defects[i] = 1.0 - mature
    by_stage = s.lines_to_stage(state.capacity)
    for name in s.scenario.technologies:
        state.industry_experience[STAGE_OF[name]] = values[f"technologies.{name}.experience_kwafers"]
    share = ratio(state.capacity, by_stage[lines.stage])
    state.experience_kwafers[:] = share * state.industry_experience[lines.stage]
    state.asset_musd[:] = 0.5 * state.capacity * c.capex_musd
    output = state.capacity * c.output_per_capacity
    state.inventory[:] = np.where(lines.is_supply[:, None], p.supplier_inventory_quarters * output, 0.0)


def _use(is_packaging: np.bool_, p: ParameterArrays) -> Array:
    return p.line_use_factor if is_packaging else np.ones_like(p.line_use_factor)


def _begin_products(state: State, s: Structure, c: Coefficients, p: ParameterArrays) -> None:
    sells = (s.product_starts <= 0).astype(float)
    base = (c.product_share * sells)[:, None] * np.ones(state.n_worlds)
    state.market_share[:] = ratio(base, s.products_to_segment(base)[s.product_segment])
    recipes = np.array([1.0 if s.main_recipe[product] == r else 0.0 for r, (product, _) in enumerate(s.recipes)])
    weight = np.where(recipes > 0.0, 0.8, 0.2)
    state.mix[:] = (weight / np.asarray(Sums(s.recipe_product, len(s.products))(weight[:, None]))[s.recipe_product, 0])[:, None]
    demand = c.demand_path[0][s.product_segment] * state.market_share
    state.order_level[:] = demand
    shared = np.asarray(s.sources_to_product(s.source_share[:, None]))[s.source_product, 0]
    per_source = demand[s.source_product] * (s.source_share / np.maximum(shared, 1e-12))[:, None]
    state.dies_in_process[:] = per_source
    state.die_bank[:] = per_source * p.die_bank_cover_quarters
