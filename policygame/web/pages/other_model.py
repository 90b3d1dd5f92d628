"""The notice at the top of the pages of a game of another model, and its owner's choice of what is shown of it."""

from __future__ import annotations

from typing import Any

import solara

from policygame.errors import UserError
from policygame.game import SeatView
from policygame.version import model_version
from policygame.web.components import other_model_notice
from policygame.web.hosted import host
from policygame.web.identity import use_tokens
from policygame.web.markup import Markup
from policygame.web.shell import notice
from policygame.web.text import _
from policygame.web.vue import Fragment

__all__ = ["OtherModel", "other_model", "other_model_words"]


def other_model(view: SeatView) -> list[Any]:
    """The notice as the first of a page's children; nothing for a game of the installed model."""
    return [] if view.shown_from == "replay" else [OtherModel(view)]


def other_model_words(view: SeatView, *, owner: bool = False) -> Markup | None:
    """The notice as markup, as a file has it; ``owner``: with the owner's button."""
    return other_model_notice(view.model, model_version(), view.shown_from, asked_anew=view.asked_anew, owner=owner)


@solara.component
def OtherModel(view: SeatView) -> None:
    """The notice with what its owner may do; everybody's pages of the game are drawn again when they do."""
    tokens = use_tokens()

    def act(name: str, value: str) -> None:
        if name not in ("anew", "seen"):
            return
        try:
            host().rederive(view.game_id, tokens.get(view.code), anew=name == "anew")
        except UserError as error:
            notice("refused", _("That was not done."), str(error))

    Fragment(other_model_words(view, owner=view.owner) or Markup(""), act, classes="othermodel wide")
