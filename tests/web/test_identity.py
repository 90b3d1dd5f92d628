"""Seat tokens in a browser: kept, found again, forgotten; tickets are worth one call."""

from __future__ import annotations

import pytest

from policygame.web.identity import COOKIE_PREFIX, Kept, Tickets, Tokens

TOKEN = "t" * 43


def _tokens(cookies: dict[str, str], changed: dict[str, str | None] | None = None) -> Tokens:
    made = dict(changed or {})
    return Tokens(cookies, made, made.__setitem__)


def test_a_ticket_is_worth_one_call() -> None:
    tickets = Tickets()
    ticket = tickets.issue(Kept("K7QM", TOKEN))
    assert tickets.redeem(ticket) == Kept("K7QM", TOKEN)
    assert tickets.redeem(ticket) is None
    assert tickets.redeem("invented") is None


def test_old_tickets_make_room() -> None:
    tickets = Tickets()
    first = tickets.issue(Kept("A1", TOKEN))
    for _ in range(Tickets.MOST):
        last = tickets.issue(Kept("B2", TOKEN))
    assert tickets.redeem(first) is None
    assert tickets.redeem(last) == Kept("B2", TOKEN)


def test_cookies_are_read_and_this_tab_knows_better() -> None:
    tokens = _tokens({COOKIE_PREFIX + "K7QM": TOKEN, COOKIE_PREFIX + "A1B2": TOKEN, "other": "x"})
    assert tokens.codes() == ["K7QM", "A1B2"]
    tokens.forget("K7QM")
    tokens.keep("Z9", "u" * 20)
    assert (tokens.get("K7QM"), tokens.get("Z9")) == (None, "u" * 20)
    assert tokens.codes() == ["A1B2", "Z9"]


@pytest.mark.parametrize("value", ["", "short", "a b" * 10, "x" * 200, "<script>" * 4])
def test_a_cookie_that_cannot_be_a_token_is_none(value: str) -> None:
    assert _tokens({COOKIE_PREFIX + "K7QM": value}).get("K7QM") is None


@pytest.mark.parametrize(
    ("code", "token"), [("k7qm", TOKEN), ("K7;QM", TOKEN), ("K7QM", "short"), ("K7QM", "a; Path=/" + "x" * 20)]
)
def test_what_no_cookie_could_hold_is_not_kept(code: str, token: str) -> None:
    with pytest.raises(ValueError, match="capital letters"):
        _tokens({}).keep(code, token)
