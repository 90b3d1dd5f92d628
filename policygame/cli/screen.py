"""What all commands show with: consoles, tables, JSON and the progress bar.

Results go to standard output; progress and errors to standard error, so that standard output can be piped.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Collection, Sequence
from types import TracebackType
from typing import Any, Self

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

__all__ = ["ProgressBar", "print_json", "print_table", "print_text"]

PATIENCE_S = 2.0
READABLE = 24
"""Narrowest column of sentences."""
_BETWEEN = 3  # what Rich sets between two columns of such a table


def print_text(text: str) -> None:
    """Print ``text`` as it stands, without markup."""
    Console(soft_wrap=True, highlight=False, markup=False, emoji=False).print(text)


def print_table(
    title: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    numbers: bool = False,
    caption: str | None = None,
    folding: Collection[str] = (),
) -> None:
    """Print a table; with ``numbers`` all columns but the first are set to the right.

    Cells are Rich markup: a caller escapes words that may hold brackets. On a terminal the columns named in ``folding`` hold
    sentences, which fold between words; nothing else ever folds, and nothing is cut, however narrow the terminal. Elsewhere
    nothing folds at all, so that what is piped can be searched line by line.
    """
    console = Console(highlight=False, emoji=False, soft_wrap=True)
    table = Table(header_style="bold", box=SIMPLE_HEAD, pad_edge=False)
    widths = _widths(columns, rows, folding, console.width if console.is_terminal else None)
    for place, (name, width) in enumerate(zip(columns, widths, strict=True)):
        table.add_column(name, justify="right" if numbers and place else "left", width=width)
    for row in rows:
        table.add_row(*row)
    console.print(title, style="italic", markup=False)
    console.width = max(console.width, sum(widths) + _BETWEEN * (len(widths) + 1))
    console.print(table, soft_wrap=False)
    if caption is not None:
        console.print(f"{caption}\n", style="dim", markup=False)


def _widths(columns: Sequence[str], rows: Sequence[Sequence[str]], folding: Collection[str], terminal: int | None) -> list[int]:
    """Width of each column: its longest line, or on a terminal of limited width its longest word where it may fold.

    The longest column that folds takes what is left of the terminal's width, and never so little that it cannot be read.
    """
    cells = [[Text.from_markup(text).plain for text in (name, *(row[n] for row in rows))] for n, name in enumerate(columns)]
    whole = [max(len(line) for cell in column for line in cell.split("\n")) for column in cells]
    if terminal is None or sum(whole) + _BETWEEN * (len(columns) + 1) <= terminal:
        return whole
    folded = [n for n, name in enumerate(columns) if name in folding]
    words = {n: max([min(12, whole[n]), *(len(word) for cell in cells[n] for word in cell.split())]) for n in folded}
    widths = [words.get(n, width) for n, width in enumerate(whole)]
    if folded:
        longest = max(folded, key=whole.__getitem__)
        left = terminal - _BETWEEN * (len(columns) + 1) - (sum(widths) - widths[longest])
        widths[longest] = min(max(left, widths[longest], READABLE), whole[longest])
    return widths


def print_json(value: Any) -> None:
    """Print ``value`` as JSON; numbers that JSON does not have (nan, infinity) become null."""
    print(json.dumps(_plain(value), indent=2, ensure_ascii=False, allow_nan=False))


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(entry) for entry in value]
    return value


class ProgressBar:
    """A progress bar on standard error that appears once something has taken two seconds, and only on a terminal.

    Used as a context manager; called with the steps done and the steps in all.
    """

    def __init__(self, label: str, enabled: bool = True, console: Console | None = None) -> None:
        self._console = console if console is not None else Console(stderr=True)
        self._label = label
        self._enabled = enabled and self._console.is_terminal
        self._begin = 0.0
        self._progress: Progress | None = None
        self._task = TaskID(0)

    def __enter__(self) -> Self:
        self._begin = time.monotonic()
        return self

    def __call__(self, done: int, total: int) -> None:
        """Show that ``done`` of ``total`` steps are done."""
        if self._enabled and self._progress is None and time.monotonic() - self._begin > PATIENCE_S and done < total:
            self._progress = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                TextColumn("{task.percentage:3.0f} %"),
                TimeRemainingColumn(),
                console=self._console,
                transient=True,
            )
            self._task = self._progress.add_task(self._label, total=total)
            self._progress.start()
        if self._progress is not None:
            self._progress.update(self._task, completed=done, total=total)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._progress is not None:
            self._progress.stop()
