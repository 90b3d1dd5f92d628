"""What a turn brought: its headlines, what moved, what moved the score and by how much, and what was expected of it."""

from __future__ import annotations

import math
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import solara

from policygame.catalogue import JURISDICTIONS, MANDATE, METRICS, Quarter
from policygame.game import SeatView
from policygame.game.outlook import Series
from policygame.game.points_so_far import SoFar, so_far
from policygame.game.predictions import outcomes
from policygame.game.turns import Calendar
from policygame.game.wording import number as value_number
from policygame.game.wording import quarter_text, said, smallest, value_text
from policygame.web.components import headline_list, skeleton
from policygame.web.help import question
from policygame.web.hosted import host
from policygame.web.kernel import use_future
from policygame.web.markup import Markup, el, join
from policygame.web.pages.desk.news import headlines_of, told
from policygame.web.pages.desk.series import short_value, strip
from policygame.web.pages.desk.tabs import WorldTabs
from policygame.web.pages.end_here import EndHere
from policygame.web.pages.looking_back import grants_card
from policygame.web.pages.other_model import other_model
from policygame.web.pages.score_cards import LEAST_POINTS, points_text
from policygame.web.shell import Shell, nav_link, top_bar
from policygame.web.text import _
from policygame.web.vue import Box, Fragment

__all__ = ["Resolution"]

_counting = ThreadPoolExecutor(max_workers=1, thread_name_prefix="points")


@solara.component
def Resolution(view: SeatView, turn: int) -> None:
    """The page of a resolved turn."""
    calendar = Calendar.of(view.scenario)
    if not 1 <= turn < view.turn:
        _NotYet(view, turn)
        return
    title = _("Turn {n}: {first} to {last}").format(
        n=turn, first=quarter_text(calendar.begins(turn)), last=quarter_text(calendar.last(turn))
    )
    place = _(JURISDICTIONS[view.seat].name) if view.seat else _(view.scenario.title)
    lines = told(headlines_of(view, turn))
    news = el(
        "section",
        el("h2", _("Headlines")),
        headline_list(lines) if lines else el("p", _("A quiet half-year: nothing passed a mark."), class_="sub"),
        class_="card pad stack",
    )
    page: list[Any] = [
        *other_model(view),
        Fragment(join([_expected(view, turn), news]), classes="stack"),
        Box([*([_Mandate(view, turn)] if view.seat else []), Fragment(_figures(view, turn))], classes="stack"),
        Box([WorldTabs(view, host().position(view.game_id))], classes="wide"),
        Box([EndHere(view)], classes="wide"),
    ]
    onward = _onward(view)
    Shell(
        title,
        bar=top_bar(title, place, place=view.seat, right=el("span", onward, class_="hide-s")),
        children=[Box(page, classes="page brief reveal")],
        dock=el("div", onward, class_="dockin"),
    )


@solara.component
def _NotYet(view: SeatView, turn: int) -> None:
    words = el(
        "section",
        el("h2", _("This turn is not over yet.")),
        el("div", nav_link(f"/play/{view.code}", _("To the desk"), class_="btn"), class_="row"),
        class_="card pad stack",
    )
    title = _("Turn {n}").format(n=turn)
    Shell(title, bar=top_bar(title), children=[Box([Fragment(words)], classes="page narrow")])


def _onward(view: SeatView) -> Markup:
    if view.phase == "ended":
        return nav_link(f"/play/{view.code}/debrief", _("Debrief"), class_="btn strong lg")
    if view.seat is None:
        return nav_link(f"/play/{view.code}/history", _("History"), class_="btn strong lg")
    return nav_link(f"/play/{view.code}", _("Next turn") if view.playable else _("To the desk"), class_="btn strong lg")


def _at(view: SeatView, series: Series, quarter: Quarter) -> float:
    """A series in a quarter; NaN where there is none."""
    metric, entity, item = series
    quarters = list(view.result.quarters)
    if quarter not in quarters or (entity, item) not in view.result.series(metric):
        return float("nan")
    return float(view.result.array(metric, entity, item)[quarters.index(quarter), 0])


def _ends(view: SeatView, turn: int) -> tuple[Quarter, Quarter]:
    """The quarter before a turn, and its last one."""
    calendar = Calendar.of(view.scenario)
    return calendar.begins(turn) - 1, calendar.last(turn)


def _table(heads: tuple[str, ...], rows: list[list[Any]], caption: str) -> Markup:
    head = el("tr", [el("th", words, class_="n" if at else None, scope="col") for at, words in enumerate(heads)])
    body = [el("tr", [el("td", cell, class_="n nw" if at else None) for at, cell in enumerate(row)]) for row in rows]
    return el(
        "div",
        el("table", el("caption", caption, class_="vh"), el("thead", head), el("tbody", body)),
        class_="scrollx",
        tabindex="0",
        role="region",
        aria_label=caption,
    )


def _arrow(then: float, now: float, better: str | None, least: float) -> Markup:
    """Which way a figure moved, and whether that is better; a difference that is not told is none."""
    if not (math.isfinite(then) and math.isfinite(now)) or abs(now - then) < least:
        return el("span", _("as before"), class_="mute")
    up = now > then
    good = better is not None and (better == "higher") == up
    words = (_("better") if good else _("worse")) if better is not None else (_("up") if up else _("down"))
    css = "good" if good else "bad" if better is not None else "mute"
    return el("span", "▲ " if up else "▼ ", words, class_=f"delta {css}")


def _figures(view: SeatView, turn: int) -> Markup:
    """Key figures before and after the turn; parts of the mandate have a table of their own."""
    before, after = _ends(view, turn)
    rows = []
    for one in strip(view.scenario, view.seat or next(iter(view.decided))):
        if one.part:
            continue
        metric, _entity, item = one.series
        then, now = _at(view, one.series, before), _at(view, one.series, after)
        name = el("span", el("span", one.label, class_="nw"), question(*one.help), class_="row")
        arrow = _arrow(then, now, METRICS[metric].better, smallest(metric, item))
        rows.append([name, short_value(one, then), short_value(one, now), arrow])
    heads = (_("Figure"), quarter_text(before), quarter_text(after), _("Moved"))
    caption = _("Figures before and after the turn")
    return el("section", el("h2", _("What moved")), _table(heads, rows, caption), class_="card pad stack")


@solara.component
def _Mandate(view: SeatView, turn: int) -> None:
    """What moved the score, once it is counted."""
    told = use_future((lambda: _points(view, turn)) if view.derived else None, (view.game_id, turn, view.seat, view.derived))
    if told.problem:
        Fragment(el("p", told.problem, class_="sub pad"), classes="card")
    elif not view.derived or told.value is not None:
        grants = told.value.grants if told.value is not None else ()
        cards = [Fragment(_mandate(view, turn, told.value), classes="card pad stack")]
        Box([*cards, *([Fragment(grants_card(grants))] if grants else [])], classes="stack")
    else:
        words = _("Counting your points: the same world is run once more in which you do nothing.")
        Fragment(skeleton(words, height_px=240), classes="card")


def _points(view: SeatView, turn: int) -> Future[SoFar]:
    seat = view.seat
    assert seat is not None
    return _counting.submit(so_far, view.scenario, view.seed, dict(view.decided), seat, turn)


def _mandate(view: SeatView, turn: int, found: SoFar | None) -> Markup:
    """Every part of the mandate before and after the turn, and its points by then; those that the turn moved most first.

    ``found`` None: the model that the game was played with is not here to count points.
    """
    before, after = _ends(view, turn)
    role = view.scenario.jurisdictions[view.seat or ""].government
    weights = {part: weight.value for part, weight in role.mandate.items() if weight.value > 0.0} if role is not None else {}
    points = {part: found.part(part) if found is not None else (math.nan, math.nan) for part in weights}
    order = sorted(
        weights, key=lambda part: (-abs(points[part][1]) if found is not None else -weights[part], list(MANDATE).index(part))
    )
    rows = []
    for part in order:
        name = el("span", _(MANDATE[part].name), el("span", _(MANDATE[part].sentence), class_="micro blk"))
        series = ("score_raw", f"government:{view.seat}", part)
        values = [_value(_at(view, series, quarter), part) for quarter in (before, after)]
        total, added = points[part]
        css = "" if not abs(added) >= LEAST_POINTS else "good" if added > 0 else "bad"
        counted = [el("b", points_text(added), class_=css or "mute"), points_text(total)] if found is not None else []
        rows.append([name, f"{weights[part]:.0f}", *values, *counted])
    counted_heads = (_("Points of this turn"), _("Points so far")) if found is not None else ()
    heads = (_("Part of your mandate"), _("Weight"), quarter_text(before), quarter_text(after), *counted_heads)
    table = _table(heads, rows, _("Parts of the mandate before and after the turn"))
    return join([el("div", el("h2", _moved(found, order)), question("term", "score"), class_="row"), table, _points_words(found)])


def _value(value: float, part: str) -> Markup:
    """A part in a quarter: the number, and under it what it is counted in."""
    return join([value_number(value, "score_raw", part), el("div", _(said("score_raw", part).word), class_="micro unit")])


def _moved(found: SoFar | None, order: list[str]) -> str:
    if found is None:
        return _("Your mandate")
    added = found.part(order[0])[1] if order else 0.0
    if abs(added) < LEAST_POINTS:
        return _("Your decisions have not moved your score in this turn.")
    return _("{part} moved your score most: {points} points.").format(part=_(MANDATE[order[0]].name), points=points_text(added))


def _points_words(found: SoFar | None) -> Markup | None:
    if found is None:
        return None
    words = _(
        "This turn added {added} points; in all your decisions have come to {total}: what they changed in each part of the mandate by its "
        "weight, against the same world in which only you do nothing, over all quarters of play so far. What is being built counts when "
        "it opens. The debrief counts the same way and ends with those of the last turn."
    ).format(added=points_text(found.added), total=points_text(found.total))
    return el("p", words, class_="sub")


def _expected(view: SeatView, turn: int) -> Markup | None:
    """What was expected of the turn, and what came."""
    own = [one for one in view.predictions if one.turn == turn]
    found = outcomes(view.result, Calendar.of(view.scenario), own)
    if not found:
        return None
    one = found[0]
    metric, item = one.question.metric, one.question.item
    came = _("You expected lead time {side} {mark}; it is {value}.").format(
        side=_("above") if one.above else _("below"),
        mark=value_text(one.question.threshold, metric, item),
        value=value_text(one.came, metric, item),
    )
    head = _("As you expected.") if one.right else _("Not as you expected.")
    return el(
        "div",
        el("div", el("b", head), el("div", came, class_="sub")),
        class_=f"msg {'done' if one.right else 'waiting'}",
        role="status",
    )
