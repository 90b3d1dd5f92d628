"""Every page of the program as somebody meets it: games in every state on a database of its own, and what to wait for on each page.

``contact_sheet.py FOLDER --pages`` pictures them. A page is loaded once at each width and shown in both themes.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from browsing import THEMES, WIDTHS, Tab, tab
from playing import PATIENCE_MS, serving, submit
from playwright.sync_api import Browser, Page
from playwright.sync_api import Error as PlaywrightError
from result_sets import result_set

from policygame.game.commands import Predict, SaveDraft, StartGame, SubmitDecision
from policygame.game.handin import game_file
from policygame.game.play import play, read_plan
from policygame.hosting.host import Host
from policygame.store import Store
from policygame.web.pages.desk.tabs import TABS

SEAT, SEED = "USA", 20231
DECISIONS: Mapping[int, Sequence[str]] = {
    1: ("packaging_grant interposer_2_5d 0.3 cap 600", "packaging_rnd interposer_2_5d 20"),
    2: ("supplier_programme substrate 20",),
    3: ("packaging_grant interposer_2_5d 0.4 cap 900",),
    4: ("supplier_programme hbm 30",),
}
DRAFT = ("packaging_grant interposer_2_5d 0.5 cap 900", "packaging_rnd interposer_2_5d 60", "export_control tools 0.5 on CHN")
UNPAYABLE = ("packaging_rnd interposer_2_5d 1500",)
PLAN = "scenario first-game\nseed 7\nseat USA Ann\n2023Q1 packaging_rnd interposer_2_5d 60\nbot CHN subsidy-matcher\n"
"""A game that somebody hands in."""
HEIGHT_PX = {390: 844, 768: 1024, 1280: 860}
CALM: Mapping[str, Any] = {"reduced_motion": "reduce"}
"""Pictures are taken of what has come to rest."""
TALLEST_PX = 8000
"""A longer page (a table of all numbers) is cut here."""
_DRAWN = "[...document.querySelectorAll('.canvas')].every((c) => c.offsetParent === null || Number(c.dataset.drawn) > 0)"
_QUIET = "![...document.querySelectorAll('figure.chart[aria-busy=true], main .sk')].some((c) => c.offsetParent !== null)"

Keys = Mapping[str, Mapping[str, str]]
"""Codes and tokens of the seats that a browser holds, by who sits there."""


@dataclass(frozen=True)
class Games:
    """``codes`` of games by name; ``keys``: the seat tokens of each browser, by game code."""

    codes: Mapping[str, str]
    keys: Keys


@dataclass(frozen=True)
class Shot:
    """A page: which game and browser, the path (``{code}`` is the game's), what must be there, and what is done before the picture.

    ``who`` is a browser of ``Games.keys``; "" holds no seat.
    """

    path: str
    ready: str
    game: str = ""
    who: str = ""
    do: Callable[[Page], None] | None = None


def _play(host: Host, game_id: str, token: str, turns: int, decisions: Mapping[int, Sequence[str]] = DECISIONS) -> None:
    """Decide ``turns`` turns; a game that asks for predictions is told one in every other turn."""
    for turn in range(1, turns + 1):
        now = host.game(game_id).quarter
        if turn % 2 and host.game(game_id).created.predictions:
            host.act(game_id, token, Predict(seat=SEAT, turn=turn, above=turn % 4 == 1))
        lines = tuple(f"{now} {line}" for line in decisions.get(turn, ()))
        host.act(game_id, token, SubmitDecision(seat=SEAT, turn=turn, lines=lines))


def _draft(host: Host, game_id: str, token: str, lines: Sequence[str]) -> None:
    game = host.game(game_id)
    host.act(game_id, token, SaveDraft(seat=SEAT, turn=game.turn, lines=tuple(f"{game.quarter} {line}" for line in lines)))


def games_on(database: Path) -> Games:
    """Play a game into every state that a page can show."""
    codes: dict[str, str] = {}
    keys: dict[str, dict[str, str]] = {}
    with Store.open(database) as store:
        host = Host(store)

        def create(name: str, scenario: str = "first-game", **more: bool) -> tuple[str, str]:
            entry = host.create(scenario, SEAT, "Ada", seed=SEED, **more)
            codes[name] = entry.code
            keys[name] = {entry.code: entry.token}
            return entry.game_id, entry.token

        create("begun")
        create("gathering", together=True)
        game_id, token = create("large", "ai-surge-2023")
        _play(host, game_id, token, 4)
        _draft(host, game_id, token, DRAFT)
        game_id, token = create("poor", predictions=False)
        _draft(host, game_id, token, UNPAYABLE)
        game_id, token = create("waiting", together=True, predictions=False)
        host.join(codes["waiting"], "Grace", "CHN")
        host.act(game_id, token, StartGame())
        _play(host, game_id, token, 1)
        game_id, token = create("ended")
        _play(host, game_id, token, 12)
        game_id, token = create("idle", predictions=False)
        _play(host, game_id, token, 12, {})
    keys["several"] = {code: token for name in ("gathering", "large", "ended") for code, token in keys[name].items()}
    keys[""] = {}
    return Games(codes, keys)


def _handed_in(page: Page) -> None:
    told = game_file(play(read_plan(PLAN), turns=2))
    page.locator("#file").set_input_files(
        {"name": "policygame-ABCDE.json", "mimeType": "application/json", "buffer": told.encode()}
    )
    page.get_by_role("button", name="Check").click()
    page.get_by_role("heading", name="Score").wait_for()


def _no_game(page: Page) -> None:
    page.locator("#file").set_input_files({"name": "notes.txt", "mimeType": "text/plain", "buffer": b"notes"})
    page.get_by_role("button", name="Check").click()
    page.get_by_role("alert").wait_for()


def _press(*names: str) -> Callable[[Page], None]:
    def do(page: Page) -> None:
        for name in names:
            page.get_by_role("button", name=name).first.click()

    return do


def _set_up(door: str) -> Callable[[Page], None]:
    def do(page: Page) -> None:
        _press(door)(page)
        page.locator("#setup form").wait_for()

    return do


def _link_made(page: Page) -> None:
    _set_up("Assign")(page)
    _press("Make the link")(page)
    page.locator("#made").wait_for()


def _no_such_code(page: Page) -> None:
    page.get_by_label("Join with a code").fill("QQQQQ")
    page.get_by_role("button", name="Join").click()
    page.get_by_role("alert").wait_for()


def _asked(page: Page) -> None:
    submit(page)
    page.get_by_role("dialog").wait_for()


def _refused(page: Page) -> None:
    submit(page)
    page.get_by_role("alert").filter(has_text="Not sent.").wait_for()


def _terms(page: Page) -> None:
    page.get_by_role("button", name="Terms Packaging grant").click()
    page.locator(".terms").first.wait_for()


def _what_if(page: Page) -> None:
    page.get_by_role("switch").first.click()
    page.get_by_role("heading", name="What if you had not decided this").wait_for()


FAN = ".seffect figure.chart .canvas[data-drawn]"
DESK = "button[data-act=submit]:visible"
PAGES: Mapping[str, Shot] = {
    "home": Shot("/", "main .doors"),
    "home-with-games": Shot("/", "main .conts", who="several"),
    "home-no-such-code": Shot("/", "main .doors", do=_no_such_code),
    "setup-alone": Shot("/", "main .doors", do=_set_up("Play alone")),
    "setup-together": Shot("/", "main .doors", do=_set_up("Play together")),
    "setup-assign": Shot("/", "main .doors", do=_link_made),
    "gathering": Shot("/play/{code}", "main .codebig", "gathering", "gathering"),
    "join": Shot("/play/{code}", "main form", "gathering"),
    "join-assignment-ended": Shot("/play/{code}", "main .card", "ended"),
    "assign": Shot(f"/assign/first-game/USA/{SEED}/whole-chain", "main form"),
    "assign-wrong": Shot("/assign/first-game/USA/x/whole-chain", "main .card"),
    "briefing-first": Shot("/play/{code}/briefing", "main .weights", "begun", "begun"),
    "briefing-large": Shot("/play/{code}/briefing", "main .weights", "large", "large"),
    "desk-first": Shot("/play/{code}", FAN, "begun", "begun"),
    "desk-draft": Shot("/play/{code}", FAN, "large", "large"),
    "desk-terms": Shot("/play/{code}", FAN, "large", "large", do=_terms),
    "desk-unpayable": Shot("/play/{code}", DESK, "poor", "poor"),
    "desk-refused": Shot("/play/{code}", DESK, "poor", "poor", do=_refused),
    "desk-question": Shot("/play/{code}", FAN, "large", "large", do=_asked),
    "desk-effect": Shot("/play/{code}/effect", FAN, "large", "large"),
    **{f"desk-world-{name}": Shot(f"/play/{{code}}/world/{name}", ".worldtabs .tab", "large", "large") for name in TABS},
    "desk-news": Shot("/play/{code}/news", ".snews .card", "large", "large"),
    "desk-more": Shot("/play/{code}/more", "main .card", "large", "large"),
    "waiting": Shot("/play/{code}", "main .card", "waiting", "waiting"),
    "resolution": Shot("/play/{code}/resolution/4", "main .news", "large", "large"),
    "resolution-first": Shot("/play/{code}/resolution/1", "main .news", "ended", "ended"),
    "resolution-last": Shot("/play/{code}/resolution/12", ".ladders :text('The last quarter is over')", "ended", "ended"),
    "debrief": Shot("/play/{code}/debrief", "main .ar", "ended", "ended"),
    "debrief-what-if": Shot("/play/{code}/debrief", "main .ar", "ended", "ended", do=_what_if),
    "debrief-early": Shot("/play/{code}/debrief", "main .ar", "large", "large"),
    "debrief-nothing-decided": Shot("/play/{code}/debrief", "#python", "idle", "idle"),
    "debrief-too-early": Shot("/play/{code}/debrief", "main .card", "begun", "begun"),
    "handin": Shot("/handin", "#file"),
    "handin-genuine": Shot("/handin", "#file", do=_handed_in),
    "handin-no-game": Shot("/handin", "#file", do=_no_game),
    "history": Shot("/play/{code}/history", "main table", "large", "large"),
    "history-onlooker": Shot("/play/{code}/history", "main table", "ended"),
    "about": Shot("/about", "main .prose"),
    "about-odd": Shot("/about/odd", "main .prose"),
    "about-backtest": Shot("/about/backtest", "main .claim"),
    "about-numbers": Shot("/about/numbers", "main table"),
    "about-figures": Shot("/about/figures", "main table"),
    "lab": Shot("/lab", "main .cont"),
    "lab-set": Shot("/lab/small", "main .labfields"),
    "lab-forged": Shot("/lab/..%2Fsmall", "main [role=alert]"),
    "error-unknown-code": Shot("/play/QQQQQ", "main .card"),
    "error-no-such-page": Shot("/play/{code}/nowhere", "main .card", "large", "large"),
}
"""What is pictured, by the name of its files."""


def drawn(page: Page) -> None:
    """Wait until no forecast is awaited and every chart that can be seen has been drawn."""
    page.wait_for_function(_QUIET, timeout=PATIENCE_MS)
    page.wait_for_function(_DRAWN, timeout=PATIENCE_MS)


def _show_whole(page: Page, width: int) -> None:
    """Make the window as high as the page, so that what sticks to the bottom of a phone hides nothing in the picture."""
    high = int(page.evaluate("document.documentElement.scrollHeight"))
    page.set_viewport_size({"width": width, "height": min(max(high, HEIGHT_PX[width]), TALLEST_PX)})
    page.evaluate("window.scrollTo(0, 0)")


def _in_theme(page: Page, theme: str) -> None:
    """Show the page in a theme, as a browser does when the evening comes."""
    if page.evaluate("document.documentElement.dataset.theme") != theme:
        page.evaluate("document.querySelectorAll('.canvas').forEach((c) => { c.dataset.drawn = 0; })")
        page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
        page.wait_for_function(f"document.documentElement.dataset.theme === '{theme}'", timeout=PATIENCE_MS)
    drawn(page)


def wrong_with(seen: Tab) -> list[str]:
    """What went wrong on a page so far, in words."""
    wrong = [*seen.errors, *(f"failed: {one}" for one in seen.failed), *(f"asked elsewhere: {url}" for url in seen.elsewhere())]
    over = seen.sideways()
    return [*wrong, *([f"{over} px wider than the window"] if over > 0 else [])]


def picture_of(browser: Browser, address: str, games: Games, name: str, width: int, folder: Path) -> list[str]:
    """Write ``NAME-WIDTH-THEME.png`` of a page for each theme; returns what is wrong with it."""
    shot = PAGES[name]
    cookies = [
        {"name": f"policygame-seat-{code}", "value": token, "domain": "localhost", "path": "/"}
        for code, token in games.keys[shot.who].items()
    ]
    path = shot.path.format(code=games.codes.get(shot.game, ""))
    wrong: list[str] = []
    with tab(browser, address + path, width=width, height=HEIGHT_PX[width], storage_state={"cookies": cookies}, **CALM) as seen:
        try:
            seen.page.locator(shot.ready).locator("visible=true").first.wait_for(timeout=PATIENCE_MS)
            drawn(seen.page)
            if shot.do is not None:
                shot.do(seen.page)
            _show_whole(seen.page, width)
            for theme in THEMES:
                _in_theme(seen.page, theme)
                seen.page.screenshot(path=folder / f"{name}-{width}-{theme}.png", animations="disabled")
                wrong += [f"{theme}: {fault}" for fault in wrong_with(seen)]
                seen.errors.clear()
                seen.failed.clear()
        except PlaywrightError as error:
            wrong += [f"not pictured: {str(error).splitlines()[0]}", *wrong_with(seen)]
    return [f"{name}-{width}: {fault}" for fault in wrong]


def picture_pages(browser: Browser, folder: Path, names: Collection[str] = ()) -> list[str]:
    """Picture every page, or those that are named, from a running program; returns what is wrong."""
    folder.mkdir(parents=True, exist_ok=True)
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as place:
        games = games_on(Path(place) / "games.sqlite3")
        result_set(Path(place) / "results" / "small")
        with serving(Path(place), Path(place) / "results") as program:
            for name in names or PAGES:
                for width in WIDTHS:
                    wrong += picture_of(browser, program.address, games, name, width, folder)
    return wrong
