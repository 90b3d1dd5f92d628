"""What a fan says in one sentence: how a series ends with the draft, and how without it - or that no difference can be told.

The sentence is a template and fields, each in English and put through the caller's translation by ``Finding.told``; every number is
read from the ``Answer``. Differences are counted world by world, under the same shocks: a draft that moves one world up for every one
that it moves down says nothing, however far its median lies from the other.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from policygame.catalogue import METRICS
from policygame.game.outlook import Answer, Series, Shares
from policygame.game.wording import entity_name, item_name, number, quarter_text, said, smallest

__all__ = [
    "DEVIATIONS",
    "ENDS",
    "SUBJECTS",
    "TEMPLATES",
    "VERBS",
    "WORST",
    "Finding",
    "Translate",
    "Worst",
    "finding",
    "told_from_chance",
]

DEVIATIONS = 2.0
"""A draft moves a series where the worlds that move one way outnumber those that move the other by more than this many standard
deviations of a fair coin (assumption: the usual 95 per cent)."""
FAR = 0.25
"""A way is told where it leads further the unwanted way than today and the end by this part of the further of them (assumption)."""
Kind = Literal["moves", "stays", "unclear", "nothing"]
TEMPLATES: dict[Kind, str] = {
    "moves": "{subject} {verb} {draft} by {quarter}, not {base}.",
    "stays": "{subject} is {draft} by {quarter} in the middle world either way, but {more} of {worlds} worlds end {end}.",
    "unclear": "Cannot be told from zero: {subject_inside} is {draft} by {quarter} with the draft, {base} without.",
    "nothing": "The draft changes nothing: {subject_inside} is {draft} by {quarter} either way.",
}
"""The sentence of each kind; the names in braces are the fields of a finding."""
WORST: dict[Literal["one", "both"], str] = {
    "one": "At worst on the way: {base} in {base_quarter}.",
    "both": "At worst on the way: {draft} in {draft_quarter} with the draft, {base} in {base_quarter} without.",
}
"""How far a series strays the unwanted way before the end, where that is further than today and than where it ends."""
SUBJECTS = ("{what}", "{what} of {place}", "{what} ({item})", "{what} of {place} ({item})")
"""How what is told of is named, with its place and item where they say more."""
VERBS = ("falls to", "stays at", "rises to")
ENDS = ("better", "worse", "higher", "lower")
"""How more worlds end than not: higher or lower where neither is better as such."""
Translate = Callable[[str], str]
"""A sentence or word of English, in the reader's language."""
_SUBJECTS = {
    "lead_time_weeks": "The wait",
    "real_lead_time_weeks": "The wait without phantom orders",
    "price_index": "The price",
    "fill_rate": "The part of slots that can be had",
    "utilisation": "Use",
    "leadership_rank": "The rank",
}


@dataclass(frozen=True)
class Worst:
    """The unwanted extreme of the middle world on the way, with the draft and without: values as written, and when."""

    draft: str
    draft_quarter: str
    base: str
    base_quarter: str


@dataclass(frozen=True)
class Finding:
    """One sentence about one series, by the answer's last quarter.

    kind : "moves", "stays" (worlds move, the middle one by less than the last digit tells), "unclear", "nothing" (no world differs)
    what, place, item, verb, unit : words of the sentence, in English; "" where there is none
    draft, base, quarter : its numbers; the first two are medians
    draft_value, base_value, today_value : the numbers themselves, in the metric's unit; today's is NaN at the very start
    shares : worlds that end better, the same and worse
    worst : where it is worse on the way than today and at the end; None where it is not, or neither way is better as such
    """

    kind: Kind
    what: str
    place: str
    item: str
    verb: str
    draft: str
    base: str
    unit: str
    quarter: str
    draft_value: float
    base_value: float
    today_value: float
    shares: Shares
    worst: Worst | None = None

    def worst_in(self, translate: Translate = str, *, drafted: bool = True) -> str:
        """How bad it is on the way, in a sentence; "" where the end is as bad."""
        if self.worst is None:
            return ""
        both = drafted and (self.worst.draft, self.worst.draft_quarter) != (self.worst.base, self.worst.base_quarter)
        unit = f" {translate(self.unit)}" if self.unit else ""
        return translate(WORST["both" if both else "one"]).format(
            draft=f"{self.worst.draft}{unit}",
            draft_quarter=self.worst.draft_quarter,
            base=self.worst.base if both else f"{self.worst.base}{unit}",
            base_quarter=self.worst.base_quarter,
        )

    def told(self, translate: Translate = str) -> str:
        """The sentence, its template and each of its words put through ``translate``.

        >>> german = {"{subject} {verb} {draft} by {quarter}, not {base}.": "{subject} {verb} {draft} bis {quarter}, nicht {base}.",
        ...           "The wait": "Die Wartezeit", "falls to": "sinkt auf", "weeks": "Wochen"}
        >>> found = Finding("moves", "The wait", "", "", "falls to", "12", "17", "weeks", "2026 Q4", 12.0, 17.0, 44.0,
        ...                 Shares(40, 0, 0, "lower"))
        >>> found.told(lambda english: german.get(english, english))
        'Die Wartezeit sinkt auf 12 Wochen bis 2026 Q4, nicht 17.'
        """
        return translate(TEMPLATES[self.kind]).format(**self.fields_in(translate))

    def subject_in(self, translate: Translate = str) -> str:
        """What is told of, as a sentence begins with it."""
        template = SUBJECTS[bool(self.place) + 2 * bool(self.item)]
        words = {"what": self.what, "place": self.place, "item": self.item}
        return translate(template).format(**{name: translate(word) if word else "" for name, word in words.items()})

    def fields_in(self, translate: Translate = str) -> dict[str, str]:
        """What the template's braces stand for."""
        subject = self.subject_in(translate)
        return {
            "subject": subject,
            "subject_inside": subject[0].lower() + subject[1:],
            "verb": translate(self.verb),
            "draft": f"{self.draft} {translate(self.unit)}" if self.unit else self.draft,
            "base": self.base,
            "quarter": self.quarter,
            "more": str(max(self.shares.better, self.shares.worse)),
            "worlds": str(self.shares.worlds),
            "end": translate(self.end),
        }

    @property
    def side(self) -> Literal["better", "worse", ""]:
        """What the sentence says of the draft, for marks beside it: "" where no difference is told. Where neither way is better as such,
        "better" is higher."""
        if self.kind not in ("moves", "stays"):
            return ""
        return "better" if self.shares.better > self.shares.worse else "worse"

    @property
    def end(self) -> str:
        """How more worlds end than not, one of ``ENDS``."""
        gains = self.shares.better > self.shares.worse
        if self.shares.wanted is None:
            return "higher" if gains else "lower"
        return "better" if gains else "worse"

    @property
    def subject(self) -> str:
        """What is told of, in English."""
        return self.subject_in()

    @property
    def fields(self) -> dict[str, str]:
        """What the template's braces stand for, in English."""
        return self.fields_in()

    @property
    def text(self) -> str:
        """The sentence in English."""
        return self.told()


def finding(answer: Answer, series: Series) -> Finding:
    """What an answer says about one of its series."""
    row = answer.row(series)
    metric, entity, item = series
    draft, base = float(answer.draft[row, 2, -1]), float(answer.base[row, 2, -1])
    today = float(answer.today[row])
    shares = answer.shares[row]
    return Finding(
        kind=_kind(answer, row, metric, item, draft, base),
        what=_SUBJECTS.get(metric, METRICS[metric].name),
        place="" if entity == "world" else entity_name(entity),
        item=item_name(item) if item and metric not in _SUBJECTS else "",
        verb=_verb(today if math.isfinite(today) else base, draft, metric, item),
        draft=number(draft, metric, item),
        base=number(base, metric, item),
        unit=said(metric, item).word,
        quarter=quarter_text(answer.quarters[-1]),
        draft_value=draft,
        base_value=base,
        today_value=today,
        shares=shares,
        worst=_worst(answer, row, metric, item),
    )


def _worst(answer: Answer, row: int, metric: str, item: str) -> Worst | None:
    wanted = answer.shares[row].wanted
    if wanted is None:
        return None
    sign = 1.0 if wanted == "lower" else -1.0
    paths = answer.draft[row, 2], answer.base[row, 2]
    at = [int(np.argmax(sign * path)) for path in paths]
    ends = [float(path[-1]) for path in paths] + [float(value) for value in answer.today[row : row + 1] if math.isfinite(value)]
    furthest = max(sign * end for end in ends)
    beyond = max(sign * float(path[k]) for path, k in zip(paths, at, strict=True)) - furthest
    if beyond <= max(FAR * abs(furthest), 2.0 * smallest(metric, item)):
        return None
    told = [(number(float(path[k]), metric, item), quarter_text(answer.quarters[k])) for path, k in zip(paths, at, strict=True)]
    return Worst(*told[0], *told[1])


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
    if number(draft, metric, item) == number(base, metric, item):  # as the labels beside the lines have it
        return "stays"
    return "moves"


def _up(shares: Shares) -> bool:
    """Whether more worlds end higher than lower."""
    gains = shares.better > shares.worse
    return gains if shares.wanted != "lower" else not gains


def _verb(before: float, after: float, metric: str, item: str) -> str:
    falls, stays, rises = VERBS
    if abs(after - before) < smallest(metric, item):
        return stays
    return rises if after > before else falls
