"""What a result set says to the claims of a study: each comparison with its interval, and whether it is as the claim's source says.

Differences are taken world by world. Beside a difference stands its share of what it is compared with, with the interval of a ratio of
paired means (by linear approximation, so that the chance of both is in it). Influence of a quantity is its partial rank correlation with
the outcome, all other quantities held (Marino and others 2008), with an interval by Fisher's transformation.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from policygame.analysis.sample import AnalysisError, Sample
from policygame.analysis.tables import CONFIDENCE, half_width
from policygame.experiment.study import Finding, Study
from policygame.model.arrays import Array

__all__ = [
    "AS_SAID",
    "HARDLY",
    "NOT_SAID",
    "OTHERWISE",
    "UNTOLD",
    "Effect",
    "Found",
    "Influence",
    "effects",
    "findings",
    "influences",
]
__all__ += ["partial_rank_correlations"]

AS_SAID, OTHERWISE, UNTOLD = "as the source says", "otherwise", "cannot be told"
NOT_SAID = "no source to compare with"
NEGLIGIBLE = 0.001
"""A difference that is certain but a smaller share of what is compared with than this is worth no word: many worlds find any sign."""
HARDLY = "right sign, under 0.1 %"
CORRELATION = "partial rank correlation"


@dataclass(frozen=True)
class Effect:
    """A difference, or a correlation, between the ends of its 95 % interval.

    share, share_low, share_high : the difference over the mean of what is compared with; None where that is 0
    base : mean of what is compared with; None for a correlation
    worlds : pairs of worlds, or points, that it rests on
    """

    value: float
    low: float
    high: float
    share: float | None
    share_low: float | None
    share_high: float | None
    base: float | None
    worlds: int


@dataclass(frozen=True)
class Found:
    """A claim of a study and what came out: ``compared`` says what with what, ``verdict`` how it stands to the source."""

    claim: str
    source: str
    expected: str
    within: float | None
    compared: str
    unit: str
    effect: Effect
    verdict: str


@dataclass(frozen=True)
class Influence:
    """How an outcome goes with a quantity: rank correlation, all other quantities held."""

    outcome: str
    quantity: str
    value: float
    low: float
    high: float


def findings(sample: Sample, study: Study) -> list[Found]:
    """One answer for each claim, in the order of the study. AnalysisError where nothing is left to compare."""
    return [_found(sample, finding) for finding in study.findings]


def effects(sample: Sample, against: str) -> list[tuple[str, str, Effect]]:
    """(arm, outcome, difference to the arm ``against``) of all other arms in all outcomes, each arm at its first point in a table."""
    return [
        (arm, outcome, difference(worlds_of(sample, outcome, arm), worlds_of(sample, outcome, against)))
        for outcome in sample.outcomes
        for arm in sample.arms
        if arm != against
    ]


def influences(sample: Sample) -> list[Influence]:
    """Every outcome and quantity, the strongest first within its outcome; of the first arm where there are several."""
    rows = []
    for outcome, cube in sample.outcomes.items():
        value, low, high = partial_rank_correlations(sample.points, cube[0].mean(axis=1))
        order = np.argsort(-np.abs(value), kind="stable")
        numbers = zip(np.array(sample.quantities)[order], value[order], low[order], high[order], strict=True)
        rows += [Influence(outcome, str(name), float(r), float(a), float(b)) for name, r, a, b in numbers if np.isfinite(r)]
    return rows


def worlds_of(sample: Sample, outcome: str, arm: str | None, where: dict[str, float] | None = None) -> Array:
    """The outcome in every world of an arm, (world,): of the points with these values, or of its first in a table of arms."""
    a = 0 if arm is None else sample.arms.index(arm)
    cube = sample.outcomes[outcome][a]
    own = np.ones(sample.n_points, dtype=bool)
    if sample.one_arm_a_point:
        runs = sample.results.runs.drop_duplicates("point").sort_values("point")
        own = (runs["arm"].astype(str) == sample.arms[a]).to_numpy(copy=True)
    if where:
        at = [sample.quantities.index(name) for name in where]
        own &= (sample.points[:, at] == np.array(list(where.values()))).all(axis=1)
    elif sample.one_arm_a_point:
        own &= np.arange(len(own)) == np.flatnonzero(own)[0]
    return np.asarray(cube[own].ravel())


def difference(ours: Array, theirs: Array) -> Effect:
    """Ours less theirs, world by world; worlds in which either has no value are left out. AnalysisError where none is left."""
    if ours.shape != theirs.shape:
        raise AnalysisError(f"{len(ours):,} and {len(theirs):,} worlds cannot be compared world by world.")
    whole = np.isfinite(ours) & np.isfinite(theirs)
    a, b = ours[whole], theirs[whole]
    if not len(a):
        raise AnalysisError("no world has a value on both sides of a comparison.")
    gap, base = a - b, float(b.mean())
    value, half = float(gap.mean()), half_width(gap)
    share = share_half = None
    if base != 0.0:
        ratio = float(a.mean()) / base
        share, share_half = ratio - 1.0, half_width(a - ratio * b) / abs(base)
        if base < 0.0:
            share = -share
    low, high = (None, None) if share is None or share_half is None else (share - share_half, share + share_half)
    return Effect(value, value - half, value + half, share, low, high, base, len(a))


def partial_rank_correlations(points: Array, outcome: Array) -> tuple[Array, Array, Array]:
    """Correlation of an outcome's ranks (point,) with those of each quantity, all others held, and the ends of its interval.

    points : (point, quantity). nan for a quantity that does not vary, and for all where the outcome does not or points are too few.
    """
    whole = np.isfinite(outcome)
    x, y = points[whole], outcome[whole]
    value, low, high = (np.full(points.shape[1], np.nan) for _ in range(3))
    if len(y) < 2 or np.ptp(y) == 0.0:
        return value, low, high
    moving = np.flatnonzero(np.ptp(x, axis=0) > 0.0)
    freedom = len(y) - len(moving) - 2
    if freedom < 1 or not len(moving):
        return value, low, high
    ranks = stats.rankdata(np.column_stack([x[:, moving], y]), axis=0)
    precision = np.linalg.pinv(np.corrcoef(ranks, rowvar=False), hermitian=True)
    diagonal = np.diag(precision)
    found = np.clip(-precision[-1, :-1] / np.sqrt(diagonal[:-1] * diagonal[-1]), -1.0, 1.0)
    z = np.arctanh(np.clip(found, -1.0 + 1e-15, 1.0 - 1e-15))
    half = stats.norm.ppf(0.5 + CONFIDENCE / 2) / np.sqrt(freedom)
    value[moving], low[moving], high[moving] = found, np.tanh(z - half), np.tanh(z + half)
    return value, low, high


def _found(sample: Sample, finding: Finding) -> Found:
    outcome = finding.outcome
    if finding.quantity is not None:
        effect, unit = _influence(sample, finding), CORRELATION
        compared = f"{outcome} with {finding.quantity}"
        ends: tuple[float | None, float | None] = (effect.low, effect.high)
    else:
        ours = worlds_of(sample, outcome, finding.arm, finding.where)
        where = finding.where if finding.versus != finding.arm else None
        theirs = worlds_of(sample, finding.less or outcome, finding.versus or finding.arm, where)
        effect, unit = difference(ours, theirs), sample.unit(outcome)
        arm = f"{finding.arm}{_where(finding)}"
        compared = f"{outcome} less {finding.less}: {arm}" if finding.less else f"{outcome}: {arm} less {finding.versus}"
        ends = (effect.low, effect.high) if finding.expected != "none" else (effect.share_low, effect.share_high)
    verdict = _verdict(finding.expected, finding.within, *ends)
    if verdict == AS_SAID and finding.expected != "none" and effect.share is not None and abs(effect.share) < NEGLIGIBLE:
        verdict = HARDLY
    return Found(finding.claim, finding.source, finding.expected, finding.within, compared, unit, effect, verdict)


def _where(finding: Finding) -> str:
    return "" if not finding.where else " with " + ", ".join(f"{name} {value:g}" for name, value in finding.where.items())


def _influence(sample: Sample, finding: Finding) -> Effect:
    a = 0 if finding.arm is None else sample.arms.index(finding.arm)
    means = sample.outcomes[finding.outcome][a].mean(axis=1)
    ends: Iterable[Any] = partial_rank_correlations(sample.points, means)
    at = sample.quantities.index(str(finding.quantity))
    value, low, high = (float(end[at]) for end in ends)
    return Effect(value, low, high, None, None, None, None, int(np.isfinite(means).sum()))


def _verdict(expected: str, within: float | None, low: float | None, high: float | None) -> str:
    """How an interval stands to what is expected. One that holds both answers, or has no ends, cannot tell."""
    if expected == "unstated":
        return NOT_SAID
    if low is None or high is None or not (np.isfinite(low) and np.isfinite(high)):
        return UNTOLD
    if expected == "none":
        assert within is not None
        return AS_SAID if -within < low and high < within else OTHERWISE if low > within or high < -within else UNTOLD
    if expected == "lower":
        low, high = -high, -low
    return AS_SAID if low > 0.0 else OTHERWISE if high < 0.0 or low == high == 0.0 else UNTOLD
