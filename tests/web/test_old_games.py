"""Games that the installed program cannot play on or cannot read at all: files and the start page say why, and nothing breaks."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import solara
from ipyvue import VueTemplate
from starlette.requests import Request
from starlette.responses import Response

from policygame.game import commands as c
from policygame.hosting.host import Entry, Host
from policygame.store import Store
from policygame.version import model_version
from policygame.web import hosted, identity, server
from policygame.web.pages.home import Home

OTHER = "0.0.9+0123456789ab"


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    """The host of this process."""
    with Store.open(tmp_path / "games.sqlite3") as store:
        made = Host(store)
        hosted.set_host(made)
        yield made
        hosted.set_host(None)


def asked(name: str, entry: Entry) -> Response:
    """The answer to whoever holds the seat and asks for a file of the game."""
    cookie = f"{identity.COOKIE_PREFIX}{entry.code}={entry.token}".encode()
    scope = {"type": "http", "method": "GET", "path": "/", "headers": [(b"cookie", cookie)], "path_params": {"code": entry.code}}
    handler = {"game.json": server._game_file, "debrief.html": server._debrief_file}[name]
    with ThreadPoolExecutor(1) as thread:  # a browser of another test may hold this thread's event loop
        return thread.submit(lambda: asyncio.run(handler(Request(scope)))).result()


@pytest.mark.parametrize("name", ["game.json", "debrief.html"])
def test_a_file_of_an_unfinished_game_is_refused_with_the_true_reason(
    name: str, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = host.create("first-game", "USA", "Ann", seed=7)
    host.act(entry.game_id, entry.token, c.SubmitDecision(seat="USA", turn=1, lines=()))
    going = asked(name, entry)
    assert going.status_code == 409
    assert b"it can be had when the last turn is resolved" in going.body
    monkeypatch.setattr("policygame.game.game.model_version", lambda: OTHER)
    hosted.set_host(Host(host.store))
    left = asked(name, entry)
    assert left.status_code == 409
    told = left.body.decode()
    assert "when the last turn is resolved" not in told  # nobody will resolve one here
    assert f"played with another model ({model_version()})" in told
    assert f"policygame export {entry.code}" in told


def test_the_start_page_lists_a_game_whose_scenario_is_gone_and_goes_on(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    gone, fine = host.create("first-game", "USA", "Ann", seed=7), host.create("ai-surge-2023", "USA", "Ann", seed=7)
    monkeypatch.setattr("policygame.game.game.shipped_scenarios", lambda: ("ai-surge-2023",))
    hosted.set_host(Host(host.store))
    monkeypatch.setattr(
        "policygame.web.identity.browser_cookies",
        lambda: {f"{identity.COOKIE_PREFIX}{entry.code}": entry.token for entry in (gone, fine)},
    )
    _box, page = solara.render(Home(), handle_error=False)
    shown = " ".join(widget.html for widget in page.find(VueTemplate).widgets if hasattr(widget, "html"))
    assert f"Game {gone.code} cannot be opened" in shown
    assert "the scenario &#39;first-game&#39;, which does not ship with this program" in shown
    assert f'href="/play/{fine.code}' in shown
    assert f'href="/play/{gone.code}' not in shown
    page.close()
