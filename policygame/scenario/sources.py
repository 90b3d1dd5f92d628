"""The numbers of a scenario with their sources, one by one: for documentation, tables and sweeps.

Checking them lives in ``checks``.
"""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel

from policygame.scenario.numbers import Number, SourcedNumber
from policygame.scenario.problems import Path, path_text
from policygame.scenario.shape import full_unit, shape_at

__all__ = ["sourced_numbers"]


def sourced_numbers(scenario: BaseModel) -> Iterator[SourcedNumber]:
    """Every number of a scenario, in the order of the schema, with its unit written out (a line's unit is its stage's)."""

    def word_at(path: Path) -> str | None:
        value: object = scenario
        for step in path:
            value = _child(value, step)
        return value if isinstance(value, str) else None

    for path, number in _numbers((), scenario):
        shape = shape_at(path)
        assert shape is not None
        assert shape.unit is not None, path
        yield SourcedNumber(
            path_text(path), number.value, full_unit(path, shape.unit, word_at), number.source, number, shape.unit
        )


def _numbers(path: Path, value: object) -> Iterator[tuple[Path, Number]]:
    if isinstance(value, Number):
        yield path, value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _numbers((*path, name), getattr(value, name))
    elif isinstance(value, dict):
        for key, child in value.items():
            yield from _numbers((*path, key), child)
    elif isinstance(value, tuple):
        for index, child in enumerate(value):
            yield from _numbers((*path, index), child)


def _child(value: object, step: str | int) -> object:
    if isinstance(value, BaseModel):
        return getattr(value, str(step), None)
    if isinstance(value, dict):
        return value.get(step)
    return value[step] if isinstance(value, tuple) and isinstance(step, int) else None
