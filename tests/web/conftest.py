"""A real server in a process of its own, and a real browser, for the tests of pages."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from browsing import FLAGS, chromium_path  # noqa: E402


@dataclass(frozen=True)
class Served:
    """A server in a process of its own."""

    address: str
    process: subprocess.Popen[str]


@contextmanager
def served(*arguments: str, quiet: bool = True) -> Iterator[Served]:
    process = subprocess.Popen(
        [sys.executable, str(HERE / "serve_gallery.py"), *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        assert address, f"the server did not start: {process.communicate()[1]}"
        yield Served(address, process)
    finally:
        process.terminate()
        _, told = process.communicate(timeout=15)
    assert process.returncode == 0
    assert not quiet or "Traceback" not in told, told


@pytest.fixture
def own_gallery() -> Iterator[Served]:
    """A server of this test alone."""
    with served() as running:
        yield running


@pytest.fixture(scope="session")
def gallery() -> Iterator[str]:
    """The address of a server that shows the gallery."""
    with served() as running:
        yield running.address


@pytest.fixture(scope="session")
def noisy_gallery() -> Iterator[str]:
    """A server that may log what it could not read."""
    with served(quiet=False) as running:
        yield running.address


@pytest.fixture(scope="session")
def gallery_below() -> Iterator[str]:
    """The same below a root path."""
    with served("/games") as running:
        yield running.address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium_path(), args=list(FLAGS))
        yield opened
        opened.close()
