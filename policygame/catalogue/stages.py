"""The stages of the supply chain whose capacity the model follows, with the units that every table and message uses.

Capacities are numbers of the scenario; how stages feed each other is a rule of the model.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from policygame.catalogue.technologies import TECHNOLOGIES

__all__ = ["STAGES", "Stage", "StageKind"]

StageKind = Literal["wafers", "packaging", "supply"]


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage: ``unit`` measures capacity, ``output_unit`` is one piece of what it makes, ``sentence`` is what a player reads."""

    id: str
    name: str
    unit: str
    output_unit: str
    kind: StageKind
    sentence: str


def _wafers(node: str, name: str, sentence: str) -> Stage:
    return Stage(f"wafers_{node}", name, "kwpm", "wafer", "wafers", sentence)


STAGES: Mapping[str, Stage] = {
    stage.id: stage
    for stage in (
        _wafers(
            "leading",
            "Leading-edge wafers",
            "Fabs at 5 nm and below: the logic dies of accelerators, phones and the newest processors.",
        ),
        _wafers(
            "advanced",
            "Advanced wafers",
            "Fabs from 6 to 16 nm: network and server chips, and the dies around a leading-edge core.",
        ),
        _wafers(
            "mature", "Mature wafers", "Fabs above 16 nm: the chips of cars, machines and weapons, and power and analogue dies."
        ),
        *(
            Stage(technology.id, technology.name, "kwpm", "wafer", "packaging", technology.sentence)
            for technology in TECHNOLOGIES.values()
        ),
        Stage(
            "hbm",
            "High-bandwidth memory",
            "k stacks / quarter",
            "stack",
            "supply",
            "Stacks of DRAM that stand beside the logic die of an accelerator; few firms make them.",
        ),
        Stage(
            "substrate",
            "Substrates",
            "million cm2 / quarter",
            "cm2",
            "supply",
            "Build-up (ABF) substrates that carry a package and join it to its board.",
        ),
        Stage(
            "tools",
            "Packaging tools",
            "tool sets / quarter",
            "tool set",
            "supply",
            "Bonders, plating, dicing and inspection: one set equips a thousand wafers a month of 2.5D. Tools limit how fast "
            "lines grow, not what existing lines make.",
        ),
    )
}
"""Every stage by id, in the order of the chain. Units: kwpm is thousand 300 mm wafers (or equivalents) a month."""
