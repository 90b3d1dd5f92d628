"""Ending a game before its last turn: the owner's button, what it would mean, and the confirmation."""

from __future__ import annotations

import solara

from policygame.errors import UserError
from policygame.game import SeatView
from policygame.game.commands import EndGame
from policygame.web.hosted import host
from policygame.web.identity import use_tokens
from policygame.web.markup import Markup, el
from policygame.web.shell import notice, use_go
from policygame.web.text import _, n_
from policygame.web.vue import Fragment

__all__ = ["EndHere"]


@solara.component
def EndHere(view: SeatView) -> None:
    """The button, for whoever created the game, once a turn has been resolved; nothing for all others."""
    asking, ask = solara.use_state(False)
    token, go = use_tokens().get(view.code), use_go()

    def act(name: str, _value: str) -> None:
        if name in ("end-ask", "end-cancel"):
            ask(name == "end-ask")
        elif name == "end":
            ask(False)
            try:
                host().act(view.game_id, token, EndGame())
            except UserError as error:
                notice("refused", _("The game was not ended."), str(error))
            else:
                go(f"/play/{view.code}/debrief")

    possible = view.owner and view.playable and view.phase == "playing" and view.turn > 1
    if not possible:
        Fragment(el("span", hidden=True), classes="none")
        return
    Fragment(_confirmation(view) if asking else _button(), act, classes="endhere")


def _button() -> Markup:
    return el("button", _("End the game here"), class_="btn", type="button", data_act="end-ask")


def _confirmation(view: SeatView) -> Markup:
    done, left = view.turn - 1, view.turns - view.turn + 1
    told = n_("{n} turn has been played and stands.", "{n} turns have been played and stand.", done).format(n=done)
    lost = n_(
        "{n} turn is left unplayed, and cannot be taken up again.",
        "{n} turns are left unplayed, and cannot be taken up again.",
        left,
    )
    people = sum(info.holder == "person" for info in view.seats)
    others = _("It ends for all {n} people who play.").format(n=people) if people > 1 else ""
    return el(
        "section",
        el("h2", _("End the game after turn {n}?").format(n=done), id="end-title"),
        el(
            "p",
            " ".join(
                part for part in (told, lost.format(n=left), others, _("The debrief looks back on what was played.")) if part
            ),
        ),
        el(
            "div",
            el("button", _("End it and go to the debrief"), class_="btn danger lg", type="button", data_act="end"),
            el("button", _("Play on"), class_="btn lg", type="button", data_act="end-cancel"),
            class_="row wrap",
        ),
        class_="card pad stack",
        role="dialog",
        aria_labelledby="end-title",
        data_arrive="end",
    )
