"""Rationing: how scarce output is shared out between buyers and sellers, one offer at a time.

Buyers spread what they want over their sellers; a seller that is asked for more than it has gives everybody the same part; a fixed
number of rounds offers what was left unfilled to sellers with room.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable

from tests.benchmarks.oracle.arithmetic import TINY, positive, ratio


class Offer:
    """One relation in a market: what passes from a seller to a buyer.

    ``limit`` is what may still pass, in the seller's unit; ``use`` the seller's units that a unit of the product takes; ``inflation``
    what is asked over what is wanted; ``got`` what the buyer has been given.
    """

    __slots__ = ("buyer", "got", "inflation", "limit", "seller", "use", "weight")

    def __init__(self, buyer: Hashable, seller: Hashable, limit: float, weight: float, use: float = 1.0) -> None:
        self.buyer, self.seller = buyer, seller
        self.limit, self.weight, self.use = limit, weight, use
        self.inflation, self.got = 1.0, 0.0


class Market:
    """Wants of buyers (units of the product), room of sellers (their own units), and the offers between them."""

    def __init__(self, offers: list[Offer], want: dict, room: dict) -> None:
        self.offers, self.want, self.room = offers, want, room

    def grant(self, claims: Iterable[float]) -> None:
        """One round: sellers answer the claims pro rata; wants, room and limits shrink by what is given."""
        claimed, asked = [], dict.fromkeys(self.room, 0.0)
        for offer, claim in zip(self.offers, claims, strict=True):
            wished = min(claim * offer.use, offer.limit)
            claimed.append(wished)
            asked[offer.seller] += wished * offer.inflation
        part = {s: room / max(asked[s], room, TINY) for s, room in self.room.items()}
        for offer, wished in zip(self.offers, claimed, strict=True):
            given = min(wished * offer.inflation * part[offer.seller], wished)
            offer.limit = positive(offer.limit - given)
            self.room[offer.seller] = positive(self.room[offer.seller] - given)
            offer.got += given / offer.use
            self.want[offer.buyer] = positive(self.want[offer.buyer] - given / offer.use)

    def rounds(self, count: int) -> None:
        """Rounds in which buyers ask by weight and by what room and limit let pass."""
        for _ in range(count):
            liking = [min(self.room[offer.seller], offer.limit) * offer.weight for offer in self.offers]
            total = dict.fromkeys(self.want, 0.0)
            for offer, liked in zip(self.offers, liking, strict=True):
                total[offer.buyer] += liked
            wish = {buyer: ratio(want, total[buyer]) for buyer, want in self.want.items()}
            self.grant([wish[offer.buyer] * liked for offer, liked in zip(self.offers, liking, strict=True)])
