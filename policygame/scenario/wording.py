"""Errors of the schema as problems with file, line and column, in plain words.

Which values are errors is decided in ``schema``.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from policygame.scenario.problems import MOST_PROBLEMS, SHOWN, MismatchError, Path, Problem, quoted, suggestion
from policygame.scenario.schema import Scenario
from policygame.scenario.shape import Shape, allowed_in, full_unit, shape_at
from policygame.scenario.yaml_reader import Node, describe, follow

__all__ = ["problem_at", "schema_problems", "unit_at"]


def schema_problems(error: ValidationError, root: Node, top: type[BaseModel] = Scenario) -> list[Problem]:
    """One problem for every error of the schema ``top``; as many as are told, nearest names for those that are shown."""
    told = [details for details in error.errors(include_url=False, include_input=False) if not _follows(details, root)]
    return [_problem(details, root, top, suggest=number < SHOWN) for number, details in enumerate(told[:MOST_PROBLEMS])]


def problem_at(root: Node, path: Path, found: str, allowed: str, hint: str = "") -> Problem:
    """A problem with the field at an address, shown where the field stands, or where it would."""
    return Problem.at(follow(root, path).where, path, found, allowed, hint)


def unit_at(root: Node, path: Path) -> str:
    """The full unit of the number that belongs at an address, or an empty text."""

    def word_at(other: Path) -> str | None:
        value = follow(root, other).value
        return value if isinstance(value, str) else None

    shape = shape_at(path)
    return "" if shape is None or shape.unit is None else full_unit(path, shape.unit, word_at)


def _follows(details: ErrorDetails, root: Node) -> bool:
    """Whether an error is only the consequence of others: a list or mapping is called too short when its entries are wrong."""
    value = follow(root, details["loc"]).value
    return details["type"] == "too_short" and isinstance(value, dict | list) and len(value) >= details["ctx"]["min_length"]


def _problem(details: ErrorDetails, root: Node, top: type[BaseModel], suggest: bool) -> Problem:
    path: Path = details["loc"]
    if path and path[-1] == "[key]":
        return _key_problem(details, root, top, path[:-1], suggest)
    kind = details["type"]
    if kind == "missing":
        return problem_at(root, path, "nothing", _expected(root, top, path))
    if kind == "extra_forbidden":
        return _unknown_key(root, top, path, suggest)
    mismatch = details.get("ctx", {}).get("error")
    if isinstance(mismatch, MismatchError):
        return _mismatch(mismatch, root, top, path)
    if kind == "value_error":
        return problem_at(root, path, describe(follow(root, path)), str(mismatch))
    return problem_at(root, path, describe(follow(root, path)), _expected(root, top, path))


def _key_problem(details: ErrorDetails, root: Node, top: type[BaseModel], path: Path, suggest: bool) -> Problem:
    node, parent = follow(root, path), shape_at(path[:-1], top)
    mismatch: Any = details.get("ctx", {}).get("error")
    if isinstance(mismatch, MismatchError):
        found, allowed, hint = mismatch.found, mismatch.allowed, mismatch.hint
    else:
        allowed = "" if parent is None else parent.expected()
        found, hint = f"unknown key {quoted(str(path[-1]))}", ""
    return Problem.at(node.key or node.place, path, found, allowed, hint if suggest else "")


def _unknown_key(root: Node, top: type[BaseModel], path: Path, suggest: bool) -> Problem:
    node, parent, word = follow(root, path), shape_at(path[:-1], top), str(path[-1])
    keys = parent.keys if parent is not None else ()
    if len(path) == 1 and top is Scenario:
        keys = ("extends", *keys)
    hint = suggestion(word, keys) if suggest else ""
    return Problem.at(node.key or node.place, path, f"unknown key {quoted(word)}", ", ".join(keys), hint)


def _mismatch(mismatch: MismatchError, root: Node, top: type[BaseModel], path: Path) -> Problem:
    """A problem of a whole field, shown at the part of it that is at fault."""
    shape, allowed = shape_at(path, top), mismatch.allowed
    if shape is not None and shape.unit is not None and allowed == shape.unit.allowed:
        allowed = allowed_in(shape.unit, unit_at(root, path))
    return Problem.at(follow(root, (*path, *mismatch.at)).where, path, mismatch.found, allowed, mismatch.hint)


def _expected(root: Node, top: type[BaseModel], path: Path) -> str:
    shape: Shape | None = shape_at(path, top)
    if shape is None:
        return "nothing here"
    parent = shape_at(path[:-1], top) if path else None
    if parent is not None and parent.unit is not None and path[-1] == "value":
        return f"a finite number, {allowed_in(parent.unit, unit_at(root, path[:-1]))}"
    return shape.expected(unit_at(root, path))
