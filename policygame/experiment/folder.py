"""The folder of a result set: begun, resumed, locked, and written task by task so that nothing half-finished ever counts.

A task's tables are written aside and renamed; its record comes last and says what they hold. What has no record, or does not match it,
is not done. How files are laid out and named is ``layout``; what is run, and when, ``running``.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from policygame.errors import UserError
from policygame.experiment import layout
from policygame.experiment.plan import Plan, Runs

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

__all__ = [
    "Finished",
    "FolderError",
    "begin",
    "cannot_write",
    "clear",
    "commit",
    "finished",
    "lock",
    "read_manifest",
    "write_aside",
]

_ROWS_OF_RUNS = 20_000
_RUNS_AT_ONCE = 1 << 20
_RUNS_RECORD = "runs.json"


class FolderError(UserError):
    """A folder that cannot take the results of an experiment, or does not hold any."""


# begin -----------------------------------------------------------------------------------------------------------------


def begin(plan: Plan, out: Path) -> None:
    """Make the folder of a plan, or check that the one that is there is this plan's. FolderError says why it is not."""
    if out.exists() and not out.is_dir():
        raise FolderError(f"{out} is a file, not a directory. Name a directory for the results, or remove the file.")
    try:
        if (out / layout.MANIFEST_FILE).exists():
            _same(plan, out)
        else:
            if out.is_dir() and any(not entry.name.startswith(".") for entry in out.iterdir()):
                raise FolderError(f"{out} holds other files and no experiment. Name an empty or a new directory.")
            out.mkdir(parents=True, exist_ok=True)
            manifest = json.dumps(_manifest(plan), indent=2, sort_keys=True, ensure_ascii=False) + "\n"
            _put(out / layout.EXPERIMENT_FILE, lambda file: file.write_text(plan.text, encoding="utf-8"))
            _put(out / layout.MANIFEST_FILE, lambda file: file.write_text(manifest, encoding="utf-8"))
        for name in (*layout.TABLES, layout.DONE, layout.ASIDE, layout.LOCKS):
            (out / name).mkdir(exist_ok=True)
        _put_runs(plan, out)
    except OSError as error:
        raise cannot_write(out, error) from error


def cannot_write(out: Path, error: OSError) -> FolderError:
    """What is said where a result cannot be written."""
    return FolderError(
        f"{out} cannot be written: {error.strerror or error}. What is finished is kept; make room or name another directory, "
        "then give the same command again."
    )


def _manifest(plan: Plan) -> dict[str, Any]:
    experiment = plan.experiment
    return {
        "format": layout.FORMAT,
        "name": experiment.name,
        "title": experiment.title,
        "question": experiment.question,
        "runs": plan.n_runs,
        "parts": plan.parts,
        "versions": {
            **{name: version(name) for name in ("policygame", "mesa", "numpy", "pyarrow", "scipy")},
            "python": platform.python_version(),
        },
    }


def read_manifest(out: Path) -> dict[str, Any]:
    """What a folder says that it holds. FolderError where it holds no experiment."""
    file = out / layout.MANIFEST_FILE
    try:
        manifest = json.loads(file.read_text(encoding="utf-8"))
        if manifest["format"] != layout.FORMAT:
            raise FolderError(f"{file}: found the format {manifest['format']!r}; allowed is {layout.FORMAT}.")
        return dict(manifest)
    except FileNotFoundError:
        raise FolderError(f"{out} holds no results of an experiment: it has no {layout.MANIFEST_FILE}.") from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise FolderError(f"{file} cannot be read ({error}). Name another directory.") from None


def _same(plan: Plan, out: Path) -> None:
    """FolderError where the folder was begun with another plan, with what differs."""
    before, now = read_manifest(out)["parts"], json.loads(json.dumps(plan.parts))
    differing = [name for name in now if before.get(name) != now[name]]
    if differing:
        told = "; ".join(_difference(name, before.get(name), now[name]) for name in differing)
        raise FolderError(
            f"{out} holds results of another experiment or model, and mixing the two would mislead: {told}. Name another directory, "
            "or give back what was changed."
        )


def _difference(part: str, before: Any, now: Any) -> str:
    """How a part of the plan differs, in a few words."""
    if isinstance(before, dict) and isinstance(now, dict):
        keys = [key for key in (*before, *(key for key in now if key not in before)) if before.get(key) != now.get(key)]
        inner = ", ".join(f"{key} was {_short(before.get(key))} and is {_short(now.get(key))}" for key in keys[:3])
        return f"{part}: {inner}" + (f" and {len(keys) - 3} more" if len(keys) > 3 else "")
    return f"{part} was {_short(before)} and is {_short(now)}"


def _short(value: Any) -> str:
    text = "nothing" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _put_runs(plan: Plan, out: Path) -> None:
    """Write ``runs.parquet``, unless it is there, whole."""
    record = out / layout.DONE / _RUNS_RECORD
    known = _read_record(record)
    if known is not None and _whole(out, known, verify=True):
        return

    def write(file: Path) -> None:
        with pq.ParquetWriter(file, plan.table(0, 0).schema, compression="zstd") as writer:
            for first in range(0, plan.n_runs, _ROWS_OF_RUNS):
                writer.write_table(plan.table(first, min(first + _ROWS_OF_RUNS, plan.n_runs)))

    _put(out / layout.RUNS_FILE, write)
    told = {"files": {layout.RUNS_FILE: _fingerprint(out / layout.RUNS_FILE)}}
    _put(record, lambda file: file.write_text(json.dumps(told) + "\n", encoding="utf-8"))


def _put(file: Path, write: Callable[[Path], Any]) -> None:
    """Write a file aside, in its folder, and rename it."""
    aside = file.parent / f".{file.name}.{uuid.uuid4().hex}"
    try:
        write(aside)
        os.replace(aside, file)
    finally:
        aside.unlink(missing_ok=True)


# who works where -------------------------------------------------------------------------------------------------------


@contextmanager
def lock(out: Path, first: int, end: int) -> Iterator[None]:
    """Keep runs ``first`` to ``end`` (excluded) to this process. FolderError where another one works on some of them.

    The lock ends with the process, however it ends. Systems that cannot lock files are trusted.
    """
    if fcntl is None:
        yield
        return
    with (out / layout.LOCKS / f"{first}-{end}").open("a") as held:
        _take(held, out)
        for file in sorted((out / layout.LOCKS).iterdir()):
            begins, _, ends = file.name.partition("-")
            if (
                file.name != f"{first}-{end}"
                and begins.isdecimal()
                and ends.isdecimal()
                and int(begins) < end
                and first < int(ends)
            ):
                with file.open("a") as other:
                    _take(other, out)
        yield


def _take(stream: IO[str], out: Path) -> None:
    """Lock a file until it is closed. A file system that cannot lock is trusted."""
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise FolderError(f"another process works on these runs in {out}. Wait for it, or end it first.") from None
    except OSError:
        return


# tasks -------------------------------------------------------------------------------------------------------------------


def write_aside(out: Path, table: str, stem: str, schema: pa.Schema, pieces: Iterator[pa.Table]) -> Path | None:
    """Write the rows of a task's table aside; None, and no file, where there are none."""
    file = out / layout.ASIDE / f"{stem}.{table}.parquet"
    writer: pq.ParquetWriter | None = None
    try:
        for piece in pieces:
            if len(piece):
                writer = writer or pq.ParquetWriter(
                    file,
                    schema,
                    compression="zstd",
                    compression_level=1,
                    use_dictionary=[field.name for field in schema if pa.types.is_dictionary(field.type)],
                )
                writer.write_table(piece.cast(schema))
    finally:
        if writer is not None:
            writer.close()
    return None if writer is None else file


def commit(out: Path, stem: str, tables: Mapping[str, Path], runs: Runs, failed: list[int]) -> None:
    """Put a task's tables into place and record it. Until the record stands, nothing of it counts."""
    files = {}
    for table, aside in tables.items():
        name = f"{table}/{stem}.parquet"
        _flush(aside)
        files[name] = _fingerprint(aside)
        os.replace(aside, out / name)
    told = {"runs": _ranges(runs), "failed": failed, "files": files}
    aside = out / layout.ASIDE / f"{stem}.json"
    aside.write_text(json.dumps(told) + "\n", encoding="utf-8")
    _flush(aside)
    os.replace(aside, out / layout.DONE / f"{stem}.json")


def _flush(file: Path) -> None:
    """Have the system write a file out, so that a machine that stops leaves no hole behind a record."""
    with file.open("rb+") as stream:
        os.fsync(stream.fileno())


def _fingerprint(file: Path) -> dict[str, Any]:
    with file.open("rb") as stream:
        return {"bytes": file.stat().st_size, "sha256": hashlib.file_digest(stream, "sha256").hexdigest()}


def _ranges(runs: Runs) -> list[list[int]]:
    """Ascending runs as inclusive ranges."""
    if not len(runs):
        return []
    cuts = np.flatnonzero(np.diff(runs) != 1)
    return [[int(a), int(b)] for a, b in zip(runs[np.r_[0, cuts + 1]], runs[np.r_[cuts, len(runs) - 1]], strict=True)]


# what is done ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Finished:
    """What is done of the runs ``first`` to ``end``: ``done`` (run - first,), how many failed, and what was found damaged."""

    first: int
    done: npt.NDArray[np.bool_]
    failed: int
    damaged: tuple[str, ...]

    @property
    def n_missing(self) -> int:
        """How many runs are planned and not done."""
        return len(self.done) - int(np.count_nonzero(self.done))

    def missing(self, size: int) -> Iterator[Runs]:
        """Runs that are planned and not done, ascending, ``size`` at a time; never all of them as numbers at once."""
        rest = np.empty(0, dtype=np.int64)
        for at in range(0, len(self.done), _RUNS_AT_ONCE):
            found = np.flatnonzero(~self.done[at : at + _RUNS_AT_ONCE]) + (self.first + at)
            rest = np.concatenate([rest, found.astype(np.int64, copy=False)])
            whole = len(rest) - len(rest) % size
            yield from (rest[first : first + size].copy() for first in range(0, whole, size))
            rest = rest[whole:]
        if len(rest):
            yield rest


def finished(out: Path, first: int, end: int, *, verify: bool, retry_failed: bool = False) -> Finished:
    """Read the records of runs ``first`` to ``end`` (excluded), and remove what they say is not whole.

    ``verify`` compares every byte with the records; else only sizes. A task that was done twice counts once. With
    ``retry_failed`` failed runs are forgotten, and so are not done. Only one process may do this for a run at a time (``lock``).
    """
    done, failed, damaged = np.zeros(end - first, dtype=bool), 0, []
    for file in sorted((out / layout.DONE).glob(layout.RECORDS)):
        record = _read_record(file)
        runs = None if record is None else _runs_of(record)
        if record is None or runs is None:
            damaged.append(file.stem)
            _discard(out, file)
            continue
        own = runs[(runs >= first) & (runs < end)] - first
        if not len(own) and len(runs):
            continue
        if not _whole(out, record, verify):
            damaged.append(file.stem)
            _discard(out, file)
            continue
        if done[own].any():
            _discard(out, file)
            continue
        if retry_failed and record["failed"]:
            record = _forget_failed(out, file, record)
            runs = _runs_of(record)
            assert runs is not None
            own = runs[(runs >= first) & (runs < end)] - first
        done[own] = True
        failed += sum(first <= run < end for run in record["failed"])
    clear(out, first, end)
    return Finished(first, done, failed, tuple(damaged))


def _discard(out: Path, record: Path) -> None:
    """Remove a task's record, then its files."""
    record.unlink()
    for table in layout.TABLES:
        (out / table / f"{record.stem}.parquet").unlink(missing_ok=True)


def clear(out: Path, first: int, end: int) -> None:
    """Remove files of these runs that have no record: what was cut off, or is damaged."""
    known = {file.stem for file in (out / layout.DONE).glob(layout.RECORDS)}
    for folder in (*layout.TABLES, layout.ASIDE):
        for file in (out / folder).iterdir():
            begins = layout.first_run(file)
            if begins is not None and first <= begins < end and file.name.partition(".")[0] not in known:
                file.unlink(missing_ok=True)


def _read_record(file: Path) -> dict[str, Any] | None:
    """A record, or None where it is damaged or not there."""
    try:
        record = json.loads(file.read_text(encoding="utf-8"))
        {name: (told["bytes"], told["sha256"]) for name, told in record["files"].items()}
        return dict(record)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _runs_of(record: Mapping[str, Any]) -> Runs | None:
    """Runs of a record; None where it is damaged."""
    try:
        parts = [np.arange(int(a), int(b) + 1, dtype=np.int64) for a, b in record["runs"]]
        [int(run) for run in record["failed"]]
    except (KeyError, TypeError, ValueError):
        return None
    return np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)


def _whole(out: Path, record: Mapping[str, Any], verify: bool) -> bool:
    """Whether the files of a record are as it says."""
    for name, told in record["files"].items():
        file = out / name
        try:
            if file.stat().st_size != told["bytes"] or (verify and _fingerprint(file) != told):
                return False
        except OSError:
            return False
    return True


def _forget_failed(out: Path, file: Path, record: Mapping[str, Any]) -> dict[str, Any]:
    """Take failed runs out of a task's record; and their table away."""
    failures = f"{layout.FAILURES}/{file.stem}.parquet"
    runs = _runs_of(record)
    assert runs is not None
    kept = np.setdiff1d(runs, np.array(record["failed"], dtype=np.int64))
    files = {name: told for name, told in record["files"].items() if name != failures}
    told = {"runs": _ranges(kept), "failed": [], "files": files}
    _put(file, lambda aside: aside.write_text(json.dumps(told) + "\n", encoding="utf-8"))
    (out / failures).unlink(missing_ok=True)
    return told
