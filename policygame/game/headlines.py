"""What happened in a turn, in a line each: which events are told, in which words, and in which order.

A ``Headline`` names its event, its quarter and the series that it is read from, with the numbers themselves; its text is a template
filled from these and nothing else, so that anyone can recompute it. How events are found in results is ``market_events``, in
decisions ``policy_events``. Pages translate templates; texts here are English.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from policygame.catalogue import LEVERS, METRICS, Quarter
from policygame.game.wording import number, quarter_text, value_text

__all__ = ["MOST", "MOST_OF_A_KIND", "MOST_OF_ONES_OWN", "OWN", "TEMPLATES", "Headline", "Reading", "amount_text", "ranked"]

MOST = 8
"""How many headlines a turn has at most."""
MOST_OF_A_KIND = 2
"""How many of these may be of one kind."""
OWN = "own_"
"""Kinds of events that are one's own decisions begin with this: they come first, however many are of a kind."""
MOST_OF_ONES_OWN = 5
"""How many of a turn's headlines may be one's own decisions, so that some are left for the world."""

TEMPLATES: Mapping[str, str] = {
    "lead_time_up": "Lead time for {item} passes {threshold}: now {value}.",
    "lead_time_down": "Lead time for {item} falls under {threshold}: now {value}.",
    "slots_short": "Packagers give {item} {value} of the slots asked for.",
    "slots_back": "Packagers give {item} {value} of the slots asked for again.",
    "stage_full": "{item}: {value} in use, no slack left.",
    "stage_slack": "{item}: {value} in use, there is slack again.",
    "firm_doubles": "{firm} has {times} times the {item} capacity of {since}, over all its sites: {value}.",
    "firm_passes": "{firm} passes {threshold} of {item} over all its sites: {value}.",
    "first_line": "The first {item} capacity in {place}: {value}.",
    "leader": "{place} leads in {definition}, ahead of {other}.",
    "concentration_up": "{item} becomes more concentrated by place: HHI {value}, a year ago {before}.",
    "concentration_down": "{item} spreads to more places: HHI {value}, a year ago {before}.",
    "price_up": "The price of {item} is up {change} % in a year.",
    "price_down": "The price of {item} is down {change} % in a year.",
    "disaster": "Disaster in {place}: {value} of its lines stand still.",
    "dies_pile_up": "Dies for {item} pile up: enough for {times} quarters of deliveries.",
    "phantom": "{part} % of the queue for {item} is orders placed twice.",
    "compute": "More AI compute than ever: {value}.",
    "treasury_low": "The treasury runs low: {value} left.",
    "grant_begins": "{place} pays {amount} of what {item} cost there.",
    "grant_ends": "{place} ends its support of {item}.",
    "programme_begins": "{place} spends {amount} on {purpose}.",
    "commitment_begins": "{place} guarantees to buy {amount} of {item}.",
    "control_begins": "{place} stops {item} from reaching {other}.",
    "control_thins": "{place} thins sales of {item} to {other} by {amount}.",
    "control_ends": "{place} lifts its control on {item}.",
    "alliance": "{place} and {other} agree on {item}.",
    "stockpile_begins": "{place} stocks {item}: {amount}.",
    **{
        f"{OWN}{act}_{effect}": f"{head}: {tail}"
        for act, head in {
            "begun": "You began {lever}, {item}, at {amount}",
            "raised": "You raised {lever}, {item}, from {before_amount} to {amount}",
            "lowered": "You lowered {lever}, {item}, from {before_amount} to {amount}",
            "ended": "You ended {lever}, {item}, of {before_amount}",
        }.items()
        for effect, tail in {
            "paid": "effect first seen in {first}, {paid} paid under this lever.",
            "unpaid": "no firm was paid for it by {first}.",
            "in_force": "in force since {first}.",
            "offered": "offered since {first}, and in force while the other offers it too.",
            "over": "it ran until {first}.",
        }.items()
        if (effect == "over") == (act == "ended")
    },
    "own_first_paid": "Your {lever}, {item}, of {since}: effect first seen in {first}, {paid} paid under this lever.",
}
"""The sentence of each kind of event; names in braces are a headline's ``words``."""


@dataclass(frozen=True)
class Reading:
    """A number as it stands in a result: metric, entity and item, in a quarter."""

    metric: str
    entity: str
    item: str
    quarter: Quarter
    value: float


@dataclass(frozen=True)
class Headline:
    """One event.

    kind : which, a key of ``TEMPLATES``; who : the jurisdiction concerned ("" for all)
    now : what it is read from, in the quarter of the event; of a decision, the outlay series of its lever, which its value need not
        have moved yet: there the number told is ``amount``, the decision's own
    then : the same series earlier, where the text looks back; beside : another series of the same quarter, where it compares
    threshold : the line that was crossed, in the metric's unit
    amount, before_amount : of a decision, as decided and as it was before, in the lever's unit
    first : of one's own decision, its outlays in the quarter in which they are first seen, or the last that was looked at
    names : (name, text) of words in the template that are no numbers; weight : what is told where not all is
    """

    kind: str
    who: str
    now: Reading
    weight: float
    names: tuple[tuple[str, str], ...] = ()
    then: Reading | None = None
    beside: Reading | None = None
    threshold: float | None = None
    amount: float | None = None
    before_amount: float | None = None
    first: Reading | None = None

    @property
    def quarter(self) -> Quarter:
        """When it happened."""
        return self.now.quarter

    @property
    def metric(self) -> str:
        """The id of the metric that it is read from."""
        return self.now.metric

    @property
    def words(self) -> dict[str, str]:
        """What the template's braces stand for."""
        metric, item = self.now.metric, self.now.item
        words = dict(self.names) | {"value": value_text(self.now.value, metric, item)}
        if METRICS[metric].unit.startswith("HHI"):
            words["value"] = number(self.now.value, metric, item)
        if self.threshold is not None:
            words["threshold"] = value_text(self.threshold, metric, item).replace(".0 ", " ")
        if self.then is not None:
            words |= {
                "before": number(self.then.value, metric, item),
                "change": f"{abs(100.0 * (self.now.value / self.then.value - 1.0)):.0f}",
                "times": f"{self.now.value / self.then.value:.1f}",
            }
        if self.beside is not None:
            words |= {
                "times": f"{self.now.value / self.beside.value:.1f}",
                "part": f"{100.0 * self.now.value / (self.now.value + self.beside.value):.0f}",
            }
        if self.amount is not None:
            words["amount"] = amount_text(item, self.amount)
        if self.before_amount is not None:
            words["before_amount"] = amount_text(item, self.before_amount)
        if self.first is not None:
            paid = self.first
            words |= {"first": quarter_text(paid.quarter), "paid": value_text(paid.value, paid.metric, paid.item)}
            words["paid"] = words["paid"].removesuffix(" a quarter")
        return words

    @property
    def text(self) -> str:
        """The line in English."""
        text = TEMPLATES[self.kind].format(**self.words)
        return text[0].upper() + text[1:]


def amount_text(lever: str, amount: float) -> str:
    """A decision's amount with its unit: digits enough to be told from nothing.

    >>> amount_text("packaging_grant", 0.4), amount_text("workforce", 1200.0), amount_text("packaging_rnd", 0.3)
    ('40 %', '1,200 M USD a quarter', '0.3 M USD a quarter')
    """
    unit = LEVERS[lever].unit
    if unit.startswith("share") or unit == "strength":
        return f"{100.0 * amount:.0f} %" if amount >= 0.01 or amount == 0.0 else f"{100.0 * amount:.2g} %"
    digits = f"{amount:,.0f}" if amount >= 10.0 or amount == round(amount) else f"{amount:.2g}"
    return f"{digits} {unit.replace(' / quarter', ' a quarter').replace('held', 'to be held')}"


def ranked(found: Sequence[Headline], most: int = MOST) -> tuple[Headline, ...]:
    """One's own decisions and the weightiest of the rest, at most ``MOST_OF_A_KIND`` of a kind and one of each series and kind - the
    latest of these. One's own come first, then the rest; each in the order of time, and within a quarter the weightiest first."""
    latest: dict[tuple[object, ...], Headline] = {}
    for headline in found:
        names = headline.names if headline.kind.startswith(OWN) else ()
        key = (headline.kind, headline.who, headline.now.entity, headline.now.item, names)
        if key not in latest or latest[key].quarter <= headline.quarter:
            latest[key] = headline
    order = sorted(latest.values(), key=lambda h: (-h.weight, h.quarter, h.kind, h.who, h.now.entity, h.now.item, h.names))
    told: list[Headline] = []
    for headline in order:
        own = headline.kind.startswith(OWN)
        limit = min(MOST_OF_ONES_OWN, most) if own else MOST_OF_A_KIND
        alike = sum(other.kind.startswith(OWN) if own else other.kind == headline.kind for other in told)
        if alike < limit and len(told) < most:
            told.append(headline)
    return tuple(sorted(told, key=lambda h: (not h.kind.startswith(OWN), h.quarter)))
