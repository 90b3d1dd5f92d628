"""The inputs of a world: the scenario's numbers as its seed draws them, and its shocks, drawn up front.

The one place where the oracle reads what the engine reads: both must begin from the same draws, or nothing could be compared.
"""

from __future__ import annotations

from typing import NamedTuple

from policygame.catalogue import JURISDICTIONS, SEGMENTS, Quarter
from policygame.model.worlds import MATERIAL_KINDS, Values
from policygame.scenario import Scenario
from policygame.scenario.parameters import Parameters
from policygame.scenario.problems import path_text

_PLACES, _SEGMENTS = tuple(JURISDICTIONS), tuple(SEGMENTS)


class Parameter:
    """The behavioural parameters of a world, each a float under its name."""

    def __init__(self, inputs: Inputs) -> None:
        for name in Parameters.model_fields:
            setattr(self, name, inputs.number("parameters", name))

    def __getattr__(self, name: str) -> float:
        raise AttributeError(f"no parameter {name!r}")


class Disruption(NamedTuple):
    """A disaster that was announced: a share ``depth`` of a place's lines stands still in the quarters from ``begins`` to ``ends``."""

    place: str
    begins: int
    ends: int
    depth: float


class Inputs:
    """Numbers and shocks of the world that ``seed`` names."""

    def __init__(self, scenario: Scenario, seed: int) -> None:
        self.scenario = scenario
        self.first = Quarter.parse(scenario.start)
        self.n_quarters = Quarter.parse(scenario.end) - self.first + 1
        self._values = Values([seed], {found.path: found.number for found in scenario.numbers()}, None, scenario.draws)
        shocks = self._values.shocks(self.n_quarters, self.first)
        self._drawn = {name: getattr(shocks, name)[:, :, 0].tolist() for name in _STREAMS}

    def number(self, *path: str | int) -> float:
        """The number at a path of the scenario, as this world has it."""
        return float(self._values[path_text(path)][0])

    def quarter(self, text: str) -> int:
        """A quarter of the calendar, counted from the scenario's start."""
        return Quarter.parse(text) - self.first

    def disruptions(self) -> list[Disruption]:
        """The disruptions that the scenario announces, each with this world's own quarter in its window."""
        found = []
        for n, spec in enumerate(self.scenario.disruptions):
            first, last = self.quarter(spec.first), self.quarter(spec.last)
            begins = first + int(self._values.uniform(f"disruption {n}")[0] * (last - first + 1))
            ends = begins + round(spec.duration_quarters.value)
            found.append(Disruption(spec.jurisdiction, begins, ends, self.number("disruptions", n, "depth")))
        return found

    def of_segment(self, stream: str, quarter: int, segment: str) -> float:
        """This quarter's draw of ``demand``, ``surge`` or ``surge_size``."""
        return self._drawn[stream][quarter][_SEGMENTS.index(segment)]

    def of_place(self, stream: str, quarter: int, place: str) -> float:
        """This quarter's draw of ``outage`` or ``reversal``."""
        return self._drawn[stream][quarter][_PLACES.index(place)]

    def interruption(self, quarter: int, material: str, place: str) -> float:
        """This quarter's draw for the suppliers of a material in a place."""
        return self._drawn["interruption"][quarter][MATERIAL_KINDS.index(material) * len(_PLACES) + _PLACES.index(place)]


_STREAMS = ("demand", "surge", "surge_size", "outage", "interruption", "reversal")
