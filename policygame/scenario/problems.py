"""What can be wrong with a scenario or another file, and how it is said: places, problems, the error that carries them all.

Finding the problems is the business of the reader, the schema and the checks; here is only how they are told.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import islice

from policygame.catalogue import nearest
from policygame.errors import UserError

__all__ = [
    "MOST_PROBLEMS",
    "SHOWN",
    "MismatchError",
    "Path",
    "Place",
    "Problem",
    "ProblemsError",
    "ScenarioError",
    "listed",
    "path_text",
    "quoted",
    "suggestion",
]

MOST_PROBLEMS = 1000
"""Checking stops when this many things are wrong: such a file is no scenario."""

SHOWN = 100
"""How many problems the text of an error shows; ``ScenarioError.problems`` holds all."""

Path = tuple[str | int, ...]
"""A field's address from the top of a scenario: keys of mappings and indices of lists."""

_PLAIN_KEY = re.compile(r"\w[\w &+'()/#-]{0,59}")


class MismatchError(ValueError):
    """A value that the schema refuses: what was found, what is allowed, and which part (``at``) of the field is at fault."""

    def __init__(self, found: str, allowed: str, at: Path = (), hint: str = "") -> None:
        super().__init__(f"found {found}; allowed {allowed}{hint}")
        self.found, self.allowed, self.at, self.hint = found, allowed, at, hint


@dataclass(frozen=True, slots=True)
class Place:
    """A character of a file; line and column count from 1."""

    file: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong. ``line`` and ``column`` are None where the file as a whole is meant, ``path`` is then empty.

    >>> str(Problem("x.yaml", 12, 7, "firms.TSMC.lines[0].capacity", "-3", "at least 0 kwpm"))
    'x.yaml:12:7: firms.TSMC.lines[0].capacity: found -3; allowed at least 0 kwpm'
    """

    file: str
    line: int | None
    column: int | None
    path: str
    found: str
    allowed: str
    hint: str = ""

    @classmethod
    def at(cls, place: Place, path: Path, found: str, allowed: str, hint: str = "") -> Problem:
        """The problem at a place and field."""
        return cls(place.file, place.line, place.column, path_text(path), found, allowed, hint)

    def __str__(self) -> str:
        where = self.file if self.line is None else f"{self.file}:{self.line}:{self.column}"
        field = f"{self.path}: " if self.path else ""
        stop = "." if self.hint else ""
        place = f"{_shown(where, 500)}: {_shown(field, 500)}"
        return f"{place}found {_shown(self.found)}; allowed {_shown(self.allowed)}{stop}{self.hint}"


class ProblemsError(UserError):
    """A file that cannot be used. ``problems`` holds everything that is wrong with it, in the order of files and lines."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        found = dict.fromkeys(problems)
        files = {file: number for number, file in enumerate(dict.fromkeys(problem.file for problem in found))}
        self.problems = tuple(sorted(found, key=lambda problem: (files[problem.file], problem.line or 0, problem.column or 0)))
        super().__init__(self.problems)

    def __str__(self) -> str:
        lines = [str(problem) for problem in self.problems[:SHOWN]]
        if len(self.problems) > SHOWN:
            stopped = f" (checking stopped at {MOST_PROBLEMS:,})" if len(self.problems) >= MOST_PROBLEMS else ""
            lines.append(f"... and {len(self.problems) - SHOWN} more problems{stopped}")
        return "\n".join(lines)


class ScenarioError(ProblemsError):
    """A scenario that cannot be used."""


def path_text(path: Path) -> str:
    """An address as people write it.

    >>> path_text(("firms", "TSMC", "lines", 0, "capacity"))
    'firms.TSMC.lines[0].capacity'
    """
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif _PLAIN_KEY.fullmatch(step):
            text += f".{step}" if text else step
        else:
            text += f"[{quoted(step)}]"
    return text


def quoted(text: str, most: int = 60) -> str:
    """A text in quotes, shortened, with everything that does not print escaped."""
    return repr(text if len(text) <= most else text[: most - 3] + "...")


def listed(names: Collection[str], most: int = 60) -> str:
    """Names one after the other, not all of very many; ``none`` if there is none."""
    rest = f" and {len(names) - most} more" if len(names) > most else ""
    return (", ".join(islice(names, most)) or "none") + rest


def suggestion(word: str, names: Collection[str]) -> str:
    """A suggestion of the nearest name, or an empty text, also where the names are too many to look through."""
    return nearest(word[:60], names) if len(names) <= 400 else ""


def _shown(text: str, most: int = 3000) -> str:
    """A text on one line, shortened, with what does not print escaped."""
    flat = re.sub(r"\s+", " ", text[:most]) + ("..." if len(text) > most else "")
    return flat if flat.isprintable() else "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in flat)
