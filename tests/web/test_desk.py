"""The desk in a real browser: a turn is drafted, forecast, refused, kept, sent and resolved - on a desk and on a phone."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from browsing import THEMES, WIDTHS, Tab, tab
from playing import heard, read_briefing
from playwright.sync_api import Browser, Page, Route, expect

from policygame import Policy
from policygame.web.pages.desk.terms import pact_sentence

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Games:
    """A server with games in a process of its own."""

    address: str
    process: subprocess.Popen[str]

    def ask(self, **asked: Any) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer

    def create(self, scenario: str = "first-game", seat: str = "USA", **more: Any) -> tuple[str, str]:
        made = self.ask(create={"scenario": scenario, "seat": seat, "player": "Ada", "seed": 7, **more})
        return made["code"], made["token"]


@pytest.fixture(scope="module")
def games(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Games]:
    """One server for the tests of this file."""
    database = tmp_path_factory.mktemp("games") / "games.sqlite3"
    process = subprocess.Popen(
        [sys.executable, str(HERE / "serve_games.py"), str(database)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        assert address, f"the server did not start: {process.communicate()[1]}"
        yield Games(address.rstrip("/"), process)
    finally:
        process.terminate()
        _, told = process.communicate(timeout=20)
    assert process.returncode == 0
    assert "Traceback" not in told, told


@contextmanager
def seated(browser: Browser, games: Games, code: str, token: str, path: str = "", **more: Any) -> Iterator[Tab]:
    """A tab of a browser that holds a seat."""
    cookie = {"name": f"policygame-seat-{code}", "value": token, "domain": "localhost", "path": "/"}
    with tab(browser, f"{games.address}/play/{code}{path}", storage_state={"cookies": [cookie]}, **more) as seen:
        seen.page.locator("main#main .card:visible").first.wait_for()
        yield seen


def press(page: Page, name: str, times: int) -> None:
    slider = page.get_by_role("slider", name=name)
    for _ in range(times):
        slider.press("ArrowRight")


def send(page: Page, button: str, answer: str | None = None) -> None:
    page.get_by_role("button", name=button, exact=True).click()
    if answer is not None:
        page.get_by_role("dialog").get_by_role("button", name=answer).click()


def test_two_turns_by_clicking_at_a_desk(browser: Browser, games: Games) -> None:
    code, token = games.create()
    with seated(browser, games, code, token) as seen:
        page = seen.page
        page.get_by_text("The wait: ").wait_for()  # the fan of what is in force
        press(page, "Packaging grant, 2.5D", 30)
        page.get_by_text("of 200 worlds wait less").wait_for()
        assert page.get_by_role("slider", name="Packaging grant, 2.5D").get_attribute("aria-valuetext") == "30 %, in force 0 %"
        seen.drawn()
        assert seen.sideways() <= 0
        send(page, "Submit decisions", "Above")
        page.wait_for_url("**/resolution/1")
        page.get_by_role("heading", name="Headlines").wait_for()
        assert page.get_by_text("You expected lead time above").count() == 1
        assert page.locator(".top h1").inner_text() == "Turn 1: 2023 Q1 to 2023 Q2"
        page.get_by_role("link", name="Next turn").first.click()
        page.get_by_text("2023, second half").wait_for()
        page.get_by_text("The wait: ").wait_for()
        slider = page.get_by_role("slider", name="Packaging grant, 2.5D")
        assert slider.get_attribute("aria-valuetext") == "30 %, in force 30 %"
        send(page, "Submit decisions", "Send without saying")
        page.wait_for_url("**/resolution/2")
        seen.drawn()
        assert seen.sideways() <= 0
        seen.settle()


def test_two_turns_by_touching_on_a_phone(browser: Browser, games: Games) -> None:
    code, token = games.create(predictions=False)
    with seated(browser, games, code, token, width=390, height=844, has_touch=True) as seen:
        page = seen.page
        for turn in (1, 2):
            page.get_by_text(f"Turn {turn} of 12, 2023 H{turn}").wait_for()
            press(page, "Packaging grant, 2.5D", 5)
            page.get_by_text("of 200 worlds").first.wait_for(state="attached")
            bottom = page.get_by_role("navigation", name="Pages, at the bottom")
            for name, shown in (("Effect", ".effrow"), ("World", ".worldtabs"), ("News", ".headlines"), ("More", ".morerow")):
                bottom.get_by_role("link", name=name).click()
                expect(page.locator(shown).first).to_be_visible()
                assert seen.sideways() <= 0, f"{name} in turn {turn}"
            bottom.get_by_role("link", name="Decide").click()
            send(page, "Submit")
            page.wait_for_url(f"**/resolution/{turn}")
            assert seen.sideways() <= 0
            page.locator(".dock").get_by_role("link", name="Next turn").click()
        seen.settle()


def test_every_figure_of_the_strip_has_its_fan(browser: Browser, games: Games) -> None:
    code, token = games.create()
    with seated(browser, games, code, token) as seen:
        page = seen.page
        press(page, "Packaging grant, 2.5D", 40)
        page.get_by_text("of 200 worlds wait less").wait_for()
        strip = page.get_by_role("tablist", name="Metric")
        for metric in strip.get_by_role("tab").all():
            metric.click()
            expect(metric).to_have_attribute("aria-selected", "true")
            expect(page.locator(".fanhead h2")).to_contain_text(" by 2028 Q4")
        page.get_by_role("button", name="3 years").click()
        expect(page.locator(".fanhead h2")).to_contain_text(" by 2025 Q4", timeout=30_000)
        seen.settle()


COLOURS_OF_CANVAS = """(canvas) => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height), seen = new Set();
    for (let k = 0; k < data.length; k += 4 * 97) seen.add(data[k] << 16 | data[k + 1] << 8 | data[k + 2]);
    return seen.size;
}"""
"""How many colours a sample of a drawing's pixels has: a map without land has a handful, one with land, borders and marks many."""


def test_the_map_is_drawn_on_a_cold_browser_whatever_happens_before_its_shapes_arrive(browser: Browser, games: Games) -> None:
    """The chart must wait for the shapes of the world: a page that settles its widths meanwhile draws nothing, and says nothing."""
    code, token = games.create()
    held: list[Route] = []
    cookie = {"name": f"policygame-seat-{code}", "value": token, "domain": "localhost", "path": "/"}
    with tab(browser, "about:blank", storage_state={"cookies": [cookie]}) as seen:
        page = seen.page
        page.route("**/world-110m-pacific*", lambda route: held.append(route))
        page.goto(f"{games.address}/play/{code}")
        with page.expect_request("**/world-110m-pacific*"):
            page.get_by_role("tab", name="Map").click()
        page.set_viewport_size({"width": 1100, "height": 800})
        page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        assert held
        assert page.locator(".mapgrid .canvas").get_attribute("data-drawn") == "0"
        held[0].continue_()
        expect(page.locator(".mapgrid .canvas")).not_to_have_attribute("data-drawn", "0")
        assert page.locator(".mapgrid canvas").first.evaluate(COLOURS_OF_CANVAS) > 30
        seen.settle()


def test_a_reload_keeps_the_draft(browser: Browser, games: Games) -> None:
    code, token = games.create()
    with seated(browser, games, code, token) as seen:
        seen.page.get_by_role("button", name="Fan-out 0").first.click()
        press(seen.page, "Packaging grant, Fan-out", 12)
        seen.page.get_by_role("button", name="Fan-out 12").wait_for()
        heard(seen.page)
        seen.page.get_by_text("1 changed, saved").wait_for()
        seen.page.reload()
        slider = seen.page.get_by_role("slider", name="Packaging grant, Fan-out")
        expect(slider).to_have_attribute("aria-valuetext", "12 %, in force 0 %")
        seen.settle()


def test_two_tabs_of_one_person_have_one_draft(browser: Browser, games: Games) -> None:
    code, token = games.create()
    with seated(browser, games, code, token) as first:
        other = first.page.context.new_page()
        other.goto(f"{games.address}/play/{code}")
        other.get_by_role("slider", name="Packaging grant, 2.5D").wait_for()
        press(first.page, "Packaging grant, 2.5D", 7)
        expect(other.get_by_role("slider", name="Packaging grant, 2.5D")).to_have_attribute("aria-valuetext", "7 %, in force 0 %")
        press(other, "Packaging grant, 2.5D", 2)
        mine = first.page.get_by_role("slider", name="Packaging grant, 2.5D")
        expect(mine).to_have_attribute("aria-valuetext", "9 %, in force 0 %")
        first.settle()


def test_undo_redo_and_back_to_what_is_in_force(browser: Browser, games: Games) -> None:
    code, token = games.create()
    with seated(browser, games, code, token) as seen:
        page = seen.page
        slider = page.get_by_role("slider", name="Fab grant, Leading")
        slider.press("ArrowRight")
        page.get_by_text("1 changed").wait_for()
        page.get_by_role("button", name="Undo").click()
        page.get_by_text("Nothing changed yet.").wait_for()
        page.get_by_role("button", name="Redo").click()
        page.get_by_text("1 changed").wait_for()
        expect(slider).to_have_attribute("aria-valuetext", "1 %, in force 0 %")
        page.get_by_role("button", name="Reset to in force").click()
        page.get_by_text("Nothing changed yet.").wait_for()
        seen.settle()


def test_what_cannot_be_paid_cannot_be_sent_and_one_press_mends_it(browser: Browser, games: Games) -> None:
    code, token = games.create(predictions=False)
    games.ask(draft=[code, token, ["2023Q1 packaging_rnd interposer_2_5d 1500"]])
    with seated(browser, games, code, token) as seen:
        page = seen.page
        send(page, "Submit decisions")
        alert = page.get_by_role("alert").filter(has_text="Not sent.")
        alert.wait_for()
        assert "has 1,200 M USD for this turn, and this takes 3,000" in alert.inner_text()
        assert page.get_by_text("600 M a quarter is all the treasury can carry.").count() == 1
        assert seen.violations() == []
        alert.get_by_role("button", name="Set Packaging research and pilot lines, 2.5D to 600").click()
        slider = page.get_by_role("slider", name="Packaging research and pilot lines, 2.5D")
        expect(slider).to_have_attribute("aria-valuetext", "600 M a quarter, in force none")
        send(page, "Submit decisions")
        page.wait_for_url("**/resolution/1")
        seen.settle()


def test_a_lever_that_is_paid_every_quarter_stops_where_money_ends(browser: Browser, games: Games) -> None:
    code, token = games.create()
    with seated(browser, games, code, token) as seen:
        page = seen.page
        page.get_by_role("slider", name="Packaging research and pilot lines, 2.5D").press("End")
        page.locator("#treasury-left").get_by_text("0", exact=True).wait_for()
        heard(page)
        hbm = page.get_by_role("slider", name="Materials, memory and tool programme, HBM")
        hbm.press("End")
        expect(hbm).to_have_attribute("aria-valuetext", "none, in force none")
        seen.settle()


def test_terms_of_a_grant_and_targets_of_a_control(browser: Browser, games: Games) -> None:
    code, token = games.create()
    with seated(browser, games, code, token) as seen:
        page = seen.page
        press(page, "Packaging grant, 2.5D", 10)
        page.get_by_role("button", name="Terms Packaging grant").click()
        page.get_by_label("At most, M USD").fill("300")
        page.get_by_label("At most, M USD").press("Tab")
        page.get_by_text("at most 300 M USD").wait_for()
        page.get_by_label("At most, M USD").fill("-5")
        page.get_by_label("At most, M USD").press("Tab")
        page.get_by_role("alert").filter(has_text="That cannot be set.").wait_for()
        page.get_by_role("button", name="Edit Export control").click()
        control = page.get_by_role("group", name="Tools: aimed at")
        control.get_by_role("button", name="South Korea").click()
        expect(control.get_by_role("button", name="South Korea")).to_have_attribute("aria-pressed", "true")
        assert seen.violations() == []
        seen.settle()


def test_a_pact_says_who_has_not_agreed() -> None:
    asked = Policy.parse("2023Q1 alliance pooled_capacity 0.5 with JPN,KOR").settings[0]
    assert pact_sentence(asked, []) == "Asked of KOR, JPN; not agreed yet: a pact needs both."
    assert pact_sentence(asked, ["KOR"]) == "Asked of JPN; not agreed yet: a pact needs both."
    assert pact_sentence(asked, ["JPN", "KOR"]) == ""


def test_who_waits_can_change_their_mind(browser: Browser, games: Games) -> None:
    code, token = games.create(together=True, predictions=False)
    with seated(browser, games, code, token) as first:
        other = browser.new_context()
        second = other.new_page()
        second.goto(f"{games.address}/play/{code}")
        second.get_by_label("Your name, as others see it").fill("Grace")
        second.locator("input[name=seat][value=CHN]").check()
        second.get_by_role("button", name="Take the seat").click()
        first.page.get_by_role("button", name="Begin with 2 here").click()
        read_briefing(first.page)
        press(first.page, "Packaging grant, 2.5D", 3)
        send(first.page, "Submit decisions")
        first.page.get_by_text("Sent. 1 of 2 have decided.").wait_for()
        first.page.get_by_role("button", name="Change my decisions").click()
        slider = first.page.get_by_role("slider", name="Packaging grant, 2.5D")
        expect(slider).to_have_attribute("aria-valuetext", "3 %, in force 0 %")
        send(first.page, "Submit decisions")
        first.page.get_by_text("Sent. 1 of 2 have decided.").wait_for()
        read_briefing(second)  # who waited for the game to begin is shown it
        send(second, "Submit decisions")
        first.page.wait_for_url("**/resolution/1")
        second.wait_for_url("**/resolution/1")
        first.settle()
        other.close()


TABS = ("map", "shares", "ranks", "firms", "news", "history")
LOOKS = [
    *(("", width, theme) for width in WIDTHS for theme in THEMES),
    *((f"/world/{name}", width, theme) for name in TABS for width, theme in ((1280, "light"), (390, "dark"))),
]


@pytest.mark.parametrize(("path", "width", "theme"), LOOKS)
def test_every_tab_is_drawn_without_a_complaint(browser: Browser, games: Games, path: str, width: int, theme: str) -> None:
    code, token = _played(games)
    with seated(browser, games, code, token, path, width=width, theme=theme) as seen:
        seen.page.locator(".met, .pickmetric").first.wait_for(state="attached")
        seen.page.wait_for_selector(".canvas[data-drawn]", state="attached")
        assert seen.sideways() <= 0
        assert seen.violations() == []
        seen.settle()


_kept: list[tuple[str, str]] = []


def _played(games: Games) -> tuple[str, str]:
    """A game of the large scenario that the tests of pictures share."""
    if not _kept:
        _kept.append(games.create("ai-surge-2023", "JPN"))
    return _kept[0]
