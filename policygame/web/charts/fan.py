"""The fan: what a policy does to a metric over the worlds, against what is in force.

Bands hold half and nine in ten of the worlds, grey in force below, the draft's colour above; medians are dashed and solid, history
is ink; the ends carry their names. What the quantiles are is the caller's affair.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

from policygame.web.charts.spec import GAP, ChartSpec, Option, Size, axis_label, clean, finite, nice_scale, tooltip
from policygame.web.text import _, number

__all__ = ["Bands", "Own", "fan"]

ABOVE_PX = BELOW_PX = 22
"""Room over the axis, at least, and under it."""
LEAST_PX = 110
"""The axis is at least as high, on every page."""


@dataclass(frozen=True)
class Bands:
    """Quantiles over worlds, one value per quarter ahead, in the metric's unit."""

    p5: Sequence[float]
    p25: Sequence[float]
    p50: Sequence[float]
    p75: Sequence[float]
    p95: Sequence[float]


@dataclass(frozen=True)
class Own:
    """One world's own path, without and with what is looked at, one value per quarter ahead; ``names`` of the two."""

    force: Sequence[float]
    draft: Sequence[float]
    names: tuple[str, str]


def fan(
    quarters: Sequence[str],
    history: Sequence[float],
    force: Bands,
    draft: Bands | None = None,
    *,
    unit: str,
    names: tuple[str, str] | None = None,
    own: Own | None = None,
    now: str | None = None,
    flags: Sequence[tuple[str, str]] = (),
    write: Callable[[float], str] = number,
    zero: bool = True,
    size: Size = "desk",
    direct_labels: bool = True,
    finding: str = "",
) -> ChartSpec:
    """A fan chart.

    ``quarters`` are all labels of the axis: those of ``history`` first, then those of the bands. ``unit`` stands over the axis;
    ``write`` makes a number into words for the labels at the ends. ``names`` (default: in force, your draft) name the two
    policies, ``now`` the line where history ends, ``flags`` further dashed lines (quarter, words). ``own`` adds the paths of one
    world, which then are the thick lines with the labels. ``zero``: the axis begins at 0. ``finding`` is the sentence that the title
    states; it begins the text alternative.
    """
    before, ahead = len(history), len(quarters) - len(history)
    for bands in (force, *((draft,) if draft else ())):
        if any(len(part) != ahead for part in (bands.p5, bands.p25, bands.p50, bands.p75, bands.p95)):
            raise ValueError(f"{len(quarters)} quarters less {before} of history leave {ahead}; the bands have other lengths")
    base_name, draft_name = names or (_("In force"), _("Your draft"))
    type_size = {"desk": 12, "phone": 13, "screen": 18}[size]
    pads = max(before - 1, 0)
    drawn = [*_bands(force, history, pads, "@force", (0.20, 0.22), "f")]
    if draft is not None:
        drawn += _bands(draft, history, pads, "@draft", (0.17, 0.24), "d")
    drawn.append(_history(history, ahead, quarters, now or _("today"), type_size))
    alone = [*own.force, *own.draft] if own else []
    values = finite([*history, *alone, *force.p5, *force.p95, *(draft.p5 if draft else ()), *(draft.p95 if draft else ())])
    low, high, step = nice_scale(
        min(0.0, *values) if zero and values else min(values, default=0), max(values, default=1), 5 if size == "desk" else 4
    )
    labels = _Labels(write, unit, type_size, direct_labels, low, high)
    thick = own is None
    apart = labels.offsets(force.p50, draft.p50 if draft else None)
    drawn.append(_line("median-f", base_name, force.p50, history, pads, "@force", [5, 4], labels, apart[0], thick))
    if draft is not None:
        drawn.append(_line("median-d", draft_name, draft.p50, history, pads, "@draft", "solid", labels, apart[1], thick))
    if own is not None:
        apart = labels.offsets(own.force, own.draft)
        drawn.append(_line("own-f", own.names[0], own.force, history, pads, "@force", [5, 4], labels, apart[0], True))
        drawn.append(_line("own-d", own.names[1], own.draft, history, pads, "@draft", "solid", labels, apart[1], True))
    drawn += [_flag(k, quarter, words, type_size) for k, (quarter, words) in enumerate(flags) if quarter in quarters]
    label = axis_label(size)
    labelled = own.names if own else (base_name, draft_name)
    widest = max(*(len(name) for name in labelled), len(write(high)) + len(unit) + 1)
    option: Option = {
        "grid": {
            "left": 12 + 7 * max(len(number(low)), len(number(high)), len(number(step))),
            "right": (16 + int(widest * type_size * 0.64)) if direct_labels else 12,
            "top": 30 if unit else ABOVE_PX,
            "bottom": BELOW_PX,
        },
        "tooltip": tooltip(trigger="axis"),
        "xAxis": {
            "type": "category",
            "data": list(quarters),
            "boundaryGap": False,
            "axisTick": {"show": False},
            "axisLine": {"lineStyle": {"color": "@line2"}},
            "axisLabel": {"color": "@ink3", "fontSize": label, "interval": 3, "hideOverlap": True, "showMinLabel": True},
        },
        "yAxis": {
            "type": "value",
            "name": unit,
            "nameGap": 10,
            "nameTextStyle": {"color": "@ink3", "fontSize": label, "align": "left", "padding": [0, 0, 0, -24]},
            "min": low,
            "max": high,
            "interval": step,
            "axisLabel": {"color": "@ink3", "fontSize": label},
            "splitLine": {"lineStyle": {"color": "@line"}},
        },
        "series": drawn,
    }
    return ChartSpec(
        option,
        _sentence(finding, quarters, force, draft, (base_name, draft_name), own, write, unit),
        *_table(quarters, history, force, draft, (base_name, draft_name), own, write),
    )


def _joined(history: Sequence[float], pads: int, values: Sequence[float]) -> list[float | str]:
    """``values`` on the axis of all quarters, joined to the last of history so that the fan opens where history ends."""
    last = [clean(history[-1])] if history else []
    return [*([GAP] * pads), *last, *(clean(value) for value in values)]


def _bands(
    bands: Bands, history: Sequence[float], pads: int, colour: str, opacity: tuple[float, float], key: str
) -> list[Option]:
    return [
        part
        for low, high, strength, name in (
            (bands.p5, bands.p95, opacity[0], f"{key}90"),
            (bands.p25, bands.p75, opacity[1], f"{key}50"),
        )
        for part in _band(low, high, history, pads, colour, strength, name)
    ]


def _band(
    low: Sequence[float], high: Sequence[float], history: Sequence[float], pads: int, colour: str, opacity: float, name: str
) -> list[Option]:
    """Two stacked lines, the upper filled down to the lower."""
    plain: Option = {
        "type": "line",
        "stack": name,
        "stackStrategy": "all",
        "symbol": "none",
        "lineStyle": {"opacity": 0},
        "silent": True,
        "tooltip": {"show": False},
        "z": 2,
    }
    heights = [clean(b - a) for a, b in zip(low, high, strict=True)]
    start: list[float | str] = [0.0] if history else []
    return [
        {**plain, "id": f"{name}-low", "name": f"{name}-low", "data": _joined(history, pads, low)},
        {
            **plain,
            "id": f"{name}-high",
            "name": f"{name}-high",
            "data": [*([GAP] * pads), *start, *heights],
            "areaStyle": {"color": colour, "opacity": opacity},
        },
    ]


def _history(history: Sequence[float], ahead: int, quarters: Sequence[str], now: str, size: int) -> Option:
    line: Option = {
        "id": "history",
        "type": "line",
        "name": _("History"),
        "data": [*(clean(value) for value in history), *([GAP] * ahead)],
        "symbol": "none",
        "lineStyle": {"width": 2.25, "color": "@ink"},
        "itemStyle": {"color": "@ink"},
        "z": 6,
    }
    if history:
        line["markLine"] = _line_at(quarters[len(history) - 1], now, "@line3", "solid", size)
    return line


def _line_at(quarter: str, words: str, colour: str, dash: Any, size: int) -> Option:
    return {
        "symbol": "none",
        "silent": True,
        "lineStyle": {"color": colour, "type": dash, "width": 1},
        "label": {"formatter": words, "position": "end", "rotate": 0, "color": "@ink2", "fontSize": size - 1, "distance": 4},
        "data": [{"xAxis": quarter}],
    }


def _flag(k: int, quarter: str, words: str, size: int) -> Option:
    return {"id": f"flag-{k}", "type": "line", "data": [], "markLine": _line_at(quarter, words, "@line2", [2, 3], size)}


@dataclass(frozen=True)
class _Labels:
    """How the labels at the ends of lines are written, and the ends of the axis that they stand beside."""

    write: Callable[[float], str]
    unit: str
    size: int
    shown: bool
    low: float
    high: float

    def offsets(self, force: Sequence[float], draft: Sequence[float] | None) -> tuple[int, int]:
        """How far the two labels at the end are moved down, in pixels, so that neither hides the other or leaves the picture.

        A label has two lines and its line's end at its middle. The picture may be higher than ``LEAST_PX``: the labels are then as far
        apart, or farther, and as far from its lower edge.
        """
        if draft is None or not len(force):
            return 0, 0
        if not all(map(isfinite, (force[-1], draft[-1]))):
            return (-self.size - 6, self.size + 6)
        span = (self.high - self.low) or 1.0
        ends = [LEAST_PX * (values[-1] - self.low) / span for values in (force, draft)]  # pixels over the axis
        upper, lower = (0, 1) if force[-1] >= draft[-1] else (1, 0)
        tall = 2 * self.size + 7
        apart = max(0.0, tall + 2 - (ends[upper] - ends[lower]))
        most_down = max(0.0, ends[lower] + BELOW_PX - tall / 2 - 1)
        most_up = max(0.0, LEAST_PX - ends[upper] + ABOVE_PX - tall / 2 - 1)
        down = min(most_down, max(apart / 2, apart - most_up))
        moved = [0, 0]
        moved[lower], moved[upper] = round(down), -round(apart - down)
        return moved[0], moved[1]


def _line(
    key: str,
    name: str,
    values: Sequence[float],
    history: Sequence[float],
    pads: int,
    colour: str,
    dash: Any,
    labels: _Labels,
    offset: int,
    thick: bool,
) -> Option:
    """A line ahead of history; a thick one carries its name and last value."""
    value = f"{labels.write(values[-1])} {labels.unit}".strip() if len(values) else ""
    size = labels.size
    rich = {
        "n": {"fontSize": size, "lineHeight": size + 4, "color": "@ink2" if colour == "@force" else colour, "fontWeight": 600},
        "v": {"fontSize": size, "lineHeight": size + 3, "color": "@ink2"},
    }
    return {
        "id": key,
        "type": "line",
        "name": name,
        "data": _joined(history, pads, values),
        "symbol": "none",
        "lineStyle": {"width": 2.25 if thick else 1, "color": colour, "type": dash if thick else [2, 3]},
        "itemStyle": {"color": colour},
        "z": 8 if thick else 7,
        "endLabel": {
            "show": labels.shown and thick,
            "formatter": f"{{n|{name}}}\n{{v|{value}}}",
            "distance": 8,
            "offset": [0, offset],
            "rich": rich,
        },
    }


def _sentence(
    finding: str,
    quarters: Sequence[str],
    force: Bands,
    draft: Bands | None,
    names: tuple[str, str],
    own: Own | None,
    write: Callable[[float], str],
    unit: str,
) -> str:
    def told(name: str, bands: Bands) -> str:
        return _("{name}: {median} {unit} in the middle world, {low} to {high} in nine of ten.").format(
            name=name, median=write(bands.p50[-1]), unit=unit, low=write(bands.p5[-1]), high=write(bands.p95[-1])
        )

    if not len(force.p50):
        return finding or _("Nothing lies ahead: the last quarter is over.")
    ends = [_("At the end, {quarter}.").format(quarter=quarters[-1])]
    if own is not None:
        for name, path in zip(own.names, (own.force, own.draft), strict=True):
            ends.append(_("{name}: {value} {unit}.").format(name=name, value=write(path[-1]), unit=unit))
    ends += [told(names[0], force), *([told(names[1], draft)] if draft else [])]
    return " ".join([*([finding] if finding else []), *ends])


def _table(
    quarters: Sequence[str],
    history: Sequence[float],
    force: Bands,
    draft: Bands | None,
    names: tuple[str, str],
    own: Own | None,
    write: Callable[[float], str],
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    def cells(bands: Bands, k: int) -> tuple[str, str]:
        return write(bands.p50[k]), _("{low} to {high}").format(low=write(bands.p5[k]), high=write(bands.p95[k]))

    nine = _("nine in ten")
    sides = [(names[0], force), *([(names[1], draft)] if draft else [])]
    head = (_("Quarter"), *(own.names if own else ()), *(text for name, _side in sides for text in (name, f"{name}, {nine}")))
    rows = [
        (quarters[k], *([write(value)] * (2 if own else 1)), *([""] * (len(head) - (3 if own else 2))))
        for k, value in enumerate(history)
    ]
    for k in range(len(force.p50)):
        alone = (write(own.force[k]), write(own.draft[k])) if own else ()
        rows.append((quarters[len(history) + k], *alone, *(cell for _name, side in sides for cell in cells(side, k))))
    return head, tuple(rows)
