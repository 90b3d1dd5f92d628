"""Which arm is best: by mean, by its worst tenth of worlds and by regret, with differences world by world where arms share worlds.

A world is a point and a seed. Regret is what an arm loses against the best arm of the same world; the robust choice is the arm whose
largest regret is smallest (minimax regret). Which way an outcome is wanted is the catalogue's word on its metric, or the asker's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy import stats

from policygame.analysis.sample import AnalysisError, Sample
from policygame.analysis.tables import CONFIDENCE, Table, half_width, table
from policygame.model.arrays import Array

__all__ = ["ranking"]

TENTH = 0.1
_RANKS = (
    *("outcome", "better", "arm", "mean", "low", "high", "worst_tenth", "mean_regret", "largest_regret"),
    *("rank_mean", "rank_worst", "rank_regret", "robust", "worlds"),
)
_PAIRS = ("outcome", "arm", "versus", "difference", "low", "high", "share_better", "certain", "worlds")
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
    ranks: list[dict[str, Any]] = []
    pairs: list[dict[str, Any]] = []
    for name, end in ends.items():
        if end is not None:
            goods, own = _goods(sample, name, end)
            ranks += _ranks(sample, name, end, goods, own)
            pairs += _pairs(sample, name, end, goods, own)
    return [
        table("ranking", "Ranking of arms", _RANKS, ranks, " ".join(told)),
        table("differences", "Differences between arms" + (", world by world" if sample.paired else ""), _PAIRS, pairs),
        table("dominance", "Who is dominated", _DOMINANCE, _dominance(sample.arms, pairs), _DOMINANCE_NOTE),
    ]


_DOMINANCE_NOTE = "An arm is dominated where another is certainly better (95 %) in one outcome and not certainly worse in any."


def _goods(sample: Sample, name: str, end: str) -> tuple[Array, list[Array]]:
    """(arm, world) with more meaning better, of worlds that all arms have; and each arm's own worlds."""
    sign = 1.0 if end == "higher" else -1.0
    independent = sample.outcomes[name][:, :: _block(sample)]
    cube = sign * independent.reshape(len(sample.arms), -1)
    whole = np.isfinite(cube).all(axis=0)
    return cube[:, whole], [row[np.isfinite(row)] for row in (cube[:, whole] if sample.paired else cube)]


def _block(sample: Sample) -> int:
    """Points of a block of Saltelli's design: all but its first repeat values of others, and would make intervals too narrow."""
    if sample.design["method"] != "sobol":
        return 1
    d = len(sample.quantities)
    return (2 * d if sample.design["second_order"] else d) + 2


def _ranks(sample: Sample, name: str, end: str, goods: Array, own: list[Array]) -> list[dict[str, Any]]:
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
        half = half_width(own[n])
        numbers = (sign * mean[n], sign * mean[n] - half, sign * mean[n] + half, sign * worst[n], average[n], largest[n])
        robust = regret is not None and places[2][n] == 1
        rows.append(
            dict(zip(_RANKS, (name, end, arm, *numbers, *(place[n] for place in places), robust, len(own[n])), strict=True))
        )
    return sorted(rows, key=lambda row: row["rank_mean"] or 0)


def _places(losses: Array) -> list[int | None]:
    """1 for the smallest; equals share a place; None where there is no number."""
    return [None if not np.isfinite(loss) else 1 + int((losses < loss).sum()) for loss in losses]


def _pairs(sample: Sample, name: str, end: str, goods: Array, own: list[Array]) -> list[dict[str, Any]]:
    sign = 1.0 if end == "higher" else -1.0
    rows = []
    for a, arm in enumerate(sample.arms):
        for b, other in enumerate(sample.arms):
            if a == b or not len(own[a]) or not len(own[b]):
                continue
            if sample.paired:
                gap = goods[a] - goods[b]
                middle, half, better = float(gap.mean()), half_width(gap), float((gap > 0).mean())
            else:
                middle, half, better = float(own[a].mean() - own[b].mean()), _welch(own[a], own[b]), float("nan")
            certain = "better" if middle - half > 0 else "worse" if middle + half < 0 else ""
            numbers = (sign * middle, sign * middle - half, sign * middle + half, better, certain, min(len(own[a]), len(own[b])))
            rows.append(dict(zip(_PAIRS, (name, arm, other, *numbers), strict=True)))
    return rows


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
