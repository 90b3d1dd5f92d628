"""How large an experiment is, how long it takes and how much room it needs, told before the first run by a short probe.

The probe runs a few worlds for a few quarters and lays out their tables in memory; nothing of it is kept.
"""

from __future__ import annotations

import io
import time
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from policygame.catalogue import Quarter
from policygame.experiment.plan import Plan
from policygame.experiment.tasks import batch_of, game_of, series_tables, simulate_batch

__all__ = ["MOST_BYTES", "MOST_SECONDS", "Size", "size_words", "sized"]

MOST_SECONDS = 3600.0
MOST_BYTES = 10_000_000_000
"""An experiment over one of these is not begun without a word of consent."""
PROBE_WORLDS = 64
PROBE_QUARTERS = 4
BYTES_PER_TASK = 2_500
"""Of a task's record and the frames of its files."""


@dataclass(frozen=True)
class Size:
    """``runs`` games in ``seconds`` on ``workers`` processes, and ``bytes`` on disk; seconds and bytes are about right."""

    runs: int
    workers: int
    seconds: float
    bytes: int

    @property
    def large(self) -> bool:
        """Whether somebody should say that it is meant."""
        return self.seconds > MOST_SECONDS or self.bytes > MOST_BYTES


def sized(plan: Plan, workers: int, runs: int | None = None) -> Size:
    """The size of ``runs`` games of a plan (default: all of it)."""
    n = plan.n_runs if runs is None else runs
    if n == 0:
        return Size(0, workers, 0.0, 0)
    game = game_of(plan)
    quarters = min(PROBE_QUARTERS, plan.quarters)
    # spread over the plan, so that all arms have their part in it
    few = np.unique(np.linspace(0, plan.n_runs - 1, min(PROBE_WORLDS, plan.n_runs)).astype(np.int64))
    batch = batch_of(plan, few)
    simulate_batch(game, batch, quarters=0)  # what is read once in a process does not count
    begun = time.perf_counter()
    simulate_batch(game, batch, quarters=0)
    ready = time.perf_counter()
    result = simulate_batch(game, batch, quarters=quarters)
    ended = time.perf_counter()
    opening = ready - begun
    stepping = max(ended - ready - opening, 0.0) / quarters
    seconds = (opening + stepping * plan.quarters) / len(few) * n / min(workers, max(n // PROBE_WORLDS, 1))
    series = sum(_bytes_of(table) for kept in game.kept for table in series_tables(kept, batch, result)) / (len(few) * quarters)
    table = plan.table(0, min(plan.n_runs, 10_000))
    per_run = 8 * (len(plan.outcomes) + 0.5) + series * plan.quarters + _bytes_of(table) / len(table)
    return Size(n, workers, seconds, int(n * per_run + BYTES_PER_TASK * (n / 256 + 1)))


def _bytes_of(table: pa.Table) -> int:
    stream = io.BytesIO()
    pq.write_table(table, stream, compression="zstd", compression_level=1)
    return stream.tell()


def size_words(size: Size) -> str:
    """A sentence's part about a size.

    >>> size_words(Size(1_200_000, 2, 2400.0, 3_100_000_000))
    '1.2 million games, about 40 minutes on 2 cores, 3.1 GB'
    """
    games = f"{size.runs / 1e6:.3g} million games" if size.runs >= 1_000_000 else f"{size.runs:,} game{'s' * (size.runs != 1)}"
    cores = "1 core" if size.workers == 1 else f"{size.workers} cores"
    return f"{games}, about {_time_words(size.seconds)} on {cores}, {_byte_words(size.bytes)}"


def _time_words(seconds: float) -> str:
    for unit, name, most in ((1.0, "second", 90.0), (60.0, "minute", 90.0), (3600.0, "hour", 48.0), (86400.0, "day", np.inf)):
        if seconds / unit <= most:
            count = max(round(seconds / unit), 1)
            return f"{count:,} {name}{'s' * (count != 1)}"
    raise AssertionError(seconds)


def _byte_words(n: int) -> str:
    for unit, name in ((1e9, "GB"), (1e6, "MB")):
        if n >= unit:
            return f"{n / unit:.1f} {name}"
    return f"{max(n / 1e3, 1):.0f} kB"


def quarters_text(plan: Plan) -> str:
    """The first and last quarter that are run."""
    start = Quarter.parse(plan.scenario.start)
    return f"{start} to {start + (plan.quarters - 1)}"
