"""A browser for tests that remembers what went wrong: requests that left or failed, errors in the console, sideways scroll."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import axe_playwright_python
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE_MS = 60_000
"""The longest that anything may take on a busy machine; nothing waits when it is ready."""
WIDTHS = (390, 768, 1280)
THEMES = ("light", "dark")
_AXE = Path(axe_playwright_python.__file__).parent / "axe.min.js"
expect.set_options(timeout=PATIENCE_MS)


def chromium_path() -> str:
    """The system's Chromium; AssertionError says what to install."""
    found = next((path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None)
    assert found, "tests of pages need Chromium: apt-get install chromium"
    return found


@dataclass
class Tab:
    """An open page and what was seen of it."""

    page: Page
    asked: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def watch(self) -> None:
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("requestfailed", self._not_answered)
        self.page.on("response", lambda answer: answer.status >= 400 and self.failed.append(f"{answer.url}: {answer.status}"))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda message: message.type == "error" and self.errors.append(message.text))

    def _not_answered(self, request: Request) -> None:
        # a page that is left gives up what it was still loading: nobody's failure
        if request.failure != "net::ERR_ABORTED":
            self.failed.append(f"{request.url}: {request.failure}")

    def elsewhere(self) -> list[str]:
        """Requests that left this machine."""
        return [url for url in self.asked if urlsplit(url).hostname not in ("localhost", "127.0.0.1", None)]

    def drawn(self) -> None:
        """Wait until every chart on the page has been drawn."""
        self.page.wait_for_selector("main#main")
        self.page.wait_for_function("[...document.querySelectorAll('.canvas')].every((c) => Number(c.dataset.drawn) > 0)")

    def sideways(self) -> int:
        """By how many pixels the page is wider than the window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))

    def violations(self) -> list[str]:
        """What axe-core finds serious or critical."""
        self.page.evaluate(_AXE.read_text("utf-8"))
        found = self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{one['id']} ({one['impact']}): {node['html'][:160]} {node.get('failureSummary', '')[:200]}"
            for one in found["violations"]
            if one["impact"] in ("serious", "critical")
            for node in one["nodes"]
        ]

    def settle(self) -> None:
        """Nothing went wrong so far."""
        assert self.errors == []
        assert self.failed == []
        assert self.elsewhere() == []


@contextmanager
def tab(
    browser: Browser, address: str, *, width: int = 1280, height: int = 860, theme: str = "light", **more: Any
) -> Iterator[Tab]:
    """A tab of a browser of its own (cookies and all) at ``address``."""
    context: BrowserContext = browser.new_context(viewport={"width": width, "height": height}, color_scheme=theme, **more)
    try:
        watched = Tab(context.new_page())
        watched.watch()
        watched.page.set_default_timeout(PATIENCE_MS)
        watched.page.goto(address)
        yield watched
    finally:
        context.close()
