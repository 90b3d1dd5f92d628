"""What a chart is before it is drawn: an ECharts option of plain values, and the same in words and rows.

Colours are tokens of ``policygame.web.palette``; the browser turns them into the theme's. No option holds a function, a NaN or an
infinity, so it survives JSON; a gap in a series is "-".
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

__all__ = ["GAP", "NARROW_PX", "ChartSpec", "Option", "Size", "axis_label", "clean", "nice_scale", "tooltip"]

Option: TypeAlias = dict[str, Any]
Size = Literal["desk", "phone", "screen"]
GAP = "-"
NARROW_PX = 520


@dataclass(frozen=True)
class ChartSpec:
    """A chart: ``option`` for ECharts, ``sentence`` its finding for those who do not see it, ``head`` and ``rows`` its numbers.

    ``maps`` are names of shapes with their files among the web assets. ``phone`` is the option where the chart is narrower than
    ``NARROW_PX``, drawn ``phone_scale`` times as high; ``aspect`` (width / height) replaces a height where the shape of
    the picture is given.
    """

    option: Option
    sentence: str
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    maps: dict[str, str] = field(default_factory=dict)
    phone: Option | None = None
    phone_scale: float = 1.0
    aspect: float | None = None


def clean(value: float, digits: int = 4) -> float | str:
    """A number as a chart takes it: rounded to so many significant digits, a gap if it is not finite.

    >>> clean(0.123456), clean(123456.7), clean(float("nan"))
    (0.1235, 123457.0, '-')
    """
    if not math.isfinite(value):
        return GAP
    if value == 0:
        return 0.0
    return float(round(value, max(0, digits - 1 - math.floor(math.log10(abs(value))))))


def nice_scale(low: float, high: float, steps: int = 5) -> tuple[float, float, float]:
    """Round ends and a round step that hold ``low`` to ``high``.

    >>> nice_scale(0, 44), nice_scale(0.31, 0.38), nice_scale(5, 5)
    ((0.0, 50.0, 10.0), (0.3, 0.38, 0.02), (4.0, 6.0, 0.5))
    """
    if not (math.isfinite(low) and math.isfinite(high)):
        low, high = 0.0, 1.0
    if high <= low:
        spread = abs(low) * 0.2 or 1.0
        low, high = low - spread, low + spread
    raw = (high - low) / steps
    magnitude = 10.0 ** math.floor(math.log10(raw))
    step = next(factor * magnitude for factor in (1, 2, 2.5, 5, 10) if factor * magnitude >= raw * 0.999)
    first, last = math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step
    digits = max(0, 2 - math.floor(math.log10(step)))
    return round(first, digits), round(last, digits), round(step, digits)


def axis_label(size: Size) -> int:
    """The type size of an axis, in pixels: 11 at a desk, 12 on a phone, 18 on a wall."""
    return {"desk": 11, "phone": 12, "screen": 18}[size]


def tooltip(**more: Any) -> Option:
    """The look of what appears under the pointer: drawn, never HTML, so that a name can hold no script."""
    return {
        "renderMode": "richText",
        "backgroundColor": "@card",
        "borderColor": "@line2",
        "textStyle": {"color": "@ink", "fontSize": 12},
        "confine": True,
        **more,
    }


def finite(values: Sequence[float]) -> list[float]:
    """Those of ``values`` that are numbers."""
    return [value for value in values if math.isfinite(value)]
