"""The packaging technologies, and the ways to integrate a product that the cost function knows.

What a technology costs and can do is a number and lives in the scenario; how a package's cost follows from it lives in the model.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["INTEGRATIONS", "TECHNOLOGIES", "Integration", "Technology"]


@dataclass(frozen=True, slots=True)
class Technology:
    """A packaging technology: a kind of line that a firm can own. ``sentence`` is what a player reads."""

    id: str
    name: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Integration:
    """A way to make a product from dies. ``technology`` is the id of the kind of line that does the work."""

    id: str
    name: str
    technology: str
    sentence: str


TECHNOLOGIES: Mapping[str, Technology] = {
    technology.id: technology
    for technology in (
        Technology(
            "conventional",
            "Conventional packaging",
            "Dies are joined to a substrate or lead frame by wires or solder bumps: cheap, made in many places, but with few "
            "and slow connections.",
        ),
        Technology(
            "fan_out",
            "Fan-out",
            "Dies are moulded together and wired by thin redistribution layers: denser than a substrate and cheaper than an "
            "interposer, the usual choice for phones.",
        ),
        Technology(
            "interposer_2_5d",
            "2.5D (interposers and bridges)",
            "Logic dies and stacks of memory stand side by side on an interposer or bridge that carries thousands of fine wires "
            "between them: what AI accelerators are made with.",
        ),
        Technology(
            "hybrid_3d",
            "3D (stacked logic)",
            "Logic dies are bonded face to face, copper to copper or by micro-bumps: the shortest connections and the least "
            "energy per bit, on the most demanding lines.",
        ),
    )
}
"""Every packaging technology by id, from the least to the most demanding."""

INTEGRATIONS: Mapping[str, Integration] = {
    integration.id: integration
    for integration in (
        Integration(
            "soc",
            "System on a chip",
            "conventional",
            "One large die holds everything; no die-to-die links, but a large die yields badly.",
        ),
        Integration(
            "mcm",
            "Multi-chip module",
            "conventional",
            "Several chiplets share an organic substrate: each yields better than one large die, and the links between them "
            "are slow.",
        ),
        Integration(
            "fan_out",
            "Fan-out",
            "fan_out",
            "Several chiplets share redistribution layers that are made first and joined to the chiplets last.",
        ),
        Integration(
            "interposer_2_5d",
            "2.5D interposer",
            "interposer_2_5d",
            "Several chiplets share a silicon interposer, which costs a wafer of its own and must yield together with every "
            "placement.",
        ),
        Integration(
            "hybrid_3d",
            "3D stack",
            "hybrid_3d",
            "Chiplets are bonded on top of each other; a bond that fails ruins the good dies already in the stack.",
        ),
    )
}
"""Every integration by id, from the simplest to the densest."""
