"""A chart on a page: draws a ``ChartSpec`` with the ECharts that is installed, and carries it in words and as a table."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import solara

from policygame.web.charts.spec import NARROW_PX, ChartSpec
from policygame.web.document import asset_address
from policygame.web.text import _
from policygame.web.vue import component, read_text

__all__ = ["Chart"]


@component("chart.vue")
def _Chart(
    drawing: str = "",
    narrow: int = 0,
    phone_scale: float = 1.0,
    aspect: float = 0.0,
    alt: str = "",
    numbers: str = "",
    height: int = 240,
    busy: bool = False,
    still: bool = False,
    classes: str = "",
    table_label: str = "",
    failure: str = "",
    event_press: Callable[[Any], None] | None = None,
) -> Any: ...


@solara.component
def Chart(
    spec: ChartSpec,
    *,
    height: int = 240,
    busy: bool = False,
    table: bool = True,
    still: bool = False,
    classes: str = "",
    on_press: Callable[[str], None] | None = None,
) -> None:
    """Draw ``spec``, ``height`` pixels high (a spec with an aspect takes its height from its width).

    ``busy`` dims the last drawing while a newer one is computed. ``table`` offers the numbers as a table below. ``still`` draws without
    gliding. ``on_press(name)`` hears which named thing (a place, a node) was pressed; give the same choice by keyboard elsewhere.
    """

    def press(data: Any) -> None:
        name = read_text(data, "name")
        if on_press is not None and name:
            on_press(name)

    maps = {name: asset_address(file) for name, file in spec.maps.items()}
    shown = {"head": spec.head, "rows": spec.rows} if table else {"head": (), "rows": ()}
    # as texts: a widget's lists and objects are walked, item by item, at every drawing of the page, whatever has changed on it
    _Chart(
        drawing=_text({"option": spec.option, "phone": spec.phone, "maps": maps}),
        narrow=NARROW_PX,
        phone_scale=spec.phone_scale,
        aspect=spec.aspect or 0.0,
        alt=spec.sentence,
        numbers=_text(shown),
        height=height,
        busy=busy,
        still=still,
        classes=classes,
        table_label=_("As a table"),
        failure=_("The chart could not be drawn. Its numbers are in the table."),
        event_press=press,
    )


def _text(values: dict[str, Any]) -> str:
    return json.dumps(values, separators=(",", ":"), allow_nan=False)
