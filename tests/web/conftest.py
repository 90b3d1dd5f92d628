"""A real server in a process of its own, and a real browser, for the tests of pages."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from browsing import FLAGS, chromium_path


def _served(*arguments: str) -> Iterator[str]:
    process = subprocess.Popen(
        [sys.executable, str(HERE / "serve_gallery.py"), *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stderr is not None
    address = process.stdout.readline().strip()
    if not address:
        process.kill()
        raise AssertionError(f"the server did not start: {process.stderr.read()}")
    yield address
    process.terminate()
    _, told = process.communicate(timeout=15)
    assert "Traceback" not in told, told


@pytest.fixture(scope="session")
def gallery() -> Iterator[str]:
    """The address of a server that shows the gallery."""
    yield from _served()


@pytest.fixture(scope="session")
def gallery_below() -> Iterator[str]:
    """The same below a root path."""
    yield from _served("/games")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium_path(), args=list(FLAGS))
        yield opened
        opened.close()
