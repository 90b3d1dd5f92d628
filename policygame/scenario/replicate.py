"""A scenario several times over: what benchmarks and scaling tests run on. Reading scenarios lives in ``loading``.

Every firm, designer and link is there ``times`` times, each copy linked to its own like; demand is ``times`` as large and each
copy's products start with their share over ``times``, so a copy sees the same orders as the original did.
"""

from __future__ import annotations

from typing import TypeVar

from policygame.scenario.numbers import Number
from policygame.scenario.schema import Designer, Jurisdiction, Link, Product, Scenario, Section, Source

__all__ = ["replicate"]
Part = TypeVar("Part", bound=Section)


def replicate(scenario: Scenario, times: int) -> Scenario:
    """The scenario with ``times`` of every firm, designer and link; copies are called ``TSMC copy 2``, ``TSMC copy 3``, ...

    Demand, the purses of governments and the industry's experience grow with it. ValueError unless ``times`` is at least 1.

    >>> from policygame.scenario import load_scenario
    >>> small = load_scenario("first-game")
    >>> len(replicate(small, 3).firms) == 3 * len(small.firms)
    True
    """
    if times < 1:
        raise ValueError(f"times is {times}; allowed is a whole number of at least 1")
    if times == 1:
        return scenario
    copies = range(1, times + 1)
    copied = scenario.model_copy(
        update={
            "name": f"{scenario.name}-x{times}",
            "jurisdictions": {key: _scaled_purses(place, times) for key, place in scenario.jurisdictions.items()},
            "technologies": {key: _scaled(kind, times, "experience_kwafers") for key, kind in scenario.technologies.items()},
            "segments": {key: _scaled(segment, times, "demand_kunits_per_quarter") for key, segment in scenario.segments.items()},
            "firms": {_called(name, copy): firm for name, firm in scenario.firms.items() for copy in copies},
            "designers": {
                _called(name, copy): _designer(designer, copy, times)
                for name, designer in scenario.designers.items()
                for copy in copies
            },
            "links": tuple(_link(link, copy) for link in scenario.links for copy in copies),
        }
    )
    copied._origin = ""
    return copied


def _called(name: str, copy: int) -> str:
    return name if copy == 1 else f"{name} copy {copy}"


def _times(number: Number, factor: float, words: str) -> Number:
    low, high = number.span if number.span is not None else (number.value, number.value)
    return Number(
        value=number.value * factor,
        derived=f"{words} ({number.source})",
        range=(low * factor, high * factor),
        draw=number.draw,
    )


def _scaled(part: Part, times: int, *fields: str) -> Part:
    """The section with the named numbers ``times`` as large."""
    return part.model_copy(update={field: _times(getattr(part, field), float(times), f"{times} x") for field in fields})


def _scaled_purses(place: Jurisdiction, times: int) -> Jurisdiction:
    if place.government is None:
        return place
    government = _scaled(place.government, times, "packaging_income_musd_per_year", "fab_income_musd_per_year")
    return place.model_copy(update={"government": government})


def _designer(designer: Designer, copy: int, times: int) -> Designer:
    captive_of = None if designer.captive_of is None else _called(designer.captive_of, copy)
    products = tuple(_product(product, copy, times) for product in designer.products)
    return designer.model_copy(update={"captive_of": captive_of, "products": products})


def _product(product: Product, copy: int, times: int) -> Product:
    return product.model_copy(
        update={
            "share": _times(product.share, 1.0 / times, f"1/{times} of"),
            "wafers": tuple(_source(source, copy) for source in product.wafers),
            "packagers": tuple(_source(source, copy) for source in product.packagers),
        }
    )


def _source(source: Source, copy: int) -> Source:
    return source.model_copy(update={"firm": _called(source.firm, copy)})


def _link(link: Link, copy: int) -> Link:
    packagers = tuple(_called(name, copy) for name in link.packagers)
    return link.model_copy(update={"supplier": _called(link.supplier, copy), "packagers": packagers})
