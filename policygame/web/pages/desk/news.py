"""Headlines on the desk, the news of all turns, and what a phone keeps under More."""

from __future__ import annotations

from collections.abc import Sequence

import solara

from policygame.game import SeatView
from policygame.game.headlines import TEMPLATES, ranked
from policygame.game.headlines import Headline as Event
from policygame.game.news import headlines
from policygame.game.turns import Calendar
from policygame.game.wording import quarter_text
from policygame.web.components import Headline, empty_state, headline_list
from policygame.web.markup import Markup, el, join
from policygame.web.shell import nav_link
from policygame.web.text import _
from policygame.web.vue import Fragment

__all__ = ["HeadlinesCard", "More", "fresh_headlines", "headlines_of", "told"]

SHOWN = 5
BEFORE_PLAY_QUARTERS = 2


def headlines_of(view: SeatView, turn: int, most: int = 8) -> tuple[Event, ...]:
    """What happened in a resolved turn; turn 0 is the last half year before play."""
    calendar = Calendar.of(view.scenario)
    if turn > 0:
        quarters = [calendar.begins(turn) + ahead for ahead in range(calendar.length(turn))]
    else:
        quarters = [calendar.play_from - ahead for ahead in range(BEFORE_PLAY_QUARTERS, 0, -1)]
    run = [quarter for quarter in quarters if quarter in view.result.quarters]
    return headlines(view.result, view.decided, run, seat=view.seat, most=most) if run else ()


def fresh_headlines(view: SeatView) -> tuple[Event, ...]:
    """Those of the turn before this one."""
    return headlines_of(view, view.turn - 1)


def told(events: Sequence[Event]) -> list[Headline]:
    """Events as lines of the page, in the reader's language."""
    lines = []
    for event in events:
        text = _(TEMPLATES[event.kind]).format(**event.words)
        lines.append(Headline(event.who, quarter_text(event.quarter), text[0].upper() + text[1:]))
    return lines


@solara.component
def HeadlinesCard(view: SeatView, events: tuple[Event, ...]) -> None:
    """The weightiest headlines of the turn before."""
    lines = told(ranked(events, SHOWN))
    head = el(
        "div",
        el("h2", _("Headlines")),
        nav_link(f"/play/{view.code}/world/news", _("All"), class_="sub nw") if view.turn > 1 else None,
        class_="between",
    )
    body = headline_list(lines) if lines else empty_state(_("No headlines yet"), _("They are written when a turn resolves."))
    Fragment(join([head, body]), tag="section", classes="card pad headlines")


@solara.component
def More(view: SeatView) -> None:
    """Links that have no other place on a phone."""
    Fragment(_links(view), tag="nav", classes="card more")


def _links(view: SeatView) -> Markup:
    root = f"/play/{view.code}"
    entries = [
        (f"{root}/briefing", _("Briefing: who you are")),
        (f"{root}/history", _("History: every turn's decisions")),
        ("/about", _("The model and its sources")),
        ("/", _("To the start")),
    ]
    if view.turn > 1:
        entries.insert(1, (f"{root}/resolution/{view.turn - 1}", _("The turn before")))
    game = el("div", _("{title}, game {code}").format(title=_(view.scenario.title), code=view.code), class_="sub pad")
    return join(
        [
            game,
            [nav_link(path, words, el("i", class_="chev side", aria_hidden=True), class_="morerow") for path, words in entries],
        ]
    )
