"""Who this browser is: the tokens of its seats, kept in cookies that scripts cannot read.

A seat's token comes from the Host, over the socket, and must reach the browser as a cookie, which only an HTTP answer can set. So
a tab leaves the token under a one-time ticket and has its page call ``POST /keep`` with it. Whether a token is good is
the Host's to say; here it is only carried.
"""

from __future__ import annotations

import re
import secrets
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

import solara

from policygame.web.kernel import browser_cookies
from policygame.web.vue import component

__all__ = ["COOKIE_PREFIX", "LONGEST_KEPT_SECONDS", "TICKETS", "Keep", "Tickets", "Tokens", "use_tokens", "valid_code"]

COOKIE_PREFIX = "policygame-seat-"
LONGEST_KEPT_SECONDS = 180 * 24 * 3600
MOST_COOKIES = 40
_CODE = re.compile(r"^[A-Z0-9]{2,12}$")
_TOKEN = re.compile(r"^[A-Za-z0-9_-]{16,128}$")


def valid_code(code: str) -> bool:
    """Whether ``code`` could be the code of a game."""
    return bool(_CODE.match(code))


@dataclass(frozen=True)
class Kept:
    """What a ticket stands for: the token of a game's seat, or None to forget it."""

    code: str
    token: str | None


class Tickets:
    """One-time tickets for cookies to set. Only the newest thousand are held; each is worth one call."""

    MOST = 1000

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: OrderedDict[str, Kept] = OrderedDict()

    def issue(self, kept: Kept) -> str:
        """A ticket for ``kept``."""
        ticket = secrets.token_urlsafe(24)
        with self._lock:
            self._held[ticket] = kept
            while len(self._held) > self.MOST:
                self._held.popitem(last=False)
        return ticket

    def redeem(self, ticket: str) -> Kept | None:
        """What the ticket stands for, the first time; None ever after."""
        with self._lock:
            return self._held.pop(ticket, None)


TICKETS = Tickets()


class Tokens:
    """The tokens of this browser's seats, by code of the game."""

    def __init__(self, cookies: Mapping[str, str], changed: Mapping[str, str | None], change: object) -> None:
        self._cookies = cookies
        self._changed = changed
        self._change = change

    def get(self, code: str) -> str | None:
        """The token of this browser's seat in the game ``code``, or None."""
        if code in self._changed:
            return self._changed[code]
        token = self._cookies.get(COOKIE_PREFIX + code, "")
        return token if _TOKEN.match(token) else None

    def codes(self) -> list[str]:
        """The games in which this browser has, or had, a seat."""
        kept = [name.removeprefix(COOKIE_PREFIX) for name in self._cookies if name.startswith(COOKIE_PREFIX)]
        known = [*kept, *(code for code in self._changed if code not in kept)]
        return [code for code in known if valid_code(code) and self.get(code) is not None]

    def keep(self, code: str, token: str) -> None:
        """Remember the token, in this tab at once and in the browser for its next visit."""
        if not valid_code(code) or not _TOKEN.match(token):
            raise ValueError("a code is 2 to 12 capital letters and digits, a token 16 to 128 letters, digits, - and _")
        self._change(code, token)  # type: ignore[operator]

    def forget(self, code: str) -> None:
        """Forget the token here and in the browser."""
        self._change(code, None)  # type: ignore[operator]


@dataclass(frozen=True)
class _Changes:
    """What this tab changed since it connected, and the tickets that carry it to the browser."""

    tokens: tuple[tuple[str, str | None], ...] = ()
    tickets: tuple[str, ...] = ()


_changes = solara.reactive(_Changes())


def use_tokens() -> Tokens:
    """A hook: the seat tokens of this browser; the component is drawn again when they change."""
    changes = _changes.value

    def change(code: str, token: str | None) -> None:
        now = _changes.value
        others = tuple(pair for pair in now.tokens if pair[0] != code)
        _changes.set(_Changes((*others, (code, token)), (*now.tickets, TICKETS.issue(Kept(code, token)))[-8:]))

    return Tokens(browser_cookies(), dict(changes.tokens), change)


@component("keep.vue")
def _Keep(tickets: list[str] = []) -> object: ...  # noqa: B006


@solara.component
def Keep() -> None:
    """The invisible part of every page that hands tickets to ``POST /keep``."""
    _Keep(tickets=list(_changes.value.tickets))
