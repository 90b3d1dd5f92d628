"""What has been decided and what came of it, turn by turn: all governments' decisions, headlines, one's own predictions, figures."""

from __future__ import annotations

import csv
import io
from typing import Any
from urllib.parse import quote

import solara

from policygame.catalogue import JURISDICTIONS
from policygame.errors import UserError
from policygame.game import SeatView
from policygame.game.wording import quarter_text
from policygame.web.hosted import host
from policygame.web.identity import use_tokens
from policygame.web.markup import Markup, el, join
from policygame.web.pages.desk.series import short_value, strip
from policygame.web.pages.desk.tabs import WorldTabs
from policygame.web.pages.other_model import other_model
from policygame.web.shell import Shell, link, nav_link, top_bar
from policygame.web.text import _
from policygame.web.vue import Box, Fragment

__all__ = ["HistoryPage", "figures_csv"]


@solara.component
def HistoryPage(code: str) -> None:
    """The page."""
    tokens = use_tokens()
    found = host().find(code)
    if found is None:
        raise UserError(_("No game has this code."))
    view = host().view(found.id, tokens.get(code))
    title, ended = _("History"), view.phase == "ended"
    place = _(JURISDICTIONS[view.seat].name) if view.seat else _("an onlooker")
    # while it is played, the seed would tell the future
    told = _("Scenario {name}. Everything below follows from it, its world and the decisions.").format(name=view.scenario.name)
    if ended:
        told = _("Scenario {name}, world {seed}. Everything below follows from these and the decisions.").format(
            name=view.scenario.name, seed=view.seed
        )
    head = el(
        "section",
        el("h2", _("{title}, game {code}").format(title=_(view.scenario.title), code=code)),
        el("p", told, class_="sub"),
        el(
            "div",
            nav_link(f"/play/{code}/briefing", _("Briefing"), class_="btn") if view.seat else None,
            nav_link(f"/play/{code}/debrief", _("Debrief"), class_="btn") if view.seat and not ended else None,
            el(
                "a",
                _("Figures as CSV"),
                class_="btn",
                href="data:text/csv;charset=utf-8," + quote(figures_csv(view)),
                download=f"policygame-{code}.csv",
            ),
            el(
                "a",
                _("The game as a file"),
                class_="btn",
                href=link(f"/play/{code}/game.json"),
                download=f"policygame-{code}.json",
            ),
            nav_link("/about", _("The model"), class_="btn"),
            class_="row wrap",
        ),
        class_="card pad stack",
    )
    page: list[Any] = [
        *other_model(view),
        Fragment(join([head, _figures(view)]), classes="stack"),
        WorldTabs(view, host().position(found.id), "history"),
    ]
    back: Markup | None = None
    if view.seat:
        back = nav_link(f"/play/{code}", _("Debrief") if ended else _("To the desk"), class_="btn strong")
    Shell(title, bar=top_bar(title, place, place=view.seat, right=back), children=[Box(page, classes="page stack")])


def _rows(view: SeatView) -> tuple[list[str], list[list[str]]]:
    asked = strip(view.scenario, view.seat or next(iter(view.decided)))
    heads = [_("Quarter"), *(one.label for one in asked)]
    rows = []
    for at, quarter in enumerate(view.result.quarters):
        values = (short_value(one, float(view.result.array(*one.series)[at, 0])) for one in asked)
        rows.append([quarter_text(quarter), *values])
    return heads, rows


def figures_csv(view: SeatView) -> str:
    """The figures of the strip, one row a quarter, as CSV with the metrics' ids as heads."""
    asked = strip(view.scenario, view.seat or next(iter(view.decided)))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["quarter", *(" ".join(filter(None, one.series)) for one in asked)])
    for at, quarter in enumerate(view.result.quarters):
        writer.writerow([str(quarter), *(repr(float(view.result.array(*one.series)[at, 0])) for one in asked)])
    return text.getvalue()


def _figures(view: SeatView) -> Markup:
    heads, rows = _rows(view)
    head = el("tr", [el("th", words, class_="n" if at else None, scope="col") for at, words in enumerate(heads)])
    body = [el("tr", [el("td", cell, class_="n nw" if at else "nw") for at, cell in enumerate(row)]) for row in reversed(rows)]
    table = el(
        "table",
        el("caption", _("Figures of this world, the newest quarter first"), class_="vh"),
        el("thead", head),
        el("tbody", body),
    )
    return el(
        "section",
        el("h2", _("Figures")),
        el("div", table, class_="scrollx tall", tabindex="0", role="region", aria_label=_("Figures")),
        class_="card pad stack",
    )
