"""The headlines of a turn: events of the market and of decisions, one's own first, then in the order of time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from policygame.catalogue import Quarter
from policygame.game.headlines import MOST, Headline, ranked
from policygame.game.market_events import market_events
from policygame.game.policy_events import policy_events
from policygame.result import Result
from policygame.scenario import Policy

__all__ = ["headlines"]


def headlines(
    result: Result,
    policies: Mapping[str, Policy],
    quarters: Sequence[Quarter],
    *,
    seat: str | None = None,
    world: int = 0,
    most: int = MOST,
) -> tuple[Headline, ...]:
    """What happened in ``quarters`` (of a turn), at most ``most`` lines.

    result : of the game since its scenario's start; series that a role may not see may be missing
    policies : announced decisions of every government; those of finished turns, so that nothing sealed is told
    seat : whose treasury is told of, and whose country comes first; None for onlookers

    >>> from policygame import simulate
    >>> result = simulate("first-game", seeds=[7], quarters=8)
    >>> for headline in headlines(result, {}, result.quarters[6:8], most=2):
    ...     print(headline.quarter, headline.metric, headline.text)
    2023Q4 lead_time_weeks Lead time for AI accelerators passes 40 weeks: now 44 weeks.
    2023Q4 fill_rate Packagers give AI accelerators 53 % of the slots asked for.
    """
    found = market_events(result, quarters, seat, world) + policy_events(result, policies, quarters, seat, world)
    return ranked(found, most)
