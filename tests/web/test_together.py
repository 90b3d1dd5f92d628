"""Three people play one game by code to its end; what travels to each never holds another's draft or sealed decision."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from browsing import Tab, tab
from playing import PATIENCE_MS, Program, begin_together, next_turn, read_briefing, serving, submit
from playwright.sync_api import Browser, Page, Request, WebSocket, expect

from policygame.game import parse_event
from policygame.game.handin import verify
from policygame.store import Store

pytestmark = pytest.mark.slow

GRANT = re.compile("^Packaging grant, ")
SEATS = {"Ann": "USA", "Ben": "CHN", "Cem": "KOR"}
WITH_DRAFTS = (1, 2, 3, 6, 9, 12)
"""Turns in which everybody has a number of their own in a draft; in the others what is in force stays."""
LOOKED_AT = 2
"""The turn in which others look at every page while decisions are sealed."""
OPEN_TO_ALL = ("", "/history", "/debrief")
OPEN_TO_SEATS = ("/briefing", "/history", "/debrief", "/resolution/1", "/resolution/2", "/world", "/world/map", "/world/news")


@dataclass
class Person:
    """Somebody at a browser of their own, and everything that travelled to it and from it."""

    name: str
    seen: Tab
    heard: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    sockets: list[str] = field(default_factory=list)

    def listen(self, page: Page) -> None:
        """Keep every frame of every socket, and the body of every answer but files that are the same for all."""
        page.on("websocket", self._open)
        page.on("requestfinished", self._answered)

    def _open(self, socket: WebSocket) -> None:
        self.sockets.append(socket.url)
        socket.on("framereceived", lambda frame: self.heard.append(_text(frame)))
        socket.on("framesent", lambda frame: self.told.append(_text(frame)))

    def _answered(self, request: Request) -> None:
        self.told.append(request.url + (request.post_data or ""))
        answer = request.response()
        if answer is not None and answer.status == 200 and request.resource_type in ("document", "fetch", "xhr"):
            self.heard.append(answer.text())

    @property
    def page(self) -> Page:
        return self.seen.page

    def hears(self, words: str) -> bool:
        return any(words in frame for frame in self.heard)

    def look_at(self, address: str, paths: Sequence[str]) -> None:
        """Open pages of the game in another tab, which stays where it got to."""
        other = Tab(self.page.context.new_page())
        other.watch()
        self.listen(other.page)
        other.page.set_default_timeout(PATIENCE_MS)
        for path in paths:
            other.page.goto(address + path)
            other.page.locator("main#main h2").first.wait_for(state="attached")
        other.settle()


def _text(frame: str | bytes) -> str:
    return frame if isinstance(frame, str) else frame.decode("utf-8", "replace")


def canary(person: int, turn: int) -> str:
    """A cap that nobody would choose: unmistakable in what travels."""
    return f"{31 + person}{turn:02d}.0{person + 1}9"


def shown(number: str) -> str:
    """The same cap as a page tells it."""
    return f"at most {float(number):,.0f} M USD"


@pytest.fixture
def program(tmp_path) -> Iterator[Program]:
    with serving(tmp_path) as running:
        yield running


def somebody(browser: Browser, name: str, stack: ExitStack) -> Person:
    person = Person(name, stack.enter_context(tab(browser, "about:blank")))
    person.listen(person.page)
    person.page.set_default_timeout(PATIENCE_MS)
    return person


def sit_down(people: Sequence[Person], program: Program) -> str:
    """The first makes a game, the others join by its code; all are then at their desks."""
    first, *others = people
    code = begin_together(first.page, program.address, player=first.name, seat="United States")
    for person in others:
        person.page.goto(program.address)
        person.page.get_by_label("Join with a code").fill(code.lower())
        person.page.get_by_role("button", name="Join").click()
        person.page.get_by_label("Your name, as others see it").fill(person.name)
        person.page.locator(f"input[name=seat][value={SEATS[person.name]}]").check()
        person.page.get_by_role("button", name="Take the seat").click()
        person.page.get_by_text("Whoever created the game begins it").wait_for()
    first.page.get_by_role("button", name="Begin with 3 here").click()
    for person in people:
        assert read_briefing(person.page) == code
        person.page.locator("button[data-act=submit]:visible").first.wait_for()
    return code


def draft(person: Person, number: str) -> None:
    """A grant with a cap of that number, saved on the server."""
    slider = person.page.get_by_role("slider", name=GRANT)
    slider.press("ArrowRight")
    person.page.get_by_role("button", name="Terms Packaging grant").click()
    cap = person.page.get_by_label("At most, M USD").first
    cap.fill(number)
    cap.press("Tab")
    person.page.get_by_text(shown(number)).first.wait_for()
    person.page.get_by_text("1 changed, saved").first.wait_for()


def test_three_browsers_play_two_turns_by_code(browser: Browser, program: Program) -> None:
    code = play_together(browser, program, turns=2)
    assert program.game(code).turn == 3


@pytest.mark.exhaustive  # minutes of clicking: bash tests/run.sh --all
def test_three_browsers_play_one_game_by_code_to_its_end(browser: Browser, program: Program) -> None:
    code = play_together(browser, program, turns=12)
    game = program.game(code)
    assert game.phase == "ended"
    assert {seat.id for seat in game.seats.values() if seat.holder == "person"} == set(SEATS.values())
    with Store.open(program.database) as store:
        found = store.find_code(code)
        assert found is not None
        assert verify([parse_event(text) for text in store.events(found.id)]).holds


def play_together(browser: Browser, program: Program, *, turns: int) -> str:
    """Play so many turns of twelve, then to the debrief if that was all; returns the game's code."""
    with ExitStack() as stack:
        people = [somebody(browser, name, stack) for name in SEATS]
        onlooker = somebody(browser, "", stack)
        code = sit_down(people, program)
        address, seed = f"{program.address}/play/{code}", program.game(code).seed
        onlooker.page.goto(f"{address}/history")  # and stays there: whatever changes is drawn again
        secrets: dict[str, str] = {}
        for turn in range(1, turns + 1):
            first = turn % len(people)  # another one is waited for in every turn
            order = [*people[first:], *people[:first]]
            secrets = {person.name: canary(at, turn) for at, person in enumerate(people)} if turn in WITH_DRAFTS else {}
            decide(order, secrets)
            if turn == LOOKED_AT:
                onlooker.look_at(address, OPEN_TO_ALL)
                for person in order:
                    person.look_at(address, OPEN_TO_SEATS)
            nothing_leaked([*people, onlooker], secrets, seed)
            submit(order[-1].page)
            for person in people:
                person.page.wait_for_url(f"**/resolution/{turn}")
                person.page.get_by_role("heading", name="Headlines").wait_for()
            if turn == 1:
                told_to_all([*people, onlooker], address)
            if turn < turns:
                for person in people:
                    next_turn(person.page)
        if turns == 12:
            for person in people:
                end(person, address, [*secrets.values(), f'"seed":{seed}'])
        nobody_had_a_token(people, [*people, onlooker], code)
        for person in (*people, onlooker):
            person.seen.settle()
            assert {urlsplit(url).hostname for url in person.sockets} == {"localhost"}
    return code


def decide(order: Sequence[Person], secrets: Mapping[str, str]) -> None:
    """Everybody drafts, and all but the last send; each sees how many have decided."""
    for person in order if secrets else ():
        draft(person, secrets[person.name])
    *first, last = order
    for sent, person in enumerate(first, start=1):
        submit(person.page)
        for other in first[:sent]:
            expect(other.page.get_by_text(f"Sent. {sent} of 3 have decided.")).to_be_visible(timeout=PATIENCE_MS)
        for other in (*first[sent:], last):
            expect(other.page.get_by_text(f"{sent} of 3 have decided", exact=True)).to_be_visible(timeout=PATIENCE_MS)


def nothing_leaked(everybody: Sequence[Person], secrets: Mapping[str, str], seed: int) -> None:
    """Until the last has decided, each browser was told its own number and no other's; the world's seed nobody was told."""
    whole = re.compile(rf"(?<![\d.]){seed}(?!\d)")
    for person in everybody:
        for name, number in secrets.items():
            if name == person.name:
                assert person.hears(number), "one's own draft travels: the ear works"
                assert person.hears(shown(number))
                assert any(number in frame for frame in person.told)
            else:
                assert not person.hears(number), f"{person.name or 'the onlooker'} was told {name}'s {number}"
                assert not person.hears(shown(number)), f"{person.name or 'the onlooker'} was told {name}'s {number}"
        assert not any(whole.search(frame) for frame in person.heard), f"{person.name or 'the onlooker'} was told the seed"


def told_to_all(everybody: Sequence[Person], address: str) -> None:
    """Once a turn is resolved, what was decided in it is everybody's to read."""
    for person in everybody:
        other = person.page.context.new_page()
        other.goto(f"{address}/history")
        first = other.locator("section").filter(has=other.get_by_role("heading", name=re.compile("^Turn 1, from"))).last
        for seat in SEATS.values():
            row = first.get_by_role("listitem").filter(has_text=seat)
            expect(row).to_contain_text("Packaging grant: ", timeout=PATIENCE_MS)
        other.close()


def end(person: Person, address: str, public: Sequence[str]) -> None:
    """To the debrief; the game's file then tells everything."""
    person.page.locator("a:visible", has_text="Debrief").first.click()
    person.page.get_by_role("heading", name="Which of your decisions mattered").wait_for()
    answer = person.page.context.request.get(f"{address}/game.json")
    assert answer.status == 200
    text = answer.text().replace('": ', '":')
    assert [words for words in public if words not in text] == []


def nobody_had_a_token(people: Sequence[Person], everybody: Sequence[Person], code: str) -> None:
    """The secret of a seat is a cookie's, that scripts cannot read: it travels in no frame and no body, not even to its own browser."""
    for owner in people:
        held = [cookie for cookie in owner.page.context.cookies() if cookie.get("name") == f"policygame-seat-{code}"]
        assert [cookie.get("httpOnly") for cookie in held] == [True]
        token = str(held[0].get("value"))
        assert len(token) >= 32
        for person in everybody:
            assert not any(token in frame for frame in (*person.heard, *person.told)), f"{person.name} had {owner.name}'s token"
