"""One world works with Mesa's own tools: agent sets and the data collector see the model as a simulation steps it."""

from __future__ import annotations

import numpy as np
from mesa import DataCollector

from policygame.model.agents import OSAT, Foundry, Government
from policygame.simulation import Simulation


def total_kwpm(firm):
    return float(firm.capacity[:, 0].sum())


def test_agents_are_found_by_type_selected_and_added_up():
    model = Simulation("first-game", [1]).models[0]
    houses = model.agents_by_type[OSAT]
    assert set(houses.get("name")) == {name for name, firm in model.structure.scenario.firms.items() if firm.kind == "osat"}
    assert houses.select(lambda firm: firm.name == "ASE").get("name") == ["ASE"]
    assert len(model.agents.select(agent_type=Foundry)) == len(model.agents_by_type[Foundry])
    assert set(model.agents_by_type[Government].get("name")) >= {"USA", "TWN", "CHN", "KOR"}
    assert houses.agg("row", max) == max(houses.get("row"))
    assert sum(houses.map(total_kwpm)) > 0.0


def test_the_frames_of_a_data_collector_hold_what_the_result_holds():
    simulation = Simulation("first-game", [1], metrics=["packaging_capacity_kwpm"])
    model = simulation.models[0]
    collector = DataCollector(
        model_reporters={"quarter": "quarter"},
        agent_reporters={"name": "name"},
        agenttype_reporters={OSAT: {"name": "name", "kwpm": total_kwpm}},
    )
    for _ in range(5):
        collector.collect(model)  # at the beginning of a quarter, as the metric is measured
        simulation.run(1)
    assert collector.get_model_vars_dataframe()["quarter"].tolist() == [0, 1, 2, 3, 4]
    assert set(collector.get_agent_vars_dataframe()["name"]) >= {"ASE", "TSMC", "NVIDIA", "USA"}
    frame = collector.get_agenttype_vars_dataframe(OSAT)
    result = simulation.result()
    items = [item for entity, item in result.series("packaging_capacity_kwpm") if entity == "firm:ASE"]
    expected = sum(result.array("packaging_capacity_kwpm", "firm:ASE", item)[:, 0] for item in items)
    assert np.allclose(frame.loc[frame["name"] == "ASE", "kwpm"], expected, rtol=1e-12)
