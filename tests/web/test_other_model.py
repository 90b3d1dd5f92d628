"""Games that were played with another model: shown as they were seen, derived anew where their owner wants it, never played on."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from browsing import Tab, tab
from playing import PATIENCE_MS
from playwright.sync_api import Browser, Locator, Page, expect

from policygame.game import commands as c
from policygame.hosting.host import Entry, Host
from policygame.simulation import Simulation
from policygame.store import Store
from policygame.version import model_version
from policygame.web.components import other_model_notice, short_version

pytestmark = pytest.mark.slow

HERE = Path(__file__).resolve().parent
OTHER = "0.0.9+0123456789ab"
GRANT = "2023Q1 packaging_grant interposer_2_5d 0.4 cap 300"
DRAFT = "2024Q1 packaging_rnd interposer_2_5d 60"
PLACES = ("", "/effect", "/world", "/world/map", "/world/shares", "/world/ranks", "/world/firms", "/world/news", "/more")
OTHERS = ("/briefing", "/history", "/debrief", "/resolution/1", "/resolution/2")


@dataclass(frozen=True)
class Played:
    """A database of another model's games: one in its third turn, one that has ended, one in its lobby, one by nobody but bots."""

    database: Path
    going: Entry
    ended: Entry
    lobby: Entry
    ben: str
    weeks: str
    """Lead time after the second turn of the game that goes on, as it was seen."""


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """Games whose model bears another name and draws other worlds from the same seeds."""
    database = tmp_path_factory.mktemp("other") / "games.sqlite3"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("policygame.game.game.model_version", lambda: OTHER)
        patch.setattr(
            "policygame.game.position.Simulation",
            lambda scenario, seeds, scripts: Simulation(scenario, [seed + 1 for seed in seeds], scripts),
        )
        with Store.open(database) as store:
            host = Host(store)
            going = host.create("first-game", "USA", "Ann", seed=7)
            ben = host.join(going.code, "Ben", "CHN").token
            ended = host.create("first-game", "USA", "Ann", seed=8)
            lobby = host.create("first-game", "USA", "Ann", seed=9, together=True)
            for turn in (1, 2):
                lines = (GRANT,) if turn == 1 else ()
                host.act(going.game_id, going.token, c.Predict(seat="USA", turn=turn, above=True))
                host.act(going.game_id, going.token, c.SubmitDecision(seat="USA", turn=turn, lines=lines))
                host.act(going.game_id, ben, c.SubmitDecision(seat="CHN", turn=turn, lines=()))
                host.act(ended.game_id, ended.token, c.SubmitDecision(seat="USA", turn=turn, lines=lines))
            host.act(going.game_id, going.token, c.SaveDraft(seat="USA", turn=3, lines=(DRAFT,)))
            host.act(going.game_id, ben, c.SubmitDecision(seat="CHN", turn=3, lines=()))
            host.act(ended.game_id, ended.token, c.EndGame())
            result = host.view(going.game_id, None).result
            weeks = f"{result.array('lead_time_weeks', item='ai_accelerator')[-1, 0]:.0f} wk"
    return Played(database, going, ended, lobby, ben, weeks)


@contextmanager
def serving(played: Played, *words: str) -> Iterator[str]:
    """The address of a server on that database, with the model that is installed."""
    command = [sys.executable, str(HERE / "serve_games.py"), str(played.database), *words]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        assert address, f"the server did not start: {process.communicate()[1]}"
        yield address.rstrip("/")
    finally:
        process.terminate()
        _, told = process.communicate(timeout=20)
    assert process.returncode == 0
    assert "Traceback" not in told, told


@pytest.fixture(scope="module")
def unable(played: Played) -> Iterator[str]:
    """A server in which nothing can run a model."""
    with serving(played, "without-model") as address:
        yield address


@pytest.fixture(scope="module")
def able(played: Played) -> Iterator[str]:
    """A server with another model than the games'."""
    with serving(played) as address:
        yield address


@contextmanager
def seated(browser: Browser, address: str, code: str, token: str, path: str = "", *, width: int = 1280) -> Iterator[Tab]:
    cookie = {"name": f"policygame-seat-{code}", "value": token, "domain": "localhost", "path": "/"}
    with tab(browser, f"{address}/play/{code}{path}", storage_state={"cookies": [cookie]}, width=width) as seen:
        seen.page.set_default_timeout(PATIENCE_MS)
        note(seen.page).wait_for()
        yield seen


def note(page: Page) -> Locator:
    return page.get_by_role("note", name="Another version of the model")


def last_weeks(page: Page) -> Locator:
    """Lead time in the newest row of the history's figures."""
    figures = page.locator("section", has=page.get_by_role("heading", name="Figures"))
    figures.locator("tbody tr").first.wait_for()
    heads = figures.locator("thead th").all_inner_texts()
    return figures.locator("tbody tr").first.locator("td").nth(heads.index("Lead time"))


def test_every_page_says_so_and_shows_what_was_seen_without_a_run_of_the_model(
    browser: Browser, played: Played, unable: str
) -> None:
    code, address = played.going.code, unable
    with seated(browser, address, code, played.going.token) as seen:
        page = seen.page
        for path in (*PLACES, *OTHERS):
            page.goto(f"{address}/play/{code}{path}")
            expect(note(page)).to_contain_text(short_version(OTHER))
            expect(note(page)).to_contain_text(short_version(model_version()))
            expect(note(page)).to_contain_text("what was seen when it was played. It cannot be played on.")
            expect(note(page).get_by_role("button", name="Derive it anew")).to_be_visible()
            seen.drawn()
            assert page.locator("[data-act=submit]").count() == 0
            assert page.get_by_role("slider", name=re.compile("grant")).count() == 0
            assert seen.sideways() <= 0, path
        page.goto(f"{address}/play/{code}/history")
        page.get_by_role("heading", name="Figures").wait_for()
        expect(last_weeks(page)).to_have_text(played.weeks)
        page.goto(f"{address}/play/{code}/debrief")
        page.get_by_text("come from runs of the model").wait_for()
        page.get_by_role("heading", name="What held everything up").wait_for()
        page.get_by_role("heading", name=re.compile("1 of 2|2 of 2|0 of 2")).wait_for()
        expect(page.get_by_text(f"need the model {OTHER}")).to_be_visible()
        assert page.get_by_role("heading", name="Which of your decisions mattered").count() == 0
        seen.settle()


def test_the_desk_shows_what_was_in_hand_and_takes_nothing(browser: Browser, played: Played, unable: str) -> None:
    code, address = played.going.code, unable
    with seated(browser, address, code, played.going.token) as seen:
        seen.page.get_by_role("heading", name="Nothing can be sent in this game.").wait_for()
        expect(seen.page.get_by_text(f"played with another model ({OTHER})")).to_be_visible()
        expect(seen.page.get_by_text(DRAFT)).to_be_visible()
        assert seen.violations() == []
        seen.settle()
    with seated(browser, address, code, played.ben, width=390) as seen:
        seen.page.get_by_role("heading", name="What you had sent in this turn").wait_for()
        assert seen.page.get_by_role("button", name="Change my decisions").count() == 0
        assert seen.page.get_by_text(DRAFT).count() == 0
        assert note(seen.page).get_by_role("button").count() == 0
        assert seen.sideways() <= 0
        seen.settle()
    with seated(browser, address, code, "x" * 40) as seen:
        seen.page.get_by_role("heading", name="Nobody can join this game now.").wait_for()
        assert note(seen.page).get_by_role("button").count() == 0
        seen.page.goto(f"{address}/play/{code}/history")
        note(seen.page).wait_for()
        assert note(seen.page).get_by_role("button").count() == 0
        seen.settle()


def test_its_owner_has_it_derived_anew_for_everybody_and_back(browser: Browser, played: Played, able: str) -> None:
    code, address = played.going.code, able
    with (
        seated(browser, address, code, played.going.token, "/history") as ann,
        seated(browser, address, code, played.ben, "/history") as ben,
    ):
        for one in (ann, ben):
            one.page.get_by_role("heading", name="Figures").wait_for()
            expect(last_weeks(one.page)).to_have_text(played.weeks)
        assert note(ben.page).get_by_role("button").count() == 0
        note(ann.page).get_by_role("button", name="Derive it anew").click()
        for one in (ann, ben):
            expect(note(one.page)).to_contain_text("what the installed model makes of the same decisions; it may differ")
            expect(last_weeks(one.page)).not_to_have_text(played.weeks)
        assert note(ben.page).get_by_role("button").count() == 0
        ben.page.goto(f"{address}/play/{code}/debrief")
        ben.page.get_by_role("heading", name="You decided nothing").wait_for()
        ann.page.goto(f"{address}/play/{code}/debrief")
        ann.page.get_by_role("heading", name="Which of your decisions mattered").wait_for()
        ann.page.goto(f"{address}/play/{code}")
        ann.page.get_by_role("heading", name="Nothing can be sent in this game.").wait_for()
        assert ann.page.locator("[data-act=submit]").count() == 0
        ann.page.get_by_text("Wafers out of fabs").first.wait_for()
        ann.page.goto(f"{address}/play/{code}/briefing")
        note(ann.page).get_by_role("button", name="Show it as it was seen").click()
        expect(note(ann.page)).to_contain_text("what was seen when it was played")
        expect(note(ben.page)).to_contain_text("what was seen when it was played")
        ben.page.get_by_text("come from runs of the model").wait_for()
        ann.page.goto(f"{address}/play/{code}/history")
        ann.page.get_by_role("heading", name="Figures").wait_for()
        expect(last_weeks(ann.page)).to_have_text(played.weeks)
        ann.settle()
        ben.settle()


def test_a_game_that_never_began_does_not_begin(browser: Browser, played: Played, able: str) -> None:
    with seated(browser, able, played.lobby.code, played.lobby.token) as seen:
        seen.page.get_by_role("heading", name="At the table").wait_for()
        expect(note(seen.page)).to_contain_text("What was seen then has not been kept here.")
        assert note(seen.page).get_by_role("button").count() == 0
        assert seen.page.locator("[data-act=start]").count() == 0
        seen.page.goto(able)
        seen.page.get_by_role("list", name="Your games").get_by_role("link", name="Continue").wait_for()
        seen.settle()


def test_the_exported_debrief_says_which_model_its_numbers_are_of(browser: Browser, played: Played, able: str) -> None:
    code, address = played.ended.code, able
    with seated(browser, address, code, played.ended.token, "/debrief") as seen:

        def exported() -> str:
            answer = seen.page.context.request.get(f"{address}/play/{code}/debrief.html", timeout=PATIENCE_MS)
            assert answer.status == 200
            return answer.text()

        text = exported()
        assert short_version(OTHER) in text
        assert "what was seen when it was played" in text
        assert f"need the model {OTHER}" in text
        assert "come from runs of the model" in text
        assert "load_game(&#34;" not in text
        note(seen.page).get_by_role("button", name="Derive it anew").click()
        seen.page.get_by_role("heading", name="Which of your decisions mattered").wait_for()
        expect(seen.page.get_by_text(f"need the model {OTHER}")).to_be_visible()
        text = exported()
        assert "what the installed model makes of the same decisions" in text
        assert "Which of your decisions mattered" in text
        assert "load_game(&#34;" in text
        assert "data-act" not in text.partition("<main")[2].partition("</main>")[0]
        seen.settle()


def test_the_notice_names_what_is_known() -> None:
    assert other_model_notice(OTHER, OTHER, "replay", owner=True) is None
    scenario = other_model_notice(OTHER, OTHER, "stored")
    assert scenario is not None
    assert "another version of its scenario" in scenario
    lost = other_model_notice(OTHER, "1.0+aaaaaaaaaaaa", "derived anew", owner=True)
    assert lost is not None
    assert "has not been kept" in lost
    assert "<button" not in lost
    asked = other_model_notice("<b>", "1.0+aaaaaaaaaaaa", "derived anew", asked_anew=True, owner=True)
    assert asked is not None
    assert 'data-act="seen"' in asked
    assert "has not been kept" not in asked
    assert "<b>." not in asked
