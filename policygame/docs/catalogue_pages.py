"""Pages read from the catalogue and the list of bots: words, levers, metrics; who may use a lever is read from scenarios."""

from __future__ import annotations

from collections.abc import Sequence

from policygame.bots import BOTS
from policygame.catalogue import (
    INTEGRATIONS,
    JURISDICTIONS,
    LEVERS,
    METRICS,
    SEGMENTS,
    STAGES,
    TECHNOLOGIES,
    Lever,
    Metric,
    Option,
)
from policygame.docs.markdown import Row, code, number_text, table
from policygame.scenario import Scenario

__all__ = ["levers_page", "metrics_page", "words_page"]


def words_page() -> str:
    """Jurisdictions, technologies, integrations, stages, segments, bots."""
    parts = [
        "# Words\n\nThe names that scenarios, policies, tables and errors use, each declared once in `policygame/catalogue`.\n",
        "## Jurisdictions\n",
        table(["id", "name", "adjective"], ([f"`{j.id}`", j.name, j.adjective] for j in JURISDICTIONS.values())),
        "## Packaging technologies\n",
        table(["id", "name", "what it is"], ([f"`{t.id}`", t.name, t.sentence] for t in TECHNOLOGIES.values())),
        "## Integrations\n\nWays to make a product from dies that the cost function knows.\n",
        table(
            ["id", "name", "done on lines of", "what it is"],
            ([f"`{i.id}`", i.name, f"`{i.technology}`", i.sentence] for i in INTEGRATIONS.values()),
        ),
        "## Stages\n\nEach has capacity in its own unit. `kwpm` is thousand 300 mm wafers (or equivalents) a month.\n",
        table(
            ["id", "name", "capacity in", "output in", "kind", "what it is"],
            ([f"`{s.id}`", s.name, s.unit, s.output_unit, s.kind, s.sentence] for s in STAGES.values()),
        ),
        "## Segments\n",
        table(["id", "name", "what it is"], ([f"`{s.id}`", s.name, s.sentence] for s in SEGMENTS.values())),
        "## Bots\n\nStrategies that can hold the seat of a government, by the name that policies call them.\n",
        table(["name", "what it does"], ([f"`{bot.name}`", bot.sentence] for bot in BOTS.values())),
    ]
    return "\n".join(parts)


def levers_page(scenarios: Sequence[Scenario]) -> str:
    """Every lever with its bounds, options, cost rule and the governments that have it."""
    head = (
        "# Levers\n\nWhat a government can set. How a setting is written is told in [policy-lines.md](../policy-lines.md), "
        "what it does in the model, step by step, in [odd.md](../odd.md).\n"
    )
    return "\n".join([head, *(_lever(lever, scenarios) for lever in LEVERS.values())])


def _lever(lever: Lever, scenarios: Sequence[Scenario]) -> str:
    facts = [
        ["amount", f"{number_text(lever.low)} to {number_text(lever.high)} {lever.unit}"],
        ["aimed at", code(lever.items)],
        [
            "paid from",
            {"none": "no purse", "both": "the purse of what it is aimed at"}.get(lever.purse, f"the {lever.purse} purse"),
        ],
        ["fixed outlay", "yes: the same every quarter, whatever the world" if lever.fixed_outlay else "no"],
        ["cost", lever.cost_rule],
        ["acts by", lever.mechanism],
        *([f"in `{scenario.name}`", _roles(lever, scenario)] for scenario in scenarios),
    ]
    options = table(["option", "value", "required", "meaning"], (_option(name, o) for name, o in lever.options.items()))
    return f"## {lever.id}\n\n**{lever.name}.** {lever.sentence}\n\n{table(['what', ''], facts)}\n{options}"


def _option(name: str, option: Option) -> Row:
    kinds = {"jurisdictions": "jurisdictions, joined by commas", "quarter": "a quarter like 2026Q4", "flag": "no value"}
    if option.low is not None and option.high is not None:
        value = f"{number_text(option.low)} to {number_text(option.high)} {option.unit}"
    else:
        value = kinds.get(option.kind, option.unit)
    return [f"`{name}`", value, "yes" if option.required else "no", option.sentence]


def _roles(lever: Lever, scenario: Scenario) -> str:
    """Governments that may use a lever, with narrower bounds where they have them."""
    words = []
    for name, place in scenario.jurisdictions.items():
        if place.government is not None and lever.id in place.government.levers:
            bound = place.government.bounds.get(lever.id)
            words.append(f"{name} (up to {number_text(bound.value)})" if bound is not None else name)
    return ", ".join(words) or "nobody"


def metrics_page() -> str:
    """Every metric with unit, entities, items and formula in words."""
    head = (
        "# Metrics\n\nWhat is measured in every quarter of every world. `entity` and `item` are columns of the tables, "
        "explained in [reading-results.md](../reading-results.md). The code is in `policygame/model/metrics.py` and, for "
        "leadership and the components of the score, `policygame/model/standing.py`.\n"
    )
    overview = table(["metric", "name", "unit"], ([f"[{m.id}](#{m.id})", m.name, m.unit] for m in METRICS.values()))
    return "\n".join([head, overview, *(_metric(metric) for metric in METRICS.values())])


def _metric(metric: Metric) -> str:
    entities = code(metric.entities) + (" (what shares are counted by)" if metric.grouped else "")
    items = f"{metric.items}: {code(item for item in metric.item_ids)}" if metric.items else "none"
    facts = [["unit", metric.unit], ["entities", entities], ["items", items], ["formula", metric.definition]]
    facts.append(["wanted", f"{metric.better}, in the world and at home" if metric.better else "neither more nor less as such"])
    return f"## {metric.id}\n\n**{metric.name}.** {metric.sentence}\n\n{table(['what', ''], facts)}"
