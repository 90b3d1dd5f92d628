"""What the pictures of flows show is what the model moved: everything that enters leaves, and sums are the metrics."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest

from policygame import Simulation
from policygame.catalogue import JURISDICTIONS
from policygame.game.flows import ADVANCED, BANK, ITEMS, Chain, FlowError, chain, packaging_lines, routes

SCENARIOS = ("first-game", "ai-surge-2023")


@pytest.fixture(scope="module", params=SCENARIOS)
def game(request: pytest.FixtureRequest) -> Simulation:
    return Simulation(request.param, [7]).run(9)


def passing(flows: Chain) -> tuple[dict[tuple[str, str], float], dict[tuple[str, str], float]]:
    enters: dict[tuple[str, str], float] = defaultdict(float)
    leaves: dict[tuple[str, str], float] = defaultdict(float)
    for link in flows.links:
        assert link.amount > 0.0
        leaves[link.source] += link.amount
        enters[link.target] += link.amount
    return enters, leaves


@pytest.mark.parametrize("item", ITEMS)
def test_what_enters_a_technology_leaves_it_and_every_bar_is_as_long_as_its_ribbons(game: Simulation, item: str) -> None:
    flows = chain(game, item)  # type: ignore[arg-type]
    enters, leaves = passing(flows)
    assert any(node.kind == "technology" for node in flows.nodes)
    for node in flows.nodes:
        key = (node.kind, node.name)
        if node.kind == "technology":
            assert enters[key] == pytest.approx(leaves[key], rel=1e-6)
            assert 0.0 < node.used <= node.room * (1.0 + 1e-9)
        assert node.amount == pytest.approx(max(enters[key], leaves[key]), rel=1e-12)


def test_wafers_are_those_of_the_model_and_the_bank_keeps_the_difference(game: Simulation) -> None:
    flows = chain(game, "wafers")
    enters, leaves = passing(flows)
    model = game.models[0]
    per_wafer = 3.0 * model.units_per_wafer[:, 0]
    arrived = (model.structure.sources_to_product(model.now.dies_arrived)[:, 0] / per_wafer).sum()
    used = (model.structure.edges_to_product(model.now.starts)[:, 0] / per_wafer).sum()
    assert sum(amount for (kind, _), amount in leaves.items() if kind == "place") == pytest.approx(arrived, rel=1e-6)
    assert sum(amount for (kind, _), amount in leaves.items() if kind == "technology") == pytest.approx(used, rel=1e-6)
    assert enters["bank", BANK] - leaves["bank", BANK] == pytest.approx(flows.banked, abs=1e-6 * arrived)
    assert flows.banked == pytest.approx(arrived - used, abs=1e-6 * arrived)
    assert str(flows.quarter) == "2024Q1"
    bank = sum(
        game.result().array("die_bank_kunits", f"designer:{key.designer}", key.segment)[-1, 0] / model.units_per_wafer[p, 0]
        for p, key in enumerate(model.structure.products)
    )
    assert flows.waiting == pytest.approx(bank, rel=1e-9)


def test_a_segment_gets_the_wafers_of_its_packages(game: Simulation) -> None:
    """What ends in AI accelerators, in units, is what the model delivered over the yield of its packages."""
    enters, _ = passing(chain(game, "wafers"))
    model = game.models[0]
    rows = [p for p, key in enumerate(model.structure.products) if key.segment == "ai_accelerator"]
    starts = model.structure.edges_to_product(model.now.starts)[rows, 0] / (3.0 * model.units_per_wafer[rows, 0])
    assert enters["segment", "ai_accelerator"] == pytest.approx(starts.sum(), rel=1e-6)


@pytest.mark.parametrize(("item", "flow"), [("hbm", "hbm_flow"), ("substrate", "substrate_flow"), ("tools", "tool_flow")])
def test_inputs_are_those_of_the_model(game: Simulation, item: str, flow: str) -> None:
    enters, leaves = passing(chain(game, item))  # type: ignore[arg-type]
    total = getattr(game.models[0].now, flow)[:, 0].sum()
    assert sum(amount for (kind, _), amount in leaves.items() if kind == "place") == pytest.approx(total, rel=1e-6)
    ends = "site" if item == "tools" else "segment"
    assert sum(amount for (kind, _), amount in enters.items() if kind == ends) == pytest.approx(total, rel=1e-6)
    by_item = sum(route.amount for route in routes(game) if route.item == item)
    assert by_item == pytest.approx(total, rel=1e-6)


def test_routes_bring_every_delivery_to_its_buyer(game: Simulation) -> None:
    model = game.models[0]
    packages = [route for route in routes(game) if route.item == "packages"]
    assert sum(route.amount for route in packages) == pytest.approx(float(model.now.shipped[..., 0].sum()), rel=1e-6)
    wafers = sum(route.amount for route in routes(game) if route.item == "wafers")
    edges = model.structure.edge_product
    used = (model.now.starts[:, 0] / (3.0 * model.units_per_wafer[edges, 0])).sum()
    assert wafers == pytest.approx(used, rel=1e-6)
    assert all(route.amount > 0.0 for route in routes(game))


def test_a_technology_shows_its_use_and_room(game: Simulation) -> None:
    node = next(n for n in chain(game, "wafers").nodes if n.name == "interposer_2_5d")
    result = game.result()
    assert node.used / node.room == pytest.approx(result.array("utilisation", item="interposer_2_5d")[-1, 0], rel=1e-9)
    assert node.room <= result.array("packaging_capacity_kwpm", item="interposer_2_5d")[-1, 0] * (1.0 + 1e-9)


def test_lines_by_place_are_the_metrics_and_add_up_to_the_world(game: Simulation) -> None:
    found, result = packaging_lines(game), game.result()
    capacity = dict(
        zip(result.series("packaging_capacity_kwpm"), result.all_of("packaging_capacity_kwpm")[-1, :, 0], strict=True)
    )
    assert [lines.place for lines in found] == [name for name in JURISDICTIONS if name in game.scenario.jurisdictions]
    for lines in found:
        here = {item: kwpm for (entity, item), kwpm in capacity.items() if entity == f"country:{lines.place}"}
        assert lines.all_kwpm == pytest.approx(sum(here.values()), rel=1e-12)
        assert lines.advanced_kwpm == pytest.approx(sum(kwpm for item, kwpm in here.items() if item in ADVANCED), rel=1e-12)
    world = sum(kwpm for (entity, _), kwpm in capacity.items() if entity == "world")
    assert sum(lines.all_kwpm for lines in found) == pytest.approx(world, rel=1e-12)
    assert max(found, key=lambda lines: lines.advanced_kwpm).place == "TWN"


def test_one_world_of_many_is_read_by_its_number() -> None:
    many = Simulation("first-game", [7, 8, 9]).run(9)
    assert [chain(many, "wafers", w) for w in range(3)] != [chain(many, "wafers", 0)] * 3
    alone = chain(Simulation("first-game", [9]).run(9), "wafers")
    third = chain(many, "wafers", 2)
    assert [(link.source, link.target) for link in third.links] == [(link.source, link.target) for link in alone.links]
    assert np.allclose([link.amount for link in third.links], [link.amount for link in alone.links], rtol=1e-12)


def test_what_cannot_be_read_is_told() -> None:
    with pytest.raises(FlowError, match="run one first"):
        chain(Simulation("first-game", [7]), "wafers")
    run = Simulation("first-game", [7]).run(1)
    with pytest.raises(FlowError, match="found 'gold'"):
        chain(run, "gold")  # type: ignore[arg-type]
    with pytest.raises(FlowError, match="allowed are 0 to 0"):
        routes(run, 1)
