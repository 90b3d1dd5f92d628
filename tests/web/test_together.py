"""Three people play one game by code to its end; what travels to each never holds another's draft or sealed decision."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field

import pytest
from browsing import Tab, tab
from playing import PATIENCE_MS, Program, begin_together, next_turn, serving, submit
from playwright.sync_api import Browser, Page, WebSocket, expect

from policygame.game import parse_event
from policygame.game.handin import verify
from policygame.store import Store

pytestmark = pytest.mark.slow

GRANT = re.compile("^Packaging grant, ")
SEATS = {"Ann": "USA", "Ben": "CHN", "Cem": "KOR"}


@dataclass
class Person:
    """Somebody at a browser of their own, and everything that reached it."""

    name: str
    seen: Tab
    heard: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def listen(self) -> None:
        """Keep every frame of every socket, and every answer's body."""
        self.seen.page.on("websocket", self._open)
        self.seen.page.on("response", self._answer)

    def _open(self, socket: WebSocket) -> None:
        socket.on("framereceived", lambda frame: self.heard.append(_text(frame)))
        socket.on("framesent", lambda frame: self.told.append(_text(frame)))

    def _answer(self, answer) -> None:
        if answer.request.resource_type in ("document", "fetch", "xhr") and answer.status == 200:
            self.heard.append(answer.text())

    @property
    def page(self) -> Page:
        return self.seen.page

    def hears(self, words: str) -> bool:
        return any(words in frame for frame in self.heard)


def _text(frame: str | bytes) -> str:
    return frame if isinstance(frame, str) else frame.decode("utf-8", "replace")


def canary(person: int, turn: int) -> str:
    """A cap that nobody would choose: unmistakable in what travels."""
    return f"{31 + person}7{turn % 10}.0{person + 1}9"


@pytest.fixture
def program(tmp_path) -> Iterator[Program]:
    with serving(tmp_path) as running:
        yield running


def sit_down(browser: Browser, program: Program, stack: ExitStack) -> tuple[list[Person], str]:
    people = []
    for name in SEATS:
        person = Person(name, stack.enter_context(tab(browser, "about:blank")))
        person.listen()
        person.page.set_default_timeout(PATIENCE_MS)
        people.append(person)
    code = begin_together(people[0].page, program.address, player="Ann", seat="United States")
    for person in people[1:]:
        person.page.goto(f"{program.address}/play/{code}")
        person.page.get_by_label("Your name, as others see it").fill(person.name)
        person.page.locator(f"input[name=seat][value={SEATS[person.name]}]").check()
        person.page.get_by_role("button", name="Take the seat").click()
        person.page.get_by_text("Ann").first.wait_for()
    people[0].page.get_by_role("button", name="Begin with 3 here").click()
    for person in people:
        person.page.goto(f"{program.address}/play/{code}")
        person.page.locator("button[data-act=submit]:visible").first.wait_for()
    return people, code


def draft(person: Person, number: str) -> None:
    """A grant with a cap of that number, saved on the server."""
    slider = person.page.get_by_role("slider", name=GRANT)
    slider.press("ArrowRight")
    person.page.get_by_role("button", name="Terms Packaging grant").click()
    cap = person.page.get_by_label("At most, M USD").first
    cap.fill(number)
    cap.press("Tab")
    person.page.get_by_text(re.compile(r"at most [\d,.]+ M USD")).first.wait_for()
    person.page.keyboard.press("Escape")
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
        people, code = sit_down(browser, program, stack)
        for turn in range(1, turns + 1):
            secrets = play_turn(people, turn, with_drafts=turn <= 2)
            if turn <= 2:
                assert all(person.hears(secrets[person.name]) for person in people), "one's own draft travels: the ear works"
            if turn < turns:
                for person in people:
                    next_turn(person.page)
        for person in people if turns == 12 else ():
            person.page.locator("a:visible", has_text="Debrief").first.click()
            person.page.get_by_role("heading", name="Which of your decisions mattered").wait_for()
        tokens = {person.name: _token(person, code) for person in people}
        for person in people:
            person.seen.settle()
            others = [token for name, token in tokens.items() if name != person.name]
            assert not any(token in frame for token in others for frame in (*person.heard, *person.told))
    return code


def play_turn(people: list[Person], turn: int, *, with_drafts: bool) -> dict[str, str]:
    """Everybody drafts and sends, one after the other; until the last has, nobody's browser holds another's number."""
    secrets = {person.name: canary(n, turn) for n, person in enumerate(people)}
    if with_drafts:
        for person in people:
            draft(person, secrets[person.name])
    *first, last = people
    for sent, person in enumerate(first, start=1):
        submit(person.page)
        expect(person.page.get_by_text(f"Sent. {sent} of 3 have decided.").first).to_be_visible(timeout=PATIENCE_MS)
    if with_drafts:
        for person in people:
            for name, number in secrets.items():
                assert name == person.name or not person.hears(number), f"turn {turn}: {person.name} has {name}'s {number}"
    submit(last.page)
    for person in people:
        person.page.wait_for_url(f"**/resolution/{turn}")
        person.page.get_by_role("heading", name="Headlines").wait_for()
    return secrets


def _token(person: Person, code: str) -> str:
    cookies = {cookie["name"]: cookie["value"] for cookie in person.page.context.cookies()}
    return str(cookies[f"policygame-seat-{code}"])
