"""A server that dies in the middle of a turn loses nothing; a seat that is not one's own is not to be had."""

from __future__ import annotations

import signal

import pytest
from browsing import tab
from playing import Program, begin_alone, next_turn, serving, take_turn
from playwright.sync_api import Browser

pytestmark = pytest.mark.slow


@pytest.fixture
def program(tmp_path):
    with serving(tmp_path) as running:
        yield running


def test_a_server_that_is_killed_in_the_middle_of_a_turn_loses_nothing(browser: Browser, program: Program) -> None:
    with tab(browser, program.address) as seen:
        page = seen.page
        code = begin_alone(page, program.address)
        take_turn(page, 1)
        next_turn(page)
        slider = page.get_by_role("slider", name="Packaging grant, 2.5D")
        for _ in range(12):
            slider.press("ArrowRight")
        page.get_by_text("1 changed, saved").wait_for()
        before = program.game(code)
        program.stop(signal.SIGKILL)
        program.start()
        page.goto(f"{program.address}/play/{code}")
        slider.wait_for()
        assert slider.get_attribute("aria-valuetext") == "12 %, in force 0 %"
        assert program.game(code) == before
        page.go_back()
        page.goto(f"{program.address}/play/{code}")
        take_turn(page, 2)
        assert str(program.game(code).decisions["USA"]) == "2023Q3 packaging_grant interposer_2_5d 0.12"


def test_a_forged_seat_sees_and_changes_nothing(browser: Browser, program: Program) -> None:
    with tab(browser, program.address) as seen, tab(browser, program.address) as other:
        code = begin_alone(seen.page, program.address)
        forged = {"name": f"policygame-seat-{code}", "value": "x" * 43, "url": program.address}
        other.page.context.add_cookies([forged])
        other.page.goto(f"{program.address}/play/{code}")
        other.page.get_by_role("heading", name="Choose a free seat").wait_for()
        assert other.page.context.request.get(f"{program.address}/play/{code}/game.json").status == 404
        assert other.page.context.request.get(f"{program.address}/play/{code}/debrief.html").status == 404
        other.page.goto(f"{program.address}/play/QQQQQ")
        other.page.get_by_role("heading", name="No game has this code.").last.wait_for()
        assert program.game(code).sequence == len(("created", "started", "claimed"))
