"""The bot that seeks company: pacts with allies who answer, a ceiling that it keeps, research and people before deep grants."""

from __future__ import annotations

import numpy as np

from policygame.bots.common import Bot, Desk, ramp, shortage, tightness

CEILING = 0.25
"""The highest grant rate that it offers to keep to, and keeps to."""
INVITES_EVERY = 4
"""Turns between invitations to those who have not answered."""
FIXED_PART = 0.7


def build_alliances(desk: Desk) -> None:
    """Offer pacts to all allies in the first turn and every fourth, else to who answers; the shorter chips are, the wider."""
    view = desk.view
    short = ramp(shortage(view), 0.0, 0.35)
    invites = 1.0 if view.turn % INVITES_EVERY == 0 else 0.0
    wide = {
        "pooled_capacity": 0.2 + 0.3 * short,
        "subsidy_ceiling": CEILING + 0.0 * short,
        "shared_rnd": 0.3 + 0.4 * short,
    }
    for ally in view.allies:
        if ally in view.others:
            for clause, share in wide.items():
                answers = (view.offer(clause, ally) > 0.0).astype(float)
                desk.set("alliance", clause, share * np.maximum(answers, invites), places=(ally,))
    tight = {technology: tightness(view, technology) for technology in desk.technologies}
    weights = {("packaging_rnd", technology): 0.1 + (0.2 + 0.4 * short) * t for technology, t in tight.items()}
    weights[("workforce", "packaging")] = 0.1 + 0.4 * ramp(view.labour_use, 0.9, 1.1)
    desk.fund(desk.budget_musd(FIXED_PART), weights)
    desk.grant_or_credit({technology: 0.3 + 0.7 * t for technology, t in tight.items()}, ceiling=CEILING)


ALLIANCE_BUILDER = Bot(
    "alliance-builder",
    "Offers pacts to its allies and keeps them with those who answer; pays for research and people, and little for grants.",
    build_alliances,
)
