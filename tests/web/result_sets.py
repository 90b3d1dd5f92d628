"""A small result set as ``policygame batch`` writes it: 72 games of six quarters, two arms, a design by Morris."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from policygame.experiment import load_experiment, run_experiment

EXPERIMENT = """\
format: 1
name: small
title: A small experiment
scenario: first-game
horizon: 2023Q2
uncertainties:
  parameters.phantom_eta:
  parameters.location_weight: {uniform: [4, 12]}
levers:
  USA: [history, whole-chain]
outcomes:
  lead: {metric: lead_time_weeks, item: ai_accelerator, reduce: mean, start: 2022Q3}
  spent: {metric: outlay_musd, entity: "government:USA", item: packaging_grant, reduce: sum}
keep: quarterly
series:
  - {metric: lead_time_weeks, entities: [world]}
  - {metric: outlay_musd, entities: ["government:USA"], items: [packaging_grant]}
design: {method: morris, trajectories: 6}
seeds: {n: 2, points: nested}
"""


def result_set(out: Path) -> Path:
    """Run the experiment into ``out``, inside this process."""
    out.parent.mkdir(parents=True, exist_ok=True)
    file = out.parent / "small.yaml"
    file.write_text(EXPERIMENT, encoding="utf-8")
    with ThreadPoolExecutor(1) as executor:
        summary = run_experiment(load_experiment(file), out, executor=executor)
    assert (summary.done, summary.failed) == (72, 0)
    return out
