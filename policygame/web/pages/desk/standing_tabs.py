"""Who holds how much, and who leads: concentration and leadership, each by the definition that one chooses."""

from __future__ import annotations

import numpy as np
import solara

from policygame.catalogue import JURISDICTIONS
from policygame.game import SeatView
from policygame.game.turns import Calendar
from policygame.model.standing import DEFINITIONS
from policygame.web.charts import Bar, bars, bump
from policygame.web.components import Chart, Figure, RankRow, figures, rank_table, tabs
from policygame.web.help import question
from policygame.web.markup import el, join
from policygame.web.pages.desk.reading import now
from policygame.web.pages.desk.role import item_word
from policygame.web.palette import jurisdiction_token
from policygame.web.text import _, number, ordinal, percent
from policygame.web.vue import Box, Fragment

__all__ = ["ConcentrationTab", "LeadershipTab", "definition_words"]


@solara.component
def ConcentrationTab(view: SeatView) -> None:
    """The tab."""
    technologies = [*view.scenario.technologies, "all"]
    item, set_item = solara.use_state("interposer_2_5d" if "interposer_2_5d" in technologies else technologies[0])
    by, set_by = solara.use_state("country")

    def act(name: str, value: str) -> None:
        if name == "tech" and value in technologies:
            set_item(value)
        if name == "by" and value in ("firm", "hq", "country"):
            set_by(value)

    entity = {"firm": "firm", "hq": "hq", "country": "site"}
    words = {"firm": _("by firm"), "hq": _("by owner's home"), "country": _("by place")}
    metrics = [
        Figure(
            _("HHI, {by}").format(by=words[one]),
            number(now(view, "hhi_packaging", entity[one], item), 0),
            "",
            help=("metric", "hhi_packaging"),
        )
        for one in words
    ]
    metrics.append(
        Figure(_("Largest, by place"), percent(now(view, "top1_packaging", "site", item)), "", help=("metric", "top1_packaging"))
    )
    shares = _held(view, by, item)
    whole = sum(value for _name, value in shares) or 1.0
    drawn = [Bar(_entity(name), 100 * value / whole, _entity_colour(name)) for name, value in shares[:10] if value > 0.0]
    choice = join(
        [
            tabs(
                [(t, _("All") if t == "all" else item_word(t)) for t in technologies],
                item,
                act="tech",
                label=_("Technology"),
                look="seg",
            ),
            tabs([(one, words[one]) for one in words], by, act="by", label=_("Counted"), look="seg"),
        ]
    )
    finding = ""
    if drawn:
        finding = _("{first} holds {share} of it.").format(
            first=max(drawn, key=lambda b: b.value).name, share=percent(max(b.value for b in drawn) / 100)
        )
    head = join([el("div", choice, class_="row wrap"), figures(metrics), el("h2", finding)])
    chart = Chart(
        bars(drawn, unit="%", write=lambda v: f"{number(v, 0)} %", finding=finding), height=28 * max(len(drawn), 1) + 12
    )
    Box([Fragment(head, act), chart], classes="pad stack")


def _held(view: SeatView, by: str, item: str) -> list[tuple[str, float]]:
    series = [e for e, i in view.result.series("packaging_capacity_kwpm") if e.startswith(f"{by}:")]
    wanted = tuple(view.scenario.technologies) if item == "all" else (item,)
    sums = {e: float(np.nansum([now(view, "packaging_capacity_kwpm", e, one) for one in wanted])) for e in dict.fromkeys(series)}
    return sorted(sums.items(), key=lambda pair: -pair[1])


def _entity(entity: str) -> str:
    kind, _sep, name = entity.partition(":")
    return _(JURISDICTIONS[name].name) if kind in ("country", "hq") and name in JURISDICTIONS else name


def _entity_colour(entity: str) -> str:
    kind, _sep, name = entity.partition(":")
    return jurisdiction_token(name) if kind in ("country", "hq") else "@ink2"


def definition_words(definition: str) -> str:
    """What a definition of leadership is called."""
    return {
        "fabrication": _("Fabs only"),
        "packaging": _("Packaging"),
        "whole_chain": _("Whole chain"),
        "frontier": _("Frontier"),
        "composite": _("Weighted"),
    }[definition]


@solara.component
def LeadershipTab(view: SeatView) -> None:
    """The tab."""
    definition, set_definition = solara.use_state("packaging")

    def act(name: str, value: str) -> None:
        if name == "definition" and value in DEFINITIONS:
            set_definition(value)

    places = [name for name in view.scenario.jurisdictions if (f"country:{name}", definition) in view.result.series("leadership")]
    started = max(Calendar.of(view.scenario).play_from - view.result.quarters[0] - 1, 0)

    def rank(place: str, which: str, at: int = -1) -> int:
        return int(view.result.array("leadership_rank", f"country:{place}", which)[at, 0])

    rows = sorted(places, key=lambda place: (rank(place, definition), place))
    most = max(now(view, "leadership", f"country:{place}", definition) for place in places) or 1.0
    shown = [
        RankRow(
            place,
            rank(place, definition),
            percent(now(view, "leadership", f"country:{place}", definition)),
            now(view, "leadership", f"country:{place}", definition) / most,
            rank(place, definition, started) - rank(place, definition),
        )
        for place in rows
    ]
    ranks = {place: [rank(place, which) for which in DEFINITIONS] for place in places}
    mine = ranks.get(view.seat or "")
    finding = ""
    if mine:
        finding = _("You are {a} in {first} and {b} in {second}: who leads depends on what you count.").format(
            a=ordinal(min(mine)),
            first=definition_words(DEFINITIONS[mine.index(min(mine))]).lower(),
            b=ordinal(max(mine)),
            second=definition_words(DEFINITIONS[mine.index(max(mine))]).lower(),
        )
    choice = tabs(
        [(one, definition_words(one)) for one in DEFINITIONS], definition, act="definition", label=_("Leadership by"), look="seg"
    )
    table = rank_table(
        shown,
        figure=definition_words(definition),
        me=view.seat,
        caption=_("Leadership by {name}; moved since play began").format(name=definition_words(definition)),
    )
    head = join(
        [
            el("div", el("h2", finding), question("term", "leadership"), class_="row"),
            el("div", choice, class_="row wrap"),
            el("div", table, class_="scrollx", tabindex="0", role="region", aria_label=definition_words(definition)),
        ]
    )
    focus = [view.seat] if view.seat else []
    chart = Chart(
        bump([definition_words(one) for one in DEFINITIONS], ranks, me=view.seat, focus=[*focus, *rows[:4]], finding=finding),
        height=34 * len(places) + 50,
    )
    Box([Fragment(head, act), chart], classes="pad leadgrid")
