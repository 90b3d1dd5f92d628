"""Figures in a strip: tabs that choose the metric of the chart below, and plain key figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from policygame.web.help import question
from policygame.web.markup import Markup, el, join
from policygame.web.text import _

__all__ = ["Figure", "Tab", "figures", "metric_tabs", "tabs"]


@dataclass(frozen=True)
class Tab:
    """A metric of the strip: ``value`` now, ``change`` what the draft makes of it at the horizon ("17 → 12"), "" for nothing."""

    id: str
    label: str
    value: str
    change: str = ""


@dataclass(frozen=True)
class Figure:
    """A key figure. ``trend`` is "worse", "better" or "" and colours ``delta``; ``help`` is a kind and id for the ``?``."""

    label: str
    value: str
    unit: str = ""
    delta: str = ""
    trend: str = ""
    help: tuple[str, str] | None = None


def metric_tabs(shown: Sequence[Tab], chosen: str, *, act: str = "metric", label: str | None = None) -> Markup:
    """The strip. Pressing a figure sends ``act`` with its id."""

    def one(tab: Tab) -> Markup:
        return el(
            "button",
            el("span", tab.label, class_="l"),
            el("span", tab.value, class_="v"),
            el("span", tab.change or "\N{NO-BREAK SPACE}", class_="d"),
            class_="met",
            type="button",
            role="tab",
            aria_selected=tab.id == chosen,
            data_act=act,
            data_value=tab.id,
            data_key=f"met-{tab.id}",
        )

    return el("div", [one(tab) for tab in shown], class_="mets", role="tablist", aria_label=label or _("Metric"))


def tabs(choices: Sequence[tuple[str, str]], chosen: str, *, act: str, label: str, look: str = "tabs") -> Markup:
    """Tabs (``look`` "tabs") or a segmented choice ("seg") between (id, words); pressing one sends ``act`` with its id."""
    if look == "seg":
        parts = [
            el("button", words, type="button", aria_pressed=id == chosen, data_act=act, data_value=id, data_key=f"{act}-{id}")
            for id, words in choices
        ]
        return el("div", parts, class_="seg", role="group", aria_label=label)
    parts = [
        el(
            "button",
            words,
            class_="tab",
            type="button",
            role="tab",
            aria_selected=id == chosen,
            data_act=act,
            data_value=id,
            data_key=f"{act}-{id}",
        )
        for id, words in choices
    ]
    return el("div", parts, class_="tabs", role="tablist", aria_label=label)


def figures(shown: Sequence[Figure]) -> Markup:
    """Key figures beside each other."""

    def one(figure: Figure) -> Markup:
        arrow = {"worse": "bad", "better": "good"}.get(figure.trend, "mute")
        mark = question(*figure.help) if figure.help else None
        delta = el("span", figure.delta, class_=f"delta {arrow}") if figure.delta else None
        value = [figure.value, " ", el("small", figure.unit), " " if delta else "", delta]
        return el("div", el("div", figure.label, mark, class_="l"), el("div", value, class_="v"), class_="kpi")

    return el("div", join([one(figure) for figure in shown]), class_="kpis")
