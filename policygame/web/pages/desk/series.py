"""Which numbers the desk shows of a draft: the wait, the parts of one's own mandate, one's lines, and concentration.

A ``Shown`` names a series of the outlook and how it is called in short. Numbers are written by ``game.wording``, which headlines and
findings share.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from policygame.catalogue import METRICS
from policygame.catalogue.mandate import MANDATE
from policygame.game.outlook import Series
from policygame.game.wording import number, said
from policygame.scenario import Scenario
from policygame.web.text import _

__all__ = ["Shown", "axis_unit", "short_value", "strip", "write"]

LEAST_WEIGHT = 10.0
"""Parts of a mandate that weigh less, and thrift, which the treasury shows, are left to the briefing."""
_UNITS = {
    "weeks": "wk",
    "points of HHI": "",
    "people": "",
    "M USD a quarter": "M",
    "% of what was ordered here": "%",
    "times what was ordered here": "\N{MULTIPLICATION SIGN} orders",
    "% of 2.5D and 3D capacity": "%",
    "% of others' deliveries": "%",
    "times what a dollar bought at the start": "\N{MULTIPLICATION SIGN} per dollar",
    "% of income not spent": "%",
}
"""Units short enough for the strip; what a short one leaves out, the ``?`` beside it says."""


@dataclass(frozen=True)
class Shown:
    """A series of the strip: ``label`` in short, ``help`` kind and id of its explanation, ``part`` the part of the mandate it is."""

    id: str
    label: str
    series: Series
    help: tuple[str, str]
    part: str = ""
    better_words: str = ""


def strip(scenario: Scenario, seat: str) -> tuple[Shown, ...]:
    """What a seat is shown, the wait first."""
    role = scenario.jurisdictions[seat].government
    assert role is not None
    government = f"government:{seat}"
    shown = [
        Shown(
            "wait",
            _("Lead time"),
            ("lead_time_weeks", "world", "ai_accelerator"),
            ("metric", "lead_time_weeks"),
            better_words=_("worlds wait less"),
        )
    ]
    weights = {part: weight.value for part, weight in role.mandate.items()}
    for part in sorted(MANDATE, key=lambda p: -weights.get(p, 0.0)):
        if weights.get(part, 0.0) >= LEAST_WEIGHT and part != "F":
            shown.append(
                Shown(f"part-{part}", _(MANDATE[part].name), ("score_raw", government, part), ("metric", "score_raw"), part)
            )
    technology = "interposer_2_5d"
    shown.append(
        Shown(
            "lines",
            _("2.5D lines here"),
            ("packaging_capacity_kwpm", f"country:{seat}", technology),
            ("metric", "packaging_capacity_kwpm"),
        )
    )
    shown.append(Shown("hhi", _("2.5D site HHI"), ("hhi_packaging", "site", technology), ("metric", "hhi_packaging")))
    return tuple(shown)


def write(shown: Shown, value: float) -> str:
    """A value in digits alone."""
    metric, _entity, item = shown.series
    return number(value, metric, item) if math.isfinite(value) else "–"


def axis_unit(shown: Shown) -> str:
    """The unit of the numbers that ``write`` gives, for an axis."""
    metric, _entity, item = shown.series
    if metric.startswith("hhi"):
        return METRICS[metric].unit.partition(",")[0]
    word = said(metric, item).word
    return _short(word) if metric == "score_raw" else word  # those are whole sentences


def _short(word: str) -> str:
    short = _UNITS.get(word, word.replace(" a quarter", "/q"))
    return _(short) if short else ""


def short_value(shown: Shown, value: float) -> str:
    """A value with a unit short enough for the strip."""
    metric, _entity, item = shown.series
    return f"{write(shown, value)} {_short(said(metric, item).word)}".strip()
