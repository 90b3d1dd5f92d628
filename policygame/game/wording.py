"""How the game says numbers: in which unit, with how many digits, and from what difference on two of them are told apart.

One table by unit of the catalogue, so that a headline, a title and a debrief say a number the same way. Which numbers are said is
theirs to choose; text of pages is translated elsewhere.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from policygame.catalogue import JURISDICTIONS, METRICS, SEGMENTS, STAGES, TECHNOLOGIES, Quarter

__all__ = ["Said", "entity_name", "item_name", "number", "quarter_text", "said", "smallest", "value_text"]


@dataclass(frozen=True)
class Said:
    """A value is shown times ``scale`` with ``decimals``, and ``word`` after it (none where it is empty).

    smallest : the difference that begins to count, in the metric's own unit
    """

    scale: float
    decimals: int
    word: str
    smallest: float


_BY_UNIT = {
    "kwpm": Said(1.0, 1, "kwpm", 0.05),
    "share": Said(100.0, 0, "%", 0.005),
    "share of revenue": Said(100.0, 0, "%", 0.005),
    "people": Said(1.0, 0, "people", 1.0),
    "k units / quarter": Said(1.0, 0, "k units a quarter", 0.5),
    "k units": Said(1.0, 0, "k units", 0.5),
    "k H100-equivalents / quarter": Said(1.0, 0, "k H100-equivalents a quarter", 0.5),
    "weeks": Said(1.0, 0, "weeks", 0.5),
    "index, start = 1": Said(1.0, 2, "times the price at the start", 0.005),
    "M USD / quarter": Said(1.0, 0, "M USD a quarter", 0.5),
    "M USD": Said(1.0, 0, "M USD", 0.5),
    "HHI, 0 to 10,000": Said(1.0, 0, "points of HHI", 10.0),
    "rank, 1 is first": Said(1.0, 0, "", 0.5),
    "log points": Said(100.0, 0, "log points in a hundred", 0.005),
}
_SCORE_UNITS = {"V": "M USD / quarter", "P": "log points"}
"""Components of the score that are no shares."""
_WITH_ARTICLE = {"USA": "the United States", "EUR": "the European Union", "ROW": "the rest of the world"}
"""Jurisdictions whose names take an article inside a sentence."""


def said(metric: str, item: str = "") -> Said:
    """How values of a series are said.

    >>> said("fill_rate", "ai_accelerator").word, said("score_raw", "V").word
    ('%', 'M USD a quarter')
    """
    unit = _SCORE_UNITS.get(item, "share") if metric == "score_raw" else METRICS[metric].unit
    return _BY_UNIT[unit]


def smallest(metric: str, item: str = "") -> float:
    """The smallest difference of a series that people are told of, in the metric's unit: half of what its last digit counts."""
    return said(metric, item).smallest


def number(value: float, metric: str, item: str = "") -> str:
    """A value as digits alone, with commas between thousands and a true minus.

    >>> number(0.7349, "fill_rate"), number(12345.6, "cash_musd"), number(-0.2, "lead_time_weeks")
    ('73', '12,346', '0')
    """
    how = said(metric, item)
    if not math.isfinite(value):
        return "none"
    text = f"{value * how.scale:,.{how.decimals}f}"
    return text.replace("-", "\N{MINUS SIGN}") if float(text.replace(",", "")) != 0.0 else text.removeprefix("-")


def value_text(value: float, metric: str, item: str = "") -> str:
    """A value with its unit.

    >>> value_text(17.2, "lead_time_weeks"), value_text(0.051, "leadership"), value_text(14.5, "packaging_capacity_kwpm")
    ('17 weeks', '5 %', '14.5 kwpm')
    """
    return " ".join(filter(None, (number(value, metric, item), said(metric, item).word)))


def quarter_text(quarter: Quarter) -> str:
    """A quarter as sentences write it.

    >>> quarter_text(Quarter.parse("2026Q4"))
    '2026 Q4'
    """
    return f"{quarter.year} Q{quarter.number}"


def item_name(item: str) -> str:
    """The short name of an item inside a sentence - a technology, stage or segment - or the item itself where it has none.

    >>> item_name("interposer_2_5d"), item_name("mobile"), item_name("ai_accelerator"), item_name("whole_chain")
    ('2.5D', 'mobile', 'AI accelerators', 'whole chain')
    """
    for catalogue in (TECHNOLOGIES, SEGMENTS, STAGES):
        if item in catalogue:
            name = str(catalogue[item].name).partition(" (")[0]
            return name[0].lower() + name[1:] if name[1:2].islower() else name
    return item.replace("_", " ")


def entity_name(entity: str) -> str:
    """The name of an entity inside a sentence: a jurisdiction's, a firm's own, ``the world``.

    >>> entity_name("country:USA"), entity_name("hq:TWN"), entity_name("firm:ASE"), entity_name("world")
    ('the United States', 'Taiwan', 'ASE', 'the world')
    """
    kind, _, name = entity.partition(":")
    if kind in ("country", "hq", "government") and name in JURISDICTIONS:
        return _WITH_ARTICLE.get(name, JURISDICTIONS[name].name)
    return name or f"the {kind}"
