"""Intervals: for each of several things what a model says, five to ninety-five per cent and the median, beside an observed band.

Every row is on its own scale, with its band from end to end in the same place, so that things of different units stand in one picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from policygame.web.charts.spec import ChartSpec, Option, Size, axis_label, clean, tooltip
from policygame.web.text import _, number

__all__ = ["Interval", "intervals"]

ROOM = 1.0
"""Widths of a band that are drawn on either side of it; what lies farther out is drawn at the edge."""


@dataclass(frozen=True)
class Interval:
    """A thing with its observed band ``low`` to ``high`` and the model's ``p05``, ``p50``, ``p95``; ``holds`` as the caller judges.

    ``short`` is its name on a phone.
    """

    name: str
    short: str
    unit: str
    low: float
    high: float
    p05: float
    p50: float
    p95: float
    holds: bool

    def at(self, value: float) -> float:
        """Where a value is drawn: the band lies from ``ROOM`` to ``ROOM + 1``."""
        return min(max(ROOM + (value - self.low) / (self.high - self.low), 0.0), 2.0 * ROOM + 1.0)


def intervals(shown: Sequence[Interval], *, size: Size = "desk", finding: str = "") -> ChartSpec:
    """One row for each, in the order given; the grey ground is what was observed."""
    label = axis_label(size)
    option: Option = {
        "grid": {"left": 2, "containLabel": True, "right": 12, "top": 4, "bottom": 4},
        "tooltip": tooltip(trigger="item"),
        "xAxis": {"type": "value", "show": False, "min": 0, "max": 2.0 * ROOM + 1.0},
        "yAxis": {
            "type": "category",
            "inverse": True,
            "data": [one.name for one in shown],
            "axisTick": {"show": False},
            "axisLine": {"show": False},
            "axisLabel": {"color": "@ink", "fontSize": label},
        },
        "series": [
            {
                "id": "start",
                "type": "bar",
                "stack": "model",
                "silent": True,
                "itemStyle": {"color": "transparent"},
                "data": [clean(one.at(one.p05)) for one in shown],
                "markArea": {
                    "silent": True,
                    "itemStyle": {"color": "@well2"},
                    "data": [[{"xAxis": ROOM}, {"xAxis": ROOM + 1.0}]],
                },
            },
            {"id": "model", "type": "bar", "stack": "model", "barWidth": 5, "data": [_bar(one) for one in shown]},
            {
                "id": "median",
                "type": "scatter",
                "symbolSize": 9,
                "data": [[clean(one.at(one.p50)), row] for row, one in enumerate(shown)],
                "itemStyle": {"color": "@ink"},
                "tooltip": {"show": False},
            },
        ],
    }
    rows = tuple(
        (
            one.name,
            one.unit,
            f"{number(one.low)} - {number(one.high)}",
            number(one.p05),
            number(one.p50),
            number(one.p95),
            _("holds") if one.holds else _("missed"),
        )
        for one in shown
    )
    head = (_("Target"), _("Unit"), _("Observed"), _("5 %"), _("Median"), _("95 %"), "")
    phone = {**option, "yAxis": {**option["yAxis"], "data": [one.short for one in shown]}}
    sentence = finding or _("There is nothing to show yet.")
    return ChartSpec(option, sentence, head, rows, phone=phone)


def _bar(one: Interval) -> Option:
    words = _("{name}: observed {low} to {high} {unit}; model {p05} to {p95}, median {p50}").format(
        name=one.name,
        low=number(one.low),
        high=number(one.high),
        unit=one.unit,
        p05=number(one.p05),
        p95=number(one.p95),
        p50=number(one.p50),
    )
    return {
        "value": clean(one.at(one.p95) - one.at(one.p05)),
        "itemStyle": {"color": "@better" if one.holds else "@worse", "borderRadius": 2},
        "tooltip": {"formatter": words},
    }
