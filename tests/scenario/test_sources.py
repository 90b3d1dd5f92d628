"""The numbers of a scenario with unit and source, and the digest of its content."""

from __future__ import annotations

from pathlib import Path

import pytest

from policygame.scenario import Scenario, load_scenario
from policygame.scenario.schema import Scenario as Schema


@pytest.fixture
def scenario(small: str, tmp_path: Path) -> Scenario:
    (tmp_path / "small.yaml").write_text(small)
    return load_scenario(tmp_path / "small.yaml")


@pytest.mark.parametrize(
    ("path", "value", "unit", "source"),
    [
        ("firms.TSMC.lines[1].capacity", 8, "kwpm", "figure cowos_2022end"),
        ("firms.TSMC.lines[1].shells[0].room", 26, "kwpm", "assumption (20 to 30)"),
        ("firms.SK hynix.lines[0].capacity", 2000, "k stacks / quarter", "assumption (1000 to 3000)"),
        ("stages.hbm.price_usd_per_unit", 19000, "USD / stack", "figure n4_wafer"),
        ("stages.hbm.capex_musd_per_unit", 200, "M USD / (k stacks / quarter)", "assumption (100 to 300)"),
        ("stages.wafers_leading.capex_musd_per_unit", 200, "M USD / kwpm", "assumption (100 to 300)"),
        ("jurisdictions.TWN.government.bounds.tax_credit", 0.25, "share of capex", "assumption (0.05 to 0.25)"),
        ("segments.ai_accelerator.growth_per_quarter[1].value", 0.3, "log points / quarter", "assumption (0.1 to 0.5)"),
        (
            "segments.ai_accelerator.demand_kunits_per_quarter",
            250,
            "k units / quarter",
            "derived: nv_units_2022 / 4 with others (range 200 to 300)",
        ),
        ("links[1].share", 1, "share", "assumption (0.9 to 1)"),
    ],
)
def test_a_number_has_address_unit_and_source(scenario: Scenario, path: str, value: float, unit: str, source: str) -> None:
    (found,) = [number for number in scenario.numbers() if number.path == path]
    assert (found.value, found.unit, found.source) == (value, unit, source)
    assert found.number.value == value


def test_every_number_is_listed_once(scenario: Scenario, small: str) -> None:
    paths = [number.path for number in scenario.numbers()]
    assert len(paths) == len(set(paths))
    used_by_alias = 12 + 2 * 4
    assert len(paths) == small.count("{value:") + used_by_alias


def test_no_unit_is_left_open(scenario: Scenario) -> None:
    assert {number.unit for number in scenario.numbers()}.isdisjoint({"stage unit", "unit of the lever"})
    assert not any("unit of" in number.unit for number in scenario.numbers())


def test_the_digest_is_of_the_content_not_of_the_writing(scenario: Scenario, small: str, tmp_path: Path) -> None:
    file = tmp_path / "other.yaml"
    file.write_text(
        "# a comment\n"
        + small.replace("{value: 8, figure: cowos_2022end}", "\n          figure: 'cowos_2022end'\n          value: 8.0")
    )
    assert load_scenario(file).hash == scenario.hash
    file.write_text(small.replace("{value: 8, figure: cowos_2022end}", "{value: 8.5, figure: cowos_2022end}"))
    assert load_scenario(file).hash != scenario.hash


def test_the_digest_of_a_changed_copy_is_its_own(scenario: Scenario) -> None:
    assert scenario.model_copy(update={"end": "2024Q3"}).hash != scenario.hash
    assert Schema.model_validate(scenario.model_dump()).hash == scenario.hash
    assert len(scenario.hash) == 64
