"""Changes of an experiment: what is scaled, where, and for how long.

A change acts on the use of capacity, not on its stock: a line at half scale stands and is counted, but makes half. It may differ from
world to world. Questions that are built of changes - bottleneck value, N-1 - are ``foresight``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from policygame.catalogue import STAGES, Quarter, nearest
from policygame.errors import UserError
from policygame.model.arrays import Array
from policygame.model.structure import Structure


class ChangeError(UserError):
    """A change that cannot be made, in words for people."""


@dataclass(frozen=True)
class Change:
    """Scale the capacity of matching lines by ``factor`` from ``start`` to ``end`` (both included; None: open).

    ``worlds`` (positions in the simulation) are the worlds that it acts in; None: all.
    """

    factor: float
    stage: str | None = None
    firm: str | None = None
    jurisdiction: str | None = None
    start: str | None = None
    end: str | None = None
    worlds: tuple[int, ...] | None = None

    def within(self, worlds: tuple[int, ...]) -> Change:
        """The same change in these worlds only."""
        return replace(self, worlds=worlds)


def scale_capacity(
    stage: str | None,
    factor: float,
    start: str | None = None,
    end: str | None = None,
    *,
    firm: str | None = None,
    jurisdiction: str | None = None,
) -> Change:
    """Scale the capacity of a stage (of one firm or jurisdiction only, if named) between two quarters.

    >>> scale_capacity("interposer_2_5d", 1.10, start="2023Q2").factor
    1.1
    """
    if stage is not None and stage not in STAGES:
        raise ChangeError(f"unknown stage {stage!r}; allowed are {', '.join(STAGES)}.{nearest(stage, tuple(STAGES))}")
    if not np.isfinite(factor) or factor < 0.0:
        raise ChangeError(f"a capacity is scaled by a factor of at least 0; found {factor!r}")
    for quarter in (start, end):
        if quarter is not None:
            _parse(quarter)
    if start is not None and end is not None and _parse(end) < _parse(start):
        raise ChangeError(f"the change ends ({end}) before it starts ({start})")
    return Change(float(factor), stage, firm, jurisdiction, start, end)


def _parse(quarter: str) -> Quarter:
    try:
        return Quarter.parse(quarter)
    except ValueError as error:
        raise ChangeError(str(error)) from None


def check_changes(changes: Sequence[Change], structure: Structure) -> None:
    """Raise ChangeError where a change names a firm or place that the scenario does not have."""
    for change in changes:
        firms = structure.lines.firms
        if change.firm is not None and change.firm not in firms:
            raise ChangeError(f"unknown firm {change.firm!r} in this scenario.{nearest(change.firm, firms)}")
        places = tuple(structure.scenario.jurisdictions)
        if change.jurisdiction is not None and change.jurisdiction not in places:
            raise ChangeError(
                f"unknown jurisdiction {change.jurisdiction!r}; allowed are {', '.join(places)}.{nearest(change.jurisdiction, places)}"
            )


def scale_by_quarter(changes: Sequence[Change], structure: Structure, n_worlds: int) -> Mapping[int, Array]:
    """Quarter -> factor (line, W), for the quarters in which something is changed."""
    check_changes(changes, structure)
    out: dict[int, Array] = {}
    for change in changes:
        rows = structure.lines.rows(change.firm, change.stage, change.jurisdiction)
        begins = 0 if change.start is None else max(_parse(change.start) - structure.first, 0)
        ends = structure.n_quarters - 1 if change.end is None else _parse(change.end) - structure.first
        worlds: npt.NDArray[np.intp] | slice = slice(None) if change.worlds is None else np.array(change.worlds, dtype=np.intp)
        factor = np.ones(n_worlds)
        factor[worlds] = change.factor
        for quarter in range(begins, min(ends, structure.n_quarters - 1) + 1):
            scale = out.setdefault(quarter, np.ones((structure.lines.n, n_worlds)))
            scale[rows] *= factor
    return out
