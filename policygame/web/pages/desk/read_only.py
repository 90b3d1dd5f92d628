"""The desk of a game that is not played on: what was in hand when it was left, the headlines and the world, and no way to send anything."""

from __future__ import annotations

from collections.abc import Sequence

import solara

from policygame.catalogue import JURISDICTIONS
from policygame.game import SeatView
from policygame.web.hosted import host
from policygame.web.markup import Markup, el, join
from policygame.web.pages.desk.news import HeadlinesCard, fresh_headlines
from policygame.web.pages.desk.tabs import WorldTabs
from policygame.web.pages.other_model import other_model
from policygame.web.shell import Shell, nav_link, top_bar
from policygame.web.text import _
from policygame.web.vue import Box, Fragment

__all__ = ["ReadOnly"]


@solara.component
def ReadOnly(view: SeatView, tab: str) -> None:
    """The page; ``tab`` is the tab of the world that is shown first. No world is asked what would come next."""
    seat = view.seat
    assert seat is not None
    name = _(JURISDICTIONS[seat].name)
    subtitle = _("{title}, turn {turn} of {turns}").format(title=_(view.scenario.title), turn=view.turn, turns=view.turns)
    Shell(
        _("{place}, turn {turn}").format(place=name, turn=view.turn),
        bar=top_bar(name, subtitle, place=seat),
        children=[
            Box(
                [
                    *other_model(view),
                    Fragment(_left(view), tag="section", classes="card pad stack"),
                    HeadlinesCard(view, fresh_headlines(view)),
                    WorldTabs(view, host().position(view.game_id), tab),
                ],
                classes="page",
            )
        ],
    )


def _left(view: SeatView) -> Markup:
    """Why nothing can be sent, what was in hand, and where to read on."""
    root = f"/play/{view.code}"
    links = [nav_link(f"{root}/briefing", _("Briefing"), class_="btn"), nav_link(f"{root}/history", _("History"), class_="btn")]
    if view.turn > 1:
        links.insert(0, nav_link(f"{root}/debrief", _("Debrief"), class_="btn strong"))
        links.insert(1, nav_link(f"{root}/resolution/{view.turn - 1}", _("The turn before"), class_="btn"))
    return join(
        [
            el("h2", _("Nothing can be sent in this game.")),
            el("p", view.why_not, class_="sub"),
            _lines(_("What you had sent in this turn"), view.decision),
            _lines(_("What you had in mind for this turn"), view.draft) if view.decision is None else None,
            el("div", links, class_="row wrap"),
        ]
    )


def _lines(title: str, lines: Sequence[str] | None) -> Markup | None:
    if lines is None:
        return None
    listed = el("ul", [el("li", el("code", line)) for line in lines]) if lines else el("p", _("Nothing changes."), class_="sub")
    return el("div", el("h3", title), listed)
