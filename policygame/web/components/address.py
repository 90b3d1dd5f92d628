"""The whole address of a page, to pass on to others: one that they can reach, or in plain words why there is none."""

from __future__ import annotations

import json
from typing import Any

import solara

from policygame.web.hosted import reach
from policygame.web.shell import link
from policygame.web.text import _
from policygame.web.vue import component

__all__ = ["Address"]

COMMAND = "policygame serve --host 0.0.0.0"


@component("address.vue")
def _Address(
    path: str = "", others: str = "[]", name: str = "", copy: str = "", also: str = "", here_words: str = "", command: str = ""
) -> Any: ...


@solara.component
def Address(path: str, name: str) -> None:
    """``path`` below the root of the server, shown with what stands before it in the browser; ``name`` is the id of the element.

    Where the browser runs on the server's own computer, the server's addresses in its networks are shown instead; where it listens on
    this computer alone, a sentence says so and how to start it for others.
    """
    _Address(
        path=link(path),
        others=json.dumps(reach()),
        name=name,
        copy=_("Copy the link"),
        also=_("Or, in another network of this computer:"),
        here_words=_("This address works on this computer only. So that others can open it, stop the program and start it with"),
        command=COMMAND,
    )
