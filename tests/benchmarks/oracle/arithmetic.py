"""The few operations that the rules are written with, on floats."""

from __future__ import annotations

import math
from itertools import pairwise

TINY = 1e-12


def ratio(part: float, whole: float) -> float:
    """``part / whole``, and 0 where both are 0."""
    return part / (whole if whole > TINY else TINY)


def part_of(part: float, whole: float) -> float:
    """``part / whole``, at most 1, and 0 where both are 0."""
    return min(part / (whole if whole > TINY else TINY), 1.0)


def share_or_one(part: float, whole: float) -> float:
    """How much of a request can be met: at most 1, and 1 where nothing was asked."""
    return min((part + TINY) / (whole if whole > TINY else TINY), 1.0)


def positive(x: float) -> float:
    """``x`` where it is positive, else 0."""
    return x if x > 0.0 else 0.0


def clip(x: float, low: float, high: float) -> float:
    """``x``, at least ``low`` and at most ``high``."""
    return min(max(x, low), high)


def logistic(x: float) -> float:
    """1 / (1 + exp(-x)), without overflow."""
    return 1.0 / (1.0 + math.exp(min(-x, 500.0)))


def holt(level: float, trend: float, seen: float, level_gain: float, trend_gain: float, cap: float) -> tuple[float, float]:
    """Adaptive level and trend after one more observation, the trend bounded by a share of the level."""
    new_level = (1.0 - level_gain) * (level + trend) + level_gain * seen
    new_trend = (1.0 - trend_gain) * trend + trend_gain * (new_level - level)
    bound = cap * new_level
    return positive(new_level), min(max(new_trend, -bound), bound)


def good_dies_per_wafer(area_mm2: float, node_nm: int) -> float:
    """Working dies of ``area_mm2`` on a 300 mm wafer (Feng and Ma, DAC 2022): scribe lines 0.2 mm, edge 5 mm, clustering 10."""
    defects_per_cm2 = {3: 0.20, 5: 0.11, 7: 0.09, 10: 0.08, 14: 0.08, 28: 0.07, 55: 0.07}[node_nm]
    pitch = area_mm2 + 2.0 * 0.2 * math.sqrt(area_mm2) + 0.2**2
    dies = math.pi * 145.0**2 / pitch - math.pi * 290.0 / math.sqrt(2.0 * pitch)
    return dies * (1.0 + defects_per_cm2 / 100.0 * area_mm2 / 10.0) ** -10.0


def along(dated: list[tuple[int, float]], quarter: int) -> float:
    """A dated value in a quarter: geometric between dates (linear where a value is zero), constant outside."""
    if quarter <= dated[0][0]:
        return dated[0][1]
    for (begins, old), (ends, new) in pairwise(dated):
        if quarter < ends:
            done = (quarter - begins) / (ends - begins)
            if all(value > 0.0 for _, value in dated):
                return math.exp(math.log(old) + done * (math.log(new) - math.log(old)))
            return old + done * (new - old)
    return dated[-1][1]
