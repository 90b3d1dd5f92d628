"""What the schema says about an address: the kind of value that belongs there, in words, and the unit of its number.

Read from the pydantic classes, so that messages and units cannot drift from them. Nothing here looks at more of a
file than units need.
"""

from __future__ import annotations

import types
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import annotated_types
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from policygame.catalogue import LEVERS, STAGES
from policygame.scenario.numbers import Unit
from policygame.scenario.problems import Path
from policygame.scenario.schema import OneOf, Scenario

__all__ = ["Shape", "allowed_in", "full_unit", "shape_at"]


@dataclass(frozen=True)
class Shape:
    """The type that belongs at an address, with what is attached to it (units, words, bounds) and its description."""

    type: Any
    attached: tuple[Any, ...] = ()
    description: str = ""

    @property
    def unit(self) -> Unit | None:
        """The unit, if a number with a source belongs here."""
        return next((item for item in self.attached if isinstance(item, Unit)), None)

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys that a mapping may have here; empty if any key may stand or no mapping belongs here."""
        return tuple(self.type.model_fields) if _is_model(self.type) else ()

    @property
    def words(self) -> OneOf | None:
        """The words of the catalogue that are allowed here."""
        return next((item for item in self.attached if isinstance(item, OneOf)), None)

    def expected(self, unit: str = "") -> str:
        """What is allowed here, in words. ``unit`` replaces the unit's name where that depends on the file."""
        if self.unit is not None:
            return f"a number with its source, {{value: ..., assumption: [lowest, highest]}}: {allowed_in(self.unit, unit)}"
        if self.words is not None:
            return f"a {self.words.kind}: {', '.join(self.words.allowed)}"
        if _is_model(self.type):
            return f"a mapping with {', '.join(self.keys)}"
        if get_origin(self.type) is Literal:
            return "one of " + ", ".join(map(str, get_args(self.type)))
        if get_origin(self.type) is dict:
            return f"a mapping whose keys are {self._entry_words()}"
        if get_origin(self.type) is tuple:
            return self._list_words()
        return self._plain_words()

    def child(self, step: str | int) -> Shape | None:
        """The shape one step further, or None if nothing belongs there."""
        if _is_model(self.type):
            info = self.type.model_fields.get(step)
            return None if info is None else _of_field(info)
        arguments = get_args(self.type)
        if get_origin(self.type) is dict and isinstance(step, str):
            return _of(arguments[1])
        if get_origin(self.type) is tuple and isinstance(step, int):
            return _of(arguments[0])
        return None

    @property
    def key(self) -> Shape | None:
        """The shape of the keys of a mapping from words to values."""
        return _of(get_args(self.type)[0]) if get_origin(self.type) is dict else None

    def _entry_words(self) -> str:
        key = self.key
        assert key is not None
        if key.words is not None:
            return ", ".join(key.words.allowed)
        return "names" if key.type is str else ", ".join(map(str, get_args(key.type)))

    def _list_words(self) -> str:
        first, *rest = get_args(self.type)
        if first is float and Ellipsis not in rest:
            return "a range, [lowest, highest]" if len(rest) == 1 else "[lowest, most likely, highest]"
        least = next((item.min_length for item in self.attached if isinstance(item, annotated_types.MinLen)), 0)
        each = _of(first)
        if _is_model(each.type):
            what = f"mappings with {', '.join(each.keys)}"
        else:
            what = f"words, each {each.expected()}" if each.words is not None else "numbers" if first is float else "names"
        return f"a list of {'at least one of ' if least else ''}{what}"

    def _plain_words(self) -> str:
        if self.type is int:
            low = next((item.ge for item in self.attached if isinstance(item, annotated_types.Ge)), None)
            high = next((item.le for item in self.attached if isinstance(item, annotated_types.Le)), None)
            return "a whole number" + (f" from {low} to {high}" if low is not None and high is not None else "")
        if self.type is str:
            if any(getattr(item, "pattern", None) for item in self.attached):
                return self.description
            return "a quarter like 2023Q1" if self.attached else "a text"
        return {float: "a finite number", bool: "true or false"}.get(self.type, self.description or "another value")


@lru_cache(maxsize=20_000)
def shape_at(path: Path, top: type[BaseModel] = Scenario) -> Shape | None:
    """The shape at an address of a scenario (or of another ``top``), or None if nothing belongs there."""
    if not path:
        return Shape(top)
    parent = shape_at(path[:-1], top)
    return None if parent is None else parent.child(path[-1])


def full_unit(path: Path, unit: Unit, word_at: Callable[[Path], str | None]) -> str:
    """The unit of the number at an address, with the units of its stage or lever written out.

    ``word_at`` gives the text that the scenario has at an address: a line's unit is that of its stage.
    """
    if unit.name == "stage unit":
        stage = STAGES.get(word_at((*path[:4], "stage")) or "")
        return unit.name if stage is None else stage.unit
    if path[0] == "stages" and len(path) > 1 and path[1] in STAGES:
        stage = STAGES[str(path[1])]
        capacity = f"({stage.unit})" if "/" in stage.unit else stage.unit
        return unit.name.replace("unit of capacity", capacity).replace("unit of output", stage.output_unit)
    if len(path) > 1 and path[-2] == "bounds" and path[-1] in LEVERS:
        return LEVERS[str(path[-1])].unit
    return unit.name


def allowed_in(unit: Unit, name: str) -> str:
    """The bounds in words, with ``name`` for the unit where the file decides it."""
    return unit.allowed.replace(unit.name, name) if name else unit.allowed


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _of_field(info: FieldInfo) -> Shape:
    inner = _of(info.annotation)
    return Shape(inner.type, (*inner.attached, *info.metadata), info.description or inner.description)


def _of(annotation: Any) -> Shape:
    """The shape of an annotation, without ``Annotated`` and ``| None`` around it."""
    if get_origin(annotation) is Annotated:
        kind, *attached = get_args(annotation)
        inner = _of(kind)
        described = [item.description for item in attached if isinstance(item, FieldInfo) and item.description]
        return Shape(inner.type, (*inner.attached, *attached), described[0] if described else inner.description)
    if get_origin(annotation) in (Union, types.UnionType):
        return _of(next(part for part in get_args(annotation) if part is not type(None)))
    return Shape(annotation)
