"""The places where sites stand and governments act: names only. Purses, roles and allies belong to the scenario."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["JURISDICTIONS", "Jurisdiction"]


@dataclass(frozen=True, slots=True)
class Jurisdiction:
    """A place. ``adjective`` goes before a noun in a sentence: "a Taiwanese line", "an EU grant"."""

    id: str
    name: str
    adjective: str


JURISDICTIONS: Mapping[str, Jurisdiction] = {
    place.id: place
    for place in (
        Jurisdiction("TWN", "Taiwan", "Taiwanese"),
        Jurisdiction("USA", "United States", "US"),
        Jurisdiction("CHN", "China", "Chinese"),
        Jurisdiction("KOR", "South Korea", "South Korean"),
        Jurisdiction("JPN", "Japan", "Japanese"),
        Jurisdiction("EUR", "European Union", "EU"),
        Jurisdiction("MYS", "Malaysia", "Malaysian"),
        Jurisdiction("SGP", "Singapore", "Singaporean"),
        Jurisdiction("IND", "India", "Indian"),
        Jurisdiction("VNM", "Vietnam", "Vietnamese"),
        Jurisdiction("ROW", "Rest of the world", "other"),
    )
}
"""Every jurisdiction by id, in the order in which tables and arrays list them."""
