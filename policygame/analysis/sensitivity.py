"""Which quantities matter: Sobol' and Morris indices by SALib, per arm and outcome, with intervals from its seeded bootstrap.

Replicates are averaged first. A block of Saltelli's design, or a walk of Morris', in which any run has no value is left out whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from policygame.analysis.sample import AnalysisError, Sample, needs_design
from policygame.analysis.tables import CONFIDENCE, Table, table
from policygame.experiment.designs import MORRIS_LEVELS
from policygame.model.arrays import Array

__all__ = ["RESAMPLES", "morris_indices", "sobol_indices"]

RESAMPLES = 500
_FEWEST = 4
"""Blocks or walks below which an interval means nothing."""

_SOBOL = ("arm", "outcome", "quantity", "first_order", "first_low", "first_high", "total", "total_low", "total_high", "blocks")
_PAIRS = ("arm", "outcome", "quantity", "other", "second_order", "low", "high")
_MORRIS = ("arm", "outcome", "quantity", "mean_effect", "mean_absolute_effect", "low", "high", "spread_of_effects", "walks")


def _salib(name: str) -> Any:
    """SALib's estimator of that name. AnalysisError where it is not installed."""
    try:
        from importlib import import_module

        return import_module(f"SALib.analyze.{name}").analyze
    except ImportError:
        raise AnalysisError("sensitivity indices need SALib; install it with: pip install 'policygame[lab]'") from None


def sobol_indices(sample: Sample, seed: int = 1) -> list[Table]:
    """First-order and total indices, and those of pairs where the design has them: shares of an outcome's variance."""
    needs_design(sample, "Sobol' indices", ("sobol",))
    analyze, pairs = _salib("sobol"), bool(sample.design["second_order"])
    d = len(sample.quantities)
    rows: list[dict[str, Any]] = []
    seconds: list[dict[str, Any]] = []
    told: list[str] = []
    for arm, outcome, blocks in _blocks(sample, (2 * d if pairs else d) + 2, told):
        found = analyze(
            _problem(sample), blocks.ravel(), calc_second_order=pairs, num_resamples=RESAMPLES, conf_level=CONFIDENCE, seed=seed
        )
        for n, quantity in enumerate(sample.quantities):
            s1, st, half1, half = (float(found[key][n]) for key in ("S1", "ST", "S1_conf", "ST_conf"))
            numbers = (s1, s1 - half1, s1 + half1, st, st - half, st + half, len(blocks))
            rows.append(dict(zip(_SOBOL, (arm, outcome, quantity, *numbers), strict=True)))
            for m in range(n + 1, d) if pairs else ():
                s2, half2 = float(found["S2"][n, m]), float(found["S2_conf"][n, m])
                numbers2 = (s2, s2 - half2, s2 + half2)
                seconds.append(dict(zip(_PAIRS, (arm, outcome, quantity, sample.quantities[m], *numbers2), strict=True)))
    rows.sort(key=lambda row: (row["arm"], row["outcome"], -row["total"]))
    tables = [table("sobol", "Sobol' indices: shares of an outcome's variance", _SOBOL, rows, " ".join(told))]
    if pairs:
        seconds.sort(key=lambda row: (row["arm"], row["outcome"], -row["second_order"]))
        tables.append(table("sobol_pairs", "Sobol' indices of pairs", _PAIRS, seconds))
    return tables


def morris_indices(sample: Sample, seed: int = 1) -> list[Table]:
    """Elementary effects: how far an outcome moves, in its own unit, as a quantity goes from one end of its spread to the other."""
    needs_design(sample, "Morris' effects", ("morris",))
    analyze, told = _salib("morris"), list[str]()
    levels, d = int(sample.design["levels"] or MORRIS_LEVELS), len(sample.quantities)
    rows: list[dict[str, Any]] = []
    walks_of_points = sample.points.reshape(-1, d + 1, d)
    for arm, outcome, walks in _blocks(sample, d + 1, told, keep_gaps=True):
        whole = np.isfinite(walks).all(axis=1)
        found = analyze(
            _problem(sample),
            walks_of_points[whole].reshape(-1, d),
            walks[whole].ravel(),
            num_resamples=RESAMPLES,
            conf_level=CONFIDENCE,
            num_levels=levels,
            seed=seed,
        )
        for n, quantity in enumerate(sample.quantities):
            mu, star, half, sigma = (float(found[key][n]) for key in ("mu", "mu_star", "mu_star_conf", "sigma"))
            numbers = (mu, star, star - half, star + half, sigma, int(whole.sum()))
            rows.append(dict(zip(_MORRIS, (arm, outcome, quantity, *numbers), strict=True)))
    rows.sort(key=lambda row: (row["arm"], row["outcome"], -row["mean_absolute_effect"]))
    return [table("morris", "Morris' elementary effects, in the outcome's unit", _MORRIS, rows, " ".join(told))]


def _problem(sample: Sample) -> dict[str, Any]:
    """The quantities as SALib names them. Bounds are not read by the estimators."""
    d = len(sample.quantities)
    return {"num_vars": d, "names": list(sample.quantities), "bounds": [[0.0, 1.0]] * d}


def _blocks(sample: Sample, size: int, told: list[str], keep_gaps: bool = False) -> Iterator[tuple[str, str, Array]]:
    """(arm, outcome, (block, row)) for what varies; what is left out, and why, is added to ``told``."""
    for a, arm in enumerate(sample.arms):
        for outcome, cube in sample.outcomes.items():
            blocks = cube[a].mean(axis=1).reshape(-1, size)
            whole = np.isfinite(blocks).all(axis=1)
            if not whole.all():
                told.append(
                    f"{outcome} in {arm}: {int((~whole).sum()):,} of {len(blocks):,} blocks lack a value and are left out."
                )
            kept = blocks[whole]
            if len(kept) < _FEWEST:
                told.append(f"{outcome} in {arm}: {len(kept)} whole blocks are too few.")
            elif float(np.ptp(kept)) <= 1e-12 * max(1.0, float(np.abs(kept).max())):
                told.append(f"{outcome} in {arm} is the same at every point, so nothing moves it.")
            else:
                yield arm, outcome, blocks if keep_gaps else kept
