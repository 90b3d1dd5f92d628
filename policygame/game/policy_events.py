"""Events that can be read from announced decisions: what a government begins and ends, pacts that two of them make, and what a seat itself
decided.

A setting of others that only changes its amount is no news. One's own decisions are all told, each with the quarter in which its outlays
are first seen. Events of the market are ``market_events``; wording and ranking are ``headlines``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from policygame.catalogue import LEVERS, Quarter
from policygame.game.headlines import OWN, Headline, Reading
from policygame.game.wording import entity_name, item_name, quarter_text
from policygame.result import Result
from policygame.scenario import Policy, Setting

__all__ = ["policy_events"]

_CONTROL = "export_control"
_SEEN_MUSD = 0.5
"""Outlays of a lever are seen from here on: what is paid as less than one M USD is told as nothing."""
_GRANTS = ("packaging_grant", "fab_grant", "tax_credit")
_CONTROLLED = {"hbm": "high-bandwidth memory", "tools": "packaging tools", "advanced_logic": "advanced logic"}
_SUPPORTED = {"packaging": "packaging", "fabrication": "wafer"}
_BASES = {
    "grant_begins": 62.0,
    "grant_ends": 50.0,
    "programme_begins": 40.0,
    "commitment_begins": 58.0,
    "control_begins": 86.0,
    "control_thins": 80.0,
    "control_ends": 66.0,
    "stockpile_begins": 35.0,
}
_ALLIANCE_WEIGHT = 82.0
_OWN_WEIGHT = 200.0
"""More than anything else weighs: one's own decisions come first."""
_LEAST_MUSD = 5.0
"""A programme of others that costs less a quarter is no news."""
_LEAST_PART = 0.01
"""Nor is a grant of others that pays a smaller part of what lines cost."""


def policy_events(
    result: Result, policies: Mapping[str, Policy], quarters: Sequence[Quarter], seat: str | None = None, world: int = 0
) -> list[Headline]:
    """What begins and ends in ``quarters`` by the decisions of all governments, the scenario's history before play included."""
    play_from = Quarter.parse(result.scenario.play_from)
    whole = {
        name: Policy.of_history(result.scenario, name).before(play_from) + policy
        for name, policy in policies.items()
        if name in result.scenario.jurisdictions
    }
    found: list[Headline] = []
    for quarter in quarters:
        if quarter in result.quarters:
            for name in whole:
                if name == seat:
                    found.extend(_ones_own(result, whole[name], name, quarter, quarters, world))
                else:
                    found.extend(_others(result, whole, name, quarter))
            found.extend(_pacts(result, whole, quarter, seat, world))
    return found


def _others(result: Result, whole: Mapping[str, Policy], name: str, quarter: Quarter) -> Iterator[Headline]:
    """What another government begins and ends; it has begun what is large enough to be told."""
    now = {setting.key: setting for setting in whole[name].in_force(quarter) if _is_news(setting)}
    before = {setting.key: setting for setting in whole[name].in_force(quarter - 1) if _is_news(setting)}
    for key in sorted(now.keys() ^ before.keys()):
        setting = now.get(key) or before[key]
        kind = _kind(setting, key in now)
        if kind is None:
            continue
        names = (("place", entity_name(f"country:{name}")), ("item", _item(setting)), ("purpose", _purpose(setting)))
        others = " and ".join(entity_name(f"country:{other}") for other in setting.jurisdictions("on"))
        amount = setting.amount if key in now else None
        cost = Reading("outlay_musd", f"government:{name}", setting.lever, quarter, math.nan)
        yield Headline(kind, name, cost, _BASES[kind], (*names, ("other", others)), amount=amount)


def _ones_own(
    result: Result, policy: Policy, seat: str, quarter: Quarter, quarters: Sequence[Quarter], world: int
) -> Iterator[Headline]:
    """Every decision of ``quarter``, and earlier ones whose outlays are first seen in it."""
    now = {setting.key: setting for setting in policy.in_force(quarter)}
    before = {setting.key: setting for setting in policy.in_force(quarter - 1)}
    last = max(one for one in quarters if one in result.quarters)
    for key in sorted(now.keys() | before.keys()):
        new, old = now.get(key), before.get(key)
        amounts = (old.amount if old else 0.0, new.amount if new else 0.0)
        if amounts[0] != amounts[1]:
            yield _decided(result, seat, key, quarter, last, amounts, world)
        elif new is not None and LEVERS[key[0]].purse != "none":
            since = _since(policy, key, quarter)
            if since not in quarters and _first_paid(result, seat, key[0], since, quarter, world) == quarter:
                paid = _outlay(result, seat, key[0], quarter, world, known=True)
                names = (*_own_names(key), ("since", quarter_text(since)))
                yield Headline(f"{OWN}first_paid", seat, paid, _OWN_WEIGHT, names, first=paid)


def _decided(
    result: Result, seat: str, key: tuple[str, str], quarter: Quarter, last: Quarter, amounts: tuple[float, float], world: int
) -> Headline:
    """One decision, from an amount to another, and what of it was seen by ``last``."""
    lever = key[0]
    before, after = amounts
    act = "begun" if before == 0.0 else "ended" if after == 0.0 else "raised" if after > before else "lowered"
    seen = quarter
    if act == "ended":
        effect, seen = "over", quarter - 1
    elif LEVERS[lever].purse == "none":
        effect = "offered" if lever == "alliance" else "in_force"
    else:
        paid = _first_paid(result, seat, lever, quarter, last, world)
        effect, seen = ("unpaid", last) if paid is None else ("paid", paid)
    first = _outlay(result, seat, lever, seen, world, known=True) if seen in result.quarters else None
    first = first or Reading("outlay_musd", f"government:{seat}", lever, seen, math.nan)
    return Headline(
        f"{OWN}{act}_{effect}",
        seat,
        _outlay(result, seat, lever, quarter, world, known=True),
        _OWN_WEIGHT,
        _own_names(key),
        amount=after if after > 0.0 else None,
        before_amount=before if before > 0.0 else None,
        first=first,
    )


def _own_names(key: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    lever, item = key
    name = LEVERS[lever].name
    about = _CONTROLLED[item] if lever == _CONTROL else item_name(item)
    return (("lever", name[0].lower() + name[1:]), ("item", about))


def _since(policy: Policy, key: tuple[str, str], quarter: Quarter) -> Quarter:
    """When the setting that holds in ``quarter`` was decided."""
    return max(setting.quarter for setting in policy.settings if setting.key == key and setting.quarter <= quarter)


def _first_paid(result: Result, seat: str, lever: str, since: Quarter, last: Quarter, world: int) -> Quarter | None:
    """The first quarter of ``since`` to ``last`` in which a lever is paid for; None where it is not, or not known."""
    series = (f"government:{seat}", lever)
    if "outlay_musd" not in result.metrics or series not in result.series("outlay_musd"):
        return None
    line = result.array("outlay_musd", *series)[:, world]
    return next((q for q, paid in zip(result.quarters, line, strict=True) if since <= q <= last and paid >= _SEEN_MUSD), None)


def _kind(setting: Setting, begins: bool) -> str | None:
    if setting.lever in _GRANTS:
        return "grant_begins" if begins else "grant_ends"
    if setting.lever == _CONTROL:
        return ("control_begins" if setting.amount >= 1.0 else "control_thins") if begins else "control_ends"
    if not begins or setting.lever == "alliance":
        return None
    return {"purchase_commitment": "commitment_begins", "stockpile": "stockpile_begins"}.get(setting.lever, "programme_begins")


def _is_news(setting: Setting) -> bool:
    """Whether what a government sets is large enough for others to be told of it."""
    if setting.lever in _GRANTS:
        return setting.amount >= _LEAST_PART
    return setting.amount >= _LEAST_MUSD or not LEVERS[setting.lever].unit.startswith("M USD")


def _item(setting: Setting) -> str:
    """What a setting is about, inside a sentence; of a grant, the lines that it pays for."""
    if setting.lever == _CONTROL:
        return _CONTROLLED[setting.item]
    name = _SUPPORTED.get(setting.item, item_name(setting.item))
    if setting.lever == "fab_grant":
        return f"lines for {name}"
    return f"{name} lines" if setting.lever in _GRANTS else name


def _purpose(setting: Setting) -> str:
    if setting.lever == "workforce":
        return "people for packaging lines"
    return f"{item_name(setting.item)} research" if setting.lever == "packaging_rnd" else f"makers of {item_name(setting.item)}"


def _pacts(result: Result, whole: Mapping[str, Policy], quarter: Quarter, seat: str | None, world: int) -> Iterator[Headline]:
    now, before = _agreed(whole, quarter), _agreed(whole, quarter - 1)
    for first, second, item in sorted(now - before):
        names = (
            ("place", entity_name(f"country:{first}")),
            ("other", entity_name(f"country:{second}")),
            ("item", item_name(item)),
        )
        weight = _ALLIANCE_WEIGHT * (1.25 if seat in (first, second) else 1.0)
        cost = _outlay(result, first, "alliance", quarter, world, known=first == seat)
        yield Headline("alliance", first, cost, weight, names)


def _agreed(whole: Mapping[str, Policy], quarter: Quarter) -> set[tuple[str, str, str]]:
    """Pairs of governments that offer each other the same clause, with the clause."""
    offers = {
        (name, other, setting.item)
        for name, policy in whole.items()
        for setting in policy.in_force(quarter)
        if setting.lever == "alliance"
        for other in setting.jurisdictions("with")
    }
    return {(a, b, item) for a, b, item in offers if a < b and (b, a, item) in offers}


def _outlay(result: Result, name: str, lever: str, quarter: Quarter, world: int, *, known: bool) -> Reading:
    """Where the cost of a decision shows. Its value is not told, and NaN unless ``known``: what a government pays is its own."""
    entity, value = f"government:{name}", math.nan
    if known and "outlay_musd" in result.metrics and (entity, lever) in result.series("outlay_musd"):
        value = float(result.array("outlay_musd", entity, lever)[result.quarters.index(quarter), world])
    return Reading("outlay_musd", entity, lever, quarter, value)
