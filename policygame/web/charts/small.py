"""Small charts: a line without axes for a table's cell, and several fans side by side in one picture."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from policygame.web.charts.fan import Bands, fan
from policygame.web.charts.spec import ChartSpec, Option, Size, tooltip
from policygame.web.markup import Markup, el
from policygame.web.palette import css_name
from policygame.web.text import _, number

__all__ = ["Panel", "small_multiples", "sparkline"]


def sparkline(
    values: Sequence[float], *, colour: str = "@ink", width: int = 96, height: int = 24, words: str = "", low: float | None = None
) -> Markup:
    """A line of ``values`` as SVG, with a dot at its end; gaps where a value is no number. ``low`` fixes the bottom (0, say).

    ``words`` say what it is; the first and last value follow.
    """
    finite = [value for value in values if math.isfinite(value)]
    told = (
        _("{words}: from {first} to {last}").format(words=words, first=number(finite[0]), last=number(finite[-1]))
        if finite
        else words
    )
    if not finite:
        return el("svg", width=width, height=height, role="img", aria_label=told or _("no values"))
    bottom, top = min(finite) if low is None else min(low, *finite), max(finite)
    span = (top - bottom) or 1.0
    pad = 3

    def point(k: int, value: float) -> tuple[float, float]:
        x = pad + (width - 2 * pad) * (k / max(len(values) - 1, 1))
        return round(x, 1), round(height - pad - (height - 2 * pad) * (value - bottom) / span, 1)

    path, pen = [], "M"
    for k, value in enumerate(values):
        if math.isfinite(value):
            path.append(f"{pen}{point(k, value)[0]} {point(k, value)[1]}")
            pen = "L"
        else:
            pen = "M"
    last = max(k for k, value in enumerate(values) if math.isfinite(value))
    x, y = point(last, values[last])
    line = el("path", d=" ".join(path), fill="none", stroke=css_name(colour), stroke_width="1.6", stroke_linejoin="round")
    return el(
        "svg",
        line,
        el("circle", cx=x, cy=y, r=2.2, fill=css_name(colour)),
        width=width,
        height=height,
        viewbox=f"0 0 {width} {height}",
        role="img",
        aria_label=told,
    )


@dataclass(frozen=True)
class Panel:
    """One fan of several: its title, unit, history and bands, as in ``fan``."""

    title: str
    unit: str
    history: Sequence[float]
    force: Bands
    draft: Bands | None = None


def small_multiples(quarters: Sequence[str], panels: Sequence[Panel], *, columns: int = 3, size: Size = "desk") -> ChartSpec:
    """Several fans of the same quarters in a grid of ``columns``, each with its own scale, drawn as one picture; at a desk the
    form for a phone, one below the other, comes with it."""
    phone = _grid(quarters, panels, 1, "phone") if size == "desk" else None
    told = [f"{p.title}: {fan(quarters, p.history, p.force, p.draft, unit=p.unit).sentence}" for p in panels]
    return ChartSpec(_grid(quarters, panels, columns, size), " ".join(told), phone=phone, phone_scale=float(len(panels)) * 0.9)


def _grid(quarters: Sequence[str], panels: Sequence[Panel], columns: int, size: Size) -> Option:
    rows = max(1, -(-len(panels) // columns))
    merged: Option = {"grid": [], "xAxis": [], "yAxis": [], "series": [], "tooltip": tooltip(trigger="axis")}
    for k, panel in enumerate(panels):
        one = fan(quarters, panel.history, panel.force, panel.draft, unit="", now="", size=size, direct_labels=False)
        left, top = 100 * (k % columns) / columns, 100 * (k // columns) / rows
        width, height = 100 / columns, 100 / rows
        box = {
            "left": f"{left + 0.09 * width:.2f}%",
            "top": f"{top + 0.24 * height:.2f}%",
            "width": f"{0.86 * width:.2f}%",
            "height": f"{0.58 * height:.2f}%",
        }
        merged["grid"].append(box)
        merged["xAxis"].append(
            {**one.option["xAxis"], "gridIndex": k, "axisLabel": {**one.option["xAxis"]["axisLabel"], "interval": 7}}
        )
        size_px = 12 if size == "desk" else 13
        heading = {
            "name": f"{{t|{panel.title}}}  {{u|{panel.unit}}}",
            "nameLocation": "end",
            "nameGap": 22,
            "nameTextStyle": {
                "align": "left",
                "rich": {"t": {"fontSize": size_px, "fontWeight": 650, "color": "@ink"}, "u": {"fontSize": 11, "color": "@ink3"}},
            },
        }
        middle = (one.option["yAxis"]["max"] - one.option["yAxis"]["min"]) / 2
        merged["yAxis"].append({**one.option["yAxis"], **heading, "gridIndex": k, "interval": middle})
        for series in one.option["series"]:
            own = {**series, "id": f"{k}-{series['id']}", "xAxisIndex": k, "yAxisIndex": k}
            if "stack" in own:
                own["stack"] = f"{k}-{own['stack']}"
            merged["series"].append(own)
    return merged
