"""How fast the engine is, judged by ratios within one run: against a step of Mesa's own Boltzmann wealth example.

Each measurement is interleaved with its reference, so that a machine which slows down in between slows both, and medians over
repeats are taken. Absolute times are reported beside the ratios and judge nothing. What is shown of it belongs to ``cli``.
"""

from __future__ import annotations

import gc
import os
import statistics
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

from policygame.scenario import Scenario, load_scenario
from policygame.scenario.replicate import replicate
from policygame.simulation import Simulation

__all__ = ["LIMITS", "Effort", "Measurement", "benchmarks", "one_core"]

SCENARIO = "ai-surge-2023"
QUARTERS = 44
WORLDS = 512
LIMITS = {"world_quarter": 0.4, "single_world": 60.0, "scaling": 12.0, "memory": 1.0}
"""Largest allowed value of each judged measurement, in its unit."""
FORECAST_AIM_S = 0.3


@dataclass(frozen=True)
class Effort:
    """How much is measured: ``repeats`` of each measurement, ``reference_steps`` and ``quarters`` in each."""

    repeats: int
    reference_steps: int
    quarters: int
    scaling_quarters: int
    memory_worlds: int

    @classmethod
    def full(cls) -> Effort:
        """About a minute."""
        return cls(repeats=5, reference_steps=1000, quarters=QUARTERS, scaling_quarters=8, memory_worlds=2000)

    @classmethod
    def quick(cls) -> Effort:
        """About half a minute; less certain."""
        return cls(repeats=3, reference_steps=300, quarters=12, scaling_quarters=4, memory_worlds=200)


@dataclass(frozen=True)
class Measurement:
    """One result. ``limit`` None: reported, not judged. ``absolute`` says in words what was timed, in seconds or bytes."""

    id: str
    name: str
    measured: float
    unit: str
    limit: float | None
    absolute: str

    @property
    def passed(self) -> bool:
        """Whether the limit, if there is one, is kept."""
        return self.limit is None or self.measured <= self.limit

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {**asdict(self), "passed": self.passed}


@contextmanager
def one_core() -> Iterator[None]:
    """Run the block on a single core where the system lets a process choose (Linux)."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


def benchmarks(effort: Effort) -> list[Measurement]:
    """Every measurement, in order. Takes about a minute at full effort."""
    scenario = load_scenario(SCENARIO)
    with one_core():
        return [
            _world_quarter(scenario, effort),
            _single_world(scenario, effort),
            _scaling(scenario, effort),
            _forecast(scenario, effort),
            _memory(scenario, effort),
        ]


def _world_quarter(scenario: Scenario, effort: Effort) -> Measurement:
    """A world's quarter with all metrics among 512 worlds, in steps of the reference."""
    step, quarter = _interleaved(effort, _reference(effort), _stepping(scenario, WORLDS, effort.quarters))
    return Measurement(
        "world_quarter",
        f"one world's quarter among {WORLDS}, all metrics",
        quarter / WORLDS / step,
        "reference steps",
        LIMITS["world_quarter"],
        f"{quarter / WORLDS * 1e6:.1f} us a world-quarter, {quarter * 1e3:.1f} ms a quarter; a step {step * 1e6:.0f} us",
    )


def _single_world(scenario: Scenario, effort: Effort) -> Measurement:
    """A quarter of a lone world, in steps of the reference."""
    step, quarter = _interleaved(effort, _reference(effort), _stepping(scenario, 1, effort.quarters))
    return Measurement(
        "single_world",
        "a quarter of a single world, all metrics",
        quarter / step,
        "reference steps",
        LIMITS["single_world"],
        f"{quarter * 1e3:.2f} ms a quarter; a step {step * 1e6:.0f} us",
    )


def _scaling(scenario: Scenario, effort: Effort) -> Measurement:
    """What ten times the firms and edges cost, at 64 worlds."""
    worlds, times = 64, 10
    large = replicate(scenario, times)
    small_s, large_s = _interleaved(
        effort, _stepping(scenario, worlds, effort.scaling_quarters), _stepping(large, worlds, effort.scaling_quarters)
    )
    return Measurement(
        "scaling",
        f"{times} times the firms and edges, {worlds} worlds",
        large_s / small_s,
        "times the cost",
        LIMITS["scaling"],
        f"{small_s * 1e3:.1f} ms a quarter becomes {large_s * 1e3:.1f} ms",
    )


def _forecast(scenario: Scenario, effort: Effort) -> Measurement:
    """Two hundred worlds over the next twelve quarters, branched from the middle of a game."""
    worlds, quarters = 200, 12
    game = Simulation(scenario, seeds=[1])
    game.run(QUARTERS // 2)
    seeds = list(range(1, worlds + 1))

    def forecast() -> float:
        return _seconds(lambda: game.branch(worlds=[0] * worlds, seeds=seeds).run(quarters))

    forecast()
    seconds = statistics.median(forecast() for _ in range(effort.repeats))
    return Measurement(
        "forecast",
        f"{worlds} worlds over {quarters} quarters, branched in mid-game",
        seconds,
        "s",
        None,
        f"{seconds:.2f} s; the aim is {FORECAST_AIM_S} s",
    )


def _memory(scenario: Scenario, effort: Effort) -> Measurement:
    """What 2,000 worlds x 44 quarters of results hold; at quick effort scaled up from fewer worlds."""
    simulation = Simulation(scenario, seeds=range(effort.memory_worlds))
    simulation.run(QUARTERS)
    held = simulation.result().nbytes * 2000 / effort.memory_worlds
    return Measurement(
        "memory",
        "results of 2,000 worlds x 44 quarters",
        held / 1e9,
        "GB",
        LIMITS["memory"],
        f"{held / 1e6:,.0f} MB of arrays"
        + ("" if effort.memory_worlds == 2000 else f", scaled from {effort.memory_worlds} worlds"),
    )


def _reference(effort: Effort) -> Callable[[], float]:
    """Seconds of one ``BoltzmannWealth(n=100).step()``, its data collection included."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from mesa.examples import BoltzmannWealth

    example: Any = BoltzmannWealth

    def seconds() -> float:
        model = example(n=100)
        model.step()
        return _seconds(lambda: [model.step() for _ in range(effort.reference_steps)]) / effort.reference_steps

    return seconds


def _stepping(scenario: Scenario, worlds: int, quarters: int) -> Callable[[], float]:
    """Seconds of one quarter of ``worlds`` worlds, setting up left out: a mean over the first ``quarters``."""

    def seconds() -> float:
        simulation = Simulation(scenario, seeds=range(1, worlds + 1))
        return _seconds(lambda: simulation.run(quarters)) / quarters

    return seconds


def _interleaved(effort: Effort, first: Callable[[], float], second: Callable[[], float]) -> tuple[float, float]:
    """Seconds of both, such that their ratio is the median of the ratios of neighbours in time; one warm-up is thrown away."""
    first()
    second()
    pairs = []
    for _ in range(effort.repeats):
        before, between, after = first(), second(), first()
        pairs.append((statistics.fmean((before, after)), between))
    ratio = statistics.median(between / around for around, between in pairs)
    around = statistics.median(around for around, _ in pairs)
    return around, ratio * around


def _seconds(action: Callable[[], object]) -> float:
    """Wall-clock seconds of ``action``; garbage is collected before, and not during it."""
    gc.collect()
    gc.disable()
    try:
        begin = time.perf_counter()
        action()
        return time.perf_counter() - begin
    finally:
        gc.enable()
