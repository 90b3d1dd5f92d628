"""The bot that does nothing: the measure of all others. What a scenario's history had decided before play stays in force."""

from __future__ import annotations

from policygame.bots.common import Bot, Desk


def leave_it(desk: Desk) -> None:
    """No orders, whatever the desk shows."""


LAISSEZ_FAIRE = Bot(
    "laissez-faire",
    "Leaves the industry alone: no grants, no controls, no pacts, and a purse that fills.",
    leave_it,
)
