"""Results and manifests on disk: all or nothing, the same bytes twice."""

from __future__ import annotations

import json
import math
import os

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from policygame.output import (
    MANIFEST_FILE,
    RESULTS_FILE,
    OutputError,
    Provenance,
    reserve,
    row_count,
    write_parquet,
    write_results,
)
from policygame.simulation import simulate


def frames(parts=3, worlds=4):
    for part in range(parts):
        yield pd.DataFrame(
            {
                "world": np.arange(worlds),
                "seed": np.arange(worlds, dtype=np.uint64) + np.uint64(2**64 - worlds),
                "quarter": pd.Categorical(["2023Q1"] * worlds, categories=["2023Q1", "2023Q2"]),
                "metric": "fill_rate",
                "entity": [f"firm:{part}"] * worlds,
                "item": "",
                "value": [0.1 * part, math.nan, -0.0, 1e300][:worlds],
            }
        )


def written(directory, force=False, text="new", then=lambda: None):
    with reserve(directory, force=force) as partial:
        (partial / RESULTS_FILE).write_text(text)
        (partial / MANIFEST_FILE).write_text(text)
        then()


def interrupted():
    raise KeyboardInterrupt


def test_parquet_keeps_every_value(tmp_path):
    assert write_parquet(frames(), tmp_path / "x.parquet") == 12
    table = pd.read_parquet(tmp_path / "x.parquet")
    expected = pd.concat(list(frames()), ignore_index=True)
    assert table["value"].to_numpy().tobytes() == expected["value"].to_numpy().tobytes()
    for name in ("quarter", "metric", "entity", "item"):
        assert list(table[name]) == list(expected[name].astype(str))
    assert list(table["seed"]) == list(expected["seed"])


def test_parquet_streams_one_row_group_a_frame_with_words_in_dictionaries(tmp_path):
    write_parquet(frames(parts=5), tmp_path / "x.parquet")
    file = pq.ParquetFile(tmp_path / "x.parquet")
    assert file.num_row_groups == 5
    for name in ("quarter", "metric", "entity", "item"):
        assert str(file.schema_arrow.field(name).type) == "dictionary<values=string, indices=int32, ordered=0>"


def test_parquet_is_the_same_twice(tmp_path):
    for name in ("a", "b"):
        write_parquet(frames(), tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_write_results_counts_rows_and_tells_progress(tmp_path):
    result = simulate("first-game", seeds=[3, 4, 9], quarters=2)
    told = []
    manifest = write_results(result, tmp_path, Provenance("policygame run", {}), lambda done, total: told.append((done, total)))
    rows = pq.read_metadata(tmp_path / RESULTS_FILE).num_rows
    assert rows == manifest["results"]["rows"] == row_count(result)
    assert told[-1] == (rows, rows)
    assert manifest["seeds"] == [[3, 4], [9, 9]]
    assert json.loads((tmp_path / MANIFEST_FILE).read_text()) == manifest


def test_a_manifest_has_neither_clock_nor_place(tmp_path):
    result = simulate("first-game", seeds=[3], quarters=1)
    texts = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        write_results(result, tmp_path / name, Provenance("policygame run", {}))
        texts.append((tmp_path / name / MANIFEST_FILE).read_text())
    assert texts[0] == texts[1]
    assert str(tmp_path) not in texts[0]


@pytest.mark.parametrize("place", ["out", "deep/er/out"])
def test_results_appear_at_the_end(tmp_path, place):
    out = tmp_path / place
    with reserve(out) as partial:
        assert partial.is_dir()
        assert not out.exists()
        (partial / RESULTS_FILE).write_text("r")
        (partial / MANIFEST_FILE).write_text("m")
    assert sorted(path.name for path in out.iterdir()) == [MANIFEST_FILE, RESULTS_FILE]
    assert not partial.exists()


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, MemoryError, OSError("no space")])
@pytest.mark.parametrize("place", ["out", "deep/er/out"])
def test_nothing_is_left_after_an_error(tmp_path, error, place):
    def broken():
        yield next(frames())
        raise error

    with pytest.raises((KeyboardInterrupt, SystemExit, MemoryError, OSError)), reserve(tmp_path / place) as partial:
        write_parquet(broken(), partial / RESULTS_FILE)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="the system has no device that is always full")
def test_a_full_disk_is_told_in_words(tmp_path):
    (tmp_path / RESULTS_FILE).symlink_to("/dev/full")
    with pytest.raises(OutputError, match=r"cannot be written: .*[Nn]o space"):
        write_results(simulate("first-game", seeds=[1], quarters=1), tmp_path, Provenance("policygame run", {}))


def test_results_are_not_overwritten_unless_forced(tmp_path):
    out = tmp_path / "out"
    written(out, text="old")
    with pytest.raises(OutputError, match=r"holds results already.*--force"):
        written(out)
    assert (out / RESULTS_FILE).read_text() == "old"
    written(out, force=True)
    assert (out / RESULTS_FILE).read_text() == (out / MANIFEST_FILE).read_text() == "new"


def test_what_else_a_directory_holds_stays(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    written(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [MANIFEST_FILE, "notes.txt", RESULTS_FILE]


def test_a_failed_replacement_keeps_the_old_results(tmp_path):
    written(tmp_path / "out", text="old")
    with pytest.raises(KeyboardInterrupt):
        written(tmp_path / "out", force=True, text="half", then=interrupted)
    assert (tmp_path / "out" / RESULTS_FILE).read_text() == "old"
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [MANIFEST_FILE, RESULTS_FILE]


def test_two_runs_into_one_place_do_not_mix(tmp_path, monkeypatch):
    out = tmp_path / "out"

    def another_run() -> None:
        monkeypatch.setattr(os, "getpid", lambda: 1)
        written(out, text="first")

    with pytest.raises(OutputError, match=r"cannot be written|holds results"):
        written(out, text="second", then=another_run)
    assert (out / RESULTS_FILE).read_text() == (out / MANIFEST_FILE).read_text() == "first"


@pytest.mark.parametrize("name", ["file", "file/out", "file/deep/out"])
def test_a_file_in_the_way(tmp_path, name):
    (tmp_path / "file").write_text("here")
    with pytest.raises(OutputError, match=r"is a file|cannot be written"):
        written(tmp_path / name)
    assert (tmp_path / "file").read_text() == "here"
