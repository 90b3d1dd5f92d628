"""``extends:`` - a scenario that states only what differs from another. What the result must be is checked elsewhere.

Mappings merge key by key, a key with null removes what the other scenario has there, and everything else (lists,
words, numbers with their source) replaces. A ``card`` is not handed on. Every node keeps the place that it was read from.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from policygame.scenario.problems import Problem, quoted, suggestion
from policygame.scenario.yaml_reader import Node, describe, read_file

__all__ = ["MOST_EXTENSIONS", "merged", "read_extended"]

MOST_EXTENSIONS = 8
"""How long a chain of scenarios that extend each other may be."""


def read_extended(file: Path, shipped: Mapping[str, Path]) -> tuple[Node | None, list[Problem]]:
    """The tree of a file with everything that it extends merged in, and what is wrong with the writing of all of them.

    ``shipped`` gives the files of the names that may be extended. The tree is None if one of the files cannot be read.
    """
    chain: list[Node] = []
    problems: list[Problem] = []
    seen = [os.path.realpath(file)]
    current: Path | None = file
    while current is not None:
        node, found = read_file(current)
        problems += found
        if node is None or not isinstance(node.value, dict):
            if node is not None or not found:
                problems.append(_no_scenario(node, str(current)))
            return None, problems
        extends = node.value.pop("extends", None)
        if chain:
            node.value.pop("card", None)  # a card speaks of one scenario
        chain.append(node)
        current = None if extends is None else _extended(extends, Path(node.place.file), shipped, problems)
        if extends is None or current is None:
            continue
        real = os.path.realpath(current)
        if real in seen:
            names = " -> ".join(os.path.basename(name) for name in (*seen[seen.index(real) :], real))
            problems.append(
                Problem.at(extends.place, ("extends",), f"a circle: {names}", "a scenario that does not lead back here")
            )
            return None, problems
        if len(seen) >= MOST_EXTENSIONS:
            found_words = f"a chain of more than {MOST_EXTENSIONS} scenarios"
            problems.append(Problem.at(extends.place, ("extends",), found_words, f"at most {MOST_EXTENSIONS}"))
            return None, problems
        seen.append(real)
    if any(problem.path == "extends" for problem in problems):
        return None, problems
    root = chain.pop()
    while chain:
        root = merged(root, chain.pop())
    return root, problems


def merged(base: Node, own: Node) -> Node:
    """What ``own`` says laid over ``base``."""
    if not isinstance(base.value, dict) or not isinstance(own.value, dict) or "value" in own.value:
        return own
    together = dict(base.value)
    for key, node in own.value.items():
        if key not in together:
            together[key] = node
        elif node.value is None:
            del together[key]
        else:
            together[key] = merged(together[key], node)
    return replace(own, value=together)


def _extended(node: Node, file: Path, shipped: Mapping[str, Path], problems: list[Problem]) -> Path | None:
    """The file that an ``extends`` names, or None after telling what is wrong with it."""
    allowed = f"a shipped scenario ({', '.join(shipped) or 'none'}) or the relative path of a .yaml file"
    name = node.value
    if not isinstance(name, str):
        problems.append(Problem.at(node.where, ("extends",), describe(node), allowed))
        return None
    if name in shipped:
        return shipped[name]
    path = Path(name)
    if path.suffix not in (".yaml", ".yml") or path.is_absolute() or "\0" in name:
        problems.append(
            Problem.at(node.where, ("extends",), f"unknown scenario {quoted(name)}", allowed, suggestion(name, shipped))
        )
        return None
    target = Path(os.path.normpath(file.parent / path))
    if not os.path.exists(target):
        found = f"{quoted(name)}, a file that does not exist"
        problems.append(Problem.at(node.where, ("extends",), found, allowed, suggestion(path.stem, shipped)))
        return None
    return target


def _no_scenario(node: Node | None, file: str) -> Problem:
    allowed = "a mapping with format, name, title and the other sections of a scenario"
    if node is None or node.value is None:
        return Problem(file, 1, 1, "", "an empty file", allowed)
    return Problem.at(node.place, (), describe(node), allowed)
