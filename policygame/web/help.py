"""What the ``?`` beside a word says: definition, formula, unit and cost rule, read from the catalogues.

The texts live in the catalogues, except the few words of the pages themselves (``TERMS``). The panel is opened by ``page.js``.
"""

from __future__ import annotations

from collections.abc import Mapping

from policygame.catalogue import JURISDICTIONS, LEVERS, METRICS, SEGMENTS, STAGES, TECHNOLOGIES, Lever, Metric
from policygame.web.markup import Markup, el
from policygame.web.text import _, number

__all__ = ["TERMS", "help_name", "help_text", "question"]

TERMS: Mapping[str, tuple[str, str]] = {
    "treasury": (
        "Treasury",
        "What this government can spend this turn: money left over, the turn's income, less what earlier decisions already made "
        "due. Now is paid or reserved this turn; later is what the same settings are expected to cost afterwards.",
    ),
    "score": (
        "Mandate score",
        "What this government's decisions changed in its mandate, beside the same worlds in which it alone does nothing (0). A part of "
        "weight 20 is worth 20 points when it is moved as far as bots move it at most, in nine of ten of their games; thrift counts as it "
        "stands. Turns and the debrief count on this one scale; the parts and their weights are in the briefing.",
    ),
    "scale": (
        "Score on the bots' scale",
        "The mandate's parts, each in spans - how far nine in ten of all games of bots move it at most - against the same worlds in which "
        "nobody acts, and no part counts for more than one and a quarter span, nor for less than half a span lost. It says how good the "
        "outcome is, whoever brought it about; what it would be had only you done nothing stands beside it. Points say what your own "
        "decisions changed, in the same spans.",
    ),
    "worlds": (
        "Two hundred worlds",
        "The same game run on with 200 different draws of luck: demand, outages, delays. None of them is the future of this "
        "game. Half of the worlds lie in the darker band, nine in ten in the lighter one.",
    ),
    "in_force": (
        "In force",
        "What is set now and stays so if you send nothing. A setting holds until you change it or its end date comes.",
    ),
    "draft": (
        "Your draft",
        "What you have moved and not yet sent. It is kept on the server for your seat alone; nobody else sees it.",
    ),
    "binding": (
        "The stage that binds",
        "The stage of which one per cent more would let through the most. More of any other stage only makes its queue longer.",
    ),
    "ladder": (
        "What one per cent more is worth",
        "How much more would be delivered, in per cent, if this stage alone had one per cent more capacity. In use is the share "
        "of its capacity that works this quarter.",
    ),
    "attribution": (
        "Which decisions mattered",
        "The game is replayed without one decision, in the same worlds, and the difference is its part. The line holds nine worlds "
        "in ten. Parts overlap, so they do not add up.",
    ),
    "leadership": (
        "Leadership",
        "Who leads depends on what is counted: fabs, packaging, the whole chain, the frontier, or a weighted mix.",
    ),
}
"""Words of the pages by id: what it is called, and a sentence or two."""


def help_name(kind: str, name: str) -> str:
    """What the thing of this kind ("lever", "metric", "stage", "segment", "place", "term") and id is called; the id if unknown."""
    if kind == "term" and name in TERMS:
        return _(TERMS[name][0])
    found = {"lever": LEVERS, "metric": METRICS, "stage": {**STAGES, **TECHNOLOGIES}, "segment": SEGMENTS, "place": JURISDICTIONS}
    thing = found.get(kind, {}).get(name)
    return _(thing.name) if thing is not None else name


def question(kind: str, name: str, label: str | None = None) -> Markup:
    """The ``?`` button of a thing; ``label`` says in a sentence's middle what it asks about (default: its name)."""
    asks = _("What is {thing}?").format(thing=label or help_name(kind, name))
    return el("button", "?", class_="q", type="button", aria_label=asks, aria_expanded=False, data_help=f"{kind}/{name}")


def help_text(kind: str, name: str) -> Markup | None:
    """The panel's content; None for a thing that does not exist."""
    if kind == "lever" and name in LEVERS:
        return _lever(LEVERS[name])
    if kind == "metric" and name in METRICS:
        return _metric(METRICS[name])
    if kind == "term" and name in TERMS:
        title, sentence = TERMS[name]
        return _panel(_(title), _(sentence), [])
    if kind == "stage" and name in {**STAGES, **TECHNOLOGIES}:
        stage = {**TECHNOLOGIES, **STAGES}[name]
        return _panel(_(stage.name), _(stage.sentence), [(_("Unit"), stage.unit)] if name in STAGES else [])
    if kind == "segment" and name in SEGMENTS:
        return _panel(_(SEGMENTS[name].name), _(SEGMENTS[name].sentence), [])
    return None


def _lever(lever: Lever) -> Markup:
    bounds = _("{low} to {high} {unit}").format(low=number(lever.low), high=number(lever.high), unit=lever.unit)
    terms = [(_(name.replace("_", " ").capitalize()), _(option.sentence)) for name, option in lever.options.items()]
    facts = [(_("How it acts"), _(lever.mechanism)), (_("What it costs"), _(lever.cost_rule)), (_("Bounds"), bounds), *terms]
    return _panel(_(lever.name), _(lever.sentence), facts)


def _metric(metric: Metric) -> Markup:
    return _panel(
        _(metric.name), _(metric.sentence), [(_("Formula"), _(metric.definition)), (_("Unit"), metric.unit or _("none"))]
    )


def _panel(name: str, sentence: str, facts: list[tuple[str, str]]) -> Markup:
    close = el("button", "\N{MULTIPLICATION SIGN}", class_="x", type="button", data_close=True, aria_label=_("Close"))
    listed = el("dl", [el("div", el("dt", term), el("dd", words)) for term, words in facts]) if facts else None
    return el("div", close, el("h2", name), el("p", sentence), listed)
