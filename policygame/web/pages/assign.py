"""An assignment: a link that fixes scenario, government, world and rivals. Whoever opens it plays that game alone."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from urllib.parse import parse_qs

import solara

from policygame.bots import BOTS
from policygame.catalogue import JURISDICTIONS
from policygame.errors import UserError
from policygame.game.scenarios import scenario_named
from policygame.game.turns import Calendar, seats_of
from policygame.scenario import shipped_scenarios
from policygame.web.hosted import host
from policygame.web.identity import use_tokens
from policygame.web.markup import Markup, el
from policygame.web.pages.setup import mandate_words, read_rivals
from policygame.web.shell import Shell, nav_link, notice, top_bar, use_go
from policygame.web.text import _
from policygame.web.vue import Box, Fragment

__all__ = ["Assign", "drawn_world", "read_assignment"]

MOST_DRAWN = 999_999


def drawn_world() -> int:
    """A world for an assignment that names none: drawn, short enough to be read out, and shown in the link."""
    return 1 + secrets.randbelow(MOST_DRAWN)


def read_assignment(scenario: str, rest: tuple[str, ...]) -> tuple[str, str, int, dict[str, str]]:
    """Scenario, seat, seed and the bot of each seat of an address; ValueError, in words, where it states no game that exists."""
    if len(rest) != 3:
        raise ValueError(_("The link is not whole: it names a scenario, a government, a world and the rivals."))
    seat, seed, rivals = rest
    if scenario not in shipped_scenarios():
        raise ValueError(
            _("There is no scenario {found}; there are {known}.").format(
                found=scenario[:60], known=", ".join(shipped_scenarios())
            )
        )
    seats = seats_of(scenario_named(scenario))
    if seat not in seats:
        raise ValueError(
            _("{found} does not govern there; governments are {known}.").format(found=seat[:20], known=", ".join(seats))
        )
    if not seed.isdecimal() or len(seed) > 18:
        raise ValueError(_("A world is a whole number from 0 on; found {found}.").format(found=seed[:20]))
    return scenario, seat, int(seed), read_rivals(rivals, scenario)


@solara.component
def Assign(code: str = "", rest: tuple[str, ...] = ()) -> None:
    """The page of an assignment's link."""
    tokens, go = use_tokens(), use_go()
    title = _("Assignment")
    try:
        scenario, seat, seed, bots = read_assignment(code.lower(), rest)
    except ValueError as error:
        words = el(
            "section",
            el("h2", _("This link leads to no game.")),
            el("p", str(error), class_="sub"),
            nav_link("/", _("To the start"), class_="btn"),
            class_="card pad stack",
        )
        Shell(title, bar=top_bar(title), children=[Box([Fragment(words)], classes="page narrow")])
        return

    def act(name: str, value: str) -> None:
        if name != "begin":
            return
        player = parse_qs(value).get("player", [""])[-1].strip()
        if not player:
            notice("refused", _("The game was not begun."), _("Write your name: it stands in the file that you hand in."))
            return
        try:
            entry = host().create(scenario, seat, player, seed=seed, bots=bots, assignment=True)
        except UserError as error:
            notice("refused", _("The game was not begun."), str(error))
            return
        tokens.keep(entry.code, entry.token)
        go(f"/play/{entry.code}/briefing")

    Shell(
        title,
        bar=top_bar(title, _(scenario_named(scenario).title), place=seat),
        children=[Box([Fragment(_card(scenario, seat, seed, bots), act)], classes="page narrow")],
    )


def _rivals(seat: str, bots: Mapping[str, str]) -> str:
    """Who plays against ``seat``: one sentence where it is the same everywhere, else name by name."""
    against = {place: bot for place, bot in bots.items() if place != seat}
    if len(set(against.values())) == 1:
        bot = next(iter(against.values()))
        return f"{bot}: {_(BOTS[bot].sentence)}"
    return ", ".join(f"{_(JURISDICTIONS[place].name)}: {bot}" for place, bot in against.items())


def _card(scenario: str, seat: str, seed: int, bots: Mapping[str, str]) -> Markup:
    loaded = scenario_named(scenario)
    facts = (
        (_("Scenario"), _(loaded.title)),
        (_("You govern"), _(JURISDICTIONS[seat].name)),
        (_("You are judged on"), mandate_words(loaded, seat, most=8)),
        (_("Turns"), str(Calendar.of(loaded).turns)),
        (_("Rivals"), _rivals(seat, bots)),
        (_("World"), str(seed)),
    )
    return el(
        "form",
        el("h2", _("You have been given a game")),
        el("p", _(loaded.summary), class_="sub"),
        el("dl", [el("div", el("dt", term), el("dd", words)) for term, words in facts], class_="facts"),
        el(
            "div",
            el("label", _("Your name, as it will stand in the file"), for_="player"),
            el("input", id="player", name="player", maxlength=40, autocomplete="name", required=True),
            class_="field",
        ),
        el(
            "p",
            _(
                "At the end the debrief offers a file to hand in. It is checked by deriving every number again from your decisions."
            ),
            class_="sub",
        ),
        el("div", el("button", _("Begin"), class_="btn strong lg", type="submit"), class_="row"),
        data_act="begin",
        class_="card pad stack",
    )
