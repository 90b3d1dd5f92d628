"""Whole games by clicking, at a desk and on a phone; and the numbers of the browser are those of `simulate` and of `play`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from browsing import tab
from playing import Program, begin_alone, next_turn, serving, take_turn, without_complaint
from playwright.sync_api import Browser

from policygame import simulate
from policygame.game import Game
from policygame.game.handin import verify
from policygame.game.play import Plan, play
from policygame.game.position import digest
from policygame.store import Store

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory):
    with serving(tmp_path_factory.mktemp("whole")) as running:
        yield running


def _move(page, name: str, times: int) -> None:
    slider = page.get_by_role("slider", name=name)
    slider.wait_for()
    for _ in range(times):
        slider.press("ArrowRight")
    page.get_by_text("saved").first.wait_for()


def _the_same_everywhere(program: Program, code: str) -> Game:
    """The game in the store, by simulate and by a file of decisions: bit for bit."""
    from policygame.game import parse_event

    game = program.game(code)
    resolved = len(game.result_hashes)
    quarters = game.calendar.quarters_before(resolved + 1)
    again = simulate(game.scenario, seeds=[game.seed], policies=dict(game.decisions), quarters=quarters)
    assert digest(again) == game.result_hashes[-1]
    bots = {seat.id: seat.bot for seat in game.seats.values()}
    plan = Plan(game.scenario.name, game.seed, {"USA": "Ada"}, {"USA": game.decisions["USA"]}, bots)
    assert Game.of(play(plan, turns=resolved)).result_hashes == game.result_hashes
    with Store.open(program.database) as store:
        found = store.find_code(code)
        assert found is not None
        assert verify([parse_event(text) for text in store.events(found.id)]).holds
    return game


def test_a_first_game_to_its_debrief_at_a_desk(browser: Browser, program: Program) -> None:
    with tab(browser, program.address) as seen:
        page = seen.page
        code = begin_alone(page, program.address)
        _move(page, "Packaging grant, 2.5D", 30)
        for turn in range(1, 13):
            take_turn(page, turn, answer="Above" if turn == 1 else "Send without saying")
            if turn == 1:
                seen.drawn()
                without_complaint(seen)
            if turn < 12:
                next_turn(page)
        page.locator("a:visible", has_text="Debrief").first.click()
        page.get_by_role("heading", name="Which of your decisions mattered").wait_for()
        seen.drawn()
        page.get_by_role("switch").first.click()
        page.get_by_role("heading", name="What if you had not decided this: Packaging grant").wait_for()
        assert "held everything up" in page.locator("main").inner_text()
        assert page.locator("#python").inner_text().startswith("from policygame import load_game")
        without_complaint(seen)
        game = _the_same_everywhere(program, code)
        assert game.phase == "ended"
        file = page.context.request.get(f"{program.address}/play/{code}/debrief.html").text()
        assert "Which of your decisions mattered" in file
        assert (
            re.search(r"<(script|img|link|iframe)[^>]*(src|href)=", file.partition("<script>")[0]) is None
        )  # it asks for nothing else


def test_a_first_game_to_its_debrief_on_a_phone(browser: Browser, program: Program) -> None:
    with tab(browser, program.address, width=390, height=844, has_touch=True) as seen:
        page = seen.page
        code = begin_alone(page, program.address)
        for turn in range(1, 13):
            take_turn(page, turn)
            without_complaint(seen)
            if turn < 12:
                next_turn(page)
        page.locator("a:visible", has_text="Debrief").first.click()
        page.get_by_role("heading", name="You decided nothing").wait_for()
        seen.drawn()
        without_complaint(seen)
        assert program.game(code).phase == "ended"


def test_the_large_scenario_for_three_turns(browser: Browser, program: Program) -> None:
    with tab(browser, program.address) as seen:
        code = begin_alone(seen.page, program.address, scenario="The AI surge of 2023")
        _move(seen.page, "Packaging grant, 2.5D", 20)
        for turn in range(1, 4):
            take_turn(seen.page, turn)
            seen.drawn()
            without_complaint(seen)
            next_turn(seen.page)
        assert _the_same_everywhere(program, code).turn == 4


def test_a_game_file_of_the_browser_is_judged(browser: Browser, program: Program, tmp_path: Path) -> None:
    """The file that is handed in verifies; changed by one decision, it does not."""
    from policygame.game.handin import read_game_file

    with tab(browser, program.address) as seen:
        page = seen.page
        page.goto(f"{program.address}/assign/first-game/USA/7/laissez-faire")
        page.get_by_label("Your name").fill("<script>alert(1)</script>")
        page.get_by_role("button", name="Begin").click()
        page.wait_for_url("**/briefing")
        page.get_by_role("link", name="Begin").last.click()
        _move(page, "Packaging grant, 2.5D", 5)
        for turn in range(1, 13):
            take_turn(page, turn)
            if turn < 12:
                next_turn(page)
        code = page.url.split("/play/")[1].split("/")[0]
        answer = page.context.request.get(f"{program.address}/play/{code}/game.json")
        assert answer.status == 200
        text = answer.text()
        without_complaint(seen)
    assert "<script>alert(1)</script>" in text  # a name is a name
    assert verify(read_game_file(text)).holds
    assert not verify(read_game_file(text.replace("interposer_2_5d 0.05", "interposer_2_5d 0.5"))).holds
