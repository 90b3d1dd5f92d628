"""The search: generations of NSGA-II, each evaluated in one go, and the candidates of which none is better in everything.

Optuna's sampler proposes shares of every dial's way; a generation's policies, those that were tried before left out, are one
evaluation. The same space, evaluation and seed find the same to the bit: the sampler is seeded and there is no other chance.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from policygame.catalogue import LEVERS
from policygame.foresight.summaries import quantiles
from policygame.model.arrays import Array
from policygame.scenario import Policy
from policygame.search.objectives import OBJECTIVES, Evaluation
from policygame.search.space import Candidate, SearchError, Space
from policygame.simulation import Progress
from policygame.version import model_version

if TYPE_CHECKING:
    from optuna.study import Study

__all__ = ["Found", "Member", "Spread", "find"]

STEP = 0.05
"""Shares of a dial's way are searched in such steps."""
OFF = -1.0
"""Shares are drawn from here to 1; what is not above 0 is off, so that first candidates leave out half of all dials."""
SMALLEST_POPULATION = 2
_SAMPLER_SEEDS = 2**32


@dataclass(frozen=True)
class Spread:
    """Mean over worlds, and what nine worlds in ten lie between."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class Member:
    """A policy of the Pareto set.

    ``lines`` is the policy, ``objectives`` what it reaches, ``over_nothing`` the difference to no setting at all in the same world,
    ``unseen`` and ``unseen_over_nothing`` the same in as many worlds that the search has not seen: luck that the policy was chosen for
    is not in there.
    ``paid_share`` the part of the candidate's fixed outlays that income bears, ``cut`` sentences on grants that could not be paid.
    """

    lines: tuple[str, ...]
    objectives: dict[str, Spread]
    over_nothing: dict[str, Spread]
    unseen: dict[str, Spread]
    unseen_over_nothing: dict[str, Spread]
    paid_share: float
    cut: tuple[str, ...]

    @property
    def policy(self) -> Policy:
        """The policy that the lines state."""
        return Policy.parse("\n".join(self.lines))


@dataclass(frozen=True)
class Found:
    """What a search found: its Pareto set, cheapest first, and all that it takes to find it again.

    ``nothing`` is what no setting at all reaches, ``others`` what other governments followed (the record where they are not named),
    ``dials`` what was set: lever, item, largest amount and unit.
    """

    scenario: str
    scenario_hash: str
    model: str
    government: str
    seeds: tuple[int, int]
    quarters: int
    trials: int
    population: int
    policies_tried: int
    others: dict[str, str]
    dials: tuple[tuple[str, str, float, str], ...]
    left_out: tuple[str, ...]
    simplified: tuple[str, ...]
    nothing: dict[str, Spread]
    members: tuple[Member, ...]


@dataclass(frozen=True)
class Worlds:
    """Where candidates are tried: the seeds of the worlds, quarters from the scenario's start, what others follow, in words."""

    seeds: range
    quarters: int
    others: dict[str, str]


def find(
    space: Space,
    evaluate: Evaluation,
    worlds: Worlds,
    *,
    trials: int,
    population: int,
    progress: Progress | None = None,
) -> Found:
    """The Pareto set of ``trials`` candidates in generations of ``population``; the first candidate sets nothing.

    The sampler's seed is that of the first world. SearchError where there are fewer trials than a generation has, or Optuna is missing.
    """
    if population < SMALLEST_POPULATION:
        raise SearchError(
            f"a generation of {population} cannot be bred from; allowed are {SMALLEST_POPULATION} candidates or more."
        )
    if trials < population:
        raise SearchError(
            f"{trials} trials are fewer than the {population} candidates of a generation; ask for more of the one or less of the other."
        )
    generations = _Generations(space, evaluate, progress, trials, population)
    with _quiet_optuna() as optuna:
        sampler = optuna.samplers.NSGAIISampler(population_size=population, seed=worlds.seeds[0] % _SAMPLER_SEEDS)
        directions = ["maximize" if objective.better == "higher" else "minimize" for objective in OBJECTIVES]
        study = optuna.create_study(directions=directions, sampler=sampler)
        shares = {dial.name: optuna.distributions.FloatDistribution(OFF, 1.0, step=STEP) for dial in space.dials}
        study.enqueue_trial(dict.fromkeys(shares, 0.0))
        for first in range(0, trials, population):
            generations.breed(study, shares, min(population, trials - first))
        best = [trial.number for trial in study.best_trials]
    return generations.found(sorted(best), worlds)


@contextmanager
def _quiet_optuna() -> Iterator[Any]:
    """Optuna, which says nothing of each trial meanwhile. SearchError where it is not installed."""
    try:
        import optuna
    except ImportError:
        raise SearchError("a search needs Optuna; install it with: pip install 'policygame[lab]'") from None
    loud = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        yield optuna
    finally:
        optuna.logging.set_verbosity(loud)


class _Generations:
    """All candidates so far, in the order of their trials, and what each distinct policy reached."""

    def __init__(self, space: Space, evaluate: Evaluation, progress: Progress | None, trials: int, population: int) -> None:
        self.space, self.evaluate, self.trials, self.population = space, evaluate, trials, population
        self._told: Progress = progress or (lambda done, total: None)
        self.candidates: list[Candidate] = []
        self.values: dict[Policy, Array] = {}
        """(objective, world) of each policy."""

    def breed(self, study: Study, shares: dict[str, Any], n: int) -> None:
        """Ask for ``n`` candidates, evaluate those policies that are new, and tell what all reached."""
        asked = [study.ask(shares) for _ in range(n)]
        born = [self.space.candidate(trial.params) for trial in asked]
        fresh = [policy for policy in dict.fromkeys(candidate.policy for candidate in born) if policy not in self.values]
        if fresh:
            self._learn(fresh, self.evaluate(fresh, self._part(n)))
        self.candidates += born
        for trial, candidate in zip(asked, born, strict=True):
            study.tell(trial, [float(np.nanmean(value)) for value in self.values[candidate.policy]])
        self._tell(float(len(self.candidates)))

    def _part(self, n: int) -> Progress:
        """Progress within a generation of ``n``."""
        before = len(self.candidates)
        return lambda done, total: self._tell(before + n * done / max(total, 1))

    def _tell(self, trials: float) -> None:
        """Progress in trials; what is asked of the Pareto set at the end counts as one generation more."""
        self._told(int(trials * _TICKS), (self.trials + self.population) * _TICKS)

    def _learn(self, policies: list[Policy], values: Array) -> None:
        _check_values(values)
        self.values.update(zip(policies, np.moveaxis(values, 1, 0), strict=True))

    def found(self, best: list[int], worlds: Worlds) -> Found:
        """The Pareto set from the numbers of its trials; equal policies count once."""
        chosen = {self.candidates[number].policy: self.candidates[number] for number in reversed(best)}
        order = sorted(chosen, key=lambda policy: tuple(_better_first(self.values[policy])))
        idle = self.values[self.candidates[0].policy]
        space, members = self.space, []
        unseen = self.evaluate.unseen([self.candidates[0].policy, *order])
        _check_values(unseen)
        for done, policy in enumerate(order):
            self._tell(self.trials + self.population * done / len(order))
            members.append(self._member(chosen[policy], idle, unseen[:, done + 1], unseen[:, 0]))
        self._tell(float(self.trials + self.population))
        return Found(
            space.scenario.name,
            space.scenario.hash,
            model_version(),
            space.government,
            (worlds.seeds[0], worlds.seeds[-1]),
            worlds.quarters,
            self.trials,
            self.population,
            len(self.values),
            worlds.others,
            tuple((dial.lever, dial.item, dial.high, LEVERS[dial.lever].unit) for dial in space.dials),
            space.left_out,
            space.simplified,
            _spreads(idle),
            tuple(members),
        )

    def _member(self, candidate: Candidate, idle: Array, unseen: Array, unseen_idle: Array) -> Member:
        reached = self.values[candidate.policy]
        lines = tuple(map(str, candidate.policy.settings))
        return Member(
            lines,
            _spreads(reached),
            _spreads(reached - idle),
            _spreads(unseen),
            _spreads(unseen - unseen_idle),
            candidate.paid_share,
            self.evaluate.cuts(candidate.policy),
        )


_TICKS = 100
"""Steps of progress for each trial."""


def _check_values(values: Array) -> None:
    """SearchError where a policy has no value of an objective, (objective, policy, world), in any world."""
    for objective, reached in zip(OBJECTIVES, values, strict=True):
        if np.isnan(reached).all(axis=-1).any():
            raise SearchError(
                f"{objective.id} has no value in any of the worlds: nothing is delivered. Try others with --seed or more with --worlds."
            )


def _better_first(values: Array) -> list[float]:
    """A key that sorts the cheapest first, then the best in each other objective."""
    means = [float(np.nanmean(value)) for value in values]
    signed = [-mean if objective.better == "higher" else mean for objective, mean in zip(OBJECTIVES, means, strict=True)]
    return [signed[-1], *signed[:-1]]


def _spreads(values: Array) -> dict[str, Spread]:
    """A spread for each objective from (objective, world); worlds without a value are left out."""
    low, high = quantiles(values, (0.05, 0.95))
    return {
        objective.id: Spread(float(np.nanmean(values[row])), float(low[row]), float(high[row]))
        for row, objective in enumerate(OBJECTIVES)
    }
