"""Who sits beside a bot: others who do nothing but agree to its pacts, or a company of bots in all seats.

A bot is judged alone, where all else is as if nobody acted; a pact needs two sides, so others agree to what it offers. The scale that it is
judged by comes from games in company, as players meet them: what arrives in a place, and through whom, is moved by everybody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from policygame.asking import AnyPolicy
from policygame.bots import Bot
from policygame.bots.common import Desk, highest
from policygame.catalogue import LEVERS
from policygame.model.agents.government import GovernmentView, Order
from policygame.tournament.arms import Arm

__all__ = ["Willing", "alone", "in_company"]

STRIDES = (1, 2, 3)
"""By how many bots neighbours in the order of seats differ, in each round of games in company."""


@dataclass(frozen=True)
class Willing:
    """A strategy: nothing but to agree to the pacts of ``partner``, on its terms, for the smaller offer counts.

    It agrees to none while itself or one of its allies controls exports to the partner.
    """

    partner: str

    def decide(self, view: GovernmentView) -> list[Order] | None:
        """All clauses in full, to the partner alone; None between turns."""
        if not view.is_turn:
            return None
        desk = Desk(view)
        items = view.items("export_control")
        controls = [view.control(item, place, self.partner) for place in (view.government, *view.allies) for item in items]
        agrees = (highest([np.zeros(view.n_worlds), *controls]) <= 0.0).astype(float)
        for clause in LEVERS["alliance"].items:
            desk.set("alliance", clause, agrees, places=(self.partner,))
        return desk.orders


def alone(seats: Sequence[str], seat: str, plays: AnyPolicy) -> Arm:
    """A seat plays, and all others do nothing but agree to its pacts."""
    return Arm(tuple((one, plays if one == seat else Willing(seat)) for one in seats))


def in_company(seats: Sequence[str], bots: Sequence[Bot]) -> tuple[Arm, ...]:
    """Games with a bot in every seat. In each round every seat is played by every bot once, beside others in turn.

    >>> from policygame.bots import BOTS
    >>> arms = in_company(("USA", "CHN", "KOR"), tuple(BOTS.values()))
    >>> len(arms), [bot.name for _, bot in arms[8].plays]
    (21, ['fab-first', 'whole-chain', 'control-hawk'])
    """
    n = len(bots)
    return tuple(
        Arm(tuple((seat, bots[(turn + stride * at) % n]) for at, seat in enumerate(seats)))
        for stride in STRIDES
        for turn in range(n)
    )
