"""A disruption comes in its window, in every world at its own date; shares move with what a unit can compute."""

from __future__ import annotations

import numpy as np
import pytest

from policygame.scenario import load_scenario
from policygame.scenario.schema import Disruption
from policygame.simulation import simulate


@pytest.fixture(scope="module")
def scenario():
    return load_scenario("first-game")


def disrupted(scenario, first="2023Q1", last="2023Q4", quarters=2, depth=0.8):
    coming = Disruption.model_validate(
        {
            "jurisdiction": "TWN",
            "first": first,
            "last": last,
            "depth": {"value": depth, "assumption": [0.1, 0.9]},
            "duration_quarters": {"value": quarters, "assumption": [1, 4]},
        }
    )
    return scenario.model_copy(update={"disruptions": (coming,)})


def down(scenario, seeds, quarters=12):
    return simulate(scenario, seeds, quarters=quarters, metrics=["lines_down", "deliveries_kunits"])


def test_it_strikes_once_in_its_window_and_lasts_as_long_as_stated(scenario):
    seeds = range(40)
    struck = down(disrupted(scenario), seeds)
    before = down(scenario, seeds).array("lines_down", entity="country:TWN")
    now = struck.array("lines_down", entity="country:TWN")
    full = now >= 0.8
    assert (full.sum(axis=0) >= 2).all()
    begins = full.argmax(axis=0)
    assert ((begins >= 4) & (begins <= 7)).all()  # 2023Q1 to 2023Q4
    assert len(set(begins)) == 4
    for world, first in enumerate(begins):
        assert (now[:first, world] == before[:first, world]).all()
        assert full[first : first + 2, world].all()
        assert now[first + 2, world] < 0.8 or before[first + 2, world] > 0.0


def test_it_costs_deliveries_against_the_same_world_without(scenario):
    item = {"item": "ai_accelerator"}
    struck = down(disrupted(scenario), range(20)).array("deliveries_kunits", **item)
    calm = down(scenario, range(20)).array("deliveries_kunits", **item)
    assert (struck[4:].sum(axis=0) < calm[4:].sum(axis=0)).all()
    assert (struck[:4] == calm[:4]).all()


def test_its_date_is_a_function_of_the_seed_alone(scenario):
    coming = disrupted(scenario)
    alone = down(coming, [17]).array("lines_down", entity="country:TWN")
    among = down(coming, [3, 17, 9]).array("lines_down", entity="country:TWN")
    assert (alone[:, 0] == among[:, 1]).all()


def test_a_product_whose_units_compute_more_gains_share(scenario):
    share = {"entity": "designer:NVIDIA", "item": "ai_accelerator"}
    plain, moved = (
        simulate(scenario, [1, 2], quarters=10, numbers={"parameters.value_weight": weight}, metrics=["demand_kunits"])
        for weight in (0.0, 0.5)
    )
    gained = moved.array("demand_kunits", **share) - plain.array("demand_kunits", **share)
    growth = [
        next(p for p in scenario.designers[name].products if p.segment == "ai_accelerator").generations
        for name in ("NVIDIA", "Google")
    ]
    paces = [g[1].compute_h100e.value / g[0].compute_h100e.value if len(g) > 1 else 1.0 for g in growth]
    assert paces[0] != paces[1]
    assert np.sign(gained[-1]).tolist() == [np.sign(paces[0] - paces[1])] * 2
