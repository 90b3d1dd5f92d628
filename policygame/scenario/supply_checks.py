"""Who supplies whom: firms that are named exist, have what they are named for, and may sell it to whom they are named by.

Dates, places and roles are checked in ``checks``, sums of shares in ``shares``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field

from policygame.catalogue import STAGES, TECHNOLOGIES
from policygame.scenario.problems import Problem, listed, quoted, suggestion
from policygame.scenario.spot import Spot

__all__ = ["check_supply"]

_NAME = re.compile(r"[^\W_][\w &+'()/#-]{0,39}")
_INPUTS = {"hbm_stacks": "hbm", "substrate_cm2": "substrate"}
_ITEM_STAGES = {
    "wafers": tuple(name for name, stage in STAGES.items() if stage.kind == "wafers"),
    **{name: (name,) for name, stage in STAGES.items() if stage.kind == "supply"},
}


@dataclass(frozen=True)
class _Chain:
    """The file, with its firms' lines at hand: places and access of each stage of a firm, None for a firm with unsound lines."""

    top: Spot
    lines: dict[str, dict[str, list[tuple[str, str]]] | None] = field(default_factory=dict)
    makers: dict[str, dict[str, set[str]]] = field(default_factory=dict)

    @classmethod
    def of(cls, top: Spot) -> _Chain:
        chain = cls(top)
        for name, firm in top.at("firms").entries():
            stages: dict[str, list[tuple[str, str]]] | None = None if firm.at("lines").missing else {}
            for line in firm.at("lines").items():
                stage, place = line.at("stage").text(), line.at("jurisdiction").text()
                if stage is None or place is None or stage not in STAGES:
                    stages = None
                    break
                if stages is not None:
                    stages.setdefault(stage, []).append((place, line.at("access").text() or "merchant"))
                chain.makers.setdefault(stage, {}).setdefault(name, set()).add(place)
            chain.lines[name] = stages
        return chain

    def ways(self, name: str, stages: Collection[str], place: str | None) -> set[str]:
        """The ways of access to a firm's lines of some stages (in a place)."""
        lines = self.lines.get(name) or {}
        return {access for stage in stages for where, access in lines.get(stage, ()) if place in (None, where)}

    def with_one(self, stages: Collection[str], place: str | None = None) -> str:
        """The firms that have a line of one of the stages (in a place), as words."""
        makers = {
            name: None
            for stage in stages
            for name, places in self.makers.get(stage, {}).items()
            if place is None or place in places
        }
        return listed(makers)

    def designs(self) -> Iterator[tuple[Spot, Spot]]:
        """Every designer with every product."""
        for _, designer in self.top.at("designers").entries():
            for product in designer.at("products").items():
                yield designer, product


def check_supply(top: Spot) -> Iterator[Problem]:
    """Everything that is wrong with firms, relations, recipes and links."""
    chain = _Chain.of(top)
    for rule in _RULES:
        yield from rule(chain)


def _names(chain: _Chain) -> Iterator[Problem]:
    """Names of firms and designers can stand in tables and addresses."""
    for section in ("firms", "designers"):
        for name, spot in chain.top.at(section).entries():
            if not _NAME.fullmatch(name) or name != name.strip():
                allowed = "a name of up to 40 letters, digits, spaces and & + ' ( ) / # - that begins with a letter or digit"
                yield spot.problem(f"the name {quoted(name)}", allowed)


def _lines(chain: _Chain) -> Iterator[Problem]:
    """A firm has one line of a stage in a place; only packaging can be bundled with wafers."""
    for _, firm in chain.top.at("firms").entries():
        seen: set[tuple[str, str]] = set()
        for line in firm.at("lines").items():
            stage, place = line.at("stage").text(), line.at("jurisdiction").text()
            if stage is None or place is None:
                continue
            if (stage, place) in seen:
                allowed = "one line of a stage in a jurisdiction; add the capacities up"
                yield line.problem(f"a second line of {stage} in {place}", allowed)
            seen.add((stage, place))
            if line.at("access").text() == "bundled" and stage in STAGES and stage not in TECHNOLOGIES:
                allowed = "merchant, captive (only packaging can be bundled with wafers)"
                yield line.at("access").problem(f"bundled for {stage}", allowed)


def _relations(chain: _Chain) -> Iterator[Problem]:
    """Firms named by products exist, have the stage there, and give the designer access to it."""
    for _, designer in chain.top.at("designers").entries():
        yield from _firm_exists(chain, designer.at("captive_of"))
    for designer, product in chain.designs():
        stage = product.at("stage").text()
        made = (stage,) if stage is not None and stage in STAGES else ()
        for kind, stages in (("wafers", made), ("packagers", _technologies(product))):
            seen: set[tuple[str, str | None]] = set()
            for source in product.at(kind).items():
                name = source.at("firm").text()
                if name is None:
                    continue
                yield from _source(chain, designer, product, source, stages)
                key = (name, source.at("jurisdiction").text())
                if key in seen:
                    yield source.problem(f"{quoted(name)} again", "each source once; add the shares up")
                seen.add(key)


def _source(chain: _Chain, designer: Spot, product: Spot, source: Spot, stages: tuple[str, ...]) -> Iterator[Problem]:
    """One source of a product: the firm exists, has one of the stages (at the place), and the designer may use it."""
    firm, place = source.at("firm"), source.at("jurisdiction").text()
    name = firm.text() or ""
    yield from _firm_exists(chain, firm)
    if chain.lines.get(name) is None or not stages:
        return
    ways = chain.ways(name, stages, place)
    if not ways:
        where = "" if place is None else f" in {place}"
        found = f"{name}, which has no line of {' or '.join(stages)}{where}"
        yield firm.problem(found, f"firms with one: {chain.with_one(stages, place)}")
        return
    own_wafers = any(other.at("firm").text() == name for other in product.at("wafers").items())
    if (
        "merchant" in ways
        or ("captive" in ways and designer.at("captive_of").text() == name)
        or ("bundled" in ways and own_wafers)
    ):
        return
    reasons = {
        "captive": f"captive lines of {name} for a designer with 'captive_of: {name}'",
        "bundled": f"bundled lines of {name} for a product with wafers from {name}",
    }
    allowed = " and ".join(reason for way, reason in reasons.items() if way in ways)
    if allowed:
        yield firm.problem(f"{name}, whose fitting lines this product may not use", allowed)


def _recipes(chain: _Chain) -> Iterator[Problem]:
    """Generations of a product list the same technologies in the same order, each once; its packagers offer each."""
    for _, product in chain.designs():
        first: list[str] = []
        for generation in product.at("generations").items():
            words = [recipe.at("technology").text() for recipe in generation.at("recipes").items()]
            listed_here = [word for word in words if word in TECHNOLOGIES and word is not None]
            if not words or len(listed_here) < len(words):
                continue
            found = f"recipes of {listed(listed_here)}"
            if len(set(listed_here)) < len(listed_here):
                yield generation.at("recipes").problem(found, "one recipe of a technology")
            elif first and listed_here != first:
                yield generation.at("recipes").problem(found, f"{listed(first)}, in this order, as in the first generation")
            first = first or listed_here
        yield from _recipes_made(chain, product)


def _recipes_made(chain: _Chain, product: Spot) -> Iterator[Problem]:
    """Every technology of a product's first recipes is offered by one of its packagers."""
    names = [source.at("firm").text() for source in product.at("packagers").items()]
    known = [chain.lines.get(name or "") for name in names]
    if not names or None in known:
        return
    offered = {stage for lines in known for stage in lines or ()}
    for generation in list(product.at("generations").items())[:1]:
        for recipe in generation.at("recipes").items():
            technology = recipe.at("technology").text()
            if technology is not None and technology in TECHNOLOGIES and technology not in offered:
                allowed = f"a technology of its packagers (firms with {technology}: {chain.with_one((technology,))})"
                yield recipe.at("technology").problem(f"{technology}, which no packager of the product has", allowed)


def _links(chain: _Chain) -> Iterator[Problem]:
    """Suppliers of links have a line of the item, packagers one of packaging; a pair is stated once."""
    seen: set[tuple[str | None, str, str | None]] = set()
    for link in chain.top.at("links").items():
        supplier, item = link.at("supplier"), link.at("item").text()
        yield from _firm_exists(chain, supplier)
        yield from _has_stage(chain, supplier, _ITEM_STAGES.get(item or "", ()))
        for word, packager in link.at("packagers").words():
            yield from _firm_exists(chain, packager)
            yield from _has_stage(chain, packager, tuple(TECHNOLOGIES))
            key = (supplier.text(), word, item)
            if key in seen and None not in key:
                found = f"the supply of {item} from {supplier.text()} to {word} again"
                yield packager.problem(found, "each relation once")
            seen.add(key)


def _inputs(chain: _Chain) -> Iterator[Problem]:
    """Memory and substrates that a product needs reach its packagers."""
    links = chain.top.at("links").items()
    linked = {(word, link.at("item").text()) for link in links for word, _ in link.at("packagers").words()}
    for _, product in chain.designs():
        packagers = [source for source in product.at("packagers").items() if source.at("firm").text() in chain.lines]
        for amount, item in _INPUTS.items():
            needs = [generation.at(amount) for generation in product.at("generations").items() if generation.at(amount).number()]
            unserved = [source for source in packagers if (source.at("firm").text(), item) not in linked]
            if not needs or not packagers:
                continue
            if len(unserved) == len(packagers):
                found = f"a need of {item}, which no link brings to a packager of the product"
                yield needs[0].problem(found, f"a link of {item} to one of them, or 0")
                continue
            for source in unserved:
                if source.at("share").number():
                    found = f"{source.at('firm').text()}, to which no link brings the {item} that the product needs"
                    yield source.at("firm").problem(found, f"packagers with a link of {item}, or a share of 0")


def _technologies(product: Spot) -> tuple[str, ...]:
    """The packaging technologies of a product's recipes."""
    recipes = (recipe for generation in product.at("generations").items() for recipe in generation.at("recipes").items())
    words = (recipe.at("technology").text() for recipe in recipes)
    return tuple(dict.fromkeys(word for word in words if word is not None and word in TECHNOLOGIES))


def _firm_exists(chain: _Chain, spot: Spot) -> Iterator[Problem]:
    name = spot.text()
    if name is not None and name not in chain.lines:
        yield spot.problem(f"unknown firm {quoted(name)}", f"{listed(chain.lines)} (under firms)", suggestion(name, chain.lines))


def _has_stage(chain: _Chain, spot: Spot, stages: tuple[str, ...]) -> Iterator[Problem]:
    name = spot.text() or ""
    if chain.lines.get(name) is not None and stages and not chain.ways(name, stages, None):
        what = "packaging" if stages == tuple(TECHNOLOGIES) else " or ".join(stages)
        yield spot.problem(f"{name}, which has no line of {what}", f"firms with one: {chain.with_one(stages)}")


_RULES: tuple[Callable[[_Chain], Iterator[Problem]], ...] = (_names, _lines, _relations, _recipes, _links, _inputs)
