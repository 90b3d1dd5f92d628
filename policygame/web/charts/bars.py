"""Bars: one value for each of several things, side by side, the largest first unless the caller orders them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from policygame.web.charts.spec import ChartSpec, Option, Size, axis_label, clean, tooltip
from policygame.web.text import _, number

__all__ = ["Bar", "bars"]


@dataclass(frozen=True)
class Bar:
    """A thing and its value; ``colour`` is a token, ``note`` is written after the value."""

    name: str
    value: float
    colour: str
    note: str = ""


def bars(
    shown: Sequence[Bar],
    *,
    unit: str,
    write: Callable[[float], str] = number,
    ordered: bool = False,
    size: Size = "desk",
    finding: str = "",
) -> ChartSpec:
    """Horizontal bars with their values at the end. ``ordered``: they already are in the order in which they should stand."""
    listed = list(shown) if ordered else sorted(shown, key=lambda bar: -bar.value)
    label = axis_label(size) + 1
    lowest = min([0.0, *(bar.value for bar in listed)])
    highest = max([0.0, *(bar.value for bar in listed)])
    widest = max((len(write(bar.value) + bar.note) for bar in listed), default=1)
    option: Option = {
        "grid": {
            "left": 2,
            "containLabel": True,  # names are as wide as the reader's type makes them
            "right": 16 + int(widest * label * 0.58),
            "top": 4,
            "bottom": 4,
        },
        "tooltip": tooltip(trigger="item"),
        "xAxis": {"type": "value", "show": False, "min": clean(lowest), "max": clean(highest) if highest > lowest else 1},
        "yAxis": {
            "type": "category",
            "inverse": True,
            "data": [bar.name for bar in listed],
            "axisTick": {"show": False},
            "axisLine": {"lineStyle": {"color": "@line2"}},
            "axisLabel": {"color": "@ink", "fontSize": label},
        },
        "series": [
            {
                "id": "bars",
                "type": "bar",
                "barMaxWidth": 18 if size != "screen" else 28,
                "data": [_bar(bar, write, unit, label) for bar in listed],
            }
        ],
    }
    rows = tuple((bar.name, write(bar.value) + (f" {bar.note}" if bar.note else "")) for bar in listed)
    return ChartSpec(option, _sentence(finding, listed, write, unit), (_("Name"), unit), rows)


def _bar(bar: Bar, write: Callable[[float], str], unit: str, size: int) -> Option:
    words = f"{write(bar.value)}{' ' + bar.note if bar.note else ''}"
    return {
        "name": bar.name,
        "value": clean(bar.value),
        "itemStyle": {"color": bar.colour, "borderRadius": [0, 2, 2, 0]},
        "label": {"show": True, "position": "right", "formatter": words, "color": "@ink", "fontSize": size, "fontWeight": 600},
        "tooltip": {"formatter": f"{bar.name}: {write(bar.value)} {unit}"},
    }


def _sentence(finding: str, listed: Sequence[Bar], write: Callable[[float], str], unit: str) -> str:
    if not listed:
        return finding or _("There is nothing to show yet.")
    first, last = max(listed, key=lambda b: b.value), min(listed, key=lambda b: b.value)
    told = _("Most: {first}, {high} {unit}. Least: {last}, {low} {unit}.").format(
        first=first.name, high=write(first.value), last=last.name, low=write(last.value), unit=unit
    )
    return " ".join([*([finding] if finding else []), told])
