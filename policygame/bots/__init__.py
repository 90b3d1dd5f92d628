"""Strategies that react to what their role sees: seven ways to play a government, one file each.

``BOTS`` lists them by name, in the order in which a player meets them. What they are made of is in ``common``; to add one, write
a rule, wrap it in a ``Bot`` and try it with ``policygame.testing.check_bot``. Strategies made of dated settings are in
``model.agents.scripts``.
"""

from __future__ import annotations

from policygame.bots.alliance_builder import ALLIANCE_BUILDER
from policygame.bots.common import Bot, Desk
from policygame.bots.control_hawk import CONTROL_HAWK
from policygame.bots.fab_first import FAB_FIRST
from policygame.bots.laissez_faire import LAISSEZ_FAIRE
from policygame.bots.packaging_first import PACKAGING_FIRST
from policygame.bots.subsidy_matcher import SUBSIDY_MATCHER
from policygame.bots.whole_chain import WHOLE_CHAIN

__all__ = ["BOTS", "Bot", "Desk"]

BOTS: dict[str, Bot] = {
    bot.name: bot
    for bot in (LAISSEZ_FAIRE, FAB_FIRST, PACKAGING_FIRST, WHOLE_CHAIN, SUBSIDY_MATCHER, CONTROL_HAWK, ALLIANCE_BUILDER)
}
"""Every bot by name: doing nothing first, then by how far a bot looks beyond its own capital grants."""
