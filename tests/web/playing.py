"""Whole games in a browser: the program as it is served, a person who clicks, and what the store then holds."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from browsing import PATIENCE_MS as PATIENCE_MS
from browsing import Tab
from playwright.sync_api import Page, expect

from policygame.game import Game, parse_event
from policygame.store import Store


@dataclass
class Program:
    """``policygame serve`` on a database of its own. ``stop`` and ``start`` again on the same port, as after a crash."""

    database: Path
    port: int = 0
    results: Path | None = None
    more: tuple[str, ...] = ()
    process: subprocess.Popen[str] | None = None

    @property
    def address(self) -> str:
        return f"http://localhost:{self.port}"

    def start(self) -> None:
        command = [sys.executable, "-u", "-m", "policygame", "serve", "--no-browser", "--port", str(self.port)]
        command += [] if self.results is None else ["--results", str(self.results)]
        command += self.more
        self.process = subprocess.Popen(
            [*command, "--database", str(self.database)], stdout=subprocess.PIPE, text=True, env={**os.environ}
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        found = re.search(r"http://localhost:(\d+)/", line)
        assert found is not None, f"the server did not start: {line}"
        self.port = int(found[1])

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        assert self.process is not None
        self.process.send_signal(how)
        self.process.wait(timeout=60)
        assert self.process.stdout is not None
        self.process.stdout.close()

    def game(self, code: str) -> Game:
        """The game as the log has it; to be asked when the server has stopped, or beside it."""
        with Store.open(self.database) as store:
            found = store.find_code(code)
            assert found is not None
            return Game.of([parse_event(text) for text in store.events(found.id)])


@contextmanager
def serving(folder: Path, results: Path | None = None, *more: str) -> Iterator[Program]:
    """A running program, with the result sets of a folder; ``more`` is said to ``policygame serve``."""
    program = Program(folder / "games.sqlite3", results=results, more=more)
    program.start()
    try:
        yield program
    finally:
        if program.process is not None and program.process.poll() is None:
            program.stop()


def begin_alone(
    page: Page, address: str, *, scenario: str = "A first game", seat: str = "United States", seed: int = 20_231
) -> str:
    """From the start page to the desk by clicking; returns the game's code."""
    page.goto(address)
    page.get_by_role("button", name="Play alone").click()
    page.get_by_role("radio", name=scenario).check(force=True)
    page.get_by_role("radio", name=seat).check(force=True)
    page.get_by_text("Rivals and luck").click()
    page.get_by_label("World (a number").fill(str(seed))
    page.get_by_role("button", name="Begin").click()
    return read_briefing(page)


def begin_assignment(page: Page, address: str, *, seat: str, seed: int, player: str) -> str:
    """Make the link of an assignment by clicking, follow it, and go on to the desk; returns the game's code."""
    page.goto(address)
    page.get_by_role("button", name="Assign").click()
    page.get_by_role("radio", name=seat).check(force=True)
    page.get_by_label("World (a number").fill(str(seed))
    page.get_by_role("button", name="Make the link").click()
    page.get_by_role("link", name="Try it").click()
    page.get_by_label("Your name").fill(player)
    page.get_by_role("button", name="Begin").click()
    return read_briefing(page)


def read_briefing(page: Page) -> str:
    """From the briefing on to the desk; returns the game's code."""
    page.wait_for_url("**/briefing")
    page.get_by_role("link", name="Begin").last.click()
    page.wait_for_url(re.compile(r"/play/[A-Z0-9]{5}$"))
    return page.url.rpartition("/")[2]


def begin_together(page: Page, address: str, *, player: str, seat: str, scenario: str = "A first game") -> str:
    """Make a game for several people, without questions about what is expected; returns its code."""
    page.goto(address)
    page.get_by_role("button", name="Play together").click()
    page.get_by_role("radio", name=scenario).check(force=True)
    page.get_by_role("radio", name=seat).check(force=True)
    page.get_by_label("Your name").fill(player)
    more = page.get_by_text("Rivals and luck")
    more.click()
    page.locator("input[name=predictions]").uncheck()
    page.get_by_role("button", name="Create the game").click()
    page.wait_for_url(re.compile(r"/play/[A-Z0-9]{5}$"))
    return page.url.rpartition("/")[2]


def heard(page: Page) -> None:
    """Wait until the server has heard of every movement of a slider."""
    expect(page.locator(".lever[aria-busy=true]")).to_have_count(0)


def raise_grant(page: Page, percent: int, *, in_force: int = 0) -> None:
    """Press the packaging grant for 2.5D up from what is in force, until it stands at ``percent`` and is saved."""
    slider = page.get_by_role("slider", name="Packaging grant, 2.5D")
    for _ in range(percent - in_force):
        slider.press("ArrowRight")
    heard(page)
    page.get_by_text("1 changed, saved").wait_for()
    expect(slider).to_have_attribute("aria-valuetext", f"{percent} %, in force {in_force} %")


def take_turn(page: Page, turn: int, *, answer: str = "Send without saying") -> None:
    """Send what is on the desk, answer the question, and wait for what the turn brought."""
    submit(page)
    page.get_by_role("dialog").get_by_role("button", name=answer).click()
    page.wait_for_url(f"**/resolution/{turn}")
    page.get_by_role("heading", name="Headlines").wait_for()


def submit(page: Page) -> None:
    """Press whichever of the two buttons this width shows."""
    buttons = page.locator("button[data-act=submit]:visible")
    expect(buttons.first).to_be_enabled(timeout=PATIENCE_MS)
    buttons.first.click()


def next_turn(page: Page) -> None:
    """From a resolution back to the desk."""
    page.locator("a:visible", has_text="Next turn").first.click()
    page.locator("button[data-act=submit]:visible").first.wait_for()


def without_complaint(seen: Tab) -> None:
    """Nothing failed, nothing left this machine, nothing scrolls sideways."""
    assert seen.sideways() <= 0, seen.page.url
    seen.settle()
