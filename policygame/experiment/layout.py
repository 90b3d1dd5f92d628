"""How a result set lies on disk. Whoever reads or writes one takes names, columns and types from here.

    DIR/
        experiment.json      what was run: the parts that numbers follow from, versions, how to run it again
        experiment.yaml      the experiment's file as it was given
        runs.parquet         one row per run, written once: run, point, arm, replicate, seed, lever.GOV ..., quantities ...
        outcomes/*.parquet   one row per run that ended well: run, then a column for each outcome
        series/*.parquet     where series are kept: run, quarter, metric, entity, item, value
        failures/*.parquet   one row per run that failed: run, seed, error, traceback
        done/*.json          one record per task: its runs and the size and SHA-256 of its files
        .aside/, .locks/     files that are being written; who works on which runs

``run`` joins all tables. ``point`` counts the rows of the design in its own order: with one arm and one replicate the rows of
``runs.parquet`` are the design matrix that estimators of Sobol' and Morris indices expect; else select an arm and average replicates.
A task's files share a stem ``r<first run>-s<shard>of<shards>-<unique>``; files without a record in ``done/`` were cut off, and the next
run of the experiment removes them. Which rows stand in which file, and in which order, differs from time to time; sorted by their keys
(``OUTCOME_KEYS``, ``SERIES_KEYS``) they are the same to the bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

__all__ = [
    "ASIDE",
    "DONE",
    "EXPERIMENT_FILE",
    "FAILURES",
    "FAILURE_SCHEMA",
    "FORMAT",
    "LOCKS",
    "MANIFEST_FILE",
    "OUTCOMES",
    "OUTCOME_KEYS",
    "RECORDS",
    "RUNS_FILE",
    "SERIES",
    "SERIES_KEYS",
    "SERIES_SCHEMA",
    "TABLES",
    "first_run",
    "outcome_schema",
    "stem_of",
]

FORMAT = 1
"""Version of this layout, in the manifest."""
MANIFEST_FILE = "experiment.json"
EXPERIMENT_FILE = "experiment.yaml"
RUNS_FILE = "runs.parquet"
OUTCOMES, SERIES, FAILURES = "outcomes", "series", "failures"
TABLES = (OUTCOMES, SERIES, FAILURES)
"""Folders of the tables that tasks write."""
DONE, ASIDE, LOCKS = "done", ".aside", ".locks"
RECORDS = "r[0-9]*.json"
"""Records of tasks, in ``done/``."""

OUTCOME_KEYS = ("run",)
SERIES_KEYS = ("run", "quarter", "metric", "entity", "item")

_WORD = pa.dictionary(pa.int32(), pa.string())
SERIES_SCHEMA = pa.schema(
    [
        pa.field("run", pa.int64(), nullable=False),
        *(pa.field(name, _WORD, nullable=False) for name in SERIES_KEYS[1:]),
        pa.field("value", pa.float64()),
    ]
)
FAILURE_SCHEMA = pa.schema(
    [
        pa.field("run", pa.int64(), nullable=False),
        pa.field("seed", pa.uint64(), nullable=False),
        pa.field("error", pa.string(), nullable=False),
        pa.field("traceback", pa.string(), nullable=False),
    ]
)


def outcome_schema(names: Sequence[str]) -> pa.Schema:
    """Columns of ``outcomes/*.parquet``."""
    return pa.schema([pa.field("run", pa.int64(), nullable=False), *(pa.field(name, pa.float64()) for name in names)])


def stem_of(first: int, shard: tuple[int, int], unique: str) -> str:
    """The name that the files of a task share.

    >>> stem_of(256, (3, 40), "1f2e3d4c")
    'r000000256-s3of40-1f2e3d4c'
    """
    return f"r{first:09d}-s{shard[0]}of{shard[1]}-{unique}"


def first_run(file: Path) -> int | None:
    """The first run of the task that a file belongs to; None for a file of another kind.

    >>> first_run(Path("outcomes/r000000256-s3of40-1f2e3d4c.parquet"))
    256
    """
    digits = file.name[1:].partition("-")[0]
    return int(digits) if file.name.startswith("r") and digits.isdecimal() else None
