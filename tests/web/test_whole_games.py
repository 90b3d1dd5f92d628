"""Whole games by clicking, at a desk and on a phone; and the numbers of the browser are those of `simulate` and of `play`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from browsing import Tab, tab
from playing import Program, begin_alone, begin_assignment, next_turn, raise_grant, serving, take_turn, without_complaint
from playwright.sync_api import Browser, Page, expect

from policygame.game import Game, parse_event
from policygame.game.handin import game_file, load_game, read_game_file, verify
from policygame.game.play import Plan, play
from policygame.game.position import digest
from policygame.store import Store

pytestmark = pytest.mark.slow

STILL: Mapping[str, Any] = {"reduced_motion": "reduce"}
"""A second less for every chart; the large scenario is looked at in motion."""
ODD_NAME = "<script>alert(1)</script>"
"""A name is a name: it is shown and stored as it was typed, and does nothing."""


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """One server for the games of this file."""
    with serving(tmp_path_factory.mktemp("whole")) as running:
        yield running


def _turns(seen: Tab, turns: int, *, ended: bool) -> None:
    """Send what is on the desk, turn after turn; every page on the way is looked at."""
    for turn in range(1, turns + 1):
        take_turn(seen.page, turn, answer="Above" if turn == 1 else "Send without saying")
        seen.drawn()
        without_complaint(seen)
        if turn < turns or not ended:
            next_turn(seen.page)


def _to_debrief(seen: Tab, heading: str) -> None:
    seen.page.locator("a:visible", has_text="Debrief").first.click()
    seen.page.get_by_role("heading", name=heading).wait_for()
    seen.drawn()


def _downloaded(page: Page, link: str, folder: Path) -> Path:
    """The file behind a link, as a browser keeps it."""
    with page.expect_download() as waited:
        page.locator("a:visible", has_text=link).first.click()
    place = folder / waited.value.suggested_filename
    waited.value.save_as(place)
    return place


def _the_same_everywhere(program: Program, code: str, folder: Path) -> Game:
    """The game in the store, by its file in Python and by a file of decisions: bit for bit."""
    with Store.open(program.database) as store:
        found = store.find_code(code)
        assert found is not None
        events = [parse_event(text) for text in store.events(found.id)]
    game = Game.of(events)
    resolved = len(game.result_hashes)
    kept = folder / "kept.json"
    kept.write_text(game_file(events), "utf-8")
    assert digest(load_game(kept).simulate()) == game.result_hashes[-1]
    bots = {seat.id: seat.bot for seat in game.seats.values()}
    plan = Plan(game.scenario.name, game.seed, {"USA": "Ada"}, {"USA": game.decisions["USA"]}, bots)
    assert Game.of(play(plan, turns=resolved)).result_hashes == game.result_hashes
    assert verify(events).holds
    return game


def _opens_from_disk(browser: Browser, file: Path) -> None:
    """A debrief that was kept is whole without a network, at every width: it asks for nothing."""
    for width in (1280, 390):
        with tab(browser, file.as_uri(), width=width, offline=True) as seen:
            seen.page.get_by_role("heading", name="Which of your decisions mattered").wait_for()
            canvases = seen.page.locator(".canvas")
            expect(canvases.locator("svg")).to_have_count(canvases.count())
            assert canvases.count() > 0
            assert seen.asked == [file.as_uri()]
            without_complaint(seen)


def test_a_first_game_to_its_debrief_at_a_desk(browser: Browser, program: Program, tmp_path: Path) -> None:
    with tab(browser, program.address, **STILL) as seen:
        page = seen.page
        code = begin_alone(page, program.address)
        raise_grant(page, 10)
        _turns(seen, 12, ended=True)
        _to_debrief(seen, "Which of your decisions mattered")
        page.get_by_role("switch").first.click()
        page.get_by_role("heading", name="What if you had not decided this: Packaging grant").wait_for()
        assert "held everything up" in page.locator("main").inner_text()
        assert page.locator("#python").inner_text().startswith("from policygame import load_game")
        _opens_from_disk(browser, _downloaded(page, "One HTML file", tmp_path))
        without_complaint(seen)
    assert _the_same_everywhere(program, code, tmp_path).phase == "ended"


def test_an_assignment_on_a_phone_is_handed_in_and_judged(browser: Browser, program: Program, tmp_path: Path) -> None:
    """The file that is handed in verifies; changed by one decision, it does not."""
    with tab(browser, program.address, width=390, height=844, has_touch=True, **STILL) as seen:
        page = seen.page
        begin_assignment(page, program.address, seat="United States", seed=7, player=ODD_NAME)
        raise_grant(page, 5)
        _turns(seen, 12, ended=True)
        _to_debrief(seen, "Which of your decisions mattered")
        text = _downloaded(page, "Hand in", tmp_path).read_text("utf-8")
        without_complaint(seen)
    assert ODD_NAME in text
    assert verify(read_game_file(text)).holds
    other = text.replace("2023Q1 packaging_grant interposer_2_5d 0.05", "2023Q1 packaging_grant interposer_2_5d 0.5")
    assert other != text
    assert not verify(read_game_file(other)).holds


def test_the_large_scenario_for_three_turns(browser: Browser, program: Program, tmp_path: Path) -> None:
    with tab(browser, program.address) as seen:
        code = begin_alone(seen.page, program.address, scenario="The AI surge of 2023")
        raise_grant(seen.page, 10)
        _turns(seen, 3, ended=False)
    assert _the_same_everywhere(program, code, tmp_path).turn == 4
