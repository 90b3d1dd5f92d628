from __future__ import annotations

import numpy as np
import pytest

from policygame import Policy, Scenario, Simulation, UserError, additionality, compare
from policygame.foresight.additional import supported_stages

GRANT = Policy.parse("2023Q1 packaging_grant interposer_2_5d 0.5 cap 3000 until 2025Q4")
METRICS = ["packaging_capacity_kwpm", "capacity_under_construction_kwpm", "outlay_musd"]


def test_it_is_the_difference_between_the_two_histories(first_game: Scenario) -> None:
    found = additionality(first_game, "USA", 0, GRANT, worlds=4)
    twin = compare(first_game, {"USA": Policy()}, {"USA": GRANT}, worlds=4, metrics=METRICS)
    begins = [str(q) for q in twin.base.quarters].index("2023Q1")
    assert [str(q) for q in found.quarters] == [str(q) for q in twin.base.quarters[begins:]]
    home, world = (twin.difference("packaging_capacity_kwpm", e, "interposer_2_5d") for e in ("country:USA", "world"))
    # what stands at the end of a quarter is available at the start of the next
    np.testing.assert_allclose(found.created_kwpm[:-1], home[begins + 1 :], atol=1e-9)
    np.testing.assert_allclose(found.created_world_kwpm[:-1], world[begins + 1 :], atol=1e-9)
    ordered = twin.difference("capacity_under_construction_kwpm", "country:USA", "interposer_2_5d")
    np.testing.assert_allclose(found.under_construction_kwpm, ordered[begins:], atol=1e-9)
    outlay = twin.difference("outlay_musd", "government:USA", "packaging_grant")
    np.testing.assert_allclose(found.paid_musd, np.cumsum(outlay[begins:], axis=0), atol=1e-9)
    np.testing.assert_allclose(found.kwpm_per_musd * found.paid_musd[-1], found.created_kwpm[-1], atol=1e-12)


def test_built_anyway_is_what_was_ordered_without_over_what_was_ordered_with(first_game: Scenario) -> None:
    found = additionality(first_game, "CHN", 0, GRANT, seeds=[2, 5, 8])
    orders = []
    for policy in (Policy(), GRANT):
        simulation = Simulation(first_game, [2, 5, 8], {"CHN": policy}, metrics=["capex_musd"])
        rows = simulation.structure.lines.rows(stage="interposer_2_5d", jurisdiction="CHN")
        totals = []
        for quarters in (4, 12):  # to the end of 2022, and of 2025
            simulation.run(quarters)
            s = simulation.models[0].state
            totals.append((s.capacity + s.tool_backlog + s.tools_in_transit.sum(axis=0))[rows].sum(axis=0))
        orders.append(totals[1] - totals[0])
    np.testing.assert_allclose(found.built_anyway, np.clip(orders[0] / orders[1], 0.0, 1.0), rtol=1e-9)
    assert not np.isnan(found.built_anyway).any()


def test_a_decision_that_does_nothing_adds_nothing_and_costs_nothing(first_game: Scenario) -> None:
    found = additionality(first_game, "USA", 1, GRANT + Policy.parse("2024Q1 packaging_grant fan_out 0"), worlds=2)
    for array in (found.created_kwpm, found.created_world_kwpm, found.under_construction_kwpm, found.paid_musd):
        assert not array.any()
    assert np.isnan(found.built_anyway).all()
    assert np.isnan(found.kwpm_per_musd).all()


def test_what_a_decision_replaced_holds_on_without_it(first_game: Scenario) -> None:
    policy = GRANT + Policy.parse("2024Q1 packaging_grant interposer_2_5d 0.5 cap 3000 until 2025Q4")
    found = additionality(first_game, "USA", 1, policy, worlds=2, quarters=4)
    assert str(found.decision.quarter) == "2024Q1"
    # the same rate from a fresh cap: nothing differs until a cap is used up
    assert not found.created_kwpm.any()


def test_a_decision_of_history_can_be_asked_about(first_game: Scenario) -> None:
    history = Policy.of_history(first_game, "CHN")
    index = [str(s).startswith("2024Q2 packaging_grant interposer_2_5d") for s in history.settings].index(True)
    found = additionality(first_game, "CHN", index, worlds=4)
    assert (found.paid_musd[-1] > 0.0).all()
    table = found.summary().set_index("measure")
    assert table.loc["paid_musd", "mean"] == pytest.approx(found.paid_musd[-1].mean(), rel=1e-12)
    assert np.all((found.built_anyway >= 0.0) & (found.built_anyway <= 1.0))
    assert len(found.frame()) == 4 * len(found.quarters)


@pytest.mark.parametrize(
    ("line", "stages"),
    [
        ("2023Q1 fab_grant wafers_leading 0.2", ("wafers_leading",)),
        ("2023Q1 tax_credit packaging 0.2", ("conventional", "fan_out", "interposer_2_5d", "hybrid_3d")),
        ("2023Q1 workforce packaging 10", ("conventional", "fan_out", "interposer_2_5d", "hybrid_3d")),
        ("2023Q1 supplier_programme hbm 10", ("hbm",)),
    ],
)
def test_every_lever_that_builds_knows_what(line: str, stages: tuple[str, ...]) -> None:
    assert supported_stages(Policy.parse_line(line)) == stages


def test_mistakes_are_told(first_game: Scenario) -> None:
    with pytest.raises(UserError, match=r"USA has no decision 3; allowed are 0 to 0:\n  0  2023Q1 packaging_grant"):
        additionality(first_game, "USA", 3, GRANT)
    with pytest.raises(UserError, match="has no decision True"):
        additionality(first_game, "USA", True, GRANT)
    with pytest.raises(UserError, match="builds no capacity; ask what it did with attribution"):
        additionality(first_game, "USA", 0, Policy.parse("2023Q1 export_control hbm 0.5 on CHN"))
