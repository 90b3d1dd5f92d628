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
    of_logarithm : the value is a logarithm, and what it is the logarithm of is shown
    gain, gain_word : a difference of two values is shown times ``gain`` with this word; of a logarithm, in per cent
    """

    scale: float
    decimals: int
    word: str
    smallest: float
    of_logarithm: bool = False
    gain: float = 0.0
    gain_word: str = ""

    def of(self, value: float) -> float:
        """The number that is shown of a value; it rises with it.

        >>> _BY_UNIT["weeks"].of(8.0), round(_SCORE["P"].of(-0.1), 3)
        (8.0, 0.905)
        """
        return self.scale * (math.exp(value) if self.of_logarithm else value)

    def gained(self, difference: float) -> float:
        """The number that is shown of a difference of two values; it rises with it.

        >>> round(_SCORE["S"].gained(0.012), 3), round(_SCORE["P"].gained(-0.1), 2)
        (1.2, -9.52)
        """
        return 100.0 * math.expm1(difference) if self.of_logarithm else (self.gain or self.scale) * difference


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
}
_POINTS = "percentage points"
_SCORE: dict[str, Said] = {
    "S": Said(100.0, 0, "% of what was ordered here", 0.005, gain=100.0, gain_word=_POINTS),
    "R": Said(100.0, 0, "%", 0.005, gain=100.0, gain_word=_POINTS),
    "A": Said(1.0, 2, "times what was ordered here", 0.005, gain=100.0, gain_word="% of what was ordered here"),
    "L": Said(100.0, 0, "% of 2.5D and 3D capacity", 0.005, gain=100.0, gain_word=_POINTS),
    "V": Said(1.0, 0, "M USD a quarter", 0.5, gain=100.0, gain_word="% of what it is had you done nothing"),
    "I": Said(100.0, 0, "% of others' deliveries", 0.005, gain=100.0, gain_word=_POINTS),
    "P": Said(1.0, 2, "times what a dollar bought at the start", 0.005, of_logarithm=True, gain_word="% more for a dollar"),
    "F": Said(100.0, 0, "% of income not spent", 0.005, gain=100.0, gain_word=_POINTS),
}
"""Components of the score: what a share is a share of, and a multiple where more than the whole is usual. A difference of value added is
counted relative to doing nothing."""
_WITH_ARTICLE = {"USA": "the United States", "EUR": "the European Union", "ROW": "the rest of the world"}
"""Jurisdictions whose names take an article inside a sentence."""


def said(metric: str, item: str = "") -> Said:
    """How values of a series are said.

    >>> said("fill_rate", "ai_accelerator").word, said("score_raw", "V").word
    ('%', 'M USD a quarter')
    """
    return _SCORE[item] if metric == "score_raw" else _BY_UNIT[METRICS[metric].unit]


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
    text = f"{how.of(value):,.{how.decimals}f}"
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
