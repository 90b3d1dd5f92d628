"""Who leads under each definition of leadership at the beginning and the end of a game, and whose rank changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from policygame.catalogue import Quarter
from policygame.result import Result

__all__ = ["Standing", "standings"]


@dataclass(frozen=True)
class Standing:
    """A jurisdiction under one definition: value (a share) and rank (1 is first) in two quarters."""

    definition: str
    place: str
    start_value: float
    end_value: float
    start_rank: int
    end_rank: int

    @property
    def moved(self) -> int:
        """Places gained; below 0: lost."""
        return self.start_rank - self.end_rank


def standings(result: Result, start: Quarter, end: Quarter, world: int = 0) -> tuple[Standing, ...]:
    """Every jurisdiction under every definition, by definition and then by rank at the end."""
    first, last = (result.quarters.index(quarter) for quarter in (start, end))
    found = []
    for entity, definition in result.series("leadership"):
        value = result.array("leadership", entity, definition)[:, world]
        rank = result.array("leadership_rank", entity, definition)[:, world]
        place = entity.removeprefix("country:")
        found.append(
            Standing(
                definition, place, float(value[first]), float(value[last]), round(float(rank[first])), round(float(rank[last]))
            )
        )
    definitions: Sequence[str] = list(dict.fromkeys(one.definition for one in found))
    return tuple(sorted(found, key=lambda one: (definitions.index(one.definition), one.end_rank, -one.end_value)))
