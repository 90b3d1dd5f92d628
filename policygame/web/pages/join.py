"""A game before one sits in it: free seats for whoever comes by code, and the table where people gather until the game begins."""

from __future__ import annotations

from urllib.parse import parse_qs

import solara

from policygame.catalogue import JURISDICTIONS
from policygame.errors import UserError
from policygame.game import SeatView
from policygame.game.commands import StartGame
from policygame.web.components import Address, SeatRow, seat_list
from policygame.web.hosted import host
from policygame.web.identity import use_tokens
from policygame.web.markup import Markup, el, join
from policygame.web.pages.other_model import other_model
from policygame.web.pages.setup import mandate_words
from policygame.web.palette import css_name, jurisdiction_token
from policygame.web.shell import Shell, notice, top_bar, use_go
from policygame.web.text import _, number
from policygame.web.vue import Box, Fragment

__all__ = ["Gathering", "JoinPage"]


@solara.component
def JoinPage(view: SeatView) -> None:
    """Take a seat: shown to whoever opens a game in which this browser holds none."""
    tokens, go = use_tokens(), use_go()

    def act(name: str, value: str) -> None:
        if name != "take":
            return
        fields = {key: values[-1] for key, values in parse_qs(value).items()}
        try:
            entry = host().join(
                view.code, fields.get("player", "").strip() or _("Player"), fields.get("seat", ""), token=tokens.get(view.code)
            )
        except UserError as error:
            notice("refused", _("The seat was not taken."), str(error))
            return
        tokens.keep(entry.code, entry.token)
        go(f"/play/{entry.code}" if view.phase == "lobby" else f"/play/{entry.code}/briefing")

    title = _("Join {code}").format(code=view.code)
    Shell(
        title,
        bar=top_bar(title, _(view.scenario.title)),
        children=[Box([*other_model(view), Fragment(_form(view), act, classes="stack")], classes="page narrow")],
    )


def _form(view: SeatView) -> Markup:
    free = [info for info in view.seats if info.holder == "bot"]
    if view.assignment or not view.playable or not free:
        reason = (
            _("It is an assignment for one person.")
            if view.assignment
            else _("It has ended.")
            if view.phase == "ended"
            else view.why_not
            if not view.playable
            else _("Every seat is taken.")
        )
        return el("section", el("h2", _("Nobody can join this game now.")), el("p", reason, class_="sub"), class_="card pad")

    def card(seat: str, checked: bool) -> Markup:
        role = view.scenario.jurisdictions[seat].government
        assert role is not None
        money = _("{packaging} M USD a year for packaging").format(packaging=number(role.packaging_income_musd_per_year.value))
        return el(
            "label",
            el("input", type="radio", name="seat", value=seat, checked=checked),
            el("i", class_="flag", style=f"--c:{css_name(jurisdiction_token(seat))}"),
            el(
                "span",
                el("b", _(JURISDICTIONS[seat].name)),
                el("span", money, class_="sub"),
                el("span", mandate_words(view.scenario, seat), class_="sub mute"),
            ),
            class_="pick",
            data_key=f"seat-{seat}",
        )

    taken = [SeatRow(i.seat, i.holder, i.player, i.decided) for i in view.seats if i.holder == "person"]
    return join(
        [
            el(
                "form",
                el("h2", _("Choose a free seat")),
                el(
                    "div",
                    el("label", _("Your name, as others see it"), for_="player"),
                    el("input", id="player", name="player", maxlength=40, autocomplete="nickname"),
                    class_="field",
                ),
                el(
                    "fieldset",
                    el("legend", _("Government")),
                    el("div", join([card(info.seat, at == 0) for at, info in enumerate(free)]), class_="picks"),
                ),
                el("div", el("button", _("Take the seat"), class_="btn strong lg", type="submit"), class_="row"),
                data_act="take",
                class_="card pad stack setup",
            ),
            el("section", el("h2", _("Already here")), seat_list(taken), class_="card pad stack") if taken else None,
        ]
    )


@solara.component
def Gathering(view: SeatView) -> None:
    """The table before the first turn: the code, who is here, and the owner's button."""
    tokens, go = use_tokens(), use_go()

    def act(name: str, value: str) -> None:
        if name == "start":
            try:
                host().act(view.game_id, tokens.get(view.code), StartGame())
            except UserError as error:
                notice("refused", _("The game has not begun."), str(error))
            else:
                go(f"/play/{view.code}/briefing")

    people = sum(info.holder == "person" for info in view.seats)
    rows = [SeatRow(i.seat, i.holder, i.player or i.bot, i.decided, i.you) for i in view.seats]
    begin = (
        el(
            "button",
            _("Begin with {n} here").format(n=people),
            class_="btn strong lg",
            type="button",
            data_act="start",
            disabled=people == 0,
        )
        if view.owner and view.playable
        else el("p", _("Whoever created the game begins it when all are here.") if view.playable else view.why_not, class_="sub")
    )
    code = join(
        [
            el("h2", _("The code of this game")),
            el("div", view.code, class_="codebig", aria_label=" ".join(view.code)),
            el("p", _("Others open this server's address and type the code, or open the link."), class_="sub"),
        ]
    )
    table = el(
        "section",
        el("h2", _("At the table")),
        seat_list(rows),
        el("p", _("Bots play what nobody takes."), class_="sub"),
        class_="card pad stack",
    )
    title = _("Game {code}").format(code=view.code)
    bar = top_bar(title, _(view.scenario.title), place=view.seat)
    invite = Box(
        [Fragment(code), Address(f"/play/{view.code}", "joinlink"), Fragment(el("div", begin, class_="row"), act)],
        tag="section",
        classes="card pad stack",
    )
    parts = [*other_model(view), invite, Fragment(table)]
    Shell(title, bar=bar, children=[Box(parts, classes="page narrow gather")])
