"""What somebody meets who has read nothing: forms that come into view, a briefing before the desk, links that say how far they reach,
a stage named by what relief of it is worth, and a game that may end early."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import tab
from playing import Program, begin_alone, begin_together, next_turn, read_briefing, serving, take_turn, without_complaint
from playwright.sync_api import Browser, Page, expect

from policygame.web.hosted import reach
from policygame.web.running import origins_for_others

IN_VIEW = """(one) => {
    const box = one.getBoundingClientRect(), bar = document.querySelector("header.top").getBoundingClientRect();
    return box.top >= bar.top && box.top < innerHeight / 2;
}"""
KEEP_WHAT_IS_AWAITED = """() => {
    window.awaited = [];
    new MutationObserver(() => {
        const working = document.querySelector(".working progress");
        if (working) window.awaited.push(document.querySelector("main").innerText);
    }).observe(document.body, { childList: true, subtree: true });
}"""


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    with serving(tmp_path_factory.mktemp("first")) as running:
        yield running


def at_the_edge(page: Page) -> None:
    """What stays at the bottom of a phone stands on the screen's edge."""
    expect(page.locator(".dock")).to_be_visible()
    assert page.locator(".dock").evaluate("(one) => Math.abs(innerHeight - one.getBoundingClientRect().bottom)") <= 1


@pytest.mark.parametrize("door", ["Play alone", "Play together", "Assign"])
def test_on_a_phone_the_form_of_a_door_comes_into_view_and_takes_the_focus(browser: Browser, program: Program, door: str) -> None:
    with tab(browser, program.address, width=390, height=844) as seen:
        page = seen.page
        page.get_by_role("button", name=door).click()
        form = page.locator("#setup")
        form.wait_for()
        page.wait_for_function(f"({IN_VIEW})(document.querySelector('#setup'))")
        assert page.evaluate("document.activeElement.closest('#setup') !== null && document.activeElement.name === 'scenario'")
        without_complaint(seen)


def test_each_rival_is_chosen_one_by_one_and_a_program_of_who_serves_sits_where_a_bot_would(
    browser: Browser, tmp_path: Path
) -> None:
    with serving(tmp_path, None, "--player", "CHN=policygame.bots:FAB_FIRST") as program, tab(browser, program.address) as seen:
        page = seen.page
        page.get_by_role("button", name="Assign").click()
        page.get_by_text("One by one").click()
        rival = page.get_by_label("China", exact=True)
        assert "program:fab_first" not in rival.inner_text()  # an assignment is checked where the program is not
        rival.select_option("subsidy-matcher")
        page.get_by_role("button", name="Make the link").click()
        page.get_by_role("link", name="Try it").click()
        page.get_by_text("Taiwan: whole-chain, China: subsidy-matcher, South Korea: whole-chain").wait_for()
        page.go_back()
        page.get_by_role("button", name="Play alone").click()
        page.get_by_text("Rivals and luck").click()
        page.get_by_text("One by one").click()
        page.get_by_label("China", exact=True).select_option("program:fab_first")
        page.get_by_label("World (a number").fill("7")
        page.get_by_role("button", name="Begin").click()
        code = read_briefing(page)
        take_turn(page, 1)
        seen.settle()
        seats = program.game(code).seats
        assert (seats["CHN"].bot, seats["KOR"].bot) == ("program:fab_first", "whole-chain")
        assert [line for line in program.game(code).decisions["CHN"].settings if line.lever == "fab_grant"]


def test_who_joins_by_code_reads_the_briefing_first_and_finds_the_desk_from_there(browser: Browser, program: Program) -> None:
    with tab(browser, program.address) as host, tab(browser, program.address, width=390, height=844) as guest:
        code = begin_together(host.page, program.address, player="Ann", seat="United States")
        link = host.page.locator("#joinlink")
        expect(link).to_have_text(f"{program.address}/play/{code}")
        expect(host.page.get_by_text("works on this computer only")).to_be_visible()
        expect(host.page.get_by_text("policygame serve --host 0.0.0.0")).to_be_visible()
        guest.page.get_by_label("Join with a code").fill(code)
        guest.page.get_by_role("button", name="Join").click()
        guest.page.get_by_role("radio", name="South Korea").check(force=True)
        guest.page.get_by_label("Your name").fill("Ben")
        guest.page.get_by_role("button", name="Take the seat").click()
        guest.page.get_by_role("heading", name="At the table").wait_for()
        host.page.get_by_role("button", name="Begin with 2 here").click()
        for one, place in ((host, "United States"), (guest, "South Korea")):
            one.page.wait_for_url("**/briefing")
            one.page.get_by_role("heading", name=f"Your government: {place}.").wait_for()
        at_the_edge(guest.page)
        guest.page.locator("a:visible", has_text="Begin").first.click()
        guest.page.wait_for_url(re.compile(r"/play/[A-Z0-9]{5}$"))
        guest.page.get_by_role("slider", name="Packaging grant, 2.5D").wait_for()
        guest.page.reload()  # the briefing has been read: it does not come again
        guest.page.get_by_role("slider", name="Packaging grant, 2.5D").wait_for()
        without_complaint(host)
        without_complaint(guest)


def test_the_link_of_an_assignment_is_whole_and_says_how_far_it_reaches(browser: Browser, program: Program) -> None:
    with tab(browser, program.address, width=390, height=844) as seen:
        page = seen.page
        page.get_by_role("button", name="Assign").click()
        page.get_by_label("World (a number").fill("7")
        page.get_by_role("button", name="Make the link").click()
        expect(page.locator("#made")).to_have_text(re.compile(re.escape(program.address) + "/assign/first-game/USA/7/"))
        expect(page.get_by_text("works on this computer only")).to_be_visible()
        without_complaint(seen)


def test_others_reach_a_server_by_its_addresses_and_one_of_this_computer_alone_by_none() -> None:
    assert origins_for_others("127.0.0.1", 8765) == []
    assert origins_for_others("192.168.0.7", 8765) == ["http://192.168.0.7:8765"]
    assert all(one.endswith(":8765") and "localhost" not in one for one in origins_for_others("0.0.0.0", 8765))
    assert reach() == ()


def test_a_first_turn_is_guided_to_what_the_card_promises_and_the_game_may_end_after_it(
    browser: Browser, program: Program
) -> None:
    with tab(browser, program.address) as seen:
        page = seen.page
        page.goto(program.address)
        begin_alone(page, program.address, seat="United States", seed=20_231)
        page.go_back()
        page.get_by_role("heading", name="2.5D holds everything up.").wait_for()
        expect(page.get_by_text("Set packaging grant, 2.5D to 70 %.")).to_be_visible()
        page.locator("a:visible", has_text="Begin").first.click()
        guide = page.locator("aside.guide")
        expect(guide).to_contain_text("Look where the chain binds")
        page.get_by_role("slider", name="Packaging grant, 2.5D").press("ArrowRight")
        expect(guide).to_contain_text("Set packaging grant, 2.5D to 70 %")  # whoever moves a lever has looked
        page.get_by_role("slider", name="Packaging grant, 2.5D").press("End")
        expect(guide).to_contain_text("Read the fan")
        # the guide has chosen the figure to look at, and the fan reaches to the end of the game
        expect(page.get_by_role("tab", name="2.5D lines here")).to_have_attribute("aria-selected", "true")
        expect(page.locator(".fanhead h2")).to_contain_text(re.compile(r"by 2028 Q4, not 0"))
        expect(page.get_by_role("button", name="End the game here")).to_have_count(0)  # nothing has been played yet
        page.get_by_text("1 changed, saved").wait_for()
        take_turn(page, 1)
        page.get_by_role("button", name="End the game here").click()
        page.get_by_role("dialog").get_by_role("button", name="Play on").click()
        next_turn(page)
        page.get_by_role(
            "slider", name="Packaging grant, 2.5D"
        ).wait_for()  # the desk, not the page before it, which has the button too
        page.locator("button:visible", has_text="End the game here").click()
        expect(page.get_by_role("dialog")).to_contain_text("1 turn has been played and stands. 11 turns are left unplayed")
        page.evaluate(KEEP_WHAT_IS_AWAITED)
        page.get_by_role("button", name="End it and go to the debrief").click()
        page.wait_for_url("**/debrief")
        expect(page.get_by_role("heading", name="What held everything up")).to_be_visible()
        page.get_by_role("heading", name="The score and its parts").locator("xpath=..").locator("table").wait_for()
        # while the worlds ran, the page said how far they were, and held the place of every section
        awaited = " ".join(page.evaluate("window.awaited"))
        assert "Working out what your decisions did" in awaited
        assert "Which of your decisions mattered" in awaited
        page.set_viewport_size({"width": 390, "height": 844})
        card = page.get_by_role("region", name="The score and its parts")
        assert card.evaluate("(one) => one.scrollWidth - one.clientWidth") <= 0
        assert card.locator("tbody tr").first.evaluate("(one) => one.innerText.includes('Supply')")
        at_the_edge(page)
        without_complaint(seen)
