"""Which decisions mattered: a bar for each with its interval, and a switch that replays the game without it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from policygame.web.markup import Markup, classes, el, join
from policygame.web.text import _, change, number

__all__ = ["Decision", "attribution_bars"]


@dataclass(frozen=True)
class Decision:
    """A decision of a turn: what it added to the score, with the interval of nine worlds in ten. ``kept``: the switch is on."""

    id: str
    turn: int
    name: str
    words: str
    added: float
    low: float
    high: float
    kept: bool = True

    @property
    def clear(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.low > 0 or self.high < 0


def attribution_bars(decisions: Sequence[Decision], *, act: str | None = "keep", digits: int = 1) -> Markup:
    """Rows, in the order given. A switch sends ``act`` with the decision's id; no switches without ``act``."""
    low = min([0.0, *(d.low for d in decisions), *(d.added for d in decisions)])
    high = max([0.0, *(d.high for d in decisions), *(d.added for d in decisions)])
    span = (high - low) or 1.0

    def at(value: float) -> float:
        return round(2 + 96 * (value - low) / span, 2)

    def one(d: Decision) -> Markup:
        colour = "var(--line3)" if not d.clear else "var(--draft)" if d.added > 0 else "var(--worse)"
        left, right = at(min(0.0, d.added)), at(max(0.0, d.added))
        bar = el(
            "div",
            el("span", class_="z", style=f"left:{at(0)}%"),
            el("i", class_="m", style=f"left:{left}%;width:{max(0.6, right - left):.2f}%;background:{colour}"),
            el("span", class_="wk", style=f"left:{at(d.low)}%;width:{max(0.4, at(d.high) - at(d.low)):.2f}%"),
            class_="bar",
            aria_hidden=True,
        )
        unclear = el("span", " ", _("cannot be told from zero"), class_="vh") if not d.clear else None
        interval = _("{low} to {high}").format(low=number(d.low, digits), high=number(d.high, digits))
        switch = el("span", class_="nosw")
        if act is not None:
            switch = el(
                "button",
                class_="switch",
                type="button",
                role="switch",
                aria_checked=d.kept,
                aria_label=_("Keep {decision} of turn {turn}").format(decision=d.name, turn=d.turn),
                data_act=act,
                data_value=d.id,
            )
        return el(
            "li",
            el("span", _("T{turn}").format(turn=d.turn), class_="micro nw", style="color:var(--ink2)"),
            el("div", d.name, el("div", d.words, class_="micro", style="font-weight:400"), class_="nm"),
            bar,
            el("div", change(d.added, digits), el("span", interval), unclear, class_="val"),
            switch,
            class_=classes("ar", off=not d.kept),
            data_key=f"decision-{d.id}",
        )

    marks = [("var(--draft)", _("helped")), ("var(--worse)", _("hurt")), ("var(--line3)", _("cannot be told from zero"))]
    key = [el("span", el("i", class_="sw", style=f"--c:{colour}"), words) for colour, words in marks]
    hint = el("span", _("Switch one off to replay without it")) if act is not None else None
    return join([el("ul", [one(d) for d in decisions]), el("div", key, hint, class_="key", style="padding:8px 16px 4px")])
