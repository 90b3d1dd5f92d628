"""Every page, light and dark: nothing serious or critical by axe-core, no sideways scroll, no error."""

from __future__ import annotations

import pytest
from browsing import THEMES, WIDTHS, tab
from playing import PATIENCE_MS, serving
from playwright.sync_api import Browser

from policygame.game.commands import Predict, SubmitDecision
from policygame.hosting.host import Host
from policygame.store import Store

pytestmark = pytest.mark.slow


def _played(database) -> dict[str, tuple[str, str]]:
    """Codes and tokens of games in every phase."""
    found = {}
    with Store.open(database) as store:
        host = Host(store)
        for name, together, turns in (("lobby", True, 0), ("middle", False, 2), ("ended", False, 12)):
            entry = host.create("first-game", "USA", "Ada", seed=7, together=together)
            for turn in range(1, turns + 1):
                now = host.game(entry.game_id).quarter
                lines = (f"{now} packaging_grant interposer_2_5d 0.3 cap 500",) if turn == 1 else ()
                host.act(entry.game_id, entry.token, Predict(seat="USA", turn=turn, above=True))
                host.act(entry.game_id, entry.token, SubmitDecision(seat="USA", turn=turn, lines=lines))
            found[name] = (entry.code, entry.token)
    return found


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("pages")
    games = _played(folder / "games.sqlite3")
    with serving(folder) as program:
        yield program.address, games


PAGES = {
    "start": ("", "/", "main .doors"),
    "gathering": ("lobby", "/play/{code}", "main .codebig"),
    "join": ("stranger", "/play/{code}", "main form"),
    "briefing": ("middle", "/play/{code}/briefing", "main .weights"),
    "resolution": ("middle", "/play/{code}/resolution/1", "main .news"),
    "history": ("middle", "/play/{code}/history", "main table"),
    "debrief": ("ended", "/play/{code}/debrief", "main .ar"),
    "assign": ("", "/assign/first-game/USA/7/whole-chain", "main form"),
    "about": ("", "/about", "main .prose"),
    "numbers": ("", "/about/numbers", "main table"),
    "nothing": ("", "/play/QQQQQ", "main .card"),
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_for_everybody(browser: Browser, site, name: str) -> None:
    address, games = site
    who, path, ready = PAGES[name]
    code, token = games.get("middle" if who == "stranger" else who, ("", ""))
    cookies = (
        []
        if who in ("", "stranger")
        else [{"name": f"policygame-seat-{code}", "value": token, "domain": "localhost", "path": "/"}]
    )
    with tab(browser, address + path.format(code=code), storage_state={"cookies": cookies}) as seen:
        seen.page.locator(ready).first.wait_for(timeout=PATIENCE_MS)
        grounds = []
        for theme in THEMES:
            seen.page.emulate_media(color_scheme=theme)
            seen.drawn()
            grounds.append(seen.page.evaluate("getComputedStyle(document.body).color"))
            assert seen.violations() == []
        assert len(set(grounds)) == len(THEMES)
        for width in WIDTHS:
            seen.page.set_viewport_size({"width": width, "height": 860})
            # charts take their new width a moment after the window has
            seen.page.wait_for_function("document.documentElement.scrollWidth <= window.innerWidth", timeout=PATIENCE_MS)
        seen.settle()
