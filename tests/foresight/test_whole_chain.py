"""The linear programme against its relaxation, against less of everything, and against its own prices."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policygame import Scenario, Simulation, UserError
from policygame.foresight import whole_chain_programme
from policygame.model.structure import PLACES

QUARTERS = st.sampled_from([2, 8, 14, 20])
EDGES = ("qualification", "qualification_wafers", "qualification_hbm", "qualification_substrate")


@cache
def played(quarters: int) -> Simulation:
    return Simulation("first-game", [1, 2, 3], metrics=["leadership"]).run(quarters)


def fresh(quarters: int) -> Simulation:
    """A simulation of one's own, to take edges out of: its last quarter is played again."""
    return played(quarters - 1).branch().run(1)


def with_more_slots(quarters: int, factor: float) -> Simulation:
    """One's own simulation in which packaging lines had ``factor`` times the room, so that inputs bind."""
    simulation = fresh(quarters)
    simulation.models[0].now.room[simulation.structure.lines.is_packaging] *= factor
    return simulation


def bound(simulation: Simulation) -> np.ndarray:  # type: ignore[type-arg]
    model = simulation.models[0]
    return model.whole_chain_bound(model)[0]  # not the value kept since the quarter


def circle(simulation: Simulation, place: str) -> list[str]:
    inside = simulation.structure.allies[PLACES.index(place)] > 0.0
    return [name for name, trusted in zip(PLACES, inside, strict=True) if trusted and name in simulation.scenario.jurisdictions]


@pytest.mark.parametrize("plenty", [1.0, 50.0], ids=["as played", "slots in plenty"])
def test_the_optimum_never_exceeds_the_quarterly_bound(plenty: float) -> None:
    for quarters in (2, 8, 14, 20):
        simulation = with_more_slots(quarters, plenty)
        for place in simulation.scenario.jurisdictions:
            for world in range(3):
                best = whole_chain_programme(simulation, circle(simulation, place), world).compute_kh100e
                assert best <= bound(simulation)[PLACES.index(place), world] * (1.0 + 1e-9) + 1e-9


@given(quarters=QUARTERS, item=st.sampled_from(EDGES), pick=st.integers(0, 10_000), world=st.integers(0, 2), data=st.data())
@settings(max_examples=25, deadline=None)
def test_removing_an_edge_never_raises_the_optimum(quarters: int, item: str, pick: int, world: int, data: st.DataObject) -> None:
    simulation = with_more_slots(quarters, data.draw(st.sampled_from([1.0, 50.0])))
    places = data.draw(st.lists(st.sampled_from(list(simulation.scenario.jurisdictions)), min_size=2, unique=True))
    qualification = getattr(simulation.models[0].state, item)
    before = whole_chain_programme(simulation, places, world).compute_kh100e
    qualification[pick % len(qualification)] = 0.0
    after = whole_chain_programme(simulation, places, world).compute_kh100e
    assert after <= before * (1.0 + 1e-9) + 1e-9


def test_removing_an_edge_never_raises_the_bound() -> None:
    simulation = with_more_slots(8, 50.0)
    before = bound(simulation)
    for item in EDGES[1:]:
        qualification = getattr(simulation.models[0].state, item)
        for edge in range(len(qualification)):
            kept = qualification[edge].copy()
            qualification[edge] = 0.0
            assert np.all(bound(simulation) <= before * (1.0 + 1e-12) + 1e-9), (item, edge)
            qualification[edge] = kept


def test_a_larger_circle_never_makes_less() -> None:
    simulation = played(8)
    places = list(simulation.scenario.jurisdictions)
    best = [whole_chain_programme(simulation, places[:n]).compute_kh100e for n in range(1, len(places) + 1)]
    assert all(small <= large + 1e-9 for small, large in pairwise(best))
    assert best[-1] == whole_chain_programme(simulation).compute_kh100e > 0.0


def test_a_circle_without_memory_finishes_nothing() -> None:
    simulation = played(8)
    assert whole_chain_programme(simulation, ["TWN", "USA"]).compute_kh100e == 0.0
    assert whole_chain_programme(simulation, ["USA"]).frame().empty


def test_what_flows_in_is_what_packages_take() -> None:
    simulation = played(8)
    model, structure = simulation.models[0], simulation.structure
    flows = whole_chain_programme(simulation).frame()
    rows = {p.designer: i for i, p in enumerate(structure.products) if p.segment == "ai_accelerator"}
    packages = flows[flows["item"] == "package"].groupby("designer")["flow"].sum()
    stacks = sum(flow * model.hbm_stacks[rows[str(name)], 0] for name, flow in packages.items())
    assert flows[flows["item"] == "hbm"]["flow"].sum() >= stacks * (1.0 - 1e-9)
    wafers = flows[flows["item"] == "wafers"].groupby("designer")["flow"].sum()
    for name, flow in packages.items():
        assert wafers[name] >= flow / model.units_per_wafer[rows[str(name)], 0] * (1.0 - 1e-9)


def test_a_scarce_line_is_worth_its_price() -> None:
    simulation = fresh(8)
    found = whole_chain_programme(simulation, world=1)
    dearest = found.scarce().iloc[0]
    assert dearest["kind"] == "capacity"
    assert dearest["used"] == pytest.approx(dearest["limit"])
    lines, room = simulation.structure.lines, simulation.models[0].now.room
    row = lines.rows(dearest["firm"], dearest["stage"], dearest["jurisdiction"])[0]
    room[row, 1] += 1e-3
    more = whole_chain_programme(simulation, world=1).compute_kh100e - found.compute_kh100e
    # its edges widen with it, so it is worth at least its own price
    assert more >= 1e-3 * dearest["value_kh100e"] * (1.0 - 1e-6)


def test_worlds_are_found_in_their_blocks(first_game: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = [whole_chain_programme(played(2), world=w).compute_kh100e for w in range(3)]
    monkeypatch.setattr("policygame.simulation.BLOCK_ROWS_TIMES_WORLDS", 2 * 56)
    cut = Simulation(first_game, [1, 2, 3], metrics=["leadership"]).run(2)
    assert len(cut.models) == 2
    assert [whole_chain_programme(cut, world=w).compute_kh100e for w in range(3)] == whole


def test_mistakes_are_told(first_game: Scenario) -> None:
    with pytest.raises(UserError, match="run the simulation for a quarter first"):
        whole_chain_programme(Simulation(first_game, [1], metrics=["leadership"]))
    with pytest.raises(UserError, match="run the simulation for a quarter first"):
        whole_chain_programme(played(2).branch())
    with pytest.raises(UserError, match="unknown jurisdiction 'JPN'; allowed are TWN, USA, CHN, KOR, ROW"):
        whole_chain_programme(played(2), ["JPN"])
    with pytest.raises(UserError, match="world 3 does not exist; allowed are 0 to 2"):
        whole_chain_programme(played(2), world=3)
