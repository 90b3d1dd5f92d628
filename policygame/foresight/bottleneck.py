"""Which stage binds, and what relief is worth: every stage with a little more capacity in worlds of its own, under the same
shocks.

A full stage is not yet a bottleneck: where two inputs are short, more of either does nothing alone. So one more variant
relieves every stage at once, and worlds in which only that helps are told apart from those in which nothing is short.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from policygame.asking import Policies
from policygame.catalogue import SEGMENTS, STAGES, Quarter
from policygame.foresight.shown import Shown
from policygame.foresight.summaries import spread
from policygame.foresight.worlds import (
    AnyChanges,
    Beside,
    ForesightError,
    Source,
    number,
    open_worlds,
    quarters_left,
    run_beside,
    run_to,
)
from policygame.model.arrays import Array
from policygame.model.changes import Change, scale_capacity
from policygame.scenario.setting import unknown

ALL_STAGES = "all stages"
"""The variant that relieves every stage at once."""
TIE, JOINTLY, NONE = "tie", "jointly", "none"
_MEASURED = ("deliveries_kunits", "compute_delivered_kh100e")


@dataclass(frozen=True, repr=False)
class BottleneckValue(Shown):
    """What one per cent more of each stage is worth to each segment, over a window.

    stages : names of the first axis, ``all stages`` last; segments : of the second
    quarters : the window; seeds : one per world
    gain_kunits, gain_kh100e : (stage, segment, world) deliveries and compute that one per cent more of the stage adds over the
        window
    base_kunits, base_kh100e : (segment, world) deliveries and compute of the window as they are
    smallest_gain : a stage binds only where one per cent more of it brings at least this many per cent more units
    tie_within : stages are tied where their gains differ by no more than this part of the largest
    """

    stages: tuple[str, ...]
    segments: tuple[str, ...]
    quarters: tuple[Quarter, ...]
    seeds: tuple[int, ...]
    gain_kunits: Array
    gain_kh100e: Array
    base_kunits: Array
    base_kh100e: Array
    smallest_gain: float
    tie_within: float

    def gain_percent(self, segment: str) -> Array:
        """(stage, world): per cent more units delivered to the segment per one per cent more of the stage; NaN where it gets
        none.
        """
        row = self._row(segment)
        base = self.base_kunits[row]
        return 100.0 * self.gain_kunits[:, row] / np.where(base > 0.0, base, np.nan)

    def binding(self, segment: str = "ai_accelerator") -> tuple[tuple[str, ...], ...]:
        """Per world, the stages that bind: one; several that are tied; ``("jointly",)`` where only relief of all helps; or
        none, ``()``.
        """
        gains, names = np.nan_to_num(self.gain_percent(segment)), self.stages[:-1]
        out: list[tuple[str, ...]] = []
        for w in range(len(self.seeds)):
            single, together = gains[:-1, w], gains[-1, w]
            best = single.max()
            if best >= self.smallest_gain:
                out.append(tuple(s for s, gain in zip(names, single, strict=True) if gain >= (1.0 - self.tie_within) * best))
            else:
                out.append((JOINTLY,) if together >= self.smallest_gain else ())
        return tuple(out)

    def shares(self, segment: str = "ai_accelerator") -> pd.DataFrame:
        """Table: stage (then tie, jointly, none), share of worlds (adds up to one), share_tied: it binds beside others."""
        found = self.binding(segment)
        n = len(found)
        rows = [
            (stage, sum(b == (stage,) for b in found) / n, sum(stage in b and len(b) > 1 for b in found) / n)
            for stage in self.stages[:-1]
        ]
        tied = sum(len(b) > 1 for b in found) / n
        rows += [(TIE, tied, 0.0)]
        rows += [(name, sum(b == which for b in found) / n, 0.0) for name, which in ((JOINTLY, (JOINTLY,)), (NONE, ()))]
        return pd.DataFrame(rows, columns=["stage", "share", "share_tied"])

    def frame(self) -> pd.DataFrame:
        """Table: segment, stage, metric; mean, median, p05, p95 (in the metric's unit, over the window), share_positive (of
        worlds) and standard_error of what one per cent more of the stage adds; median_percent of what is delivered;
        share_binding (of worlds, by units).
        """
        rows = []
        for i, segment in enumerate(self.segments):
            binding = dict(zip(self.stages[:-1], self.shares(segment)["share"], strict=False))
            measured = ((self.gain_kunits[:, i], self.base_kunits[i]), (self.gain_kh100e[:, i], self.base_kh100e[i]))
            for metric, (gain, base) in zip(_MEASURED, measured, strict=True):
                found = spread(gain)
                percent = spread(100.0 * gain / np.where(base > 0.0, base, np.nan))["median"]
                rows += [
                    {"segment": segment, "stage": stage, "metric": metric}
                    | {name: values[s] for name, values in found.items()}
                    | {"median_percent": percent[s], "share_binding": binding.get(stage, np.nan)}
                    for s, stage in enumerate(self.stages)
                ]
        return pd.DataFrame(rows)

    def _row(self, segment: str) -> int:
        if segment not in self.segments:
            raise ForesightError(unknown("segment", segment, self.segments))
        return self.segments.index(segment)


def bottleneck_value(
    source: Source,
    *,
    start: str | Quarter | None = None,
    quarters: int = 3,
    more: float = 0.01,
    stages: Sequence[str] | None = None,
    worlds: int = 64,
    seeds: Sequence[int] | None = None,
    world: int | None = None,
    policies: Policies | None = None,
    changes: AnyChanges | None = None,
    smallest_gain: float = 0.02,
    tie_within: float = 0.05,
) -> BottleneckValue:
    """Give each stage ``more`` capacity over a window, in worlds of its own, and see what is delivered.

    Parameters
    ----------
    source : a scenario, or a running simulation
    start, quarters : the window; default: three quarters from the beginning of play, or from the present
    more : part of a stage's capacity that is added to every line of it; results are per one per cent
    stages : default: all of the scenario
    worlds, seeds, world, policies, changes : see ``foresight.worlds.open_worlds``
    smallest_gain, tie_within : when a stage counts as binding, and when two are tied; see ``BottleneckValue``

    >>> from policygame import bottleneck_value
    >>> found = bottleneck_value("first-game", start="2023Q3", worlds=4)
    >>> found.binding("ai_accelerator")[0]
    ('interposer_2_5d',)
    >>> found.gain_kunits.shape == (len(found.stages), len(found.segments), 4)
    True
    """
    if not number(more) or not 0.0 < more <= 10.0:
        raise ForesightError(f"more is a part of capacity above 0 and at most 10 (0.01 is one per cent); found {more!r}")
    opened = open_worlds(source, worlds, seeds, world, policies=policies, changes=changes, metrics=_MEASURED)
    run_to(opened, start)
    n = quarters_left(opened, quarters)
    present = {key.stage for key in opened.structure.lines.keys}
    known = tuple(stage for stage in STAGES if stage in present)
    relieved = known if stages is None else _known_stages(stages, known)
    first, last = opened.structure.first + opened.quarter, opened.structure.first + opened.quarter + n - 1
    each = [(scale_capacity(stage, 1.0 + more, str(first), str(last)),) for stage in relieved]
    together: tuple[Change, ...] = tuple(change for variant in each for change in variant)
    beside = run_beside(opened, n, changes=[(), *each, together])
    segments = tuple(name for name in SEGMENTS if name in opened.scenario.segments)
    units, compute = (_over_window(beside, metric, segments) for metric in _MEASURED)
    return BottleneckValue(
        stages=(*relieved, ALL_STAGES),
        segments=segments,
        quarters=beside.quarters,
        seeds=beside.seeds,
        gain_kunits=(units[1:] - units[0]) * (0.01 / more),
        gain_kh100e=(compute[1:] - compute[0]) * (0.01 / more),
        base_kunits=units[0],
        base_kh100e=compute[0],
        smallest_gain=smallest_gain,
        tie_within=tie_within,
    )


def _over_window(beside: Beside, metric: str, segments: Sequence[str]) -> Array:
    """(variant, segment, world): sums over the quarters run."""
    return np.stack([beside.array(metric, item=segment).sum(axis=1) for segment in segments], axis=1)


def _known_stages(stages: Sequence[str], known: tuple[str, ...]) -> tuple[str, ...]:
    wanted = (stages,) if isinstance(stages, str) else tuple(stages)
    for stage in wanted:
        if stage not in known:
            raise ForesightError(unknown("stage", stage, known))
    if not wanted:
        raise ForesightError(f"name at least one stage; allowed are {', '.join(known)}")
    return tuple(stage for stage in known if stage in wanted)
