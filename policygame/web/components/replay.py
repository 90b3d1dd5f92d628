"""A slider through the turns or quarters of what happened, with a button that plays it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import solara

from policygame.web.text import _
from policygame.web.vue import component, read_number

__all__ = ["Replay"]


@component("replay.vue")
def _Replay(
    labels: list[str] = [],  # noqa: B006
    at: int = 0,
    label: str = "",
    play: str = "",
    pause: str = "",
    event_moved: Callable[[Any], None] | None = None,
) -> Any: ...


@solara.component
def Replay(labels: Sequence[str], at: int, on_move: Callable[[int], None], *, label: str | None = None) -> None:
    """A slider over ``labels`` ("2023 Q4", "Turn 3"), standing at position ``at``; ``on_move(position)`` hears where it goes."""

    def moved(data: Any) -> None:
        place = read_number(data, "at")
        if place is not None and 0 <= int(place) < len(labels):
            on_move(int(place))

    _Replay(labels=list(labels), at=at, label=label or _("Moment"), play=_("Play"), pause=_("Pause"), event_moved=moved)
