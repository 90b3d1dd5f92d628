"""The ladder: what one per cent more of each stage is worth, the one that binds lit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from policygame.web.help import question
from policygame.web.markup import Markup, classes, el, join
from policygame.web.palette import css_name, stage_token
from policygame.web.text import _, change, percent

__all__ = ["Rung", "ladder"]


@dataclass(frozen=True)
class Rung:
    """A stage: ``used`` is the share of its capacity in use (None: not known), ``worth`` what one per cent more adds, in per cent."""

    stage: str
    name: str
    worth: float
    used: float | None = None
    binds: bool = False


def ladder(rungs: Sequence[Rung], *, of: str, heading: bool = True) -> Markup:
    """The stages, most worth first. ``of`` says of what the worth is a per cent ("% accelerators")."""
    most = max((abs(rung.worth) for rung in rungs), default=0.0) or 1.0

    def one(rung: Rung) -> Markup:
        colour = css_name(stage_token(rung.stage))
        bar = el("i", style=f"width:{max(1.5, 100 * abs(rung.worth) / most):.1f}%;--c:{colour}")
        used = percent(rung.used) if rung.used is not None else ""
        worth = change(rung.worth, 2)
        binds = el("span", ", ", _("binds"), class_="vh") if rung.binds else None
        return el(
            "li",
            el(
                "span",
                el("i", class_="sw round", style=f"--c:{colour}"),
                el("span", rung.name, binds),
                class_="row",
                style="gap:6px",
            ),
            el("span", used, class_="use"),
            el("span", bar, class_="bar", aria_hidden=True),
            el("span", worth, class_="r"),
            class_=classes("lad", hot=rung.binds),
            data_key=f"rung-{rung.stage}",
        )

    head = el(
        "div",
        el(
            "span",
            el("span", _("What 1 % more is worth"), class_="micro", style="color:var(--ink2)"),
            question("term", "ladder"),
            class_="row",
            style="gap:5px",
        ),
        el("span", of, class_="micro"),
        class_="between",
        style="padding:0 6px",
    )
    ordered = sorted(rungs, key=lambda rung: -rung.worth)
    return join([head if heading else None, el("ul", [one(rung) for rung in ordered], class_="ladder")])
