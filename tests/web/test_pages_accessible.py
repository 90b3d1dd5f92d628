"""Every page, light and dark: nothing serious or critical by axe-core, no sideways scroll at any width, no error.

Every run looks at one page of each kind (the desk and its tabs are in ``test_desk``); ``bash tests/run.sh --all`` looks at all of them in
every state.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from browsing import THEMES, WIDTHS, tab
from every_page import CALM, PAGES, Games, drawn, games_on
from playing import serving
from playwright.sync_api import Browser
from result_sets import result_set

pytestmark = pytest.mark.slow

EVERY_RUN = (
    "setup-assign",
    "gathering",
    "join",
    "assign",
    "briefing-first",
    "resolution-last",
    "debrief",
    "handin-genuine",
    "history",
    "about",
    "lab-set",
    "error-unknown-code",
)
NAMES = [pytest.param(name, marks=() if name in EVERY_RUN else pytest.mark.exhaustive) for name in PAGES]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Games]]:
    """A server on games in every state that a page can show."""
    folder = tmp_path_factory.mktemp("pages")
    games = games_on(folder / "games.sqlite3")
    result_set(folder / "results" / "small")
    with serving(folder, folder / "results") as program:
        yield program.address, games


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_for_everybody(browser: Browser, site: tuple[str, Games], name: str) -> None:
    address, games = site
    shot = PAGES[name]
    cookies = [
        {"name": f"policygame-seat-{code}", "value": token, "domain": "localhost", "path": "/"}
        for code, token in games.keys[shot.who].items()
    ]
    path = shot.path.format(code=games.codes.get(shot.game, ""))
    with tab(browser, address + path, storage_state={"cookies": cookies}, **CALM) as seen:
        page = seen.page
        page.locator(shot.ready).locator("visible=true").first.wait_for()
        if shot.do is not None:
            shot.do(page)
        for theme in THEMES:
            page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
            page.wait_for_function(f"document.documentElement.dataset.theme === '{theme}'")
            drawn(page)
            assert seen.violations() == [], theme
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 860})
            # charts take their new width a moment after the window has
            page.wait_for_function("document.documentElement.scrollWidth <= window.innerWidth")
        seen.settle()


def test_what_every_run_looks_at_is_there() -> None:
    assert set(EVERY_RUN) <= set(PAGES)
