"""Makes the pictures of the README from the running program: ``python tests/web/pictures.py`` writes ``assets/pictures``.

A game is played four turns through the Host, with decisions that are written here, then its pages are shot in Chromium.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parent))

from browsing import FLAGS, chromium_path

from policygame.game.commands import SaveDraft, SubmitDecision
from policygame.hosting.host import Host
from policygame.store import Store

FOLDER = Path(__file__).resolve().parents[2] / "assets" / "pictures"
SCENARIO, SEAT, SEED = "ai-surge-2023", "USA", 20231
DECISIONS = (
    ("packaging_grant interposer_2_5d 0.3 cap 600", "packaging_rnd interposer_2_5d 20"),
    ("supplier_programme substrate 20",),
    ("packaging_grant interposer_2_5d 0.4 cap 900",),
    ("supplier_programme hbm 30",),
)
DRAFT = ("packaging_grant interposer_2_5d 0.5 cap 900", "packaging_rnd interposer_2_5d 60")


def played(database: Path) -> tuple[str, str]:
    """A game of four turns with a draft for the fifth; its code and the token of its seat."""
    with Store.open(database) as store:
        host = Host(store)
        entry = host.create(SCENARIO, SEAT, "Ada", seed=SEED, predictions=False)
        for turn, lines in enumerate(DECISIONS, start=1):
            now = host.game(entry.game_id).quarter
            dated = tuple(f"{now} {line}" for line in lines)
            host.act(entry.game_id, entry.token, SubmitDecision(seat=SEAT, turn=turn, lines=dated))
        game = host.game(entry.game_id)
        lines = tuple(f"{game.quarter} {line}" for line in DRAFT)
        host.act(entry.game_id, entry.token, SaveDraft(seat=SEAT, turn=game.turn, lines=lines))
        return entry.code, entry.token


@contextmanager
def served(database: Path) -> Iterator[str]:
    """The address of a server on that database."""
    command = [sys.executable, "-u", "-m", "policygame", "serve", "--no-browser", "--port", "0", "--database", str(database)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip().rpartition(" ")[2].rstrip("/")
    finally:
        process.terminate()
        process.wait(timeout=20)


def shoot(
    browser: Browser, address: str, code: str, token: str, name: str, path: str, ready: str, width: int, height: int
) -> None:
    """One page, when ``ready`` is there and no chart is being drawn."""
    context = browser.new_context(viewport={"width": width, "height": height}, device_scale_factor=1 if width > 600 else 2)
    context.add_cookies([{"name": f"policygame-seat-{code}", "value": token, "url": address}])
    page = context.new_page()
    page.goto(f"{address}{path}")
    page.wait_for_selector(ready, timeout=120_000)
    quiet = "document.querySelectorAll('figure.chart[aria-busy=true]').length === 0"
    page.wait_for_function(quiet, timeout=60_000)
    drawn = "[...document.querySelectorAll('.canvas')].every((c) => c.offsetParent === null || Number(c.dataset.drawn) > 0)"
    page.wait_for_function(drawn, timeout=60_000)
    target = FOLDER / f"{name}.png"
    page.screenshot(path=target)
    with Image.open(target) as picture:
        picture.convert("RGB").save(target, optimize=True)
    context.close()


def main() -> None:
    """All pictures."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "games.sqlite3"
        code, token = played(database)
        with served(database) as address, sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=chromium_path(), args=list(FLAGS))
            for name, path, ready, width, height in (
                ("desk", f"/play/{code}", ".seffect figure.chart .canvas", 1280, 900),
                ("briefing", f"/play/{code}/briefing", "figure.chart .canvas", 1280, 900),
                ("phone", f"/play/{code}", "input[type=range]", 390, 844),
                ("debrief", f"/play/{code}/debrief", ".ar", 1280, 900),
            ):
                shoot(browser, address, code, token, name, path, ready, width, height)
            browser.close()
    sizes = ", ".join(f"{path.name} {path.stat().st_size // 1024} KB" for path in sorted(FOLDER.glob("*.png")))
    print(f"written to {FOLDER}: {sizes}")


if __name__ == "__main__":
    main()
