"""Two hundred worlds as dots: filled where the draft does better, a ring where nothing changes, a cross where it does worse."""

from __future__ import annotations

from functools import lru_cache

from policygame.web.markup import Markup, el
from policygame.web.text import _

__all__ = ["dot_grid", "worlds_sentence"]


@lru_cache(maxsize=256)  # two hundred elements, asked for again whenever anything on the card changes
def dot_grid(better: int, same: int, worse: int, *, columns: int = 25, gap: float = 6.2) -> Markup:
    """The grid, sorted: better first. Shape says the same as colour."""
    radius = gap * 0.355
    whole = better + same + worse
    marks = []
    for k in range(whole):
        x, y = round((k % columns) * gap + gap / 2, 2), round((k // columns) * gap + gap / 2, 2)
        if k < better:
            marks.append(el("circle", cx=x, cy=y, r=round(radius, 2), fill="var(--draft)"))
        elif k < better + same:
            marks.append(el("circle", cx=x, cy=y, r=round(radius - 0.4, 2), fill="none", stroke="var(--line3)", stroke_width=1))
        else:
            a = radius * 0.82
            cross = f"M{x - a:.2f} {y - a:.2f}l{2 * a:.2f} {2 * a:.2f}m0 {-2 * a:.2f}l{-2 * a:.2f} {2 * a:.2f}"
            marks.append(el("path", d=cross, stroke="var(--worse)", stroke_width="1.3"))
    width, height = round(columns * gap, 1), round(max(1, -(-whole // columns)) * gap, 1)
    told = _("{better} of {whole} worlds are better, {same} the same, {worse} worse").format(
        better=better, whole=whole, same=same, worse=worse
    )
    return el(
        "svg", marks, class_="dotgrid", width=width, height=height, viewbox=f"0 0 {width} {height}", role="img", aria_label=told
    )


def worlds_sentence(better: int, same: int, worse: int, words: str) -> Markup:
    """ "162 of 200 worlds wait less": ``words`` say what better means. Where more go the other way, how many is said too."""
    whole = better + same + worse
    count = el("b", _("{better} of {whole}").format(better=better, whole=whole), class_="inkdraft")
    against = _(", {worse} the other way").format(worse=worse) if worse > better else None
    return el("span", count, f" {words}", against)
