"""How a component in ``vue/*.vue`` becomes a Python function, and the two that others are made of.

``Fragment`` shows markup made in Python and reports clicks; ``component`` declares a component with a template of its own. What a
browser sends is checked here for its shape, never for whether it is allowed: rules are the Host's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import solara
from markupsafe import Markup

from policygame.web.kernel import harden

__all__ = ["Act", "Box", "Fragment", "component", "read_number", "read_text"]

harden()
_FOLDER = Path(__file__).resolve().parent / "vue"
_LONGEST_TEXT = 4000
F = TypeVar("F", bound=Callable[..., Any])

Act = Callable[[str, str], None]
"""Called with the name of an action and its value: ``data-act`` and ``data-value`` of the element that was pressed."""


def component(file: str) -> Callable[[F], F]:
    """Declare a component whose arguments are the properties of ``vue/FILE``; ``event_x`` arguments are what it may send."""

    def decorate(function: F) -> F:
        return solara.component_vue(str(_FOLDER / file), vuetify=False)(function)  # type: ignore[return-value]

    return decorate


def read_text(data: Any, name: str) -> str:
    """A text of a message of the browser; "" if it is not there, no text, or longer than anything we ask for."""
    value = data.get(name) if isinstance(data, Mapping) else None
    return value if isinstance(value, str) and len(value) <= _LONGEST_TEXT else ""


def read_number(data: Any, name: str) -> float | None:
    """A finite number of a message of the browser; None if it is not there or no number."""
    value = data.get(name) if isinstance(data, Mapping) else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) < 1e15 else None


@component("fragment.vue")
def _Fragment(html: str = "", tag: str = "div", classes: str = "", event_act: Callable[[Any], None] | None = None) -> Any: ...


def Fragment(html: Markup, on_act: Act | None = None, *, tag: str = "div", classes: str = "") -> Any:
    """Markup on a page, as an element ``tag``. When it changes only what differs is touched, so focus stays and widths glide.

    A press on an element with ``data-act`` calls ``on_act(act, value)``; so does a change of an ``input`` or ``select`` with it
    (its value) and a submit of a ``form`` with it (its fields as a query string).
    """

    def act(data: Any) -> None:
        name = read_text(data, "act")
        if on_act is not None and name:
            on_act(name, read_text(data, "value"))

    return _Fragment(html=str(html), tag=tag, classes=classes, event_act=act)


def Box(children: list[Any], *, tag: str = "div", classes: str = "", **attributes: str) -> Any:
    """An element around other components: for landmarks and layout. ``aria_label="x"`` is the attribute ``aria-label``."""
    named = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
    return solara.v.Html(tag=tag, class_=classes, attributes=named, children=children)
