"""The picture of the start page: dies flow in from the fabs, pile up, and squeeze through the one stage that binds.

Drawn, not measured: its three figures below are, and carry their sources.
"""

from __future__ import annotations

import math

from policygame.scenario import Figure, figures
from policygame.web.markup import Markup, el, join
from policygame.web.text import _, number

__all__ = ["river", "river_figures"]

_W, _D, _H = "var(--st-wafers)", "var(--st-25D)", "var(--st-HBM)"


def _scattered(count: int) -> list[tuple[float, float]]:
    """Places that look strewn and are always the same: a low-discrepancy sequence."""
    a, b = 0.7548776662466927, 0.5698402909980532
    return [(8 + 170 * ((k * a) % 1), 52 + 152 * ((k * b) % 1)) for k in range(1, count + 1)]


def _package(x: float, y: float) -> Markup:
    return el(
        "g",
        el("rect", width=22, height=22, rx=2.5, fill="var(--card)", stroke=_D, stroke_width=1.6),
        el("rect", x=4.5, y=4.5, width=13, height=6.5, fill=_D),
        el("rect", x=4.5, y=13, width=5.6, height=4.6, fill=_H),
        el("rect", x=11.9, y=13, width=5.6, height=4.6, fill=_H),
        transform=f"translate({x} {y})",
    )


def _bank() -> list[Markup]:
    dies = []
    for column in range(13):
        half = 80 if column < 2 else 80 - (column - 2) * 5.2
        rows = max(3, math.floor(2 * half / 10.4))
        for row in range(rows):
            x, y = 196 + column * 10.4, 132.5 - rows * 5.2 + row * 10.4
            dies.append(
                el(
                    "rect",
                    x=round(x, 1),
                    y=round(y, 1),
                    width=7.6,
                    height=7.6,
                    rx=1,
                    fill="var(--bind)",
                    stroke="var(--bindline)",
                )
            )
    return dies


def _words(x: int, y: int, text: str, anchor: str = "start", css: str | None = None) -> Markup:
    return el("text", text, x=x, y=y, text_anchor=anchor, font_size=13.5, font_weight=650, fill="var(--ink)", class_=css)


def river() -> Markup:
    """The picture with its words."""
    told = _("Dies flow in from the fabs, pile up in the die bank, and a thin stream leaves through 2.5D packaging.")
    return el(
        "svg",
        el("path", d="M0 44H210C280 44 296 104 344 104V158C296 158 280 218 210 218H0z", fill=_W, opacity=0.15),
        el("path", d="M372 104C430 104 440 96 500 92H640V170H500C440 166 430 158 372 158z", fill=_D, opacity=0.17),
        [el("rect", x=round(x, 1), y=round(y, 1), width=7, height=7, rx=1, fill=_W, opacity=0.85) for x, y in _scattered(88)],
        _bank(),
        el("rect", x=344, y=96, width=28, height=70, rx=3, fill=_D, stroke="var(--bind)", stroke_width=4),
        [_package(392 + k * 31, 135 if k % 2 else 105) for k in range(8)],
        _words(0, 24, _("Dies leave the fabs"), css="far"),
        _words(262, 24, _("and wait in the die bank"), "middle", "far"),
        _words(0, 26, _("Dies wait in the die bank"), css="near"),
        _words(358, 86, "2.5D", "middle"),
        _words(640, 24, _("for a place in a package"), "end"),
        viewbox="0 0 640 226",
        width="100%",
        role="img",
        aria_label=told,
        class_="river",
    )


def _span(figure: Figure) -> str:
    if figure.low is None or figure.high is None:
        return str(figure.value)
    return (
        number(figure.low)
        if figure.low == figure.high
        else _("{low} to {high}").format(low=number(figure.low), high=number(figure.high))
    )


def river_figures() -> Markup:
    """Three published figures of the case, each with its source."""
    known = figures()
    before, after = known["cowos_2023mid"], known["cowos_2024end"]
    fill, missed = known["cowos_fill"], known["cowos_fc_miss"]
    shown = [
        (
            f"{_span(before)} → {_span(after)} {before.unit}",
            _("thousand wafers a month: 2.5D capacity of TSMC, mid-2023 and the end of 2024"),
            f"{before.source}; {after.source}",
        ),
        (f"{_span(fill)} %", _("of orders for it could be met in September 2023"), fill.source),
        (
            f"{_span(missed)} {missed.unit}",
            _("was the forecast of July 2023 for the end of 2024: half of what came"),
            missed.source,
        ),
    ]
    return el(
        "div",
        join([el("div", el("b", value, class_="v"), el("p", words, title=source)) for value, words, source in shown]),
        class_="figs",
    )
