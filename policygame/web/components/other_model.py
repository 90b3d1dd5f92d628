"""What pages say of a game that was played with another version of the model than the installed one."""

from __future__ import annotations

from policygame.game.views import ShownFrom
from policygame.web.markup import Markup, el
from policygame.web.text import _

__all__ = ["needs_model", "other_model_notice", "short_version"]

_DIGITS = 6


def short_version(version: str) -> str:
    """A model's version with so many digits of its digest as people compare.

    >>> short_version("0.1.0+1f2e3d4c5b6a")
    '0.1.0+1f2e3d'
    """
    number, plus, digest = version.partition("+")
    return f"{number}{plus}{digest[:_DIGITS]}"


def other_model_notice(
    played: str, installed: str, shown_from: ShownFrom, *, asked_anew: bool = False, owner: bool = False
) -> Markup | None:
    """That a game was played with another model, what is shown of it, and that it cannot be played on; None for the installed model's.

    Its owner is offered the act ``anew``, and ``seen`` where they asked for that (``asked_anew``).
    """
    if shown_from == "replay":
        return None
    title = _("This game was played with another version of the model: {played}. Installed is {installed}.").format(
        played=short_version(played), installed=short_version(installed)
    )
    if played == installed:
        title = _("This game was played with another version of its scenario, and the model {installed}.").format(
            installed=short_version(installed)
        )
    button = None
    if shown_from == "stored":
        words = _("What you see is what was seen when it was played.")
        if owner:
            button = el("button", _("Derive it anew"), class_="btn sm", type="button", data_act="anew")
    else:
        words = _(
            "What you see is what the installed model makes of the same decisions; it may differ from what was seen in play."
        )
        if not asked_anew:
            words += " " + _("What was seen then has not been kept here.")
        elif owner:
            button = el("button", _("Show it as it was seen"), class_="btn sm", type="button", data_act="seen")
    told = el("div", el("b", title), el("div", words, " ", _("It cannot be played on."), class_="sub"))
    return el("div", told, button, class_="msg waiting", role="note", aria_label=_("Another version of the model"))


def needs_model(what: str, *, owner: bool) -> Markup:
    """In place of what only a run of the model could say, while a game is shown as it was seen."""
    way = (
        _("Derive the game anew, at the top of the page, to see what the installed model says.")
        if owner
        else _("Whoever created the game can have it derived anew; then it stands here.")
    )
    return el("div", el("p", el("b", what)), el("p", way, class_="sub"), class_="stack", role="note")
