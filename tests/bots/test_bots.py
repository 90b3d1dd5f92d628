"""Every bot in every seat: within its role, within its money, the same in any company - and moved by what it sees."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from policygame import Simulation, load_scenario, scale_capacity, shipped_scenarios, simulate
from policygame.bots import BOTS, Bot
from policygame.bots.common import PACKAGING, PILOT_MUSD, busy_here, tightness
from policygame.catalogue import LEVERS, Quarter
from policygame.model.agents.government import GovernmentView, Order, Strategy
from policygame.model.structure import PLACE_OF
from policygame.scenario import Policy, Scenario
from policygame.simulation import Policies
from policygame.testing import _Audit, _run, check_bot

SCENARIOS = {name: load_scenario(name) for name in shipped_scenarios()}
SURGE = SCENARIOS["ai-surge-2023"]


def governments(scenario: Scenario) -> list[str]:
    return [name for name, place in scenario.jurisdictions.items() if place.government is not None]


@dataclass
class Spy:
    """A strategy that writes down what another one ordered and what it had."""

    strategy: Strategy
    turns: dict[str, list[Order]] = field(default_factory=dict)
    budget: dict[str, np.ndarray] = field(default_factory=dict)

    def decide(self, view: GovernmentView) -> list[Order] | None:
        orders = self.strategy.decide(view)
        if orders is None:
            return None
        self.turns[str(view.quarter)] = list(orders)
        self.budget[str(view.quarter)] = view.income_musd[PACKAGING]
        return self.turns[str(view.quarter)]


def amount(orders: list[Order], lever: str, item: str | None = None, place: str | None = None) -> np.ndarray:
    """Sum of the amounts (W,) that match."""
    found = [
        np.asarray(o.amount)
        for o in orders
        if o.lever == lever and item in (None, o.item) and (place is None or place in o.places)
    ]
    return np.sum(found, axis=0) if found else np.zeros(1)


def decided(bot: str, government: str, quarter: str, scenario: Scenario = SURGE, **options: Any) -> list[Order]:
    """What a bot orders in the turn of ``quarter``, playing from the start of play; other governments follow history."""
    spy = Spy(BOTS[bot])
    policies = {government: spy, **options.pop("others", {})}
    simulation = Simulation(scenario, options.pop("seeds", [1, 2, 3]), policies, metrics=["fill_rate"], **options)
    simulation.run([str(q) for q in _quarters(simulation)].index(quarter) + 1)
    return spy.turns[quarter]


def _quarters(simulation: Simulation) -> list[Any]:
    return [simulation.structure.first + t for t in range(simulation.structure.n_quarters)]


def test_the_seven_bots_in_the_order_in_which_a_player_meets_them() -> None:
    assert list(BOTS) == [
        "laissez-faire",
        "fab-first",
        "packaging-first",
        "whole-chain",
        "subsidy-matcher",
        "control-hawk",
        "alliance-builder",
    ]
    assert all(name == bot.name for name, bot in BOTS.items())


@pytest.mark.parametrize("name", BOTS)
def test_a_bot_introduces_itself_in_one_sentence(name: str) -> None:
    assert re.fullmatch(r"[A-Z][^.]{30,130}\.", BOTS[name].sentence)


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=SCENARIOS)
@pytest.mark.parametrize("name", BOTS)
def test_every_seat_held_by_the_same_bot(name: str, scenario: Scenario) -> None:
    """All governments at once: every order is audited, and no purse falls below zero in 24 quarters."""
    audits = {government: _Audit(BOTS[name], f"{name} as {government}") for government in governments(scenario)}
    _run(scenario, [1, 2, 3], audits, 24, f"{name} everywhere")
    for government, audit in audits.items():
        levers = {lever for _, lever, _, _ in audit.decisions}
        assert levers <= set(scenario.jurisdictions[government].government.levers)  # type: ignore[union-attr]
        if name in ("packaging-first", "whole-chain"):
            assert levers, f"{name} does nothing as {government}"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("scenario", "quarters"),
    [pytest.param(SCENARIOS["first-game"], 16, id="first-game"), pytest.param(SURGE, 12, id="ai-surge-2023")]
    + [pytest.param(scenario, 24, id=f"{name}, longer", marks=pytest.mark.exhaustive) for name, scenario in SCENARIOS.items()],
)
@pytest.mark.parametrize("name", BOTS)
def test_every_role_alone_keeps_the_contract(name: str, scenario: Scenario, quarters: int) -> None:
    """One seat after the other, beside the history of the rest: alone, in a batch and in a seat of its own to the bit."""
    for government in governments(scenario):
        check_bot(BOTS[name], scenario, government, quarters=quarters)


@pytest.mark.parametrize("name", BOTS)
def test_fixed_outlays_stay_within_income(name: str) -> None:
    for government in governments(SURGE):
        spy = Spy(BOTS[name])
        Simulation(SURGE, [1, 2, 3], {government: spy}, metrics=["fill_rate"]).run(24)
        for quarter, orders in spy.turns.items():
            fixed = sum((np.asarray(o.amount) for o in orders if LEVERS[o.lever].fixed_outlay), np.zeros(3))
            assert (fixed <= spy.budget[quarter] * (1.0 + 1e-12)).all(), (government, quarter)


@pytest.mark.parametrize("name", BOTS)
def test_a_bot_speaks_in_its_turn_only_and_not_before_play(name: str) -> None:
    spy = Spy(BOTS[name])
    Simulation(SURGE, [1, 2], {"USA": spy}, metrics=["fill_rate"]).run(12)
    assert list(spy.turns) == ["2023Q1", "2023Q3", "2024Q1", "2024Q3"]


def test_laissez_faire_is_history_before_play_and_nothing_after() -> None:
    history = Policy.of_history(SURGE, "USA")
    play = SURGE.play_from
    first = simulate(SURGE, [1, 2], {"USA": "laissez-faire"})
    script = simulate(SURGE, [1, 2], {"USA": _Frozen(history, play)})
    for metric in first.metrics:
        assert np.array_equal(first.all_of(metric), script.all_of(metric), equal_nan=True), metric
    followed = simulate(SURGE, [1, 2])
    spent = first.array("outlay_musd", "government:USA", "tax_credit")
    assert spent.sum() == 0.0
    assert followed.array("outlay_musd", "government:USA", "tax_credit").sum() > 0.0
    assert decided("laissez-faire", "CHN", "2024Q1") == []


class _Frozen:
    """Orders nothing itself, so that only what history had decided before play stays in force."""

    def __init__(self, history: Policy, play_from: str) -> None:
        self.late = [s for s in history.settings if str(s.quarter) >= play_from]

    def decide(self, view: GovernmentView) -> list[Order]:
        assert self.late, "history goes on after play begins, or there would be nothing to leave out"
        return []


SHORT = [scale_capacity("interposer_2_5d", 0.5, start="2022Q1")]
AMPLE = [scale_capacity("interposer_2_5d", 2.0, start="2022Q1")]


@pytest.mark.parametrize(
    ("bot", "lever", "item"),
    [
        ("packaging-first", "packaging_grant", "interposer_2_5d"),
        ("whole-chain", "packaging_grant", "interposer_2_5d"),
        ("control-hawk", "packaging_grant", "interposer_2_5d"),
        ("alliance-builder", "alliance", "pooled_capacity"),
    ],
)
def test_a_shortage_of_2_5d_makes_bots_do_more(bot: str, lever: str, item: str | None) -> None:
    others = {"TWN": "alliance-builder"} if bot == "alliance-builder" else {}
    short = amount(decided(bot, "USA", "2024Q1", changes=SHORT, others=others), lever, item)
    ample = amount(decided(bot, "USA", "2024Q1", changes=AMPLE, others=others), lever, item)
    assert short.mean() > ample.mean()
    # the whole-chain bot pays for the weakest link, and no bot for lines that stand idle here: so in a world it may be less
    assert bot in ("whole-chain", "control-hawk") or (short > ample).all()


def test_bots_run_pilot_lines_for_entrants_into_what_fills_up_where_leadership_is_asked_for() -> None:
    """Japan has no 2.5D lines and wants to lead, the EU does not want to; nobody does research whose fruits reach everybody."""

    def pilots(government: str, item: str, quarter: str = "2024Q1", **options: Any) -> np.ndarray:
        return amount(decided("packaging-first", government, quarter, **options), "packaging_rnd", item)

    assert (pilots("JPN", "interposer_2_5d", changes=SHORT) == PILOT_MUSD).all()
    assert pilots("JPN", "interposer_2_5d", "2023Q3", changes=AMPLE).mean() < PILOT_MUSD
    for government, item in (("EUR", "interposer_2_5d"), ("TWN", "interposer_2_5d"), ("JPN", "conventional")):
        assert (pilots(government, item, changes=SHORT) == 0.0).all()


def test_less_grants_for_what_stands_idle_here_in_a_world_that_is_not_short() -> None:
    """Malaysia's lines of 3D find hardly any orders in 2029; it has no lines of fan-out that could stand idle."""
    spy, frontier = Spy(BOTS["packaging-first"]), SCENARIOS["frontier-2026"]
    simulation = Simulation(frontier, [1, 2, 3], {"MYS": spy}, metrics=["fill_rate"])
    model = simulation.run(Quarter.parse("2029Q1") - Quarter.parse(frontier.start)).models[0]
    view = GovernmentView(model, PLACE_OF["MYS"], np.arange(3))
    assert (view.utilisation("hybrid_3d", "MYS") < 0.5).all()
    assert np.array_equal(busy_here(view, "hybrid_3d"), tightness(view, "hybrid_3d"))
    assert (busy_here(view, "fan_out") == 1.0).all()
    rates = {item: amount(spy.turns["2028Q3"], "packaging_grant", item) for item in ("hybrid_3d", "interposer_2_5d")}
    assert (rates["hybrid_3d"] < 0.5 * rates["interposer_2_5d"]).all()


def test_packaging_first_moves_from_3d_to_2_5d_when_that_overflows() -> None:
    def part_of_3d(orders: list[Order]) -> np.ndarray:
        grants = {item: amount(orders, "packaging_grant", item) for item in ("interposer_2_5d", "hybrid_3d")}
        return np.asarray(grants["hybrid_3d"] / (grants["interposer_2_5d"] + grants["hybrid_3d"]))

    short, ample = (decided("packaging-first", "USA", "2024Q1", changes=changes) for changes in (SHORT, AMPLE))
    assert part_of_3d(short).mean() < part_of_3d(ample).mean()


def test_fab_first_pays_more_where_fabs_are_full() -> None:
    def grants(factor: float) -> np.ndarray:
        orders = decided("fab-first", "USA", "2024Q1", scenario=_other_fabs(factor))
        return amount(orders, "fab_grant", "wafers_leading")

    assert (grants(0.9) > grants(1.3)).all()


def _other_fabs(factor: float) -> Scenario:
    """The surge with ``factor`` times the leading-edge capacity."""
    other = SURGE.model_copy(deep=True)
    for firm in other.firms.values():
        for line in firm.lines:
            if line.stage == "wafers_leading":
                object.__setattr__(line.capacity, "value", factor * line.capacity.value)
                object.__setattr__(line.capacity, "draw", False)
    return other


def test_whole_chain_turns_to_the_input_that_is_short() -> None:
    """Where accelerators need four times the memory, HBM runs short too, and its programme takes a larger part of the budget."""

    def part_of_hbm(orders: list[Order]) -> np.ndarray:
        fixed = sum(amount(orders, lever) for lever in ("supplier_programme", "workforce", "packaging_rnd"))
        return np.asarray(amount(orders, "supplier_programme", "hbm") / fixed)

    with_little = decided("whole-chain", "KOR", "2025Q1", scenario=_busy_memory())
    as_it_was = decided("whole-chain", "KOR", "2025Q1")
    assert (part_of_hbm(with_little) > part_of_hbm(as_it_was)).all()


def test_whole_chain_lifts_no_suppliers_where_there_are_none() -> None:
    orders = decided("whole-chain", "USA", "2025Q1")
    assert (amount(orders, "supplier_programme", "tools") > 0.0).all(), "American tool makers"
    assert (amount(orders, "supplier_programme", "substrate") < amount(orders, "supplier_programme", "tools")).all()


def _busy_memory() -> Scenario:
    """The surge with four times the HBM in every package that has any."""
    raw = SURGE.model_copy(deep=True)
    for designer in raw.designers.values():
        for product in designer.products:
            for generation in product.generations:
                object.__setattr__(generation.hbm_stacks, "value", 4.0 * generation.hbm_stacks.value)
    return raw


def test_whole_chain_promises_to_buy_while_it_is_small() -> None:
    orders = decided("whole-chain", "JPN", "2024Q1")
    assert (amount(orders, "purchase_commitment", "interposer_2_5d") > 0.0).all()
    promise = next(o for o in orders if o.lever == "purchase_commitment" and o.item == "interposer_2_5d")
    assert (np.asarray(promise.price_usd) > 0.0).all()
    assert promise.years >= 1.0


def test_packaging_first_promises_to_buy_while_it_is_small() -> None:
    assert (amount(decided("packaging-first", "JPN", "2024Q1"), "purchase_commitment", "interposer_2_5d") > 0.0).all()
    assert (amount(decided("packaging-first", "TWN", "2024Q1"), "purchase_commitment", "interposer_2_5d") == 0.0).all()


def test_whole_chain_pays_for_an_input_that_only_strangers_make() -> None:
    """China and those it trusts make hardly any HBM; a mandate that asks for a chain of one's own makes that the weakest link."""
    orders = decided("whole-chain", "CHN", "2024Q1")
    assert (amount(orders, "supplier_programme", "hbm") > 0.0).all()
    careless = SURGE.model_copy(deep=True)
    government = careless.jurisdictions["CHN"].government
    assert government is not None
    object.__setattr__(government.mandate["A"], "value", 0.0)
    without = decided("whole-chain", "CHN", "2024Q1", scenario=careless)
    assert (amount(without, "supplier_programme", "hbm") < amount(orders, "supplier_programme", "hbm")).all()


def test_whole_chain_keeps_a_reserve_and_buys_no_scarce_units() -> None:
    short = amount(decided("whole-chain", "EUR", "2024Q1", changes=SHORT), "stockpile", "ai_accelerator")
    ample = amount(decided("whole-chain", "EUR", "2024Q1", changes=AMPLE), "stockpile", "ai_accelerator")
    assert (short < ample).all()


def test_roles_without_grants_give_credits_instead() -> None:
    for bot in ("packaging-first", "whole-chain", "control-hawk", "alliance-builder"):
        orders = decided(bot, "TWN", "2024Q1")
        credit = amount(orders, "tax_credit", "packaging")
        assert (credit > 0.0).all(), bot
        assert (credit <= 0.25).all(), bot


def test_subsidy_matcher_answers_the_highest_bid_a_turn_later() -> None:
    others = {"KOR": Policy.parse("2024Q1 packaging_grant interposer_2_5d 0.3\n2025Q1 packaging_grant interposer_2_5d 0.1")}
    spy = Spy(BOTS["subsidy-matcher"])
    quiet = dict.fromkeys([g for g in governments(SURGE) if g not in ("USA", "KOR")], "laissez-faire")
    Simulation(SURGE, [1, 2, 3], {"USA": spy, **others, **quiet}, metrics=["fill_rate"]).run(18)

    def bids(quarter: str) -> np.ndarray:
        return amount(spy.turns[quarter], "packaging_grant", "interposer_2_5d")

    assert (bids("2023Q3") == 0.0).all()
    assert (bids("2024Q1") == 0.0).all(), "governments move at once: nobody sees this quarter's orders of others"
    assert bids("2024Q3") == pytest.approx(0.35)
    assert bids("2025Q3") == pytest.approx(0.15)


def test_subsidy_matcher_stops_when_its_purse_is_empty() -> None:
    poor = SURGE.model_copy(deep=True)
    object.__setattr__(poor.jurisdictions["USA"].government.packaging_income_musd_per_year, "value", 0.0)  # type: ignore[union-attr]
    others = {"KOR": Policy.parse("2024Q1 packaging_grant interposer_2_5d 0.3")}
    orders = decided("subsidy-matcher", "USA", "2024Q3", scenario=poor, others=others)
    assert (amount(orders, "packaging_grant") == 0.0).all()


def test_control_hawk_tightens_as_a_rival_grows_and_never_loosens() -> None:
    spy = Spy(BOTS["control-hawk"])
    # the others let China's lines grow
    result = Simulation(SURGE, [1, 2, 3], {"USA": spy}, metrics=["packaging_capacity_kwpm"]).run(40).result()
    on_china = np.array([amount(orders, "export_control", "hbm", "CHN") for orders in spy.turns.values()])
    assert (np.diff(on_china, axis=0) >= 0.0).all()
    assert (on_china[-1] > on_china[0]).all()
    share = result.array("packaging_capacity_kwpm", "country:CHN", "interposer_2_5d") / result.array(
        "packaging_capacity_kwpm", item="interposer_2_5d"
    )
    assert (share.max(axis=0) > share[4]).all(), "the rival does grow in this scenario"
    for orders in spy.turns.values():
        for order in orders:
            assert not (order.lever == "export_control" and {"TWN", "KOR", "JPN", "EUR"} & set(order.places))


def test_control_hawk_buys_no_scarce_units() -> None:
    short = amount(decided("control-hawk", "USA", "2024Q1", changes=SHORT), "stockpile", "ai_accelerator")
    ample = amount(decided("control-hawk", "USA", "2024Q1", changes=AMPLE), "stockpile", "ai_accelerator")
    assert (short < ample).all()


def test_alliance_builders_keep_pacts_with_those_who_answer() -> None:
    spy = Spy(BOTS["alliance-builder"])
    policies: Policies = {"USA": spy, "JPN": "alliance-builder", "KOR": "laissez-faire"}
    Simulation(SURGE, [1, 2, 3], policies, metrics=["fill_rate"]).run(16)
    turns = list(spy.turns.values())
    assert all((amount(turns[0], "alliance", clause, "KOR") > 0.0).all() for clause in ("pooled_capacity", "shared_rnd"))
    for later in turns[1:4]:
        assert (amount(later, "alliance", "subsidy_ceiling", "JPN") > 0.0).all()
        assert (amount(later, "alliance", "subsidy_ceiling", "KOR") == 0.0).all()
    assert (amount(turns[4], "alliance", "subsidy_ceiling", "KOR") > 0.0).all(), "it invites again"
    for orders in turns:
        assert (amount(orders, "packaging_grant", "interposer_2_5d") <= 0.25).all(), "it keeps its own ceiling"


def test_alliance_builders_without_allies_ask_everybody_but_who_controls_exports_to_them() -> None:
    orders = decided("alliance-builder", "CHN", "2023Q1")
    for partner in ("MYS", "SGP", "IND", "VNM"):
        assert (amount(orders, "alliance", "pooled_capacity", partner) > 0.0).all(), partner
    assert (amount(orders, "alliance", "pooled_capacity", "USA") == 0.0).all()
    allied = decided("alliance-builder", "JPN", "2023Q1")
    assert (amount(allied, "alliance", "pooled_capacity", "KOR") > 0.0).all()
    assert (amount(allied, "alliance", "pooled_capacity", "MYS") == 0.0).all()


def test_a_bot_is_a_value_that_policies_can_share() -> None:
    bot = BOTS["whole-chain"]
    assert isinstance(bot, Bot)
    assert bot == BOTS["whole-chain"]
    with pytest.raises(AttributeError):
        bot.name = "another"  # type: ignore[misc]
