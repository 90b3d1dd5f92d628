"""Which arm is best: by mean, by its worst tenth of worlds and by regret, with differences world by world where arms share worlds.

A world is a point and a seed. Regret is what an arm loses against the best arm of the same world; the robust choice is the arm whose
largest regret is smallest (minimax regret). Intervals count what is independent (``intervals``): points, not their seeds once more. Which
way an outcome is wanted is the catalogue's word on its metric, or the asker's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy import stats

from policygame.analysis.intervals import ONE_LUCK, one_luck, spread_of, units_of
from policygame.analysis.sample import AnalysisError, Sample
from policygame.analysis.tables import CONFIDENCE, Table, table
from policygame.model.arrays import Array

__all__ = ["ranking"]

TENTH = 0.1
_RANKS = (
    *("outcome", "better", "arm", "mean", "low", "high", "worst_tenth", "mean_regret", "largest_regret"),
    *("rank_mean", "rank_worst", "rank_regret", "robust", "worlds", "counted", "n"),
)
_PAIRS = ("outcome", "arm", "versus", "difference", "low", "high", "share_better", "certain", "worlds", "counted", "n")
_DOMINANCE = ("arm", "dominated_by", "outcomes")


def ranking(sample: Sample, wanted: Mapping[str, str] | None = None) -> list[Table]:
    """Ranks per outcome, differences of every pair of arms, and who is dominated. ``wanted`` outcome -> ``higher`` or ``lower``."""
    if len(sample.arms) < 2:
        raise AnalysisError(
            "a ranking compares arms, and this experiment has one; give it 'arms', or lists of 'levers', and run it again."
        )
    ends = {name: (wanted or {}).get(name) or sample.better(name) for name in sample.outcomes}
    told = [
        f"{name} is left out: no end of it is wanted by itself; say which with --want {name}=higher or lower."
        for name, end in ends.items()
        if end is None
    ]
    if not sample.paired:
        told.append("Arms saw different worlds, so there are no regrets and intervals are wider.")
    if one_luck(sample):
        told.append(ONE_LUCK)
    ranks: list[dict[str, Any]] = []
    pairs: list[dict[str, Any]] = []
    for name, end in ends.items():
        if end is not None:
            goods, own, cubes = _goods(sample, name, end)
            ranks += _ranks(sample, name, end, goods, own, cubes)
            pairs += _pairs(sample, name, end, goods, own, cubes)
    return [
        table("ranking", "Ranking of arms", _RANKS, ranks, " ".join(told)),
        table("differences", "Differences between arms" + (", world by world" if sample.paired else ""), _PAIRS, pairs),
        table("dominance", "Who is dominated", _DOMINANCE, _dominance(sample.arms, pairs), _DOMINANCE_NOTE),
    ]


_DOMINANCE_NOTE = "An arm is dominated where another is certainly better (95 %) in one outcome and not certainly worse in any."


def _goods(sample: Sample, name: str, end: str) -> tuple[Array, list[Array], list[Array]]:
    """(arm, world) with more meaning better, of worlds that all arms have; each arm's own worlds; and each arm's (unit, seed)."""
    sign = 1.0 if end == "higher" else -1.0
    cubes = [sign * units_of(sample, values)[1] for values in sample.outcomes[name]]
    flat = np.stack([cube.ravel() for cube in cubes])
    whole = np.isfinite(flat).all(axis=0)
    if sample.paired:
        cubes = [np.where(whole.reshape(cube.shape), cube, np.nan) for cube in cubes]
    return flat[:, whole], [row[np.isfinite(row)] for row in (flat[:, whole] if sample.paired else flat)], cubes


def _ranks(sample: Sample, name: str, end: str, goods: Array, own: list[Array], cubes: list[Array]) -> list[dict[str, Any]]:
    sign = 1.0 if end == "higher" else -1.0
    nothing = np.full(len(own), np.nan)
    mean = np.array([row.mean() if len(row) else np.nan for row in own])
    worst = np.array([np.sort(row)[: -(-len(row) // 10)].mean() if len(row) else np.nan for row in own])
    regret = goods.max(axis=0) - goods if sample.paired and goods.size else None
    largest = nothing if regret is None else regret.max(axis=1)
    average = nothing if regret is None else regret.mean(axis=1)
    places = [_places(-mean), _places(-worst), _places(largest)]
    rows = []
    for n, arm in enumerate(sample.arms):
        half = spread_of(sample, cubes[n]).half
        numbers = (sign * mean[n], sign * mean[n] - half, sign * mean[n] + half, sign * worst[n], average[n], largest[n])
        robust = regret is not None and places[2][n] == 1
        rows.append(
            dict(
                zip(
                    _RANKS,
                    (name, end, arm, *numbers, *(place[n] for place in places), robust, *_counted(sample, cubes[n])),
                    strict=True,
                )
            )
        )
    return sorted(rows, key=lambda row: row["rank_mean"] or 0)


def _places(losses: Array) -> list[int | None]:
    """1 for the smallest; equals share a place; None where there is no number."""
    return [None if not np.isfinite(loss) else 1 + int((losses < loss).sum()) for loss in losses]


def _counted(sample: Sample, cube: Array) -> tuple[int, str, int]:
    """How many worlds, and of what that is independent how many."""
    word, _ = units_of(sample, sample.outcomes[next(iter(sample.outcomes))][0])
    return int(np.isfinite(cube).sum()), word, int(np.isfinite(cube).any(axis=1).sum())


def _pairs(sample: Sample, name: str, end: str, goods: Array, own: list[Array], cubes: list[Array]) -> list[dict[str, Any]]:
    sign = 1.0 if end == "higher" else -1.0
    rows = []
    for a, arm in enumerate(sample.arms):
        for b, other in enumerate(sample.arms):
            if a == b or not len(own[a]) or not len(own[b]):
                continue
            if sample.paired:
                gap = goods[a] - goods[b]
                middle, half, better = float(gap.mean()), spread_of(sample, cubes[a] - cubes[b]).half, float((gap > 0).mean())
            else:
                middle, half, better = float(own[a].mean() - own[b].mean()), _apart(sample, cubes[a], cubes[b]), float("nan")
            certain = "better" if middle - half > 0 else "worse" if middle + half < 0 else ""
            numbers = (sign * middle, sign * middle - half, sign * middle + half, better, certain)
            counted = min(_counted(sample, cubes[a]), _counted(sample, cubes[b]))
            rows.append(dict(zip(_PAIRS, (name, arm, other, *numbers, *counted), strict=True)))
    return rows


def _apart(sample: Sample, one: Array, other: Array) -> float:
    """Half the interval of a difference of means of arms that saw other worlds."""
    if one.shape[1] == 1:
        return _welch(one[np.isfinite(one)], other[np.isfinite(other)])
    return float(np.hypot(spread_of(sample, one).half, spread_of(sample, other).half))


def _welch(one: Array, other: Array) -> float:
    """Half the interval of a difference of means of independent samples (Welch)."""
    if min(len(one), len(other)) < 2:
        return float("nan")
    found = stats.ttest_ind(one, other, equal_var=False).confidence_interval(CONFIDENCE)
    return float(found.high - found.low) / 2


def _dominance(arms: tuple[str, ...], pairs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    told: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for row in pairs:
        told.setdefault((row["versus"], row["arm"]), []).append((row["outcome"], row["certain"]))
    rows = []
    for arm in arms:
        by = {
            other: [outcome for outcome, certain in told.get((arm, other), ()) if certain == "better"]
            for other in arms
            if other != arm and all(certain != "worse" for _, certain in told.get((arm, other), ()))
        }
        rows += [
            {"arm": arm, "dominated_by": other, "outcomes": ", ".join(outcomes)} for other, outcomes in by.items() if outcomes
        ] or [{"arm": arm, "dominated_by": "", "outcomes": ""}]
    return rows
