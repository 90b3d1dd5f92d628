"""What a bot decides, as a person would write it: a decision in lines.

A bot's rule gives orders for the world as it stands; here they become settings dated now, so that a bot sends the same command as a
person, its decision stands in the log, and a replay needs no bot. Floats are written so that they read back as the same number.
"""

from __future__ import annotations

import math

import numpy as np

from policygame.bots import BOTS
from policygame.catalogue import JURISDICTIONS, LEVERS, Quarter
from policygame.game.position import Position
from policygame.model.agents.government import Order, Strategy
from policygame.model.agents.scripts import TakenOver
from policygame.scenario import Policy, Setting
from policygame.scenario.setting import OptionValue

__all__ = ["bot_decision", "decision_of"]

_Key = tuple[str, str]
_TARGETS = {"packaging_grant": "guardrail", "export_control": "on", "alliance": "with"}
"""The option that an order's places stand for."""


def bot_decision(position: Position, seat: str, bot: str) -> Policy:
    """The decision of a bot in a seat now: every lever that it sets, and an end to those that it no longer does."""
    return decision_of(position, seat, BOTS[bot])


def decision_of(position: Position, seat: str, strategy: Strategy) -> Policy:
    """The decision of a strategy in a seat now, as lines that it could have written."""
    now = position.calendar.begins(position.turn)
    history = Policy.of_history(position.scenario, seat).before(position.calendar.play_from)
    decided = TakenOver(history, strategy).decide(position.view(seat))
    orders: dict[_Key, list[Order]] = {}
    for order in decided or ():
        orders.setdefault((order.lever, order.item), []).append(order)
    standing = {setting.key: setting for setting in position.in_force(seat).in_force(now)}
    of_history = {setting.key: setting for setting in history.in_force(now)}
    settings = []
    for key, held in orders.items():
        if any(order.begins for order in held):
            settings.append(_setting(now, key, held))
        elif standing.get(key) != of_history[key]:  # what the bot had set is gone, and what was before holds again
            before = of_history[key]
            settings.append(Setting(now, *key, before.amount, before.options))
    begun = [setting for setting in settings if setting is not None]
    left_alone = {key for key, held in orders.items() if not any(order.begins for order in held)}
    ended = standing.keys() - {setting.key for setting in begun} - left_alone
    return Policy((*begun, *(Setting(now, *key, 0.0) for key in standing if key in ended)))


def _setting(now: Quarter, key: _Key, orders: list[Order]) -> Setting | None:
    """One setting for all orders of a lever and item: of those above nothing, which must agree; None where all are nothing."""
    active = [order for order in orders if _number(order.amount) > 0.0]
    if not active:
        return None
    amounts = {_number(order.amount) for order in active}
    if len(amounts) > 1:
        raise ValueError(f"a bot orders {key[0]} {key[1]} at several strengths at once ({sorted(amounts)}); a decision has one")
    first, places = active[0], {place for order in active for place in order.places}
    options: dict[str, OptionValue] = {}
    declared = LEVERS[key[0]].options
    if "cap" in declared and math.isfinite(_number(first.cap_musd)):
        options["cap"] = _number(first.cap_musd)
    if places and key[0] in _TARGETS:
        options[_TARGETS[key[0]]] = tuple(name for name in JURISDICTIONS if name in places)
    if first.priority and "priority" in declared:
        options["priority"] = True
    if "price" in declared:
        options["price"], options["years"] = _number(first.price_usd), first.years
    return Setting(now, *key, amounts.pop(), options)


def _number(value: object) -> float:
    """The number of the one world (both of the padded worlds are equal)."""
    return float(np.ravel(np.asarray(value, dtype=float))[0])
