"""A calibration from its priors to its draws: which numbers are fitted, what a world makes of them, and how long the chains run.

The moves of the chains are ``sampler``, the error model is ``likelihood``, what is said about the result is ``report``. Nothing is
chosen by how well it hits: every draw is where a chain stands at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context

import numpy as np

from policygame.calibration.likelihood import log_likelihood
from policygame.calibration.sampler import Chains, Seeds, advance, begin
from policygame.calibration.targets import METRICS_READ, Target
from policygame.catalogue import Quarter
from policygame.errors import UserError
from policygame.model.arrays import Array
from policygame.model.worlds import triangular
from policygame.scenario import Scenario
from policygame.scenario.numbers import SourcedNumber
from policygame.simulation import Simulation

__all__ = ["CalibrationError", "Fit", "Plan", "calibrate", "fitted_numbers", "model_values", "values_of"]

WORLDS_PER_TASK = 64
"""Worlds that one process runs at once; results do not depend on it."""


class CalibrationError(UserError):
    """A calibration that cannot be run as asked."""


@dataclass(frozen=True)
class Plan:
    """How long the chains run: ``start`` steps while the likelihood comes in, ``settle`` that are not kept, then ``keep``.

    One step of every ``every`` that are kept is recorded. ``chains`` stand in ``ensembles`` of as many each, an even number.
    """

    chains: int = 256
    ensembles: int = 4
    start: int = 500
    settle: int = 500
    keep: int = 1000
    every: int = 10
    seed: int = 1

    @property
    def steps(self) -> int:
        """Moves of each chain in all."""
        return self.start + self.settle + self.keep

    def weight(self, step: int) -> float:
        """Part of the likelihood that counts at a step: from a hundredth to all of it, by equal ratios."""
        return 1.0 if step >= self.start else float(0.01 ** (1.0 - step / self.start))


@dataclass(frozen=True)
class Fit:
    """What a calibration left.

    paths : address of each fitted number
    quantiles : (record, number, chain): places in the priors' unit cube, of the steps that were kept
    draws : (chain, number): the numbers where the chains ended
    seeds : (chain,): of the shocks where they ended
    values : (target, chain): what the model made of it
    accepted : share of the moves taken, by kind
    """

    plan: Plan
    targets: tuple[Target, ...]
    paths: tuple[str, ...]
    quantiles: Array
    draws: Array
    seeds: Seeds
    values: Array
    fit: Array
    accepted: dict[str, float] = field(default_factory=dict)


def fitted_numbers(scenario: Scenario) -> tuple[SourcedNumber, ...]:
    """The numbers that a calibration fits, in the order of the schema. CalibrationError where there are none."""
    found = tuple(number for number in scenario.numbers() if number.number.fitted)
    if not found:
        raise CalibrationError(
            f"{scenario.name} has no number to fit; write 'fitted: true' beside 'draw: true' where history may speak"
        )
    return found


def values_of(numbers: Sequence[SourcedNumber], quantiles: Array) -> Array:
    """Quantiles of the priors as numbers in their units: (number, chain) both."""
    out = np.empty_like(quantiles)
    for n, number in enumerate(numbers):
        span = number.number.span
        assert span is not None
        out[n] = triangular(quantiles[n], span[0], number.value, span[1])
    return out


def model_values(
    scenario: Scenario, targets: Sequence[Target], seeds: Sequence[int], numbers: dict[str, Array] | None = None
) -> Array:
    """What the model says for each target: (target, world). ``numbers`` as in ``simulate``."""
    last = max(target.needs for target in targets)
    until_then = scenario.model_copy(update={"end": str(last)})  # what comes later need not be laid out
    simulation = Simulation(until_then, seeds, metrics=METRICS_READ, numbers=numbers)
    result = simulation.run(simulation.structure.n_quarters).result()
    return np.stack([target.read(result) for target in targets])


class _Evaluator:
    """The likelihood of many chains, a task for each hundred or so; the last values are kept for those who ask."""

    def __init__(self, scenario: Scenario, targets: Sequence[Target], executor: Executor) -> None:
        self._scenario, self._targets, self._executor = scenario, tuple(targets), executor
        self._numbers = fitted_numbers(scenario)

    def values(self, quantiles: Array, seeds: Seeds) -> Array:
        """(target, chain)"""
        tasks = []
        for first in range(0, seeds.size, WORLDS_PER_TASK):
            part = slice(first, first + WORLDS_PER_TASK)
            tasks.append(self._executor.submit(_run, values_of(self._numbers, quantiles[:, part]), [int(s) for s in seeds[part]]))
        return np.concatenate([task.result() for task in tasks], axis=1)

    def __call__(self, quantiles: Array, seeds: Seeds) -> Array:
        return log_likelihood(self._targets, self.values(quantiles, seeds))


_work: dict[str, object] = {}


def _begin_work(scenario: Scenario, ids: tuple[str, ...]) -> None:
    from policygame.calibration.targets import history_targets

    _work["scenario"] = scenario
    _work["targets"] = tuple(target for target in history_targets() if target.id in ids)
    _work["paths"] = tuple(number.path for number in fitted_numbers(scenario))


def _run(numbers: Array, seeds: list[int]) -> Array:
    scenario, targets, paths = _work["scenario"], _work["targets"], _work["paths"]
    assert isinstance(scenario, Scenario)
    assert isinstance(targets, tuple)
    assert isinstance(paths, tuple)
    return model_values(scenario, targets, seeds, dict(zip(paths, numbers, strict=True)))


def calibrate(
    scenario: Scenario,
    targets: Sequence[Target],
    plan: Plan | None = None,
    *,
    workers: int = 2,
    progress: Callable[[int, int, Chains], None] | None = None,
    until: Quarter | None = None,
) -> Fit:
    """Fit a scenario's numbers to targets, those observed until ``until`` if that is given.

    ``progress`` is called with (steps done, steps in all, where the chains stand). Equal inputs give equal draws, whatever ``workers``.
    """
    plan = plan or Plan()
    scenario = scenario.model_copy(update={"posterior": None})  # draws of an earlier fit have no say
    chosen = tuple(target for target in targets if until is None or target.quarter <= until)
    if not chosen:
        raise CalibrationError(f"no target was observed until {until}")
    numbers = fitted_numbers(scenario)
    ids = tuple(target.id for target in chosen)
    with ProcessPoolExecutor(workers, get_context("spawn"), _begin_work, (scenario, ids)) as executor:
        evaluate = _Evaluator(scenario, chosen, executor)
        chains = begin(len(numbers), plan.chains, plan.seed, evaluate, plan.ensembles)
        kept = []
        while chains.step < plan.steps:
            chains = advance(chains, plan.seed, evaluate, plan.weight(chains.step))
            if chains.step > plan.start + plan.settle and chains.step % plan.every == 0:
                kept.append(chains.quantiles)
            if progress is not None:
                progress(chains.step, plan.steps, chains)
        values = evaluate.values(chains.quantiles, chains.seeds)
    accepted = {move: chains.accepted.get(move, 0) / made for move, made in chains.proposed.items()}
    return Fit(
        plan,
        chosen,
        tuple(number.path for number in numbers),
        np.stack(kept),
        values_of(numbers, chains.quantiles).T,
        chains.seeds,
        values,
        chains.fit,
        accepted,
    )
