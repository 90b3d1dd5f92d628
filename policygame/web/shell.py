"""What surrounds every page: skip link, top bar, navigation, notices, the landmark ``<main>``, the title of the tab.

A page hands over its title, what its bar says and its content. Navigation stands under the bar on a desk and at the
bottom on a phone. What a page shows is the page's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import solara
from solara.server import settings as solara_settings

from policygame.web.icons import icon, mark
from policygame.web.identity import Keep
from policygame.web.kernel import tab_id
from policygame.web.markup import Child, Markup, classes, el, join
from policygame.web.palette import css_name, jurisdiction_token
from policygame.web.text import _
from policygame.web.vue import Act, Box, Fragment, component

__all__ = ["NavItem", "Notice", "Shell", "link", "nav_link", "notice", "notice_box", "theme_button", "top_bar", "use_go"]

NoticeKind = Literal["refused", "waiting", "done"]
MOST_NOTICES = 3


@dataclass(frozen=True)
class NavItem:
    """An entry of the navigation: ``path`` is below the root, ``icon`` a name of ``icons.ICONS``, ``badge`` a count or ""."""

    id: str
    label: str
    path: str
    icon: str
    badge: str = ""


@dataclass(frozen=True)
class Notice:
    """Something that is said once, at the edge of the page: what happened, what was kept, what to do next."""

    kind: NoticeKind
    title: str
    words: str = ""
    number: int = 0


_notices: solara.Reactive[tuple[Notice, ...]] = solara.reactive(())
_destination: solara.Reactive[tuple[str, int]] = solara.reactive(("", 0))


def notice(kind: NoticeKind, title: str, words: str = "") -> None:
    """Say something in this tab; the newest three stay until they are closed."""
    held: tuple[Notice, ...] = _notices.value
    fresh = Notice(kind, title, words, number=held[-1].number + 1 if held else 1)
    _notices.set((*(old for old in held if (old.kind, old.title, old.words) != (kind, title, words)), fresh)[-MOST_NOTICES:])


def link(path: str) -> str:
    """The address of a page for ``href``: its path below the root path of the server."""
    return f"{solara_settings.main.root_path or ''}{path}"


def nav_link(path: str, *children: Child, **attributes: Any) -> Markup:
    """A link to a page of the program, which opens without loading everything anew."""
    return el("a", *children, href=link(path), data_nav=path, **attributes)


def use_go() -> Callable[[str], None]:
    """A hook: a function that opens another page of the program in this tab, as a press on a link would.

    It may be called while the page that calls it is being replaced, by the same press or by a change of the game in another thread.
    """

    def go(path: str) -> None:
        _destination.set((path, _destination.value[1] + 1))

    return go


@component("go.vue")
def _Go(path: str = "", request: str = "") -> Any: ...


def theme_button() -> Markup:
    """The switch between light and dark; ``page.js`` acts on it and remembers the choice in the browser."""
    return el(
        "button",
        icon("moon"),
        el("span", _("Dark"), class_="hide-s"),
        class_="btn sm",
        type="button",
        data_theme_toggle=True,
        aria_pressed=False,
        aria_label=_("Dark"),
    )


def top_bar(
    title: str, subtitle: str = "", *, place: str | None = None, middle: Child = None, right: Child = None, home: bool = True
) -> Markup:
    """The content of the bar: mark, whose government with its colour (``place``: a jurisdiction id), then what the page adds."""
    badge = nav_link("/", mark(), aria_label=_("policygame, to the start")) if home else mark()
    flag = el("i", class_="flag", style=f"--c:{css_name(jurisdiction_token(place))}") if place else None
    name = el("div", el("h1", title), el("div", subtitle, class_="sub") if subtitle else None, class_="grow")
    return join([badge, el("div", flag, name, class_="gov"), middle, el("span", class_="grow"), right, theme_button()])


def notice_box(shown: Notice, *, close: bool = True) -> Markup:
    """A notice as a box; closing it sends the act ``notice-close``."""
    button = el("button", _("Close"), class_="btn sm", type="button", data_act="notice-close", data_value=shown.number)
    words = el("div", el("b", shown.title), el("div", shown.words, class_="sub") if shown.words else None)
    role = "alert" if shown.kind == "refused" else "status"
    return el("div", words, button if close else None, class_=f"msg {shown.kind}", role=role, data_key=f"notice-{shown.number}")


def _navigation(nav: Sequence[NavItem], current: str, phone: bool) -> Markup:
    def entry(item: NavItem) -> Markup:
        badge = el("span", item.badge, el("span", " ", _("new"), class_="vh"), class_="badge") if item.badge and phone else None
        here = "page" if item.id == current else None
        return nav_link(
            item.path,
            icon(item.icon, 24) if phone else None,
            item.label,
            badge,
            class_=None if phone else "tab",
            aria_current=here,
        )

    return join([entry(item) for item in nav])


@solara.component
def _Notices() -> None:
    held: tuple[Notice, ...] = _notices.value

    def act(name: str, value: str) -> None:
        if name == "notice-close":
            _notices.set(tuple(replace(one) for one in _notices.value if str(one.number) != value))

    Fragment(join([notice_box(one) for one in held]), act, classes="toasts")


@solara.component
def Shell(
    title: str,
    *,
    bar: Markup,
    children: list[Any],
    nav: Sequence[NavItem] = (),
    current: str = "",
    on_act: Act | None = None,
    dock: Markup | None = None,
) -> None:
    """A page.

    ``title`` names the browser's tab, ``bar`` is ``top_bar(...)``, ``nav`` the pages beside this one with ``current`` the id of
    this one, ``dock`` what stays at the bottom of a phone. ``on_act`` hears the bar and the dock.
    """
    path, count = _destination.value
    parts = [
        solara.Title(f"{title} - policygame"),
        Fragment(el("a", _("Skip to the content"), class_="skip", href="#main"), classes="skipbox"),
        Fragment(bar, on_act, tag="header", classes="top"),
    ]
    if nav:
        parts.append(
            Box(
                [Fragment(_navigation(nav, current, False), classes="tabs card-tabs")],
                tag="nav",
                classes="desknav",
                aria_label=_("Pages"),
            )
        )
    parts.append(Box(children, tag="main", classes="main", id="main", tabindex="-1"))
    if dock is not None:
        parts.append(Fragment(dock, on_act, classes="dock"))
    if nav:
        parts.append(
            Box(
                [Fragment(_navigation(nav, current, True), classes="bottom")],
                tag="nav",
                classes="botnav",
                aria_label=_("Pages, at the bottom"),
            )
        )
    parts.extend([_Notices(), Keep(), _Go(path=path, request=f"{tab_id()} {count}" if count else "")])
    Box(parts, classes=classes("pg", withnav=bool(nav), docked=dock is not None))
