"""The bot that believes in advanced packaging: grants and offtake for what is short, in step with the shortage, and pilot lines."""

from __future__ import annotations

from policygame.bots.common import Bot, Desk, highest, ramp, shortage, tightness
from policygame.model.arrays import Array

PILOT_PART = 0.4
"""Part of income that pilot lines may take; the rest is left to grants."""


def leaning(desk: Desk, short: Array) -> dict[str, Array]:
    """Technology -> (W,) 0 to 1: the slacker its lines are beside the tightest, the less; all the more so in a shortage."""
    tight = {technology: tightness(desk.view, technology) for technology in desk.technologies}
    top = highest(list(tight.values()))
    return {technology: 1.0 - (0.3 + 0.7 * short) * (top - t) for technology, t in tight.items()}


def back_packaging(desk: Desk) -> None:
    """Grants from a third of the bound up to all of it as fill falls to 65 %, offtake alike; they follow tight lines. Pilot lines."""
    if not desk.technologies:
        return
    short = ramp(shortage(desk.view), 0.0, 0.35)
    lean = leaning(desk, short)
    strength = 0.35 + 0.65 * short
    desk.grant_or_credit({technology: strength * lean[technology] for technology in lean}, priority=True)
    desk.pilot_lines(desk.budget_musd(PILOT_PART))
    for technology in lean:
        desk.promise(technology, strength * lean[technology])


PACKAGING_FIRST = Bot(
    "packaging-first",
    "Raises grants and promises to buy for advanced packaging when accelerators are short, where lines overflow; runs pilot lines.",
    back_packaging,
)
