"""Uses of lines outside the scenario grow by a parameter, or by the dated regimes of their stage."""

from __future__ import annotations

import numpy as np

from policygame.model.structure import STAGE_OF
from policygame.scenario import load_scenario
from policygame.simulation import Simulation
from tests.model.conftest import step_by_step

BOOM = """
extends: first-game
name: boom
title: Boom
summary: Other uses of substrates grow, then fall.
stages:
  substrate:
    other_use_growth:
      - {quarter: 2022Q3, value: {value: 0.1, assumption: [0.05, 0.15], draw: true}}
      - {quarter: 2023Q1, value: {value: -0.2, assumption: [-0.3, -0.1]}}
"""


def growth(scenario, stage, quarters=6, seeds=(1, 2)):
    """(quarter, world): log growth of the stage's other uses."""
    simulation = Simulation(scenario, seeds)
    rows = np.flatnonzero(simulation.structure.lines.stage == STAGE_OF[stage])
    found = []
    for step in step_by_step(simulation, quarters):
        found.append(np.log(step.after.other_demand[rows].sum(axis=0) / step.before.other_demand[rows].sum(axis=0)))
    return np.array(found)


def test_a_stage_with_regimes_of_its_own_follows_them_from_the_first_on(tmp_path):
    file = tmp_path / "boom.yaml"
    file.write_text(BOOM, encoding="utf-8")
    boom = load_scenario(file)
    found, usual = growth(boom, "substrate"), growth(load_scenario("first-game"), "substrate")
    np.testing.assert_array_equal(found[:2], usual[:2])
    assert ((found[2:4] > 0.05) & (found[2:4] < 0.15)).all()
    np.testing.assert_allclose(found[2], found[3])
    assert found[2, 0] != found[2, 1]
    np.testing.assert_allclose(found[4:], -0.2)
    np.testing.assert_array_equal(growth(boom, "hbm"), growth(load_scenario("first-game"), "hbm"))


def test_the_parameter_holds_where_a_stage_states_nothing():
    scenario = load_scenario("first-game")
    assert scenario.stages["substrate"].other_use_growth == ()
    simulation = Simulation(scenario, (1, 2))
    stated = np.log1p(simulation.models[0].parameters.other_use_growth)
    np.testing.assert_allclose(growth(scenario, "substrate"), np.broadcast_to(stated, (6, 2)))
