"""How quick the pages are: turns resolved, fans redrawn after a slider has moved, first paint. Reported, not judged: machines differ.

Turns and forecasts are timed as the server does them; where a browser can be driven (the ``test`` extra and Chromium), what a person
waits for is timed there too, from the last movement to the drawn fan.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from policygame.benchmark import Measurement
from policygame.game.commands import SubmitDecision
from policygame.game.outlook import Request, other_seeds
from policygame.hosting.forecaster import Forecaster
from policygame.hosting.host import Host
from policygame.scenario import shipped_scenarios
from policygame.store import Store

__all__ = ["AIM_PAINT_S", "AIM_REDRAW_S", "AIM_TURN_S", "web_benchmarks"]

AIM_REDRAW_S = 0.4
"""95 % of redraws are to come within this of the last movement, on two cores."""
AIM_PAINT_S = 2.0
AIM_TURN_S = 1.0
SCENARIO = "ai-surge-2023"
SEAT = "USA"
WORLDS, QUARTERS = 200, 12
SERIES = (
    ("lead_time_weeks", "world", "ai_accelerator"),
    ("compute_received_kh100e", f"country:{SEAT}", ""),
    ("hhi_packaging", "site", "interposer_2_5d"),
)
MOVEMENTS_PER_DRAG = 4
SECONDS_BETWEEN_MOVEMENTS = 0.1
MOST_DRAGS = 16
"""So many drags take the first slider, a share in steps of one per cent, to no value twice: an answer is kept, and would come at once."""
_BROWSER_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
)


def web_benchmarks(quick: bool = False) -> list[Measurement]:
    """Every measurement: a minute or two; half of it when ``quick``."""
    with tempfile.TemporaryDirectory(prefix="policygame-bench-") as folder, Store.open(Path(folder) / "games.sqlite3") as store:
        host = Host(store)
        found = [_turns(host, name, 3 if quick else 8) for name in shipped_scenarios()]
        game_id, _code, _token = _mid_game(host)
        found.append(_forecasts(host, game_id, 10 if quick else 40))
    with tempfile.TemporaryDirectory(prefix="policygame-bench-") as folder:
        found.extend(_in_browser(Path(folder), 8 if quick else MOST_DRAGS))
    return found


def _reported(id_: str, name: str, seconds: float, aim_s: float, absolute: str) -> Measurement:
    return Measurement(id_, name, seconds, "s", None, f"{absolute}; the aim is {aim_s:g} s")


def _quantile(values: Sequence[float], part: float) -> float:
    ordered = sorted(values)
    return ordered[min(int(part * len(ordered)), len(ordered) - 1)]


def _turns(host: Host, scenario: str, turns: int) -> Measurement:
    """Turns of a game against bots: from the decision to the resolved turn on the disk."""
    entry = host.create(scenario, SEAT, "bench", seed=1, predictions=False)
    seconds = []
    for _ in range(min(turns, host.game(entry.game_id).turns)):
        game = host.game(entry.game_id)
        command = SubmitDecision(seat=SEAT, turn=game.turn, lines=())
        begin = time.perf_counter()
        host.act(entry.game_id, entry.token, command)
        seconds.append(time.perf_counter() - begin)
    return _reported(
        f"turn_{scenario}",
        f"a turn of {scenario} resolved against bots",
        max(seconds),
        AIM_TURN_S,
        f"slowest of {len(seconds)} turns",
    )


def _mid_game(host: Host) -> tuple[str, str, str]:
    entry = host.create(SCENARIO, SEAT, "bench", seed=2, predictions=False)
    for turn in range(1, 5):
        host.act(entry.game_id, entry.token, SubmitDecision(seat=SEAT, turn=turn, lines=()))
    return entry.game_id, entry.code, entry.token


def _forecasts(host: Host, game_id: str, drags: int) -> Measurement:
    """Fans of a slider that is dragged: each movement asks anew; timed from the last movement to its answer."""
    game = host.game(game_id)
    seeds = other_seeds(game.seed, WORLDS)
    past = tuple((seat, str(policy)) for seat, policy in game.decisions.items())
    present = game.calendar.quarters_before(game.turn)

    def asked(share: float) -> Request:
        draft = f"{game.quarter} packaging_grant interposer_2_5d {share:g}"
        return Request(SCENARIO, game.seed, past, present, game.calendar.length(game.turn), SEAT, draft, seeds, QUARTERS, SERIES)

    seconds = []
    with Forecaster() as forecaster:
        forecaster.submit("bench", asked(0.005)).result()
        for drag in range(drags):
            for movement in range(MOVEMENTS_PER_DRAG):
                begin = time.perf_counter()
                answer = forecaster.submit("bench", asked(round(0.01 + 0.001 * (MOVEMENTS_PER_DRAG * drag + movement), 4)))
                if movement < MOVEMENTS_PER_DRAG - 1:
                    time.sleep(SECONDS_BETWEEN_MOVEMENTS)  # a hand moves a slider no faster
            answer.result()
            seconds.append(time.perf_counter() - begin)
    told = f"{WORLDS} worlds x {QUARTERS} quarters; median {statistics.median(seconds):.2f} s"
    return _reported(
        "forecast_web", f"95 % of {drags} forecasts, after the last movement", _quantile(seconds, 0.95), AIM_REDRAW_S, told
    )


# in a browser ----------------------------------------------------------------------------------------------------------------


def _chromium() -> str | None:
    return next((path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None)


def _in_browser(folder: Path, drags: int) -> list[Measurement]:
    """What a person waits for; nothing where no browser can be driven."""
    executable = _chromium()
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return []
    if executable is None:
        return []
    database = folder / "games.sqlite3"
    with Store.open(database) as store:
        _id, code, token = _mid_game(Host(store))
    with _served(database) as address, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=executable, args=list(_BROWSER_FLAGS))
        context = browser.new_context(viewport={"width": 1280, "height": 860})
        context.add_cookies([{"name": f"policygame-seat-{code}", "value": token, "url": address}])
        page = context.new_page()
        painted = [_first_paint(page, f"{address}/"), _first_paint(page, f"{address}/play/{code}")]
        redraws = _redraws(page, drags)
        browser.close()
    return [
        _reported(
            "paint", "first paint, the start page and the desk", max(painted), AIM_PAINT_S, "first contentful paint in Chromium"
        ),
        _reported(
            "redraw",
            f"95 % of {len(redraws)} redraws in Chromium, after the last movement",
            _quantile(redraws, 0.95),
            AIM_REDRAW_S,
            f"browser and server on the same cores; median {statistics.median(redraws):.2f} s",
        ),
    ]


@contextmanager
def _served(database: Path) -> Iterator[str]:
    """A server of its own on a free port; yields its address."""
    command = [sys.executable, "-m", "policygame", "serve", "--no-browser", "--port", "0", "--database", str(database)]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        yield line.strip().rpartition(" ")[2].rstrip("/")
    finally:
        process.terminate()
        process.wait(timeout=20)


def _first_paint(page: Any, address: str) -> float:
    page.goto(address)
    page.wait_for_selector("main")
    milliseconds = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    return float(milliseconds) / 1000.0


_DRAWN = """() => {
  const chart = document.querySelector(".seffect figure.chart");
  return chart && chart.getAttribute("aria-busy") === "false" ? Number(chart.querySelector(".canvas").dataset.drawn) : -1;
}"""


def _redraws(page: Any, drags: int) -> list[float]:
    """Move a slider by keys; seconds from the last key to the fan of that draft.

    It is research, of which every million moves the fan: a grant that is too low to build anything leaves it as it is, and undrawn.
    """
    page.wait_for_function(f"({_DRAWN})() > 0", timeout=60_000)
    slider = page.locator("input[type=range][aria-label^='Packaging research']").first
    slider.focus()
    seconds = []
    for _ in range(drags):
        before = page.evaluate(f"({_DRAWN})()")
        for movement in range(MOVEMENTS_PER_DRAG):
            begin = time.perf_counter()
            page.keyboard.press("ArrowRight")
            if movement < MOVEMENTS_PER_DRAG - 1:
                page.wait_for_timeout(1000 * SECONDS_BETWEEN_MOVEMENTS)
        page.wait_for_function(f"({_DRAWN})() > {before}", timeout=60_000)
        seconds.append(time.perf_counter() - begin)
    return seconds
