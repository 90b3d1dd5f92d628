"""The bot that believes in wafers: all capital support goes to fabs, more of it the fuller they run."""

from __future__ import annotations

from policygame.bots.common import FAB, Bot, Desk, highest, ramp

FABS = ("wafers_leading", "wafers_advanced", "wafers_mature")
BASE = 0.25
"""Part of the bound that it offers even while fabs have slack: it believes in them."""


def back_fabs(desk: Desk) -> None:
    """Fab grants by node class and a credit on fabrication, rising from a quarter of the bound as lines fill from 70 to 100 %."""
    view = desk.view
    fabs = [stage for stage in FABS if stage in view.stages_here]
    want = {stage: BASE + (1.0 - BASE) * ramp(view.utilisation(stage), 0.7, 1.0) for stage in fabs}
    if not want:
        return
    most = view.bound("fab_grant")
    # a treasury that is almost empty says so, instead of promising what it cannot award
    solvent = ramp(desk.purse_musd[FAB] / desk.income_musd[FAB].clip(1e-9), 0.5, 2.0)
    desk.grant("fab_grant", {stage: most * w * solvent for stage, w in want.items()})
    desk.credit("fabrication", highest(list(want.values())))


FAB_FIRST = Bot(
    "fab-first",
    "Pays for wafer fabs, the more the fuller they run, and trusts that packaging will follow.",
    back_fabs,
)
