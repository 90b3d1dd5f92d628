"""The accounts: every payment of a quarter, booked twice.

A *route* says who pays whom, row by row; ``Ledger.pay`` books an amount over its rows. Nothing reaches a cash balance except through
here, so the payments of a quarter sum to zero in every world. What is paid for is decided in ``phases``.
"""

from __future__ import annotations

from copy import copy

import numpy as np

from policygame.model.arrays import Array, Index, Sums
from policygame.model.structure import N_PLACES, PLACES, Structure


def accounts_of(structure: Structure) -> tuple[str, ...]:
    """Every account, in order: firms, designers, governments, then the rest of the economy."""
    return (
        *(f"firm:{name}" for name in structure.lines.firms),
        *(f"designer:{name}" for name in structure.designers),
        *(f"government:{name}" for name in PLACES),
        "customers",
        "labour and materials",
        "builders",
        "lenders",
        "taxpayers",
    )


class Route:
    """Who pays whom, row by row: ``payer`` and ``payee`` are account indices (row,)."""

    def __init__(self, name: str, payer: Index, payee: Index, n_accounts: int) -> None:
        self.name = name
        self.payer, self.payee = payer, payee
        self.paid = Sums(payer, n_accounts)
        self.received = Sums(payee, n_accounts)
        self.net = self.received.minus(self.paid)


class Ledger:
    """The payments of the current quarter, in M USD."""

    def __init__(self, structure: Structure) -> None:
        self.accounts = accounts_of(structure)
        self.n = len(self.accounts)
        lines = structure.lines
        n_firms, n_designers = len(lines.firms), len(structure.designers)
        self.firms = slice(0, n_firms)
        self.designers = slice(n_firms, n_firms + n_designers)
        self.governments = slice(n_firms + n_designers, n_firms + n_designers + N_PLACES)
        named = {name: i for i, name in enumerate(self.accounts)}
        self.customers, self.outside, self.builders = named["customers"], named["labour and materials"], named["builders"]
        self.lenders, self.taxpayers = named["lenders"], named["taxpayers"]
        designer = n_firms + structure.product_designer
        place = self.governments.start + lines.place
        government = np.arange(self.governments.start, self.governments.stop)
        firm = np.arange(n_firms)
        self._routes = {
            route.name: route
            for route in (
                self._route("sales", self.customers, designer),
                self._route("stockpile", np.repeat(government, len(structure.products)), np.tile(designer, N_PLACES)),
                self._route("packaging", designer[structure.edge_product], lines.firm[structure.edge_line]),
                self._route("liability", lines.firm[structure.edge_line], designer[structure.edge_product]),
                self._route("wafers", designer[structure.source_product], lines.firm[structure.source_line]),
                self._route("other output", self.customers, lines.firm),
                self._route("operation", lines.firm, self.outside),
                self._route("building", lines.firm, self.builders),
                self._route("grants", place, lines.firm),
                self._route("offtake", place, lines.firm),
                self._route("tax credits", place, lines.firm),
                self._route("programmes", government, self.outside),
                self._route("income", self.taxpayers, government),
                self._route("interest", firm, self.lenders),
                self._route("borrowing", self.lenders, firm),
            )
        }
        self.flows: dict[str, Array] = {}
        self.net: Array = np.zeros((self.n, 1))

    def _route(self, name: str, payer: Index | int, payee: Index | int) -> Route:
        payers, payees = np.broadcast_arrays(np.asarray(payer, dtype=np.intp), np.asarray(payee, dtype=np.intp))
        return Route(name, payers.copy(), payees.copy(), self.n)

    def add_route(self, name: str, payer: Index, payee: Index) -> None:
        """Declare a further route; the supply graph's edges use it."""
        self._routes[name] = self._route(name, payer, payee)

    def empty(self, n_worlds: int) -> Ledger:
        """A ledger with the same accounts and routes, and no payments, for ``n_worlds`` worlds."""
        other = copy(self)
        other.open(n_worlds)
        return other

    def route(self, name: str) -> Route:
        """The route of that name."""
        return self._routes[name]

    def open(self, n_worlds: int) -> None:
        """Begin a quarter with no payments."""
        self.flows = {}
        self.net = np.zeros((self.n, n_worlds))

    def pay(self, name: str, amount_musd: Array) -> None:
        """Book ``amount_musd`` (row, W) over the rows of a route; a negative amount flows back."""
        self.flows[name] = amount_musd if name not in self.flows else self.flows[name] + amount_musd
        self._routes[name].net.add_to(self.net, amount_musd)

    def matrix(self, world: int = 0) -> Array:
        """(payer, payee): everything paid this quarter in one world, M USD."""
        out = np.zeros((self.n, self.n))
        for name, amount in self.flows.items():
            route = self._routes[name]
            np.add.at(out, (route.payer, route.payee), amount[:, world])
        return out
