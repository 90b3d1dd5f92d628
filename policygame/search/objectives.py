"""What a search wants of a policy: leadership, resilience and a low cost, each a number for every candidate and world.

All candidates that are asked about at once are worlds of one simulation, each candidate in the same seeds. Which candidates are
asked about lives in ``find``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np

from policygame.asking import LARGEST_SEED, AnyPolicy
from policygame.catalogue import Quarter
from policygame.model.arrays import Array
from policygame.scenario import Policy, Scenario
from policygame.search.space import SearchError
from policygame.simulation import Progress, simulate

__all__ = ["OBJECTIVES", "Evaluation", "InModel", "Objective"]

YEAR = 4
"""Quarters."""


@dataclass(frozen=True)
class Objective:
    """Something wanted: its name, unit, the end that is better, and how it is counted."""

    id: str
    unit: str
    better: Literal["higher", "lower"]
    sentence: str


OBJECTIVES = (
    Objective("leadership", "share", "higher", "Composite leadership of the country, mean over the last year."),
    Objective(
        "resilience", "share", "higher", "Part R of the government's score before its mandate weighs it, mean over the last year."
    ),
    Objective("cost", "M USD", "lower", "What the government paid under all levers since play began."),
)
"""In the order of the arrays of an evaluation."""


class Evaluation(Protocol):
    """Says how good policies are."""

    def __call__(self, policies: Sequence[Policy], progress: Progress) -> Array:
        """(objective, policy, world), each in its unit."""

    def unseen(self, policies: Sequence[Policy]) -> Array:
        """The same in as many worlds that a search by this evaluation does not see."""

    def cuts(self, policy: Policy) -> tuple[str, ...]:
        """What of the policy could not be paid, in sentences."""


class InModel:
    """Evaluates policies of a government by the model, in one world per seed, beside what other governments follow."""

    def __init__(
        self,
        scenario: Scenario,
        government: str,
        seeds: Sequence[int],
        quarters: int | None = None,
        others: Mapping[str, AnyPolicy] | None = None,
    ) -> None:
        """``quarters`` are simulated from the scenario's start, by default to its end; SearchError where a year of play is not in them."""
        start, begins, end = (Quarter.parse(text) for text in (scenario.start, scenario.play_from, scenario.end))
        self.scenario, self.government, self.seeds = scenario, government, tuple(seeds)
        self.quarters = end - start + 1 if quarters is None else quarters
        self.before_play = begins - start
        self.others = dict(others or {})
        if not self.before_play + YEAR <= self.quarters <= end - start + 1:
            raise SearchError(
                f"{self.quarters} quarters do not suit {scenario.name}: a search needs a year of play, so allowed are "
                f"{self.before_play + YEAR} to {end - start + 1}."
            )

    def __call__(self, policies: Sequence[Policy], progress: Progress) -> Array:
        """(objective, policy, world): one simulation with all seeds of the first policy, then all of the second, and so on."""
        return self._in(self.seeds, policies, progress)

    def unseen(self, policies: Sequence[Policy]) -> Array:
        """The same for the seeds that follow."""
        last = max(self.seeds)
        return self._in(tuple((last + 1 + ahead) % (LARGEST_SEED + 1) for ahead in range(len(self.seeds))), policies)

    def _in(self, seeds: tuple[int, ...], policies: Sequence[Policy], progress: Progress | None = None) -> Array:
        n = len(seeds)
        result = simulate(
            self.scenario,
            seeds * len(policies),
            {**self.others, self.government: [policy for policy in policies for _ in range(n)]},
            quarters=self.quarters,
            metrics=["leadership", "score_raw", "outlay_musd"],
            progress=progress,
        )
        government = f"government:{self.government}"
        leadership = result.array("leadership", f"country:{self.government}", "composite")[-YEAR:]
        resilience = result.array("score_raw", government, "R")[-YEAR:]
        rows = [row for row, (entity, _) in enumerate(result.series("outlay_musd")) if entity == government]
        outlay = result.all_of("outlay_musd")[self.before_play :, rows]
        values = np.stack([leadership.mean(axis=0), resilience.mean(axis=0), outlay.sum(axis=(0, 1))])
        return values.reshape(len(OBJECTIVES), len(policies), n)

    def cuts(self, policy: Policy) -> tuple[str, ...]:
        """Sentences on grants that caps and purse could not give, in the same worlds."""
        result = simulate(
            self.scenario, self.seeds, {**self.others, self.government: policy}, quarters=self.quarters, metrics=["outlay_musd"]
        )
        return tuple(note for note in result.awards_cut if note.startswith(f"{self.government}, "))
