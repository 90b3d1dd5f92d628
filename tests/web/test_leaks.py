"""Pages that were closed leave nothing behind: memory stays flat over a hundred of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Served
from playwright.sync_api import Browser

CYCLES = 100
MOST_MB = 12


def _resident_mb(pid: int) -> float:
    line = next(line for line in Path(f"/proc/{pid}/status").read_text("ascii").splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


@pytest.mark.exhaustive
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc, which this system lacks")
def test_a_hundred_pages_opened_and_closed_leave_memory_flat(browser: Browser, own_gallery: Served) -> None:
    context = browser.new_context()

    def cycle(times: int) -> float:
        for _ in range(times):
            page = context.new_page()
            page.goto(own_gallery.address)
            page.wait_for_selector("main#main")
            page.close()
        return _resident_mb(own_gallery.process.pid)

    first = cycle(10)
    last = cycle(CYCLES - 10)
    context.close()
    assert last - first < MOST_MB
