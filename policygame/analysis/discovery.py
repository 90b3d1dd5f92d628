"""Scenario discovery: boxes of quantities in which cases of interest lie, by the patient rule induction method (PRIM).

Friedman and Fisher (1999) peel a box, a sliver at a time, from whichever side leaves the highest share of cases. Of the boxes on the
way, the one with the highest harmonic mean of coverage (share of all cases that it holds) and density (share of its runs that are
cases) is taken. Limits that chance could explain - Bryant and Lempert's (2010) quasi p-value over 5 % - are dropped again. A further
box is looked for among the runs outside those found.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from policygame.analysis.sample import AnalysisError, Sample
from policygame.analysis.tables import Table, table
from policygame.catalogue import nearest
from policygame.model.arrays import Array, Mask

__all__ = ["Box", "Cases", "boxes", "find_boxes", "parse_cases"]

PEEL = 0.05
"""Share of a box's runs that one peel takes."""
SMALLEST = 0.05
"""Share of all runs below which a box is not peeled further."""
MOST_BOXES = 3
FEWEST_RUNS = 40
SIGNIFICANT = 0.05
TENTH = 0.1


@dataclass(frozen=True)
class Cases:
    """Which runs are of interest: those whose ``outcome`` is above (or below) a threshold."""

    outcome: str
    above: bool
    threshold: float

    def __str__(self) -> str:
        return f"{self.outcome} {'>' if self.above else '<'} {self.threshold:g}"


@dataclass(frozen=True)
class Step:
    """A box on the way: which runs it holds, its limits, coverage, density and mass."""

    inside: Mask
    low: Array
    high: Array
    coverage: float
    density: float
    mass: float


@dataclass(frozen=True)
class Box:
    """A box. ``limits`` quantity position -> (lowest, highest); None where it is not limited on that side."""

    limits: dict[int, tuple[float | None, float | None]]
    p_values: dict[int, float]
    coverage: float
    density: float
    mass: float
    inside: Mask
    trajectory: tuple[Step, ...]


def parse_cases(text: str, outcomes: Sequence[str]) -> Cases:
    """``OUTCOME > NUMBER`` or ``OUTCOME < NUMBER``. AnalysisError where it is not understood.

    >>> str(parse_cases("hhi > 4000", ["hhi"]))
    'hhi > 4000'
    """
    found = re.fullmatch(r"\s*(\w+)\s*([<>])\s*(\S+)\s*", text)
    try:
        threshold = float(found[3]) if found else np.nan
    except ValueError:
        threshold = np.nan
    if found is None or not np.isfinite(threshold):
        raise AnalysisError(f"the cases {text!r} are not understood; write an outcome, > or <, and a number, like 'hhi > 4000'.")
    if found[1] not in outcomes:
        raise AnalysisError(f"unknown outcome {found[1]!r}; allowed are {', '.join(outcomes)}.{nearest(found[1], outcomes)}")
    return Cases(found[1], found[2] == ">", threshold)


# the method -----------------------------------------------------------------------------------------------------------


def find_boxes(points: Array, cases: Mask, most: int = MOST_BOXES) -> list[Box]:
    """Boxes that hold cases: ``points`` (run, quantity), ``cases`` (run,). None where no box is denser than chance has it."""
    found: list[Box] = []
    left = np.ones(len(points), dtype=bool)
    base = float(cases.mean()) if len(cases) else 0.0
    while len(found) < most and int((cases & left).sum()) >= 5 and int(left.sum()) >= FEWEST_RUNS:
        way = _peel(points, cases, left)
        best = max(way, key=lambda step: 2 * step.coverage * step.density / max(step.coverage + step.density, 1e-300))
        box = _without_chance(points, cases, left, best, tuple(way))
        if not box.limits or box.density <= base:
            break
        found.append(box)
        left = left & ~box.inside
    return found


def _step(inside: Mask, points: Array, cases: Mask) -> Step:
    held = points[inside]
    hits = float((cases & inside).sum())
    share = hits / max(float(cases.sum()), 1.0)
    return Step(inside, held.min(axis=0), held.max(axis=0), share, hits / len(held), len(held) / len(points))


def _peel(points: Array, cases: Mask, left: Mask) -> list[Step]:
    """Every box from all runs that are left down to the smallest."""
    steps = [_step(left, points, cases)]
    smallest = max(int(SMALLEST * len(points)), 10)
    while True:
        now = steps[-1].inside
        best: tuple[float, Mask] | None = None
        for d in range(points.shape[1]):
            for side in (1.0, -1.0):
                kept = now & _sliver(side * points[:, d], now)
                n = int(kept.sum())
                if n < smallest or n == int(now.sum()):
                    continue
                # what is gained for each run that is given up: quantities with few values peel thick slivers
                gain = (float(cases[kept].mean()) - steps[-1].density) / (int(now.sum()) - n)
                if best is None or gain > best[0]:
                    best = gain, kept
        if best is None or steps[-1].density >= 1.0:
            return steps
        steps.append(_step(best[1], points, cases))


def _sliver(values: Array, now: Mask) -> Mask:
    """Runs that stay when the lowest are taken: a share of them, or all that have the lowest value."""
    held = np.sort(values[now])
    limit = held[min(max(int(PEEL * len(held)), 1), len(held) - 1)]
    if limit == held[0]:
        kept: Mask = values > held[0]
        return kept
    kept = values >= limit
    return kept


def _without_chance(points: Array, cases: Mask, left: Mask, best: Step, way: tuple[Step, ...]) -> Box:
    """The box of a step, without limits that chance could explain, the least certain first."""
    lowest, highest = points[left].min(axis=0), points[left].max(axis=0)
    limits: dict[int, tuple[float | None, float | None]] = {}
    for d in range(points.shape[1]):
        low = float(best.low[d]) if best.low[d] > lowest[d] else None
        high = float(best.high[d]) if best.high[d] < highest[d] else None
        if low is not None or high is not None:
            limits[d] = (low, high)
    outside = {d: _outside(points[:, d], *limits[d]) for d in limits}
    broken = np.zeros(len(points), dtype=np.int32)  # how many limits each run breaks
    for one in outside.values():
        broken += one
    while True:
        inside = left & (broken == 0)
        p_values = {d: _quasi_p(cases, left & (broken == outside[d]), inside) for d in limits}
        worst = max(p_values, key=p_values.__getitem__, default=None)
        if worst is None or p_values[worst] <= SIGNIFICANT:
            final = _step(inside, points, cases)
            return Box(limits, p_values, final.coverage, final.density, final.mass, inside, way)
        del limits[worst]
        broken -= outside.pop(worst)


def _outside(values: Array, low: float | None, high: float | None) -> Mask:
    """Which runs lie beyond the limits of one quantity."""
    beyond = np.zeros(len(values), dtype=bool)
    if low is not None:
        beyond |= values < low
    if high is not None:
        beyond |= values > high
    return beyond


def _quasi_p(cases: Mask, wider: Mask, inside: Mask) -> float:
    """How likely so many cases would be ``inside`` if the limits that set it apart from the ``wider`` box had been drawn by lot."""
    return float(stats.binom.sf(int((cases & inside).sum()) - 1, int(inside.sum()), float(cases[wider].mean())))


# tables ---------------------------------------------------------------------------------------------------------------

_BOXES = ("arm", "cases", "box", "quantity", "low", "high", "quasi_p", "coverage", "density", "share_of_cases", "points")
_WAY = ("arm", "cases", "box", "step", "coverage", "density", "mass", "limited")


def boxes(sample: Sample, asked: Sequence[Cases] = ()) -> list[Table]:
    """Boxes per arm: of the cases that are asked for, or of the tenth of points at which each outcome is highest, seeds averaged."""
    if not sample.quantities:
        raise AnalysisError(
            "scenario discovery needs quantities that differ from point to point; run the experiment with uncertainties and "
            "'design: {method: latin_hypercube, points: 1000}'."
        )
    if sample.n_points < FEWEST_RUNS:
        raise AnalysisError(
            f"scenario discovery needs at least {FEWEST_RUNS} points, and this design by {sample.design['method']} has "
            f"{sample.n_points}; run it with 'design: {{method: latin_hypercube, points: 1000}}'."
        )
    rows: list[dict[str, Any]] = []
    way: list[dict[str, Any]] = []
    told: list[str] = []
    for a, arm in enumerate(sample.arms):
        for outcome, cube in sample.outcomes.items():
            held = np.isfinite(cube[a])
            known = held.any(axis=1)
            values = np.full(len(known), np.nan)  # seeds of a point share its quantities: they are one case, in the mean
            values[known] = np.where(held, cube[a], 0.0)[known].sum(axis=1) / held[known].sum(axis=1)
            own = [one for one in asked if one.outcome == outcome] if asked else _highest_tenth(outcome, values[known])
            points = sample.points[known]
            for one in own:
                cases = values[known] > one.threshold if one.above else values[known] < one.threshold
                found = find_boxes(points, cases) if known.sum() >= FEWEST_RUNS else []
                if not found:
                    told.append(f"{one} in {arm}: {int(cases.sum()):,} of {len(cases):,} points, and no box holds them.")
                for n, box in enumerate(found, start=1):
                    rows += _box_rows(sample, arm, one, n, box, cases)
                    way += _way_rows(sample, arm, one, n, box)
    return [
        table("boxes", "Scenario discovery: boxes that hold the cases", _BOXES, rows, " ".join(told)),
        table("boxes_peeling", "Scenario discovery: how each box was peeled", _WAY, way),
    ]


def _highest_tenth(outcome: str, values: Array) -> list[Cases]:
    """Cases above the ninth decile; none where the outcome does not vary enough to have such."""
    if not len(values):
        return []
    threshold = float(np.quantile(values, 1 - TENTH))
    return [Cases(outcome, True, threshold)] if threshold < float(values.max()) else []


def _box_rows(sample: Sample, arm: str, cases: Cases, n: int, box: Box, hit: Mask) -> list[dict[str, Any]]:
    shared = (box.coverage, box.density, float(hit.mean()), int(box.inside.sum()))
    return [
        dict(zip(_BOXES, (arm, str(cases), n, sample.quantities[d], low, high, box.p_values[d], *shared), strict=True))
        for d, (low, high) in sorted(box.limits.items(), key=lambda entry: box.p_values[entry[0]])
    ]


def _way_rows(sample: Sample, arm: str, cases: Cases, n: int, box: Box) -> list[dict[str, Any]]:
    first = box.trajectory[0]
    return [
        dict(
            zip(
                _WAY,
                (
                    *(arm, str(cases), n, number, step.coverage, step.density, step.mass),
                    int(((step.low > first.low) | (step.high < first.high)).sum()),
                ),
                strict=True,
            )
        )
        for number, step in enumerate(box.trajectory)
    ]
