"""Tabs, reloads, the back button, a slow server and one that dies in the middle of a turn lose nothing of what somebody has set."""

from __future__ import annotations

import re
import signal
from collections.abc import Callable, Iterator

import pytest
from browsing import Tab, tab
from playing import Program, begin_alone, next_turn, raise_grant, serving, take_turn
from playwright.sync_api import Browser, Locator, Page, WebSocketRoute, expect

pytestmark = pytest.mark.slow

GRANT = "Packaging grant, 2.5D"


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """One server for the games of this file; a test that kills it starts it again."""
    with serving(tmp_path_factory.mktemp("life")) as running:
        yield running


def _slider(page: Page) -> Locator:
    return page.get_by_role("slider", name=GRANT)


def _shows(page: Page, percent: int, in_force: int = 0) -> None:
    expect(_slider(page)).to_have_attribute("aria-valuetext", f"{percent} %, in force {in_force} %")


def _lost(page: Page) -> Locator:
    return page.get_by_role("alert").filter(has_text="Connection lost. Trying again.")


def test_a_server_that_is_killed_in_the_middle_of_a_turn_loses_nothing(browser: Browser, program: Program) -> None:
    with tab(browser, program.address) as seen:
        page = seen.page
        code = begin_alone(page, program.address)
        take_turn(page, 1)
        next_turn(page)
        raise_grant(page, 12)
        page.reload()
        _shows(page, 12)
        page.get_by_role("link", name="Briefing").first.click()
        page.wait_for_url("**/briefing")
        page.go_back()
        _shows(page, 12)
        other = page.context.new_page()
        other.goto(f"{program.address}/play/{code}")
        _shows(other, 12)
        seen.settle()

        before = program.game(code)
        program.stop(signal.SIGKILL)
        for one in (page, other):
            one.evaluate("window.isOlder = true")
            _lost(one).wait_for()
            _shows(one, 12)  # what was there can still be read
        program.start()
        for one in (page, other):
            one.wait_for_function("!window.isOlder")  # it has loaded itself anew
            expect(_lost(one)).to_have_count(0)
            _shows(one, 12)
        assert program.game(code) == before

        seen.errors.clear()
        seen.failed.clear()
        for _ in range(2):
            _slider(other).press("ArrowRight")
        _shows(page, 14)
        take_turn(page, 2)
        other.wait_for_url("**/resolution/2")
        assert str(program.game(code).decisions["USA"]) == "2023Q3 packaging_grant interposer_2_5d 0.14"
        page.go_back()  # to the desk, where the next turn lies; what was sent stays sent
        _shows(page, 14, in_force=14)
        assert program.game(code).turn == 3
        seen.settle()


def _slow(seen: Tab, after: str) -> Callable[[], None]:
    """From the first message on that holds ``after`` the server hears nothing, until the returned function is called."""
    kept: list[Callable[[], None]] = []
    heard: list[bool] = []

    def relay(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()

        def pass_on(message: str | bytes) -> None:
            if not heard and (kept or (isinstance(message, str) and re.search(after, message) is not None)):
                kept.append(lambda: server.send(message))
            else:
                server.send(message)

        socket.on_message(pass_on)

    def release() -> None:
        heard.append(True)
        assert kept
        for send in kept:
            send()

    seen.page.route_web_socket(re.compile("/jupyter/api/kernels/"), relay)
    return release


def test_a_slow_server_takes_nothing_back(browser: Browser, program: Program) -> None:
    """What somebody has set stays on the slider, whatever older answers come in the meantime, and is what is sent."""
    with tab(browser, program.address) as seen:
        page = seen.page
        page.clock.install()
        release = _slow(seen, r'"amount": ?0\.02\b')
        code = begin_alone(page, program.address)
        for _ in range(3):
            _slider(page).press("ArrowRight")
        page.get_by_text("1 changed, saved").wait_for()  # the first of three
        page.clock.fast_forward(20_000)
        _shows(page, 3)
        _slider(page).press("ArrowRight")
        _shows(page, 4)
        release()
        take_turn(page, 1)
        assert str(program.game(code).decisions["USA"]) == "2023Q1 packaging_grant interposer_2_5d 0.04"
        seen.settle()
