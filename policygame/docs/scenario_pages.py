"""The page of a scenario: every number with its source, section by section; relations, and dated decisions."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from pydantic import BaseModel

from policygame.catalogue import JURISDICTIONS, SEGMENTS, STAGES, TECHNOLOGIES
from policygame.docs.markdown import Row, code, linked, number_text, source_text, table
from policygame.scenario import Number, Scenario, SourcedNumber
from policygame.scenario.problems import Path, path_text
from policygame.scenario.schema import (
    Card,
    DatedNumber,
    Designer,
    Firm,
    Generation,
    Jurisdiction,
    Line,
    LineShell,
    Product,
    Recipe,
    Segment,
    Source,
)

__all__ = ["scenario_page"]

SECTIONS = {
    "jurisdictions": "Jurisdictions",
    "technologies": "Packaging technologies",
    "stages": "Other stages",
    "segments": "Segments",
    "firms": "Firms",
    "designers": "Designers",
}
_NAMES = {
    **{place.id: place.name for place in JURISDICTIONS.values()},
    **{stage.id: stage.name for stage in STAGES.values()},
    **{technology.id: technology.name for technology in TECHNOLOGIES.values()},
    **{segment.id: segment.name for segment in SEGMENTS.values()},
}


def scenario_page(scenario: Scenario) -> str:
    """Every number of a scenario with its source; firms, lines, products, links and history in words."""
    numbers = {number.path: number for number in scenario.numbers()}
    parts = [_head(scenario, list(numbers.values()))]
    for section, title in SECTIONS.items():
        parts.append(f"## {title}\n")
        for name, entry in getattr(scenario, section).items():
            parts.append(f"### {name}{f' ({_NAMES[name]})' if name in _NAMES else ''}\n")
            facts = [f"* {fact}" for fact in _facts(entry)]
            parts += [*facts, ""] if facts else []
            found = _labelled((section, name), entry, ())
            parts.append(
                table(["number", "value", "unit", "source"], (_row(label, numbers[path_text(path)]) for path, label in found))
            )
    if scenario.disruptions:
        parts += ["## Disruptions\n", _disruptions(scenario, numbers)]
    parts += ["## Links\n\nWho supplies whom at the start, firm by firm.\n", _links(scenario)]
    parts += ["## History\n\nDecisions that governments took or have announced, as lines of a policy.\n", _history(scenario)]
    return "\n".join(parts)


def _head(scenario: Scenario, numbers: list[SourcedNumber]) -> str:
    rests = {
        "a published figure": "figure",
        "arithmetic on published figures": "derived",
        "an assumption with a range": "assumption",
    }
    counts = [[words, str(sum(getattr(n.number, field) is not None for n in numbers))] for words, field in rests.items()]
    counts.append(["drawn anew in every world (counted above too)", str(sum(n.number.draw for n in numbers))])
    counts.append(["fitted to history (counted above too)", str(sum(n.number.fitted for n in numbers))])
    lines = sum(len(firm.lines) for firm in scenario.firms.values())
    products = sum(len(designer.products) for designer in scenario.designers.values())
    return (
        f"# Scenario {scenario.name}: {scenario.title}\n\n{scenario.summary.strip()}\n\nStarts {scenario.start}, play begins "
        f"{scenario.play_from}, last quarter {scenario.end}; a turn is {scenario.quarters_per_turn} quarters. "
        f"{len(scenario.firms)} firms with {lines} lines, {len(scenario.designers)} designers with {products} products. "
        f"Behavioural parameters are in [parameters.md](parameters.md). Hash of the content: `{scenario.hash}`.\n\n"
        + _card(scenario)
        + table(["what a number rests on", "how many"], counts)
    )


def _disruptions(scenario: Scenario, numbers: dict[str, SourcedNumber]) -> str:
    """What will come in a window of quarters, with its numbers."""
    told = []
    for n, coming in enumerate(scenario.disruptions):
        what = f"{coming.jurisdiction}, beginning {coming.first} to {coming.last}"
        for field in ("depth", "duration_quarters"):
            told.append(_row(f"{what}: {field}", numbers[path_text(("disruptions", n, field))]))
    return table(["number", "value", "unit", "source"], told)


def _card(scenario: Scenario) -> str:
    """For whoever chooses a scenario for a group."""
    card = scenario.card
    if card is None:
        return ""
    goals, questions = (" ".join(words) for words in (card.goals, card.questions))
    return (
        f"For a group: {card.level}, about {card.minutes} minutes, seats {', '.join(card.roles)} first. Goals: {goals} "
        f"To ask afterwards: {questions}\n\n{_first_moves(card)}"
    )


def _first_moves(card: Card) -> str:
    """What each seat is told to try first."""
    if not card.first_moves:
        return ""
    rows = [[seat, f"`{move.line}`", move.sentence] for seat, move in card.first_moves.items()]
    return "What a seat is told to try first:\n\n" + table(["seat", "decision", "what worlds show"], rows) + "\n"


def _row(label: str, sourced: SourcedNumber) -> Row:
    return [label, number_text(sourced.value), sourced.unit, source_text(sourced.number)]


def _labelled(path: Path, value: object, words: tuple[str, ...]) -> Iterator[tuple[Path, str]]:
    """Address and name in words of every number below a value."""
    if isinstance(value, Number):
        yield path, ": ".join(words)
    elif isinstance(value, BaseModel):
        for field in type(value).model_fields:
            child = getattr(value, field)
            named = field if isinstance(child, Number) and field != "value" else ""
            yield from _labelled((*path, field), child, (*words, named) if named else words)
    elif isinstance(value, dict):
        for key, child in value.items():
            yield from _labelled((*path, key), child, (*words, f"{path[-1]} {key}"))
    elif isinstance(value, tuple):
        for index, child in ((n, child) for n, child in enumerate(value) if isinstance(child, BaseModel)):
            yield from _labelled((*path, index), child, (*words, _item(str(path[-1]), child)))


def _item(field: str, item: object) -> str:
    """What an entry of a list is called."""
    if isinstance(item, Line):
        return f"{item.stage} in {item.jurisdiction}"
    if isinstance(item, Source):
        by = "packaging by" if field == "packagers" else f"{field} from"
        return f"{by} {item.firm}" + (f" in {item.jurisdiction}" if item.jurisdiction else "")
    if isinstance(item, LineShell):
        return f"shell of {item.quarter}"
    if isinstance(item, Product):
        return item.segment
    if isinstance(item, Recipe):
        return item.technology
    if isinstance(item, Generation):
        return f"from {item.quarter}"
    assert isinstance(item, DatedNumber), type(item)
    return f"{field} from {item.quarter}"


def _facts(entry: object) -> list[str]:
    """What an entry says beside its numbers."""
    if isinstance(entry, Jurisdiction):
        facts = [f"trusts at the start, beside itself: {', '.join(entry.allies) or 'nobody'}"]
        return facts + ([f"its government may use {code(entry.government.levers)}"] if entry.government is not None else [])
    if isinstance(entry, Segment):
        return ["buys only packages from trusted jurisdictions"] if entry.trusted_only else []
    if isinstance(entry, Firm):
        told = [f"{entry.kind}, headquarters in {entry.headquarters}", *([entry.note] if entry.note else [])]
        special = [f"{line.access}: {line.stage} in {line.jurisdiction}" for line in entry.lines if line.access != "merchant"]
        return told + ([f"lines that are not open to everybody: {'; '.join(special)}"] if special else [])
    if isinstance(entry, Designer):
        captive = [f"may use the captive lines of {entry.captive_of}"] if entry.captive_of else []
        return [f"headquarters in {entry.headquarters}", *captive, *(_product(product) for product in entry.products)]
    return []


def _product(product: Product) -> str:
    steps = [(None, ""), *((generation.node_nm, generation.quarter) for generation in product.generations)]
    nodes = ", ".join(f"{node} nm from {quarter}" for (before, _), (node, quarter) in pairwise(steps) if node != before)
    limits = [f"sold only to {', '.join(product.only_to)}"] if product.only_to else []
    limits += [f"not sold to {', '.join(product.not_to)}"] if product.not_to else []
    limits += [f"enters in {product.starts}"] if product.starts else []
    recipes = code(recipe.technology for recipe in product.generations[0].recipes)
    return "; ".join([f"{product.segment}: dies from {product.stage} ({nodes}), packaged by {recipes}", *limits])


def _links(scenario: Scenario) -> str:
    def row(n: int) -> Row:
        link = scenario.links[n]
        part, able = link.share, link.qualification
        return [
            link.item,
            link.supplier,
            ", ".join(link.packagers),
            f"{number_text(part.value)} ({source_text(part)})",
            f"{number_text(able.value)} ({source_text(able)})",
        ]

    columns = ["item", "supplier", "packagers", "share of their needs", "qualification"]
    return table(columns, (row(n) for n in range(len(scenario.links))))


def _history(scenario: Scenario) -> str:
    rows = [
        [
            government,
            f"`{decision.line}`",
            linked(f"figure {decision.figure}") if decision.figure else f"assumption: {decision.assumption}",
        ]
        for government, decisions in scenario.history.items()
        for decision in decisions
    ]
    return table(["government", "decision", "source"], rows) if rows else "None.\n"
