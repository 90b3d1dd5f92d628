"""Seats: who holds them, who has decided, and a button on what may be taken or given back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from policygame.catalogue import JURISDICTIONS
from policygame.web.icons import icon
from policygame.web.markup import Markup, classes, el
from policygame.web.palette import css_name, jurisdiction_token
from policygame.web.text import _

__all__ = ["SeatRow", "decided_chips", "seat_list"]


@dataclass(frozen=True)
class SeatRow:
    """A seat as everybody may see it: ``holder`` is "person" or "bot", ``who`` the player's or the bot's name."""

    seat: str
    holder: str
    who: str
    decided: bool = False
    you: bool = False


def seat_list(seats: Sequence[SeatRow], actions: Mapping[str, tuple[str, str]] | None = None) -> Markup:
    """The seats as cards. ``actions`` names, for a seat, the act and the words of its button; the act's value is the seat."""

    def one(row: SeatRow) -> Markup:
        name = JURISDICTIONS[row.seat].name if row.seat in JURISDICTIONS else row.seat
        held = [icon("bot" if row.holder == "bot" else "person"), row.who, el("b", _("you")) if row.you else None]
        button = None
        if actions and row.seat in actions:
            act, words = actions[row.seat]
            spoken = _("{words}: {place}").format(words=words, place=name)
            button = el("button", words, class_="btn sm", type="button", data_act=act, data_value=row.seat, aria_label=spoken)
        state = icon("check") if row.decided and button is None else None
        told = el("span", _("has decided"), class_="vh") if row.decided else None
        return el(
            "li",
            el("i", class_="sw", style=f"--c:{css_name(jurisdiction_token(row.seat))}"),
            el("div", el("div", el("b", name), class_="nw"), el("div", held, class_="sub row", style="gap:5px")),
            el("div", button, state, told),
            class_=classes("seat", you=row.you),
            data_key=f"seat-{row.seat}",
        )

    return el("ul", [one(row) for row in seats], class_="seats")


def decided_chips(seats: Sequence[SeatRow]) -> Markup:
    """Who has decided, without what: those who have come first, with a tick; people with the names that they play under."""

    def one(row: SeatRow) -> Markup:
        mark = el("i", class_="sw", style=f"--c:{css_name(jurisdiction_token(row.seat))}")
        told = el("span", _("has decided") if row.decided else _("has not decided yet"), class_="vh")
        name = el("b", row.seat) if row.decided else row.seat
        who = el("span", " ", row.who, class_="sub") if row.who and row.holder == "person" else None
        tick = icon("check", 13) if row.decided else None
        return el("li", mark, name, who, " ", told, tick, class_=classes("chip", flat=row.decided))

    return el("ul", [one(row) for row in sorted(seats, key=lambda r: not r.decided)], class_="cards")
