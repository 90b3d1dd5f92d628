"""What the draft would do: figures, the sentence, two hundred worlds as dots, and the fan - of the newest answer that came."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import solara

from policygame.game.finding import finding
from policygame.game.outlook import Answer, history_series
from policygame.game.turns import Calendar
from policygame.game.views import SeatView
from policygame.game.wording import quarter_text, said, value_text
from policygame.web.charts import Bands, ChartSpec, fan
from policygame.web.charts.spec import Size
from policygame.web.components import FanCard, Tab, chart_failed, skeleton
from policygame.web.help import question
from policygame.web.markup import Markup, el, join
from policygame.web.pages.desk.series import Shown, axis_unit, short_value, write
from policygame.web.pages.desk.worlds import NEAR_QUARTERS
from policygame.web.text import _, number
from policygame.web.vue import Act, Fragment

__all__ = ["EffectPanel", "fan_of", "mandate_count", "mandate_marks"]

HISTORY_QUARTERS = 6


def fan_of(view: SeatView, answer: Answer, shown: Shown, drafted: bool, words: str) -> ChartSpec:
    """The fan of one series, with the last quarters of history."""
    before, values = history_series(view.result, shown.series)
    before, values = before[-HISTORY_QUARTERS:], values[-HISTORY_QUARTERS:]
    row, form = answer.row(shown.series), said(shown.series[0], shown.series[2])

    def bands(side: Any) -> Bands:
        return Bands(*([form.of(float(v)) for v in side[row, q]] for q in range(5)))

    def drawn(size: Size) -> ChartSpec:
        return fan(
            [quarter_text(q) for q in (*before, *answer.quarters)],
            [form.of(float(v)) for v in values],
            bands(answer.base),
            bands(answer.draft) if drafted else None,
            unit=axis_unit(shown),
            write=lambda value: number(value, form.decimals),
            zero=shown.id != "hhi",
            finding=words,
            size=size,
        )

    return replace(drawn("desk"), phone=drawn("phone").option, phone_scale=0.8)


def _tabs(view: SeatView, answer: Answer | None, shown: tuple[Shown, ...], drafted: bool) -> list[Tab]:
    found = []
    for one in shown:
        _quarters, values = history_series(view.result, one.series)
        value = short_value(one, float(values[-1])) if len(values) else "–"
        change = ""
        if answer is not None and answer.quarters:
            row = answer.row(one.series)
            base, draft = write(one, float(answer.base[row, 2, -1])), write(one, float(answer.draft[row, 2, -1]))
            change = f"{base} → {draft}" if drafted and base != draft else _("→ {value}").format(value=base)
        found.append(Tab(one.id, one.label, value, change))
    return found


def mandate_marks(answer: Answer | None, shown: tuple[Shown, ...], drafted: bool) -> Markup:
    """Parts of the mandate, each with what the draft does to it: better, worse, or not to be told from zero."""
    marks = []
    for one in shown:
        if not one.part:
            continue
        sign, words, css = {
            "better": ("▲", _("better"), "good"),
            "worse": ("▼", _("worse"), "bad"),
            "": ("–", _("no difference"), "mute"),
        }[_side(answer, one, drafted)]
        marks.append(el("li", el("span", one.label), el("b", sign, class_=css, aria_hidden=True), el("span", words, class_="vh")))
    head = el("li", el("span", _("Mandate, with this draft"), class_="sub"), question("term", "score"), class_="wide")
    return el("ul", head, marks, class_="mand", aria_label=_("What your draft does to your mandate"))


def _side(answer: Answer | None, one: Shown, drafted: bool) -> str:
    """What the sentence over the fan says of the draft: "better", "worse", or "" where no difference is told."""
    return finding(answer, one.series).side if answer is not None and drafted else ""


def mandate_count(answer: Answer | None, shown: tuple[Shown, ...], drafted: bool) -> Markup:
    """How many parts of the mandate the draft makes better and worse, for the narrow bar of a phone."""
    sides = [_side(answer, one, drafted) for one in shown if one.part]
    better, worse = sides.count("better"), sides.count("worse")
    told = _("{better} parts of your mandate better, {worse} worse").format(better=better, worse=worse)
    marks = [
        el("b", f"▲ {better}", class_="good" if better else "mute"),
        " ",
        el("b", f"▼ {worse}", class_="bad" if worse else "mute"),
    ]
    return el(
        "div", el("div", marks, class_="nw"), el("div", _("mandate"), class_="sub"), role="img", aria_label=told, class_="r"
    )


@solara.component
def EffectPanel(
    view: SeatView,
    drafted: bool,
    answer: Answer | None,
    pending: bool,
    error: str,
    shown: tuple[Shown, ...],
    chosen: str,
    far: bool,
    on_act: Act,
) -> None:
    """The card. It shows the last answer, dimmed, while a newer one is ``pending``; ``error`` says why none came. ``drafted``: whether
    anything is moved. Acts: ``metric`` with an id, ``far``, ``ask-again``."""
    one = next((s for s in shown if s.id == chosen), shown[0])
    spec, words, counts, detail, instead = None, one.label, None, "", None
    if answer is not None:
        told = finding(answer, one.series)
        if one.part:
            told = replace(told, what=one.label, place="", item="")
        told_draft = drafted and bool(answer.request.draft)
        if told_draft:
            words, detail = told.told(_), told.worst_in(_)
            counts = (told.shares.better, told.shares.same, told.shares.worse)
        else:
            words = _("{subject}: {value} by {quarter}, with what is in force.").format(
                subject=told.subject_in(_), value=value_text(told.base_value, one.series[0], one.series[2]), quarter=told.quarter
            )
            move = _("Move a lever: two hundred worlds say what changes.")
            detail = " ".join(part for part in (told.worst_in(_, drafted=False), move) if part)
        spec = fan_of(view, answer, one, told_draft, words)
    elif error:
        instead = chart_failed(_("This forecast did not finish."), error, [("ask-again", _("Try again"))])
    else:
        instead = skeleton(_("Running 200 worlds. About two seconds."), height_px=180)
    tabs = _tabs(view, answer, shown, drafted)
    with solara.Div(classes=["effect"]):
        Fragment(_picker(shown, one), on_act, classes="pickbar")
        FanCard(
            spec,
            tabs=tabs,
            chosen=one.id,
            on_act=on_act,
            finding=words,
            detail=detail,
            counts=counts,
            counts_words=_counts_words(one, answer),
            worlds=answer.worlds if answer is not None else 200,
            height=210,
            busy=pending and spec is not None,
            busy_words=_("Running 200 worlds"),
            instead=instead,
        )
        ahead = Calendar.of(view.scenario).end - view.quarter + 1
        Fragment(_horizon(one, far, ahead > NEAR_QUARTERS), on_act, classes="horizon")
        Fragment(_rows(tabs, one), on_act, classes="effrows")


def _counts_words(one: Shown, answer: Answer | None) -> str:
    if one.better_words:
        return one.better_words
    wanted = answer.shares[answer.row(one.series)].wanted if answer is not None else None
    return _("worlds do better") if wanted is not None else _("worlds end higher")


def _horizon(one: Shown, far: bool, more: bool) -> Markup:
    choices = [("near", _("3 years"), not far), ("far", _("To the end"), far)]
    parts = [
        el("button", words, type="button", aria_pressed=on, data_act="far", data_value=name, data_key=name)
        for name, words, on in choices
    ]
    seg = el("div", parts, class_="seg", role="group", aria_label=_("How far to look"))
    return el("div", question(*one.help, label=one.label), question("term", "worlds"), seg if more else None, class_="row")


def _picker(shown: tuple[Shown, ...], one: Shown) -> Markup:
    options = [el("option", s.label, value=s.id, selected=s.id == one.id) for s in shown]
    chooser = el("select", options, class_="pickmetric", data_act="metric", aria_label=_("Metric"))
    return el("div", chooser, question(*one.help, label=one.label), class_="between")


def _rows(tabs: list[Tab], one: Shown) -> Markup:
    """On a phone, the other figures as rows."""
    rows = [
        el(
            "button",
            el("span", tab.label),
            el("b", tab.value),
            el("span", tab.change, class_="inkdraft b"),
            class_="effrow",
            type="button",
            data_act="metric",
            data_value=tab.id,
            data_key=f"row-{tab.id}",
        )
        for tab in tabs
        if tab.id != one.id
    ]
    return join(rows)
