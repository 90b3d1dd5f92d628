"""Reading a result set: the tables of a folder as pandas frames, joined by ``run``.

Only tasks with a record count, so a folder may be read while it grows. How it is laid out is ``layout``; other programs read the same
files by their globs.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from policygame.experiment import layout
from policygame.experiment.folder import FolderError, read_manifest

__all__ = ["Results", "load_results"]


class Results:
    """A result set. ``manifest`` says what was run; tables are read when they are asked for, sorted by their keys."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest = read_manifest(folder)
        self._records = [
            json.loads(file.read_text(encoding="utf-8")) for file in sorted((folder / layout.DONE).glob(layout.RECORDS))
        ]

    def __repr__(self) -> str:
        return f"<Results of {self.manifest['name']}: {self.done:,} of {self.planned:,} runs in {self.folder}>"

    @property
    def planned(self) -> int:
        """Runs of the whole experiment."""
        return int(self.manifest["runs"])

    @property
    def done(self) -> int:
        """Runs that are done, failed ones included."""
        return sum(last - first + 1 for record in self._records for first, last in record["runs"])

    @property
    def outcome_names(self) -> list[str]:
        """Columns of ``outcomes``."""
        return list(self.manifest["parts"]["outcomes"])

    @property
    def quantity_names(self) -> list[str]:
        """Columns of ``runs`` that the design moves."""
        return [quantity["name"] for quantity in self.manifest["parts"]["quantities"]]

    @cached_property
    def arm_names(self) -> tuple[str, ...]:
        """Arms in the order of the experiment's file, the first of which others are compared with in pictures."""
        column = pq.read_table(self.folder / layout.RUNS_FILE, columns=["arm"])["arm"].combine_chunks()
        return tuple(map(str, column.dictionary.to_pylist()))

    def files(self, table: str) -> list[Path]:
        """Files of a table (``outcomes``, ``series`` or ``failures``) whose tasks are done."""
        names = sorted(name for record in self._records for name in record["files"] if name.startswith(f"{table}/"))
        return [self.folder / name for name in names]

    def files_of(self, table: str, first: int, last: int) -> list[Path]:
        """Files of a table in which runs from ``first`` to ``last`` may stand, so that none of the others needs to be opened."""
        names = sorted(
            name
            for record in self._records
            for name in record["files"]
            if name.startswith(f"{table}/") and any(low <= last and first <= high for low, high in record["runs"])
        )
        return [self.folder / name for name in names]

    @property
    def failed(self) -> int:
        """Runs that failed."""
        return sum(len(record["failed"]) for record in self._records)

    @cached_property
    def runs(self) -> pd.DataFrame:
        """One row per planned run: run, point, arm, replicate, seed, levers, quantities."""
        return _frame(pq.read_table(self.folder / layout.RUNS_FILE))

    @cached_property
    def outcomes(self) -> pd.DataFrame:
        """One row per run that ended well: run, then every outcome."""
        return self._read(layout.OUTCOMES, layout.outcome_schema(self.outcome_names), layout.OUTCOME_KEYS)

    @cached_property
    def failures(self) -> pd.DataFrame:
        """One row per run that failed: run, seed, error, traceback."""
        return self._read(layout.FAILURES, layout.FAILURE_SCHEMA, ("run",))

    @property
    def table(self) -> pd.DataFrame:
        """``runs`` and ``outcomes`` in one: a row for each run that ended well."""
        return self.runs.merge(self.outcomes, on="run", validate="one_to_one")

    def series(self, metrics: Sequence[str] | None = None, runs: Sequence[int] | None = None) -> pd.DataFrame:
        """What was kept quarter by quarter: run, quarter, metric, entity, item, value. Select with ``metrics`` and ``runs``.

        FolderError where nothing was kept.
        """
        parts = [_frame(part) for part in self.series_parts(metrics, runs)]
        whole = pd.concat([part.astype(_PLAIN) for part in parts], ignore_index=True)
        keys = list(layout.SERIES_KEYS)
        return whole.sort_values(keys, ignore_index=True).astype(_CATEGORIES)

    def series_parts(self, metrics: Sequence[str] | None = None, runs: Sequence[int] | None = None) -> Iterator[pa.Table]:
        """The same file by file, as Arrow tables in no order, so that the whole need not be held. FolderError as ``series``."""
        if not self.manifest["parts"]["kept"]:
            raise FolderError(f"{self.folder} keeps no series; an experiment keeps them with 'keep: quarterly'.")
        chosen = None if metrics is None else ds.field("metric").cast(pa.string()).isin(list(metrics))
        if runs is not None:
            own = ds.field("run").isin([int(run) for run in runs])
            chosen = own if chosen is None else chosen & own
        yield layout.SERIES_SCHEMA.empty_table()
        for file in self.files(layout.SERIES):
            with pq.ParquetFile(file) as parquet:
                groups = [k for k in range(parquet.num_row_groups) if metrics is None or _may_hold(parquet, k, metrics)]
                table = parquet.read_row_groups(groups).cast(layout.SERIES_SCHEMA)
            yield table if chosen is None else table.filter(chosen)

    def _read(self, table: str, schema: pa.Schema, keys: Sequence[str]) -> pd.DataFrame:
        tables = [schema.empty_table(), *(pq.read_table(file, schema=schema) for file in self.files(table))]
        return _frame(pa.concat_tables(tables)).sort_values(list(keys), ignore_index=True)


def _may_hold(parquet: pq.ParquetFile, group: int, metrics: Sequence[str]) -> bool:
    """Whether a part of a file may have rows of one of these metrics, by what is noted of it: each part was written for one metric."""
    noted = parquet.metadata.row_group(group).column(layout.SERIES_SCHEMA.get_field_index("metric")).statistics
    return noted is None or not noted.has_min_max or any(noted.min <= metric <= noted.max for metric in metrics)


_WORDS = layout.SERIES_KEYS[1:]
_PLAIN: Any = dict.fromkeys(_WORDS, "str")
_CATEGORIES: Any = dict.fromkeys(_WORDS, "category")


def _frame(table: pa.Table) -> pd.DataFrame:
    frame: pd.DataFrame = table.to_pandas()
    return frame


def load_results(folder: str | os.PathLike[str]) -> Results:
    """The result set in a folder, finished or not. FolderError where there is none."""
    return Results(Path(folder))
