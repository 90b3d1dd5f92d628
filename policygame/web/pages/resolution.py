"""What a turn brought: its headlines, what moved, what moved the score and by how much, and what was expected of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import solara

from policygame.catalogue import JURISDICTIONS, MANDATE, METRICS, Quarter
from policygame.game import SeatView
from policygame.game.outlook import Series
from policygame.game.predictions import outcomes
from policygame.game.score import gains
from policygame.game.turns import Calendar
from policygame.game.wording import quarter_text, smallest, value_text
from policygame.model.arrays import Array
from policygame.tournament.mandates import weights_of
from policygame.web.components import headline_list
from policygame.web.help import question
from policygame.web.hosted import host
from policygame.web.markup import Markup, el, join
from policygame.web.pages.desk.news import headlines_of, told
from policygame.web.pages.desk.series import Shown, short_value, strip
from policygame.web.pages.desk.tabs import WorldTabs
from policygame.web.pages.end_here import EndHere
from policygame.web.pages.other_model import other_model
from policygame.web.shell import Shell, nav_link, top_bar
from policygame.web.text import _, change
from policygame.web.vue import Box, Fragment

__all__ = ["Resolution"]


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
    moves = _moves(view, turn)
    mandate = _mandate(view, turn, moves) if moves else None
    page: list[Any] = [
        *other_model(view),
        Fragment(join([_expected(view, turn), news]), classes="stack"),
        Fragment(join([mandate, _figures(view, turn)]), classes="stack"),
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


@dataclass(frozen=True)
class _Move:
    """A part of the mandate: its weight, before, after, and the points that the difference is worth."""

    part: str
    weight: float
    then: float
    now: float
    points: float


def _moves(view: SeatView, turn: int) -> list[_Move]:
    """Parts that the mandate weighs, those that moved the score most first."""
    if view.seat is None:
        return []
    before, after = _ends(view, turn)
    sides: list[Array] = []
    for quarter in (before, after):
        values = [_at(view, ("score_raw", f"government:{view.seat}", part), quarter) for part in MANDATE]
        sides.append(np.array(values))
    weights = weights_of(view.scenario, view.seat)
    worth = weights * gains(sides[1][:, None], sides[0][:, None])[:, 0]
    found = [
        _Move(part, float(weights[at]), float(sides[0][at]), float(sides[1][at]), float(worth[at]))
        for at, part in enumerate(MANDATE)
        if weights[at] > 0
    ]
    return sorted(found, key=lambda move: -abs(move.points) if math.isfinite(move.points) else 0.0)


def _mandate(view: SeatView, turn: int, moves: list[_Move]) -> Markup:
    """What moved the score: every part, weighed by the mandate."""
    before, after = _ends(view, turn)
    first, total = moves[0], sum(move.points for move in moves if math.isfinite(move.points))
    if abs(first.points) < 0.05:
        sentence = _("Nothing in your mandate moved.")
    else:
        sentence = _("{part} moved your score most: {points} points.").format(
            part=_(MANDATE[first.part].name), points=change(first.points, 1)
        )
    rows = []
    for move in moves:
        name = el("span", _(MANDATE[move.part].name), el("span", _(MANDATE[move.part].sentence), class_="micro blk"))
        told_of = Shown("", "", ("score_raw", "", move.part), ("metric", "score_raw"), move.part)
        values = [short_value(told_of, value) for value in (move.then, move.now)]
        css = "" if abs(move.points) < 0.05 else "good" if move.points > 0 else "bad"
        rows.append([name, f"{move.weight:.0f}", *values, el("b", change(move.points, 1), class_=css or "mute")])
    heads = (_("Part of your mandate"), _("Weight"), quarter_text(before), quarter_text(after), _("Points"))
    told_sum = _("In all {points} points: weight times the difference. The debrief compares with doing nothing.").format(
        points=change(total, 1)
    )
    return el(
        "section",
        el("div", el("h2", sentence), question("term", "score"), class_="row"),
        _table(heads, rows, _("Parts of the mandate before and after the turn")),
        el("p", told_sum, class_="sub"),
        class_="card pad stack",
    )


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
