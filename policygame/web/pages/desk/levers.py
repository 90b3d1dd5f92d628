"""The levers of a role: a ledger in groups, each lever with its slider, whom it is aimed at, its terms, and what it costs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import solara

from policygame.catalogue import LEVERS, Quarter
from policygame.game.outlook import Answer
from policygame.game.treasury import Bill, purse_of
from policygame.game.turns import Calendar
from policygame.game.views import SeatView
from policygame.scenario import Setting
from policygame.scenario.setting import OptionValue, PolicyError
from policygame.web.components import Item, LeverRow
from policygame.web.help import help_name
from policygame.web.markup import Markup, classes, el
from policygame.web.pages.desk.draft import Draft, Key
from policygame.web.pages.desk.money import Costs, Purse, costs, lever_limit
from policygame.web.pages.desk.role import GROUPS, Control, item_word, partners
from policygame.web.pages.desk.terms import (
    changed_value,
    pact_sentence,
    places_row,
    places_shown,
    read_act,
    terms_form,
    terms_sentence,
)
from policygame.web.shell import notice
from policygame.web.text import _, number
from policygame.web.vue import Box, Fragment

__all__ = ["LeverPanel", "needed_terms"]

Change = Callable[[Callable[[Draft], Draft]], None]
"""Takes what makes the next draft of the present one."""
YEARS_PROMISED = 5


@dataclass(frozen=True)
class _Desk:
    """What a row of the panel needs, and nothing that may change without it: equal ones are not drawn again.

    ``draft`` holds the row's own lever; ``purses`` are there where money ends the slider, without what worlds expect.
    """

    view: SeatView
    seat: str
    draft: Draft
    quarters: int
    purses: Mapping[str, Purse]
    change: Change
    disabled: bool
    prices: Mapping[str, float]


def needed_terms(view: SeatView, seat: str, key: Key, prices: Mapping[str, float]) -> dict[str, OptionValue]:
    """Terms that a lever cannot do without, where nobody has chosen them yet: rivals, allies, today's price."""
    lever, item = key
    allies = view.scenario.jurisdictions[seat].allies
    if lever == "export_control":
        possible = partners(view.scenario, seat, lever)
        rivals = [p for p in possible if p not in allies and view.scenario.jurisdictions[p].government is not None]
        return {"on": tuple(rivals[:1] or possible[:1])}
    if lever == "alliance":
        possible = partners(view.scenario, seat, lever)
        return {"with": tuple(p for p in possible if p in allies) or possible[:1]}
    if lever == "purchase_commitment":
        return {"price": round(prices.get(item, 0.0)), "years": YEARS_PROMISED}
    return {}


@solara.component
def LeverPanel(
    view: SeatView,
    seat: str,
    shown: tuple[Control, ...],
    draft: Draft,
    bill: Bill,
    purses: Mapping[str, Purse],
    answer: Answer | None,
    prices: Mapping[str, float],
    change: Change,
    disabled: bool,
) -> None:
    """The ledger. On a phone one group is open at a time."""
    opened, open_group = solara.use_state(shown[0].group if shown else "")
    sure = {name: replace(purse, expected=0.0) for name, purse in purses.items()}

    def desk(control: Control) -> _Desk:
        own = draft.of_lever(control.lever)
        return _Desk(view, seat, own, bill.quarters, sure if control.fixed else {}, change, disabled, prices)

    spent = costs(shown, bill, answer)
    parts: list[Any] = [Fragment(_heads(), classes="onlywide")]
    for group, name, _levers in GROUPS:
        own = [control for control in shown if control.group == group]
        if not own:
            continue

        def fold(act: str, value: str) -> None:
            open_group("" if value == opened else value)

        rows = [_Row(desk(control), control, spent[control.lever]).key(control.lever) for control in own]
        head = _group_head(group, _(name), [spent[control.lever] for control in own], opened == group)
        parts.append(Fragment(head, fold, classes="ghead").key(f"head-{group}"))
        parts.append(Box(rows, classes=classes("gbody", shut=opened != group)).key(f"body-{group}"))
    parts.append(Fragment(_total(list(spent.values()))))
    Box(parts, classes="levers")


def _heads() -> Markup:
    heads = [_("Lever, and what it is set to"), _("Now"), _("Later")]
    return el("div", [el("span", words) for words in heads], class_="ledger lhead")


def _sum(of: list[Costs], what: str) -> str:
    values = [getattr(one, what) for one in of]
    known = [value for value in values if value is not None]
    return number(sum(known), 0) if known else "–"


def _group_head(group: str, name: str, of: list[Costs], opened: bool) -> Markup:
    told = _("{now} now, {later} later").format(now=_sum(of, "now"), later=_sum(of, "later"))
    button = el(
        "button",
        el("span", name, class_="b"),
        el("span", told, class_="sub"),
        el("i", class_=classes("chev", up=opened), aria_hidden=True),
        class_="gfold",
        type="button",
        aria_expanded=opened,
        data_act="fold",
        data_value=group,
    )
    return el("div", el("div", name, class_="grp"), button)


def _total(of: list[Costs]) -> Markup:
    return el(
        "div",
        el("span", _("In all"), " ", el("span", _("M USD; later is expected"), class_="sub", style="font-weight:400")),
        el("span", _sum(of, "now")),
        el("span", _sum(of, "later")),
        class_="ledger ltot",
    )


@solara.component
def _Row(desk: _Desk, control: Control, spent: Costs) -> None:
    draft = desk.draft
    set_items = [item for item in control.items if draft.amount((control.lever, item)) > 0]
    chosen, choose = solara.use_state((set_items or [*control.items])[0])
    opened, open_terms = solara.use_state(False)
    key = (control.lever, chosen)
    amount = draft.amount(key)
    high, limit = lever_limit(control, amount, desk.purses.get(purse_of(key)), desk.quarters)
    at_limit = limit is not None and amount > 0 and amount >= limit - control.step / 2

    def move(item: str, value: float, settled: bool) -> None:
        moved = (control.lever, item)
        needed = needed_terms(desk.view, desk.seat, moved, desk.prices)
        desk.change(lambda now: now.set_amount(moved, round(value, 6), needed, settled))

    def refuse(words: str) -> None:
        notice("refused", _("That cannot be set."), _("{words} Nothing was changed.").format(words=words))

    def act(name: str, value: str) -> None:
        if name == "terms":
            open_terms(not opened)
            return
        term = read_act(name, value, [control])
        if term is None:
            refuse(_("This is no term of {lever}.").format(lever=help_name("lever", control.lever)))
        elif not desk.disabled:
            _set_term(desk, control, term)

    row = LeverRow(
        control.lever,
        [
            Item(i, item_word(i), draft.amount((control.lever, i)), draft.amount_in_force((control.lever, i)))
            for i in control.items
        ],
        chosen,
        low=control.low,
        high=high,
        step=control.step,
        on_move=move,
        on_choose=choose,
        on_refuse=refuse,
        most=control.high,
        now_musd=spent.now,
        later_musd=spent.later,
        percent=control.percent,
        suffix=control.suffix,
        limit=limit,
        warning=_most_words(control, min(amount, limit or 0.0)) if at_limit else "",
        name=help_name("lever", control.lever),
        disabled=desk.disabled,
    )
    under = _under(desk, control, chosen, opened)
    below = Fragment(under if under is not None else Markup(""), act, classes=classes("lunder", none=under is None))
    Box([row, below], classes=classes("lrow", more=under is not None))


def _most_words(control: Control, most: float) -> str:
    """How much of a lever money allows, where that is what it is set to, or less."""
    if most <= 0.0:
        return _("The treasury can carry none of this.")
    return _("{amount} is all the treasury can carry.").format(amount=control.write(most))


def _under(desk: _Desk, control: Control, item: str, opened: bool) -> Markup | None:
    """Whom the lever is aimed at, and its terms."""
    key = (control.lever, item)
    setting = desk.draft.setting(key)
    if setting is None or setting.amount == 0:
        return None
    scenario, agreed = desk.view.scenario, _agreed(desk, item)
    told = terms_sentence(setting)
    if control.lever == "alliance":
        told = ". ".join(filter(None, (told, pact_sentence(setting, agreed))))
    words = _("Edit") if control.places is not None else _("Terms")
    button = el(
        "button",
        _("Close") if opened else words,
        el("span", " ", help_name("lever", control.lever), class_="vh"),
        class_="btn sm ghost tbtn",
        type="button",
        data_act="terms",
        aria_expanded=opened,
    )
    shown = places_shown(control, setting, agreed) if control.places is not None and not opened else []
    line = el("div", el("div", shown, el("span", told, class_="sub"), class_="row wrap"), button, class_="between")
    if not opened:
        return el("div", line)
    aims = None
    if control.places is not None:
        aims = places_row(control, item, setting, partners(scenario, desk.seat, control.lever), agreed)
    form = terms_form(control, item, setting, partners(scenario, desk.seat, "export_control"), _ends(desk.view))
    return el("div", line, aims, form)


def _agreed(desk: _Desk, item: str) -> list[str]:
    """Governments that offer the same pact to this one."""
    found = []
    for place, settings in desk.view.in_force.items():
        if any(s.key == ("alliance", item) and desk.seat in s.jurisdictions("with") for s in settings):
            found.append(place)
    return found


def _ends(view: SeatView) -> list[Quarter]:
    """Ends of turns, from this one on."""
    calendar = Calendar.of(view.scenario)
    return [calendar.last(turn) for turn in range(view.turn, calendar.turns + 1)]


def _set_term(desk: _Desk, control: Control, term: Any) -> None:
    key = (term.lever, term.item)
    setting: Setting | None = desk.draft.setting(key)
    standing = setting.options.get(term.option) if setting is not None else None
    try:
        value = changed_value(term, standing)
        if value is None and LEVERS[term.lever].options[term.option].required:
            desk.draft.set_amount(key, 0.0, {})
            desk.change(lambda now: now.set_amount(key, 0.0, {}))
            return
        desk.draft.set_option(key, term.option, value)  # says here what is wrong with it
    except PolicyError as error:
        notice("refused", _("That cannot be set."), " ".join(problem.message for problem in error.problems) + ".")
        return
    except (ValueError, OverflowError):  # an infinite number of years
        notice("refused", _("That is not a number."), _("Nothing was changed."))
        return
    desk.change(lambda now: now.set_option(key, term.option, value))
