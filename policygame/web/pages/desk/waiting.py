"""After a decision, while others decide: who has, without what, and the way back."""

from __future__ import annotations

import solara

from policygame.catalogue import JURISDICTIONS
from policygame.errors import UserError
from policygame.game import SeatView
from policygame.game.commands import ResolveTurn, WithdrawDecision
from policygame.web.components import SeatRow, decided_chips
from policygame.web.hosted import host
from policygame.web.markup import Markup, el
from policygame.web.shell import Shell, notice, top_bar
from policygame.web.text import _, n_
from policygame.web.vue import Box, Fragment

__all__ = ["Waiting"]


@solara.component
def Waiting(view: SeatView, token: str | None) -> None:
    """The page between a decision and its resolution."""
    seat = view.seat
    assert seat is not None

    def act(name: str, value: str) -> None:
        try:
            if name == "withdraw":
                host().act(view.game_id, token, WithdrawDecision(seat=seat, turn=view.turn))
            elif name == "resolve":
                host().act(view.game_id, token, ResolveTurn(turn=view.turn))
        except UserError as error:
            notice("refused", _("That was not done."), str(error))

    name = _(JURISDICTIONS[seat].name)
    subtitle = _("Turn {turn} of {turns}, game {code}").format(turn=view.turn, turns=view.turns, code=view.code)
    Shell(
        _("{place}, sent").format(place=name),
        bar=top_bar(name, subtitle, place=seat),
        children=[Box([Fragment(_body(view), act)], classes="page narrow")],
    )


def _body(view: SeatView) -> Markup:
    people = [info for info in view.seats if info.holder == "person"]
    decided = sum(info.decided for info in people)
    bots = len(view.seats) - len(people)
    rows = [SeatRow(info.seat, info.holder, info.player, info.decided, info.you) for info in people]
    told = n_("{n} seat is a bot's and decides when all have.", "{n} seats are bots' and decide when all have.", bots).format(
        n=bots
    )
    lines = [el("li", el("code", line)) for line in view.decision or ()]
    own = el(
        "details", el("summary", _("What you sent")), el("ul", lines) if lines else el("p", _("Nothing changes."), class_="sub")
    )
    early = None
    if view.owner:
        early = el("button", _("Do not wait for the others"), class_="btn ghost", type="button", data_act="resolve")
    return el(
        "section",
        el("h2", _("Sent. {n} of {people} have decided.").format(n=decided, people=len(people))),
        el("p", _("You can still change your mind until the last one decides."), class_="sub"),
        decided_chips(rows),
        el("p", told, class_="sub mute") if bots else None,
        el(
            "div",
            el("button", _("Change my decisions"), class_="btn lg", type="button", data_act="withdraw"),
            early,
            class_="row wrap",
        ),
        own,
        class_="card pad stack",
        aria_live="polite",
    )
