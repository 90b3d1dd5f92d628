"""The briefing: who you are, what you are judged on, what you can spend, the world in four pictures, and a first move."""

from __future__ import annotations

from typing import Any

import solara

from policygame.catalogue import JURISDICTIONS, LEVERS, MANDATE, TECHNOLOGIES
from policygame.errors import UserError
from policygame.game import SeatView
from policygame.game.first_moves import lesson
from policygame.game.ladder import Ladder
from policygame.game.treasury import PURSES, Bill, bill
from policygame.game.wording import item_name, quarter_text
from policygame.scenario import Policy
from policygame.web.charts import Bar, bars
from policygame.web.components import Chart, Figure, figures, skeleton
from policygame.web.help import question
from policygame.web.hosted import host
from policygame.web.identity import use_tokens
from policygame.web.kernel import use_future
from policygame.web.markup import Markup, el, join
from policygame.web.pages.desk.guide import move_words
from policygame.web.pages.other_model import other_model
from policygame.web.pages.relief import ask_ladder, binding_stage, relief_chart, relief_words, stage_word
from policygame.web.palette import jurisdiction_token
from policygame.web.shell import Shell, nav_link, top_bar
from policygame.web.text import _, number, percent
from policygame.web.vue import Box, Fragment

__all__ = ["Briefing"]

ADVANCED = ("interposer_2_5d", "hybrid_3d")
AI = "ai_accelerator"


@solara.component
def Briefing(code: str) -> None:
    """The page; for whoever holds a seat."""
    tokens = use_tokens()
    found = host().find(code)
    if found is None:
        raise UserError(_("No game has this code."))
    view = host().view(found.id, tokens.get(code))
    seat = view.seat
    if seat is None:
        words = el(
            "section",
            el("h2", _("A briefing is for a government.")),
            nav_link(f"/play/{code}", _("Take a seat"), class_="btn"),
            class_="card pad stack",
        )
        Shell(
            _("Briefing"),
            bar=top_bar(_("Briefing"), _(view.scenario.title)),
            children=[Box([Fragment(words)], classes="page narrow")],
        )
        return
    place = _(JURISDICTIONS[seat].name)
    drawn = bill(host().position(found.id), seat, Policy()) if view.derived else None
    subtitle = _("{title}, turn {turn} of {turns}").format(title=_(view.scenario.title), turn=view.turn, turns=view.turns)
    begin = nav_link(f"/play/{code}", _("Begin") if view.turn == 1 and view.playable else _("To the desk"), class_="btn strong")
    page: list[Any] = [
        *other_model(view),
        Fragment(_case(view, place), tag="section", classes="card pad stack wide"),
        Fragment(_mandate(view, seat), tag="section", classes="card pad stack"),
        Fragment(_treasury(view, seat, drawn), tag="section", classes="card pad stack"),
        *[Box([chart], tag="section", classes="card pad") for chart in _pictures(view, seat)],
        *(
            [Fragment(_move(view, seat, code), tag="section", classes="card pad stack wide")]
            if view.shown_from == "replay"
            else []
        ),
    ]
    Shell(
        _("Briefing, {place}").format(place=place),
        bar=top_bar(_("Briefing, {place}").format(place=place), subtitle, place=seat, right=el("span", begin, class_="hide-s")),
        children=[Box(page, classes="page brief")],
        dock=el("div", begin, class_="dockin"),
    )


def _case(view: SeatView, place: str) -> Markup:
    return join(
        [
            el("h2", _("Your government: {place}.").format(place=place)),
            el(
                "p",
                _(
                    "An AI chip is not finished when its wafer is. Dies, stacks of memory and a substrate must still be joined on a "
                    "packaging line that somebody built years before. In this world the fabs run, and chips wait for a place on such "
                    "a line. Every turn you set what your government pays for and what it forbids; the other governments do the "
                    "same, sealed, at the same time."
                ),
            ),
            el("p", _(view.scenario.summary), class_="sub"),
            _goals(view),
        ]
    )


def _goals(view: SeatView) -> Markup | None:
    """What the scenario is there to show, where its card says so."""
    card = view.scenario.card
    if card is None:
        return None
    goals = el("ul", [el("li", _(goal)) for goal in card.goals])
    return el("div", el("h3", _("What you will find out")), goals, class_="stack")


def _mandate(view: SeatView, seat: str) -> Markup:
    role = view.scenario.jurisdictions[seat].government
    assert role is not None
    weights = {part: role.mandate[part].value for part in MANDATE if part in role.mandate}
    heaviest = max(weights.values())
    rows = [
        [
            el("dt", _(MANDATE[part].name), title=_(MANDATE[part].sentence)),
            el(
                "dd",
                el("div", class_="bar", style=f"width:{round(100 * weight / heaviest)}%"),
                el("div", _(MANDATE[part].sentence), class_="sub"),
            ),
            el("dd", el("b", number(weight)), class_="r"),
        ]
        for part, weight in sorted(weights.items(), key=lambda pair: -pair[1])
    ]
    return join(
        [
            el("h2", _("What you are judged on"), question("term", "score")),
            el("p", _("Weights of your mandate; they add to {total}.").format(total=number(sum(weights.values()))), class_="sub"),
            el("dl", rows, class_="weights"),
        ]
    )


def _treasury(view: SeatView, seat: str, drawn: Bill | None) -> Markup:
    """What comes in and what is there; ``drawn`` None: what is there is not known without a run of the model."""
    role = view.scenario.jurisdictions[seat].government
    assert role is not None
    yearly = {"packaging": role.packaging_income_musd_per_year.value, "fab": role.fab_income_musd_per_year.value}
    names = {"packaging": _("For packaging"), "fab": _("For fabs")}
    shown = [
        Figure(
            names[purse],
            number(drawn.available_musd(purse)),
            _("M USD this turn"),
            _("{n} a year comes in").format(n=number(yearly[purse])),
        )
        if drawn is not None
        else Figure(names[purse], number(yearly[purse]), _("M USD a year come in"))
        for purse in PURSES
    ]
    levers = ", ".join(_(LEVERS[lever].name) for lever in LEVERS if lever in role.levers)
    standing = view.in_force[seat]
    force = [el("li", f"{_(LEVERS[s.lever].name)}: {item_name(s.item)}, {_amount(s.lever, s.amount)}") for s in standing]
    return join(
        [
            el("h2", _("What you can spend"), question("term", "treasury")),
            figures(shown),
            el("p", el("b", _("Your levers: ")), levers, ".", class_="sub"),
            el("div", el("b", _("In force already")), el("ul", force)) if force else None,
        ]
    )


def _amount(lever: str, amount: float) -> str:
    unit = LEVERS[lever].unit
    return percent(amount) if unit.startswith("share") or unit == "strength" else f"{number(amount)} {unit}"


def _pictures(view: SeatView, seat: str) -> list[Any]:
    """The world in four pictures; each title is a finding of this world."""
    result = view.result
    shares = _shares_2_5d(view)
    leader, most = shares[0]
    first = Chart(
        bars(
            [Bar(_(JURISDICTIONS[name].name), share, jurisdiction_token(name)) for name, share in shares if share > 0.0],
            unit="%",
            write=lambda v: f"{number(v, 0)} %",
        ),
        height=30 * max(sum(share > 0 for _n, share in shares), 1) + 16,
    )
    weeks = [float(v) for v in result.array("lead_time_weeks", item=AI)[:, 0]]
    quarters = [quarter_text(q) for q in result.quarters]
    second = Chart(
        bars(
            [Bar(q, w, "@ink2") for q, w in zip(quarters, weeks, strict=True)],
            unit=_("weeks"),
            ordered=True,
            write=lambda v: number(v, 0),
        ),
        height=30 * len(quarters) + 16,
    )
    receive = [
        (name, float(result.array("compute_received_kh100e", f"country:{name}")[-1, 0])) for name in view.scenario.jurisdictions
    ]
    total = sum(value for _name, value in receive) or 1.0
    fourth = Chart(
        bars(
            [
                Bar(_(JURISDICTIONS[name].name), 100 * value / total, jurisdiction_token(name))
                for name, value in receive
                if value > 0.0
            ],
            unit="%",
            write=lambda v: f"{number(v, 0)} %",
        ),
        height=30 * max(sum(value > 0 for _n, value in receive), 1) + 16,
    )
    own = next((share for name, share in shares if name == seat), 0.0)
    titles = (
        (
            _("{place}: {most} % of the world's 2.5D lines. You: {own} %.").format(
                place=_(JURISDICTIONS[leader].name), most=number(most, 0), own=number(own, 0)
            ),
            ("metric", "packaging_capacity_kwpm"),
        ),
        (_("A buyer of AI accelerators waits {weeks} weeks.").format(weeks=number(weeks[-1], 0)), ("metric", "lead_time_weeks")),
        (_("Who receives the compute that is finished."), ("metric", "compute_received_kh100e")),
    )
    drawn = [
        Box([Fragment(el("h2", title, question(*asks))), chart], classes="stack")
        for (title, asks), chart in zip(titles, (first, second, fourth), strict=True)
    ]
    return [drawn[0], drawn[1], _Relief(view), drawn[2]]


@solara.component
def _Relief(view: SeatView) -> None:
    """What holds everything up: the stage of which one per cent more is worth most, not the one that is fullest."""
    ahead = view.derived and view.phase != "ended"
    told = use_future((lambda: ask_ladder(view)) if ahead else None, (view.game_id, view.turn, ahead))
    found: Ladder | None = told.value
    if found is None:
        words = told.problem or _("Asking other worlds what one per cent more of each stage is worth.")
        waits = told.problem or not ahead
        body = el("p", words if ahead else _("What each stage was worth is told while the game lasts."), class_="sub")
        head = el("h2", _("What holds everything up"), question("term", "ladder"))
        Box([Fragment(join([head, body if waits else skeleton(words, height_px=160)]))], classes="stack")
        return
    binding = binding_stage(found)
    title = (
        _("{stage} holds everything up.").format(stage=stage_word(binding)) if binding else _("No one stage holds everything up.")
    )
    note = _("Bars: accelerators gained by one per cent more of a stage. {words}").format(words=relief_words(found))
    head = join([el("h2", title, question("term", "ladder")), el("p", note, class_="sub")])
    Box([Fragment(head), Chart(relief_chart(found), height=30 * len(found.rungs) + 16)], classes="stack")


def _whole(value: float) -> str:
    return number(value, 0)


def _shares_2_5d(view: SeatView) -> list[tuple[str, float]]:
    """Jurisdictions with their shares of 2.5D capacity by site, per cent, the largest first."""
    series = [e for e, item in view.result.series("packaging_capacity_kwpm") if item == ADVANCED[0] and e.startswith("country:")]
    held = [
        (e.removeprefix("country:"), float(view.result.array("packaging_capacity_kwpm", e, ADVANCED[0])[-1, 0])) for e in series
    ]
    total = sum(value for _name, value in held) or 1.0
    return sorted(((name, 100 * value / total) for name, value in held), key=lambda pair: -pair[1])


def _move(view: SeatView, seat: str, code: str) -> Markup:
    """A first move: the one that the scenario's card shows to work, else how to look for one."""
    move = lesson(view.scenario, seat)
    if move is not None:
        told, why = move_words(move), move.sentence
    else:
        told = _("Pull one lever for {technology} up, and watch when violet leaves grey.").format(
            technology=_(TECHNOLOGIES[ADVANCED[0]].name)
        )
        why = _(
            "Firms build only what they expect to fill, and a site takes years: small sums often change nothing. Look to the end."
        )
    return join(
        [
            el("h2", _("A first move")),
            el("p", el("b", told), " ", why),
            el(
                "p",
                _(
                    "The fan shows two hundred worlds with it and the same worlds without. Nothing is sent until you press Submit."
                ),
                class_="sub",
            ),
            el(
                "div",
                nav_link(f"/play/{code}", _("Begin") if view.turn == 1 else _("To the desk"), class_="btn strong lg"),
                class_="row",
            ),
        ]
    )
