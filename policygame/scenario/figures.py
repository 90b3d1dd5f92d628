"""The published figures that scenarios cite, and whether a number agrees with the figure that it cites.

The tables live in ``configs/figures``; what their columns mean is told there. Observations that the model is compared
with are not read here.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from policygame.catalogue import nearest
from policygame.errors import UserError
from policygame.resources import configs_dir

__all__ = ["CONVERSIONS", "Figure", "FiguresError", "figure_bounds", "figures", "ids_in", "nearest_id", "read_figures"]

COLUMNS = ("id", "value", "low", "high", "unit", "period", "what", "source", "url_or_repo", "status")

CONVERSIONS: Mapping[tuple[str, str], float] = MappingProxyType(
    {
        ("%", "share"): 100,
        ("kwpm", "kwpm"): 1,
        ("k wafers", "k wafers"): 1,
        ("USD bn", "M USD"): 1 / 1000,
        ("USD m per kwpm", "M USD / kwpm"): 1,
        ("USD", "USD / wafer"): 1,
        ("pkg/wafer", "packages / wafer"): 1,
        ("weeks", "weeks"): 1,
        ("weeks", "quarters"): 13,
    }
)
"""(unit of a figure, unit of a number) -> how many of the figure's unit make one of the number's. Others do not correspond."""


class FiguresError(UserError):
    """A table of figures that cannot be read: which file and line, what was found and what is allowed."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A published figure. ``low`` and ``high`` (both or neither) are in ``unit``, ``value`` is the figure as published."""

    id: str
    value: str
    low: float | None
    high: float | None
    unit: str
    period: str
    what: str
    source: str
    address: str
    status: str


@cache
def figures() -> Mapping[str, Figure]:
    """Every published figure by id, in the order of the tables. FiguresError if a shipped table is damaged."""
    return read_figures(configs_dir() / "figures")


def read_figures(folder: Path) -> Mapping[str, Figure]:
    """The figures of every table in a folder whose first column is ``id``."""
    found: dict[str, Figure] = {}
    for file in sorted(folder.glob("*.csv")):
        for line, figure in _rows(file):
            if figure.id in found:
                raise FiguresError(f"{file}:{line}: found the id {figure.id!r} again; allowed each id once")
            found[figure.id] = figure
    return MappingProxyType(found)


def figure_bounds(figure: Figure, unit: str) -> tuple[float, float] | None:
    """Lowest and highest value of a figure in a number's unit, or None if it has none or the units do not correspond.

    >>> low, high = figure_bounds(figures()["cowos_2023dec"], "kwpm")
    >>> (low, high)
    (14.0, 15.0)
    """
    factor = CONVERSIONS.get((figure.unit, unit))
    if factor is None or figure.low is None or figure.high is None:
        return None
    return figure.low / factor, figure.high / factor


def ids_in(text: str) -> tuple[str, ...]:
    """The ids of figures that a text mentions, in its order."""
    return tuple(_ids().findall(text))


def nearest_id(text: str) -> str:
    """A suggestion for the word of a text that looks most like an id, or an empty text."""
    words = [word for word in re.findall(r"[\w&-]+", text[:400]) if "_" in word]
    return next(filter(None, (nearest(word[:60], figures()) for word in words[:5])), "")


@cache
def _ids() -> re.Pattern[str]:
    names = sorted(figures(), key=len, reverse=True)
    return re.compile(rf"(?<![\w&])(?:{'|'.join(map(re.escape, names))})(?![\w&])")


def _rows(file: Path) -> Iterator[tuple[int, Figure]]:
    """Line and figure of every row of a table of figures; nothing for a table of another kind."""
    with file.open(encoding="utf-8", newline="") as stream:
        reader = csv.reader(stream)
        header = tuple(next(reader, ()))
        if header[:1] != ("id",):
            return
        if header != COLUMNS:
            raise FiguresError(f"{file}:1: found the columns {', '.join(header)}; allowed {', '.join(COLUMNS)}")
        for row in reader:
            if len(row) != len(COLUMNS):
                raise FiguresError(f"{file}:{reader.line_num}: found {len(row)} cells; allowed {len(COLUMNS)}")
            name, value, low, high, *words = row
            bounds = _bound(file, reader.line_num, low), _bound(file, reader.line_num, high)
            if (bounds[0] is None) != (bounds[1] is None) or (bounds[0] or 0) > (bounds[1] or 0):
                raise FiguresError(
                    f"{file}:{reader.line_num}: found low {low!r} and high {high!r}; allowed low <= high, or neither"
                )
            yield reader.line_num, Figure(name, value, *bounds, *words)


def _bound(file: Path, line: int, text: str) -> float | None:
    if not text:
        return None
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise FiguresError(f"{file}:{line}: found {text!r} as a bound; allowed a number or nothing")
    return number
