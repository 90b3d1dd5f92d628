"""``policygame words``: the catalogues, as the program itself reads them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.markup import escape

from policygame.catalogue import (
    INTEGRATIONS,
    JURISDICTIONS,
    LEVERS,
    METRICS,
    SEGMENTS,
    STAGES,
    TECHNOLOGIES,
    Lever,
    Metric,
    nearest,
)
from policygame.cli.options import OptionError
from policygame.cli.screen import print_json, print_table

CATALOGUES: Mapping[str, Mapping[str, Any]] = {
    "levers": LEVERS,
    "metrics": METRICS,
    "stages": STAGES,
    "segments": SEGMENTS,
    "jurisdictions": JURISDICTIONS,
    "technologies": TECHNOLOGIES,
    "integrations": INTEGRATIONS,
}


def words(
    catalogue: Annotated[
        str,
        typer.Argument(
            help=f"Which words: {', '.join(CATALOGUES)}.",
            metavar="CATALOGUE",
            autocompletion=lambda incomplete: [name for name in CATALOGUES if name.startswith(incomplete)],
        ),
    ],
    json: Annotated[bool, typer.Option("--json", help="Write JSON to standard output.")] = False,
) -> None:
    """The words that options, policies, scenarios and tables are written in, with units and meaning."""
    if catalogue not in CATALOGUES:
        raise OptionError(
            f"unknown catalogue {catalogue!r}; allowed are {', '.join(CATALOGUES)}.{nearest(catalogue, CATALOGUES)}"
        )
    entries = CATALOGUES[catalogue]
    if json:
        print_json([_plain(entry) for entry in entries.values()])
        return
    columns, row = _LAYOUTS.get(catalogue, (None, None))
    if columns is None or row is None:
        columns, row = _fields(next(iter(entries.values())))
    rows = [[escape(cell) for cell in row(entry)] for entry in entries.values()]
    print_table(catalogue.capitalize(), columns, rows, folding=_SENTENCES)


def _plain(entry: Any) -> dict[str, Any]:
    plain: dict[str, Any] = asdict(entry)
    return plain


def _fields(example: Any) -> tuple[list[str], Callable[[Any], list[str]]]:
    """A column for each field of a small catalogue."""
    names = [name for name in _plain(example) if name != "kind"]
    return names, lambda entry: [str(getattr(entry, name)) for name in names]


def _lever_row(lever: Lever) -> list[str]:
    options = ", ".join(f"{name}{' (required)' if option.required else ''}" for name, option in lever.options.items())
    told = f"{lever.sentence}\nAmount: {lever.low:g} to {lever.high:g} {lever.unit}\nOptions: {options}"
    return [lever.id, "\n".join(lever.items), told]


def _metric_row(metric: Metric) -> list[str]:
    items = f"; items: {metric.items}" if metric.items else ""
    told = f"{metric.sentence}\nFormula: {metric.definition}\nEntities: {' '.join(metric.entities)}{items}"
    return [metric.id, metric.unit, told]


_LAYOUTS: Mapping[str, tuple[list[str], Callable[[Any], list[str]]]] = {
    "levers": (["lever", "item", "what it does"], _lever_row),
    "metrics": (["metric", "unit", "what it says"], _metric_row),
}
_SENTENCES = ("what it does", "what it says", "unit", "name", "adjective", "sentence")
"""Columns that hold no identifiers: they may fold on a terminal."""
