"""A small valid scenario as text, and a way to break it in one place and see what is said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from policygame.scenario import Problem, ScenarioError, load_scenario
from policygame.scenario.numbers import Unit
from policygame.scenario.parameters import Parameters

SMALL = """\
format: 1
name: small
title: A small world
summary: One maker of accelerators, one of phones.
start: 2022Q1
play_from: 2022Q3
end: 2024Q4
jurisdictions:
  TWN:
    allies: [USA]
    brownfield_quarters: {value: 4, assumption: [4, 6]}
    greenfield_quarters: {value: 11, assumption: [10, 12]}
    capex_factor: {value: 1, assumption: [1, 1]}
    operating_cost_factor: {value: 1, assumption: [1, 1]}
    location_appeal: {value: 0, assumption: [-0.1, 0.1]}
    outage_hazard_per_quarter: {value: 0.01, assumption: [0, 0.02]}
    outage_depth: {value: 0.3, assumption: [0.1, 0.5]}
    government:
      packaging_income_musd_per_year: {value: 250, assumption: [150, 400]}
      fab_income_musd_per_year: {value: 500, assumption: [300, 800]}
      levers: [tax_credit, export_control, workforce]
      bounds:
        tax_credit: {value: 0.25, assumption: [0.05, 0.25]}
      mandate:
        S: {value: 40, assumption: [20, 60]}
        F: {value: 60, assumption: [40, 80]}
  USA:
    brownfield_quarters: {value: 5, assumption: [4, 6]}
    greenfield_quarters: {value: 16, assumption: [15, 18]}
    capex_factor: {value: 1.4, assumption: [1.2, 1.6]}
    operating_cost_factor: {value: 1.5, assumption: [1.2, 1.8]}
    location_appeal: {value: 0, assumption: [-0.1, 0.1]}
    outage_hazard_per_quarter: {value: 0.01, assumption: [0, 0.02]}
    outage_depth: {value: 0.3, assumption: [0.1, 0.5]}
technologies:
  fan_out: &technology
    capex_musd_per_kwpm: {value: 60, assumption: [30, 90]}
    price_usd_per_wafer: {value: 3000, assumption: [2000, 4000]}
    operating_cost_share: {value: 0.4, assumption: [0.3, 0.5]}
    placement_yield: {value: 0.99, assumption: [0.98, 1]}
    learning_per_doubling: {value: 0.1, assumption: [0.05, 0.2]}
    experience_kwafers: {value: 1000, assumption: [500, 2000]}
    labour_per_kwpm: {value: 30, assumption: [10, 50]}
    tool_need: {value: 0.5, assumption: [0.2, 0.8]}
    bandwidth_tbps: {value: 0.5, assumption: [0.2, 0.8]}
    energy_pj_per_bit: {value: 1, assumption: [0.5, 2]}
    connections_per_mm2: {value: 50, assumption: [20, 80]}
    usable_area_mm2: {value: 900, assumption: [500, 1200]}
  interposer_2_5d: *technology
stages:
  wafers_leading: &stage
    capex_musd_per_unit: {value: 200, assumption: [100, 300]}
    price_usd_per_unit: {value: 19000, figure: n4_wafer}
    operating_cost_share: {value: 0.4, assumption: [0.3, 0.5]}
    shell_extra_quarters: {value: 2, assumption: [0, 4]}
  hbm: *stage
  substrate: *stage
segments:
  ai_accelerator:
    demand_kunits_per_quarter: {value: 250, derived: nv_units_2022 / 4 with others, range: [200, 300], draw: true}
    growth_per_quarter:
      - quarter: 2022Q1
        value: {value: 0, assumption: [-0.1, 0.1]}
      - quarter: 2023Q2
        value: {value: 0.3, assumption: [0.1, 0.5]}
    volatility: {value: 0.1, assumption: [0.05, 0.2]}
    price_elasticity: {value: 0.5, assumption: [0.2, 1]}
    surge_hazard_per_quarter: {value: 0.02, assumption: [0, 0.05]}
    surge_log_size: {value: 0.3, assumption: [0.1, 0.5]}
    unit_price_usd: {value: 20000, assumption: [10000, 30000]}
    destinations:
      USA: {value: 0.7, assumption: [0.6, 0.8]}
      TWN: {value: 0.29, assumption: [0.2, 0.4]}
firms:
  TSMC:
    kind: foundry
    headquarters: TWN
    cash_musd: {value: 40000, assumption: [30000, 50000]}
    lines:
      - stage: wafers_leading
        jurisdiction: TWN
        capacity: {value: 120, assumption: [100, 150]}
      - stage: interposer_2_5d
        jurisdiction: TWN
        capacity: {value: 8, figure: cowos_2022end}
        shells:
          - quarter: 2023Q2
            room: {value: 26, assumption: [20, 30]}
  ASE:
    kind: osat
    headquarters: TWN
    cash_musd: {value: 2000, assumption: [1000, 3000]}
    lines:
      - stage: fan_out
        jurisdiction: TWN
        capacity: {value: 30, assumption: [20, 40]}
  SK hynix:
    kind: supplier
    headquarters: TWN
    cash_musd: {value: 5000, assumption: [3000, 9000]}
    lines:
      - stage: hbm
        jurisdiction: TWN
        capacity: {value: 2000, assumption: [1000, 3000]}
      - stage: substrate
        jurisdiction: TWN
        capacity: {value: 50, assumption: [30, 90]}
designers:
  NVIDIA:
    headquarters: USA
    cash_musd: {value: 10000, assumption: [5000, 20000]}
    products:
      - segment: ai_accelerator
        share: {value: 1, assumption: [0.9, 1]}
        relative_value: {value: 1, assumption: [0.9, 1.1]}
        long_term_share: {value: 0.4, figure: nv_cowos_2023}
        stage: wafers_leading
        wafers:
          - firm: TSMC
            share: {value: 1, assumption: [0.9, 1]}
            qualification: {value: 1, assumption: [0.9, 1]}
        packagers:
          - firm: TSMC
            share: {value: 0.99, assumption: [0.9, 1]}
            qualification: {value: 1, assumption: [0.9, 1]}
          - firm: ASE
            share: {value: 0, assumption: [0, 0.1]}
            qualification: {value: 0, assumption: [0, 0.1]}
        generations:
          - quarter: 2022Q1
            compute_h100e: {value: 0.3, assumption: [0.2, 0.4]}
            die_area_mm2: {value: 826, assumption: [800, 850]}
            dies: {value: 1, assumption: [1, 1]}
            node_nm: 7
            hbm_stacks: {value: 5, assumption: [4, 6]}
            substrate_cm2: {value: 30, assumption: [20, 40]}
            recipes:
              - technology: interposer_2_5d
                packages_per_wafer: {value: 29, figure: pk_per_wafer_h100}
                placements: {value: 6, assumption: [5, 7]}
                relative_value: {value: 1, assumption: [0.9, 1.1]}
              - technology: fan_out
                packages_per_wafer: {value: 29, figure: pk_per_wafer_h100}
                placements: {value: 6, assumption: [5, 7]}
                relative_value: {value: 0.7, assumption: [0.5, 0.9]}
links:
  - item: hbm
    supplier: SK hynix
    packagers: [TSMC, ASE]
    share: {value: 1, assumption: [0.9, 1]}
    qualification: {value: 1, assumption: [0.9, 1]}
  - item: substrate
    supplier: SK hynix
    packagers: [TSMC, ASE]
    share: {value: 1, assumption: [0.9, 1]}
    qualification: {value: 1, assumption: [0.9, 1]}
history:
  TWN:
    - line: 2023Q1 tax_credit packaging 0.05
      figure: tw_10_2
"""


def _parameters() -> str:
    """Every parameter at the middle of its bounds."""
    lines = ["parameters:"]
    for name, field in Parameters.model_fields.items():
        unit = next(item for item in field.metadata if isinstance(item, Unit))
        low, high = unit.low or 0.0, 1.0 if unit.high is None else unit.high
        lines.append(f"  {name}: {{value: {(low + high) / 2}, assumption: [{low}, {high}]}}")
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="session")
def small() -> str:
    """The text of a small valid scenario."""
    return SMALL + _parameters()


@dataclass(frozen=True)
class Refused:
    """A file that was refused."""

    file: Path
    text: str
    problems: tuple[Problem, ...]

    @property
    def lines(self) -> list[str]:
        """The error as it is shown."""
        return str(ScenarioError(self.problems)).splitlines()

    def at(self, needle: str) -> str:
        """``file:line:column: `` of the one occurrence of a text."""
        assert self.text.count(needle) == 1, (needle, self.text.count(needle))
        before = self.text[: self.text.index(needle)]
        return f"{self.file}:{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}: "


Refusal = Callable[..., Refused]


@pytest.fixture
def refuse_text(tmp_path: Path) -> Refusal:
    """Loads a text as a scenario file that must be refused."""

    def refuse(text: str | bytes, name: str = "small.yaml") -> Refused:
        file = tmp_path / name
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        with pytest.raises(ScenarioError) as caught:
            load_scenario(file)
        return Refused(file, text if isinstance(text, str) else "", caught.value.problems)

    return refuse


@pytest.fixture
def refuse(small: str, refuse_text: Refusal) -> Refusal:
    """Replaces texts of the small scenario, each of which must stand there, and loads what must be refused."""

    def refuse(*changes: tuple[str, str]) -> Refused:
        text = small
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new, 1)
        return refuse_text(text)

    return refuse
