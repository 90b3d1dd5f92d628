"""Writing results where others find them: tidy Parquet and a manifest beside it, all of it or nothing.

Files are written in a hidden directory next to the target and renamed at the end, so a crash, Ctrl-C or a full disk leaves no
half file. Two runs of a command give identical bytes: there is no clock and no place in either file. What is in a result belongs
to ``simulation``; what is shown on screen to ``cli``.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from policygame.errors import UserError
from policygame.version import model_version

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from policygame.simulation import Result

__all__ = ["COLUMNS", "MANIFEST_FILE", "RESULTS_FILE", "OutputError", "Provenance", "reserve", "write_parquet", "write_results"]

RESULTS_FILE = "results.parquet"
MANIFEST_FILE = "manifest.json"
COLUMNS = ("world", "seed", "quarter", "metric", "entity", "item", "value")
_WORDS = ("quarter", "metric", "entity", "item")
_ROWS_PER_GROUP = 1_000_000


class OutputError(UserError):
    """The output cannot be written where it was asked for."""


@dataclass(frozen=True)
class Provenance:
    """What a manifest says beyond the result itself: enough to run the same again.

    ``command`` is the command line with a word for the place of the output, ``policies`` maps a government to the name of its bot
    or the lines of its policy, ``changes`` are the changes in words, ``metrics`` those selected (None: all of them),
    ``scenario_file`` the scenario's path as given (None: a shipped scenario, which its name alone finds).
    """

    command: str
    policies: Mapping[str, str]
    changes: Sequence[str] = ()
    metrics: Sequence[str] | None = None
    scenario_file: str | None = None


@contextmanager
def reserve(directory: Path, *, force: bool = False) -> Iterator[Path]:
    """Reserve ``directory`` for a result and yield a hidden directory to write in; on success its files move to ``directory``.

    OutputError is raised at once, before anything is computed, when the place holds results already (unless ``force``) or cannot
    be written. On any error inside the block everything written is removed.
    """
    directory = Path(os.path.abspath(directory)).resolve()
    _refuse(directory, force)
    base = _nearest_existing(directory)
    partial = base / f".{directory.name}.partial-{os.getpid()}"
    try:
        partial.mkdir()
    except OSError as error:
        raise OutputError(_cannot(directory, error)) from error
    try:
        yield partial
        try:
            _publish(partial, directory, force)
        except OSError as error:
            raise OutputError(_cannot(directory, error)) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _refuse(directory: Path, force: bool) -> None:
    if directory.exists() and not directory.is_dir():
        raise OutputError(f"{directory} is a file, not a directory. Name a directory for the results, or remove the file.")
    present = [name for name in (RESULTS_FILE, MANIFEST_FILE) if os.path.lexists(directory / name)]
    if present and not force:
        raise OutputError(
            f"{directory} holds results already ({' and '.join(present)}). Name another directory, or replace them with --force."
        )


def _nearest_existing(directory: Path) -> Path:
    return next(place for place in (directory, *directory.parents) if place.exists())


def _cannot(directory: Path, error: OSError) -> str:
    return f"{directory} cannot be written: {error.strerror or error}. Name a directory in which you may write."


def _publish(partial: Path, directory: Path, force: bool) -> None:
    """Move the finished files into place. A manifest is never seen beside results that it does not describe."""
    if not directory.exists():
        directory.parent.mkdir(parents=True, exist_ok=True)
        partial.rename(directory)
        return
    _refuse(directory, force)
    (directory / MANIFEST_FILE).unlink(missing_ok=True)
    for name in (RESULTS_FILE, MANIFEST_FILE):
        os.replace(partial / name, directory / name)


def write_results(
    result: Result, directory: Path, provenance: Provenance, progress: Callable[[int, int], None] | None = None
) -> dict[str, Any]:
    """Write ``results.parquet`` and ``manifest.json`` into ``directory`` (which exists) and return the manifest.

    ``progress`` is called with the rows written and the rows in all.
    """
    metrics = None if provenance.metrics is None else list(provenance.metrics)
    path = directory / RESULTS_FILE
    total = row_count(result, metrics)

    def written(rows: int) -> None:
        if progress is not None:
            progress(rows, total)

    try:
        rows = write_parquet(result.frames(metrics=metrics, rows=_ROWS_PER_GROUP), path, written)
        manifest = _manifest(result, provenance, rows, path)
        text = json.dumps(manifest, indent=2, sort_keys=True, ensure_ascii=False)
        (directory / MANIFEST_FILE).write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise OutputError(f"the results cannot be written: {error.strerror or error}. Fewer --metrics need less room.") from error
    return manifest


def row_count(result: Result, metrics: Sequence[str] | None = None) -> int:
    """Rows of the tidy frame of ``metrics`` (None: all): series x quarters x worlds."""
    from policygame.catalogue import METRICS

    chosen = [name for name, metric in METRICS.items() if not metric.on_demand] if metrics is None else metrics
    return sum(len(result.series(metric)) for metric in chosen) * len(result.quarters) * len(result.seeds)


def write_parquet(frames: Iterator[pd.DataFrame], path: Path, written: Callable[[int], None] = lambda rows: None) -> int:
    """Write tidy frames to ``path``, one row group each, and return the number of rows.

    Words are dictionary-encoded; values are split into byte streams before compression, which suits smooth series.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = _schema()
    rows = 0
    with pq.ParquetWriter(
        path,
        schema,
        compression="zstd",
        compression_level=1,
        use_dictionary=[name for name in COLUMNS if name != "value"],
        column_encoding={"value": "BYTE_STREAM_SPLIT"},
    ) as writer:
        for frame in frames:
            writer.write_table(pa.Table.from_arrays([_column(frame, field) for field in schema], schema=schema))
            rows += len(frame)
            written(rows)
    return rows


def _schema() -> pa.Schema:
    import pyarrow as pa

    words = pa.dictionary(pa.int32(), pa.string())
    types = {"world": pa.int32(), "seed": pa.uint64(), "value": pa.float64()} | dict.fromkeys(_WORDS, words)
    return pa.schema([pa.field(name, types[name], nullable=name == "value") for name in COLUMNS])


def _column(frame: pd.DataFrame, field: pa.Field) -> pa.Array:
    import pyarrow as pa

    column = frame[field.name]
    if field.name not in _WORDS:
        return pa.array(column.to_numpy(), type=field.type)
    if column.dtype == "category":
        codes, words = column.cat.codes.to_numpy(), column.cat.categories.astype(str)
    else:
        codes, words = column.astype(str).factorize()
    return pa.DictionaryArray.from_arrays(pa.array(codes, type=pa.int32()), pa.array(list(words), type=pa.string()))


def _manifest(result: Result, provenance: Provenance, rows: int, path: Path) -> dict[str, Any]:
    scenario = result.scenario
    place = {} if provenance.scenario_file is None else {"file": provenance.scenario_file}
    return {
        "changes": list(provenance.changes),
        "columns": list(COLUMNS),
        "command": provenance.command,
        "model": model_version(),
        "metrics": "all" if provenance.metrics is None else list(provenance.metrics),
        "policies": dict(provenance.policies),
        "quarters": {
            "first": str(result.quarters[0]),
            "last": str(result.quarters[-1]),
            "count": len(result.quarters),
        },
        "results": {"file": RESULTS_FILE, "rows": rows, "sha256": _sha256(path)},
        "scenario": {"name": scenario.name, "hash": scenario.hash, **place},
        "seeds": _ranges(result.seeds),
        "versions": {
            **{name: version(name) for name in ("policygame", "mesa", "numpy", "pyarrow", "scipy")},
            "python": platform.python_version(),
        },
    }


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _ranges(seeds: Sequence[int]) -> list[list[int]]:
    """Seeds in order as inclusive ranges.

    >>> _ranges([1, 2, 3, 9, 8])
    [[1, 3], [9, 9], [8, 8]]
    """
    ranges: list[list[int]] = []
    for seed in map(int, seeds):
        if ranges and ranges[-1][1] == seed - 1:
            ranges[-1][1] = seed
        else:
            ranges.append([seed, seed])
    return ranges
