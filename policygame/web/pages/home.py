"""The start: go on with a game, join one with a code, or open one of three doors - alone, together, as an assignment."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, get_args
from urllib.parse import parse_qs, urlencode

import solara

from policygame.catalogue import JURISDICTIONS
from policygame.errors import UserError
from policygame.web.components import Address
from policygame.web.hosted import host, shelf
from policygame.web.identity import Tokens, use_tokens, valid_code
from policygame.web.markup import Markup, el, join
from policygame.web.pages.assign import drawn_world
from policygame.web.pages.river import river, river_figures
from policygame.web.pages.setup import Choice, Door, assignment_path, first_minutes, read_choice, seed_of, setup_panel
from policygame.web.palette import css_name, jurisdiction_token
from policygame.web.shell import Shell, link, nav_link, notice, top_bar, use_go
from policygame.web.text import _, n_
from policygame.web.vue import Box, Fragment

__all__ = ["Home"]

MOST_CONTINUED = 4


@solara.component
def Home() -> None:
    """The page."""
    tokens, go = use_tokens(), use_go()
    choice, set_choice = solara.use_state(None)
    refused, set_refused = solara.use_state("")
    made, set_made = solara.use_state("")
    code, set_code = solara.use_state("")

    def begin(query: str) -> None:
        chosen = read_choice(choice, query)
        set_choice(chosen)
        try:
            seed = seed_of(chosen)
            if chosen.door == "assign":
                set_made(assignment_path(replace(chosen, seed=str(drawn_world() if seed is None else seed))))
                return
            entry = host().create(
                chosen.scenario,
                chosen.seat,
                chosen.player.strip() or _("Player"),
                seed=seed,
                bots=chosen.rivals,
                together=chosen.door == "together",
                predictions=chosen.predictions,
            )
        except (UserError, ValueError) as error:
            set_refused(str(error))
            return
        tokens.keep(entry.code, entry.token)
        go(f"/play/{entry.code}" if chosen.door == "together" else f"/play/{entry.code}/briefing")

    def act(name: str, value: str) -> None:
        door = next((one for one in get_args(Door) if one == value), None)
        if name == "door" and door is not None:
            set_choice(Choice(door))
            set_refused("")
            set_made("")
        elif name == "begin" and choice is not None:
            begin(value)
        elif name.startswith("choose-") and choice is not None:
            set_refused("")
            set_made("")
            set_choice(_changed(choice, name.removeprefix("choose-"), value))
        elif name == "join":
            typed = parse_qs(value).get("code", [""])[-1].strip().upper()
            set_code(typed)
            if not valid_code(typed) or host().find(typed) is None:
                notice("refused", _("No game has this code."), _("Ask whoever created the game to read it to you again."))
            else:
                go(f"/play/{typed}")

    parts: list[Any] = [
        Fragment(join([_hero(tokens, code), _picture()]), act, tag="section", classes="hero"),
        Fragment(_doors(choice.door if choice else None), act),
    ]
    if choice is not None:
        parts.append(Fragment(setup_panel(choice, refused=refused), act))
        if made:
            parts.append(_Made(made))
    parts.append(Fragment(_foot()))
    Shell(_("Start"), bar=top_bar("policygame", right=_top_links()), children=[Box(parts, classes="page home")], on_act=act)


def _changed(choice: Choice, field: str, value: str) -> Choice:
    """The choice with one field of the form changed."""
    if field == "predictions":
        return replace(choice, predictions=value == "true")
    return replace(read_choice(choice, urlencode({field: value})), predictions=choice.predictions)


def _top_links() -> Markup:
    return nav_link("/about", _("The model and its sources"), class_="hide-s")


def _hero(tokens: Tokens, code: str) -> Markup:
    form = el(
        "form",
        el("label", _("Join with a code"), for_="code", class_="b"),
        el(
            "div",
            el(
                "input",
                id="code",
                name="code",
                value=code,
                maxlength=5,
                autocomplete="off",
                autocapitalize="characters",
                spellcheck="false",
                class_="codefield",
                aria_describedby="code-help",
            ),
            el("button", _("Join"), class_="btn strong lg", type="submit"),
            class_="row",
        ),
        el("p", _("No account. If your connection drops, your seat waits for you."), class_="sub", id="code-help"),
        data_act="join",
        class_="joinform",
    )
    return el(
        "div",
        el("h2", _("The fabs are running."), el("br"), _("The chips still wait."), class_="claim"),
        el(
            "p",
            _(
                "Run a government through the packaging crunch of 2023. Spend, bargain, and see in two hundred parallel worlds what "
                "your policy changes."
            ),
            class_="lead",
        ),
        form,
        _continued(tokens),
    )


def _continued(tokens: Tokens) -> Markup | None:
    """The games in which this browser holds a seat, the newest first."""
    cards = []
    for code in reversed(tokens.codes()):
        found = host().find(code)
        if found is None or len(cards) == MOST_CONTINUED:
            continue
        try:
            game = host().game(found.id)
        except UserError as error:  # its scenario is gone, say: who sat there cannot be read, and the page shows all others
            cards.append(_cannot_open(code, str(error)))
            continue
        seat = game.seat_of(tokens.get(code))
        if seat is None and not game.is_owner(tokens.get(code)):
            continue
        name = _(JURISDICTIONS[seat].name) if seat else _("Your game")
        if game.phase == "ended":
            state, button, path = _("{place}, ended"), _("Debrief"), f"/play/{code}/debrief"
        elif game.phase == "lobby":
            state, button, path = _("{place}, waiting to begin"), _("Continue"), f"/play/{code}"
        elif not game.same_model:
            state, button, path = _("{place}, of another version of the model"), _("Look back"), f"/play/{code}"
        else:
            state, button, path = _("{place}, turn {turn} of {turns}"), _("Continue"), f"/play/{code}"
        words = state.format(place=name, turn=game.turn, turns=game.turns)
        people = sum(one.holder == "person" for one in game.seats.values())
        about = _("{title}, game {code}, {people}.").format(
            title=_(game.scenario.title), code=code, people=n_("{n} person", "{n} people", people).format(n=people)
        )
        flag = el("i", class_="flag", style=f"--c:{css_name(jurisdiction_token(seat or ''))}")
        cards.append(
            el(
                "li",
                flag,
                el("div", el("b", words), el("div", about, class_="sub"), class_="grow"),
                nav_link(path, button, class_="btn lg"),
                class_="card cont",
                data_key=f"game-{code}",
            )
        )
    return el("ul", cards, class_="conts", aria_label=_("Your games")) if cards else None


def _cannot_open(code: str, why: str) -> Markup:
    """A game of this browser that the installed program cannot read."""
    title = _("Game {code} cannot be opened").format(code=code)
    words = _("{why}. It is kept as it is, and opens again with the program that it was played with.").format(why=_sentence(why))
    return el(
        "li",
        el("div", el("b", title), el("div", words, class_="sub"), class_="grow"),
        class_="card cont",
        data_key=f"game-{code}",
    )


def _sentence(words: str) -> str:
    """Words of an error as a sentence begins, without its full stop."""
    return words[:1].upper() + words[1:].removesuffix(".")


def _picture() -> Markup:
    return el(
        "div",
        el(
            "div",
            el("h2", _("Wafers piled up in front of one stage")),
            el("span", _("2.5D packaging, 2023"), class_="sub nw"),
            class_="between wrap",
        ),
        river(),
        river_figures(),
        class_="card pad ill",
    )


def _doors(chosen: Door | None) -> Markup:
    time = _("From {minutes} minutes, stop any time").format(minutes=first_minutes())
    doors = (
        (
            "alone",
            _("Play alone"),
            _("Pick a government. Bots take the others."),
            time,
        ),
        (
            "together",
            _("Play together"),
            _("A code, and everybody decides at once from their own browser."),
            _("Bots fill empty seats"),
        ),
        (
            "assign",
            _("Assign"),
            _("A link that fixes scenario, government, world and rivals; marked by replay."),
            _("No programming"),
        ),
    )
    shown = [
        el(
            "button",
            el("span", title, el("span", "→", aria_hidden=True), class_="between doorhead"),
            el("span", words, class_="doorwords"),
            el("span", note, class_="sub mute"),
            class_="door",
            type="button",
            data_act="door",
            data_value=door,
            aria_expanded=chosen == door,
            aria_controls="setup" if chosen == door else None,
            data_key=f"door-{door}",
        )
        for door, title, words, note in doors
    ]
    about = nav_link(
        "/about",
        el("span", _("The model"), el("span", "→", aria_hidden=True), class_="between doorhead"),
        el("span", _("How it works, what it assumes, and where every number comes from."), class_="doorwords"),
        el("span", _("Sources beside the numbers"), class_="sub mute"),
        class_="door",
    )
    return el("section", shown, about, class_="card doors", aria_label=_("What to do"))


@solara.component
def _Made(path: str) -> None:
    """The link of an assignment, to copy."""
    head = join(
        [
            el("h2", _("The link")),
            el("p", _("Whoever opens it plays this game alone, and hands in the file that the debrief offers."), class_="sub"),
        ]
    )
    foot = join(
        [
            el("div", nav_link(path, _("Try it"), class_="btn"), class_="row"),
            el("p", _("World {n}, the same for all who open it.").format(n=path.rsplit("/", 2)[-2]), class_="sub"),
            el(
                "p",
                el("a", _("Check a hand-in"), href=link("/handin")),
                _(", or with: policygame replay FILE"),
                class_="sub mute",
            ),
        ]
    )
    parts = [Fragment(el("div", head, data_arrive=path)), Address(path, "made"), Fragment(foot, classes="stack")]
    Box(parts, tag="section", classes="card pad stack", aria_live="polite")


def _foot() -> Markup:
    return el(
        "footer",
        el("span", nav_link("/lab", _("Lab")), _(": result sets of experiments.")) if shelf() is not None else None,
        el("span", _("Teachers: "), el("a", _("Check a hand-in"), href=link("/handin")), "."),
        el("span", _("Works at 390 pixels, by keyboard, and without the internet.")),
        el("span", _("Every figure carries its source. Map: Natural Earth, public domain.")),
        class_="between wrap sub foot",
    )
