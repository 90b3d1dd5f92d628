"""The debrief: what the game came to and why, what each decision added, what would have been, who leads, and how to say it in Python."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import solara

from policygame.errors import UserError
from policygame.game import Game, SeatView
from policygame.game.debrief import Debrief as Found
from policygame.game.debrief import Seen, seen
from policygame.game.news import headlines
from policygame.game.reproduce import reproduce_lines
from policygame.game.wording import quarter_text
from policygame.model.standing import DEFINITIONS
from policygame.version import model_version
from policygame.web.components import Chart, Replay, empty_state, needs_model, progress, skeleton, tabs
from policygame.web.help import help_name, question
from policygame.web.hosted import debriefs, host
from policygame.web.identity import use_tokens
from policygame.web.kernel import use_future, use_wake
from policygame.web.markup import Markup, el, join
from policygame.web.pages import looking_back as parts
from policygame.web.pages import score_cards
from policygame.web.pages.desk.standing_tabs import definition_words
from policygame.web.pages.other_model import other_model
from policygame.web.shell import Shell, link, nav_link, top_bar
from policygame.web.text import _, n_
from policygame.web.vue import Act, Box, Fragment

__all__ = ["Debrief"]


@solara.component
def Debrief(code: str) -> None:
    """The page, for whoever holds a seat; an onlooker is shown where to look instead."""
    tokens = use_tokens()
    found = host().find(code)
    if found is None:
        raise UserError(_("No game has this code."))
    view = host().view(found.id, tokens.get(code))
    if view.seat is None or view.turn == 1:
        words = _("A debrief looks back on a government's decisions, from its first resolved turn on.")
        back = nav_link(f"/play/{code}", _("To the game"), class_="btn")
        body = join([empty_state(_("There is nothing to look back on yet."), words), el("div", back, class_="row pad")])
        page = [*other_model(view), Fragment(body, classes="card")]
        Shell(_("Debrief"), bar=top_bar(_("Debrief")), children=[Box(page, classes="page narrow")])
        return
    _Asked(view, host().game(found.id))


@solara.component
def _Asked(view: SeatView, game: Game) -> None:
    seat = view.seat
    assert seat is not None
    told = use_future((lambda: debriefs().ask(game, seat)) if view.derived else None, (game.id, view.turn, seat, view.derived))
    place = parts.place_words(seat)
    ended = view.phase == "ended"
    turns = n_("{n} turn", "{n} turns", view.turn - 1).format(n=view.turn - 1)
    subtitle = _("{title}, game {code}, {turns}").format(title=_(view.scenario.title), code=view.code, turns=turns)
    onward = (
        nav_link("/", _("Play again"), class_="btn strong")
        if ended
        else nav_link(f"/play/{view.code}", _("To the desk"), class_="btn strong")
    )
    export = None
    if (told.value is not None or not view.derived) and ended:
        export = el(
            "a",
            _("One HTML file"),
            class_="btn hide-s",
            href=link(f"/play/{view.code}/debrief.html"),
            download=f"debrief-{view.code}.html",
        )
    file = None
    if ended:
        address, name = link(f"/play/{view.code}/game.json"), f"policygame-{view.code}.json"
        file = el("a", _("Hand in"), class_="btn", href=address, download=name)
    right = join([export, el("span", file, onward, class_="row hide-s")])
    bar = top_bar(_("Debrief, {place}").format(place=place), subtitle, place=seat, right=right)
    if not view.derived:
        body: Any = _AsSeen(view, seen(view.scenario, seat, view.result, view.predictions))
    elif told.problem:
        body = Fragment(
            el(
                "div",
                el("b", _("The debrief could not be computed.")),
                el("p", told.problem, class_="sub"),
                class_="msg refused",
                role="alert",
            )
        )
    elif told.value is None:
        body = _Computing(view, game)
    else:
        body = _Found(view, told.value)
    Shell(
        _("Debrief, {place}").format(place=place),
        bar=bar,
        children=[Box([*other_model(view), body], classes="page")],
        dock=el("div", onward, file, class_="dockin"),
    )


@solara.component
def _Computing(view: SeatView, game: Game) -> None:
    """How far the debrief is, with what the game shows by itself already there and every other section in its place."""
    seat = view.seat
    assert seat is not None
    use_wake(lambda wake: debriefs().watch(game, seat, wake), [game.id, view.turn, seat])
    shown = solara.use_memo(lambda: seen(view.scenario, seat, view.result, view.predictions), [view.turn])
    definition, set_definition = solara.use_state("packaging")
    done, whole = debriefs().progress(game, seat)

    def act(name: str, value: str) -> None:
        if name == "definition" and value in DEFINITIONS:
            set_definition(value)

    words = _("Your game is replayed in other worlds: once as you played it, and once without each of your decisions.")
    page: list[Any] = [
        Fragment(progress(_("Working out what your decisions did"), words, done, whole), classes="card wide"),
        _awaited(_("What held everything up")),
        _awaited(_("Which of your decisions mattered")),
        _awaited(_("What if you had done nothing?")),
        _leaders(shown, definition, act),
        _awaited(_("The score and its parts"), wide=True),
    ]
    Box(page, classes="brief")


def _awaited(title: str, *, wide: bool = False) -> Any:
    """The place of a section that is being computed."""
    body = join([el("h2", title, class_="padx"), skeleton(_("Being computed."), height_px=120)])
    return Fragment(body, tag="section", classes="card pad wide" if wide else "card pad")


@solara.component
def _Found(view: SeatView, found: Found) -> None:
    left_out, set_left_out = solara.use_state(None)
    watched, set_watched = solara.use_state(0)
    definition, set_definition = solara.use_state("packaging")
    at, set_at = solara.use_state(len(found.quarters) - 1)
    effect = next((one for one in found.decisions if one.index == left_out), None)

    def act(name: str, value: str) -> None:
        if name == "keep" and value.isdecimal():
            set_left_out(None if left_out == int(value) else int(value))
        elif name == "watched" and value in ("0", "1", "2"):
            set_watched(int(value))
        elif name == "definition" and value in DEFINITIONS:
            set_definition(value)

    title = (
        _("What if you had not decided this: {name}, turn {turn}?").format(name=parts.lever_words(effect), turn=effect.turn)
        if effect
        else _("What if you had done nothing?")
    )
    choice = tabs(
        [(str(k), help_name("metric", path.series[0])) for k, path in enumerate(found.played)],
        str(watched),
        act="watched",
        label=_("Series"),
        look="seg",
    )
    what_if = join(
        [
            el("h2", title),
            el(
                "p",
                parts.what_if_words(found, effect, watched),
                " ",
                _("Same shocks, same decisions by everyone else."),
                class_="sub",
            ),
            el("p", parts.what_if_note(found, effect), class_="sub"),
            el("div", choice, class_="row wrap"),
        ]
    )
    page: list[Any] = [
        Fragment(score_cards.outcome_card(found), classes="wide"),
        Box(
            [
                _held_up(found),
                Fragment(parts.decisions_card(found, left_out), act),
                *([Fragment(parts.grants_card(found.grants))] if found.grants else []),
            ],
            classes="stack",
        ),
        Box(
            [
                Box(
                    [Fragment(what_if, act), Chart(parts.what_if_chart(found, effect, watched), height=260)],
                    tag="section",
                    classes="card pad stack",
                ),
                _leaders(found, definition, act),
            ],
            classes="stack",
        ),
        Fragment(score_cards.parts_card(found), classes="wide"),
        Box(
            [
                _played_back(view, found, at, set_at),
                Fragment(join([parts.predictions_card(found), _questions(view)]), classes="stack"),
            ],
            classes="stack",
        ),
        Fragment(_python(view, found, effect)),
    ]
    Box(page, classes="brief")


@solara.component
def _AsSeen(view: SeatView, found: Seen) -> None:
    """A game of another model as it was seen: what its results show by themselves, and no world run."""
    definition, set_definition = solara.use_state("packaging")
    at, set_at = solara.use_state(len(found.quarters) - 1)

    def act(name: str, value: str) -> None:
        if name == "definition" and value in DEFINITIONS:
            set_definition(value)

    lost = needs_model(
        _("Points, what each of your decisions added, and what would have been without it, come from runs of the model."),
        owner=view.owner,
    )
    page: list[Any] = [
        Fragment(lost, tag="section", classes="card pad wide"),
        Fragment(
            join([el("h2", _("What held everything up")), el("p", parts.no_relief_words(), class_="sub")]),
            tag="section",
            classes="card pad stack",
        ),
        _leaders(found, definition, act),
        _played_back(view, found, at, set_at),
        Fragment(join([parts.predictions_card(found), _questions(view), _python(view, None, None)]), classes="stack"),
    ]
    Box(page, classes="brief")


def _held_up(found: Found) -> Any:
    """Which stage held everything up."""
    why, relief = parts.what_held_up(found)
    head = Fragment(join([el("h2", _("What held everything up"), question("term", "binding")), el("p", why)]))
    return Box([head, Chart(relief, height=280)], tag="section", classes="card pad stack")


def _leaders(found: Seen, definition: str, act: Act) -> Any:
    """Who leads, by every definition; the act ``definition`` names that of the table."""
    choices = [(one, definition_words(one)) for one in DEFINITIONS]
    leaders = join(
        [
            el("h2", _("Who leads depends on what you count"), question("term", "leadership")),
            el("div", tabs(choices, definition, act="definition", label=_("Leadership by"), look="seg"), class_="row wrap"),
            parts.leaders_card(found, definition),
        ]
    )
    n_places = len({one.place for one in found.leaders})
    chart = Chart(parts.leaders_chart(found), height=34 * n_places + 50)
    return Box([Fragment(leaders, act), chart], tag="section", classes="card pad stack")


def _played_back(view: SeatView, found: Seen, at: int, set_at: Callable[[int], None]) -> Any:
    """The world at the quarter of play that a slider stands at."""
    lines = [line.text for line in headlines(found.result, view.decided, [found.quarters[at]], seat=found.seat)]
    return Box(
        [
            Fragment(el("h2", _("Play it back"))),
            Replay([quarter_text(q) for q in found.quarters], at, set_at, label=_("Quarter")),
            Fragment(parts.moment_card(found, at, lines)),
        ],
        tag="section",
        classes="card pad stack",
    )


def _questions(view: SeatView) -> Markup | None:
    """What a group may talk about now, where the scenario's card says so."""
    card = view.scenario.card
    if card is None:
        return None
    asked = el("ol", [el("li", _(question)) for question in card.questions])
    return el("section", el("h2", _("To talk about")), asked, class_="card pad stack")


def _python(view: SeatView, found: Found | None, effect: Any) -> Markup:
    """The same numbers in Python, once the game is over: the worlds that they name tell the seed, and so the future.

    ``found`` None: the numbers are of a model that is not installed, and only its version can be named.
    """
    version = None if view.shown_from == "replay" else el("p", parts.version_words(view.model, model_version()), class_="sub")
    if found is None:
        return el("section", el("h2", _("Reproduce this in Python")), version, class_="card pad stack")
    if view.phase != "ended":
        words = _("When the game is over, a few lines of Python stand here that give the identical numbers.")
        return el("section", el("h2", _("Reproduce this in Python")), el("p", words, class_="sub"), class_="card pad stack")
    name = f"policygame-{view.code}.json"
    chosen = effect if effect is not None else (found.decisions[0] if found.decisions else None)
    text = reproduce_lines(found, name, chosen)
    note = _("The same numbers, to the last bit, on the same machine. The file is what Hand in downloads.")
    return el(
        "section",
        el(
            "div",
            el("h2", _("Reproduce this in Python")),
            el("button", _("Copy"), class_="btn sm", type="button", data_copy="python"),
            class_="between",
        ),
        version,
        el("p", note, class_="sub"),
        el("pre", el("code", text, id="python"), class_="code scrollx", tabindex="0"),
        class_="card pad stack",
    )
