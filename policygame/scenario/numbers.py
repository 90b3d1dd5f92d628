"""A number with its unit and its source.

Every number of a scenario file is a mapping: a ``value`` and exactly one statement of where it comes from - ``figure`` (an id of
``configs/figures``), ``derived`` (ids and the arithmetic, with a ``range``) or ``assumption`` (a range). The unit and the bounds
belong to the field of the schema that holds the number, so a file never repeats them. Reading files lives in ``loading``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, model_validator
from pydantic_core import CoreSchema, core_schema

from policygame.scenario.problems import MismatchError

__all__ = ["Number", "Range", "SourcedNumber", "Unit"]

Range = Annotated[tuple[float, float], Field(description="lowest and highest defensible value, in the number's unit")]


class Number(BaseModel):
    """One sourced number.

    ``draw: true`` asks that the number differ from world to world: a triangular draw over its range with its mode at ``value``,
    a function of the world's seed and of the number's name alone. ``fitted: true`` beside it: where the scenario names a
    ``posterior``, a world takes its value from the draw that its seed points to; the triangle is then the prior.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    value: float = Field(description="the number, in the unit of its field")
    figure: str | None = Field(None, description="id of the published figure that states it")
    derived: str | None = Field(None, description="figure ids and the arithmetic that leads from them to the value")
    range: Range | None = Field(None, description="range of a derived number")
    assumption: Range | None = Field(None, description="range of an assumed number")
    draw: bool = Field(False, description="let the number differ from world to world within its range")
    fitted: bool = Field(False, description="take the draw from the scenario's posterior, where it names one")
    note: str | None = Field(None, description="one sentence for the reader")

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        given = [name for name in ("figure", "derived", "assumption") if getattr(self, name) is not None]
        if len(given) != 1:
            raise MismatchError(
                " and ".join(given) if given else "a number without a source", "exactly one of figure, derived, assumption"
            )
        if self.derived is not None and self.range is None:
            raise MismatchError("'derived' without a range", "'derived' together with 'range: [lowest, highest]'")
        if self.derived is None and self.range is not None:
            raise MismatchError(f"'range' beside '{given[0]}'", "'range' beside 'derived' only", ("range",))
        span = self.span
        if span is not None and span[0] > span[1]:
            field = "range" if self.assumption is None else "assumption"
            raise MismatchError(f"a range from {span[0]:g} down to {span[1]:g}", "[lowest, highest]", (field,))
        if span is not None and not span[0] <= self.value <= span[1]:
            raise MismatchError(f"{self.value:g}", f"a value inside its own range, {span[0]:g} to {span[1]:g}", ("value",))
        if self.draw and (span is None or span[0] == span[1]):
            raise MismatchError("draw: true without a range", "'draw' with an assumed or derived range of some width", ("draw",))
        if self.fitted and not self.draw:
            raise MismatchError(
                "fitted: true without draw: true", "'fitted' beside 'draw: true', whose range is the prior", ("fitted",)
            )
        return self

    @property
    def span(self) -> tuple[float, float] | None:
        """Lowest and highest stated value, or None for a published figure (whose bounds stand with the figure)."""
        return self.assumption if self.assumption is not None else self.range

    @property
    def source(self) -> str:
        """The source in words, for documentation and error messages."""
        if self.figure is not None:
            return f"figure {self.figure}"
        if self.derived is not None and self.range is not None:
            return f"derived: {self.derived} (range {self.range[0]:g} to {self.range[1]:g})"
        assert self.assumption is not None
        return f"assumption ({self.assumption[0]:g} to {self.assumption[1]:g})"


@dataclass(frozen=True)
class Unit:
    """Unit and bounds of a number field: ``Annotated[Number, Unit("kwpm", 0.0)]``. Value and range must keep the bounds."""

    name: str
    low: float | None = None
    high: float | None = None
    varies: bool = True
    """Whether the number may be drawn; False for what every world shares (paths of products, relations, weights, whole quarters)."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def check(self, number: Number) -> Number:
        """The number itself, if it keeps the bounds; MismatchError (a ValueError) otherwise."""
        if number.draw and not self.varies:
            raise MismatchError("draw: true", "a number that is the same in every world", ("draw",))
        spots = [("value",), ("range",) if number.assumption is None else ("assumption",)]
        for at, values in zip(spots, ((number.value,), number.span or ()), strict=True):
            for value in values:
                if (self.low is not None and value < self.low) or (self.high is not None and value > self.high):
                    raise MismatchError(f"{value:g}", self.allowed, at)
        return number

    @property
    def allowed(self) -> str:
        """The bounds in words."""
        if self.low is None and self.high is None:
            return f"any number of {self.name}"
        if self.high is None:
            return f"at least {self.low:g} {self.name}"
        return f"{self.low:g} to {self.high:g} {self.name}"


@dataclass(frozen=True, slots=True)
class SourcedNumber:
    """A number of a scenario with its address, its unit in full, its source in words, and what its field allows."""

    path: str
    value: float
    unit: str
    source: str
    number: Number
    field: Unit
