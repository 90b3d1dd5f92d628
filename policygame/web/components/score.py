"""The score on its ruler, and the turns as pips."""

from __future__ import annotations

from collections.abc import Sequence

from policygame.web.help import question
from policygame.web.markup import Markup, el, join
from policygame.web.palette import css_name, jurisdiction_token
from policygame.web.text import _, number

__all__ = ["score_bar", "score_ruler", "turn_pips"]


def _at(value: float, low: float, high: float) -> float:
    return round(min(100.0, max(0.0, 100 * (value - low) / ((high - low) or 1.0))), 2)


def score_bar(
    now: float,
    draft: float | None = None,
    interval: tuple[float, float] | None = None,
    *,
    low: tuple[float, str] = (0.0, ""),
    high: tuple[float, str] = (100.0, ""),
    name: str | None = None,
    digits: int = 0,
) -> Markup:
    """The score in the top bar: a figure, what the draft makes of it, and a ruler from ``low`` to ``high`` (value, words).

    ``interval`` is where nine worlds in ten put the draft.
    """
    ends = (low[0], high[0])
    told = _("Score {now}").format(now=number(now, digits))
    marks = [
        el("div", class_="ax"),
        el("div", class_="fill", style=f"width:{_at(now, *ends)}%"),
    ]
    if interval is not None:
        a, b = _at(interval[0], *ends), _at(interval[1], *ends)
        marks.append(el("div", class_="band", style=f"left:{a}%;width:{round(b - a, 2)}%"))
    marks.append(el("i", class_="mk", style=f"left:{_at(now, *ends)}%"))
    if draft is not None:
        marks.append(el("i", class_="mk d", style=f"left:{_at(draft, *ends)}%"))
        told += _(", with your draft {draft}").format(draft=number(draft, digits))
    marks.append(el("span", f"{number(low[0], 0)} {low[1]}".strip(), class_="lb", style="left:0"))
    marks.append(el("span", f"{number(high[0], 0)} {high[1]}".strip(), class_="lb", style="right:0"))
    shown = (
        el("span", _("{score} with draft").format(score=number(draft, digits)), class_="delta inkdraft")
        if draft is not None
        else None
    )
    head = el(
        "div", el("span", name or _("Mandate score"), class_="sub nw"), question("term", "score"), class_="row", style="gap:5px"
    )
    figure = el("div", el("span", number(now, digits), class_="big"), shown, class_="row", style="gap:6px")
    scale = el("div", marks, class_="scale hide-m", style="width:216px", role="img", aria_label=told)
    return el("div", el("div", head, figure), scale, class_="row", style="gap:12px")


def score_ruler(
    own: float,
    interval: tuple[float, float],
    others: Sequence[tuple[str, float]] = (),
    *,
    low: tuple[float, str],
    high: tuple[float, str],
    digits: int = 0,
) -> Markup:
    """The debrief's ruler: one's own score with its interval, others' marks, and what the ends mean. Labels that would meet stand
    on different lines."""
    ends = (low[0], high[0])
    a, b, me = _at(interval[0], *ends), _at(interval[1], *ends), _at(own, *ends)
    parts: list[Markup] = [
        el("div", class_="ax"),
        el("div", class_="fill2", style=f"width:{me}%"),
        el("div", class_="iv", style=f"left:{a}%;width:{round(b - a, 2)}%"),
        el("i", class_="me", style=f"left:{me}%"),
    ]
    ends_at: list[float] = []
    for place, value in sorted(others, key=lambda pair: pair[1]):
        x = _at(value, *ends)
        row = next((k for k, end in enumerate(ends_at) if x - end >= 9), len(ends_at))
        ends_at[row : row + 1] = [x]
        colour = css_name(jurisdiction_token(place))
        figure = el("span", " ", number(value, digits), class_="hide-s")
        parts.append(el("i", class_="pt", style=f"--c:{colour};left:{x}%"))
        parts.append(el("span", el("b", place), figure, class_="who", style=f"left:{x}%;top:{80 + 14 * row}px"))
    you = el(
        "span",
        el("b", number(own, digits)),
        el("span", _("you, {low} to {high}").format(low=number(interval[0], digits), high=number(interval[1], digits))),
        class_="you",
        style=f"left:{min(max(me, 8), 92)}%",
    )
    foot = 84 + 14 * max(len(ends_at), 1)
    edges = [
        el("span", el("b", number(low[0], 0)), f" {low[1]}", class_="edge", style=f"left:0;top:{foot}px"),
        el("span", el("b", number(high[0], 0)), f" {high[1]}", class_="edge r", style=f"right:0;top:{foot}px"),
    ]
    told = _("Score {own}, in nine worlds of ten {low} to {high}. Others: {others}").format(
        own=number(own, digits),
        low=number(interval[0], digits),
        high=number(interval[1], digits),
        others=", ".join(f"{place} {number(value, digits)}" for place, value in others) or _("none"),
    )
    return el("div", join(parts), you, edges, class_="ruler", style=f"height:{foot + 30}px", role="img", aria_label=told)


def turn_pips(turn: int, turns: int) -> Markup:
    """Turns as small marks: done, now, to come."""
    marks = [el("i", class_="done" if k < turn else "now" if k == turn else None) for k in range(1, turns + 1)]
    return el("div", marks, class_="pips", aria_hidden=True) if turns <= 24 else Markup("")
