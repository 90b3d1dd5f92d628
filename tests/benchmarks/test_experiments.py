"""A larger sweep costs no more per game, in time and in memory: its results are never held."""

from __future__ import annotations

import pytest

from policygame.experiment import load_experiment, run_experiment

pytestmark = [pytest.mark.benchmark, pytest.mark.slow]

SWEEP = """\
format: 1
name: sweep
title: A sweep
scenario: first-game
horizon: 2023Q4
outcomes:
  hhi: {{metric: hhi_packaging, entity: site, item: interposer_2_5d, at: 2023Q4}}
keep: quarterly
series:
  - {{metric: packaging_capacity_kwpm}}
  - {{metric: revenue_musd}}
  - {{metric: lead_time_weeks}}
  - {{metric: outlay_musd}}
seeds: {{n: {games}}}
"""
MOST_BYTES = 1_500_000_000


def test_cost_per_game_and_memory_do_not_grow_with_the_sweep(tmp_path):
    few, many = (run(tmp_path, games) for games in (512, 2048))
    for summary in (few, many):
        (peak,) = summary.worker_peak_bytes.values()
        print(f"{summary.done} games: {summary.games_per_second:.0f} a second, {peak / 1e6:.0f} MB")
    assert few.games_per_second < 2.0 * many.games_per_second
    (before,), (after,) = few.worker_peak_bytes.values(), many.worker_peak_bytes.values()
    assert after < 1.15 * before < MOST_BYTES
    assert many.driver_peak_bytes < 1.1 * few.driver_peak_bytes
    assert many.driver_peak_bytes < MOST_BYTES


def run(folder, games):
    """The sweep with so many games, by one worker process of its own."""
    file = folder / f"sweep-{games}.yaml"
    file.write_text(SWEEP.format(games=games))
    summary = run_experiment(load_experiment(file), folder / f"{games}", workers=1, worlds_per_task=128)
    assert (summary.done, summary.failed) == (games, 0)
    return summary
