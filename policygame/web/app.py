"""Which page answers which address.

``/`` is the start, ``/play/CODE`` a game with its pages below, ``/assign/...`` an assignment, ``/about`` the model, ``/lab`` result sets.
Pages are imported when they are first asked for; each lives in a module of ``policygame.web.pages``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any
from urllib.parse import unquote

import solara

__all__ = ["PAGES", "App", "Frame", "address", "routes"]

PAGES: Mapping[str, str] = {
    "": "policygame.web.pages.home:Home",
    "play": "policygame.web.pages.play:Play",
    "assign": "policygame.web.pages.assign:Assign",
    "about": "policygame.web.pages.about:About",
    "lab": "policygame.web.pages.lab:Lab",
}
"""The component of each first part of an address. ``Home()``, ``Play(code, rest)``, ``Assign(code, rest)``, ``About(rest)``,
``Lab(rest)``; ``rest`` is the tuple of the parts after those."""


def address(path: str) -> tuple[str, ...]:
    """The parts of an address below the root path, decoded.

    >>> address("/play/K7QM/history?turn=2"), address("/")
    (('play', 'K7QM', 'history'), ())
    """
    return tuple(unquote(part) for part in path.split("?")[0].split("/") if part)


def _component(name: str) -> Callable[..., Any]:
    module, _, function = PAGES[name].partition(":")
    component: Callable[..., Any] = getattr(import_module(module), function)
    return component


@solara.component
def App() -> None:
    """The page of the present address."""
    parts = address(solara.use_router().path or "/")
    name = parts[0] if parts and parts[0] in PAGES else ""
    if name == "":
        _component("")()
    elif name in ("about", "lab"):
        _component(name)(parts[1:])
    else:
        code = parts[1].upper() if len(parts) > 1 else ""
        _component(name)(code, parts[2:])


@solara.component
def Frame(children: list[Any] = []) -> None:  # noqa: B006
    """Nothing around a page: its shell is its own."""
    solara.Div(children=children, classes=["frame"])


routes = [
    solara.Route(path="/", component=App, layout=Frame, label="policygame"),
    *(solara.Route(path=name, component=App, label="policygame") for name in PAGES if name),
]
