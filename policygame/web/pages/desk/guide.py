"""The guided first turn: a few short steps beside the desk. It follows what is done and can be skipped."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

import solara

from policygame.catalogue import LEVERS
from policygame.game import SeatView
from policygame.game.first_moves import Lesson, lesson
from policygame.game.wording import item_name
from policygame.web.help import help_name
from policygame.web.markup import Markup, el
from policygame.web.pages.desk.draft import Draft
from policygame.web.shell import nav_link
from policygame.web.text import _, number, percent
from policygame.web.vue import Fragment

__all__ = ["Guide", "move_words"]

MOST_REMEMBERED = 10_000
_skipped: OrderedDict[tuple[str, str | None], None] = OrderedDict()
"""Seats whose guide is done with, of this process: the same in every tab, and after a reload."""


def _skip(seat: tuple[str, str | None]) -> None:
    _skipped[seat] = None
    while len(_skipped) > MOST_REMEMBERED:
        _skipped.popitem(last=False)


def move_words(move: Lesson) -> str:
    """What to set, as somebody would say it: "Set packaging grant, 2.5D to 70 %."."""
    setting = move.setting
    unit = LEVERS[setting.lever].unit
    amount = percent(setting.amount) if unit.startswith("share") or unit == "strength" else f"{number(setting.amount)} {unit}"
    return _("Set {lever}, {item} to {amount}.").format(
        lever=help_name("lever", setting.lever).lower(), item=item_name(setting.item), amount=amount
    )


def _steps(view: SeatView, move: Lesson | None) -> list[tuple[str, str, str, str]]:
    """Id, title, words, and the page of a phone where it happens."""
    root = f"/play/{view.code}"
    return [
        (
            "look",
            _("Look where the chain binds"),
            _("One stage holds all the others up. More of any other only joins its queue."),
            f"{root}/world/chain",
        ),
        (
            "move",
            move_words(move).removesuffix(".") if move is not None else _("Move one lever"),
            _("Grey is in force, violet is your change. The bar above shows what is left."),
            root,
        ),
        (
            "read",
            _("Read the fan"),
            move.sentence
            if move is not None
            else _("Two hundred worlds with your draft, against the same worlds without. No world is the future of this game."),
            f"{root}/effect",
        ),
        ("send", _("Submit"), _("All governments decide at once. What you do not change stays in force."), root),
    ]


@solara.component
def Guide(view: SeatView, draft: Draft, on_read: Callable[[Lesson], None]) -> None:
    """The strip of the first turn. A step is done when its thing is done; ``look`` and ``read`` are done by pressing Next, and ``look``
    by moving a lever too.

    ``on_read`` is called with the scenario's first move, where it names one, when it is time to see what that does.
    """
    at, set_at = solara.use_state(0)
    move = lesson(view.scenario, view.seat) if view.seat is not None else None
    steps, seat = _steps(view, move), (view.game_id, view.seat)
    done = view.turn > 1 or seat in _skipped or at >= len(steps)
    step = at if done else max(at, _reached([one[0] for one in steps], draft, move))
    reading = not done and steps[step][0] == "read"

    def read() -> None:
        if reading and move is not None:
            on_read(move)

    solara.use_effect(read, [reading])
    if done:
        Fragment(el("span", hidden=True), classes="guide none")
        return

    def act(name: str, value: str) -> None:
        if name == "guide-skip" or step + 1 == len(steps):
            _skip(seat)
            set_at(len(steps))
        elif name == "guide-next":
            set_at(step + 1)

    Fragment(_strip(steps, step), act, tag="aside", classes="guide")


def _reached(steps: list[str], draft: Draft, move: Lesson | None) -> int:
    """The step that the draft alone has come to: whoever has moved a lever needs no step before that one, nor that one once it is done."""
    moving = steps.index("move")
    return moving + 1 if _made(draft, move) else moving if draft.settings else 0


def _made(draft: Draft, move: Lesson | None) -> bool:
    """Whether the step of moving a lever is done: the card's move if it names one, else any."""
    if move is None:
        return bool(draft.settings)
    return draft.held is None and abs(draft.amount(move.setting.key) - move.setting.amount) < 1e-9


def _strip(steps: list[tuple[str, str, str, str]], at: int) -> Markup:
    _id, title, words, path = steps[at]
    last = at == len(steps) - 1
    return el(
        "div",
        el("span", f"{at + 1}/{len(steps)}", class_="gnum"),
        el("div", el("b", title), " ", el("span", words, class_="sub"), class_="grow"),
        nav_link(path, _("Show me"), class_="btn sm onlyphone"),
        el("button", _("Done") if last else _("Next"), class_="btn sm", type="button", data_act="guide-next"),
        None if last else el("button", _("Skip the guide"), class_="btn sm ghost", type="button", data_act="guide-skip"),
        class_="row",
        role="status",
    )
