"""A small experiment to change, and ways to run it inside this process and to compare what came out."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from policygame.experiment import Plan, Summary, run_experiment
from policygame.experiment.layout import FAILURES, OUTCOMES, SERIES, SERIES_KEYS

SMALL = """\
format: 1
name: small
title: A small experiment
scenario: first-game
horizon: 2023Q2
uncertainties:
  parameters.phantom_eta:
  parameters.location_weight: {uniform: [4, 12]}
  capacity.hbm: {triangular: [0.9, 1, 1.1], start: 2022Q3}
levers:
  USA: [history, whole-chain]
amounts:
  korea: {government: KOR, line: 2023Q1 packaging_grant interposer_2_5d X cap 500, uniform: [0, 0.3]}
outcomes:
  hhi: {metric: hhi_packaging, entity: site, item: interposer_2_5d, at: 2023Q2}
  lead: {metric: lead_time_weeks, item: ai_accelerator, reduce: mean, start: 2022Q3}
  spent: {metric: outlay_musd, entity: "government:USA", item: packaging_grant, reduce: sum}
keep: quarterly
series:
  - {metric: lead_time_weeks, entities: [world]}
  - {metric: hhi_packaging, entities: [site, firm], items: [all]}
design: {method: latin_hypercube, points: 6}
seeds: {n: 2, points: nested}
"""

UNCERTAINTIES, AMOUNTS = (
    SMALL[SMALL.index(a) : SMALL.index(b)] for a, b in (("uncertainties", "levers"), ("amounts", "outcomes"))
)
"""Sections of it, to be left out."""


def run_here(plan: Plan, out: Path, **options: object) -> Summary:
    """Run a plan inside this process."""
    with ThreadPoolExecutor(1) as executor:
        return run_experiment(plan, out, executor=executor, **options)  # type: ignore[arg-type]


def sorted_tables(out: Path) -> dict[str, pa.Table]:
    """All tables of a folder as anybody reads them by their globs, sorted by their keys; words as plain text."""
    found = {"runs": pq.read_table(out / "runs.parquet")}
    for table, keys in ((OUTCOMES, ["run"]), (SERIES, list(SERIES_KEYS)), (FAILURES, ["run"])):
        files = sorted((out / table).glob("*.parquet"))
        if files:
            whole = pa.concat_tables([_plain(pq.read_table(file)) for file in files])
            found[table] = whole.sort_by([(key, "ascending") for key in keys]).combine_chunks()
    return found


def _plain(table: pa.Table) -> pa.Table:
    types = [pa.field(f.name, pa.string() if pa.types.is_dictionary(f.type) else f.type) for f in table.schema]
    return table.cast(pa.schema(types))


def assert_same_results(out: Path, other: Path) -> None:
    """The sorted tables of two folders are equal to the bit."""
    here, there = sorted_tables(out), sorted_tables(other)
    assert here.keys() == there.keys()
    for name, table in here.items():
        assert _bytes(table) == _bytes(there[name]), name


def _bytes(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    plain = _plain(table).combine_chunks().replace_schema_metadata()
    with pa.ipc.new_stream(sink, plain.schema) as writer:
        writer.write_table(plain)
    return bytes(sink.getvalue())
