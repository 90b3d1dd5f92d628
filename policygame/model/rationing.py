"""Rationing: how scarce output is shared out over the edges of the supply graph.

The same rule serves packaging slots, wafers, HBM, substrates and tools: buyers spread what they want over the sellers they are
qualified with, sellers that are asked for more than they have give everybody the same part, and a fixed number of rounds offers what
was left unfilled to sellers with room. A fixed number, because an exit on convergence would let one world decide for another.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from policygame.model.arrays import TINY, Array, Index, at_least, picked, ratio, shrunk

ROUNDS = 4
"""Rounds of offers; four are enough (found by trying)."""


@dataclass
class Market:
    """One market in the course of being rationed. ``got`` is the result.

    want      (buyer, W)   still wanted, in units of the product
    room      (seller, W)  still on offer, in units of the seller's output
    limit     (edge, W)    still allowed on the edge, in units of the seller's output
    weight    (edge, W)    how a buyer likes its sellers: its requests go by weight x what room and limit let pass
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

    def offer(self, rounds: int = ROUNDS, closing: bool = False) -> Array:
        """Ration in ``rounds`` rounds, each going by weight and what may pass; returns what every edge got (edge, W).

        ``closing``: nothing follows, so what is still wanted and on offer after the last round need not be worked out.
        """
        for left in reversed(range(rounds)):
            liking = picked(self.room, self.seller)
            np.minimum(liking, self.limit, out=liking)
            liking *= self.weight
            claim = picked(ratio(self.want, self.to_buyer(liking)), self.buyer)
            claim *= liking
            self.grant(claim, closing and left == 0)
        assert self.got is not None
        return self.got

    def grant(self, claim: Array, closing: bool = False) -> None:
        """One round: sellers answer claims (edge, W) pro rata; wants, room and limits shrink by what is given. ``claim`` is used up."""
        if self.use is not None:
            claim *= self.use
        np.minimum(claim, self.limit, out=claim)
        given = claim if self.inflation is None else claim * self.inflation
        # a seller's part of what is asked, at most one; inflated claims never bring more than was wanted
        asked = self.to_seller(given)
        part = at_least(self.room, TINY)
        np.divide(self.room, np.maximum(asked, part, out=part), out=part)
        given *= picked(part, self.seller)
        if self.inflation is not None:
            np.minimum(given, claim, out=given)
        if not closing:
            self.limit = shrunk(self.limit, given)
            self.room = shrunk(self.room, asked * part if self.inflation is None else self.to_seller(given))
        if self.use is not None:
            given /= self.use
        if not closing:
            self.want = shrunk(self.want, self.to_buyer(given))
        self.got = given if self.got is None else self.got + given
