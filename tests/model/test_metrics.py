"""Metrics that no other test of the model reads are what the model says."""

from __future__ import annotations

import numpy as np

from policygame import Policy, Simulation, load_scenario
from policygame.catalogue import Quarter
from policygame.model.phases.investment import expected_use
from policygame.model.phases.settlement import unit_price_musd
from policygame.model.state import LEVER_CLAUSES, LEVER_CONTROLS
from policygame.model.structure import PLACE_OF, SEGMENT_OF


def test_lines_down_is_what_an_outage_keeps_from_working() -> None:
    """A place that is struck shows it in the quarter; its share comes back, and idle places show zero."""
    simulation = Simulation("ai-surge-2023", range(1, 9), metrics=["lines_down"])
    model = simulation.models[0]
    struck = model.shocks.outage < model.coefficients.hazard
    struck_at = model.coefficients.depth
    result = simulation.run(20).result()
    places = [entity for entity, _ in result.series("lines_down")]
    found = np.stack([result.array("lines_down", place) for place in places], axis=1)
    for row in range(len(places)):
        first = struck[:20, row]
        quarters, worlds = np.nonzero(first)
        assert np.allclose(np.maximum(found[quarters, row, worlds], struck_at[row, worlds]), found[quarters, row, worlds])
        quiet = ~np.maximum.accumulate(first, axis=0)
        assert not found[:, row][quiet].any()
    assert (found > 0.0).any()
    assert ((found >= 0.0) & (found < 1.0)).all()


def test_a_stockpile_makes_up_for_a_place_that_goes_dark() -> None:
    """Resilience: what a stock holds is spread over the quarters that an outage costs, and taken off what each place would cost."""
    policies = {"EUR": Policy.parse("2023Q1 stockpile ai_accelerator 40")}
    kept, bare = (Simulation("ai-surge-2023", [1, 2], p, metrics=["score_raw"]).run(8) for p in (policies, {}))
    model = kept.models[0]
    stock = model.state.stock_kunits[PLACE_OF["EUR"], SEGMENT_OF["ai_accelerator"]]
    assert (stock > 0.0).all()
    resilience = kept.result().array("score_raw", "government:EUR", "R")[-1]
    assert (resilience > bare.result().array("score_raw", "government:EUR", "R")[-1]).all()

    rows = model.ai_products
    compute = model.compute_h100e[rows]
    made = model.edges_to_ai_product_place(model.now.good).reshape(len(rows), -1, 2)  # by place of assembly
    arrived = model.now.shipped[rows][:, PLACE_OF["EUR"]] * compute
    through = (arrived[:, None] * made / np.maximum(made.sum(axis=1), 1e-300)[:, None]).sum(axis=0)
    delivered = model.now.delivered[rows]
    per_unit = (delivered * compute).sum(axis=0) / delivered.sum(axis=0)
    lost = np.maximum(through - stock * per_unit * model.parameters.outage_recovery, 0.0) / arrived.sum(axis=0)
    hazard = model.coefficients.hazard / model.coefficients.hazard.max(axis=0)
    np.testing.assert_allclose(resilience, 1.0 - (hazard * lost**2).sum(axis=0), rtol=1e-9)


def test_a_control_on_memory_cuts_what_a_circle_could_make_by_itself() -> None:
    """The bound of the whole chain counts an edge for what controls leave of it, as the linear programme does."""
    (model,) = Simulation("ai-surge-2023", [1, 2], metrics=["leadership"]).run(8).models
    korea, china, hbm = PLACE_OF["KOR"], PLACE_OF["CHN"], LEVER_CONTROLS.index("hbm")
    model.state.offer[LEVER_CLAUSES.index("pooled_capacity")][[korea, china], [china, korea]] = 1.0
    together = model.whole_chain_bound(model)[0][china]
    model.state.control[hbm, korea] = 1.0
    controlled = model.whole_chain_bound(model)[0][china]
    assert (controlled < together).all()


def test_the_last_quarter_counts_what_is_under_construction_and_what_is_promised() -> None:
    """Of two worlds that differ in their last grant alone, the one that promised it has its lines counted, and has paid for it."""
    scenario = load_scenario("first-game").model_copy(update={"end": "2024Q4"})
    late = {"KOR": Policy.parse("2024Q3 packaging_grant interposer_2_5d 0.3")}
    n = Quarter.parse("2024Q4") - Quarter.parse("2022Q1") + 1
    ends = Simulation(scenario, [1, 2, 3], late, metrics=["score_raw"]).run(n)
    longer = scenario.model_copy(update={"end": "2026Q4"})
    goes_on = Simulation(longer, [1, 2, 3], late, metrics=["score_raw"]).run(n)
    model, place = ends.models[0], PLACE_OF["KOR"]
    last, present = (simulation.result() for simulation in (ends, goes_on))
    for part in "SRALVIPF":  # up to the last quarter but one, nobody knows when the game ends
        own, other = (result.array("score_raw", "government:KOR", part) for result in (last, present))
        assert np.array_equal(own[:-1], other[:-1]), part
        assert (part in "ALVF") or np.array_equal(own[-1], other[-1]), part

    s, lines = model.state, model.structure.lines
    assert (s.tool_backlog + s.in_transit)[lines.place == place].any()
    promised = s.grant_committed_musd[lines.place == place].sum(axis=0) + s.contingent_musd[place]
    assert promised.any()
    income = model.coefficients.income_musd.sum(axis=0)[place]
    thrift, spent = (result.array("score_raw", "government:KOR", "F")[-1] for result in (last, present))
    np.testing.assert_allclose(thrift, spent - promised / income, rtol=1e-9)

    coming = np.maximum(s.capacity + s.tool_backlog + s.in_transit - model.now.capacity_at_start, 0.0)
    used = coming * expected_use(model)[lines.stage]
    worth = used * model.output_per_unit * unit_price_musd(model)[lines.stage]
    cost = (0.6 * coming + 0.4 * used) * model.output_per_unit * model.operating_musd_per_unit
    added = (worth - 0.4 * cost)[lines.place == place].sum(axis=0)
    value, standing = (result.array("score_raw", "government:KOR", "V")[-1] for result in (last, present))
    np.testing.assert_allclose(value, standing + added, rtol=1e-9)
    for part in "AL":
        own, other = (
            result.array("score_raw", f"government:{seat}", part)[-1] for seat in ("USA",) for result in (last, present)
        )
        assert not np.array_equal(own, other), part
