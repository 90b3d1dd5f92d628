"""The desk: levers and treasury at the left, what the draft would do and the headlines at the right, the world in tabs below.

On a phone each of these is a page of its own (``place``), with what is left to spend and Submit at the bottom.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import solara

from policygame.catalogue import JURISDICTIONS, TECHNOLOGIES
from policygame.errors import UserError
from policygame.game import SeatView
from policygame.game.commands import Predict, Refused, SubmitDecision
from policygame.game.outlook import Answer
from policygame.game.treasury import bill
from policygame.game.turns import Calendar
from policygame.web.components import refusal, turn_pips
from policygame.web.help import help_name
from policygame.web.hosted import host
from policygame.web.icons import icon
from policygame.web.markup import Markup, el, join
from policygame.web.pages.desk.draft import Draft
from policygame.web.pages.desk.effect import EffectPanel, mandate_count, mandate_marks
from policygame.web.pages.desk.guide import Guide
from policygame.web.pages.desk.levers import LeverPanel
from policygame.web.pages.desk.money import purse_bar, purse_dock, purses
from policygame.web.pages.desk.news import HeadlinesCard, More, fresh_headlines
from policygame.web.pages.desk.predict import predict_card
from policygame.web.pages.desk.role import controls, item_word
from policygame.web.pages.desk.saving import Saver
from policygame.web.pages.desk.series import strip
from policygame.web.pages.desk.tabs import WorldTabs
from policygame.web.pages.desk.worlds import AT_ONCE_QUARTERS, ahead_of, use_outlooks
from policygame.web.pages.end_here import EndHere
from policygame.web.shell import NavItem, Shell, nav_link, notice, top_bar
from policygame.web.text import _
from policygame.web.vue import Box, Fragment

__all__ = ["Desk", "half_words"]


def half_words(view: SeatView) -> str:
    """When the turn is, in words."""
    calendar = Calendar.of(view.scenario)
    first = calendar.begins(view.turn)
    if calendar.quarters_per_turn == 2 and first.number in (1, 3) and calendar.length(view.turn) == 2:
        return (_("{year}, first half") if first.number == 1 else _("{year}, second half")).format(year=first.year)
    return f"{first.year} Q{first.number}"


def navigation(view: SeatView, news: int) -> list[NavItem]:
    """The entries at the bottom of a phone."""
    root = f"/play/{view.code}"
    return [
        NavItem("decide", _("Decide"), root, "decide"),
        NavItem("effect", _("Effect"), f"{root}/effect", "effect"),
        NavItem("world", _("World"), f"{root}/world", "world"),
        NavItem("news", _("News"), f"{root}/news", "news", str(news) if news else ""),
        NavItem("more", _("More"), f"{root}/more", "more"),
    ]


@solara.component
def Desk(view: SeatView, token: str | None, place: str, tab: str) -> None:
    """The page of a seat whose turn it is; ``place`` is what a phone shows of it, ``tab`` the tab of the world."""
    seat = view.seat
    assert seat is not None
    force = view.in_force[seat]
    state, set_state = solara.use_state(Draft.of(view.quarter, force, view.draft))
    asking, ask = solara.use_state(False)
    refused, set_refused = solara.use_state(None)
    chosen, choose = solara.use_state("wait")
    far, set_far = solara.use_state(ahead_of(view) <= AT_ONCE_QUARTERS)
    seen_news, set_seen_news = solara.use_state(place == "news")
    saver: Saver = solara.use_memo(lambda: Saver(view.game_id, token, seat, view.turn), [])
    known = solara.use_ref(tuple(view.draft or ()))
    still: SeatView = solara.use_memo(
        lambda: view, []
    )  # the world does not change within a turn; what is drawn of it is not drawn again
    shown = solara.use_memo(lambda: controls(view.scenario, seat), [])
    series = solara.use_memo(lambda: strip(view.scenario, seat), [])
    position = host().position(view.game_id)
    drawn = solara.use_memo(lambda: bill(position, seat, state.policy), [state.lines])
    prices = solara.use_memo(lambda: _prices(view, position), [])
    headlines = solara.use_memo(lambda: fresh_headlines(view), [])
    outlooks = use_outlooks(view, seat, state.policy, tuple(one.series for one in series), far)
    present = Calendar.of(view.scenario).quarters_before(view.turn)
    answer: Answer | None = outlooks.answer
    if answer is not None and answer.request.present != present:
        answer = None
    spent, drafted = purses(drawn, answer), bool(state.settings)

    def adopt() -> None:
        """Take over a draft that another tab of the same person saved; what this tab saved itself is no news."""
        theirs = tuple(view.draft or ())
        news = theirs != known.current and not saver.saved(theirs)
        known.current = theirs
        if news and theirs != state.lines and not saver.waiting and state.held is None:
            set_state(Draft.of(view.quarter, force, theirs))

    solara.use_effect(adopt, [view.draft])

    def make_change(make: Callable[[Draft], Draft]) -> None:
        def next_of(old: Draft) -> Draft:
            new = make(old)
            outlooks.ask(new.policy)
            if (new.held is None and new.lines != old.lines) or (old.held is not None and new.held is None):
                saver.save(new.lines)
            return new

        set_refused(None)
        set_state(next_of)

    change: Callable[[Callable[[Draft], Draft]], None] = solara.use_memo(lambda: make_change, [])

    def submit(above: bool | None = None) -> None:
        saver.flush()  # so that who changes their mind finds it again
        ask(False)
        try:
            if above is not None:
                host().act(view.game_id, token, Predict(seat=seat, turn=view.turn, above=above))
            host().act(view.game_id, token, SubmitDecision(seat=seat, turn=view.turn, lines=state.lines))
        except Refused as error:
            saver.save(state.lines)
            set_refused(error)
            return
        except UserError as error:
            notice("refused", _("Nothing was sent."), str(error))

    def act(name: str, value: str) -> None:
        if name == "submit":
            if view.asks_predictions and drawn.over() is None:
                ask(True)
            else:
                submit()
        elif name == "predict":
            submit({"above": True, "below": False}.get(value))
        elif name == "predict-cancel":
            ask(False)
        elif name == "shrink" and refused is not None and refused.line is not None:
            key, amount = refused.line, refused.amount or 0.0
            change(lambda now: now.set_amount(key, amount, {}))
        elif name == "undo":
            change(Draft.undo)
        elif name == "redo":
            change(Draft.redo)
        elif name == "reset":
            change(Draft.reset)
        elif name == "metric" and any(one.id == value for one in series):
            choose(value)
        elif name == "far":
            set_far(value == "far")
        elif name == "ask-again":
            outlooks.ask(state.policy)

    latest = solara.use_ref(act)
    latest.current = act
    # the same function at every drawing, so that a part whose values stand is not drawn again for it
    heard: Callable[[str, str], None] = solara.use_memo(lambda: lambda name, value: latest.current(name, value), [])

    if place == "news" and not seen_news:
        set_seen_news(True)
    levers: list[Any] = [
        Fragment(join([purse_bar(spent), _steps(state, state.lines == tuple(view.draft or ()))]), heard, classes="dtop"),
        LeverPanel(still, seat, shown, state, drawn, spent, answer, prices, change, False),
    ]
    top = Fragment(join([_refused(refused), predict_card(view) if asking else None]), heard, classes="asking")
    decide = Box(levers, tag="section", classes="card decide", aria_label=_("Levers"))
    panel = EffectPanel(still, drafted, answer, outlooks.pending, outlooks.error, series, chosen, far, heard)
    effect = Box([panel], classes="seffect")
    news = Box([HeadlinesCard(still, headlines)], classes="snews")
    world = Box([WorldTabs(still, position, tab)], classes="sworld")
    more = Box([More(still), EndHere(view)], classes="smore")
    end = Box([EndHere(view)], classes="hide-s send")
    guide = Guide(view, state, lambda move: choose(next((one.id for one in series if one.series == move.series), chosen)))
    grid = Box([decide, effect, news, world, more], classes="deskgrid")
    Shell(
        _("{place}, turn {turn}").format(place=_(JURISDICTIONS[seat].name), turn=view.turn),
        bar=_bar(view, seat, mandate_marks(answer, series, drafted), mandate_count(answer, series, drafted)),
        children=[Box([top, guide, grid, end], classes=f"desk at-{place}")],
        nav=navigation(view, 0 if seen_news else len(headlines)),
        current=place,
        on_act=heard,
        dock=el("div", el("div", purse_dock(spent["packaging"])), _submit_button(_("Submit")), class_="dockin"),
    )


def _prices(view: SeatView, position: Any) -> dict[str, float]:
    """Today's price of a wafer of each technology, USD."""
    world = position.view(view.seat)
    return {name: float(world.price_usd(name)[0]) for name in TECHNOLOGIES if name in view.scenario.technologies}


def _submit_button(words: str) -> Markup:
    return el("button", words, class_="btn strong lg", type="button", data_act="submit")


def _bar(view: SeatView, seat: str, marks: Markup, count: Markup) -> Markup:
    decided = sum(info.decided for info in view.seats if info.holder == "person")
    people = sum(info.holder == "person" for info in view.seats)
    turn = el(
        "div",
        el("span", _("Turn {turn} of {turns}").format(turn=view.turn, turns=view.turns), class_="sub nw"),
        el("b", half_words(view), class_="nw"),
        turn_pips(view.turn, view.turns),
        class_="turnbox",
    )
    others = None
    if people > 1:
        others = el("span", _("{n} of {people} have decided").format(n=decided, people=people), class_="sub nw hide-s")
    middle = join(
        [
            el("i", class_="vr hide-m"),
            el("div", marks, class_="hide-m"),
            el("i", class_="vr hide-s"),
            el("div", turn, class_="hide-s"),
            others,
            el("div", count, class_="phoneonly"),
        ]
    )
    links = join(
        [
            nav_link(f"/play/{view.code}/briefing", _("Briefing"), class_="btn ghost hide-m"),
            el("span", _submit_button(_("Submit decisions")), class_="hide-s"),
        ]
    )
    wide = _("{title}, {code}").format(title=_(view.scenario.title), code=view.code)
    half = half_words(view).replace(_(", first half"), " H1").replace(_(", second half"), " H2")
    phone = _("Turn {turn} of {turns}, {when}").format(turn=view.turn, turns=view.turns, when=half)
    subtitle = join([el("span", wide, class_="hide-s"), el("span", phone, class_="phoneonly")])
    return top_bar(_(JURISDICTIONS[seat].name), subtitle, place=seat, middle=middle, right=links)


def _steps(draft: Draft, saved: bool) -> Markup:
    """Undo, redo, and back to what is in force."""

    def button(act: str, words: str, possible: bool, mark: str | None = None, flip: bool = False) -> Markup:
        drawn = el("span", icon(mark), class_="flip" if flip else None) if mark else None
        name = el("span", words, class_="iconword") if mark else words
        return el("button", drawn, name, class_="btn sm", type="button", title=words, data_act=act, disabled=not possible)

    n = len(draft.settings)
    told = _("Nothing changed yet.") if n == 0 else (_("{n} changed, saved") if saved else _("{n} changed")).format(n=n)
    return el(
        "div",
        el("span", told, class_="sub grow"),
        button("undo", _("Undo"), bool(draft.past), "undo"),
        button("redo", _("Redo"), bool(draft.future), "undo", flip=True),
        button("reset", _("Reset to in force"), bool(draft.settings)),
        class_="row steps",
    )


def _refused(error: Refused | None) -> Markup | None:
    """Why nothing was sent, and the button that mends it."""
    if error is None:
        return None
    actions = []
    if error.line is not None:
        lever, item = error.line
        words = _("Set {lever}, {item} to {amount}").format(
            lever=help_name("lever", lever), item=item_word(item), amount=f"{error.amount or 0:g}"
        )
        actions.append(("shrink", words))
    return refusal(_("Not sent."), str(error), actions)
