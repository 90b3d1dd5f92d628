"""A host carries out commands, keeps them, resolves turns, and shows each player what that player may see."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from policygame.game import Game, Refused, event_json, parse_event
from policygame.game import commands as c
from policygame.game.events import SeatReleased
from policygame.game.handin import GameFileError, game_file, read_game_file, verify
from policygame.game.position import Position
from policygame.game.turns import Calendar
from policygame.hosting import host as hosting
from policygame.hosting.codes import is_code, new_code, new_token
from policygame.hosting.host import Entry, Host
from policygame.scenario import Policy, load_scenario
from policygame.simulation import simulate
from policygame.store import Store, StoreError

GRANT = "2023Q1 packaging_grant interposer_2_5d 0.4 cap 300"
SCENARIO = "first-game"


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "games.sqlite3") as opened:
        yield opened


@pytest.fixture
def host(store):
    return Host(store)


def sit(host: Host, **options: object) -> Entry:
    return host.create(SCENARIO, "USA", "Ann", **{"seed": 7, **options})


def submit(host: Host, entry: Entry, *lines: str, seat: str = "USA") -> None:
    turn = host.view(entry.game_id, entry.token).turn
    host.act(entry.game_id, entry.token, c.SubmitDecision(seat=seat, turn=turn, lines=lines))


def together(host: Host) -> tuple[Entry, Entry]:
    """Two people at one table, play begun."""
    ann = sit(host, together=True)
    bob = host.join(ann.code.lower(), "Bob", "CHN")
    host.act(ann.game_id, ann.token, c.StartGame())
    return ann, bob


def kinds(store: Store, game_id: str) -> list[str]:
    return [json.loads(text)["kind"] for text in store.events(game_id)]


# --- coming in ---


def test_a_new_game_waits_for_its_player(host, store):
    entry = sit(host)
    assert is_code(entry.code)
    assert len(entry.token) >= 32
    view = host.view(entry.game_id, entry.token)
    assert (view.seat, view.player, view.owner, view.phase, view.turn, view.seed) == ("USA", "Ann", True, "playing", 1, 7)
    assert kinds(store, entry.game_id) == ["game_created", "game_started", "seat_claimed"]
    assert entry.token not in "".join(store.events(entry.game_id))
    assert host.find(entry.code).id == entry.game_id


def test_seeds_ids_codes_and_tokens_differ_from_game_to_game(host):
    entries = [sit(host, seed=None) for _ in range(5)]
    for of in (lambda e: e.game_id, lambda e: e.code, lambda e: e.token, lambda e: host.game(e.game_id).seed):
        assert len({of(entry) for entry in entries}) == 5


def test_an_owner_may_hold_no_seat(host):
    entry = host.create(SCENARIO, None, "", together=True)
    view = host.view(entry.game_id, entry.token)
    assert (view.seat, view.owner, view.phase) == (None, True, "lobby")


def test_a_code_that_is_taken_is_drawn_again(host, monkeypatch):
    first = sit(host)
    codes = iter([first.code, first.code, "ACDEF"])
    monkeypatch.setattr(hosting, "new_code", lambda: next(codes))
    second = sit(host)
    assert second.code == "ACDEF"
    assert host.game(second.game_id).code == "ACDEF"
    assert host.find("ACDEF").id == second.game_id


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"scenario": "/etc/passwd"}, "out_of_bounds"),
        ({"scenario": "first-gmae"}, "out_of_bounds"),
        ({"seat": "XXX"}, "unknown_seat"),
        ({"seat": 5}, "malformed"),
        ({"player": "\ud800"}, "malformed"),
        ({"player": "x" * 1000}, "malformed"),
        ({"player": " "}, "malformed"),
        ({"bots": {"CHN": "no-such-bot"}}, "out_of_bounds"),
        ({"token": "guess me"}, "wrong_token"),
    ],
)
def test_games_that_cannot_be_are_refused_and_not_kept(host, store, asked, reason):
    with pytest.raises(Refused) as refused:
        host.create(**{"scenario": SCENARIO, "seat": "USA", "player": "Ann", **asked})
    assert refused.value.reason == reason
    assert store.games() == []


def test_joining_needs_a_code_and_a_free_seat(host):
    ann, bob = together(host)
    assert bob.game_id == ann.game_id
    assert host.view(bob.game_id, bob.token).seat == "CHN"
    for code, reason in (
        ("ZZZZZ", "unknown_game"),
        ("' OR 1=1", "unknown_game"),
        (new_code(), "unknown_game"),
        (ann.code, "seat_taken"),
    ):
        with pytest.raises(Refused) as refused:
            host.join(code, "Eve", "CHN")
        assert refused.value.reason == reason


def test_whoever_is_known_joins_again_and_nothing_is_added(host, store):
    token = new_token()
    ann = sit(host, together=True)
    first = host.join(ann.code, "Bob", "CHN", token=token)
    events = store.events(ann.game_id)
    assert host.join(ann.code, "Bob", "CHN", token=token) == first
    assert store.events(ann.game_id) == events


# --- playing ---


def test_a_turn_is_resolved_when_the_last_person_has_decided(host, store):
    ann, bob = together(host)
    submit(host, ann, GRANT)
    assert host.view(ann.game_id, ann.token).turn == 1
    assert [info.seat for info in host.view(ann.game_id, None).waiting_for] == ["CHN"]
    submit(host, bob, seat="CHN")
    view = host.view(ann.game_id, ann.token)
    assert view.turn == 2
    assert str(view.decided["USA"]) == GRANT
    assert kinds(store, ann.game_id)[-1] == "turn_resolved"
    assert store.game(ann.game_id).sequence == view.sequence


def test_the_owner_may_end_the_waiting(host):
    ann, bob = together(host)
    submit(host, ann, GRANT)
    with pytest.raises(Refused, match="whoever created the game"):
        host.act(bob.game_id, bob.token, c.ResolveTurn(turn=1))
    host.act(ann.game_id, ann.token, c.ResolveTurn(turn=1))
    assert host.view(ann.game_id, None).turn == 2


def test_a_turn_is_resolved_when_the_last_undecided_leaves(host):
    ann, bob = together(host)
    submit(host, ann)
    host.act(bob.game_id, bob.token, c.ReleaseSeat(seat="CHN"))
    assert host.view(ann.game_id, None).turn == 2


def test_the_same_command_again_changes_nothing(host, store):
    ann, _ = together(host)
    command = c.SubmitDecision(seat="USA", turn=1, lines=(GRANT,))
    host.act(ann.game_id, ann.token, command)
    events = store.events(ann.game_id)
    host.act(ann.game_id, ann.token, command)
    assert store.events(ann.game_id) == events


@pytest.mark.slow
def test_a_whole_game_is_kept_and_equals_simulate_bit_for_bit(host, store):
    entry = sit(host, bots={"CHN": "subsidy-matcher"})
    turns = Calendar.of(load_scenario(SCENARIO)).turns
    for turn in range(1, turns + 1):
        submit(host, entry, *([GRANT] if turn == 1 else []))
    view = Host(store).view(entry.game_id, entry.token)
    assert view.phase == "ended"
    assert store.game(entry.game_id).status == "ended"
    bots = {seat: bot for seat, bot in host.game(entry.game_id).created.bots.items() if seat != "USA"}
    by_simulate = simulate(SCENARIO, [7], {"USA": Policy.parse(GRANT), **bots})
    for metric in view.result.metrics:
        for entity, item in view.result.series(metric):
            assert (view.result.array(metric, entity, item) == by_simulate.array(metric, entity, item)).all(), (
                metric,
                entity,
                item,
            )
    assert verify(list(map(parse_event, store.events(entry.game_id)))).holds


def test_refusals_change_nothing(host, store):
    ann, bob = together(host)
    events = store.events(ann.game_id)
    attempts = [
        ("not_your_seat", bob.token, c.SubmitDecision(seat="USA", turn=1, lines=())),
        ("not_your_seat", None, c.SaveDraft(seat="USA", turn=1, lines=())),
        ("stale_turn", ann.token, c.SubmitDecision(seat="USA", turn=2, lines=())),
        ("out_of_bounds", ann.token, c.SubmitDecision(seat="USA", turn=1, lines=("2023Q1 workforce packaging 9",))),
        ("malformed", ann.token, c.SubmitDecision(seat="USA", turn=1, lines=("please",))),
    ]
    for reason, token, command in attempts:
        with pytest.raises(Refused) as refused:
            host.act(ann.game_id, token, command)
        assert refused.value.reason == reason
    assert store.events(ann.game_id) == events


@pytest.mark.parametrize("ask", ["act", "view", "position", "game", "game_file"])
def test_an_unknown_game_is_refused(host, ask):
    more = (None, c.StartGame()) if ask == "act" else (None,) if ask == "view" else ()
    with pytest.raises(Refused) as refused:
        getattr(host, ask)("../../etc", *more)
    assert refused.value.reason == "unknown_game"


def test_nobody_sees_anothers_draft_or_sealed_decision(host):
    ann, bob = together(host)
    host.act(ann.game_id, ann.token, c.SaveDraft(seat="USA", turn=1, lines=(GRANT,)))
    assert host.view(ann.game_id, ann.token).draft == (GRANT,)
    submit(host, ann, GRANT)
    assert host.view(ann.game_id, ann.token).decision == (GRANT,)
    for token in (bob.token, None, "x" * 40):
        assert "packaging_grant" not in repr({**vars(host.view(ann.game_id, token)), "scenario": None, "in_force": None})


# --- many at once, and servers that ended ---


def test_many_at_once_lose_nothing(host, store):
    seats = list(host.view(host.create(SCENARIO, None, "").game_id, None).seats)
    owner = host.create(SCENARIO, None, "", together=True, seed=3)
    entries = {info.seat: host.join(owner.code, f"Player {info.seat}", info.seat) for info in seats}
    host.act(owner.game_id, owner.token, c.StartGame())
    gate = threading.Barrier(len(entries))

    def play(seat: str) -> None:
        gate.wait(timeout=60)
        for n in range(5):
            lines = (f"2023Q1 workforce packaging {n + 1}",)
            host.act(owner.game_id, entries[seat].token, c.SaveDraft(seat=seat, turn=1, lines=lines))
        host.act(owner.game_id, entries[seat].token, c.SubmitDecision(seat=seat, turn=1, lines=()))

    with ThreadPoolExecutor(len(entries)) as threads:
        list(threads.map(play, entries))
    logged = kinds(store, owner.game_id)
    assert logged.count("draft_saved") == 5 * len(entries)
    assert logged.count("decision_submitted") == len(entries)
    assert logged.count("turn_resolved") == 1
    assert host.view(owner.game_id, None).turn == 2


def test_what_another_process_appended_is_taken_in(host, store):
    ann, _ = together(host)
    game = host.game(ann.game_id)
    store.append(ann.game_id, game.sequence, [event_json(SeatReleased(seat="CHN"))])
    submit(host, ann, GRANT)
    assert host.view(ann.game_id, None).turn == 2
    assert kinds(store, ann.game_id).count("seat_released") == 1


def test_a_new_host_continues_where_the_old_one_stood(host, store):
    ann, bob = together(host)
    host.act(ann.game_id, ann.token, c.SaveDraft(seat="USA", turn=1, lines=(GRANT,)))
    submit(host, bob, seat="CHN")
    again = Host(store)
    assert again.recover() == []
    view = again.view(ann.game_id, ann.token)
    assert (view.draft, view.turn, view.sequence) == ((GRANT,), 1, host.game(ann.game_id).sequence)
    submit(again, ann, GRANT)
    assert again.view(ann.game_id, None).turn == 2


def test_a_turn_left_unresolved_is_resolved_at_the_start(host, store, monkeypatch):
    ann = sit(host)

    def dies(*_):
        raise MemoryError

    with monkeypatch.context() as patched:
        patched.setattr(hosting, "resolve", dies)
        with pytest.raises(MemoryError):
            submit(host, ann, GRANT)
    assert kinds(store, ann.game_id)[-1] == "decision_submitted"
    again = Host(store)
    assert again.recover() == [ann.game_id]
    assert again.recover() == []
    assert again.view(ann.game_id, None).turn == 2
    untouched = Host(store)
    other = sit(untouched)
    submit(untouched, other, GRANT)
    assert host_hashes(again, ann) == host_hashes(untouched, other)


def host_hashes(host: Host, entry: Entry) -> tuple[str, ...]:
    return host.game(entry.game_id).result_hashes


def test_one_broken_game_does_not_keep_the_others_from_being_hosted(host, store, monkeypatch, caplog):
    ann = sit(host)
    with monkeypatch.context() as patched:
        patched.setattr(hosting, "resolve", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            submit(host, ann)
    store.create("nonsense", "NNNNN", SCENARIO, ['{"kind": "nonsense"}'], status="playing")
    assert Host(store).recover() == [ann.game_id]
    assert "nonsense cannot be played on" in caplog.text


def test_a_database_that_fails_leaves_the_game_as_it_was(host, store, monkeypatch):
    ann = sit(host)

    def full(*_, **__):
        raise StoreError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(store, "append", full)
        with pytest.raises(StoreError):
            submit(host, ann, GRANT)
    view = host.view(ann.game_id, ann.token)
    assert (view.turn, view.decision) == (1, None)
    submit(host, ann, GRANT)
    assert host.view(ann.game_id, None).turn == 2


def test_an_interrupt_after_the_log_has_it_leaves_nobody_looking_at_the_past(host, store, monkeypatch):
    ann = sit(host)
    append = store.append

    def interrupted(*words, **options):
        append(*words, **options)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(store, "append", interrupted)
        with pytest.raises(KeyboardInterrupt):
            host.act(ann.game_id, ann.token, c.SaveDraft(seat="USA", turn=1, lines=(GRANT,)))
    view = host.view(ann.game_id, ann.token)
    assert (view.draft, view.sequence) == ((GRANT,), len(store.events(ann.game_id)))


def test_a_game_of_another_model_is_shown_and_not_played_on(host, store, monkeypatch):
    ann = sit(host)
    monkeypatch.setattr("policygame.game.game.model_version", lambda: "9.9+000000000000")
    again = Host(store)
    assert again.recover() == []
    with pytest.raises(Refused) as refused:
        submit(again, ann)
    assert refused.value.reason == "wrong_version"
    assert "another model" in again.view(ann.game_id, ann.token).why_not


def test_only_so_many_worlds_are_kept(store):
    host = Host(store, positions=2)
    entries = [sit(host, seed=n) for n in range(4)]
    for entry in entries:
        assert host.position(entry.game_id) is host.position(entry.game_id)
    kept = [entry for entry in entries if host._tables[entry.game_id].standing is not None]
    assert kept == entries[2:]
    submit(host, entries[0], GRANT)
    assert (
        host.position(entries[0].game_id).digest
        == Position.of(Game.of(map(parse_event, store.events(entries[0].game_id)))).digest
    )


# --- notices ---


def test_subscribers_hear_of_changes_after_they_hold_and_with_no_lock(host, store):
    ann, bob = together(host)
    heard = []

    def look() -> None:
        with ThreadPoolExecutor(1) as other_thread:
            heard.append(other_thread.submit(lambda: host.view(ann.game_id, None).sequence).result(timeout=60))

    end = host.subscribe(ann.game_id, look)
    host.subscribe("another", lambda: heard.append("another"))
    submit(host, ann)
    submit(host, bob, seat="CHN")
    assert heard[-1] == store.game(ann.game_id).sequence
    assert len(heard) == 2
    with pytest.raises(Refused):
        submit(host, bob)
    end()
    submit(host, ann)
    assert len(heard) == 2


def test_a_subscriber_that_raises_is_dropped_and_hurts_nobody(host):
    ann = sit(host)
    calls = []

    def broken() -> None:
        calls.append("broken")
        raise ValueError("closed")

    host.subscribe(ann.game_id, broken)
    host.subscribe(ann.game_id, lambda: calls.append("whole"))
    submit(host, ann)
    submit(host, ann)
    assert calls == ["broken", "whole", "whole"]


# --- files ---


def test_a_file_made_while_others_play_holds_nothing_sealed(host):
    ann, bob = together(host)
    submit(host, ann, GRANT)
    submit(host, bob, seat="CHN")
    host.act(ann.game_id, ann.token, c.SaveDraft(seat="USA", turn=2, lines=("2023Q3 supplier_programme substrate 0.31257",)))
    submit(host, ann, "2023Q3 supplier_programme substrate 0.31258")
    host.act(ann.game_id, ann.token, c.WithdrawDecision(seat="USA", turn=2))
    submit(host, ann, "2023Q3 supplier_programme substrate 0.31259")
    host.act(bob.game_id, bob.token, c.Predict(seat="CHN", turn=2, above=True))
    text = host.game_file(ann.game_id)
    assert "substrate 0.3125" not in text
    assert "prediction_made" not in text
    assert GRANT in text
    assert verify(read_game_file(text)).holds
    submit(host, bob, seat="CHN")
    text = host.game_file(ann.game_id)
    assert "substrate 0.31259" in text
    assert "substrate 0.31258" not in text
    assert "substrate 0.31257" not in text
    found = verify(read_game_file(text))
    assert found.holds
    assert found.game.result_hashes == host.game(ann.game_id).result_hashes
    assert "substrate 0.31257" in host.game_file(ann.game_id, whole=True)


def test_a_decision_voided_by_leaving_stays_out_of_the_file(host):
    ann, bob = together(host)
    submit(host, ann, "2023Q1 supplier_programme substrate 0.31258")
    host.act(ann.game_id, ann.token, c.ReleaseSeat(seat="USA"))
    submit(host, bob, seat="CHN")
    text = host.game_file(ann.game_id)
    assert "supplier_programme substrate 0.31258" not in text
    assert verify(read_game_file(text)).holds


def test_a_game_moves_to_another_database(host, tmp_path):
    ann, _ = together(host)
    host.act(ann.game_id, ann.token, c.SaveDraft(seat="USA", turn=1, lines=(GRANT,)))
    text = host.game_file(ann.game_id, whole=True)
    with Store.open(tmp_path / "elsewhere.sqlite3") as elsewhere:
        there = Host(elsewhere)
        assert there.import_file(text) == ann.game_id
        assert there.find(ann.code).id == ann.game_id
        assert there.view(ann.game_id, ann.token).draft == (GRANT,)
        assert there.import_file(text) == ann.game_id
        assert len(elsewhere.games()) == 1


def test_a_file_never_changes_a_game_that_is_there(host, store):
    ann, _ = together(host)
    before = store.events(ann.game_id)
    forged = [*map(parse_event, before), SeatReleased(seat="CHN")]
    copied = host.import_file(game_file(forged))
    assert copied != ann.game_id
    assert store.events(ann.game_id) == before
    assert host.find(ann.code).id == ann.game_id
    assert host.game(copied).code not in ("", ann.code)


@pytest.mark.parametrize("spoilt", [{"game_id": "x" * 100}, {"game_id": "' --"}, {"code": "A" * 100}, {"code": "00000"}])
def test_ids_and_codes_of_a_file_are_not_trusted(host, spoilt):
    ann = sit(host)
    events = [parse_event(text) for text in host.store.events(ann.game_id)]
    game_id = host.import_file(game_file([events[0].model_copy(update=spoilt), *events[1:]]))
    assert is_code(host.game(game_id).code)
    assert len(game_id) <= 64
    assert host.view(game_id, ann.token).seat == "USA"


def test_a_file_cannot_have_a_file_of_this_machine_read(host, tmp_path):
    ann = sit(host)
    secret = tmp_path / "secret.yaml"
    secret.write_text("password: hunter2", encoding="utf-8")
    text = host.game_file(ann.game_id).replace(f'"scenario":"{SCENARIO}"', f'"scenario":"{secret}"')
    with pytest.raises(GameFileError, match="does not ship with this program") as refused:
        host.import_file(text)
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("text", ["", "[]", "null", "{", '{"events": [[]]}', b"\xff\xfe", '{"events": {"0": 1}}'])
def test_what_is_no_game_file_is_refused(host, store, text):
    with pytest.raises(GameFileError):
        host.import_file(text)
    assert store.games() == []
