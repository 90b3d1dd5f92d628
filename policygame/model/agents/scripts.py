"""Strategies made of dated settings: a scenario's history, a person's policy, and a bot that takes over when play begins."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from policygame.catalogue import Quarter
from policygame.model.agents.government import GovernmentView, Order, Strategy
from policygame.scenario.policy import Policy, Setting


def order_of(setting: Setting, now: Quarter) -> Order:
    """The order that a setting gives in quarter ``now``."""
    cap, price, years = setting.number("cap"), setting.number("price"), setting.number("years")
    places = setting.jurisdictions("guardrail") + setting.jurisdictions("on") + setting.jurisdictions("with")
    return Order(
        lever=setting.lever,
        item=setting.item,
        amount=setting.amount,
        cap_musd=float("inf") if cap is None else cap,
        places=places,
        priority=setting.flag("priority"),
        price_usd=0.0 if price is None else price,
        years=0.0 if years is None else years,
        begins=setting.quarter == now,
    )


@dataclass(frozen=True)
class Script:
    """A fixed policy: in every quarter, the settings that are in force."""

    policy: Policy

    @cached_property
    def _turns(self) -> frozenset[Quarter]:
        """Quarters in which some setting begins or has just ended: in all others nothing changes."""
        settings = self.policy.settings
        return frozenset({s.quarter for s in settings} | {s.until + 1 for s in settings if s.until is not None})

    def _same_as_before(self, quarter: Quarter) -> bool:
        return self.policy.in_force(quarter) == self.policy.in_force(quarter - 1)

    def decide(self, view: GovernmentView) -> Iterable[Order] | None:
        """All settings in force this quarter; None where they are those of the quarter before."""
        if not view.fresh and (view.quarter not in self._turns or self._same_as_before(view.quarter)):
            return None
        return [order_of(setting, view.quarter) for setting in self.policy.in_force(view.quarter)]


@dataclass(frozen=True)
class TakenOver:
    """A script until play begins; then a strategy, beside what the script had set before and the strategy does not touch."""

    before: Policy
    strategy: Strategy

    @cached_property
    def _script(self) -> Script:
        return Script(self.before)

    def decide(self, view: GovernmentView) -> Iterable[Order] | None:
        """The script's settings, replaced lever by lever by what the strategy orders."""
        if not view.playing:
            return self._script.decide(view)
        kept = [order_of(setting, view.quarter) for setting in self.before.in_force(view.quarter)]
        decided = self.strategy.decide(view)
        if decided is None:
            return None
        orders = list(decided)
        touched = {(order.lever, order.item) for order in orders}
        return [order for order in kept if (order.lever, order.item) not in touched] + orders
