"""A game's addresses: which page answers ``/play/CODE/...`` for whoever this browser is there."""

from __future__ import annotations

import solara

from policygame.errors import UserError
from policygame.web.hosted import host
from policygame.web.identity import use_tokens
from policygame.web.kernel import use_wake
from policygame.web.markup import el
from policygame.web.pages.briefing import Briefing
from policygame.web.pages.debrief import Debrief
from policygame.web.pages.desk.page import PLACES, Desk
from policygame.web.pages.desk.waiting import Waiting
from policygame.web.pages.history import HistoryPage
from policygame.web.pages.join import Gathering, JoinPage
from policygame.web.pages.resolution import Resolution
from policygame.web.shell import Shell, nav_link, top_bar, use_go
from policygame.web.text import _
from policygame.web.vue import Box, Fragment

__all__ = ["Play"]


@solara.component
def Play(code: str = "", rest: tuple[str, ...] = ()) -> None:
    """The page of a game. Every page of it is drawn again when the game changes."""
    found = host().find(code)
    if found is None:
        _Nothing(_("No game has this code."), _("Ask whoever created the game to read it to you again."))
        return
    _Found(found.id, code, rest)


@solara.component
def _Found(game_id: str, code: str, rest: tuple[str, ...]) -> None:
    use_wake(lambda wake: host().subscribe(game_id, wake), [game_id])
    tokens, go = use_tokens(), use_go()
    try:
        view = host().view(game_id, tokens.get(code))
    except UserError as error:
        _Nothing(_("The game cannot be opened."), str(error))
        return
    page = rest[0] if rest else "decide"
    if view.seat is None and not (view.owner and view.phase == "lobby") and page not in ("history", "debrief"):
        JoinPage(view)
    elif view.phase == "lobby":
        Gathering(view)
    elif page == "briefing":
        Briefing(code)
    elif page == "resolution" and len(rest) > 1 and rest[1].isdecimal():
        Resolution(view, int(rest[1]))
    elif page == "debrief":
        Debrief(code)
    elif page == "history":
        HistoryPage(code)
    elif view.phase == "ended":
        Debrief(code)
    elif view.decision is not None:
        Waiting(view, tokens.get(code))
    elif page in PLACES:
        turn = view.turn

        def resolved() -> None:
            if host().view(game_id, tokens.get(code)).turn != turn:
                go(f"/play/{code}/resolution/{turn}")

        Desk(view, tokens.get(code), page, rest[1] if len(rest) > 1 else "", resolved).key(f"desk-{view.turn}")
    else:
        _Nothing(_("There is no such page."), _("The game goes on."), f"/play/{code}")


@solara.component
def _Nothing(title: str, words: str, back: str = "/") -> None:
    told = el(
        "section",
        el("h2", title),
        el("p", words, class_="sub"),
        el("div", nav_link(back, _("Back"), class_="btn"), class_="row"),
        class_="card pad stack",
    )
    Shell(title, bar=top_bar("policygame"), children=[Box([Fragment(told)], classes="page narrow")])
