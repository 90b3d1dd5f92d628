"""Which model numbers come from: the package's version and a digest of the code and the shipped data that numbers follow from.

Under another version a stored game is not silently played on, and a stored tournament is no scale for a score. Who acts on it says so.
"""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable

__all__ = ["model_version"]

_PARTS = ("catalogue", "scenario", "model", "bots", "asking.py", "result.py", "simulation.py")
"""What a number of a game follows from, beside the scenario, whose hash the game holds."""


@cache
def model_version() -> str:
    """``0.1.0+`` and twelve digits of a SHA-256 over the model's code: equal where equal decisions give equal numbers.

    >>> model_version().partition("+")[1]
    '+'
    """
    digest = hashlib.sha256()
    package = files("policygame")
    for part in _PARTS:
        for name, source in _sources(package.joinpath(part), part):
            digest.update(name.encode() + b"\0" + source.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return f"{version('policygame')}+{digest.hexdigest()[:12]}"


def _sources(place: Traversable, name: str) -> list[tuple[str, Traversable]]:
    """Python files of a part, with their names, in the order of the names."""
    if place.is_file():
        return [(name, place)]
    found = [_sources(child, f"{name}/{child.name}") for child in place.iterdir() if child.is_dir() or child.name.endswith(".py")]
    return sorted((pair for pairs in found for pair in pairs), key=lambda pair: pair[0])
