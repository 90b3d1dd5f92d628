"""The card of the desk: metrics in a strip, the sentence that the fan says, two hundred dots, the fan, its key."""

from __future__ import annotations

from collections.abc import Sequence

import solara

from policygame.web.charts.spec import ChartSpec
from policygame.web.components.chart import Chart
from policygame.web.components.dots import dot_grid, worlds_sentence
from policygame.web.components.metrics import Tab, metric_tabs, tab_id
from policygame.web.markup import Markup, el
from policygame.web.text import _
from policygame.web.vue import Act, Box, Fragment

__all__ = ["FanCard", "fan_key"]


def fan_key(worlds: int, names: tuple[str, str] | None = None, *, draft: bool = True) -> Markup:
    """What the lines and bands of a fan are; without ``draft`` only what is in force is drawn."""
    base, own = names or (_("In force"), _("Your draft"))
    lines = [("var(--ink)", "ln-i", _("History")), ("var(--force)", "ln-i d", base), ("var(--draft)", "ln-i", own)]
    lines = lines if draft else lines[:2]
    parts = [el("span", el("i", class_=css, style=f"--c:{colour}"), words, class_="nw") for colour, css, words in lines]
    bands = _("Bands: half, and nine in ten, of {worlds} worlds").format(worlds=worlds)
    return el("div", parts, el("span", bands, class_="mute"), class_="lgd")


@solara.component
def FanCard(
    spec: ChartSpec | None,
    *,
    tabs: Sequence[Tab],
    chosen: str,
    on_act: Act,
    finding: str,
    detail: str = "",
    counts: tuple[int, int, int] | None = None,
    counts_words: str = "",
    worlds: int = 200,
    height: int = 200,
    busy: bool = False,
    busy_words: str = "",
    instead: Markup | None = None,
    panel: str = "metric-panel",
) -> None:
    """The card. ``spec`` is a ``charts.fan``; None shows ``instead`` (a skeleton, a refusal) in its place.

    Pressing a metric sends the act ``metric`` with its id. ``counts`` are worlds that do better, the same and worse;
    ``counts_words`` says what better means ("worlds wait less"). ``busy`` dims the last fan, ``busy_words`` says why. ``panel`` is the
    element's id, one for each card of a page.
    """
    dots = None
    if counts is not None:
        dots = el(
            "div",
            dot_grid(*counts),
            el("div", worlds_sentence(*counts, counts_words), class_="micro", style="margin-top:3px;color:var(--ink2)"),
        )
    told = el("div", el("h2", finding, class_="bal"), el("p", detail, class_="sub", style="margin-top:2px") if detail else None)
    waiting = el("span", busy_words, class_="chip flat", role="status") if busy and busy_words else None
    head = el("div", el("div", told, waiting), dots, class_="fanhead")
    parts = [Fragment(head)]
    if spec is not None:
        drafted = any(series["id"] == "median-d" for series in spec.option["series"])
        # a fan that follows a slider stands at once: gliding to it takes an eighth of a second, and is begun anew at every answer
        parts += [Chart(spec, height=height, busy=busy, still=True), Fragment(fan_key(worlds, draft=drafted))]
    elif instead is not None:
        parts.append(Fragment(instead, on_act))
    strip = Fragment(metric_tabs(tabs, chosen, panel=panel), on_act)
    filled = Box(parts, role="tabpanel", id=panel, aria_labelledby=tab_id(panel, chosen))
    Box([strip, filled], tag="section", classes="card", aria_label=_("What your draft would do"))
