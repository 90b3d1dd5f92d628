"""The ten levers, each against its twin world: the state that changes first, the mechanism, and the metric that moves.

A twin has the same scenario, the same seeds and one setting less. Scenarios here carry no history, so that nothing else is
in force.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policygame.catalogue import Quarter
from policygame.model.agents.government import Order
from policygame.model.changes import scale_capacity
from policygame.model.phases import fabrication, investment, packaging, treasury
from policygame.model.state import LEVER_CLAUSES, LEVER_CONTROLS, TOOL_RING
from policygame.model.structure import PLACE_OF, SEGMENT_OF, STAGE_OF, TECHNOLOGY_OF, Lines
from policygame.model.worlds import MATERIAL_KINDS
from policygame.scenario import Scenario, load_scenario
from policygame.simulation import Simulation

SEEDS = (1, 2, 3, 4)
BEGINS = 6
"""Quarter in which the settings of these tests take effect, counted from the scenario's start."""
USA, CHN, TWN, KOR, JPN = (PLACE_OF[name] for name in ("USA", "CHN", "TWN", "KOR", "JPN"))
_25D = TECHNOLOGY_OF["interposer_2_5d"]


class Twins:
    """Two simulations in step: ``with_`` has the orders, ``without`` has not."""

    def __init__(self, scenario: Scenario, orders: Any, policies: dict[str, tuple[Order, ...]], **options: Any) -> None:
        self.begins = str(Quarter.parse(scenario.start) + BEGINS)
        seated = {name: orders(chosen, start=self.begins, **options) for name, chosen in policies.items()}
        trunk = Simulation(scenario, SEEDS, metrics=options.get("metrics", [])).run(BEGINS)
        self.without = trunk.branch()
        self.with_ = trunk.branch(policies=seated)
        self.quarter = BEGINS

    def run(self, quarters: int = 1) -> Twins:
        self.with_.run(quarters)
        self.without.run(quarters)
        self.quarter += quarters
        return self

    @property
    def models(self) -> tuple[Any, Any]:
        return self.with_.models[0], self.without.models[0]

    @property
    def states(self) -> tuple[Any, Any]:
        return self.with_.models[0].state, self.without.models[0].state

    @property
    def nows(self) -> tuple[Any, Any]:
        return self.with_.models[0].now, self.without.models[0].now

    @property
    def lines(self) -> Lines:
        return self.with_.structure.lines

    def changed(self) -> set[str]:
        """Fields of the state in which the twins differ now."""
        a, b = self.states
        return {name for name in a.__dataclass_fields__ if not np.array_equal(getattr(a, name), getattr(b, name))}


@pytest.fixture
def twins(quiet_surge: Scenario, orders: Any) -> Callable[..., Twins]:
    return lambda policies, **options: Twins(quiet_surge, orders, policies, **options)


def measured(twin: Simulation, metric: str, entity: str, item: str = "") -> Any:
    """A metric of the present quarter."""
    model = twin.models[0]
    row = twin._measured.series[metric].index((entity, item))
    return twin._measured.measure(model, metric)[row]


# ------------------------------------------------------------------------------------------------------- capital


@pytest.mark.parametrize(
    ("lever", "item", "place", "purse"),
    [
        ("packaging_grant", "interposer_2_5d", "USA", 0),
        ("fab_grant", "wafers_leading", "USA", 1),
        ("packaging_grant", "conventional", "MYS", 0),
    ],
)
def test_a_grant_lowers_the_cost_of_its_kind_here_and_is_reserved_then_paid(
    twins: Any, lever: str, item: str, place: str, purse: int
) -> None:
    pair = twins({place: (Order(lever, item, 0.5),)})
    here = PLACE_OF[place]
    lines = pair.lines
    kind = (lines.stage == STAGE_OF[item]) & (lines.place == here)
    pair.run()
    # at once: the rate in force, on these lines and no others; what firms expect to earn; what they order; what is reserved
    a, b = pair.nows
    assert np.all(a.subsidy_rate[kind] > 0.0)
    assert np.array_equal(a.subsidy_rate[~kind], b.subsidy_rate[~kind])
    assert np.all(a.annual_return[kind] >= b.annual_return[kind])
    assert np.any(a.annual_return[kind] > b.annual_return[kind])
    assert np.array_equal(a.annual_return[~kind], b.annual_return[~kind])
    ordered = [now.tool_orders[kind].sum(axis=0) + now.shell_orders[kind].sum(axis=0) for now in (a, b)]
    assert np.all(ordered[0] >= ordered[1])
    assert np.any(ordered[0] > ordered[1])
    s, t = pair.states
    reserved = s.purse_musd[purse, here] + s.grant_committed_musd[kind].sum(axis=0) + a.grants_paid_musd[kind].sum(axis=0)
    np.testing.assert_allclose(reserved, t.purse_musd[purse, here], rtol=1e-9)
    project = _ordered_musd(pair.models[0], converted=False)  # a grant pays its share of what is ordered, and of nothing else
    running = pair.states[0].suspension_quarters[here] <= 0.0
    np.testing.assert_allclose(a.awarded_musd[kind], 0.5 * running * project[kind], rtol=1e-9)
    assert not a.awarded_musd[~kind].any()
    assert np.array_equal(s.purse_musd[1 - purse], t.purse_musd[1 - purse])
    # by milestone: no more is paid than was awarded, to these lines alone; and in the end there is more capacity here
    awarded, paid = a.awarded_musd.copy(), a.grants_paid_musd.copy()
    for _ in range(28):
        pair.run()
        awarded += pair.nows[0].awarded_musd
        paid += pair.nows[0].grants_paid_musd
    assert np.all(paid <= awarded * (1.0 + 1e-9) + 1e-9)
    assert np.count_nonzero(paid[kind].sum(axis=0)) >= len(SEEDS) - 1
    assert not paid[~kind].any()
    metric = "wafer_capacity_kwpm" if lever == "fab_grant" else "packaging_capacity_kwpm"
    more = measured(pair.with_, metric, f"country:{place}", item) - measured(pair.without, metric, f"country:{place}", item)
    assert np.all(more >= 0.0)
    assert np.count_nonzero(more > 0.0) >= len(SEEDS) - 1  # in a slump nobody builds


def test_a_grant_moves_capacity_no_sooner_than_tools_come(twins: Any) -> None:
    pair = twins({"USA": (Order("packaging_grant", "interposer_2_5d", 0.6),)})
    lag = pair.with_.models[0].lags.tools
    kind = (pair.lines.technology == _25D) & (pair.lines.place == USA)
    for passed in range(1, lag + 1):
        pair.run()
        assert np.array_equal(pair.nows[0].capacity_at_start[kind], pair.nows[1].capacity_at_start[kind]), passed


def test_the_cap_of_a_grant_binds(twins: Any) -> None:
    pair = twins({"CHN": (Order("packaging_grant", "conventional", 0.5, cap_musd=60.0),)})
    awarded = 0.0
    for _ in range(12):
        pair.run()
        awarded = awarded + pair.nows[0].awarded_musd.sum(axis=0)
    assert np.all(awarded <= 60.0 * (1.0 + 1e-9))
    assert np.any(awarded > 59.0)
    uncapped = twins({"CHN": (Order("packaging_grant", "conventional", 0.5),)})
    more = sum(uncapped.run().nows[0].awarded_musd.sum(axis=0) for _ in range(12))
    assert np.all(more >= awarded * (1.0 - 1e-9))
    assert np.any(more > 60.0)


def test_no_grant_overdraws_the_purse(orders: Any, quiet_surge: Scenario) -> None:
    every = tuple(Order("packaging_grant", item, 0.7) for item in quiet_surge.technologies)
    simulation = Simulation(quiet_surge, SEEDS, {name: orders(every) for name in ("CHN", "IND", "MYS", "USA")}, metrics=[])
    poorest = np.inf
    for _ in range(30):
        simulation.run()
        state = simulation.models[0].state
        assert np.all(state.purse_musd >= 0.0)
        poorest = min(poorest, float(state.purse_musd[0, [CHN, PLACE_OF["IND"]]].min()))
    assert poorest < 1.0  # the purse has been the limit, so the cut was tried


def test_a_dropped_project_gives_its_grant_back(orders: Any, quiet_surge: Scenario) -> None:
    simulation = Simulation(quiet_surge, SEEDS, {"CHN": orders((Order("packaging_grant", "conventional", 0.4),))}, metrics=[])
    model = simulation.models[0]
    while not np.any(model.state.grant_committed_musd * (model.state.tool_backlog > 0.0) > 1.0):
        simulation.run()  # a reserved grant waits for tools or people in at least one world, else the scenario would end here
    s = model.state
    purse, committed = s.purse_musd.copy(), s.grant_committed_musd.copy()
    treasury.release(model, 0.25 * s.tool_backlog)
    back = np.where(s.tool_backlog > 0.0, 0.25 * committed, 0.0)
    np.testing.assert_allclose(s.grant_committed_musd, committed - back, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(s.purse_musd[0, CHN], purse[0, CHN] + back.sum(axis=0), rtol=1e-9)
    assert np.array_equal(np.delete(s.purse_musd[0], CHN, axis=0), np.delete(purse[0], CHN, axis=0))


def test_a_guardrail_stops_expansion_of_the_firms_that_took_the_grant(twins: Any) -> None:
    """Of that technology, in the named places, for the guardrail's term; a firm that stands mostly there refuses the grant."""
    pair = twins({"TWN": (Order("packaging_grant", "conventional", 0.4, places=("CHN", "JPN")),)})
    lines = pair.lines
    kind = lines.technology == TECHNOLOGY_OF["conventional"]
    pair.run()
    s, now = pair.states[0], pair.nows[0]
    guarded = s.guarded_quarters > 0.0
    took = np.zeros_like(guarded)
    for f in range(len(lines.firms)):
        awarded = now.awarded_musd[(lines.firm == f) & (lines.place == TWN) & kind].sum(axis=0) > 0.0
        took[(lines.firm == f) & kind & np.isin(lines.place, [CHN, JPN])] = awarded
    assert np.array_equal(guarded, took)
    assert took.any()
    refused = treasury.accepted(pair.with_.models[0]) == 0.0
    assert not now.awarded_musd[refused].any()
    stopped = False
    for _ in range(10):
        pair.run()
        now, twin = pair.nows
        assert not now.tool_orders[guarded].any()
        assert not now.shell_orders[guarded].any()
        stopped = stopped or bool(twin.tool_orders[guarded].any() or twin.shell_orders[guarded].any())
    assert stopped  # without the condition they would have built there


def test_priority_rated_orders_raise_what_the_host_receives_in_a_crisis(quiet_surge: Scenario, orders: Any) -> None:
    """Half of the world's 2.5D goes dark: the host's own orders come first on lines at home."""
    dark = [scale_capacity("interposer_2_5d", 0.5, "2022Q4")]
    condition = (Order("packaging_grant", "interposer_2_5d", 0.05, priority=True),)
    plain = (Order("packaging_grant", "interposer_2_5d", 0.05),)
    with_, without = (
        Simulation(quiet_surge, SEEDS, {"TWN": orders(chosen)}, changes=dark, metrics=[]) for chosen in (condition, plain)
    )
    received = [0.0, 0.0]
    crisis = np.zeros(len(SEEDS), dtype=bool)
    for _ in range(8):
        for n, simulation in enumerate((with_, without)):
            simulation.run()
            received[n] = received[n] + measured(simulation, "compute_received_kh100e", "country:TWN")
        now = with_.models[0].now
        crisis |= now.priority[:, TWN].any(axis=0)
        assert not np.delete(now.priority, TWN, axis=1).any()
        assert not without.models[0].now.priority.any()
    assert crisis.all()
    assert np.all(received[0] > received[1])


def test_a_tax_credit_is_charged_to_next_years_income(twins: Any) -> None:
    pair = twins({"KOR": (Order("tax_credit", "fabrication", 0.3),)})
    kind = pair.lines.is_wafers & (pair.lines.place == KOR)
    credits: list[Any] = []
    for n in range(12):
        pair.run()
        now, twin = pair.nows
        s, t = pair.states
        if n == 0:  # at once: what a firm counts on, on fabs here only
            np.testing.assert_allclose(now.subsidy_rate[kind], treasury.CREDIT_DISCOUNT * 0.3)
            assert np.array_equal(now.subsidy_rate[~kind], twin.subsidy_rate[~kind])
            assert np.any(now.annual_return[kind] > twin.annual_return[kind])
        credits.append(now.credits_musd[kind].sum(axis=0))
        assert not now.credits_musd[~kind].any()
        # what entered service is credited; the purse pays it four quarters later
        charged = sum(credits[: max(n - 3, 0)], start=np.zeros(len(SEEDS)))
        np.testing.assert_allclose(s.purse_musd[1, KOR], t.purse_musd[1, KOR] - charged, rtol=1e-9)
        np.testing.assert_allclose(s.credit_due_musd.sum(axis=(0, 1))[KOR], sum(credits) - charged, rtol=1e-9, atol=1e-9)
    assert np.any(sum(credits[:8]) > 0.0)
    capex = pair.with_.models[0].coefficients.capex_musd
    np.testing.assert_allclose(now.credits_musd[kind], 0.3 * (capex * _arrived(pair))[kind])
    np.testing.assert_allclose(measured(pair.with_, "treasury_musd", "government:KOR", "paid"), charged)


def _arrived(pair: Twins) -> Any:
    """Capacity that entered service at the end of the last quarter."""
    state, now = pair.states[0], pair.nows[0]
    return state.new_capacity - np.maximum(now.converted, 0.0)


# ------------------------------------------------------------------------------------------------------ capability


def test_research_lowers_defects_here_and_a_third_spills_over(twins: Any) -> None:
    pair = twins({"USA": (Order("packaging_rnd", "interposer_2_5d", 100.0),)}).run()
    s, t = pair.states
    paid = measured(pair.with_, "outlay_musd", "government:USA", "packaging_rnd")
    np.testing.assert_allclose(paid, 100.0)
    gain = s.knowledge_busd - t.knowledge_busd
    spill = pair.with_.models[0].parameters.rnd_spillover
    np.testing.assert_allclose(gain[USA, _25D], 0.1)
    np.testing.assert_allclose(np.delete(gain[:, _25D], USA, axis=0), 0.1 * np.broadcast_to(spill, (len(gain) - 1, len(SEEDS))))
    assert np.all(np.abs(spill - 1.0 / 3.0) < 0.15)
    assert not np.delete(gain, _25D, axis=1).any()
    lines = pair.lines
    kind = lines.technology == _25D
    fall = np.where(kind[:, None], s.defects / np.where(kind[:, None], t.defects, 1.0), np.nan)
    assert np.all(fall[kind & (lines.place == USA)] < fall[kind & (lines.place == TWN)].min())
    assert np.all(fall[kind] < 1.0)
    assert np.array_equal(s.defects[~kind], t.defects[~kind])
    assert not pair.changed() & {"capacity", "die_bank", "backlog", "labour_pool"}  # yields act from the next quarter on
    pair.run(6)
    better, plain = (
        measured(simulation, "package_yield", "world", "interposer_2_5d") for simulation in (pair.with_, pair.without)
    )
    assert np.all(better > plain)


def test_pilot_lines_spare_who_enters_a_part_of_the_penalty_while_they_run(twins: Any) -> None:
    """State: none at first. Mechanism: the return on a first line here. Metric: capacity here, which comes sooner and is more."""
    pair = twins({"JPN": (Order("packaging_rnd", "interposer_2_5d", 15.0),)}).run()
    model, s = pair.with_.models[0], pair.states[0]
    here = (pair.lines.technology == _25D) & (pair.lines.place == JPN)
    entering = s.capacity < 1e-6
    assert entering[here].all()
    spared = pair.nows[0].annual_return - pair.nows[1].annual_return
    half = model.parameters.entry_penalty * 15.0 / (15.0 + model.parameters.pilot_line_half_musd)
    np.testing.assert_allclose(spared[here], np.broadcast_to(half, (here.sum(), len(SEEDS))), rtol=1e-9)
    assert not spared[pair.lines.technology != _25D].any()
    pair.run(20)
    more, plain = (simulation.models[0].state.shells_underway[here].sum(axis=0) for simulation in (pair.with_, pair.without))
    built, bare = (simulation.models[0].state.capacity[here].sum(axis=0) for simulation in (pair.with_, pair.without))
    assert (more + built > plain + bare).all()


def test_a_pilot_line_that_is_no_longer_paid_spares_nobody(twins: Any) -> None:
    pair = twins({"JPN": (Order("packaging_rnd", "interposer_2_5d", 15.0),)}, until="2023Q4").run(2)
    assert pair.nows[0].research_musd[JPN, _25D].all()
    pair.run()
    assert not pair.nows[0].research_musd.any()
    np.testing.assert_allclose(investment._pilot_relief(pair.models[0]), 0.0)


def test_training_brings_people_after_its_lag(twins: Any) -> None:
    pair = twins({"MYS": (Order("workforce", "packaging", 10.0),)})
    here = PLACE_OF["MYS"]
    model = pair.with_.models[0]
    pair.run()
    s, t = pair.states
    begun = s.labour_in_training - t.labour_in_training
    np.testing.assert_allclose(begun.sum(axis=0)[here], 10.0 * model.parameters.people_per_musd)
    assert not np.delete(begun.sum(axis=0), here, axis=0).any()
    assert np.array_equal(s.labour_pool, t.labour_pool)
    for passed in range(1, model.lags.workforce + 1):
        people = [measured(simulation, "skilled_people", "country:MYS") for simulation in (pair.with_, pair.without)]
        assert np.array_equal(*people), passed
        pair.run()
    assert np.all(measured(pair.with_, "skilled_people", "country:MYS") > measured(pair.without, "skilled_people", "country:MYS"))
    assert model.lags.workforce < TOOL_RING


def test_people_let_lines_be_equipped_where_lines_wait_for_people(quiet_surge: Scenario, orders: Any) -> None:
    """With hardly anyone free, a programme decides how much of what is ordered goes into the making."""
    parameters = quiet_surge.parameters
    tight = {"labour_margin": 0.005, "labour_growth_per_quarter": 0.0}
    numbers = {n: getattr(parameters, n).model_copy(update={"value": value, "draw": False}) for n, value in tight.items()}
    scenario = quiet_surge.model_copy(update={"parameters": parameters.model_copy(update=numbers)})
    pair = Twins(scenario, orders, {"TWN": (Order("workforce", "packaging", 30.0),)})
    pair.run(pair.with_.models[0].lags.workforce + 10)
    more, plain = (
        measured(simulation, "packaging_capacity_kwpm", "country:TWN", "interposer_2_5d")
        for simulation in (pair.with_, pair.without)
    )
    assert np.all(more > plain)


@pytest.mark.parametrize(("item", "place"), [("hbm", "KOR"), ("substrate", "JPN"), ("tools", "JPN")])
def test_a_supplier_programme_builds_suppliers_capacity_here(twins: Any, item: str, place: str) -> None:
    pair = twins({place: (Order("supplier_programme", item, 80.0),)})
    here = PLACE_OF[place]
    lines = pair.lines
    kind = (lines.stage == STAGE_OF[item]) & (lines.place == here)
    built = []
    for n in range(12):
        pair.run()
        s = pair.states[0]
        built.append(s.programme_capacity[kind].sum(axis=0))
        assert not s.programme_capacity[~kind].any()
        now, twin = pair.nows
        if n == 0:
            np.testing.assert_allclose(measured(pair.with_, "outlay_musd", "government:" + place, "supplier_programme"), 80.0)
            assert np.array_equal(now.room, twin.room)  # what is built this quarter works from the next one on
            assert not pair.changed() & {"die_bank", "backlog", "inventory", "defects", "labour_pool"}
        if n == 1:
            assert np.all(now.room[kind] > twin.room[kind])
            assert np.array_equal(now.room[~kind], twin.room[~kind])
            capacity = [state.capacity[kind].sum(axis=0) for state in pair.states]
            assert np.all(capacity[0] > capacity[1])  # later firms may build less themselves
    assert np.all(np.diff(built, axis=0) > 0.0)
    assert np.all(built[11] - built[10] < built[0])  # diminishing returns
    assert np.all(built[11] * pair.with_.models[0].coefficients.capex_musd[kind][0] <= 12 * 80.0)  # no more than the money buys


def test_the_funder_of_a_programme_is_served_first_from_a_bounded_part(quiet_surge: Scenario, orders: Any) -> None:
    """When memory is short, sites at the funder's home get more of it than their twins; everybody together gets no less."""
    short = [scale_capacity("hbm", 0.25)]
    programme = orders((Order("supplier_programme", "hbm", 200.0),), start="2022Q2")
    funded = Simulation(quiet_surge, SEEDS, {"KOR": programme}, changes=short, metrics=[])
    twin = Simulation(quiet_surge, SEEDS, changes=short, metrics=[])
    edges = twin.graph.hbm
    at_home = (twin.structure.lines.place[edges.line] == KOR) & (twin.structure.lines.site_place[edges.site] == KOR)
    flows = [[np.zeros(len(SEEDS))] * 2, [np.zeros(len(SEEDS))] * 2]
    for _ in range(16):
        for n, simulation in enumerate((funded, twin)):
            flow = simulation.run().models[0].now.hbm_flow
            flows[n] = [flows[n][0] + flow[at_home].sum(axis=0), flows[n][1] + flow.sum(axis=0)]
    assert np.all(flows[0][0] > flows[1][0])
    assert np.all(flows[0][1] > flows[1][1])


def test_a_purchase_commitment_reserves_pays_for_the_unsold_and_makes_entry_less_risky(twins: Any) -> None:
    promise = (Order("purchase_commitment", "interposer_2_5d", 15.0, price_usd=6000.0, years=3.0),)
    pair = twins({"JPN": promise, "USA": promise}).run()
    lines = pair.lines
    kind = (lines.technology == _25D) & np.isin(lines.place, [JPN, USA])
    now, twin = pair.nows
    relief = pair.with_.models[0].parameters.commitment_risk_relief
    risen = now.annual_return - twin.annual_return
    assert np.all(risen[kind] > 0.0)
    assert np.all(risen[kind] <= relief * (1.0 + 1e-9))
    assert not risen[~kind].any()
    entrants = kind & (pair.states[1].capacity < 1e-6).all(axis=1)
    assert entrants.any()
    orders_here = [n.tool_orders[kind].sum(axis=0) + n.shell_orders[kind].sum(axis=0) for n in (now, twin)]
    assert np.all(orders_here[0] > orders_here[1])
    np.testing.assert_allclose(pair.states[0].offtake_quarters[JPN, _25D], 11.0)
    paid, short = np.zeros(len(SEEDS)), np.zeros(len(SEEDS))
    for _ in range(11):
        pair.run()
        s, now = pair.states[0], pair.nows[0]
        room, made = now.room[kind].sum(axis=0), now.output[kind].sum(axis=0)
        spent = now.offtake_paid_musd
        assert not spent[~kind].any()
        per_wafer = np.where(now.room - now.output > 1e-9, spent / np.maximum(now.room - now.output, 1e-9), 0.0)
        assert np.all(per_wafer <= 6000.0 / 1000.0 * (1.0 + 1e-6))  # never more than the price for what stands unsold
        assert np.all(s.contingent_musd >= 0.0)
        assert np.all(s.purse_musd >= 0.0)
        outlay = measured(pair.with_, "outlay_musd", "government:JPN", "purchase_commitment")
        np.testing.assert_allclose(outlay, spent[lines.place == JPN].sum(axis=0))
        paid, short = paid + spent.sum(axis=0), short + (room - made)
    assert np.all(paid > 0.0)
    assert np.all(s.offtake_quarters == 0.0)
    pair.run()
    assert not pair.nows[0].offtake_paid_musd.any()  # the guarantee has run out
    pair.run(4)
    built = [state.capacity[kind].sum(axis=0) for state in pair.states]
    assert np.mean(built[0] - built[1]) > 0.0


def test_an_offtake_promise_reserves_its_expected_loss(twins: Any) -> None:
    """Where lines stand unsold, money is set aside for the quarters to come, and is free again when the promise ends."""
    pair = twins({"IND": (Order("purchase_commitment", "conventional", 100.0, price_usd=300.0, years=2.0),)})
    india = PLACE_OF["IND"]
    rows = (pair.lines.technology == TECHNOLOGY_OF["conventional"]) & (pair.lines.place == india)
    held = []
    for passed in range(9):
        pair.run()
        s, now = pair.states[0], pair.nows[0]
        held.append(s.contingent_musd[india].copy())
        unsold = (now.room - now.output)[rows].sum(axis=0)
        ahead = max(min(7 - passed, 8), 0)
        funds = held[-1] + s.purse_musd[0, india]
        np.testing.assert_allclose(held[-1], np.minimum(unsold * ahead * 0.3, funds), rtol=1e-6, atol=1e-6)
        np.testing.assert_allclose(measured(pair.with_, "treasury_musd", "government:IND", "contingent"), held[-1])
    assert np.any(np.array(held[:-2]) > 0.0)
    assert np.all(held[-1] == 0.0)


# ---------------------------------------------------------------------------------------------------------- abroad


@pytest.mark.parametrize("item", ["hbm", "tools"])
def test_an_export_control_thins_its_edges_and_grows_the_targets_suppliers(twins: Any, item: str) -> None:
    pair = twins(dict.fromkeys(("KOR", "USA", "JPN"), (Order("export_control", item, 1.0, places=("CHN",)),)))
    lines = pair.lines
    edges = getattr(pair.with_.graph, item)
    home = lines.headquarters[lines.firm[edges.line]]
    controllers = [KOR, USA, JPN]
    cut = (lines.site_place[edges.site] == CHN) & (np.isin(home, controllers) | np.isin(lines.place[edges.line], controllers))
    name = "tool_flow" if item == "tools" else "hbm_flow"
    pair.run()
    now, twin = pair.nows
    assert cut.any()
    assert not getattr(now, name)[cut].any()
    elsewhere = lines.site_place[edges.site] != CHN
    flows = [getattr(n, name)[elsewhere].sum(axis=0) for n in (now, twin)]
    assert np.all(flows[0] >= flows[1] * (1.0 - 1e-9))
    growth = pair.with_.models[0].parameters.domestic_growth_under_control
    m = MATERIAL_KINDS.index(item)
    boost = pair.states[0].domestic_boost
    np.testing.assert_allclose(boost[m, CHN], growth)
    assert not np.delete(boost[m], CHN, axis=0).any()
    assert not np.delete(boost, m, axis=0).any()
    own = lines.headquarters[lines.firm] == CHN
    domestic = (lines.stage == STAGE_OF[item]) & (lines.place == CHN) & own
    assert domestic.any()
    grown = now.availability[domestic] / twin.availability[domestic]
    np.testing.assert_allclose(grown, np.broadcast_to(1.0 + growth, grown.shape))
    # it grows on, and stays when the control ends
    pair.run(4)
    np.testing.assert_allclose(pair.states[0].domestic_boost[m, CHN], 1.0 - (1.0 - growth) ** 5)
    sold = sum(getattr(n, name)[cut].sum() for n in pair.nows[1:])
    assert sold > 0.0  # the twin's suppliers have the sales


def test_what_a_targets_suppliers_gained_stays_after_the_control(quiet_surge: Scenario, orders: Any) -> None:
    setting = (Order("export_control", "tools", 0.8, places=("CHN",)),)
    pair = Twins(quiet_surge, orders, {"USA": setting}, until=str(Quarter.parse(quiet_surge.start) + BEGINS + 2))
    pair.run(3)
    gained = pair.states[0].domestic_boost[MATERIAL_KINDS.index("tools"), CHN].copy()
    assert np.all(gained > 0.0)
    pair.run(4)
    assert np.array_equal(pair.states[0].domestic_boost[MATERIAL_KINDS.index("tools"), CHN], gained)
    assert not pair.states[0].control.any()
    assert not pair.states[0].retaliation.any()


def test_a_control_may_bring_retaliation_on_materials(quiet_surge: Scenario, orders: Any) -> None:
    """In some worlds and not in others, by that world's own draw; then the controller's suppliers make less."""
    seeds = range(1, 41)
    setting = orders((Order("export_control", "hbm", 1.0, places=("CHN",)),))
    with_ = Simulation(quiet_surge, seeds, {"KOR": setting}, metrics=[]).run(5)
    twin = Simulation(quiet_surge, seeds, metrics=[]).run(5)
    model = with_.models[0]
    withheld = model.state.retaliation
    struck = model.shocks.retaliation[4, CHN] < model.parameters.retaliation_propensity
    assert 0 < struck.sum() < len(seeds)
    np.testing.assert_allclose(withheld[KOR], np.where(struck, model.parameters.retaliation_strength, 0.0))
    assert not np.delete(withheld, KOR, axis=0).any()
    lines = with_.structure.lines
    rows = np.isin(lines.stage, [STAGE_OF[n] for n in ("hbm", "substrate", "tools")]) & (lines.place == KOR)
    less = model.now.availability[rows] / twin.models[0].now.availability[rows]
    assert np.all(less[:, struck] < 1.0)
    assert np.all(less[:, ~struck] == 1.0)


def test_a_control_on_advanced_logic_cuts_orders_there_and_wafers_for_its_designers(twins: Any) -> None:
    pair = twins({"USA": (Order("export_control", "advanced_logic", 1.0, places=("CHN",)),)}).run()
    structure = pair.with_.structure
    now, twin = pair.nows
    home = structure.designer_headquarters[structure.product_designer]
    ai = structure.product_segment == SEGMENT_OF["ai_accelerator"]
    american = ai & (home == USA)
    assert twin.orders[american, CHN].any()
    assert not now.orders[american, CHN].any()
    domestic = ai & (home == CHN)
    assert np.all(now.orders[domestic, CHN].sum(axis=0) >= twin.orders[domestic, CHN].sum(axis=0))
    assert np.array_equal(now.orders[~ai], twin.orders[~ai])
    received = [measured(simulation, "compute_received_kh100e", "country:CHN") for simulation in (pair.with_, pair.without)]
    assert np.all(received[0] < received[1])


def test_advanced_logic_for_a_target_is_presumed_controlled_unless_an_approved_packager_finishes_it(
    quiet_surge: Scenario, orders: Any
) -> None:
    """Huawei's dies from a Taiwanese foundry: an ally of the controller stops them, but for what is packaged outside China."""
    huawei = quiet_surge.designers["Huawei"]
    product = huawei.products[0]
    foundry = product.wafers[0].model_copy(update={"firm": "TSMC", "jurisdiction": None})
    product = product.model_copy(update={"wafers": (foundry,), "stage": "wafers_leading"})
    moved = huawei.model_copy(update={"products": (product,)})
    scenario = quiet_surge.model_copy(update={"designers": {**quiet_surge.designers, "Huawei": moved}})
    pair = Twins(scenario, orders, {"JPN": (Order("export_control", "advanced_logic", 0.8, places=("CHN",)),)}).run()
    structure = pair.with_.structure
    mine = np.isin(structure.source_product, [p for p, key in enumerate(structure.products) if key.designer == "Huawei"])
    model = pair.with_.models[0]
    approved = fabrication._approved_share(model)[structure.source_product[mine]]
    left = fabrication.controlled_sources(model)
    np.testing.assert_allclose(left[mine], 1.0 - 0.8 * (1.0 - model.parameters.approved_relief * approved))
    assert np.all(left[~mine] == 1.0)
    assert np.all(left[mine] < 1.0)
    starts = [now.wafer_starts[mine].sum(axis=0) for now in pair.nows]
    assert np.all(starts[0] <= starts[1])


@pytest.mark.parametrize("clause", LEVER_CLAUSES)
def test_an_alliance_is_in_force_only_while_both_sides_agree(quiet_surge: Scenario, orders: Any, clause: str) -> None:
    """One side's offer changes nothing but the offer; with both sides' the smaller counts."""
    dark_and_funded = (Order("packaging_grant", "interposer_2_5d", 0.5), Order("packaging_rnd", "interposer_2_5d", 50.0))
    base = {"USA": dark_and_funded, "JPN": dark_and_funded}
    one = {**base, "USA": (*dark_and_funded, Order("alliance", clause, 0.3, places=("JPN",)))}
    both = {**one, "JPN": (*dark_and_funded, Order("alliance", clause, 0.2, places=("USA",)))}
    runs = {}
    short = [scale_capacity("interposer_2_5d", 0.4, "2022Q3")]
    for name, policies in (("base", base), ("one", one), ("both", both)):
        simulation = Simulation(quiet_surge, SEEDS, {g: orders(o) for g, o in policies.items()}, changes=short, metrics=[])
        runs[name] = simulation.run(BEGINS).models[0]
    a, b = runs["base"].state, runs["one"].state
    assert {n for n in a.__dataclass_fields__ if not np.array_equal(getattr(a, n), getattr(b, n))} == {"offer"}
    allied = runs["both"]
    differs = {n for n in a.__dataclass_fields__ if not np.array_equal(getattr(a, n), getattr(allied.state, n))}
    assert differs > {"offer"}
    if clause == "subsidy_ceiling":
        rate = treasury.grant_rate(allied)[:, STAGE_OF["interposer_2_5d"]]
        np.testing.assert_allclose(rate[[USA, JPN]], 0.2 * (allied.state.suspension_quarters[[USA, JPN]] <= 0.0))
        here = np.isin(allied.structure.lines.place, [USA, JPN])
        ordered = [model.now.awarded_musd[here].sum(axis=0) for model in (runs["base"], allied)]
        assert np.all(ordered[1] <= ordered[0])
    elif clause == "pooled_capacity":
        favour = packaging.favoured(allied)
        np.testing.assert_allclose(favour[USA, JPN], 0.2 * packaging.in_crisis(allied)[JPN])
        np.testing.assert_allclose(favour[JPN, USA], 0.2 * packaging.in_crisis(allied)[USA])
        assert not packaging.favoured(runs["one"]).any()
        assert allied.now.priority.any()
    else:
        gain = allied.state.knowledge_busd - runs["one"].state.knowledge_busd
        assert np.all(gain[[USA, JPN], _25D] > 0.0)
        assert not np.delete(gain, [USA, JPN], axis=0).any()


def test_a_stockpile_fills_from_the_market_and_releases_in_a_shortage(quiet_surge: Scenario, orders: Any) -> None:
    ai = SEGMENT_OF["ai_accelerator"]
    pair = Twins(quiet_surge, orders, {"USA": (Order("stockpile", "ai_accelerator", 2.0),)})
    lacking = 2.0
    bought, cost = np.zeros(len(SEEDS)), np.zeros(len(SEEDS))
    for n in range(4):
        before = pair.states[0].stock_kunits[USA, ai].copy()
        purse = pair.states[0].purse_musd[0, USA] + pair.with_.models[0].coefficients.income_musd[0, USA]
        pair.run()
        s, now = pair.states[0], pair.nows[0]
        if n == 0:
            np.testing.assert_allclose(now.stock_orders[USA, ai], 0.5 * lacking)  # half of what is missing is ordered
            assert np.all(now.demand.sum(axis=0) > pair.nows[1].demand.sum(axis=0))
        np.testing.assert_allclose(s.stock_kunits[USA, ai], before + now.stocked[USA, ai] - now.released[USA, ai])
        bought = bought + now.stocked[USA, ai]
        assert np.all(s.stock_kunits[USA, ai] <= 2.0 * (1.0 + 1e-9))
        spent = measured(pair.with_, "outlay_musd", "government:USA", "stockpile")
        np.testing.assert_allclose(s.purse_musd[0, USA], purse - spent, rtol=1e-9)
        cost = cost + spent
    assert np.all(bought > 0.0)
    assert np.all(cost > 0.0)
    held = pair.states[0].stock_kunits[USA, ai].copy()
    assert np.all(held > 0.0)
    dark = [scale_capacity("interposer_2_5d", 0.05)]
    crisis = pair.with_.branch(changes=dark).run(2)
    state, now = crisis.models[0].state, crisis.models[0].now
    assert np.all(state.stock_kunits[USA, ai] < held)
    assert np.all(now.released[USA, ai] >= 0.0)
    assert np.all(state.purse_musd >= 0.0)


# ------------------------------------------------------------------------------------- the sign of a subsidy, always


@cache
def _trunk(name: str, quarter: int, seed: int) -> Simulation:
    """Four worlds of a scenario, advanced to a quarter; kept, since many examples start there."""
    return Simulation(load_scenario(name), range(seed, seed + 4), metrics=[]).run(quarter)


SUBSIDIES = [
    *(("packaging_grant", item) for item in TECHNOLOGY_OF),
    *(("fab_grant", f"wafers_{n}") for n in ("leading", "advanced", "mature")),
    ("tax_credit", "packaging"),
    ("tax_credit", "fabrication"),
    *(("purchase_commitment", item) for item in TECHNOLOGY_OF),
]


def _kind(lines: Lines, lever: str, item: str, place: str) -> Iterator[int]:
    wanted = {"packaging": lines.is_packaging, "fabrication": lines.is_wafers}.get(item)
    rows = wanted if wanted is not None else lines.stage == STAGE_OF[item]
    yield from np.flatnonzero(rows & (lines.place == PLACE_OF[place]))


@given(
    subsidy=st.sampled_from(SUBSIDIES),
    share=st.floats(0.01, 1.0),
    place=st.sampled_from(["TWN", "USA", "CHN", "KOR", "JPN", "EUR", "MYS", "SGP", "IND", "VNM"]),
    quarter=st.sampled_from([0, 9, 22]),
    seed=st.sampled_from([1, 5]),
    name=st.sampled_from(["first-game", "ai-surge-2023"]),
)
@settings(max_examples=150, deadline=None)
def test_orders_never_fall_where_a_subsidy_takes_effect(
    orders: Any, subsidy: tuple[str, str], share: float, place: str, quarter: int, seed: int, name: str
) -> None:
    """In that quarter, for capacity of the subsidised kind in its jurisdiction, against the twin."""
    lever, item = subsidy
    high = {"packaging_grant": 0.7, "fab_grant": 0.7, "tax_credit": 0.35, "purchase_commitment": 100.0}[lever]
    trunk = _trunk(name, quarter, seed)
    if place not in trunk.scenario.jurisdictions:
        place = "TWN"
    rows = list(_kind(trunk.structure.lines, lever, item, place))
    before = orders(tuple(_in_force(trunk, place, lever, item)))
    state = trunk.models[0].state
    rate = {
        "tax_credit": state.tax_credit[0 if item == "packaging" else 1, PLACE_OF[place]],
        "purchase_commitment": np.zeros(4),
    }.get(lever, state.grant[PLACE_OF[place], STAGE_OF.get(item, 0)])
    more = Order(lever, item, rate + share * (high - rate), price_usd=5000.0, years=5.0, begins=True)
    with_ = trunk.branch(policies={place: orders((*before.orders, more), start=trunk_quarter(trunk))}).run().models[0]
    without = trunk.branch(policies={place: orders(before.orders, start=trunk_quarter(trunk))}).run().models[0]
    a, b = (_ordered_musd(model)[rows].sum(axis=0) for model in (with_, without))
    assert np.all(a >= b * (1.0 - 1e-9) - 1e-12)
    assert np.all(with_.now.subsidy_rate[rows] >= without.now.subsidy_rate[rows])


def _ordered_musd(model: Any, converted: bool = True) -> Any:
    """(line, W): capacity ordered, shells and tools at their cost before any subsidy, between which a firm may choose."""
    shell = model.parameters.shell_cost_share
    tools = model.now.tool_orders + (
        np.maximum(model.now.converted, 0.0) if converted else 0.0
    )  # a converted line replaces an order
    return model.coefficients.capex_musd * ((1.0 - shell) * tools + shell * model.now.shell_orders)


def trunk_quarter(trunk: Simulation) -> str:
    return str(trunk.structure.first + trunk.quarter)


def _in_force(trunk: Simulation, place: str, lever: str, item: str) -> list[Order]:
    """History's settings of that place in that quarter, but for the one that the test sets."""
    from policygame.model.agents.scripts import order_of
    from policygame.scenario import Policy

    now = trunk.structure.first + trunk.quarter
    settings_now = Policy.of_history(trunk.scenario, place).in_force(now)
    return [order_of(s, now) for s in settings_now if (s.lever, s.item) != (lever, item)]


def test_every_lever_of_the_catalogue_has_its_own_place_in_the_state() -> None:
    """Items of controls and clauses stand in the state in the catalogue's order."""
    from policygame.catalogue import LEVERS

    assert LEVERS["export_control"].items == LEVER_CONTROLS
    assert LEVERS["alliance"].items == LEVER_CLAUSES
