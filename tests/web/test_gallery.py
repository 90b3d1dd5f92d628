"""Every component and chart in a real browser: drawn, heard, quiet, narrow enough, readable by those who do not see it."""

from __future__ import annotations

import pytest
from browsing import THEMES, WIDTHS, tab
from playwright.sync_api import Browser


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_gallery_is_drawn_without_a_complaint(browser: Browser, gallery: str, width: int, theme: str) -> None:
    with tab(browser, gallery, width=width, theme=theme) as seen:
        seen.drawn()
        assert seen.page.locator(".canvas").count() == 7
        assert seen.sideways() <= 0
        assert seen.violations() == []
        assert seen.page.evaluate("document.documentElement.lang") == "en"
        assert seen.page.title() == "Gallery - policygame"
        assert seen.page.evaluate("document.documentElement.dataset.theme") == theme
        assert not seen.page.evaluate("window.hacked || 0")
        seen.settle()


def test_charts_say_what_they_show(browser: Browser, gallery: str) -> None:
    with tab(browser, gallery) as seen:
        seen.drawn()
        names = seen.page.locator(".canvas").evaluate_all("(all) => all.map((one) => one.getAttribute('aria-label'))")
        assert "12 weeks in the middle world" in names[0]
        assert "2.5D binds." in names[1]
        assert "Taiwan has 83 %" in names[2]
        seen.page.locator(".astable summary").first.press("Enter")
        assert "2026 Q4" in seen.page.locator(".astable table").first.inner_text()


def test_a_slider_moves_by_keyboard_and_reports(browser: Browser, gallery: str) -> None:
    with tab(browser, gallery) as seen:
        slider = seen.page.get_by_role("slider", name="Packaging grant, 2.5D")
        assert slider.get_attribute("aria-valuetext") == "35 %, in force 20 %"
        slider.press("ArrowRight")
        seen.page.wait_for_function("document.getElementById('heard').textContent === 'interposer_2_5d 0.36 true'")
        assert seen.page.get_by_role("button", name="2.5D 36").get_attribute("aria-pressed") == "true"
        assert seen.page.get_by_text("496", exact=True).count() >= 1  # what is left follows from what the slider said
        assert seen.page.evaluate("document.activeElement.getAttribute('aria-label')") == "Packaging grant, 2.5D"
        slider.press("Escape")
        seen.page.wait_for_function("document.getElementById('heard').textContent === 'interposer_2_5d 0.2 true'")
        seen.settle()


def test_a_chip_chooses_what_the_slider_edits(browser: Browser, gallery: str) -> None:
    with tab(browser, gallery) as seen:
        seen.page.get_by_role("button", name="3D 10").click()
        seen.page.get_by_role("slider", name="Packaging grant, 3D").press("End")
        seen.page.wait_for_function("document.getElementById('heard').textContent === 'hybrid_3d 0.7 true'")


def test_of_two_presses_the_last_holds_however_fast(browser: Browser, gallery: str) -> None:
    with tab(browser, gallery) as seen:
        group = seen.page.get_by_role("group", name="Packaging grant: what for")
        chips = {name: group.get_by_role("button", name=name) for name in ("2.5D", "3D")}
        group.wait_for()
        seen.page.evaluate(
            "() => { const chips = document.querySelectorAll('.lever')[0].querySelectorAll('.lchips button');"
            " const named = (n) => Array.from(chips).find((c) => c.textContent.trim().startsWith(n));"
            " named('3D').click(); named('2.5D').click(); }"  # before the server can have answered the first
        )
        seen.page.wait_for_function("document.querySelectorAll('.lever')[0].getAttribute('aria-busy') === 'false'")
        assert {name: chip.get_attribute("aria-pressed") for name, chip in chips.items()} == {"2.5D": "true", "3D": "false"}
        seen.page.get_by_role("slider", name="Packaging grant, 2.5D").press("Home")
        seen.page.wait_for_function("document.getElementById('heard').textContent === 'interposer_2_5d 0 true'")


def test_tabs_are_one_stop_and_arrows_move_within(browser: Browser, gallery: str) -> None:
    with tab(browser, gallery) as seen:
        strip = seen.page.get_by_role("tablist", name="Metric").first
        strip.wait_for()
        names = strip.get_by_role("tab").evaluate_all("(all) => all.map((one) => one.dataset.value)")
        strip.locator("[aria-selected=true]").focus()
        for key, wanted in (("End", -1), ("ArrowRight", 0), ("ArrowLeft", -1), ("Home", 0), ("ArrowRight", 1)):
            seen.page.keyboard.press(key)
            chosen = strip.locator(f"[data-value='{names[wanted]}'][aria-selected=true][tabindex='0']")
            chosen.wait_for()
            assert chosen.evaluate("(one) => one === document.activeElement"), key
            assert strip.locator("[tabindex='0']").count() == 1  # the tab key leaves the strip
        panel = seen.page.get_by_role("tabpanel").first
        assert panel.get_attribute("aria-labelledby") == f"metric-panel-by-{names[1]}"
        assert strip.get_by_role("tab").first.get_attribute("aria-controls") == panel.get_attribute("id")
        assert seen.violations() == []
        seen.settle()


def test_a_slider_stops_where_money_ends(browser: Browser, gallery: str) -> None:
    with tab(browser, gallery) as seen:
        slider = seen.page.get_by_role("slider", name="Fab grant")
        slider.press("End")
        seen.page.wait_for_function("document.getElementById('heard').textContent === 'wafers_leading 0.18 true'")
        assert slider.get_attribute("aria-valuetext") == "18 %, in force 10 %"


def test_a_drag_reports_often_but_not_always(browser: Browser, gallery: str) -> None:
    with tab(browser, gallery) as seen:
        seen.drawn()
        box = seen.page.get_by_role("slider", name="Packaging grant, 2.5D").bounding_box()
        assert box is not None
        y = box["y"] + box["height"] / 2
        seen.page.evaluate(
            "() => { const send = WebSocket.prototype.send; window.sent = 0; WebSocket.prototype.send = function (data)"
            " { if (String(data).includes('moved')) window.sent += 1; return send.call(this, data); }; }"
        )
        seen.page.mouse.move(box["x"] + box["width"] / 2, y)
        seen.page.mouse.down()
        for k in range(60):
            seen.page.mouse.move(box["x"] + box["width"] / 2 + k, y)
        seen.page.mouse.up()
        seen.page.wait_for_function("document.getElementById('heard').textContent.endsWith('true')")
        assert 1 <= seen.page.evaluate("window.sent") <= 20


def test_acts_forms_and_metrics_are_heard(browser: Browser, gallery: str) -> None:
    with tab(browser, gallery) as seen:
        heard = seen.page.locator("#heard")
        seen.page.get_by_label("Name").fill("Ada & co")
        seen.page.get_by_role("button", name="Join").click()
        seen.page.wait_for_function("document.getElementById('heard').textContent === 'join who=Ada+%26+co'")
        strip = seen.page.get_by_role("tablist", name="Metric").first
        strip.get_by_role("tab", name="Allied compute").press("Enter")
        seen.page.wait_for_function("document.getElementById('heard').textContent === 'metric ally'")
        seen.page.wait_for_selector(".met[aria-selected=true] >> text=Allied compute")
        assert seen.page.evaluate("document.activeElement.dataset.value") == "ally"  # redrawing kept the focus
        seen.page.get_by_role("switch", name="Keep Workforce of turn 1").click()
        seen.page.wait_for_function("document.getElementById('heard').textContent === 'keep d2'")
        assert heard.inner_text() == "keep d2"
        seen.settle()


def test_a_refusal_is_announced_and_closed(browser: Browser, gallery: str) -> None:
    with tab(browser, gallery) as seen:
        seen.page.get_by_role("button", name="Refuse", exact=True).click()
        seen.page.wait_for_selector(".toasts [role=alert] >> text=2.5D grant at 30 %")
        seen.page.locator(".toasts").get_by_role("button", name="Close").click()
        seen.page.wait_for_selector(".toasts [role=alert]", state="detached")


def test_help_opens_from_the_catalogue_and_gives_the_focus_back(browser: Browser, gallery: str) -> None:
    with tab(browser, gallery) as seen:
        seen.drawn()
        mark = seen.page.get_by_role("button", name="What is Packaging grant?")
        mark.press("Enter")
        panel = seen.page.get_by_role("dialog", name="What is Packaging grant?")
        panel.wait_for()
        assert "0 to 0.7 share of capex" in panel.inner_text()
        assert mark.get_attribute("aria-expanded") == "true"
        assert seen.violations() == []
        seen.page.keyboard.press("Escape")
        assert panel.count() == 0
        assert seen.page.evaluate("document.activeElement.dataset.help") == "lever/packaging_grant"


def test_the_theme_is_switched_and_remembered(browser: Browser, gallery: str) -> None:
    with tab(browser, gallery) as seen:
        seen.drawn()
        light = seen.page.evaluate("policygame.colour('@draft', getComputedStyle(document.documentElement))")
        seen.page.get_by_role("button", name="Dark").click()
        assert seen.page.evaluate("document.documentElement.dataset.theme") == "dark"
        dark = seen.page.evaluate("policygame.colour('@draft', getComputedStyle(document.documentElement))")
        assert (light, dark) == ("#4B35C4", "#A394FF")
        seen.page.reload()
        seen.drawn()
        assert seen.page.evaluate("document.documentElement.dataset.theme") == "dark"
        assert seen.page.get_by_role("button", name="Dark").get_attribute("aria-pressed") == "true"
        seen.settle()


def test_the_browser_mixes_colours_as_python_does(browser: Browser, gallery: str) -> None:
    from policygame.web.palette import colour

    tokens = ["@ink", "@draft/24", "@land~USA/28", "@land~CHN/50", "@bind/0"]
    for theme in THEMES:
        with tab(browser, gallery, theme=theme) as seen:
            made = seen.page.evaluate(
                "(tokens) => tokens.map((t) => policygame.colour(t, getComputedStyle(document.documentElement)).toUpperCase())",
                tokens,
            )
            assert made == [colour(token, theme).upper() for token in tokens]


@pytest.mark.parametrize("way", ["link", "act"])
def test_links_and_acts_open_a_page_and_back_returns(browser: Browser, gallery: str, way: str) -> None:
    with tab(browser, gallery) as seen:
        seen.drawn()
        documents = len([url for url in seen.asked if url == gallery])
        seen.page.get_by_role("link", name="Link", exact=True).click() if way == "link" else seen.page.get_by_role(
            "button", name="Go", exact=True
        ).click()
        seen.page.wait_for_selector("#other")
        assert seen.page.url == f"{gallery}other"
        seen.page.go_back()
        seen.page.wait_for_selector("#heard", state="attached")
        assert len([url for url in seen.asked if url == gallery]) == documents == 1  # nothing was loaded anew
        seen.page.goto(f"{gallery}other")
        seen.page.wait_for_selector("#other")
        seen.settle()


@pytest.mark.parametrize("way", ["at once", "later"])
def test_a_page_is_left_even_where_it_is_replaced_meanwhile(browser: Browser, gallery: str, way: str) -> None:
    with tab(browser, f"{gallery}leaving") as seen:
        seen.page.get_by_role("button", name=way).click()
        seen.page.wait_for_selector("#other")
        assert seen.page.url == f"{gallery}other"
        seen.page.go_back()
        seen.page.get_by_role("button", name=way).click()  # the same address again is another request
        seen.page.wait_for_selector("#other")
        seen.settle()


def test_pages_work_below_a_root_path(browser: Browser, gallery_below: str) -> None:
    with tab(browser, gallery_below) as seen:
        seen.drawn()
        assert all("/games/" in url for url in seen.asked if url.startswith("http"))
        seen.page.get_by_role("button", name="Go", exact=True).click()
        seen.page.wait_for_selector("#other")
        assert seen.page.url == f"{gallery_below}other"
        seen.page.reload()
        seen.page.wait_for_selector("#other")
        seen.settle()


def test_a_seat_is_kept_in_a_cookie_that_scripts_cannot_read(browser: Browser, gallery: str) -> None:
    with tab(browser, gallery) as seen:
        with seen.page.expect_response("**/keep") as answer:
            seen.page.get_by_role("button", name="Keep", exact=True).click()
        assert answer.value.status == 204
        assert seen.page.locator("#codes").inner_text() == "K7QM"
        assert "policygame-seat" not in seen.page.evaluate("document.cookie")
        kept = next(cookie for cookie in seen.page.context.cookies() if cookie["name"] == "policygame-seat-K7QM")
        assert kept["value"] == "a" * 43
        assert kept["httpOnly"] is True
        assert kept["sameSite"] == "Lax"
        seen.page.reload()
        seen.page.wait_for_function("document.getElementById('codes') && document.getElementById('codes').textContent === 'K7QM'")
        seen.settle()


def test_targets_on_a_phone_are_large_enough_for_a_thumb(browser: Browser, gallery: str) -> None:
    small = """() => [...document.querySelectorAll('button, a[href], input, select, summary')].filter((e) => {
        const r = e.getBoundingClientRect();
        return r.width && !e.closest('.vh, .skipbox, .astable') && (r.height < 43.5 && !e.matches('.switch, a:not(.btn)'));
    }).map((e) => e.outerHTML.slice(0, 120))"""
    with tab(browser, gallery, width=390) as seen:
        seen.drawn()
        assert seen.page.evaluate(small) == []


def test_the_skip_link_leads_to_the_content(browser: Browser, gallery: str) -> None:
    with tab(browser, gallery) as seen:
        seen.drawn()
        seen.page.keyboard.press("Tab")
        assert seen.page.evaluate("document.activeElement.textContent") == "Skip to the content"
        seen.page.keyboard.press("Enter")
        assert seen.page.evaluate("document.activeElement.id") == "main"
