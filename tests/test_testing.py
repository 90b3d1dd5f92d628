"""The contracts hold for what is shipped, and name what is wrong with what is broken."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from policygame import load_scenario, shipped_scenarios
from policygame.bots import BOTS
from policygame.model.agents import OSAT, Foundry, GovernmentView
from policygame.model.agents.government import Order
from policygame.model.arrays import Array
from policygame.testing import check_agent, check_bot, check_scenario

GAME = load_scenario("first-game")


@pytest.mark.parametrize("name", shipped_scenarios())
def test_shipped_scenarios_close_their_accounts(name: str) -> None:
    check_scenario(load_scenario(name))


@pytest.mark.parametrize("name", BOTS)
def test_shipped_bots_keep_the_contract(name: str) -> None:
    check_bot(BOTS[name], GAME, "USA", quarters=16)


def test_the_shipped_kinds_keep_the_contract() -> None:
    check_agent(OSAT, GAME, "ASE", quarters=12)
    check_agent(Foundry, GAME, "TSMC", quarters=12)


# ---------------------------------------------------------------------------------------------------------- broken bots


class Rule:
    """A bot made of a function."""

    def __init__(self, orders: Callable[[GovernmentView], list[Order]]) -> None:
        self.name = "broken"
        self.orders = orders

    def decide(self, view: GovernmentView) -> list[Order]:
        return self.orders(view)


def grant(amount: float | Array, **terms: object) -> Order:
    return Order("packaging_grant", "interposer_2_5d", amount, **terms)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("government", "orders", "words"),
    [
        ("USA", lambda view: [grant(0.9)], r"the amount of packaging_grant interposer_2_5d is 0.9; allowed are 0 to 0.7"),
        ("KOR", lambda view: [grant(0.5)], r"is 0.5; allowed are 0 to 0.3"),
        ("USA", lambda view: [grant(-0.1)], r"is -0.1; allowed are 0 to 0.7"),
        ("USA", lambda view: [grant(np.nan)], r"is not a number"),
        ("USA", lambda view: [grant(np.zeros(7))], r"has shape \(7,\); it is a number or \(3,\)"),
        ("USA", lambda view: [grant(0.1, cap_musd=-5.0)], r"the cap of packaging_grant interposer_2_5d is -5"),
        ("USA", lambda view: [grant(0.1), grant(0.2)], r"packaging_grant interposer_2_5d is ordered twice"),
        ("USA", lambda view: [grant(0.1, places=("USA",))], r"names 'USA'; allowed are TWN"),
        ("TWN", lambda view: [grant(0.1)], r"the role has no packaging_grant; allowed are tax_credit"),
        ("USA", lambda view: [Order("packging_grant", "fan_out", 0.1)], r"unknown lever 'packging_grant'. Did you mean"),
        ("USA", lambda view: [Order("packaging_grant", "hybrid_3d", 0.1)], r"is not there; allowed are conventional"),
        ("USA", lambda view: [Order("export_control", "tools", 0.5)], r"names no jurisdiction, and would do nothing"),
        ("USA", lambda view: [Order("packaging_rnd", "fan_out", 2000.0)], r"exceed the packaging purse and this"),
        ("USA", lambda view: ["packaging_grant"], r"a decision is a list of Order; found 'packaging_grant'"),
        ("USA", lambda view: [grant(0.1 / (0.0 * view.purse_musd[0]))], r"fails with RuntimeWarning|divide by zero"),
        ("XXX", lambda view: [], r"unknown government 'XXX'"),
    ],
)
def test_a_broken_order_is_named(government: str, orders: Callable[[GovernmentView], list[Order]], words: str) -> None:
    with pytest.raises(AssertionError, match=words):
        check_bot(Rule(orders), GAME, government, quarters=8)


def test_a_bot_that_looks_at_other_worlds_is_found() -> None:
    """The mean over worlds is the mistake that is made most easily."""
    nosy = Rule(lambda view: [grant(0.5 * np.ones(view.n_worlds) * np.clip(view.fill("ai_accelerator").mean(), 0.0, 1.0))])
    with pytest.raises(AssertionError, match="decides otherwise alone than in a batch"):
        check_bot(nosy, GAME, "USA", quarters=16)


def test_a_bot_that_counts_its_worlds_is_found() -> None:
    counting = Rule(lambda view: [grant(0.1 if view.n_worlds == 2 else 0.2)])
    with pytest.raises(AssertionError, match="decides otherwise alone than in a batch"):
        check_bot(counting, GAME, "USA", quarters=8)


def test_a_bot_that_minds_the_size_of_its_seat_is_found() -> None:
    timid = Rule(lambda view: [grant(0.1 if view.n_worlds == 1 else 0.2)])
    with pytest.raises(AssertionError, match="decides otherwise in a seat of its own"):
        check_bot(timid, GAME, "USA", quarters=8)


def test_a_bot_that_remembers_is_found() -> None:
    class Forgetful:
        name = "forgetful"

        def __init__(self) -> None:
            self.calls = 0

        def decide(self, view: GovernmentView) -> list[Order]:
            self.calls += 1
            return [grant(0.1 * (self.calls % 3))]

    with pytest.raises(AssertionError, match="asked twice it decides two things"):
        check_bot(Forgetful(), GAME, "USA", quarters=8)


def test_a_bot_that_helps_itself_is_found() -> None:
    class Thief:
        name = "thief"

        def decide(self, view: GovernmentView) -> list[Order]:
            view._model.state.purse_musd += 100.0
            return []

    with pytest.raises(AssertionError, match=r"deciding changed the world \(purse_musd\)"):
        check_bot(Thief(), GAME, "USA", quarters=8)


# -------------------------------------------------------------------------------------------------------- broken agents


class Bold(OSAT):
    """Wants twice as much, and is sound."""

    def desired_capacity(self, horizon_quarters: Array) -> Array:
        return 2.0 * super().desired_capacity(horizon_quarters)


def test_a_sound_class_of_ones_own_passes() -> None:
    check_agent(Bold, GAME, "ASE", quarters=12)


class Builder(OSAT):
    """Builds without ordering."""

    def plan(self) -> None:
        super().plan()
        self.state.capacity[self.lines] *= 1.01


class Meddler(OSAT):
    """Orders for everybody."""

    def plan(self) -> None:
        super().plan()
        self.model.now.tool_orders += 0.1


class Herd(OSAT):
    """Follows the mean of its worlds."""

    def desired_capacity(self, horizon_quarters: Array) -> Array:
        own = super().desired_capacity(horizon_quarters)
        return np.asarray(0.5 * own + 0.5 * own.mean(axis=-1, keepdims=True))


class Pessimist(OSAT):
    """Wants less than nothing."""

    def desired_capacity(self, horizon_quarters: Array) -> Array:
        return -super().desired_capacity(horizon_quarters)


class Gambler(OSAT):
    """Depends on how often it was asked in this process."""

    throws = 0

    def desired_capacity(self, horizon_quarters: Array) -> Array:
        Gambler.throws += 1
        luck = 1.0 + 0.1 * (Gambler.throws % 7)
        return np.asarray(super().desired_capacity(horizon_quarters) * luck)


@pytest.mark.parametrize(
    ("cls", "firm", "words"),
    [
        (Builder, "ASE", "plan changes capacity; it orders, and the model builds"),
        (Meddler, "ASE", "plan sets tool_orders of other firms"),
        (Herd, "ASE", "runs otherwise alone than in a batch"),
        (Pessimist, "ASE", "desired_capacity is -.*; it cannot be negative"),
        (Gambler, "ASE", "a replay differs"),
        (Bold, "TSMC", "its class must derive from Foundry"),
        (Bold, "ASEE", "unknown firm 'ASEE'"),
    ],
)
def test_a_broken_class_is_named(cls: type[OSAT], firm: str, words: str) -> None:
    with pytest.raises(AssertionError, match=words):
        check_agent(cls, GAME, firm, quarters=12)
