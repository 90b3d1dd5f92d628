"""Nothing that a browser sends is trusted: what no page sends is refused with a reason, and the game is as it was.

A file that is handed in with results that do not follow from its decisions is found out in ``tests/game/test_handin.py`` and, by the
command, in ``tests/cli/test_games.py``; one from a browser in ``test_whole_games.py``. Requests without a game are in ``test_server.py``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from browsing import tab
from forging import Liar, forged, lying, press
from playing import PATIENCE_MS, Program
from playwright.sync_api import Browser, Page, expect
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from policygame.game import Game
from policygame.game.commands import SaveDraft, StartGame, SubmitDecision
from policygame.hosting.host import Entry, Host
from policygame.store import Store

pytestmark = pytest.mark.slow

GRANT = "Packaging grant, 2.5D"
SCRIPT = "<script>window.hit=1</script>"
PICTURE = "<img src=x onerror=window.hit=1>"
LONG_MESSAGE_BYTES = 10_000_000


@dataclass(frozen=True)
class Table:
    """Games on a server: ``open`` in its first turn, ``lobby`` not begun, ``ended`` played to its end by people with such names."""

    program: Program
    open: Entry
    ben: Entry
    lobby: Entry
    guest: Entry
    ended: Entry

    @property
    def address(self) -> str:
        return self.program.address

    def stands(self) -> tuple[Game, Game]:
        """Where the two games stand that somebody could change."""
        return self.program.game(self.open.code), self.program.game(self.lobby.code)


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Table]:
    database = tmp_path_factory.mktemp("forged") / "games.sqlite3"
    with Store.open(database) as store:
        host = Host(store)

        def create(player: str, other: str, begins: bool) -> tuple[Entry, Entry]:
            entry = host.create("first-game", "USA", player, seed=7, together=True, predictions=False)
            joined = host.join(entry.code, other, "CHN")
            if begins:
                host.act(entry.game_id, entry.token, StartGame())
            return entry, joined

        begun, ben = create("Ann", PICTURE, True)
        draft = f"{host.game(begun.game_id).quarter} packaging_grant interposer_2_5d 0.01"
        host.act(begun.game_id, begun.token, SaveDraft(seat="USA", turn=1, lines=(draft,)))
        lobby, guest = create(SCRIPT, PICTURE, False)
        ended, other = create(SCRIPT, PICTURE, True)
        for turn in range(1, host.game(ended.game_id).turns + 1):
            quarter = host.game(ended.game_id).quarter
            lines = (f"{quarter} packaging_grant interposer_2_5d 0.2",) if turn == 1 else ()
            host.act(ended.game_id, ended.token, SubmitDecision(seat="USA", turn=turn, lines=lines))
            host.act(ended.game_id, other.token, SubmitDecision(seat="CHN", turn=turn, lines=()))
    program = Program(database)
    program.start()
    try:
        yield Table(program, begun, ben, lobby, guest, ended)
    finally:
        program.stop()


@pytest.fixture
def unchanged(table: Table) -> Iterator[None]:
    """Whatever the test did, the games are as they were."""
    before = table.stands()
    yield
    assert table.stands() == before


def refused(page: Page, *words: str) -> None:
    """The page says why, once; what it says is then closed, so that the next reason is another."""
    told = page.locator(".toasts [role=alert]")
    expect(told).to_have_count(1, timeout=PATIENCE_MS)
    for word in words:
        expect(told).to_contain_text(word)
    told.get_by_role("button", name="Close").click()
    expect(told).to_have_count(0, timeout=PATIENCE_MS)


def chosen(liar: Liar) -> dict[str, Any]:
    """What the page says when another item of the lever is chosen: the form of a message to its widget. No draft is changed by it."""
    liar.page.get_by_role("slider", name=GRANT).wait_for()
    liar.page.get_by_role("button", name="Fan-out 0").first.click()
    liar.page.get_by_role("slider", name="Packaging grant, Fan-out").wait_for()
    liar.page.get_by_role("button", name="2.5D 1").first.click()
    expect(liar.page.get_by_role("slider", name=GRANT)).to_have_attribute("aria-valuetext", "1 %, in force 0 %")
    return liar.said("chose")


MOVES = {
    "too much": ({"item": "interposer_2_5d", "amount": 5.0, "settled": True}, "goes from 0 % to 70 %. Nothing was changed."),
    "less than nothing": ({"item": "interposer_2_5d", "amount": -0.01, "settled": True}, "goes from 0 % to 70 %."),
    "no number": ({"item": "interposer_2_5d", "amount": "0.5", "settled": True}, "goes from 0 % to 70 %."),
    "beyond numbers": ({"item": "interposer_2_5d", "amount": 1e300, "settled": True}, "goes from 0 % to 70 %."),
    "another item": ({"item": "wafers_leading", "amount": 0.5, "settled": True}, "Packaging grant can be set for"),
    "no item": ({"amount": 0.5}, "Packaging grant can be set for"),
    "no data": (None, "Packaging grant can be set for"),
}
TERMS = {
    "term nuclear_grant interposer_2_5d cap": ("5", "This is no term of Packaging grant. Nothing was changed."),
    "term tax_credit packaging until": ("2024Q4", "This is no term of Packaging grant."),
    "term packaging_grant wafers_leading cap": ("5", "This is no term of Packaging grant."),
    "term packaging_grant interposer_2_5d price": ("5", "This is no term of Packaging grant."),
    "decide": ("everything", "This is no term of Packaging grant."),
    "term packaging_grant interposer_2_5d cap": ("nan", "cap nan is out of bounds"),
    "term  packaging_grant interposer_2_5d cap": ("5", "This is no term of Packaging grant."),
    "term packaging_grant interposer_2_5d until": ("2019Q1", "ends in 2019Q1, before it begins"),
    "term packaging_grant interposer_2_5d guardrail": ("ATLANTIS", "Nothing was changed."),
}
NUMBERS = {"-5": "cap -5 is out of bounds", "1e400": "cap inf is out of bounds", "1e12": "out of bounds", "five": "not a number"}


def test_a_lever_takes_no_message_that_its_slider_does_not_send(browser: Browser, table: Table, unchanged: None) -> None:
    with lying(browser, table.address, table.open.code, table.open.token) as liar:
        message = chosen(liar)
        for data, words in MOVES.values():
            liar.say(forged(message, {"event": "moved", "data": data}))
            refused(liar.page, "That cannot be set.", words)
        liar.say(forged(message, {"event": "chose", "data": {"item": "wafers_leading"}}))
        refused(liar.page, "Packaging grant can be set for")
        # bounds are the server's: what a browser says of the widget itself moves none of them
        wider = json.loads(forged(message, None))
        wider["content"]["data"] = {"method": "update", "state": {"high": 9.0, "limit": None}, "buffer_paths": []}
        liar.say(json.dumps(wider))
        liar.say(forged(message, {"event": "moved", "data": {"item": "interposer_2_5d", "amount": 5.0, "settled": True}}))
        refused(liar.page, "goes from 0 % to 70 %.")
        for content in (
            {"create_widget": ["subprocess", "Popen"]},
            {"event": "close", "data": {}},
            {"event": ["moved"]},
            3,
            None,
        ):
            liar.say(forged(message, content))
        liar.page.get_by_role("button", name="Terms Packaging grant").click()
        liar.page.get_by_label("At most, M USD").wait_for()  # whatever was sent before has been read, and the page lives
        liar.seen.settle()


def test_terms_that_no_field_offers_are_refused(browser: Browser, table: Table, unchanged: None) -> None:
    with lying(browser, table.address, table.open.code, table.open.token) as liar:
        row = liar.page.locator(".lunder").filter(has=liar.page.get_by_role("button", name="Terms Packaging grant"))
        for act, (value, words) in TERMS.items():
            press(row, act, value)
            refused(liar.page, "That", words)
        for value, words in NUMBERS.items():
            press(row, "term packaging_grant interposer_2_5d cap", value)
            refused(liar.page, "That", words)
        liar.seen.settle()


def test_what_is_the_owners_is_not_done_for_others(browser: Browser, table: Table) -> None:
    before = table.stands()
    with lying(browser, table.address, table.lobby.code, table.guest.token) as liar:
        liar.page.get_by_text("Whoever created the game begins it").wait_for()
        press(liar.page.locator(".gather section > div").last, "start")
        refused(liar.page, "The game has not begun.", "Only whoever created the game may do this.")
        liar.seen.settle()
    assert table.stands() == before
    with lying(browser, table.address, table.open.code, table.ben.token) as liar:
        liar.page.locator("button[data-act=submit]:visible").first.click()
        liar.page.get_by_role("button", name="Change my decisions").wait_for()
        decided = table.stands()
        press(liar.page.locator("main .page > div"), "resolve")
        refused(liar.page, "That was not done.", "Only whoever created the game may do this.")
        assert table.stands() == decided
        liar.page.get_by_role("button", name="Change my decisions").click()
        liar.page.locator("button[data-act=submit]:visible").first.wait_for()
        liar.seen.settle()
    assert table.program.game(table.open.code).seats == before[0].seats


SEATS = {"USA": "USA is taken by Ann. Free seats: TWN, KOR.", "ATLANTIS": "There is no seat 'ATLANTIS' in this game", "": "seat"}


def test_a_seat_is_taken_by_nobody_but_who_finds_it_free(browser: Browser, table: Table, unchanged: None) -> None:
    forged_token = "x" * 43
    with lying(browser, table.address, table.open.code, forged_token) as liar:
        liar.page.get_by_role("heading", name="Choose a free seat").wait_for()
        form = liar.page.locator("main .page > div")
        for seat, words in SEATS.items():
            press(form, "take", f"player=Eve&seat={seat}")
            refused(liar.page, "The seat was not taken.", words)
        for player, words in {"E" * 41: "40", "Eve\u202e": "control characters"}.items():
            press(form, "take", f"player={quote(player)}&seat=KOR")
            refused(liar.page, "The seat was not taken.", words)
        for file in ("game.json", "debrief.html"):
            answer = liar.page.context.request.get(f"{table.address}/play/{table.ended.code}/{file}")
            assert (answer.status, answer.text()) == (404, "There is no game of this code in which this browser has a seat.")
        liar.seen.settle()
    with lying(browser, table.address, table.open.code, table.lobby.token) as liar:  # a good token, of another game
        liar.page.get_by_role("heading", name="Choose a free seat").wait_for()


def test_the_page_of_another_browser_is_not_to_be_reached(browser: Browser, table: Table, unchanged: None) -> None:
    with (
        lying(browser, table.address, table.open.code, table.open.token) as ann,
        lying(browser, table.address, table.open.code, table.ben.token) as ben,
    ):
        message = chosen(ann)
        hers = forged(message, {"event": "moved", "data": {"item": "interposer_2_5d", "amount": 0.5, "settled": True}})
        for cookie in ({}, {"Cookie": f"solara-session-id={uuid4()}; policygame-seat-{table.open.code}={table.ben.token}"}):
            with suppress(ConnectionClosed), connect(ann.sockets[-1], additional_headers=cookie, max_size=None) as socket:
                heard = []
                socket.send(hers)
                heard.extend(socket)
            assert not any("comm_id" in str(frame) for frame in heard)
            assert socket.close_code is not None
        ben.say(hers)  # her widget's name, over his socket
        ben.page.get_by_role("button", name="Fan-out 0").first.click()
        expect(ben.page.get_by_role("slider", name="Packaging grant, Fan-out")).to_be_visible()
        assert chosen(ann)["content"]["comm_id"] == message["content"]["comm_id"]  # her page goes on
        ann.seen.settle()
        ben.seen.settle()


def test_a_message_of_ten_megabytes_ends_the_socket_that_it_came_by(browser: Browser, table: Table, unchanged: None) -> None:
    with lying(browser, table.address, table.open.code, table.open.token) as liar:
        message = chosen(liar)
        liar.say(forged(message, {"event": "moved", "data": {"item": "x" * LONG_MESSAGE_BYTES, "amount": 0.5, "settled": True}}))
        liar.page.wait_for_function("window.closings.length > 0")
        assert liar.page.evaluate("window.closings[0]") == 1009  # "message too big"
        liar.page.goto(f"{table.address}/play/{table.open.code}")
        chosen(liar)


ADDRESSES = {
    "/play/QQQQQ": "No game has this code.",
    f"/play/{quote(SCRIPT, safe='')}": "No game has this code.",
    "/play/..%2F..%2Fetc%2Fpasswd": "No game has this code.",
    "/play/" + "A" * 4000: "No game has this code.",
    "/play/{code}/nowhere": "There is no such page.",
    "/play/{code}/resolution/999": "This turn is not over yet.",
    "/play/{code}/resolution/-1": "There is no such page.",
    "/play/{code}/resolution/1": "This turn is not over yet.",
    "/play/{code}/debrief": "There is nothing to look back on yet.",
    "/assign/..%2F..%2Fetc%2Fpasswd/USA/7/whole-chain": "This link leads to no game.",
    "/assign/first-game/ATLANTIS/7/whole-chain": "This link leads to no game.",
    "/assign/first-game/USA/-7/whole-chain": "A world is a whole number from 0 on; found -7.",
}


def test_a_forged_address_says_what_is_wrong(browser: Browser, table: Table, unchanged: None) -> None:
    with lying(browser, table.address, table.open.code, table.open.token) as liar:
        for path, words in ADDRESSES.items():
            liar.page.goto(table.address + path.format(code=table.open.code))
            liar.page.locator("main#main").wait_for()
            expect(liar.page.locator("main#main")).to_contain_text(words, timeout=PATIENCE_MS)
            assert liar.page.evaluate("window.hit") is None
        liar.seen.settle()


def test_the_start_page_has_no_doors_but_its_own(browser: Browser, table: Table) -> None:
    with Store.open(table.program.database) as store:
        before = [game.id for game in store.games()]
        with tab(browser, table.address) as seen:
            doors = seen.page.locator("section.doors").locator("..")
            press(doors, "begin", "scenario=first-game&seat=USA")  # before there is a form
            press(doors, "door", "backstage")
            doors.get_by_role("button", name="Play alone").click(timeout=PATIENCE_MS)
            seen.page.locator("#setup").wait_for(timeout=PATIENCE_MS)
            form = seen.page.locator("#setup").locator("..")
            press(form, "begin", f"scenario=..%2Fsecret&seat=ATLANTIS&seed=-7&player={quote(SCRIPT)}")
            expect(form.get_by_role("alert")).to_contain_text("found -7", timeout=PATIENCE_MS)
            seen.settle()
        assert [game.id for game in store.games()] == before


PAGES = ("", "/effect", "/world", "/world/history", "/news", "/more", "/briefing", "/resolution/1", "/history", "/debrief")


def _nothing_ran(page: Page) -> None:
    assert page.evaluate("window.hit") is None, page.url
    assert page.locator("main script, main img").count() == 0, page.url


def test_a_script_in_a_name_is_a_name_on_every_page(browser: Browser, table: Table, tmp_path: Path) -> None:
    """Everybody at these tables reads what the others call themselves: in the lobby, when they join, in a refusal, in the debrief."""
    with lying(browser, table.address, table.lobby.code, table.lobby.token) as owner:
        for name in (SCRIPT, PICTURE):
            expect(owner.page.get_by_role("main").get_by_text(name)).to_be_visible()
        _nothing_ran(owner.page)
        owner.seen.settle()
    with lying(browser, table.address, table.lobby.code, None) as stranger:
        for name in (SCRIPT, PICTURE):
            expect(stranger.page.get_by_role("main").get_by_text(name)).to_be_visible()
        press(stranger.page.locator("main .page > div"), "take", "player=Eve&seat=USA")
        expect(stranger.page.locator(".toasts [role=alert]")).to_contain_text(f"USA is taken by {SCRIPT}.")
        _nothing_ran(stranger.page)
        stranger.seen.settle()
    with lying(browser, table.address, table.open.code, table.open.token) as ann:
        for path in PAGES:
            ann.page.goto(f"{table.address}/play/{table.open.code}{path}")
            ann.page.locator("main#main h2").first.wait_for(state="attached")
            _nothing_ran(ann.page)
        ann.seen.settle()
    with lying(browser, table.address, table.ended.code, table.ended.token, "/debrief") as ended:
        ended.page.get_by_role("heading", name="Which of your decisions mattered").wait_for()
        _nothing_ran(ended.page)
        for path in ("/history", "/resolution/12", "/briefing"):
            ended.page.goto(f"{table.address}/play/{table.ended.code}{path}")
            ended.page.locator("main#main h2").first.wait_for(state="attached")
            _nothing_ran(ended.page)
        answer = ended.page.context.request.get(f"{table.address}/play/{table.ended.code}/debrief.html")
        assert answer.status == 200
        exported = tmp_path / "debrief.html"
        exported.write_bytes(answer.body())
        ended.seen.settle()
    with tab(browser, exported.as_uri()) as opened:
        opened.page.get_by_role("heading", name="What you decided").wait_for()
        _nothing_ran(opened.page)
        opened.settle()
