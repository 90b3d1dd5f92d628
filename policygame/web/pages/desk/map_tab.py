"""The map of the world: packaging by place, now and in every quarter before, and what crossed borders in the last one."""

from __future__ import annotations

import numpy as np
import solara

from policygame.catalogue import JURISDICTIONS
from policygame.game import Position, SeatView
from policygame.game.flows import Route, routes
from policygame.game.wording import quarter_text
from policygame.web.charts import Flow, Place, world_map
from policygame.web.components import Chart, Replay
from policygame.web.markup import Markup, classes, el, join
from policygame.web.pages.desk.reading import now
from policygame.web.palette import css_name, jurisdiction_token, stage_token
from policygame.web.text import _, number, percent
from policygame.web.vue import Box, Fragment

__all__ = ["MapTab"]

ITEMS = {"hbm": "hbm", "substrate": "substrate", "tools": "tools", "wafers": "wafers_leading", "packages": "conventional"}
"""What can be shown, with the stage whose colour it has."""
SHOWN_FIRST = frozenset({"hbm", "substrate", "tools"})
MOST_OF_AN_ITEM = 6
LEAST_PART = 0.03
"""A flow is drawn if it is one of the largest of its item, and no less than this part of the largest."""
FULL = 0.98
"""A stage counts as full from this part of its capacity in use on."""


def _words(item: str) -> str:
    return {
        "packages": _("All packages"),
        "hbm": _("HBM"),
        "substrate": _("Substrates"),
        "tools": _("Tools"),
        "wafers": _("Wafers"),
    }[item]


def _places(view: SeatView, at: int) -> list[Place]:
    """Capacity by place in a quarter, all packaging and its core."""
    technologies = tuple(view.scenario.technologies)
    core = tuple(one for one in technologies if one in ("interposer_2_5d", "hybrid_3d"))
    known = set(view.result.series("packaging_capacity_kwpm"))

    def held(place: str, of: tuple[str, ...]) -> float:
        series = [(f"country:{place}", one) for one in of]
        values = [view.result.array("packaging_capacity_kwpm", *one)[at, 0] for one in series if one in known]
        return float(np.nansum(values)) if values else 0.0

    return [Place(place, held(place, technologies), held(place, core)) for place in view.scenario.jurisdictions]


def _flows(found: tuple[Route, ...], chosen: frozenset[str]) -> list[Flow]:
    drawn: list[Flow] = []
    for item in ITEMS:
        if item not in chosen:
            continue
        own = sorted((r for r in found if r.item == item and r.source != r.target), key=lambda r: -r.amount)[:MOST_OF_AN_ITEM]
        drawn += [Flow(r.source, r.target, ITEMS[item], r.amount) for r in own if r.amount >= LEAST_PART * own[0].amount]
    return drawn


@solara.component
def MapTab(view: SeatView, position: Position) -> None:
    """The tab."""
    last = len(view.result.quarters) - 1
    at, set_at = solara.use_state(last)
    chosen, choose = solara.use_state(SHOWN_FIRST)
    found = solara.use_memo(lambda: routes(position.simulation) if view.derived else None, [view.turn, view.derived])

    def act(name: str, value: str) -> None:
        if name == "flow" and value in ITEMS:
            choose(chosen ^ {value})

    places = _places(view, min(at, last))
    leader = max(places, key=lambda place: place.core_kwpm)
    whole = sum(place.core_kwpm for place in places) or 1.0
    finding = _("{place} has {share} of the world's 2.5D and 3D lines.").format(
        place=_(JURISDICTIONS[leader.id].name), share=percent(leader.core_kwpm / whole)
    )
    present = at >= last
    full = present and now(view, "utilisation", "world", "interposer_2_5d") >= FULL
    spec = world_map(
        places,
        _flows(found, chosen) if present and found is not None else [],
        binding=leader.id if full else None,
        binding_stage=_("2.5D") if full else "",
        finding=finding,
    )
    labels = [quarter_text(quarter) for quarter in view.result.quarters]
    picture = Box(
        [
            Fragment(
                _chips(chosen, present) if found is not None else el("p", _("Flows have not been kept."), class_="sub"), act
            ),
            Chart(spec, table=False),
            Replay(labels, min(at, last), set_at, label=_("Quarter")),
        ],
        classes="mapside",
    )
    table = Fragment(_table(view, places, leader.id if full else "", finding, labels[min(at, last)]), classes="mapwords")
    Box([picture, table], classes="mapgrid")


def _chips(chosen: frozenset[str], present: bool) -> Markup:
    parts = [
        el(
            "button",
            el("i", class_="sw", style=f"--c:{css_name(stage_token(stage))};height:4px;width:14px"),
            _words(item),
            class_=classes("chip", on=item in chosen),
            type="button",
            aria_pressed=item in chosen,
            data_act="flow",
            data_value=item,
            data_key=f"flow-{item}",
        )
        for item, stage in ITEMS.items()
    ]
    told = _("Flows of the last quarter") if present else _("Flows are known of the last quarter only")
    return el("div", el("span", told, class_="sub"), parts, class_="row wrap", role="group", aria_label=_("Flows"))


def _table(view: SeatView, places: list[Place], hot: str, finding: str, quarter: str) -> Markup:
    whole = sum(place.core_kwpm for place in places) or 1.0
    ordered = sorted(places, key=lambda place: (-place.core_kwpm, -place.all_kwpm))
    rows = [
        el(
            "tr",
            el(
                "td",
                el(
                    "span",
                    el("i", class_="sw", style=f"--c:{css_name(jurisdiction_token(place.id))}"),
                    el("span", _(JURISDICTIONS[place.id].name), class_="nw"),
                    class_="row",
                ),
            ),
            el("td", number(place.all_kwpm, 0), class_="n"),
            el("td", number(place.core_kwpm, 1), class_="n b"),
            el("td", percent(place.core_kwpm / whole, 1), class_="n nw"),
            class_=classes(hl=place.id == hot, me=place.id == view.seat),
        )
        for place in ordered
    ]
    heads = (_("Place"), _("All"), _("2.5D + 3D"), _("Share"))
    head = el("tr", [el("th", words, class_="n" if k else None, scope="col") for k, words in enumerate(heads)])
    title = el(
        "div",
        el("h3", _("Capacity by place")),
        el("span", _("kwpm, {quarter}").format(quarter=quarter), class_="sub"),
        class_="between",
    )
    mark = el("span", _("2.5D is full here"), class_="bind") if hot else None
    caption = el("caption", _("Packaging capacity by place"), class_="vh")
    legend = el("p", _("Ring: all packaging. Core: 2.5D and 3D, drawn larger. Amber: where the full stage stands."), class_="sub")
    table = el("table", caption, el("thead", head), el("tbody", rows))
    return join(
        [
            el("div", el("h2", finding), mark, class_="row wrap"),
            title,
            el("div", table, class_="scrollx", tabindex="0", role="region", aria_label=_("Capacity by place")),
            legend,
        ]
    )
