"""``policygame analyze``: ask a result set what it can answer, show the tables and write them beside it."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from policygame.cli.options import OptionError, whole_number
from policygame.cli.screen import print_json, print_table, print_text

if TYPE_CHECKING:
    from policygame.analysis import Table

_ROWS = 24
"""Rows that are shown of a table; its file has all."""
_FILES_ONLY = ("boxes_peeling", "convergence_running")
"""Tables to draw from rather than to read."""


def analyze(
    results: Annotated[str, typer.Argument(help="Folder of a finished result set.", metavar="RESULTS")],
    method: Annotated[
        list[str] | None,
        typer.Option(
            help="Only this: sobol, morris, boxes, ranking or convergence; may be given again. Default: all that the design suits.",
            metavar="METHOD",
        ),
    ] = None,
    cases: Annotated[
        list[str] | None,
        typer.Option(help="Runs whose boxes are sought: [b]'hhi > 4000'[/b]. Default: the highest tenth.", metavar="CASES"),
    ] = None,
    want: Annotated[
        list[str] | None,
        typer.Option(
            help="Which end of an outcome is better: [b]hhi=lower[/b]. Default: as its metric says.", metavar="OUTCOME=END"
        ),
    ] = None,
    precision: Annotated[
        str, typer.Option(help="Half an interval that is enough, as a share of the mean.", metavar="SHARE")
    ] = "0.01",
    seed: Annotated[str, typer.Option(help="Seed of the bootstrap behind the intervals of indices.", metavar="N")] = "1",
    json: Annotated[bool, typer.Option("--json", help="Write JSON to standard output.")] = False,
) -> None:
    """Which quantities matter, where cases lie, which arm is best, and whether there were worlds enough."""
    from policygame.analysis import METHODS, Options, analyse, open_sample, write_tables
    from policygame.analysis.analyse import FOLDER
    from policygame.analysis.discovery import parse_cases
    from policygame.catalogue import nearest

    for name in method or ():
        if name not in METHODS:
            raise OptionError(f"--method {name!r} is unknown; allowed are {', '.join(METHODS)}.{nearest(name, tuple(METHODS))}")
    share, number = _precision(precision), whole_number(seed, "--seed", 1, 2**32 - 1)
    sample = open_sample(results)
    names = list(sample.outcomes)
    options = Options(
        tuple(dict.fromkeys(method or ())),
        tuple(parse_cases(text, names) for text in cases or ()),
        _wanted(want or (), names),
        share,
        number,
    )
    tables = analyse(sample, options)
    folder = Path(results) / FOLDER
    files = write_tables(folder, tables)
    if json:
        print_json(
            {
                "experiment": sample.results.manifest["name"],
                "runs": sample.results.planned,
                "failed": sample.missing,
                "files": [str(file) for file in files],
                "tables": {one.name: {"note": one.note, "rows": plain_rows(one)} for one in tables},
            }
        )
        return
    manifest = sample.results.manifest
    print_text(f"{manifest['title']}: {sample.results.planned:,} runs, {sample.missing:,} failed.")
    for one in tables:
        if one.name not in _FILES_ONLY:
            _show(one)
    print_text(f"Every table as CSV is in {folder}.")


def plain_rows(one: Table) -> list[dict[str, Any]]:
    """Rows as plain values, None where there is none."""
    return [{str(key): _plain(value) for key, value in row.items()} for row in one.frame.to_dict("records")]


def _plain(value: Any) -> Any:
    plain = value.item() if hasattr(value, "item") else value
    return None if isinstance(plain, float) and math.isnan(plain) else plain


def _precision(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = math.nan
    if not 0.0 < share <= 1.0:
        raise OptionError(f"--precision {text!r} is not understood; allowed is a share above 0 and up to 1, like 0.01.")
    return share


def _wanted(texts: list[str] | tuple[()], outcomes: list[str]) -> dict[str, str]:
    found = {}
    for text in texts:
        name, _, end = text.partition("=")
        if name not in outcomes or end not in ("higher", "lower"):
            raise OptionError(
                f"--want {text!r} is not understood; write OUTCOME=higher or OUTCOME=lower, with one of {', '.join(outcomes)}."
            )
        found[name] = end
    return found


def _show(one: Table) -> None:
    shown = plain_rows(one)[:_ROWS]
    rows = [[escape(_cell(value)) for value in row.values()] for row in shown]
    left = len(one.frame) - len(shown)
    words = [one.note] if one.note else []
    words += [f"{left:,} more rows are in {one.name}.csv."] if left else []
    if rows:
        print_table(one.title, list(map(str, one.frame.columns)), rows, numbers=True, caption=" ".join(words) or None)
    else:
        print_text(f"{one.title}: nothing was found. {' '.join(words)}")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    return f"{value:,}" if isinstance(value, int) else str(value)
