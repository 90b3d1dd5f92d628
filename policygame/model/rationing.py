"""Rationing: how scarce output is shared out over the edges of the supply graph.

The same rule serves packaging slots, wafers, HBM, substrates and tools: buyers spread what they want over the sellers they are
qualified with, sellers that are asked for more than they have give everybody the same part, and a fixed number of rounds offers what
was left unfilled to sellers with room. A fixed number, because an exit on convergence would let one world decide for another.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from policygame.model.arrays import TINY, Array, Index, positive, ratio

ROUNDS = 4
"""Rounds of offers; four are enough (found by trying)."""


@dataclass
class Market:
    """One market in the course of being rationed. ``got`` is the result.

    want      (buyer, W)   still wanted, in units of the product
    room      (seller, W)  still on offer, in units of the seller's output
    limit     (edge, W)    still allowed on the edge, in units of the seller's output
    weight    (edge, W)    how a buyer likes its sellers: its requests go by weight x room
    use       (edge, W)    units of the seller's output that a unit of the product takes
    inflation (edge, W)    what is asked over what is wanted (double orders); inflates claims, never what is given
    got       (edge, W)    given so far, in units of the product
    """

    buyer: Index
    seller: Index
    to_buyer: Callable[[Array], Array]
    to_seller: Callable[[Array], Array]
    want: Array
    room: Array
    limit: Array
    weight: Array
    use: Array | None = None
    inflation: Array | None = None
    got: Array | None = None

    def offer(self, rounds: int = ROUNDS) -> Array:
        """Ration in ``rounds`` rounds, each going by weight and room; returns what every edge got (edge, W)."""
        for _ in range(rounds):
            liking = self.weight * self.room[self.seller]
            total = self.to_buyer(liking)
            per_liking = self.want / np.maximum(total, TINY)
            self.grant(per_liking[self.buyer] * liking)
        assert self.got is not None
        return self.got

    def grant(self, claim: Array) -> None:
        """One round: sellers answer claims (edge, W) pro rata; wants, room and limits shrink by what is given. ``claim`` is used up."""
        if self.use is not None:
            claim *= self.use
        np.minimum(claim, self.limit, out=claim)
        given = claim if self.inflation is None else claim * self.inflation
        # a seller's part of what is asked, at most one; inflated claims never bring more than was wanted
        part = self.room / np.maximum(self.to_seller(given), np.maximum(self.room, TINY))
        given *= part[self.seller]
        if self.inflation is not None:
            np.minimum(given, claim, out=given)
        self.limit = self.limit - given
        np.maximum(self.limit, 0.0, out=self.limit)
        self.room = positive(self.room - self.to_seller(given))
        if self.use is not None:
            given /= self.use
        self.want = positive(self.want - self.to_buyer(given))
        if self.got is None:
            self.got = given
        else:
            self.got = self.got + given
