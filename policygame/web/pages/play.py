"""A game's addresses: which page answers ``/play/CODE/...`` for whoever this browser is there, and when one leads to the next."""

from __future__ import annotations

from collections import OrderedDict
from importlib import import_module

import solara

from policygame.errors import UserError
from policygame.game import SeatView
from policygame.web.hosted import host
from policygame.web.identity import use_tokens
from policygame.web.kernel import use_wake
from policygame.web.markup import el
from policygame.web.shell import Shell, nav_link, top_bar, use_go
from policygame.web.text import _
from policygame.web.vue import Box, Fragment

__all__ = ["Play"]

PLACES = ("decide", "effect", "world", "news", "more")
"""The parts of the desk that are pages of their own on a phone."""
_BY_CODE = {"briefing": "briefing:Briefing", "debrief": "debrief:Debrief", "history": "history:HistoryPage"}
"""Pages that find everything by the game's code. All pages are loaded when they are first asked for."""
_OPEN_TO_ALL = ("history", "debrief")


MOST_REMEMBERED = 10_000
_unbriefed: OrderedDict[tuple[str, str], None] = OrderedDict()
"""Seats of this process whose people waited for a game to begin and have not seen their briefing."""


def _waits(view: SeatView) -> None:
    """Remember that whoever sits here is to be shown the briefing when the game begins."""
    if view.seat is not None:
        _unbriefed[view.game_id, view.seat] = None
        while len(_unbriefed) > MOST_REMEMBERED:
            _unbriefed.popitem(last=False)


def _load(name: str) -> object:
    module, _colon, component = name.partition(":")
    return getattr(import_module(f"policygame.web.pages.{module}"), component)


@solara.component
def Play(code: str = "", rest: tuple[str, ...] = ()) -> None:
    """The page of a game. Every page of it is drawn again when the game changes."""
    found = host().find(code)
    if found is None:
        _Nothing(_("No game has this code."), _("Ask whoever created the game to read it to you again."))
        return
    _Found(found.id, code, rest).key(found.id)


def _seen(game_id: str, token: str | None) -> tuple[SeatView | None, str]:
    """What this browser may see of the game; else why it sees nothing."""
    try:
        return host().view(game_id, token), ""
    except UserError as error:
        return None, str(error)


@solara.component
def _Found(game_id: str, code: str, rest: tuple[str, ...]) -> None:
    use_wake(lambda wake: host().subscribe(game_id, wake), [game_id])
    tokens, go = use_tokens(), use_go()
    token = tokens.get(code)
    view, words = _seen(game_id, token)
    turn = view.turn if view is not None else 0
    shown = solara.use_ref(turn)
    page = rest[0] if rest else "decide"
    revealed = view is not None and view.seat is not None and page in PLACES and 0 < shown.current < turn

    def reveal() -> None:
        """A turn that was resolved while its desk was open leads to what it brought."""
        if revealed:
            go(f"/play/{code}/resolution/{turn - 1}")
        shown.current = turn

    solara.use_effect(reveal, [turn])
    key = (game_id, view.seat or "") if view is not None else (game_id, "")
    briefed = view is not None and view.playable and view.turn == 1 and page in PLACES and key in _unbriefed
    waiting = view is not None and view.phase == "lobby"

    def brief() -> None:
        """Who waited while a game gathered is told who they are before they decide: once."""
        if view is not None and waiting:
            _waits(view)
        elif briefed:
            go(f"/play/{code}/briefing")
        elif page == "briefing":
            _unbriefed.pop(key, None)

    solara.use_effect(brief, [key, waiting, briefed, page])
    if view is None:
        _Nothing(_("The game cannot be opened."), words)
    elif briefed and not waiting:
        _load(_BY_CODE["briefing"])(view.code).key(f"briefing-{view.shown_from}")  # type: ignore[operator]
    elif revealed:
        _load("resolution:Resolution")(view, turn - 1)  # type: ignore[operator]
    else:
        _page(view, token, page, rest[1:])


def _page(view: SeatView, token: str | None, page: str, rest: tuple[str, ...]) -> None:
    """Show the page of an address to whoever looks."""
    if view.seat is None and not (view.owner and view.phase == "lobby") and page not in _OPEN_TO_ALL:
        _load("join:JoinPage")(view)  # type: ignore[operator]
    elif view.phase == "lobby":
        _load("join:Gathering")(view)  # type: ignore[operator]
    elif page == "resolution" and rest and rest[0].isdecimal() and len(rest[0]) < 4:
        _load("resolution:Resolution")(view, int(rest[0]))  # type: ignore[operator]
    elif page in _BY_CODE:
        _load(_BY_CODE[page])(view.code).key(f"{page}-{view.shown_from}")  # type: ignore[operator]
    elif page not in PLACES:
        _Nothing(_("There is no such page."), _("The game goes on."), f"/play/{view.code}")
    elif view.phase == "ended":
        _load(_BY_CODE["debrief"])(view.code).key(f"debrief-{view.shown_from}")  # type: ignore[operator]
    elif not view.playable:
        _load("desk.read_only:ReadOnly")(view, rest[0] if rest else "")  # type: ignore[operator]
    elif view.decision is not None:
        _load("desk.waiting:Waiting")(view, token)  # type: ignore[operator]
    else:
        desk = _load("desk:Desk")(view, token, page, rest[0] if rest else "")  # type: ignore[operator]
        desk.key(f"desk-{view.turn}")


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
