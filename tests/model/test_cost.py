"""Cost and yield of a package: the published reference, properties over random packages, and refusals."""

import csv
from dataclasses import astuple
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from policygame.catalogue import INTEGRATIONS
from policygame.errors import UserError
from policygame.model.cost import PUBLISHED, PackageCost, die_yield, dies_per_wafer, good_dies_per_wafer, package_cost

REFERENCE = Path(__file__).with_name("chiplet_cost_reference.csv")
NAMES = {"SoC": "soc", "MCM(OS)": "mcm", "InFO(FO,chip-last)": "fan_out", "2.5D(SI)": "interposer_2_5d"}
COLUMNS = {
    "raw_chips": "raw_chips_usd",
    "defect_chips": "defect_chips_usd",
    "raw_package": "raw_package_usd",
    "defect_package": "defect_package_usd",
    "wasted_kgd": "wasted_KGD_usd",
    "total": "total_RE_usd",
    "normalised": "normalised_to_SoC100mm2_per_area",
}

with REFERENCE.open(encoding="utf-8", newline="") as file:
    ROWS = list(csv.DictReader(file))

nodes = st.sampled_from(sorted(PUBLISHED.dies))
chips = st.integers(1, 8)
areas = st.floats(1.0, 1600.0)
integrations = st.sampled_from(list(INTEGRATIONS))
packages = st.tuples(nodes, chips, areas, integrations)


def row_id(row: dict[str, str]) -> str:
    return f"{row['node_nm']}nm-{row['module_area_mm2']}mm2-{NAMES[row['integration']]}"


def test_the_reference_has_the_rows_that_it_should() -> None:
    found = {(row["node_nm"], row["n_chiplets"], row["module_area_mm2"], row["integration"]) for row in ROWS}
    assert found == {(node, "2", area, name) for node in ("14", "5") for area in ("400", "800") for name in NAMES}
    assert len(ROWS) == 16


@pytest.mark.parametrize("column", list(COLUMNS))
@pytest.mark.parametrize("row", ROWS, ids=row_id)
def test_every_number_of_the_reference_is_reproduced(row: dict[str, str], column: str) -> None:
    cost = package_cost(
        node_nm=int(row["node_nm"]),
        n_chiplets=int(row["n_chiplets"]),
        module_area_mm2=float(row["module_area_mm2"]),
        integration=NAMES[row["integration"]],
    )
    assert getattr(cost, column) == pytest.approx(float(row[COLUMNS[column]]), rel=1e-6, abs=1e-6)


def test_the_reference_as_one_call_with_arrays() -> None:
    cost = package_cost(
        [int(row["node_nm"]) for row in ROWS],
        [int(row["n_chiplets"]) for row in ROWS],
        [float(row["module_area_mm2"]) for row in ROWS],
        [NAMES[row["integration"]] for row in ROWS],
    )
    for name, column in COLUMNS.items():
        np.testing.assert_allclose(getattr(cost, name), [float(row[column]) for row in ROWS], rtol=1e-6, atol=1e-6)


@given(packages)
def test_costs_are_positive_and_add_up(package: tuple[int, int, float, str]) -> None:
    cost = package_cost(*package)
    causes = np.array([cost.raw_chips, cost.defect_chips, cost.raw_package, cost.defect_package, cost.wasted_kgd])
    assert (causes > 0.0).all()
    assert cost.total == pytest.approx(causes.sum(), rel=1e-12)
    assert cost.normalised > 0.0


@given(packages, st.floats(1.001, 2.0))
def test_a_larger_module_costs_more_of_everything(package: tuple[int, int, float, str], times: float) -> None:
    node, n, area, integration = package
    small, large = package_cost(node, n, area, integration), package_cost(node, n, area * times, integration)
    for name in COLUMNS:
        if name != "normalised":
            assert getattr(large, name) > getattr(small, name), name


@given(nodes)
def test_a_soc_of_100_mm2_is_the_measure_of_all(node: int) -> None:
    assert package_cost(node, 1, 100.0, "soc").normalised == pytest.approx(1.0, rel=1e-12)


@given(nodes, areas, st.integers(1, 64))
def test_a_soc_is_one_chip_whatever_is_said(node: int, area: float, n: int) -> None:
    assert package_cost(node, n, area, "soc") == package_cost(node, 1, area, "soc")


@given(st.lists(packages, min_size=1, max_size=6))
def test_arrays_equal_their_elements_bit_for_bit(many: list[tuple[int, int, float, str]]) -> None:
    together = package_cost(*(list(column) for column in zip(*many, strict=True)))
    for position, one in enumerate(many):
        alone = package_cost(*one)
        assert [np.asarray(part)[position] for part in astuple(together)] == list(astuple(alone))


@given(st.lists(areas, min_size=1, max_size=4), st.lists(nodes, min_size=1, max_size=3), integrations)
def test_arguments_broadcast(some_areas: list[float], some_nodes: list[int], integration: str) -> None:
    cost = package_cost(np.array(some_nodes)[:, None], 2, some_areas, integration)
    for part in astuple(cost):
        assert part.shape == (len(some_nodes), len(some_areas))
    assert cost.total[-1, 0] == package_cost(some_nodes[-1], 2, some_areas[0], integration).total


def test_single_values_give_floats_and_empty_arrays_give_empty_arrays() -> None:
    assert all(type(part) is float for part in astuple(package_cost(5, 2, 800, "mcm")))
    assert all(part.shape == (0,) for part in astuple(package_cost(5, 2, [], "mcm")))
    assert type(die_yield(100, 5)) is type(dies_per_wafer(100)) is type(good_dies_per_wafer(100, 5)) is float


@given(areas, nodes)
def test_dies_and_their_yield(area: float, node: int) -> None:
    assert 0.0 < die_yield(area, node) < 1.0
    assert die_yield(area * 1.1, node) < die_yield(area, node)
    assert dies_per_wafer(area * 1.1) < dies_per_wafer(area) < np.pi * 150.0**2 / area
    assert good_dies_per_wafer(area, node) == pytest.approx(die_yield(area, node) * dies_per_wafer(area), rel=1e-12)


def test_the_yield_of_a_large_die_by_hand() -> None:
    assert die_yield(800.0, 5) == pytest.approx((1.0 + 0.11 / 100.0 * 800.0 / 10.0) ** -10, rel=1e-12)
    assert die_yield([800.0, 800.0], [5, 14])[1] == pytest.approx(1.064**-10, rel=1e-12)


@given(nodes, st.integers(2, 8), st.floats(100.0, 1500.0), st.sampled_from(["mcm", "fan_out", "interposer_2_5d", "hybrid_3d"]))
def test_placements_that_work_better_save_packages_and_dies(node: int, n: int, area: float, integration: str) -> None:
    entrant = package_cost(node, n, area, integration, placements=n + 6, placement_yield=0.985)
    mature = package_cost(node, n, area, integration, placements=n + 6, placement_yield=0.998)
    assert mature.defect_package < entrant.defect_package
    assert mature.wasted_kgd < entrant.wasted_kgd
    assert mature.raw_chips == entrant.raw_chips
    assert mature.defect_chips == entrant.defect_chips


@given(packages)
def test_stating_the_published_placements_changes_nothing(package: tuple[int, int, float, str]) -> None:
    _, n, _, integration = package
    n = 1 if integration == "soc" else n
    stated = package_cost(*package, placements=n, placement_yield=PUBLISHED.placement_yield[integration])
    assert stated == package_cost(*package)


def test_chiplets_pay_where_dies_are_large_and_yield_badly() -> None:
    soc, mcm = package_cost(5, 4, [100.0, 800.0], "soc"), package_cost(5, 4, [100.0, 800.0], "mcm")
    assert mcm.total[0] > soc.total[0]
    assert mcm.total[1] < soc.total[1]


def test_the_stack_by_hand() -> None:
    cost = package_cost(5, 2, 200.0, "hybrid_3d")
    assert isinstance(cost, PackageCost)
    die, works = 110.0, 0.9965**2 * 0.99
    raw = 2 * 16988.0 / dies_per_wafer(die)
    bonds, substrate = die * (2 * 0.02 + 0.005), die * 4 * 0.005
    assert cost.raw_chips == pytest.approx(raw, rel=1e-12)
    assert cost.raw_package == pytest.approx(bonds + substrate, rel=1e-12)
    assert cost.defect_package == pytest.approx(bonds * (1 / works - 1) + substrate * (1 / 0.99 - 1), rel=1e-12)
    assert cost.wasted_kgd == pytest.approx(raw / die_yield(die, 5) * (1 / works - 1), rel=1e-12)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((6, 2, 800, "mcm"), r"node of 6 nm; allowed are 3, 5, 7, 10, 14, 28, 55\. The nearest is 7\."),
        (([5, 90], 2, 800, "mcm"), r"node of 90 nm; .* The nearest is 55\."),
        (("five", 2, 800, "mcm"), "node in nm 'five' is not a number"),
        ((float("nan"), 2, 800, "mcm"), "node in nm nan is out of bounds"),
        ((5, 0, 800, "mcm"), "number of chiplets 0 is out of bounds; allowed is a number at least 1"),
        ((5, 0, 800, ["soc", "mcm"]), "number of chiplets 0 is out of bounds"),
        ((5, float("inf"), 800, "mcm"), "number of chiplets inf"),
        ((5, 2, 0, "mcm"), "module area in mm2 0 is out of bounds; allowed is a number at least 1e-06"),
        ((5, 2, -1, "mcm"), "module area in mm2 -1"),
        ((5, 2, [800, float("nan")], "mcm"), "module area in mm2 nan"),
        ((5, 2, float("inf"), "mcm"), "module area in mm2 inf"),
        ((5, 2, 800, "interposer"), r"unknown integration 'interposer'; allowed are soc, .*\. Did you mean 'interposer_2_5d'\?"),
        ((5, 2, 800, ["mcm", "SOC"]), r"Did you mean 'soc'\?"),
        ((5, 2, 800, None), "unknown integration 'None'"),
        ((5, 1, 70000, "soc"), "a piece of 70000 mm2 does not fit on a 300 mm wafer"),
        ((5, [1, 2], [800, 700, 600], "mcm"), "do not fit together"),
        ((5, 1e6, 800, "interposer_2_5d"), "no package is ever good"),
    ],
)
def test_what_cannot_be_costed_is_refused_in_words(arguments: tuple[Any, ...], said: str) -> None:
    with pytest.raises(UserError, match=said) as caught:
        package_cost(*arguments)
    assert isinstance(caught.value, ValueError)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("options", [{"placements": 0}, {"placement_yield": 0.0}, {"placement_yield": 1.01}])
def test_placements_are_checked(options: dict[str, float]) -> None:
    with pytest.raises(UserError, match="is out of bounds; allowed is a number"):
        package_cost(5, 2, 800, "mcm", **options)


def test_the_helpers_refuse_what_they_cannot_use() -> None:
    with pytest.raises(UserError, match="die area in mm2 0 is out of bounds"):
        dies_per_wafer(0)
    with pytest.raises(UserError, match="The nearest is 3"):
        die_yield(100, 2)
    with pytest.raises(UserError, match="die area in mm2 nan"):
        good_dies_per_wafer([10, float("nan")], 5)
    with pytest.raises(UserError, match="do not fit together"):
        good_dies_per_wafer([10, 20], [5, 7, 10])


@given(st.floats(), st.floats(), integrations)
def test_any_number_is_costed_or_refused(n: float, area: float, integration: str) -> None:
    try:
        cost = package_cost(5, n, area, integration)
    except UserError:
        return
    assert np.isfinite(astuple(cost)).all()
