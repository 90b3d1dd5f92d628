"""Events that can be read from announced decisions: what a government begins and ends, and pacts that two of them make.

A setting that only changes its amount is no news. Events of the market are ``market_events``; wording and ranking are ``headlines``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from policygame.catalogue import Quarter
from policygame.game.headlines import Headline, Reading
from policygame.game.wording import entity_name, item_name
from policygame.result import Result
from policygame.scenario import Policy, Setting

__all__ = ["policy_events"]

_GRANTS = ("packaging_grant", "fab_grant", "tax_credit")
_CONTROLLED = {"hbm": "high-bandwidth memory", "tools": "packaging tools", "advanced_logic": "advanced logic"}
_SUPPORTED = {"packaging": "packaging", "fabrication": "wafer"}
_BASES = {
    "grant_begins": 62.0,
    "grant_ends": 50.0,
    "programme_begins": 40.0,
    "commitment_begins": 58.0,
    "control_begins": 86.0,
    "control_ends": 66.0,
    "stockpile_begins": 35.0,
}
_ALLIANCE_WEIGHT = 82.0


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
                found.extend(_own(result, whole, name, quarter, seat, world))
            found.extend(_pacts(result, whole, quarter, seat, world))
    return found


def _own(
    result: Result, whole: Mapping[str, Policy], name: str, quarter: Quarter, seat: str | None, world: int
) -> Iterator[Headline]:
    now = {setting.key: setting for setting in whole[name].in_force(quarter)}
    before = {setting.key: setting for setting in whole[name].in_force(quarter - 1)}
    for key in sorted(now.keys() ^ before.keys()):
        setting = now.get(key) or before[key]
        kind = _kind(setting, key in now)
        if kind is None:
            continue
        weight = _BASES[kind] * (1.0 if name != seat else 0.8)  # one knows what one decided
        names = (("place", entity_name(f"country:{name}")), ("item", _item(setting)), ("purpose", _purpose(setting)))
        others = " and ".join(entity_name(f"country:{other}") for other in setting.jurisdictions("on"))
        amount = setting.amount if key in now else None
        cost = _outlay(result, name, setting.lever, quarter, world, known=name == seat)
        yield Headline(kind, name, cost, weight, (*names, ("other", others)), amount=amount)


def _kind(setting: Setting, begins: bool) -> str | None:
    if setting.lever in _GRANTS:
        return "grant_begins" if begins else "grant_ends"
    if setting.lever == "export_control":
        return "control_begins" if begins else "control_ends"
    if not begins or setting.lever == "alliance":
        return None
    return {"purchase_commitment": "commitment_begins", "stockpile": "stockpile_begins"}.get(setting.lever, "programme_begins")


def _item(setting: Setting) -> str:
    if setting.lever == "export_control":
        return _CONTROLLED[setting.item]
    return _SUPPORTED.get(setting.item, item_name(setting.item))


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
