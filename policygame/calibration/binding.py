"""Which stage holds accelerators up, with what probability, and what relief of wafers and of packaging is worth: target 2.

Asked of worlds that stand at the beginning of the window: those of a scenario, or those in which chains ended. How a stage's worth is
measured is ``foresight.bottleneck``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from policygame.calibration.checks import Check, check, three
from policygame.catalogue import SEGMENTS, TECHNOLOGIES, Quarter
from policygame.foresight import bottleneck_value
from policygame.foresight.worlds import run_beside
from policygame.model.arrays import Array
from policygame.model.changes import scale_capacity
from policygame.scenario import Scenario
from policygame.simulation import Simulation

__all__ = ["PACKAGING", "WINDOW", "Binding", "binding", "packaging_binds", "stage_binds"]

WINDOW = ("2023Q3", "2024Q1")
"""First and last quarter of the shortage."""
PACKAGING, WAFERS = "interposer_2_5d", "wafers_leading"
_SEGMENT = "ai_accelerator"
_DELIVERIES = "deliveries_kunits"
MORE = 1.10
"""Relief of wafers and of packaging."""


@dataclass(frozen=True)
class Binding:
    """What binds over a window.

    shares : stage (then tie, jointly, none) -> share of worlds; adds up to one
    wafers_percent, packaging_percent : (world,): per cent more deliveries to accelerators for a tenth more leading-edge wafers, or a
        tenth more 2.5D packaging, over the window
    """

    window: tuple[str, str]
    worlds: int
    shares: Mapping[str, float]
    wafers_percent: Array
    packaging_percent: Array

    def told(self) -> dict[str, Any]:
        """As JSON has it, with the stages that bind in any world."""
        return {
            "window": list(self.window),
            "worlds": self.worlds,
            "shares": {stage: share for stage, share in self.shares.items() if share > 0.0},
            "wafers_percent": three(self.wafers_percent),
            "packaging_percent": three(self.packaging_percent),
        }


def binding(
    scenario: Scenario,
    seeds: Sequence[int],
    *,
    numbers: Mapping[str, Array] | None = None,
    window: tuple[str, str] = WINDOW,
) -> Binding:
    """Give each stage one per cent more, and wafers and packaging a tenth more, over a window; ``numbers`` as in ``simulate``."""
    first, last = (Quarter.parse(quarter) for quarter in window)
    until_then = scenario.model_copy(update={"end": str(last)})  # what comes later need not be laid out
    simulation = Simulation(until_then, seeds, metrics=[_DELIVERIES], numbers=numbers)
    simulation.run(first - simulation.structure.first)
    quarters = last - first + 1
    found = bottleneck_value(simulation, seeds=simulation.seeds, quarters=quarters).shares(_SEGMENT)
    relief = [(), *((scale_capacity(stage, MORE, *window),) for stage in (WAFERS, PACKAGING))]
    beside = run_beside(simulation, quarters, changes=relief).array(_DELIVERIES, item=_SEGMENT).sum(axis=1)
    wafers, packaging = 100.0 * (beside[1:] / beside[0] - 1.0)
    shares = {str(stage): float(share) for stage, share in zip(found["stage"], found["share"], strict=True)}
    return Binding(window, len(simulation.seeds), shares, wafers, packaging)


def packaging_binds(found: Binding) -> tuple[Check, ...]:
    """Target 2: packaging was the bound while fabs had slack."""
    source = "assumption: fabs had room in 2023 and CoWoS did not (figure cowos_fill)"
    share = np.array([100.0 * found.shares[PACKAGING]])
    over = f"{found.window[0]} to {found.window[1]}"
    return (
        check(
            2,
            "binding:packaging",
            f"2.5D packaging is the stage whose relief is worth most to accelerators, {over}",
            "% of worlds",
            (80.0, None),
            "it bound",
            share,
            source,
            worlds=found.worlds,
        ),
        check(
            2,
            "binding:wafers",
            "More accelerators for a tenth more leading-edge wafers alone",
            "%",
            (None, 1.0),
            "fabs had room",
            found.wafers_percent,
            source,
        ),
        check(
            2,
            "binding:relief",
            "More accelerators for a tenth more 2.5D packaging",
            "%",
            (4.0, None),
            "four orders in five could be met",
            found.packaging_percent,
            source,
        ),
    )


def stage_binds(
    scenario: Scenario, seeds: Sequence[int], stage: str, *, segment: str, window: tuple[str, str], source: str
) -> tuple[Check, ...]:
    """That a stage binds a segment over a window in most worlds, and that packaging, of whatever technology, binds it in hardly any."""
    first, last = (Quarter.parse(quarter) for quarter in window)
    simulation = Simulation(scenario.model_copy(update={"end": str(last)}), seeds, metrics=[_DELIVERIES])
    simulation.run(first - simulation.structure.first)
    value = bottleneck_value(simulation, seeds=simulation.seeds, quarters=last - first + 1)
    bound = value.binding(segment)
    what = f"the stages whose relief is worth most to {SEGMENTS[segment].name}, {scenario.name}, {window[0]} to {window[1]}"
    asked = (
        ("stage", f"The stage '{stage}' is among {what}", {stage}, (80.0, None), "it bound"),
        ("packaging", f"Packaging is among {what}", set(TECHNOLOGIES), (None, 10.0), "it did not bind"),
    )
    return tuple(
        check(
            7,
            f"binding:{scenario.name}:{id}",
            name,
            "% of worlds",
            limits,
            observed,
            np.array([100.0 * sum(not which.isdisjoint(stages) for stages in bound) / len(bound)]),
            source,
            worlds=len(bound),
        )
        for id, name, which, limits, observed in asked
    )
