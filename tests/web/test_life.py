"""The life of a page: woken by others, dropped when closed, back by itself when the server was gone."""

from __future__ import annotations

from urllib.parse import urlsplit

from browsing import tab
from conftest import served
from playwright.sync_api import Browser, Page


def _shows(page: Page, count: int) -> None:
    page.wait_for_function(f"document.getElementById('count') && document.getElementById('count').textContent === '{count}'")


def test_what_one_page_does_is_seen_on_all_others(browser: Browser) -> None:
    with served() as running:
        address = f"{running.address}shared"
        with tab(browser, address) as one, tab(browser, address) as other:
            _shows(one.page, 0)
            _shows(other.page, 0)
            for k in range(1, 6):
                (one if k % 2 else other).page.get_by_role("button", name="Add").click()
                _shows(one.page, k)
                _shows(other.page, k)
            one.settle()
            other.settle()


def test_a_page_that_was_closed_is_told_no_more(browser: Browser) -> None:
    with served() as running:
        address = f"{running.address}shared"
        with tab(browser, address) as stays:
            _shows(stays.page, 0)
            with tab(browser, address) as goes:
                _shows(goes.page, 0)
                goes.page.wait_for_function("document.getElementById('listeners').textContent === '2'")
            stays.page.get_by_role("button", name="Add").click()
            _shows(stays.page, 1)
            stays.page.get_by_role("button", name="Add").click()
            stays.page.wait_for_function("document.getElementById('listeners').textContent === '1'")


def test_a_page_says_that_the_server_is_gone_and_comes_back_with_it(browser: Browser) -> None:
    with served() as first:
        port = str(urlsplit(first.address).port)
        opened = tab(browser, f"{first.address}shared")
        seen = opened.__enter__()
        _shows(seen.page, 0)
        seen.page.get_by_role("button", name="Add").click()
        _shows(seen.page, 1)
    try:
        lost = seen.page.get_by_role("alert").filter(has_text="Connection lost. Trying again.")
        lost.wait_for(timeout=15_000)
        assert seen.page.locator("#count").inner_text() == "1"  # what was there can still be read
        with served("", port):
            _shows(seen.page, 0)  # the page has loaded itself anew, from a process that knows nothing yet
            assert lost.count() == 0
    finally:
        opened.__exit__(None, None, None)
