"""What a search may set: one dial for each lever and item of a role, its range and its terms, and the policy that dials make.

A candidate is a constant setting of every dial from the first quarter of play on. How good it is lives in ``objectives``, which
candidates are tried in ``find``.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from policygame.catalogue import LEVERS, SEGMENTS, STAGES, TECHNOLOGIES, Quarter, nearest
from policygame.errors import UserError
from policygame.scenario import Policy, Scenario
from policygame.scenario.policy import Setting
from policygame.scenario.schema import Government
from policygame.scenario.setting import OptionValue

__all__ = ["Candidate", "Dial", "SearchError", "Space", "space_of"]

YEARS = 3
"""How long a purchase commitment of a candidate runs."""
CENT_MUSD = 0.01
"""Amounts that are cut to income are rounded down to this, M USD a quarter."""


class SearchError(UserError):
    """A search that cannot be made as asked."""


@dataclass(frozen=True)
class Dial:
    """A lever and item that a candidate sets from 0 to ``high`` (in the lever's unit), always with the same ``options``."""

    lever: str
    item: str
    high: float
    options: Mapping[str, OptionValue]

    @property
    def name(self) -> str:
        """Lever and item, as a line of a policy has them."""
        return f"{self.lever} {self.item}"

    def amount(self, share: float) -> float:
        """The amount, of four digits, at a share of the dial's way, 0 or less being off.

        Shares and strengths grow straight, sums of money and goods by the square, so that small ones are tried as often as large ones.
        """
        way = max(share, 0.0)
        return min(float(f"{self.high * (way if LEVERS[self.lever].high <= 1.0 else way * way):.4g}"), self.high)

    def setting(self, quarter: Quarter, amount: float) -> Setting:
        """The line that sets the dial in a quarter; an amount of 0 ends what holds."""
        return Setting(quarter, self.lever, self.item, amount, dict(self.options) if amount > 0.0 else {})


@dataclass(frozen=True)
class Candidate:
    """A policy, and the part of its fixed outlays that income bears: below 1, each was cut to that part."""

    policy: Policy
    paid_share: float


@dataclass(frozen=True)
class Space:
    """All that a search may set for a government from ``begins`` on.

    ``left_out`` says in sentences which levers have no dial and why, ``simplified`` what terms and ranges dials have.
    """

    scenario: Scenario
    government: str
    begins: Quarter
    dials: tuple[Dial, ...]
    left_out: tuple[str, ...]
    simplified: tuple[str, ...]

    def candidate(self, shares: Mapping[str, float]) -> Candidate:
        """The policy in which each dial, by name, stands at a share of its way; 0 or less, or no share, is off.

        A dial that is off is left out, unless the scenario's history has set it before play: then a line ends it. Fixed outlays
        that income cannot bear are all cut to the same part of themselves, because such a policy may not be played.
        """
        inherited = {setting.key for setting in self._before.in_force(self.begins)}
        settings = []
        for dial in self.dials:
            amount = dial.amount(shares.get(dial.name, 0.0))
            if amount > 0.0 or (dial.lever, dial.item) in inherited:
                settings.append(dial.setting(self.begins, amount))
        return self._within_income(settings)

    @property
    def _before(self) -> Policy:
        return Policy.of_history(self.scenario, self.government).before(self.begins)

    def _within_income(self, settings: Sequence[Setting]) -> Candidate:
        """Fixed outlays of the settings, all multiplied by the largest factor, up to 1, that income bears in every quarter."""
        policy = Policy(tuple(settings))
        factor = self._bearable(policy)
        if factor >= 1.0:
            return Candidate(policy, 1.0)
        cut = [self._cut(setting, factor) if LEVERS[setting.lever].fixed_outlay else setting for setting in settings]
        return Candidate(Policy(tuple(setting for setting in cut if setting is not None)), factor)

    def _cut(self, setting: Setting, factor: float) -> Setting | None:
        """A smaller setting, rounded down; None where nothing is left of one that ends nothing."""
        amount = round(math.floor(setting.amount * factor / CENT_MUSD) * CENT_MUSD, 2)
        if amount == 0.0 and setting.amount > 0.0 and setting.key not in {s.key for s in self._before.in_force(self.begins)}:
            return None
        return Setting(setting.quarter, setting.lever, setting.item, amount)

    def _bearable(self, policy: Policy) -> float:
        """The least ratio, over quarters, of income that history has not spent to what the policy has: totals since the start."""
        start, end = Quarter.parse(self.scenario.start), Quarter.parse(self.scenario.end)
        own, whole = set(policy.settings), Policy.of_history(self.scenario, self.government) + policy
        planned, past = [], []
        for ahead in range(end - start + 1):
            fixed = [setting for setting in whole.in_force(start + ahead) if LEVERS[setting.lever].fixed_outlay]
            planned.append(math.fsum(setting.amount for setting in fixed if setting in own))
            past.append(math.fsum(setting.amount for setting in fixed if setting not in own))
        income = _role(self.scenario, self.government).packaging_income_musd_per_year.value / 4.0
        ratios = [
            (income * (index + 1) - spent) / wanted
            for index, (wanted, spent) in enumerate(zip(accumulate(planned), accumulate(past), strict=True))
            if wanted > 0.0
        ]
        return max(min([1.0, *ratios]), 0.0)


def _role(scenario: Scenario, government: str) -> Government:
    governments = [name for name, place in scenario.jurisdictions.items() if place.government is not None]
    place = scenario.jurisdictions.get(government)
    if place is None or place.government is None:
        raise SearchError(
            f"unknown government {government!r} in {scenario.name}; allowed are {', '.join(governments)}."
            f"{nearest(government, governments)}"
        )
    return place.government


def space_of(scenario: Scenario, government: str, levers: Sequence[str] | None = None, others: Collection[str] = ()) -> Space:
    """What a search may set for a government: all levers of its role, or those of ``levers`` alone.

    ``others`` are governments that follow a policy of their own, who may answer an offer of a pact. SearchError for an unknown
    government, a lever that its role lacks, and where nothing is left to search.
    """
    role = _role(scenario, government)
    for lever in levers or ():
        _check_lever(lever, government, role)
    chosen = [lever for lever in LEVERS if lever in role.levers and (levers is None or lever in levers)]
    builder = _Builder(scenario, government, role, others, asked=levers is not None)
    dials = tuple(dial for lever in chosen for dial in builder.dials(lever))
    if not dials:
        raise SearchError(f"{government} has nothing to search in {scenario.name}: {' '.join(builder.left_out)}")
    simplified = [*_SIMPLIFIED, *(_TERMS[lever] for lever in chosen if lever in _TERMS and any(d.lever == lever for d in dials))]
    return Space(scenario, government, Quarter.parse(scenario.play_from), dials, tuple(builder.left_out), tuple(simplified))


def _check_lever(lever: str, government: str, role: Government) -> None:
    if lever not in LEVERS:
        raise SearchError(f"unknown lever {lever!r}; allowed are {', '.join(role.levers)}.{nearest(lever, role.levers)}")
    if lever not in role.levers:
        raise SearchError(f"{government} may not use {lever}; its levers are {', '.join(role.levers)}.")


_SIMPLIFIED = (
    "Every setting is constant from the first quarter of play to the end.",
    "Fixed outlays that income cannot bear are all cut to the same part of themselves; paid_share tells which.",
)
_GRANTS = "have no cap, no guardrail and no priority: the purse is their limit, and the model cuts what it cannot pay."
_TERMS = {
    "packaging_grant": f"Packaging grants {_GRANTS}",
    "fab_grant": f"Fab grants {_GRANTS}",
    "purchase_commitment": f"Purchase commitments run {YEARS} years at the scenario's starting price, up to what a quarter's "
    "packaging income buys.",
    "export_control": "Export controls are aimed at those at whom the scenario's history aims them, else at all governments "
    "that are no allies.",
    "alliance": "Pacts are offered to all allies, without allies to all governments; they hold with those who offer them too.",
    "stockpile": "Stockpiles go up to what the packaging income of all quarters of play buys at the scenario's starting price.",
}


class _Builder:
    """Makes the dials of a role, lever by lever, and gathers why some have none."""

    def __init__(self, scenario: Scenario, government: str, role: Government, others: Collection[str], *, asked: bool) -> None:
        self.scenario, self.government, self.role, self.asked = scenario, government, role, asked
        self.left_out: list[str] = []
        self.history = Policy.of_history(scenario, government)
        start, begins, end = (Quarter.parse(text) for text in (scenario.start, scenario.play_from, scenario.end))
        self.quarters, self.played = end - start + 1, end - begins + 1
        self.income_musd = role.packaging_income_musd_per_year.value / 4.0
        self.governments = tuple(
            name for name, place in scenario.jurisdictions.items() if place.government is not None and name != government
        )
        self.answering = [name for name in self.governments if name in others or self._offers(name)]

    def _offers(self, government: str) -> bool:
        return any(setting.lever == "alliance" for setting in Policy.of_history(self.scenario, government).settings)

    def dials(self, lever: str) -> Iterator[Dial]:
        """A dial for each item of the lever that the scenario has."""
        bound = self.role.bounds.get(lever)
        most = LEVERS[lever].high if bound is None else min(LEVERS[lever].high, bound.value)
        if lever == "alliance" and not self.answering and not self.asked:
            self.left_out.append(
                "alliance: a pact holds only while others offer it too, and nobody does (--policy names who may)."
            )
            return
        for item in LEVERS[lever].items:
            if not self._has(item):
                continue
            high = min(most, self._payable(lever, item))
            options = self._options(lever, item)
            if options is None:
                self.left_out.append(f"{lever} {item}: there is no other government at which it could be aimed.")
            elif high <= 0.0:
                self.left_out.append(f"{lever} {item}: the role's bound or its income is 0.")
            else:
                yield Dial(lever, item, high, options)

    def _has(self, item: str) -> bool:
        """Whether the scenario has an item that it could lack: a technology, a segment or a stage."""
        scenario = self.scenario
        for catalogue, present in (
            (TECHNOLOGIES, scenario.technologies),
            (SEGMENTS, scenario.segments),
            (STAGES, scenario.stages),
        ):
            if item in catalogue:
                return item in present
        return True

    def _payable(self, lever: str, item: str) -> float:
        """The amount, in the lever's unit, beyond which packaging income could pay no more of this alone; infinite where others pay."""
        if LEVERS[lever].fixed_outlay:
            return float(f"{self.income_musd * self.quarters / self.played:.4g}")
        price_usd, money_musd = 0.0, self.income_musd
        if lever == "purchase_commitment":
            price_usd = self.scenario.technologies[item].price_usd_per_wafer.value
        if lever == "stockpile":
            price_usd = self.scenario.segments[item].unit_price_usd.value
            money_musd *= self.played
        return float(f"{1000.0 * money_musd / price_usd:.4g}") if price_usd > 0.0 else math.inf

    def _options(self, lever: str, item: str) -> dict[str, OptionValue] | None:
        """Terms of the dial; None where a lever that needs somebody to be aimed at has nobody."""
        if lever == "purchase_commitment":
            return {"price": self.scenario.technologies[item].price_usd_per_wafer.value, "years": YEARS}
        allies = [name for name in self.scenario.jurisdictions[self.government].allies if name in self.governments]
        if lever == "export_control":
            told = [s for s in self.history.settings if s.key == (lever, item) and s.jurisdictions("on")]
            on = told[-1].jurisdictions("on") if told else tuple(name for name in self.governments if name not in allies)
            return {"on": on} if on else None
        if lever == "alliance":
            partners = tuple(allies) or self.governments
            return {"with": partners} if partners else None
        return {}
