"""A result set reads as promised: by ``load_results``, and by its globs in other programs."""

from __future__ import annotations

import duckdb
import pandas as pd
import polars
import pytest

from policygame.experiment import FolderError, load_results


def test_tables_join_by_run(undisturbed):
    results = load_results(undisturbed)
    assert (results.planned, results.done) == (24, 24)
    assert results.outcome_names == ["hhi", "lead", "spent"]
    assert results.quantity_names == ["parameters.phantom_eta", "parameters.location_weight", "capacity.hbm", "korea"]
    assert list(results.table.columns) == [*results.runs.columns, *results.outcome_names]
    assert list(results.table["run"]) == list(range(24))
    series = results.series(["hhi_packaging"])
    assert list(series.columns) == ["run", "quarter", "metric", "entity", "item", "value"]
    assert len(series) == 24 * 6 * 2
    assert set(series["entity"]) == {"site", "firm"}


def test_pandas_reads_the_globs(undisturbed):
    runs = pd.read_parquet(undisturbed / "runs.parquet")
    outcomes = pd.read_parquet(undisturbed / "outcomes")
    series = pd.read_parquet(undisturbed / "series")
    assert len(runs.merge(outcomes, on="run")) == 24
    assert len(series) == 24 * 6 * 5


def test_polars_reads_the_globs(undisturbed):
    runs, outcomes = (polars.scan_parquet(undisturbed / name) for name in ("runs.parquet", "outcomes/*.parquet"))
    joined = runs.join(outcomes, on="run").sort("run").collect()
    assert joined["hhi"].to_list() == list(load_results(undisturbed).table["hhi"])
    assert polars.read_parquet(undisturbed / "series/*.parquet").height == 24 * 6 * 5


def test_duckdb_reads_the_globs(undisturbed):
    query = f"""
        select r.run, o.hhi, max(s.value) from '{undisturbed}/runs.parquet' r join '{undisturbed}/outcomes/*.parquet' o using (run)
        join '{undisturbed}/series/*.parquet' s using (run) where s.metric = 'lead_time_weeks' group by all order by 1
    """
    rows = duckdb.sql(query).fetchall()
    assert [row[1] for row in rows] == list(load_results(undisturbed).table["hhi"])


def test_a_folder_without_results_is_told(tmp_path):
    with pytest.raises(FolderError, match=r"holds no results of an experiment: it has no experiment\.json"):
        load_results(tmp_path)
