"""Who supplies whom: firms that are named exist, have what they are named for, and may sell it to whom they are named by.

Dates, places and roles are checked in ``checks``, sums of shares in ``shares``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from policygame.catalogue import STAGES, TECHNOLOGIES, nearest
from policygame.scenario.problems import Problem, quoted
from policygame.scenario.spot import Spot

__all__ = ["SUPPLY_CHECKS"]

_NAME = re.compile(r"[^\W_][\w &.+'()/-]{0,39}")
_INPUTS = {"hbm_stacks": "hbm", "substrate_cm2": "substrate"}
_ITEM_STAGES = {
    "wafers": tuple(name for name, stage in STAGES.items() if stage.kind == "wafers"),
    **{name: (name,) for name, stage in STAGES.items() if stage.kind == "supply"},
}


def _names(top: Spot) -> Iterator[Problem]:
    """Names of firms and designers can stand in tables and addresses."""
    for section in ("firms", "designers"):
        for name, spot in top.at(section).entries():
            if not _NAME.fullmatch(name) or name != name.strip():
                allowed = "a name of up to 40 letters, digits, spaces and & . + ' ( ) / - that begins with a letter or digit"
                yield spot.problem(f"the name {quoted(name)}", allowed)


def _lines(top: Spot) -> Iterator[Problem]:
    """A firm has one line of a stage in a place; only packaging can be bundled with wafers."""
    for _, firm in top.at("firms").entries():
        seen: set[tuple[str, str]] = set()
        for line in firm.at("lines").items():
            stage, place = line.at("stage").text(), line.at("jurisdiction").text()
            if stage is None or place is None:
                continue
            if (stage, place) in seen:
                yield line.problem(
                    f"a second line of {stage} in {place}", "one line of a stage in a jurisdiction; add the capacities up"
                )
            seen.add((stage, place))
            if line.at("access").text() == "bundled" and stage in STAGES and stage not in TECHNOLOGIES:
                yield line.at("access").problem(
                    f"bundled for {stage}", "merchant, captive (only packaging can be bundled with wafers)"
                )


def _relations(top: Spot) -> Iterator[Problem]:
    """Firms named by products exist, have the stage there, and give the designer access to it."""
    for _, designer in top.at("designers").entries():
        captive_of = designer.at("captive_of")
        yield from _firm_exists(top, captive_of)
        for product in designer.at("products").items():
            wafer_firms = tuple(filter(None, (source.at("firm").text() for source in product.at("wafers").items())))
            stage = product.at("stage").text()
            made = (stage,) if stage is not None and stage in STAGES else ()
            recipes = _technologies(product)
            for field, stages in (("wafers", made), ("packagers", recipes)):
                seen: set[tuple[str | None, str | None]] = set()
                for source in product.at(field).items():
                    yield from _source(top, source, stages, captive_of.text(), wafer_firms)
                    key = (source.at("firm").text(), source.at("jurisdiction").text())
                    if key in seen and key[0] is not None:
                        yield source.problem(f"{quoted(key[0])} again", "each source once; add the shares up")
                    seen.add(key)
            yield from _recipes_made(top, product, recipes)


def _source(
    top: Spot, source: Spot, stages: tuple[str, ...], captive_of: str | None, wafer_firms: tuple[str, ...]
) -> Iterator[Problem]:
    """One source of a product: the firm exists, has one of the stages (at the place), and the designer may use it."""
    name, place = source.at("firm").text(), source.at("jurisdiction").text()
    missing = list(_firm_exists(top, source.at("firm")))
    yield from missing
    lines = _known_lines(top, name)
    if missing or name is None or lines is None or not stages:
        return
    fitting = [line for line in lines if line.at("stage").text() in stages and place in (None, line.at("jurisdiction").text())]
    if not fitting:
        where = f" in {place}" if place else ""
        having = ", ".join(_firms_with(top, stages, place)) or "none"
        yield source.at("firm").problem(f"{name}, which has no line of {' or '.join(stages)}{where}", f"firms with one: {having}")
        return
    ways = {line.at("access").text() or "merchant" for line in fitting}
    if ways & {"merchant"} or ("captive" in ways and captive_of == name) or ("bundled" in ways and name in wafer_firms):
        return
    reasons = []
    if "captive" in ways:
        reasons.append(f"captive lines of {name} for a designer with 'captive_of: {name}'")
    if "bundled" in ways:
        reasons.append(f"bundled lines of {name} for a product with wafers from {name}")
    if reasons:
        yield source.at("firm").problem(f"{name}, whose fitting lines this product may not use", " and ".join(reasons))


def _recipes_made(top: Spot, product: Spot, recipes: tuple[str, ...]) -> Iterator[Problem]:
    """Every technology of a product's recipes is offered by one of its packagers."""
    packagers = [source.at("firm").text() for source in product.at("packagers").items()]
    lines = [_known_lines(top, name) for name in packagers]
    if not packagers or any(known is None for known in lines):
        return
    offered = {line.at("stage").text() for known in lines for line in known or ()}
    for generation in list(product.at("generations").items())[:1]:
        for recipe in generation.at("recipes").items():
            technology = recipe.at("technology").text()
            if technology in recipes and technology not in offered:
                having = ", ".join(_firms_with(top, (technology,), None)) or "none"
                found = f"{technology}, which no packager of the product has"
                yield recipe.at("technology").problem(found, f"a technology of its packagers (firms with {technology}: {having})")


def _same_recipes(top: Spot) -> Iterator[Problem]:
    """Generations of a product list the same technologies in the same order, each once."""
    for _, designer in top.at("designers").entries():
        for product in designer.at("products").items():
            first: list[str | None] | None = None
            for generation in product.at("generations").items():
                listed = [recipe.at("technology").text() for recipe in generation.at("recipes").items()]
                if not listed or None in listed:
                    continue
                words = ", ".join(filter(None, listed))
                if len(set(listed)) < len(listed):
                    yield generation.at("recipes").problem(f"recipes of {words}", "one recipe of a technology")
                elif first is not None and listed != first:
                    allowed = f"{', '.join(filter(None, first))}, in this order, as in the first generation"
                    yield generation.at("recipes").problem(f"recipes of {words}", allowed)
                first = first or listed


def _links(top: Spot) -> Iterator[Problem]:
    """Suppliers of links have a line of the item, packagers one of packaging; a pair is stated once."""
    seen: set[tuple[str | None, str, str | None]] = set()
    for link in top.at("links").items():
        supplier, item = link.at("supplier"), link.at("item").text()
        yield from _firm_exists(top, supplier)
        yield from _has_stage(top, supplier, _ITEM_STAGES.get(item or "", ()))
        for word, packager in link.at("packagers").words():
            yield from _firm_exists(top, packager)
            yield from _has_stage(top, packager, tuple(TECHNOLOGIES))
            if (supplier.text(), word, item) in seen:
                yield packager.problem(f"the supply of {item} from {supplier.text()} to {word} again", "each relation once")
            seen.add((supplier.text(), word, item))


def _inputs(top: Spot) -> Iterator[Problem]:
    """Memory and substrates that a product needs reach its packagers."""
    linked = {(word, link.at("item").text()) for link in top.at("links").items() for word, _ in link.at("packagers").words()}
    firms = top.at("firms").names()
    for _, designer in top.at("designers").entries():
        for product in designer.at("products").items():
            packagers = [source for source in product.at("packagers").items() if source.at("firm").text() in firms]
            for field, item in _INPUTS.items():
                needs = [
                    generation.at(field) for generation in product.at("generations").items() if generation.at(field).number()
                ]
                unserved = [source for source in packagers if (source.at("firm").text(), item) not in linked]
                if not needs or not packagers:
                    continue
                if len(unserved) == len(packagers):
                    yield needs[0].problem(
                        f"a need of {item}, which no link brings to a packager of the product", f"a link of {item}, or 0"
                    )
                    continue
                for source in unserved:
                    if source.at("share").number():
                        found = f"{source.at('firm').text()}, to which no link brings the {item} that the product needs"
                        yield source.at("firm").problem(found, f"packagers with a link of {item}, or a share of 0")


def _technologies(product: Spot) -> tuple[str, ...]:
    """The packaging technologies of a product's recipes."""
    words = [
        recipe.at("technology").text()
        for generation in product.at("generations").items()
        for recipe in generation.at("recipes").items()
    ]
    return tuple(dict.fromkeys(word for word in words if word is not None and word in TECHNOLOGIES))


def _firm_exists(top: Spot, spot: Spot) -> Iterator[Problem]:
    name, firms = spot.text(), top.at("firms").names()
    if name is not None and name not in firms:
        yield spot.problem(
            f"unknown firm {quoted(name)}", f"{', '.join(firms) or 'none'} (under firms)", nearest(name[:60], firms)
        )


def _has_stage(top: Spot, spot: Spot, stages: tuple[str, ...]) -> Iterator[Problem]:
    lines = _known_lines(top, spot.text())
    if lines is not None and stages and not any(line.at("stage").text() in stages for line in lines):
        what = "packaging" if stages == tuple(TECHNOLOGIES) else " or ".join(stages)
        having = ", ".join(_firms_with(top, stages, None)) or "none"
        yield spot.problem(f"{spot.text()}, which has no line of {what}", f"firms with one: {having}")


def _known_lines(top: Spot, name: str | None) -> list[Spot] | None:
    """The lines of a firm, or None where it is not known what they are."""
    if name is None or name not in top.at("firms").names():
        return None
    lines = list(top.at("firms", name, "lines").items())
    sound = all(line.at("stage").text() in STAGES and line.at("jurisdiction").text() is not None for line in lines)
    return lines if sound and not top.at("firms", name, "lines").missing else None


def _firms_with(top: Spot, stages: tuple[str, ...], place: str | None) -> Iterator[str]:
    """Names of firms that have a line of one of the stages (in a place)."""
    for name, firm in top.at("firms").entries():
        fitting = (line for line in firm.at("lines").items() if line.at("stage").text() in stages)
        if any(place in (None, line.at("jurisdiction").text()) for line in fitting):
            yield name


SUPPLY_CHECKS: tuple[Callable[[Spot], Iterator[Problem]], ...] = (_names, _lines, _relations, _same_recipes, _links, _inputs)
