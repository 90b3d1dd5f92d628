"""What a draft takes from the treasury, as the desk shows it: sure money from the bill, expected money from the worlds.

The bill is ``game.treasury``'s; what grants, purchases and credits may come to is read from an outlook's answer. Nothing here decides
whether a draft can be paid.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from policygame.catalogue import LEVERS
from policygame.game.outlook import Answer
from policygame.game.treasury import PURSES, Bill
from policygame.web.help import question
from policygame.web.markup import Markup, classes, el, join
from policygame.web.pages.desk.role import Control
from policygame.web.text import _, number

__all__ = ["Costs", "Purse", "costs", "lever_limit", "purse_bar", "purse_dock", "purses"]


@dataclass(frozen=True)
class Purse:
    """A purse in this turn, M USD: due is paid whatever is drafted, draft what it adds for sure, expected what worlds say it may take
    beside."""

    name: str
    money: float
    due: float
    draft: float
    expected: float

    @property
    def left(self) -> float:
        """What is sure to be left; below 0 where the draft cannot be paid."""
        return self.money - self.due - self.draft


@dataclass(frozen=True)
class Costs:
    """What a lever costs, M USD: in this turn and in the quarters after it that were looked at. None where no world has told yet."""

    now: float | None
    later: float | None


def purses(bill: Bill, answer: Answer | None) -> dict[str, Purse]:
    """Both purses by name."""
    expected = dict.fromkeys(PURSES, 0.0)
    for line in answer.outlay if answer is not None else ():
        lever = LEVERS[line.lever]
        if not lever.fixed_outlay and lever.purse in expected:
            expected[lever.purse] += line.now_musd
    found = {}
    for name in PURSES:
        sure = sum(line.sure_musd for line in bill.lines if line.purse == name and not line.changed)
        own = sum(line.sure_musd for line in bill.lines if line.purse == name and line.changed)
        found[name] = Purse(name, bill.money_musd[name], bill.due_musd[name] + sure, own, expected[name])
    return found


def costs(shown: tuple[Control, ...], bill: Bill, answer: Answer | None) -> Mapping[str, Costs]:
    """What each lever costs. Now is sure for what is paid every quarter, else the middle world's."""
    told = {line.lever: line for line in answer.outlay} if answer is not None else {}
    found = {}
    for control in shown:
        line = told.get(control.lever)
        now = None if answer is None else line.now_musd if line is not None else 0.0
        later = None if answer is None else line.later_musd if line is not None else 0.0
        if control.fixed:
            now = sum(one.sure_musd for one in bill.lines if one.key[0] == control.lever)
        found[control.lever] = Costs(now, later)
    return found


def lever_limit(control: Control, amount: float, purse: Purse | None, quarters: int) -> tuple[float, float | None]:
    """Where a slider ends, and where money does (None: it does not end on this slider).

    A lever that is paid every quarter ends at what the purse can carry, in whole steps; its slider a little later.
    """
    if purse is None or not control.fixed or quarters == 0:
        return control.high, None
    carried = max(amount + purse.left / quarters, 0.0)
    limit = int(carried / control.step + 1e-9) * control.step
    most = max(purse.money / quarters, amount)
    high = min(control.high, max(50.0, -(-most // 50.0) * 50.0))
    return high, min(limit, high) if limit < high else None


def _segments(purse: Purse, thin: bool) -> Markup:
    whole = max(purse.money, purse.due + purse.draft, 1e-9)
    over = max(0.0, -purse.left)
    expected = min(purse.expected, max(purse.left, 0.0))
    told = _("Already due {due}, draft {draft}, expected {expected}, left {left}, million US dollars").format(
        due=number(purse.due, 0), draft=number(purse.draft, 0), expected=number(expected, 0), left=number(purse.left, 0)
    )
    widths = [("due", purse.due), ("dr", max(0.0, purse.draft - over)), ("over", over), ("exp", expected)]
    parts = [el("i", class_=name, style=f"width:{100 * value / whole:.2f}%") for name, value in widths if value > 0]
    return el("div", parts, class_=classes("tbar", thin=thin), role="img", aria_label=told)


def purse_bar(shown: Mapping[str, Purse]) -> Markup:
    """The packaging purse large, the fab purse below it."""
    main, fab = shown["packaging"], shown["fab"]
    name = [_("Treasury"), " ", el("span", _("packaging, M USD"), class_="sub nw", style="font-weight:400")]
    figure = el("b", number(main.left, 0), class_=None if main.left >= 0 else "bad", style="font-size:17px", id="treasury-left")
    head = el(
        "div",
        el("div", el("h2", name), question("term", "treasury"), class_="row"),
        el(
            "div", figure, " ", el("span", _("left of {whole}").format(whole=number(main.money, 0)), class_="sub nw"), class_="nw"
        ),
        class_="between",
    )
    marks = [("due", _("Already due"), main.due), ("dr", _("Draft"), main.draft), ("exp", _("Expected"), main.expected)]
    key = [
        el("span", el("i", class_=f"sw k-{css}"), words, el("b", number(value, 0)))
        for css, words, value in marks
        if value > 0 or css != "exp"
    ]
    small = el(
        "div",
        el("span", _("Fab purse"), class_="sub nw"),
        _segments(fab, True),
        el("span", el("b", number(fab.left, 0)), " ", _("of {whole}").format(whole=number(fab.money, 0)), class_="sub nw"),
        class_="fabpurse",
    )
    return el(
        "div",
        head,
        el("div", _segments(main, False), style="margin:6px 0"),
        el("div", key, class_="key"),
        small,
        class_="tre pad",
    )


def purse_dock(purse: Purse) -> Markup:
    """The packaging purse in two lines, for the bottom of a phone."""
    figure = el(
        "span",
        el("b", number(purse.left, 0), class_=None if purse.left >= 0 else "bad"),
        " ",
        el("span", _("of {whole} M").format(whole=number(purse.money, 0)), class_="sub"),
    )
    head = el("div", el("span", _("Left to spend"), class_="sub"), figure, class_="between", style="margin-bottom:5px")
    return join([head, _segments(purse, True)])
