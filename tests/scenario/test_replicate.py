"""A scenario several times over: counts, totals, and copies that live among themselves."""

from __future__ import annotations

import math

import pytest

from policygame.scenario import load_scenario
from policygame.scenario.replicate import replicate
from policygame.scenario.schema import Scenario

NAMES = ("ai-surge-2023", "first-game")


@pytest.mark.parametrize("name", NAMES)
def test_everything_is_there_so_many_times(name):
    scenario = load_scenario(name)
    copied = replicate(scenario, 3)
    assert len(copied.firms) == 3 * len(scenario.firms)
    assert len(copied.designers) == 3 * len(scenario.designers)
    assert len(copied.links) == 3 * len(scenario.links)
    assert set(scenario.firms) < set(copied.firms)


@pytest.mark.parametrize("name", NAMES)
def test_totals_grow_and_shares_do_not(name):
    scenario = load_scenario(name)
    copied = replicate(scenario, 3)
    for segment in scenario.segments:

        def share(world: Scenario, segment: str = segment) -> float:
            products = (product for designer in world.designers.values() for product in designer.products)
            return math.fsum(product.share.value for product in products if product.segment == segment)

        def demand(world: Scenario, segment: str = segment) -> float:
            return world.segments[segment].demand_kunits_per_quarter.value

        assert share(copied) == pytest.approx(share(scenario), rel=1e-12)
        assert demand(copied) == pytest.approx(3 * demand(scenario), rel=1e-12)


def test_copies_deal_with_their_own_like():
    copied = replicate(load_scenario("ai-surge-2023"), 2)
    for designer, content in copied.designers.items():
        for product in content.products:
            for source in (*product.wafers, *product.packagers):
                assert source.firm in copied.firms
                assert source.firm.endswith("copy 2") == designer.endswith("copy 2")
    for link in copied.links:
        assert {name.endswith("copy 2") for name in (link.supplier, *link.packagers)} in ({True}, {False})


def test_a_copy_is_a_valid_scenario_with_a_hash_of_its_own():
    scenario = load_scenario("first-game")
    copied = replicate(scenario, 2)
    assert Scenario.model_validate(copied.model_dump()) == copied
    assert len({scenario.hash, copied.hash, replicate(scenario, 3).hash}) == 3


def test_once_is_the_scenario_itself_and_less_is_an_error():
    scenario = load_scenario("first-game")
    assert replicate(scenario, 1) is scenario
    with pytest.raises(ValueError, match="at least 1"):
        replicate(scenario, 0)
