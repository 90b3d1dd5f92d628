"""The two designs that a product may have, the stated one and its chiplet or monolithic alternative, in units per wafer.

Which one designers choose is ``technology`` and ``agents.designer``; yields and dies per wafer are ``cost``.
"""

from __future__ import annotations

from policygame.model.cost import good_dies_per_wafer
from policygame.scenario.schema import Generation

INTERFACE_AREA = 1.1
"""A chiplet is a tenth larger than its share of the module, for the die-to-die interface (Feng and Ma, DAC 2022)."""
RETICLE_MM2 = 858.0
"""Largest die that a scanner exposes at once: 26 mm x 33 mm."""


def stated_units(generation: Generation) -> float:
    """Units of a product per good wafer, in the design that the scenario states."""
    return float(good_dies_per_wafer(generation.die_area_mm2.value, generation.node_nm)) / generation.dies.value


def other_design(generation: Generation) -> tuple[float, float]:
    """The alternative to the stated design: (units per wafer, dies of the stated less dies of the other design).

    One die could be two chiplets, several dies could be one; a die beyond the reticle cannot be made, which is said by zero units.
    """
    dies, area = generation.dies.value, generation.die_area_mm2.value
    other_dies, other_area = (2.0, 0.5 * area * INTERFACE_AREA) if dies < 1.5 else (1.0, dies * area / INTERFACE_AREA)
    if other_area > RETICLE_MM2:
        return 0.0, dies - other_dies
    return float(good_dies_per_wafer(other_area, generation.node_nm)) / other_dies, dies - other_dies
