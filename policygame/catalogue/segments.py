"""The markets that buy packaged chips: names only. How much each asks for, and where, belongs to the scenario."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["SEGMENTS", "Segment"]


@dataclass(frozen=True, slots=True)
class Segment:
    """A market. ``sentence`` is what a player reads."""

    id: str
    name: str
    sentence: str


SEGMENTS: Mapping[str, Segment] = {
    segment.id: segment
    for segment in (
        Segment(
            "ai_accelerator",
            "AI accelerators",
            "Processors that train and run large models; they need 2.5D packaging and high-bandwidth memory, and demand for "
            "them surges.",
        ),
        Segment(
            "datacenter_cpu",
            "Data-centre processors",
            "The general processors of servers, increasingly built from chiplets.",
        ),
        Segment(
            "memory_intensive",
            "Memory-intensive chips",
            "Network switches and other chips that live from bandwidth to memory; they compete with accelerators for 2.5D.",
        ),
        Segment("mobile", "Mobile", "Phone processors: very many units, small dies, fan-out or conventional packages."),
        Segment(
            "automotive_industrial",
            "Automotive and industrial",
            "Chips of cars and machines: mature wafers, conventional packages, and long lives.",
        ),
        Segment(
            "defence",
            "Defence",
            "Small volumes that may only be assembled in trusted jurisdictions, whatever it costs.",
        ),
    )
}
"""Every segment by id."""
