"""HTML as values: elements whose text is escaped, so that a name that somebody typed stays a name.

Display components are functions that return ``Markup``; the same markup is shown by a page and written into an exported file.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from markupsafe import Markup, escape

__all__ = ["Child", "Markup", "classes", "el", "join"]

Child: TypeAlias = "Markup | str | int | float | Iterable[Child] | None"
_VOID = frozenset({"br", "hr", "img", "input", "meta", "link"})


def el(tag: str, *children: Child, **attributes: str | int | float | bool | None) -> Markup:
    """An element. ``class_`` and ``for_`` lose their underscore, other underscores become hyphens; None and False leave an
    attribute out, True names it without a value (``aria_*`` take the words "true" and "false").

    >>> el("p", "1 < 2", class_="sub", data_act="go", hidden=False)
    Markup('<p class="sub" data-act="go">1 &lt; 2</p>')
    """
    written = []
    for name, value in attributes.items():
        label = name.rstrip("_").replace("_", "-")
        if label == "viewbox":
            label = "viewBox"
        if label.startswith("aria-") and isinstance(value, bool):
            value = "true" if value else "false"
        if value is None or value is False:
            continue
        written.append(f" {label}" if value is True else f' {label}="{escape(value)}"')
    head = f"<{tag}{''.join(written)}>"
    return Markup(head) if tag in _VOID else Markup(f"{head}{join(children)}</{tag}>")


def join(children: Child) -> Markup:
    """Children one after the other; text is escaped, None is nothing.

    >>> join(["a & b", None, [el("b", "c")]])
    Markup('a &amp; b<b>c</b>')
    """
    if children is None:
        return Markup("")
    if isinstance(children, Markup):
        return children
    if isinstance(children, str | int | float):
        return escape(str(children))
    return Markup("").join(join(child) for child in children)


def classes(*names: str, **conditional: bool) -> str:
    """Names of classes, those with a condition only where it holds.

    >>> classes("chip", on=True, flat=False)
    'chip on'
    """
    return " ".join([*names, *(name.replace("_", "-") for name, holds in conditional.items() if holds)])
