"""The parts of a mandate: what a government is scored on, each declared once.

How each is computed is in ``model.standing``, which parts a government has and with what weights belongs to the scenario.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["MANDATE", "MandatePart"]


@dataclass(frozen=True, slots=True)
class MandatePart:
    """A part of a mandate: ``sentence`` says what it rewards, ``kind`` to whom it belongs: public, club, rival or own."""

    id: str
    name: str
    unit: str
    kind: str
    sentence: str


MANDATE: Mapping[str, MandatePart] = {
    part.id: part
    for part in (
        MandatePart("S", "Supply", "share", "public", "AI compute that arrives here, over what was ordered here."),
        MandatePart(
            "R",
            "Resilience",
            "share",
            "own",
            "How little of what arrives here would be lost with any one place, riskier ones counting more and a stockpile making up.",
        ),
        MandatePart(
            "A",
            "Assured compute",
            "share",
            "club",
            "AI compute that sites here and at allies could finish by themselves, over what was ordered here.",
        ),
        MandatePart(
            "L",
            "Leadership",
            "share",
            "rival",
            "The share of working 2.5D and 3D capacity, half by where lines stand, half by who owns them.",
        ),
        MandatePart("V", "Value added", "M USD / quarter", "own", "What lines here add in value."),
        MandatePart("I", "Indispensability", "share", "rival", "What others would lose if the sites here went dark."),
        MandatePart("P", "Low prices", "log points", "public", "How low prices of finished products are, beside the start."),
        MandatePart("F", "Thrift", "share", "own", "One minus spending over income."),
    )
}
"""Parts by their letter, in the order in which a score is told."""
