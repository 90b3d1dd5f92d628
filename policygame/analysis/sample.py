"""A finished result set as arrays: outcomes by arm, point and replicate, and the points themselves.

A run that failed, or whose outcome has no value, is nan. What an analysis makes of these arrays is the business of its module.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from policygame.catalogue import METRICS
from policygame.errors import UserError
from policygame.experiment import Results, load_results
from policygame.experiment.loading import shipped_experiments
from policygame.experiment.schema import METHODS as DESIGNS
from policygame.model.arrays import Array

__all__ = ["AnalysisError", "Sample", "open_sample", "unit_of"]

A_QUARTER = " / quarter"


class AnalysisError(UserError):
    """A result set that cannot be analysed as asked."""


@dataclass(frozen=True)
class Sample:
    """What a finished experiment found.

    arms : names, in the order of the first axis of ``outcomes``
    quantities : names of the columns of ``points``
    points : (point, quantity)
    outcomes : name -> (arm, point, replicate); nan where a run failed, has no value, or was not planned
    missing : runs that failed
    """

    results: Results
    arms: tuple[str, ...]
    quantities: tuple[str, ...]
    points: Array
    outcomes: Mapping[str, Array]
    missing: int

    @property
    def design(self) -> Mapping[str, Any]:
        """Method of the design, and its numbers."""
        return dict(self.results.manifest["parts"]["design"])

    @property
    def paired(self) -> bool:
        """Whether all arms saw the same worlds, so that differences are taken world by world."""
        return bool(self.results.manifest["parts"]["seeds"]["arms"] == "common") and not self.one_arm_a_point

    @property
    def one_arm_a_point(self) -> bool:
        """Whether a table names the arm of each point."""
        return len(self.arms) > 1 and self.results.planned < len(self.arms) * self.n_points * self.n_replicates

    @property
    def n_points(self) -> int:
        return len(self.points)

    @property
    def n_replicates(self) -> int:
        return int(self.results.manifest["parts"]["seeds"]["n"])

    def better(self, outcome: str) -> str | None:
        """``higher``, ``lower``, or None where the catalogue does not say which end of an outcome's metric is wanted."""
        return METRICS[self.results.manifest["parts"]["outcomes"][outcome]["metric"]].better

    def unit(self, outcome: str) -> str:
        """The unit of an outcome: that of its metric, or for a sum over quarters what it is a quarter of."""
        return unit_of(self.results.manifest["parts"]["outcomes"][outcome])


def unit_of(outcome: Mapping[str, Any]) -> str:
    """The unit of an outcome, from what a manifest says of it: that of its metric, or for a sum over quarters what it is a quarter of."""
    unit = METRICS[outcome["metric"]].unit
    return unit.removesuffix(A_QUARTER) if outcome["reduce"] == "sum" else unit


def open_sample(folder: str | os.PathLike[str]) -> Sample:
    """Read a finished result set. AnalysisError where there is no such folder or runs are missing; FolderError where it is none."""
    place = Path(folder)
    if not place.is_dir():
        found = "is a file" if place.exists() else "does not exist"
        raise AnalysisError(f"{place} {found}; name the folder of a result set, as policygame batch writes it with --out.")
    results = load_results(place)
    left = results.planned - results.done
    if left > 0:
        name = results.manifest["name"]
        again = name if name in shipped_experiments() else "EXPERIMENT.yaml"
        copy = "" if name in shipped_experiments() else f" (a copy of its file is {place / 'experiment.yaml'})"
        raise AnalysisError(
            f"{left:,} of {results.planned:,} runs of {name} are missing in {place}. "
            f"Finish it with: policygame batch {again} --out {place}{copy}"
        )
    return _sample(results)


def _sample(results: Results) -> Sample:
    runs = results.runs
    arms = results.arm_names
    quantities = tuple(results.quantity_names)
    n_points, n_replicates = int(runs["point"].max()) + 1, int(runs["replicate"].max()) + 1
    first = runs.drop_duplicates("point").sort_values("point")
    arm = runs["arm"].astype(str).map({name: at for at, name in enumerate(arms)}).to_numpy()
    point, replicate = runs["point"].to_numpy(), runs["replicate"].to_numpy()
    done = results.outcomes
    at = np.searchsorted(runs["run"].to_numpy(), done["run"].to_numpy())
    outcomes = {}
    for name in results.outcome_names:
        cube = np.full((len(arms), n_points, n_replicates), np.nan)
        cube[arm[at], point[at], replicate[at]] = done[name].to_numpy(dtype=float)
        outcomes[name] = cube
    points = first[list(quantities)].to_numpy(dtype=float)
    return Sample(results, arms, quantities, points, outcomes, len(results.failures))


def needs_design(sample: Sample, question: str, wanted: tuple[str, ...]) -> None:
    """AnalysisError where a question needs a design that this result set does not have."""
    method = str(sample.design["method"])
    if method not in wanted:
        options = {name: ", ".join(f"{option}: ..." for option in DESIGNS[name][:2]) for name in wanted}
        told = " or ".join(f"'design: {{method: {name}, {options[name]}}}'" for name in wanted)
        raise AnalysisError(f"{question} cannot be had from a design by {method}; run the experiment again with {told}.")
