"""What a page shows when there is nothing yet, when it waits, and when something was refused."""

from __future__ import annotations

from collections.abc import Sequence

from policygame.web.markup import Markup, el
from policygame.web.text import _

__all__ = ["chart_failed", "empty_state", "progress", "refusal", "skeleton"]


def _buttons(actions: Sequence[tuple[str, str]], look: str = "btn") -> list[Markup]:
    return [el("button", words, class_=look, type="button", data_act=act) for act, words in actions]


def empty_state(title: str, words: str, actions: Sequence[tuple[str, str]] = ()) -> Markup:
    """What will be here, and a first move: ``actions`` are (act, words)."""
    return el("div", el("h2", title), el("p", words, class_="sub"), _buttons(actions), class_="empty")


def refusal(happened: str, kept: str, actions: Sequence[tuple[str, str]] = (), *, kind: str = "refused") -> Markup:
    """What happened, what was kept, what to do next. ``kind``: "refused" (red), "waiting" (amber), "done" (green)."""
    words = el("div", el("b", happened), el("div", kept, class_="sub") if kept else None)
    return el("div", words, *_buttons(actions, "btn sm"), class_=f"msg {kind}", role="alert" if kind == "refused" else "status")


def chart_failed(title: str, words: str, actions: Sequence[tuple[str, str]] = ()) -> Markup:
    """In place of a chart that could not be computed; the game itself goes on."""
    return el(
        "div",
        el("b", title),
        el("p", words, class_="sub", style="margin:4px 0 10px"),
        el("div", _buttons(actions, "btn sm"), class_="row wrap", style="justify-content:center"),
        class_="failed",
        role="status",
    )


def progress(title: str, words: str, done: int, whole: int) -> Markup:
    """How far work is: ``done`` of ``whole`` steps (0: not begun, and how many is not known), with what the steps are."""
    told = _("{done} of {whole} steps").format(done=done, whole=whole) if whole else _("Beginning")
    bar = (
        el("progress", value=done, max=whole, aria_label=title, class_="bar")
        if whole
        else el("progress", aria_label=title, class_="bar")
    )
    return el(
        "div",
        el("div", el("b", title), el("span", told, class_="sub nw"), class_="between"),
        bar,
        el("p", words, class_="sub"),
        class_="stack pad working",
        role="status",
    )


def skeleton(words: str = "", *, height_px: int = 96) -> Markup:
    """Grey bars in the place of what is being built, with a sentence on what that is and how long it takes."""
    bars = [(58, 16, 0), (84, 10, 10), (100, height_px, 14)]
    drawn = [
        el("span", class_="sk", style=f"width:{width}%;height:{height}px;margin-top:{above}px") for width, height, above in bars
    ]
    return el(
        "div", drawn, el("p", words or _("One moment."), class_="sub", style="margin-top:12px"), role="status", class_="pad"
    )
