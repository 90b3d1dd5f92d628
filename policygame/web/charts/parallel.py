"""Parallel coordinates: each run is a line across an axis for every quantity and outcome; a colour for each arm, two at most."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from policygame.web.charts.spec import GAP, ChartSpec, Option, Size, axis_label, clean, nice_scale
from policygame.web.text import _, number

__all__ = ["Axis", "parallel"]

_LONGEST_NAME = 18


@dataclass(frozen=True)
class Axis:
    """An axis: its full name, and one value for each line, nan where a line has none."""

    name: str
    values: Sequence[float]

    @property
    def short(self) -> str:
        """The name as there is room for it: its end, which tells it from others."""
        return self.name if len(self.name) <= _LONGEST_NAME else "\u2026" + self.name[-_LONGEST_NAME:]


def parallel(
    axes: Sequence[Axis], groups: Sequence[str], colours: Mapping[str, str], *, size: Size = "desk", finding: str = ""
) -> ChartSpec:
    """Lines of ``groups`` (one name per line) over ``axes``; ``colours`` group -> token, in the order in which they are drawn.

    A narrow page has the axes one below the other. The table holds the span of every axis in each group.
    """
    scales = [_scale(axis.values) for axis in axes]
    label = axis_label(size)

    def option(upright: bool) -> Option:
        return {
            "parallel": {
                "layout": "horizontal" if upright else "vertical",
                "left": 44 if upright else 20,
                "right": 60 if upright else 24,
                "top": 44 if upright else 34,
                "bottom": 20 if upright else 24,
            },
            "parallelAxis": [
                {
                    "dim": at,
                    "name": axis.short,
                    "nameLocation": "end" if upright else "start",
                    "nameGap": 14 if upright else 0,
                    "nameTextStyle": {
                        "color": "@ink",
                        "fontSize": label,
                        "align": "left",
                        **({"padding": [0, 0, 0, -28]} if upright else {"verticalAlign": "bottom", "padding": [0, 0, 7, 0]}),
                    },
                    "min": low,
                    "max": high,
                    "interval": step,
                    "axisLine": {"lineStyle": {"color": "@line3"}},
                    "axisLabel": {"color": "@ink3", "fontSize": label},
                    "axisTick": {"lineStyle": {"color": "@line3"}},
                    "splitLine": {"show": False},
                }
                for at, (axis, (low, high, step)) in enumerate(zip(axes, scales, strict=True))
            ],
            "series": [
                {
                    "id": f"lines-{at}",
                    "name": group,
                    "type": "parallel",
                    "silent": True,
                    "lineStyle": {
                        "color": colour,
                        "width": 1,
                        "opacity": 0.35,
                        "type": "dashed" if at == 0 and len(colours) > 1 else "solid",
                    },
                    "data": [[clean(float(axis.values[k])) for axis in axes] for k, name in enumerate(groups) if name == group],
                }
                for at, (group, colour) in enumerate(colours.items())
            ],
        }

    rows = tuple(
        (
            axis.name,
            *(_span([value for value, own in zip(axis.values, groups, strict=True) if own == group]) for group in colours),
        )
        for axis in axes
    )
    sentence = finding or _("There is nothing to show yet.")
    return ChartSpec(
        option(True), sentence, (_("Axis"), *colours), rows, phone=option(False), phone_scale=max(1.0, 0.22 * len(axes))
    )


def _scale(values: Sequence[float]) -> tuple[float, float, float]:
    known = [value for value in values if math.isfinite(value)]
    return nice_scale(min(known, default=0.0), max(known, default=1.0), 4)


def _span(values: Sequence[float]) -> str:
    known = [value for value in values if math.isfinite(value)]
    if not known:
        return GAP
    return _("{low} to {high}, middle {median}").format(
        low=number(min(known)), high=number(max(known)), median=number(float(np.median(known)))
    )
