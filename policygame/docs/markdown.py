"""The small parts of generated pages: tables, lists of words, numbers, sources. What a page says is decided elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from policygame.scenario import Number
from policygame.scenario.figures import ids_in

__all__ = ["Row", "code", "linked", "number_text", "source_text", "table"]

Row = Sequence[str]


def number_text(value: float) -> str:
    """A number as people write it: no exponent, at most six significant digits.

    >>> number_text(72000000.0), number_text(0.333333333), number_text(1500.5)
    ('72,000,000', '0.333333', '1,500.5')
    """
    if float(value).is_integer():
        return f"{value:,.0f}"
    return f"{value:.6g}" if abs(value) < 1000.0 else f"{value:,.2f}".rstrip("0").rstrip(".")


def table(columns: Row, rows: Iterable[Row]) -> str:
    """A table with a row of column names.

    >>> print(table(["a", "b"], [["1", "x | y"]]))
    | a | b |
    | --- | --- |
    | 1 | x \\| y |
    <BLANKLINE>
    """
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines) + "\n"


def _cell(text: str) -> str:
    return re.sub(r"\s+", " ", text).replace("|", "\\|").strip()


def code(words: Iterable[str]) -> str:
    """Words as code, with commas between."""
    return ", ".join(f"`{word}`" for word in words)


def linked(text: str) -> str:
    """The text with every id of a published figure linked to its row.

    >>> linked("figure yole_capex")
    'figure [yole_capex](figures.md#yole_capex)'
    """
    ids = sorted(set(ids_in(text)), key=len, reverse=True)
    if not ids:
        return text
    pattern = rf"(?<![\w&])({'|'.join(map(re.escape, ids))})(?![\w&])"
    return re.sub(pattern, r"[\1](figures.md#\1)", text)


def source_text(number: Number) -> str:
    """Where a number comes from, with links to the figures, and whether it differs from world to world."""
    drawn = ", fitted to history" if number.fitted else ", drawn in every world" if number.draw else ""
    text = linked(number.source) + drawn
    return f"{text}; {number.note}" if number.note else text
