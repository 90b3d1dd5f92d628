"""Result sets with a planted answer: laid out by our own designs and written in our own layout, with outcomes from a formula."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa

from policygame.experiment import Plan, layout, load_experiment
from policygame.experiment.folder import begin, commit, write_aside

HEAD = """\
format: 1
name: planted
title: A planted answer
scenario: first-game
horizon: 2023Q2
"""
THREE = """\
uncertainties:
  capacity.hbm: {uniform: [1, 3]}
  capacity.substrate: {uniform: [1, 3]}
  capacity.tools: {uniform: [1, 3]}
"""
OUTCOMES = """\
outcomes:
  hhi: {metric: hhi_packaging, entity: site, item: interposer_2_5d, at: 2023Q2}
"""
Formula = Callable[[Plan, "np.ndarray[tuple[int], np.dtype[np.int64]]"], Mapping[str, np.ndarray]]


def plant(folder: Path, text: str, formula: Formula, keep: float = 1.0) -> Path:
    """A result set of the experiment in ``text``: outcomes are what the formula makes of a plan and its runs. A run without a number
    failed; of all runs the share ``keep`` is done."""
    file = folder / "planted.yaml"
    file.write_text(text, encoding="utf-8")
    plan, out = load_experiment(file), folder / "results"
    begin(plan, out)
    runs = np.arange(int(plan.n_runs * keep), dtype=np.int64)
    stem = layout.stem_of(0, (1, 1), "0000")
    table = pa.table({"run": runs, **formula(plan, runs)})
    aside = write_aside(out, layout.OUTCOMES, stem, layout.outcome_schema(list(plan.outcomes)), iter([table]))
    assert aside is not None
    commit(out, stem, {layout.OUTCOMES: aside}, runs, [])
    return out


def unit(plan: Plan, runs: np.ndarray) -> np.ndarray:
    """Values of the quantities of ``THREE`` as places from 0 to 1, (run, quantity)."""
    return (plan.values[plan.points_of(runs)] - 1.0) / 2.0
