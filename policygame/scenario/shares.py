"""Shares that make up a whole: their sums are checked, then published shares that round to 99 or 101 are scaled to one.

Scaled on loading: destinations of a segment, wafer sources and packagers of a product, suppliers of an item to a
packager. A range that stands with a share is scaled with it, so that a draw keeps its shape. Shares of products
within a segment are checked only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

from policygame.catalogue import Quarter
from policygame.scenario.numbers import Number
from policygame.scenario.problems import Problem
from policygame.scenario.schema import Link, Product, Scenario, Source
from policygame.scenario.spot import Spot

__all__ = ["TOLERANCE", "check_product_shares", "check_share_sums", "normalised"]

TOLERANCE = 0.02
"""How far from one a sum of shares may be."""

_EXACT = 1e-9
Key = TypeVar("Key")


def check_share_sums(top: Spot) -> Iterator[Problem]:
    """Sums of destinations, sources and supply links are one, within the tolerance."""
    for _, segment in top.at("segments").entries():
        destinations = segment.at("destinations")
        yield from _whole(destinations, [share for _, share in destinations.entries()])
    for _, designer in top.at("designers").entries():
        for product in designer.at("products").items():
            for field in ("wafers", "packagers"):
                yield from _whole(product.at(field), [source.at("share") for source in product.at(field).items()])
    for (packager, item), shares in _link_shares(top).items():
        yield from _whole(shares[-1], shares, f" for the {item} of {packager}")


def _link_shares(top: Spot) -> dict[tuple[str, str], list[Spot]]:
    """The shares of the links that supply an item to a packager."""
    shares: dict[tuple[str, str], list[Spot]] = {}
    for link in top.at("links").items():
        for packager in dict.fromkeys(word for word, _ in link.at("packagers").words()):
            item = link.at("item").text()
            if item is not None:
                shares.setdefault((packager, item), []).append(link.at("share"))
    return shares


def _whole(spot: Spot, shares: Iterable[Spot], what: str = "") -> Iterator[Problem]:
    values = [share.number() for share in shares]
    known = [value for value in values if value is not None]
    if spot.missing or len(known) < len(values):
        return
    if abs(sum(known) - 1.0) > TOLERANCE + _EXACT:
        yield spot.problem(f"shares{what} that sum to {sum(known):g}", f"shares that sum to 1 (within {TOLERANCE})")


def check_product_shares(top: Spot) -> Iterator[Problem]:
    """Shares of products in a segment, counting those that are sold from the start, sum to one.

    The rule: a product's share is that of the segment's demand in the whole world, so a product with ``only_to`` or ``not_to``
    counts like any other; within a destination, the shares of what may be sold there are in proportion. And something is
    sold in every destination that has demand.
    """
    start = top.at("start").quarter()
    sold: dict[str | None, list[Spot]] = {}
    for product in _sold_from_start(top, start):
        sold.setdefault(product.at("segment").text(), []).append(product)
    for name, segment in top.at("segments").entries():
        products = sold.get(name, [])
        if not products:
            yield segment.problem("a segment of which no product is sold from the start", "a segment with at least one product")
            continue
        known = [share for share in (product.at("share").number() for product in products) if share is not None]
        if len(known) == len(products) and abs(sum(known) - 1.0) > TOLERANCE + _EXACT:
            found = f"shares of the products sold from the start that sum to {sum(known):g}"
            yield segment.problem(found, f"shares that sum to 1 (within {TOLERANCE})")
        for place, share in segment.at("destinations").entries():
            if share.number() and not any(_sold_in(product, place) for product in products):
                found = f"demand in {place}, where no product is sold from the start"
                yield share.problem(found, "demand for at least one product")


def _sold_from_start(top: Spot, start: Quarter | None) -> Iterator[Spot]:
    for _, designer in top.at("designers").entries():
        for product in designer.at("products").items():
            enters = product.at("starts").quarter()
            if not (enters and start and enters > start):
                yield product


def _sold_in(product: Spot, place: str) -> bool:
    only_to = [word for word, _ in product.at("only_to").words()]
    return (not only_to or place in only_to) and place not in [word for word, _ in product.at("not_to").words()]


def normalised(scenario: Scenario) -> Scenario:
    """The scenario with every whole scaled to sum to one; shares that do already are left as they are."""
    segments = {
        name: segment.model_copy(update={"destinations": _scaled(segment.destinations)})
        for name, segment in scenario.segments.items()
    }
    designers = {
        name: designer.model_copy(update={"products": tuple(_product(product) for product in designer.products)})
        for name, designer in scenario.designers.items()
    }
    return scenario.model_copy(update={"segments": segments, "designers": designers, "links": tuple(_links(scenario.links))})


def _product(product: Product) -> Product:
    return product.model_copy(update={"wafers": _sources(product.wafers), "packagers": _sources(product.packagers)})


def _sources(sources: tuple[Source, ...]) -> tuple[Source, ...]:
    shares = _scaled({index: source.share for index, source in enumerate(sources)})
    return tuple(source.model_copy(update={"share": shares[index]}) for index, source in enumerate(sources))


def _links(links: tuple[Link, ...]) -> Iterator[Link]:
    """Links with the shares that each packager needs; a link splits where its packagers need different ones."""
    sums: dict[tuple[str, str], float] = {}
    for link in links:
        for packager in link.packagers:
            key = (packager, link.item)
            sums[key] = sums.get(key, 0.0) + link.share.value
    for link in links:
        groups: dict[float, list[str]] = {}
        for packager in link.packagers:
            groups.setdefault(_factor(sums[packager, link.item]), []).append(packager)
        for factor, packagers in groups.items():
            yield link.model_copy(update={"packagers": tuple(packagers), "share": _times(link.share, factor)})


def _scaled(shares: Mapping[Key, Number]) -> dict[Key, Number]:
    factor = _factor(sum(share.value for share in shares.values()))
    return {key: _times(share, factor) for key, share in shares.items()}


def _factor(total: float) -> float:
    return 1.0 if total <= 0.0 or abs(total - 1.0) <= _EXACT else 1.0 / total


def _times(share: Number, factor: float) -> Number:
    if factor == 1.0:
        return share
    ranges = {
        name: (min(1.0, low * factor), min(1.0, high * factor))
        for name, (low, high) in (("assumption", share.assumption or (0.0, 0.0)), ("range", share.range or (0.0, 0.0)))
        if getattr(share, name) is not None
    }
    return share.model_copy(update={"value": min(1.0, share.value * factor), **ranges})
