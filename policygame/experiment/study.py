"""What a study declares beside its experiment: claims, whose they are, what is compared to tell, and what the source leads one to expect.

A study is an experiment file with a section ``study``. Here are its schema and what it must keep together with the rest of the file;
what came out is found in ``policygame.analysis.findings``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal, Self

import numpy as np
from pydantic import AfterValidator, Field, model_validator

from policygame.catalogue import METRICS
from policygame.model.arrays import Array, Index
from policygame.scenario.figures import figures
from policygame.scenario.problems import MismatchError, Problem, listed, quoted, suggestion
from policygame.scenario.schema import Section
from policygame.scenario.spot import Spot

__all__ = ["ASSUMPTION", "NO_SOURCE", "Expected", "Finding", "Layout", "Source", "Study", "check_study"]

ASSUMPTION, NO_SOURCE = "assumption", "none"
"""Sources of a claim that nobody published: what the model assumes, and nothing at all."""
Expected = Literal["higher", "lower", "none", "unstated"]

_SPARE_POINTS = 10
"""Points beyond the number of quantities that a partial correlation needs at least."""


def _source_key(word: str) -> str:
    if not word.isidentifier() or word in (ASSUMPTION, NO_SOURCE):
        raise MismatchError(f"the name {quoted(word)}", f"letters, digits and _, and neither {ASSUMPTION} nor {NO_SOURCE}")
    return word


class Source(Section):
    """Something published: how it is cited, what it says in our words, and where it can be read."""

    cite: str = Field(min_length=1, description="authors, year, title, where")
    says: str = Field(min_length=1, description="what it says, in a sentence")
    address: str = Field("", description="where it can be read")


class Finding(Section):
    """A claim and the comparison that tells it: of two arms, of two outcomes in an arm, or of a quantity's ends."""

    claim: str = Field(min_length=1, description="a sentence that may be true or false")
    source: str = Field(description="a name of 'sources', the id of a published figure, 'assumption' or 'none'")
    expected: Expected = Field("unstated", description="what the source leads one to expect")
    within: float | None = Field(None, gt=0.0, lt=1.0, description="how much counts as none")
    outcome: str
    arm: str | None = None
    where: dict[str, float] | None = Field(
        None, min_length=1, description="values of quantities at which arms are compared, or an arm with itself as it is"
    )
    versus: str | None = Field(None, description="the arm that it is compared with")
    less: str | None = Field(None, description="the outcome of the same arm that it is compared with")
    quantity: str | None = Field(None, description="the quantity whose partial rank correlation is meant")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        ways = ("versus", "less", "quantity")
        given = [name for name in ways if getattr(self, name) is not None]
        if len(given) != 1:
            raise MismatchError(" and ".join(given) or "nothing to compare with", f"one of {', '.join(ways)}", tuple(given[1:2]))
        if self.where is not None and self.versus is None:
            raise MismatchError(f"'where' beside '{given[0]}'", "'where' beside 'versus'", ("where",))
        if (self.expected == "none") != (self.within is not None):
            raise MismatchError(
                f"expected: {self.expected}" + ("" if self.within is None else f" and within: {self.within:g}"),
                "'within: a share' where none is expected, and only there",
                ("expected",),
            )
        if self.source == NO_SOURCE and self.expected != "unstated":
            raise MismatchError(f"expected: {self.expected} without a source", "a source, or no expectation", ("expected",))
        return self


class Study(Section):
    """The section ``study`` of an experiment file."""

    against: str | None = Field(None, description="the arm that the table compares all others with")
    sources: dict[Annotated[str, AfterValidator(_source_key)], Source] = Field({})
    findings: tuple[Finding, ...] = Field(min_length=1)
    limits: str = Field("", description="what the study cannot tell")


@dataclass(frozen=True)
class Layout:
    """What the rest of a file offers to a study.

    outcomes : name -> metric of it, None where that is wrong
    arms : names; None where arms are wrong, and nothing is said about them
    quantities, values : names and (point, quantity); values are None where they are not laid out yet
    arm_of_point : (point,) where a table names arms
    n_points : points of the design
    common : whether arms, and whether points, see the same worlds
    """

    outcomes: Mapping[str, str | None]
    arms: Collection[str] | None
    quantities: tuple[str, ...]
    values: Array | None
    arm_of_point: Index | None
    n_points: int
    common: tuple[bool, bool]


def check_study(top: Spot, layout: Layout) -> Iterator[Problem]:
    """Names exist, and what is compared can be compared."""
    spot = top.at("study")
    yield from _arm(spot, "against", layout)
    named = spot.at("sources").names()
    for finding in spot.at("findings").items():
        yield from _source(finding, named)
        for key in ("outcome", "less"):
            yield from _name(finding, key, layout.outcomes, "outcome")
        yield from _same_unit(finding, layout)
        for key in ("arm", "versus"):
            yield from _arm(finding, key, layout)
        yield from _sides(finding, layout)
        yield from _quantity(finding, layout)


def _name(spot: Spot, key: str, allowed: Collection[str], kind: str) -> Iterator[Problem]:
    word = spot.at(key).text()
    if word is not None and word not in allowed:
        yield spot.at(key).problem(f"unknown {kind} {quoted(word)}", listed(allowed), suggestion(word, allowed))


def _arm(spot: Spot, key: str, layout: Layout) -> Iterator[Problem]:
    if layout.arms is None:
        return
    yield from _name(spot, key, layout.arms, "arm")
    several = len(layout.arms) > 1
    if key == "arm" and spot.at("arm").missing and several:
        yield spot.problem("no arm", f"one of {listed(layout.arms)}")


def _source(finding: Spot, named: Collection[str]) -> Iterator[Problem]:
    word = finding.at("source").text()
    known = {*named, ASSUMPTION, NO_SOURCE}
    if word is not None and word not in known and word not in figures():
        allowed = f"{listed(sorted(known))}, or the id of a published figure"
        yield finding.at("source").problem(f"unknown source {quoted(word)}", allowed, suggestion(word, [*known, *figures()]))


def _same_unit(finding: Spot, layout: Layout) -> Iterator[Problem]:
    ours, theirs = (layout.outcomes.get(finding.at(key).text() or "") for key in ("outcome", "less"))
    if ours and theirs and METRICS[ours].unit != METRICS[theirs].unit:
        yield finding.at("less").problem(f"{METRICS[theirs].unit} beside {METRICS[ours].unit}", "an outcome of the same unit")


def _sides(finding: Spot, layout: Layout) -> Iterator[Problem]:
    """Arms are compared world by world, and the point that ``where`` names is run in its arm."""
    if finding.at("versus").missing:
        return
    arms_common, points_common = layout.common
    if not arms_common or (layout.arm_of_point is not None and not points_common):
        yield finding.at("versus").problem("arms or points with worlds of their own", "'seeds' that are common to those compared")
    where, arm = finding.at("where"), finding.at("arm").text()
    asked = {name: spot.node.value for name, spot in where.entries() if spot.node is not None}
    for name in asked:
        yield from _unknown(where.at(name), name, layout)
    if not asked and arm is not None and arm == finding.at("versus").text():
        yield finding.at("versus").problem(f"{quoted(arm)} compared with itself", "another arm, or 'where'")
    told = all(isinstance(value, int | float) and not isinstance(value, bool) for value in asked.values())
    if asked and told and layout.values is not None and layout.arms is not None and set(asked) <= set(layout.quantities):
        at = [layout.quantities.index(name) for name in asked]
        inside = (layout.values[:, at] == np.array([float(str(value)) for value in asked.values()])).all(axis=1)
        for side in dict.fromkeys((arm, finding.at("versus").text())):
            run = inside
            if layout.arm_of_point is not None and side in layout.arms:
                run = inside & (layout.arm_of_point == list(layout.arms).index(str(side)))
            if not run.any():
                yield where.problem(f"a point that is not run in the arm {quoted(side or '')}", "values of a row of its table")


def _unknown(spot: Spot, name: str, layout: Layout) -> Iterator[Problem]:
    if name not in layout.quantities:
        allowed = listed(layout.quantities) if layout.quantities else "quantities that the design moves, of which there are none"
        yield spot.problem(f"unknown quantity {quoted(name)}", allowed, suggestion(name, layout.quantities))


def _quantity(finding: Spot, layout: Layout) -> Iterator[Problem]:
    spot = finding.at("quantity")
    name = spot.text()
    if name is None:
        return
    yield from _unknown(spot, name, layout)
    needed = len(layout.quantities) + _SPARE_POINTS
    if layout.n_points < needed:
        yield spot.problem(f"{layout.n_points:,} points of {len(layout.quantities)} quantities", f"{needed:,} points or more")
