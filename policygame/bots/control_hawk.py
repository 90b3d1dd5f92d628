"""The bot that fears rivals: controls that tighten as a rival gains in packaging or leading wafers, guarded grants at home."""

from __future__ import annotations

import numpy as np

from policygame.bots.common import TOLD, Bot, Desk, highest, ramp, shortage
from policygame.model.arrays import Array

CONTROLS = ("hbm", "tools", "advanced_logic")
WATCHED = ("interposer_2_5d", "hybrid_3d", "wafers_leading")
STOCKED = ("defence", TOLD)
STOCK_QUARTERS = 0.5
"""Quarters of orders here that it holds when it fears the most; a quarter of that when it fears nobody."""


def threat(desk: Desk, rival: str) -> Array:
    """(W,) 0 to 1: from a hundredth of the world's lines in a stage that matters, to a tenth."""
    view = desk.view
    known = {*view.technologies, "wafers_leading"}
    return highest([ramp(view.share(stage, rival), 0.01, 0.10) for stage in WATCHED if stage in known] or [0.0 * shortage(view)])


def contain(desk: Desk) -> None:
    """Controls on all who are no allies, never looser than they are or than the rival's own; guarded grants; a stockpile."""
    view = desk.view
    rivals = [place for place in view.others if place not in view.allies]
    threats = {rival: threat(desk, rival) for rival in rivals}
    for item in CONTROLS:
        standing = {
            rival: np.maximum(view.control(item, view.government, rival), view.control(item, rival, view.government))
            for rival in rivals
        }
        # one strength for all that are feared, as a decision states it: the strictest that any of them calls for
        strictest = highest([0.0 * shortage(view), *threats.values(), *standing.values()])
        for rival in rivals:
            feared = (threats[rival] > 0.0) | (standing[rival] > 0.0)
            desk.set("export_control", item, strictest * feared, places=(rival,))
    fear = highest([0.0 * shortage(view), *threats.values()])
    strength = 0.3 + 0.4 * fear + 0.3 * ramp(shortage(view), 0.0, 0.35)
    desk.grant_or_credit(dict.fromkeys(desk.technologies, strength), guardrail=rivals, priority=True)
    for segment in STOCKED:
        if segment in view.segments:
            desk.stock(segment, STOCK_QUARTERS * (0.25 + 0.75 * fear))


CONTROL_HAWK = Bot(
    "control-hawk",
    "Tightens export controls as rivals gain ground, never loosens them, builds at home behind guardrails and fills a stockpile.",
    contain,
)
