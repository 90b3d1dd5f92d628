"""What a fan says in one sentence: how a series ends with the draft, and how without it - or that no difference can be told.

The sentence is a template and fields, so that a page can translate it; every field is read from the ``Answer``. Differences are
counted world by world, under the same shocks: a draft that moves one world up for every one that it moves down says nothing, however
far its median lies from the other.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from policygame.catalogue import METRICS
from policygame.game.outlook import Answer, Series, Shares
from policygame.game.wording import entity_name, item_name, number, quarter_text, smallest, value_text

__all__ = ["DEVIATIONS", "TEMPLATES", "Finding", "finding", "told_from_chance"]

DEVIATIONS = 2.0
"""A draft moves a series where the worlds that move one way outnumber those that move the other by more than this many standard
deviations of a fair coin (assumption: the usual 95 per cent)."""
Kind = Literal["moves", "stays", "unclear", "nothing"]
TEMPLATES: dict[Kind, str] = {
    "moves": "{subject} {verb} {draft} by {quarter}, not {base}.",
    "stays": "{subject} moves too little to be told: {draft} by {quarter} either way.",
    "unclear": "Cannot be told from zero: {subject_inside} is {draft} by {quarter} with the draft, {base} without.",
    "nothing": "The draft changes nothing: {subject_inside} is {draft} by {quarter} either way.",
}
"""The sentence of each kind; the names in braces are the fields of a finding."""
_SUBJECTS = {
    "lead_time_weeks": "The wait",
    "real_lead_time_weeks": "The wait without phantom orders",
    "price_index": "The price",
    "fill_rate": "The part of slots that can be had",
    "utilisation": "Use",
    "leadership_rank": "The rank",
}


@dataclass(frozen=True)
class Finding:
    """One sentence about one series, by the answer's last quarter.

    kind : "moves", "stays" (moved in most worlds, by less than the last digit tells), "unclear", "nothing" (no world differs)
    subject, verb, draft, base, quarter : what the sentence is made of; ``draft`` and ``base`` are medians, with their unit
    draft_value, base_value, today_value : the numbers themselves, in the metric's unit; today's is NaN at the very start
    shares : worlds that end better, the same and worse
    """

    kind: Kind
    subject: str
    verb: str
    draft: str
    base: str
    quarter: str
    draft_value: float
    base_value: float
    today_value: float
    shares: Shares

    @property
    def fields(self) -> dict[str, str]:
        """What the template's braces stand for."""
        inside = self.subject[0].lower() + self.subject[1:]
        return {
            "subject": self.subject,
            "subject_inside": inside,
            "verb": self.verb,
            "draft": self.draft,
            "base": self.base,
            "quarter": self.quarter,
        }

    @property
    def text(self) -> str:
        """The sentence in English."""
        return TEMPLATES[self.kind].format(**self.fields)


def finding(answer: Answer, series: Series) -> Finding:
    """What an answer says about one of its series."""
    row = answer.row(series)
    metric, entity, item = series
    draft, base = float(answer.draft[row, 2, -1]), float(answer.base[row, 2, -1])
    today = float(answer.today[row])
    shares = answer.shares[row]
    return Finding(
        kind=_kind(answer, row, metric, item, draft, base),
        subject=_subject(metric, entity, item),
        verb=_verb(today if math.isfinite(today) else base, draft, metric, item),
        draft=value_text(draft, metric, item),
        base=number(base, metric, item),
        quarter=quarter_text(answer.quarters[-1]),
        draft_value=draft,
        base_value=base,
        today_value=today,
        shares=shares,
    )


def told_from_chance(shares: Shares) -> bool:
    """Whether the worlds that move one way outnumber those that move the other by more than chance does.

    >>> told_from_chance(Shares(20, 5, 5, "lower")), told_from_chance(Shares(14, 5, 11, "lower"))
    (True, False)
    """
    return abs(shares.better - shares.worse) > DEVIATIONS * math.sqrt(shares.better + shares.worse)


def _kind(answer: Answer, row: int, metric: str, item: str, draft: float, base: float) -> Kind:
    if not answer.difference[row].any() and answer.shares[row].same == answer.worlds:
        return "nothing"
    shares = answer.shares[row]
    if not told_from_chance(shares) or (draft != base and (draft > base) != _up(shares)):
        return "unclear"
    if abs(draft - base) < smallest(metric, item) or number(draft, metric, item) == number(base, metric, item):
        return "stays"
    return "moves"


def _up(shares: Shares) -> bool:
    """Whether more worlds end higher than lower."""
    gains = shares.better > shares.worse
    return gains if shares.wanted != "lower" else not gains


def _verb(before: float, after: float, metric: str, item: str) -> str:
    if abs(after - before) < smallest(metric, item):
        return "stays at"
    return "rises to" if after > before else "falls to"


def _subject(metric: str, entity: str, item: str) -> str:
    what = _SUBJECTS.get(metric, METRICS[metric].name)
    where = "" if entity == "world" else f" of {entity_name(entity)}"
    of = f" ({item_name(item)})" if item and metric not in _SUBJECTS else ""
    return f"{what}{where}{of}"
