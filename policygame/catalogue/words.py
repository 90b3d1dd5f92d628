"""Help with misspelt words. The words themselves live in the other modules of the catalogue."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

__all__ = ["nearest"]


def nearest(word: str, allowed: Iterable[str]) -> str:
    """A suggestion to append to an error message: ``" Did you mean 'x'?"``, or ``""`` when nothing is near.

    Case, and ``-`` or a space for ``_``, do not count as differences.

    >>> nearest("USE", ["USA", "CHN"])
    " Did you mean 'USA'?"
    >>> nearest("Hybrid 3D", ["fan_out", "hybrid_3d"])
    " Did you mean 'hybrid_3d'?"
    >>> nearest("banana", ["USA", "CHN"])
    ''
    """
    folded: dict[str, str] = {}
    for candidate in allowed:
        folded.setdefault(_fold(candidate), candidate)
    match = get_close_matches(_fold(word), list(folded), n=1, cutoff=0.5)
    return f" Did you mean {folded[match[0]]!r}?" if match else ""


def _fold(word: str) -> str:
    return word.strip().lower().replace("-", "_").replace(" ", "_")
