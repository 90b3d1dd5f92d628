"""The world in tabs: map, supply chain, concentration, leadership, firms, news, and what has been decided."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import solara

from policygame.catalogue import LEVERS
from policygame.game import Position, SeatView
from policygame.game.turns import Calendar
from policygame.game.wording import quarter_text
from policygame.scenario import Setting
from policygame.web.components import empty_state, headline_list, tab_id, tabs
from policygame.web.markup import Markup, el, join
from policygame.web.pages.desk.chain_tab import ChainTab
from policygame.web.pages.desk.map_tab import MapTab
from policygame.web.pages.desk.news import headlines_of, told
from policygame.web.pages.desk.reading import now
from policygame.web.pages.desk.role import item_amount_words
from policygame.web.pages.desk.standing_tabs import ConcentrationTab, LeadershipTab
from policygame.web.palette import css_name, jurisdiction_token
from policygame.web.text import _, number, percent
from policygame.web.vue import Box, Fragment

__all__ = ["TABS", "WorldTabs", "tab_words"]

TABS = ("map", "chain", "shares", "ranks", "firms", "news", "history")
MOST_FIRMS = 12
_PANEL = "world-panel"


def tab_words(tab: str) -> str:
    """What a tab is called."""
    return {
        "map": _("Map"),
        "chain": _("Supply chain"),
        "shares": _("Concentration"),
        "ranks": _("Leadership"),
        "firms": _("Firms"),
        "news": _("News"),
        "history": _("History"),
    }[tab]


@solara.component
def WorldTabs(view: SeatView, position: Position, tab: str = "") -> None:
    """The tabs with their content; ``tab`` is the one that is shown first."""
    chosen, choose = solara.use_state(tab if tab in TABS else "chain")
    solara.use_effect(lambda: choose(tab) if tab in TABS else None, [tab])

    def act(name: str, value: str) -> None:
        if name == "tab" and value in TABS:
            choose(value)

    choices = [(one, tab_words(one)) for one in TABS]
    head = Fragment(tabs(choices, chosen, act="tab", label=_("The world now"), panel=_PANEL), act, classes="scrollx")
    if not view.result.quarters:
        body: Any = Fragment(
            empty_state(_("Nothing has happened yet."), _("The world is drawn here once its first quarter has run."))
        )
    elif chosen == "map":
        body = MapTab(view, position)
    elif chosen == "chain":
        body = ChainTab(view, position)
    elif chosen == "shares":
        body = ConcentrationTab(view)
    elif chosen == "ranks":
        body = LeadershipTab(view)
    else:
        shown = {"firms": _firms, "news": _news, "history": _decisions}[chosen](view)
        region = el("div", shown, class_="scrollx", tabindex="0", role="region", aria_label=tab_words(chosen))
        body = Fragment(region, classes="pad")
    panel = Box([body], role="tabpanel", id=_PANEL, aria_labelledby=tab_id(_PANEL, chosen))
    Box([head, panel], tag="section", classes="card worldtabs", aria_label=_("The world now"))


def _firms(view: SeatView) -> Markup:
    """Firms with packaging lines, the largest in 2.5D and 3D first."""
    technologies = list(view.scenario.technologies)
    advanced = [one for one in ("interposer_2_5d", "hybrid_3d") if one in technologies]
    names = list(dict.fromkeys(e for e, _i in view.result.series("packaging_capacity_kwpm") if e.startswith("firm:")))

    def total(entity: str, metric: str, items: list[str]) -> float:
        return float(np.nansum([now(view, metric, entity, one) for one in items] or [0.0]))

    order = sorted(
        names, key=lambda e: (-total(e, "packaging_capacity_kwpm", advanced), -total(e, "packaging_capacity_kwpm", technologies))
    )
    rows = []
    for entity in order[:MOST_FIRMS]:
        name = entity.removeprefix("firm:")
        home = view.scenario.firms[name].headquarters
        margin = now(view, "margin", entity)
        rows.append(
            el(
                "tr",
                el(
                    "td",
                    el(
                        "span",
                        el("i", class_="sw", style=f"--c:{css_name(jurisdiction_token(home))}"),
                        " ",
                        el("b", name),
                        class_="nw",
                    ),
                ),
                el("td", number(total(entity, "packaging_capacity_kwpm", advanced), 1), class_="n"),
                el("td", number(total(entity, "capacity_under_construction_kwpm", advanced), 1), class_="n"),
                el("td", number(total(entity, "packaging_capacity_kwpm", technologies), 0), class_="n"),
                el("td", percent(margin), class_="n"),
                el("td", number(now(view, "capex_musd", entity), 0), class_="n"),
            )
        )
    heads = (
        _("Firm"),
        _("2.5D and 3D, kwpm"),
        _("being built"),
        _("all packaging, kwpm"),
        _("margin"),
        _("capex, M USD a quarter"),
    )
    head = el("tr", [el("th", words, class_="n" if at else None, scope="col") for at, words in enumerate(heads)])
    return el("table", el("caption", _("Firms with packaging lines"), class_="vh"), el("thead", head), el("tbody", rows))


def _news(view: SeatView) -> Markup:
    parts = []
    for turn in range(view.turn - 1, -1, -1):
        events = headlines_of(view, turn)
        if events:
            title = _("Turn {n}").format(n=turn) if turn else _("Before play")
            parts.append(el("section", el("h3", title), headline_list(told(events))))
    return join(parts) if parts else empty_state(_("No news yet."), _("Headlines stand here after the first turn."))


def _by_lever(lines: Sequence[Setting]) -> list[Markup]:
    """What was decided, a lever each: "Packaging grant: 2.5D 30 %, 3D 10 %"."""
    found = []
    for lever in dict.fromkeys(line.lever for line in lines):
        items = [item_amount_words(line) for line in lines if line.lever == lever]
        found.append(join([el("b", _(LEVERS[lever].name)), ": ", ", ".join(items)]))
    return found


def _decisions(view: SeatView) -> Markup:
    """What every government decided, the newest turn first."""
    calendar = Calendar.of(view.scenario)
    parts = []
    for turn in range(view.turn - 1, 0, -1):
        now = calendar.begins(turn)
        rows = []
        for seat, policy in view.decided.items():
            lines = [s for s in policy.settings if s.quarter == now]
            mark = el("i", class_="sw", style=f"--c:{css_name(jurisdiction_token(seat))}")
            rows.append(
                el(
                    "li",
                    el("div", mark, " ", el("b", seat), class_="who"),
                    el(
                        "div", [el("p", one, class_="sub") for one in _by_lever(lines)] or el("p", _("nothing new"), class_="sub")
                    ),
                )
            )
        parts.append(
            el(
                "section",
                el("h3", _("Turn {n}, from {quarter}").format(n=turn, quarter=quarter_text(now))),
                el("ul", rows, class_="news"),
            )
        )
    return (
        join(parts)
        if parts
        else empty_state(
            _("Nothing has been decided yet."), _("Decisions of all governments stand here once their turn is over.")
        )
    )
