"""What a turn brought: its headlines, what moved, what moved in the parts of the mandate, and what was expected of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import solara

from policygame.catalogue import JURISDICTIONS, MANDATE, METRICS
from policygame.game import SeatView
from policygame.game.rules import PREDICTION_METRIC, PREDICTION_SEGMENT, PREDICTION_WEEKS
from policygame.game.turns import Calendar
from policygame.game.wording import value_text
from policygame.web.components import headline_list
from policygame.web.help import question
from policygame.web.hosted import host
from policygame.web.markup import Markup, el, join
from policygame.web.pages.desk.news import headlines_of, told
from policygame.web.pages.desk.series import strip
from policygame.web.pages.desk.tabs import WorldTabs
from policygame.web.shell import Shell, nav_link, top_bar
from policygame.web.text import _, number
from policygame.web.vue import Box, Fragment

__all__ = ["Resolution"]


@solara.component
def Resolution(view: SeatView, turn: int) -> None:
    """The page of a resolved turn."""
    calendar = Calendar.of(view.scenario)
    if not 1 <= turn < view.turn:
        words = el(
            "section",
            el("h2", _("This turn is not over yet.")),
            el("div", nav_link(f"/play/{view.code}", _("To the desk"), class_="btn"), class_="row"),
            class_="card pad stack",
        )
        Shell(
            _("Turn {n}").format(n=turn),
            bar=top_bar(_("Turn {n}").format(n=turn)),
            children=[Box([Fragment(words)], classes="page narrow")],
        )
        return
    title = _("Turn {n}: {first} to {last}").format(n=turn, first=calendar.begins(turn), last=calendar.last(turn))
    ended = view.phase == "ended"
    onward = (
        nav_link(f"/play/{view.code}/debrief", _("Debrief"), class_="btn strong lg")
        if ended
        else nav_link(f"/play/{view.code}", _("Next turn"), class_="btn strong lg")
    )
    lines = told(headlines_of(view, turn))
    news = el(
        "section",
        el("h2", _("Headlines")),
        headline_list(lines) if lines else el("p", _("A quiet half-year: nothing passed a mark."), class_="sub"),
        class_="card pad stack",
    )
    moved = el("section", el("h2", _("What moved")), el("div", _moved(view, turn), class_="scrollx"), class_="card pad stack")
    mandate = el(
        "section",
        el("h2", _("Parts of your mandate"), question("term", "score")),
        el("div", _mandate(view, turn), class_="scrollx"),
        class_="card pad stack",
    )
    place = _(JURISDICTIONS[view.seat].name) if view.seat else ""
    page: list[Any] = [
        Fragment(join([_expected(view, turn), news]), classes="stack"),
        Fragment(join([moved, mandate if view.seat else None]), classes="stack"),
        Box([WorldTabs(view, host().position(view.game_id))], classes="wide"),
    ]
    Shell(
        title,
        bar=top_bar(title, place, place=view.seat, right=onward),
        children=[Box(page, classes="page brief")],
        dock=el("div", onward, class_="row"),
    )


def _at(view: SeatView, metric: str, entity: str, item: str, quarter: Any) -> float:
    quarters = view.result.quarters
    if quarter not in quarters or (entity, item) not in view.result.series(metric):
        return float("nan")
    return float(view.result.array(metric, entity, item)[quarters.index(quarter), 0])


def _table(heads: tuple[str, ...], rows: list[list[Any]], caption: str) -> Markup:
    head = el("tr", [el("th", words, class_="n" if at else None, scope="col") for at, words in enumerate(heads)])
    body = [el("tr", [el("td", cell, class_="n nw" if at else None) for at, cell in enumerate(row)]) for row in rows]
    return el("table", el("caption", caption, class_="vh"), el("thead", head), el("tbody", body))


def _moved(view: SeatView, turn: int) -> Markup:
    """Key figures before and after the turn."""
    calendar = Calendar.of(view.scenario)
    before, after = calendar.begins(turn) - 1, calendar.last(turn)
    rows = []
    for asked in strip(view.scenario, view.seat or next(iter(view.decided))):
        metric, entity, item = asked.series
        then, now = (_at(view, metric, entity, item, quarter) for quarter in (before, after))
        rows.append(
            [
                el("span", asked.label, " ", question("metric", metric)),
                value_text(then, metric, item),
                value_text(now, metric, item),
                _arrow(then, now, METRICS[metric].better),
            ]
        )
    return _table((_("Figure"), str(before), str(after), ""), rows, _("Figures before and after the turn"))


def _arrow(then: float, now: float, better: str | None) -> Markup | str:
    if not (np.isfinite(then) and np.isfinite(now)) or abs(now - then) <= 1e-3 * max(abs(now), abs(then), 1e-9):
        return el("span", _("as before"), class_="mute")
    up = now > then
    good = better is not None and (better == "higher") == up
    words = (_("better") if good else _("worse")) if better is not None else (_("up") if up else _("down"))
    return el(
        "span", f"{'▲' if up else '▼'} {words}", class_=f"delta {'good' if good else 'bad' if better is not None else 'mute'}"
    )


def _mandate(view: SeatView, turn: int) -> Markup:
    """Every part of the mandate with its weight, before and after."""
    calendar = Calendar.of(view.scenario)
    before, after = calendar.begins(turn) - 1, calendar.last(turn)
    role = view.scenario.jurisdictions[view.seat or ""].government
    assert role is not None
    rows = []
    for part, weight in sorted(role.mandate.items(), key=lambda pair: -pair[1].value):
        then, now = (_at(view, "score_raw", f"government:{view.seat}", part, quarter) for quarter in (before, after))
        name = el("span", _(MANDATE[part].name), title=_(MANDATE[part].sentence))
        rows.append([name, number(weight.value), number(then), number(now), _arrow(then, now, "higher")])
    return _table(
        (_("Part"), _("Weight"), str(before), str(after), ""), rows, _("Parts of the mandate before and after the turn")
    )


def _expected(view: SeatView, turn: int) -> Markup | None:
    """What was expected of the turn, and what came."""
    guess = next((p for p in view.predictions if p.turn == turn), None)
    if guess is None:
        return None
    weeks = _at(view, PREDICTION_METRIC, "world", PREDICTION_SEGMENT, Calendar.of(view.scenario).last(turn))
    right = (weeks > PREDICTION_WEEKS) == guess.above
    side = _("above") if guess.above else _("below")
    came = _("You expected the wait {side} {mark} weeks; it is {weeks}.").format(
        side=side, mark=number(PREDICTION_WEEKS, 0), weeks=number(weeks, 0)
    )
    return el(
        "div",
        el("div", el("b", _("As you expected.") if right else _("Not as you expected.")), el("div", came, class_="sub")),
        class_=f"msg {'done' if right else 'waiting'}",
        role="status",
    )
