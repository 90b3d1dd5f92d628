"""A table of ranks: who is where, the figure, and who moved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from policygame.catalogue import JURISDICTIONS
from policygame.web.markup import Markup, classes, el
from policygame.web.palette import css_name, jurisdiction_token
from policygame.web.text import _

__all__ = ["RankRow", "rank_table"]


@dataclass(frozen=True)
class RankRow:
    """A jurisdiction's place: ``figure`` in words, ``share`` of the bar's length (0 to 1), ``moved`` places since before (up is +)."""

    place: str
    rank: int
    figure: str
    share: float
    moved: int = 0


def rank_table(rows: Sequence[RankRow], *, figure: str, me: str | None = None, caption: str) -> Markup:
    """The table, in the order given. ``figure`` heads the column of figures; ``caption`` says what is ranked."""

    def one(row: RankRow) -> Markup:
        colour = css_name(jurisdiction_token(row.place))
        name = JURISDICTIONS[row.place].name if row.place in JURISDICTIONS else row.place
        moved: Markup | str = ""
        if row.moved:
            up = row.moved > 0
            words = (_("up {n}") if up else _("down {n}")).format(n=abs(row.moved))
            moved = el("span", f"{'▲' if up else '▼'}{abs(row.moved)}", el("span", " ", words, class_="vh"), class_="delta mute")
        length = 100 * min(1.0, max(0.0, row.share))
        bar = el(
            "i",
            style=f"display:block;height:8px;border-radius:2px;background:{colour};width:{max(1.0, length):.1f}%",
        )
        return el(
            "tr",
            el("td", row.rank, class_="n"),
            el(
                "td",
                el(
                    "span",
                    el("i", class_="sw", style=f"--c:{colour}"),
                    el("span", name, class_="nw"),
                    class_="row",
                    style="gap:7px",
                ),
            ),
            el("td", bar, style="width:34%", class_="hide-s"),
            el("td", row.figure, class_="n nw"),
            el("td", moved, class_="n"),
            class_=classes(me=row.place == me),
            data_key=f"rank-{row.place}",
        )

    head = el(
        "tr",
        el("th", _("Rank"), class_="n", scope="col"),
        el("th", _("Government"), scope="col"),
        el("th", el("span", figure, class_="vh"), class_="hide-s"),
        el("th", figure, class_="n", scope="col"),
        el("th", _("Moved"), class_="n", scope="col"),
    )
    return el("table", el("caption", caption, class_="vh"), el("thead", head), el("tbody", [one(row) for row in rows]))
