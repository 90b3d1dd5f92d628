"""Figures in a strip: tabs that choose the metric of the chart below, and plain key figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from policygame.web.help import question
from policygame.web.markup import Child, Markup, el, join
from policygame.web.text import _

__all__ = ["Figure", "Tab", "figures", "metric_tabs", "tab_id", "tabs"]


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


def metric_tabs(
    shown: Sequence[Tab], chosen: str, *, act: str = "metric", label: str | None = None, panel: str | None = None
) -> Markup:
    """The strip. Pressing a figure sends ``act`` with its id; ``panel`` as in ``tabs``."""

    def one(tab: Tab) -> Markup:
        parts = [
            el("span", tab.label, class_="l"),
            el("span", tab.value, class_="v"),
            el("span", tab.change or "\N{NO-BREAK SPACE}", class_="d"),
        ]
        return _tab(parts, tab.id, tab.id == chosen, act, panel, "met")

    return el("div", [one(tab) for tab in shown], class_="mets", role="tablist", aria_label=label or _("Metric"))


def tabs(
    choices: Sequence[tuple[str, str]], chosen: str, *, act: str, label: str, look: str = "tabs", panel: str | None = None
) -> Markup:
    """Tabs (``look`` "tabs") or a segmented choice ("seg") between (id, words); pressing one sends ``act`` with its id.

    Tabs are one stop of the tab key; arrows, Home and End move between them (``page.js``). ``panel`` is the id of the element that
    they fill: its role is "tabpanel", and what it is labelled by ``tab_id`` names.
    """
    if look == "seg":
        parts = [
            el("button", words, type="button", aria_pressed=id == chosen, data_act=act, data_value=id, data_key=f"{act}-{id}")
            for id, words in choices
        ]
        return el("div", parts, class_="seg", role="group", aria_label=label)
    parts = [_tab(words, id, id == chosen, act, panel, "tab") for id, words in choices]
    return el("div", parts, class_="tabs", role="tablist", aria_label=label)


def tab_id(panel: str, chosen: str) -> str:
    """The id of the element of a panel's tab, for the panel's ``aria-labelledby``."""
    return f"{panel}-by-{chosen}"


def _tab(words: Child, id: str, selected: bool, act: str, panel: str | None, look: str) -> Markup:
    return el(
        "button",
        words,
        class_=look,
        id=tab_id(panel, id) if panel else None,
        type="button",
        role="tab",
        tabindex=0 if selected else -1,
        aria_selected=selected,
        aria_controls=panel,
        data_act=act,
        data_value=id,
        data_key=f"{act}-{id}",
    )


def figures(shown: Sequence[Figure]) -> Markup:
    """Key figures beside each other."""

    def one(figure: Figure) -> Markup:
        arrow = {"worse": "bad", "better": "good"}.get(figure.trend, "mute")
        mark = question(*figure.help) if figure.help else None
        delta = el("span", figure.delta, class_=f"delta {arrow}") if figure.delta else None
        value = [figure.value, " ", el("small", figure.unit), " " if delta else "", delta]
        return el("div", el("div", figure.label, mark, class_="l"), el("div", value, class_="v"), class_="kpi")

    return el("div", join([one(figure) for figure in shown]), class_="kpis")
