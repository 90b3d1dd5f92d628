"""Tables of points: a design that lists its values, in the experiment itself or in a CSV file.

Every column is an amount, the address of a number, a factor on capacity, or ``arm`` for the arm that the row is run in.
"""

from __future__ import annotations

import csv
import math
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from policygame.experiment import dimensions
from policygame.experiment.dimensions import Dimension
from policygame.experiment.schema import MOST_POINTS, Design
from policygame.model.arrays import Array, Index
from policygame.scenario import Scenario
from policygame.scenario.numbers import SourcedNumber
from policygame.scenario.problems import MOST_PROBLEMS, MismatchError, Problem, listed, quoted, suggestion
from policygame.scenario.spot import Spot

__all__ = ["ARM", "Table", "read_table"]

ARM = "arm"
_MOST_BYTES = 2_000_000_000


@dataclass(frozen=True)
class Table:
    """Points as they are listed: ``values`` (point, dimension), and the position of each point's arm where the table names arms."""

    dimensions: tuple[Dimension, ...]
    values: Array
    arms: Index | None


@dataclass(frozen=True)
class _Row:
    """A row's cells by column, and how a problem with one of them is told."""

    cells: Mapping[str, Any]
    spot: Spot | None
    file: str
    line: int

    def problem(self, column: str, found: str, allowed: str, hint: str = "") -> Problem:
        if self.spot is not None:
            at = self.spot.at(column)
            return (at if at.node is not None else self.spot).problem(found, allowed, hint)
        return Problem(self.file, self.line, 1, column, found, allowed, hint)


def read_table(
    design: Design,
    spot: Spot | None,
    folder: Path,
    scenario: Scenario,
    numbers: Mapping[str, SourcedNumber],
    amounts: Sequence[Dimension],
    arms: Sequence[str],
    problems: list[Problem],
) -> Table | None:
    """The table of a design; None, and what is wrong with it added to ``problems``, where it cannot be used.

    ``spot`` is where the design stands in the experiment's file, for problems with rows and the name of a table's file.
    """
    before = len(problems)
    rows = _rows(design, spot, folder, problems)
    head = next(rows, None)
    if head is None or len(problems) > before:
        return None
    columns = list(head.cells)
    found = [_dimension(name, head, scenario, numbers, amounts, problems) for name in columns if name != ARM]
    missing = [amount.name for amount in amounts if amount.name not in columns]
    if missing:
        problems.append(head.problem("", f"no column of {listed(missing)}", "a column for every amount"))
    if len(problems) > before:
        return None
    dims = tuple(dimension for dimension in found if dimension is not None)
    values, at = array("d"), array("q")  # row by row: millions of rows would not fit as objects
    for row in chain([head], rows):
        if len(problems) >= MOST_PROBLEMS:
            break
        if list(row.cells) != columns and set(row.cells) != set(columns):
            problems.append(row.problem("", f"a row with {listed(row.cells)}", f"the columns of the first: {listed(columns)}"))
            continue
        values.extend(_value(row, dimension, problems) for dimension in dims)
        at.append(_arm(row, arms, problems) if ARM in columns else 0)
    if len(problems) > before:
        return None
    points = np.frombuffer(values).reshape(len(at), len(dims))
    return Table(dims, points, np.frombuffer(at, np.int64).astype(np.intp, copy=False) if ARM in columns else None)


def _rows(design: Design, spot: Spot | None, folder: Path, problems: list[Problem]) -> Iterator[_Row]:
    if design.rows is not None:
        spots = [None] * len(design.rows) if spot is None else list(spot.at("rows").items())
        for number, (row, at) in enumerate(zip(design.rows, spots, strict=True), start=1):
            yield _Row(row, at, "design.rows", number)
        return
    file = folder / str(design.file)
    try:
        if file.stat().st_size > _MOST_BYTES:
            problems.append(_file_problem(spot, file, f"a file of {file.stat().st_size / 1e9:.1f} GB", "at most 2 GB"))
            return
        with file.open(encoding="utf-8-sig", newline="") as stream:
            yield from _csv_rows(csv.reader(stream, strict=True), str(file), problems)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        problems.append(_file_problem(spot, file, f"a file that cannot be read ({reason})", "a CSV file in UTF-8"))


def _file_problem(spot: Spot | None, file: Path, found: str, allowed: str) -> Problem:
    """A problem with the file as a whole, told where the experiment names it."""
    return Problem(str(file), None, None, "", found, allowed) if spot is None else spot.at("file").problem(found, allowed)


def _csv_rows(reader: Any, file: str, problems: list[Problem]) -> Iterator[_Row]:
    header = [name.strip() for name in next(reader, [])]
    if not header or len(set(header)) < len(header) or not all(header):
        problems.append(Problem(file, 1, 1, "", f"the header {listed(header)}", "a different name for each column"))
        return
    count = 0
    for cells in reader:
        if not cells:
            continue
        count += 1
        if len(cells) != len(header) or count > MOST_POINTS or len(problems) >= MOST_PROBLEMS:
            words = f"{len(cells)} cells" if count <= MOST_POINTS else f"more than {MOST_POINTS:,} rows"
            problems.append(Problem(file, reader.line_num, 1, "", words, f"{len(header)} cells, as in the header"))
            return
        yield _Row(dict(zip(header, cells, strict=True)), None, file, reader.line_num)
    if count == 0:
        problems.append(Problem(file, 1, 1, "", "no row", "a header and at least one row"))


def _dimension(
    name: str,
    row: _Row,
    scenario: Scenario,
    numbers: Mapping[str, SourcedNumber],
    amounts: Sequence[Dimension],
    problems: list[Problem],
) -> Dimension | None:
    amount = next((amount for amount in amounts if amount.name == name), None)
    if amount is not None:
        return amount
    try:
        return dimensions.of_path(name, numbers, scenario)
    except MismatchError as error:
        problems.append(row.problem(name, f"the column {quoted(name)}: {error.found}", error.allowed, error.hint))
        return None


def _value(row: _Row, dimension: Dimension, problems: list[Problem]) -> float:
    given = row.cells[dimension.name]
    try:
        value = float("nan") if isinstance(given, bool) or given is None else float(given)
    except (TypeError, ValueError):
        value = float("nan")
    if not (math.isfinite(value) and dimension.low <= value <= dimension.high):
        problems.append(row.problem(dimension.name, quoted(str(given)), f"a number, {dimension.allowed}"))
    return value


def _arm(row: _Row, arms: Sequence[str], problems: list[Problem]) -> int:
    word = str(row.cells[ARM])
    if word in arms:
        return list(arms).index(word)
    if arms:
        problems.append(row.problem(ARM, f"unknown arm {quoted(word)}", listed(arms), suggestion(word, arms)))
    return 0
