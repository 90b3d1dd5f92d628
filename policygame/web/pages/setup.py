"""Choosing a game: scenario, government, rivals, and whether alone, together or as an assignment.

The same panel serves the three doors of the start page; what a choice means is the Host's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import parse_qs, quote

from policygame.bots import BOTS
from policygame.catalogue import JURISDICTIONS, MANDATE
from policygame.game import DEFAULT_BOT
from policygame.game.scenarios import scenario_named
from policygame.game.turns import Calendar, seats_of
from policygame.scenario import Scenario, shipped_scenarios
from policygame.web.hosted import host
from policygame.web.markup import Markup, classes, el, join
from policygame.web.palette import css_name, jurisdiction_token
from policygame.web.text import _, number

__all__ = [
    "Choice",
    "Door",
    "assignment_path",
    "first_minutes",
    "mandate_words",
    "read_choice",
    "read_rivals",
    "rivals_text",
    "seed_of",
    "setup_panel",
]

Door = Literal["alone", "together", "assign"]
FIRST = "first-game"
MINUTES_PER_TURN = 1.5
"""What a turn takes people: a first game of twelve turns in about twenty minutes (seen, not measured)."""


@dataclass(frozen=True)
class Choice:
    """What has been chosen. ``bot`` plays all rivals but those of ``others``: pairs of a seat and who plays it.

    ``seed`` is the text of the field, "" for any world.
    """

    door: Door
    scenario: str = FIRST
    seat: str = "USA"
    player: str = ""
    bot: str = DEFAULT_BOT
    others: tuple[tuple[str, str], ...] = ()
    seed: str = ""
    predictions: bool = True

    @property
    def rivals(self) -> dict[str, str]:
        """Seat -> who plays it where no person does, for every seat of the scenario."""
        return dict.fromkeys(seats_of(scenario_named(self.scenario)), self.bot) | dict(self.others)


def read_choice(choice: Choice, query: str) -> Choice:
    """The choice with the fields of a submitted form; what is no longer possible falls back to what is."""
    fields = {name: values[-1] for name, values in parse_qs(query, keep_blank_values=True).items()}
    scenario = fields.get("scenario", choice.scenario)
    if scenario not in shipped_scenarios():
        scenario = FIRST
    seats = seats_of(scenario_named(scenario))
    seat = fields.get("seat", choice.seat)
    return replace(
        choice,
        scenario=scenario,
        seat=seat if seat in seats else seats[0],
        others=_others(
            dict(choice.others) | {name: fields[f"rival-{name}"] for name in seats if f"rival-{name}" in fields}, scenario
        ),
        player=fields.get("player", choice.player)[:40],
        bot=fields["bot"] if fields.get("bot") in BOTS else choice.bot,
        seed=fields.get("seed", choice.seed).strip(),
        predictions="predictions" in fields if "seat" in fields else choice.predictions,
    )


def assignment_path(choice: Choice) -> str:
    """The address of an assignment: it fixes scenario, government, seed and rivals. ValueError where no world is chosen."""
    if not choice.seed:
        raise ValueError(_("An assignment fixes a world: write its number, or have one drawn."))
    parts = (choice.scenario, choice.seat, choice.seed, rivals_text(choice))
    return "/assign/" + "/".join(quote(part, safe=",=") for part in parts)


def rivals_text(choice: Choice) -> str:
    """The rivals as an assignment's address has them: the bot of all, then who differs.

    >>> rivals_text(Choice("assign", bot="whole-chain", others=(("CHN", "fab-first"),)))
    'whole-chain,CHN=fab-first'
    """
    return ",".join([choice.bot, *(f"{seat}={bot}" for seat, bot in choice.others if seat != choice.seat)])


def read_rivals(text: str, scenario: str) -> dict[str, str]:
    """Seat -> bot, for every seat of the scenario, from what ``rivals_text`` writes; ValueError, in words, where it names no bot or seat.

    >>> read_rivals("whole-chain,CHN=fab-first", "first-game")["CHN"]
    'fab-first'
    """
    bot, *others = text.split(",")
    seats = seats_of(scenario_named(scenario))
    found = dict.fromkeys(seats, bot)
    for other in others:
        seat, _equals, found[seat] = other.partition("=")
    for seat, name in found.items():
        if seat not in seats:
            raise ValueError(
                _("{found} does not govern there; governments are {known}.").format(found=seat[:20], known=", ".join(seats))
            )
        if name not in BOTS:
            raise ValueError(_("There is no bot {found}; bots are {known}.").format(found=name[:40], known=", ".join(BOTS)))
    return found


def _others(chosen: Mapping[str, str], scenario: str) -> tuple[tuple[str, str], ...]:
    """Who plays single seats of a scenario, as far as they can; "" means that the seat is as all."""
    return tuple(
        (seat, bot) for seat, bot in chosen.items() if seat in seats_of(scenario_named(scenario)) and _can(bot, scenario, seat)
    )


def _can(bot: str, scenario: str, seat: str) -> bool:
    return bot in BOTS or any(one.name == bot and one.fits(scenario, seat) for one in host().programs)


def mandate_words(scenario: Scenario, seat: str, most: int = 3) -> str:
    """The heaviest parts of a mandate with their weights: "Supply 20, Resilience 20, ..."."""
    role = scenario.jurisdictions[seat].government
    assert role is not None
    heaviest = sorted(role.mandate.items(), key=lambda part: (-part[1].value, list(MANDATE).index(part[0])))
    return ", ".join(f"{_(MANDATE[part].name)} {number(weight.value)}" for part, weight in heaviest[:most])


def setup_panel(choice: Choice, *, busy: bool = False, refused: str = "") -> Markup:
    """The form. It sends ``choose`` at every change of a field and ``begin`` when it is submitted."""
    scenario = scenario_named(choice.scenario)
    heads = {
        "alone": (_("Play alone"), _("Bots govern everywhere else."), _("Begin")),
        "together": (_("Play together"), _("You get a code; others join with it from their own browsers."), _("Create the game")),
        "assign": (_("Assign"), _("A link that fixes scenario, government, world and rivals."), _("Make the link")),
    }
    title, words, button = heads[choice.door]
    submit = el("button", _("One moment.") if busy else button, class_="btn strong lg", type="submit", disabled=busy)
    return el(
        "section",
        el("div", el("h2", title), el("p", words, class_="sub"), class_="grow"),
        el(
            "form",
            _scenarios(choice),
            _seats(choice, scenario),
            _more(choice),
            el("div", refused, class_="msg refused", role="alert") if refused else None,
            el("div", submit, class_="row"),
            data_act="begin",
            class_="stack setup",
        ),
        class_="card pad stack",
        id="setup",
        data_arrive=choice.door,
        aria_label=title,
    )


def minutes_of(scenario: Scenario) -> int:
    """How long a game takes: as its card has it, else by its turns."""
    turns = Calendar.of(scenario).turns
    return scenario.card.minutes if scenario.card else int(round(turns * MINUTES_PER_TURN, -1)) or 10


def first_minutes() -> int:
    """How long the game of a first lesson takes; the start page reads no larger scenario before it is seen."""
    return minutes_of(scenario_named(FIRST))


def _scenarios(choice: Choice) -> Markup:
    def card(name: str) -> Markup:
        scenario, seats = scenario_named(name), seats_of(scenario_named(name))
        turns, told = Calendar.of(scenario).turns, scenario.card
        minutes = minutes_of(scenario)
        facts = _("{turns} turns, about {minutes} minutes, {seats} governments").format(
            turns=turns, minutes=minutes, seats=len(seats)
        )
        if told is not None:
            facts = _("{level}: {facts}").format(level=_(told.level).capitalize(), facts=facts)
        return el(
            "label",
            el("input", type="radio", name="scenario", value=name, checked=name == choice.scenario, data_act="choose-scenario"),
            el(
                "span",
                el("b", _(scenario.title)),
                el("span", facts, class_="sub"),
                el("span", _(scenario.summary), class_="sub mute"),
            ),
            class_=classes("pick", on=name == choice.scenario),
            data_key=f"scenario-{name}",
        )

    return el("fieldset", el("legend", _("Scenario")), el("div", join([card(name) for name in _ordered()]), class_="picks"))


def _ordered() -> list[str]:
    """Shipped scenarios, the one for a first lesson first."""
    names = list(shipped_scenarios())
    return sorted(names, key=lambda name: (name != FIRST, names.index(name)))


def _seats(choice: Choice, scenario: Scenario) -> Markup:
    def card(seat: str) -> Markup:
        role = scenario.jurisdictions[seat].government
        assert role is not None
        money = _("{packaging} M USD a year for packaging").format(packaging=number(role.packaging_income_musd_per_year.value))
        flag = el("i", class_="flag", style=f"--c:{css_name(jurisdiction_token(seat))}")
        return el(
            "label",
            el("input", type="radio", name="seat", value=seat, checked=seat == choice.seat, data_act="choose-seat"),
            flag,
            el(
                "span",
                el("b", _(JURISDICTIONS[seat].name)),
                el("span", money, class_="sub"),
                el("span", mandate_words(scenario, seat), class_="sub mute"),
            ),
            class_=classes("pick", on=seat == choice.seat),
            data_key=f"seat-{seat}",
        )

    return el(
        "fieldset",
        el("legend", _("Your government")),
        el("div", join([card(seat) for seat in seats_of(scenario)]), class_="picks seats3"),
    )


def _more(choice: Choice) -> Markup:
    bots = [el("option", f"{name}: {_(bot.sentence)}", value=name, selected=name == choice.bot) for name, bot in BOTS.items()]
    single = [_rival(choice, seat) for seat in seats_of(scenario_named(choice.scenario)) if seat != choice.seat]
    name = None
    if choice.door != "assign":
        field = el(
            "input",
            id="player",
            name="player",
            value=choice.player,
            maxlength=40,
            autocomplete="nickname",
            data_act="choose-player",
        )
        name = el("div", el("label", _("Your name, as others see it"), for_="player"), field, class_="field")
    rivals = el(
        "div",
        el("label", _("The other governments are played by"), for_="bot"),
        el("select", bots, id="bot", name="bot", data_act="choose-bot"),
        class_="field",
    )
    seed = el(
        "div",
        el("label", _("World (a number; the same number is the same luck)"), for_="seed"),
        el("input", id="seed", name="seed", value=choice.seed, inputmode="numeric", placeholder=_("any"), data_act="choose-seed"),
        class_="field",
    )
    asks = el(
        "label",
        el("input", type="checkbox", name="predictions", value="yes", checked=choice.predictions, data_act="choose-predictions"),
        " ",
        _("Ask what I expect before each reveal"),
        class_="row",
    )
    open_ = choice.door == "assign" or bool(choice.seed) or bool(choice.others)
    one_by_one = el("details", el("summary", _("One by one")), el("div", single, class_="picks"), open=bool(choice.others))
    inside = el("div", rivals, one_by_one, seed, asks, class_="stack")
    folded = el("details", el("summary", _("Rivals and luck")), inside, open=open_)
    return el("div", name, folded, class_="stack")


def _rival(choice: Choice, seat: str) -> Markup:
    """Who plays a single seat: as all others, a bot, or a program of whoever runs the server, which no assignment can name."""
    own = dict(choice.others).get(seat, "")
    programs = [one.name for one in host().programs if one.fits(choice.scenario, seat)] if choice.door != "assign" else []
    options = [el("option", _("as above"), value="", selected=own == "")]
    options += [el("option", name, value=name, selected=name == own) for name in (*BOTS, *programs)]
    field = f"rival-{seat}"
    return el(
        "div",
        el("label", _(JURISDICTIONS[seat].name), for_=field),
        el("select", options, id=field, name=field, data_act=f"choose-{field}"),
        class_="field",
    )


def seed_of(choice: Choice) -> int | None:
    """The seed that was typed, None for any; ValueError in words where it is no whole number."""
    if not choice.seed:
        return None
    if not choice.seed.isdecimal() or len(choice.seed) > 18:
        raise ValueError(_("A world is a whole number from 0 on, like 7; found {found}.").format(found=choice.seed[:20]))
    return int(choice.seed)
