"""A lever's row: name and ``?``, what it costs now and later, chips that choose what it is aimed at, and the slider.

The row shows values and hands back where the slider was moved; whether that may be, and what it costs, is for others to say.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import solara

from policygame.web.help import help_name
from policygame.web.palette import css_name, stage_token
from policygame.web.text import _, number
from policygame.web.vue import component, read_number, read_text

__all__ = ["Item", "LeverRow"]


@dataclass(frozen=True)
class Item:
    """What a lever can be aimed at: ``amount`` in the draft and ``force`` in force, in the lever's unit.

    ``stage`` gives the chip its colour; ``short`` is the chip's word.
    """

    id: str
    short: str
    amount: float
    force: float
    stage: str = ""


@component("lever.vue")
def _Lever(
    name: str = "",
    help: str = "",
    help_label: str = "",
    low: float = 0.0,
    high: float = 1.0,
    step: float = 0.01,
    scale: float = 1.0,
    digits: int = 0,
    suffix: str = "",
    limit: float | None = None,
    items: list[dict[str, Any]] = [],  # noqa: B006
    chosen: str = "",
    now: str = "",
    later: str = "",
    words: dict[str, str] = {},  # noqa: B006
    note: str = "",
    warning: str = "",
    disabled: bool = False,
    heard: int = 0,
    event_moved: Callable[[Any], None] | None = None,
    event_chose: Callable[[Any], None] | None = None,
) -> Any: ...


@solara.component
def LeverRow(
    lever: str,
    items: Sequence[Item],
    chosen: str,
    *,
    low: float,
    high: float,
    step: float,
    on_move: Callable[[str, float, bool], None],
    on_choose: Callable[[str], None],
    on_refuse: Callable[[str], None] | None = None,
    most: float | None = None,
    now_musd: float | None = None,
    later_musd: float | None = None,
    percent: bool = False,
    digits: int = 0,
    suffix: str = "",
    limit: float | None = None,
    note: str = "",
    warning: str = "",
    name: str | None = None,
    disabled: bool = False,
) -> None:
    """A row for ``lever`` (an id of the catalogue).

    ``items``: at least one; with more than one each is a chip and ``chosen`` is the one that the slider edits. ``low`` to ``high`` by
    ``step`` bound the slider, in the lever's unit; ``limit`` is where money ends (hatched beyond; the slider stops there).
    ``percent`` shows a share of one as per cent; else ``digits`` and ``suffix`` (as in " a quarter") write a value.
    ``on_move(item, amount, settled)`` hears a movement at most ten times a second, and once more with ``settled`` when it ends.
    ``on_refuse(words)`` hears why something was not taken that no slider sends: another item, or an amount outside ``low`` to ``most``
    (by default ``high``; a ``high`` that money moves may be overtaken by a movement under way, which then ends there).
    ``note`` is a line below; ``warning`` a line in red before it, as in "18 % is all the treasury can carry."
    """
    heard, set_heard = solara.use_state(0)
    known = {item.id: item.short for item in items}
    title = name or help_name("lever", lever)
    scale, unit = (100.0, " %") if percent else (1.0, suffix)
    top = high if most is None else max(most, high)
    other_item = _("{lever} can be set for {items}.").format(lever=title, items=", ".join(known.values()))

    def refuse(words: str) -> None:
        if on_refuse is not None:
            on_refuse(words)

    def moved(data: Any) -> None:
        item, amount = read_text(data, "item"), read_number(data, "amount")
        if item not in known:
            refuse(other_item)
        elif amount is None or not low <= amount <= top:
            words = _("{lever}, {item} goes from {low} to {high}.")
            least, largest = (f"{number(bound * scale, digits)}{unit}" for bound in (low, top))
            refuse(words.format(lever=title, item=known[item], low=least, high=largest))
        else:
            on_move(item, min(amount, high), bool(data.get("settled")))
        answer(data)

    def chose(data: Any) -> None:
        item = read_text(data, "item")
        if item in known:
            on_choose(item)
        else:
            refuse(other_item)
        answer(data)

    def answer(data: Any) -> None:
        """Say which movement or choice was heard last: with what it brought, so that no older value is taken for the answer."""
        told = read_number(data, "number")
        if told is not None:
            set_heard(int(told))

    _Lever(
        name=title,
        help=f"lever/{lever}",
        help_label=_("What is {thing}?").format(thing=title),
        low=low,
        high=high,
        step=step,
        scale=scale,
        digits=digits,
        suffix=unit,
        limit=limit,
        items=[
            {"id": i.id, "short": i.short, "amount": i.amount, "force": i.force, "colour": css_name(stage_token(i.stage or i.id))}
            for i in items
        ],
        chosen=chosen if chosen in known else items[0].id,
        now="" if now_musd is None else number(now_musd, 0),
        later="" if later_musd is None else number(later_musd, 0),
        words={
            "in_force": _("In force: {value}"),
            "unchanged": _("Unchanged"),
            "none": _("none"),
            "now": _("now"),
            "later": _("later"),
            "aims": _("{lever}: what for").format(lever=title),
            "spoken": _("{value}, in force {force}"),
        },
        note=note,
        warning=warning,
        disabled=disabled,
        heard=heard,
        event_moved=moved,
        event_chose=chose,
    )
