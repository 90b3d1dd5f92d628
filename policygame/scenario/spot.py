"""A place in a scenario that may be wrong: a tolerant view for checks that must say all they can about a file with
errors.

A spot answers for what stands there if it has the right kind and is otherwise empty; what is of the wrong kind has
been told by the schema already.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from policygame.catalogue import Quarter
from policygame.scenario.problems import Path, Problem
from policygame.scenario.yaml_reader import Node, follow

__all__ = ["Spot"]


@dataclass(frozen=True, slots=True)
class Spot:
    """An address and the node there, if there is one."""

    root: Node
    node: Node | None
    path: Path = ()

    @classmethod
    def top(cls, root: Node) -> Spot:
        """The whole file."""
        return cls(root, root)

    def at(self, *path: str) -> Spot:
        """The spot below, key by key; empty if a key is missing."""
        spot = self
        for key in path:
            value = spot.node.value if spot.node is not None else None
            spot = Spot(self.root, value.get(key) if isinstance(value, dict) else None, (*spot.path, key))
        return spot

    def entries(self) -> Iterator[tuple[str, Spot]]:
        """Keys and spots of a mapping."""
        value = self.node.value if self.node is not None else None
        if isinstance(value, dict):
            for key, node in value.items():
                yield key, Spot(self.root, node, (*self.path, key))

    def items(self) -> Iterator[Spot]:
        """Spots of a list."""
        value = self.node.value if self.node is not None else None
        if isinstance(value, list):
            for index, node in enumerate(value):
                yield Spot(self.root, node, (*self.path, index))

    def names(self) -> Collection[str]:
        """Keys of a mapping."""
        value = self.node.value if self.node is not None else None
        return value.keys() if isinstance(value, dict) else ()

    def words(self) -> Iterator[tuple[str, Spot]]:
        """The texts of a list, each with its spot."""
        for spot in self.items():
            word = spot.text()
            if word is not None:
                yield word, spot

    def text(self) -> str | None:
        """The text that stands here."""
        value = self.node.value if self.node is not None else None
        return value if isinstance(value, str) else None

    def number(self) -> float | None:
        """The value of the sourced number that stands here."""
        node = self.at("value").node
        value = node.value if node is not None else None
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        return float(value) if abs(value) < 1e300 else None

    def quarter(self) -> Quarter | None:
        """The quarter that stands here."""
        try:
            return Quarter.parse(self.text() or "")
        except ValueError:
            return None

    @property
    def missing(self) -> bool:
        """Whether nothing stands here (or null, which says the same)."""
        return self.node is None or self.node.value is None

    def problem(self, found: str, allowed: str, hint: str = "") -> Problem:
        """A problem with what stands here, or would."""
        return Problem.at(follow(self.root, self.path).where, self.path, found, allowed, hint)
