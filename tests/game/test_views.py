"""A view holds what its role may see: never another's draft, sealed decision, treasury or secret."""

from __future__ import annotations

import pickle
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policygame.game import Refused, view_of
from policygame.game import commands as c
from tests.game.table import Table

CANARY = "173.0625"


def _sealed(table: Table) -> Table:
    """CHN has a draft or decision with a number that stands nowhere else."""
    table.sit().sit("CHN", "Bo", "second")
    return table


def _text(table: Table, token: str | None) -> bytes:
    view = view_of(table.game, table.position, token)
    shown = {
        name: getattr(view, name)
        for name in type(view).__dataclass_fields__
        if name not in ("scenario", "result", "in_force", "decided")
    }
    mappings = {name: dict(getattr(view, name)) for name in ("in_force", "decided")}
    return pickle.dumps(shown) + repr(shown).encode() + repr(mappings).encode()


@pytest.mark.parametrize("kind", [c.SaveDraft, c.SubmitDecision])
@pytest.mark.parametrize("token", ["owner", None, "nobody's"])
def test_another_seats_draft_or_sealed_decision_is_not_in_the_view(kind, token):
    table = _sealed(Table())
    line = f"{table.game.quarter} packaging_grant conventional 0.2 cap {CANARY}"
    table.act(kind(seat="CHN", turn=1, lines=(line,)), "second")
    assert CANARY.encode() not in _text(table, token)
    assert CANARY.encode() in _text(table, "second")


def test_it_says_who_has_decided_and_after_the_turn_what():
    table = _sealed(Table())
    table.submit(f"packaging_grant conventional 0.2 cap {CANARY}", seat="CHN", token="second")
    view = view_of(table.game, table.position, "owner")
    assert {info.seat for info in view.seats if info.decided} == {"CHN"}
    assert [info.seat for info in view.waiting_for] == ["USA"]
    table.submit()
    table.resolve()
    assert CANARY.encode() in _text(table, "owner")


def test_tokens_and_their_hashes_stay_on_the_server():
    table = Table().sit("USA", "Ann", "a-secret-token")
    for token in ("a-secret-token", "owner", None):
        text = _text(table, token)
        assert b"a-secret-token" not in text
        assert table.game.seats["USA"].token_hash.encode() not in text
        assert table.game.created.owner_hash.encode() not in text


def test_others_treasuries_are_not_in_the_result_one_own_is():
    table = _sealed(Table())
    view = view_of(table.game, table.position, "owner")
    for metric in ("treasury_musd", "outlay_musd"):
        assert {entity for entity, _ in view.result.series(metric)} == {"government:USA"}
    assert {entity for entity, item in view.result.series("score_raw") if item == "F"} == {"government:USA"}
    assert len({entity for entity, item in view.result.series("score_raw") if item == "S"}) > 1
    onlooker = view_of(table.game, table.position, None)
    assert onlooker.seat is None
    assert onlooker.result.series("treasury_musd") == ()
    same = view.result.array("lead_time_weeks", item="ai_accelerator")
    assert (same == table.position.result.array("lead_time_weeks", item="ai_accelerator")).all()


_ASKED = st.lists(
    st.tuples(st.sampled_from(("save", "submit", "withdraw", "predict")), st.sampled_from(("USA", "CHN", "KOR"))), max_size=14
)
_PLAYERS = {"owner": "USA", "second": "CHN", "third": "KOR"}


@settings(max_examples=40, deadline=None)
@given(_ASKED)
def test_whatever_is_drafted_and_sealed_stays_with_its_seat(asked):
    """Every draft and decision carries a number of its own, and predictions are told apart by their number."""
    table = Table().sit().sit("CHN", "Bo", "second").sit("KOR", "Cho", "third")
    tokens = {seat: token for token, seat in _PLAYERS.items()}
    written: dict[str, set[str]] = {seat: set() for seat in tokens}
    for number, (kind, seat) in enumerate(asked):
        canary = f"{4000 + number}.0625"
        lines = (f"{table.game.quarter} packaging_grant conventional 0.2 cap {canary}",)
        command = {
            "save": c.SaveDraft(seat=seat, turn=1, lines=lines),
            "submit": c.SubmitDecision(seat=seat, turn=1, lines=lines),
            "withdraw": c.WithdrawDecision(seat=seat, turn=1),
            "predict": c.Predict(seat=seat, turn=1, above=True),
        }[kind]
        with suppress(Refused):
            if table.act(command, tokens[seat]) and kind in ("save", "submit"):
                written[seat].add(canary)
    for token in (*_PLAYERS, None):
        text = _text(table, token)
        for seat, canaries in written.items():
            if seat != _PLAYERS.get(token or ""):
                assert not [canary for canary in canaries if canary.encode() in text]
        mine = _PLAYERS.get(token or "")
        view = view_of(table.game, table.position, token)
        assert view.predictions == (table.game.seats[mine].predictions if mine else ())
