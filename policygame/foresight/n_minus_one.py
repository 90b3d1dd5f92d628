"""Who fails if a site goes dark: one world per site, firm or jurisdiction without which the industry has to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from policygame.asking import Policies
from policygame.catalogue import JURISDICTIONS, SEGMENTS, Quarter
from policygame.foresight.shown import Shown
from policygame.foresight.summaries import spread
from policygame.foresight.worlds import (
    AnyChanges,
    ForesightError,
    Source,
    open_worlds,
    quarters_left,
    read_state,
    run_beside,
    run_to,
)
from policygame.model.arrays import Array
from policygame.model.changes import Change
from policygame.scenario.setting import unknown
from policygame.simulation import Simulation

KINDS = ("site", "firm", "jurisdiction")
_UNITS, _RECEIVED = "deliveries_kunits", "compute_received_kh100e"


@dataclass(frozen=True)
class Candidate:
    """What is taken away: all lines of a firm in a jurisdiction (``site``), of a firm, or in a jurisdiction."""

    kind: str
    firm: str | None
    jurisdiction: str | None

    def __str__(self) -> str:
        return " in ".join(name for name in (self.firm, self.jurisdiction) if name is not None)


@dataclass(frozen=True, repr=False)
class Resilience(Shown):
    """What is lost when one is taken away, over the quarters of the test.

    candidates : first axis; sites, firms, jurisdictions, each in the order of the scenario and the catalogue
    lost : (candidate, segment, world) share of the segment's units that is not delivered; NaN where nothing would be
    lost_by_country : (candidate, country, world) share of the compute that a destination does not receive
    A negative loss is a gain: what one does not get, another may.
    """

    candidates: tuple[Candidate, ...]
    segments: tuple[str, ...]
    countries: tuple[str, ...]
    quarters: tuple[Quarter, ...]
    seeds: tuple[int, ...]
    lost: Array
    lost_by_country: Array

    def frame(self) -> pd.DataFrame:
        """Table: kind, candidate, of (``segment`` or ``country``), item; mean, median, p05, p95 of the share lost,
        share_positive (of worlds that lose) and standard_error.
        """
        rows = []
        spreads = [("segment", self.segments, spread(self.lost)), ("country", self.countries, spread(self.lost_by_country))]
        for c, candidate in enumerate(self.candidates):
            for of, names, found in spreads:
                for i, name in enumerate(names):
                    row = {"kind": candidate.kind, "candidate": str(candidate), "of": of, "item": name}
                    rows.append(row | {column: values[c, i] for column, values in found.items()})
        return pd.DataFrame(rows)

    def worst(self, segment: str = "ai_accelerator", country: str | None = None) -> pd.DataFrame:
        """The candidate of each kind whose loss is largest in the median world (of ties the first): a row of ``frame`` each."""
        of, item, names = ("segment", segment, self.segments) if country is None else ("country", country, self.countries)
        if item not in names:
            raise ForesightError(unknown(of, item, names))
        table = self.frame()
        table = table[(table["of"] == of) & (table["item"] == item)]
        best = [group["median"].fillna(-np.inf).idxmax() for _, group in table.groupby("kind", sort=False)]
        return table.loc[best].reset_index(drop=True)


def resilience(
    source: Source,
    *,
    start: str | Quarter | None = None,
    quarters: int = 1,
    kinds: Sequence[str] = KINDS,
    worlds: int = 16,
    seeds: Sequence[int] | None = None,
    world: int | None = None,
    policies: Policies | None = None,
    changes: AnyChanges | None = None,
) -> Resilience:
    """Let each site, firm and jurisdiction stand still for some quarters, in worlds of its own.

    Candidates are those with capacity in any of the worlds when the test begins; suppliers' sites count as well as fabs and
    packagers'.

    Parameters
    ----------
    source : a scenario, or a running simulation
    start, quarters : the test; default: one quarter, the first of play or the present one
    kinds : of candidates, out of site, firm, jurisdiction
    worlds, seeds, world, policies, changes : see ``foresight.worlds.open_worlds``

    >>> from policygame import resilience
    >>> found = resilience("first-game", start="2023Q3", kinds=["firm"], worlds=2)
    >>> str(found.worst("ai_accelerator")["candidate"][0])
    'TSMC'
    """
    wanted = (kinds,) if isinstance(kinds, str) else tuple(kinds)
    for kind in wanted:
        if kind not in KINDS:
            raise ForesightError(unknown("kind", kind, KINDS))
    opened = open_worlds(source, worlds, seeds, world, policies=policies, changes=changes, metrics=(_UNITS, _RECEIVED))
    run_to(opened, start)
    n = quarters_left(opened, quarters)
    candidates = _candidates(opened, wanted)
    first, last = opened.structure.first + opened.quarter, opened.structure.first + opened.quarter + n - 1
    gone = [(Change(0.0, None, c.firm, c.jurisdiction, str(first), str(last)),) for c in candidates]
    beside = run_beside(opened, n, changes=[(), *gone])
    segments = tuple(name for name in SEGMENTS if name in opened.scenario.segments)
    countries = tuple(name for name in JURISDICTIONS if name in opened.scenario.jurisdictions)
    units = np.stack([beside.array(_UNITS, item=segment).sum(axis=1) for segment in segments], axis=1)
    received = np.stack([beside.array(_RECEIVED, f"country:{name}").sum(axis=1) for name in countries], axis=1)
    return Resilience(candidates, segments, countries, beside.quarters, beside.seeds, _lost(units), _lost(received))


def _lost(delivered: Array) -> Array:
    """(variant, ..., world) with the untouched variant first -> (candidate, ..., world) share lost."""
    base = np.where(delivered[0] > 0.0, delivered[0], np.nan)
    lost: Array = (delivered[0] - delivered[1:]) / base
    return lost


def _candidates(simulation: Simulation, kinds: Sequence[str]) -> tuple[Candidate, ...]:
    lines = simulation.structure.lines
    standing = read_state(simulation, lambda state: state.capacity).max(axis=1) > 0.0
    keys = [key for key, stands in zip(lines.keys, standing, strict=True) if stands]
    found: list[Candidate] = []
    if "site" in kinds:
        pairs = {(key.firm, key.jurisdiction) for key in keys}
        found += [Candidate("site", f, j) for f in lines.firms for j in JURISDICTIONS if (f, j) in pairs]
    if "firm" in kinds:
        firms = {key.firm for key in keys}
        found += [Candidate("firm", f, None) for f in lines.firms if f in firms]
    if "jurisdiction" in kinds:
        places = {key.jurisdiction for key in keys}
        found += [Candidate("jurisdiction", None, j) for j in JURISDICTIONS if j in places]
    return tuple(found)
