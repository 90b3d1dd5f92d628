"""The bot that seeks company: pacts with those who answer, a ceiling that it keeps, credits for all before grants, people."""

from __future__ import annotations

import numpy as np

from policygame.bots.common import Bot, Desk, highest, ramp, shortage, tightness
from policygame.bots.control_hawk import CONTROLS

CEILING = 0.25
"""The highest grant rate that it offers to keep to, and keeps to."""
INVITES_EVERY = 4
"""Turns between invitations to those who have not answered."""
FIXED_PART = 0.7


def partners(desk: Desk) -> tuple[str, ...]:
    """Whom it asks: its allies; where it has none, all other governments."""
    view = desk.view
    return tuple(place for place in view.others if place in view.allies) or view.others


def build_alliances(desk: Desk) -> None:
    """Offer pacts in the first turn and every fourth, else to who answers, never to who controls exports to it; wider in a shortage."""
    view = desk.view
    short = ramp(shortage(view), 0.0, 0.35)
    invites = 1.0 if view.turn % INVITES_EVERY == 0 else 0.0
    wide = {
        "pooled_capacity": 0.2 + 0.3 * short,
        "subsidy_ceiling": CEILING + 0.0 * short,
        "shared_rnd": 0.3 + 0.4 * short,
    }
    for partner in partners(desk):
        trusted = (highest([view.control(item, partner, view.government) for item in CONTROLS]) <= 0.0).astype(float)
        for clause, share in wide.items():
            answers = (view.offer(clause, partner) > 0.0).astype(float)
            desk.set("alliance", clause, share * trusted * np.maximum(answers, invites), places=(partner,))
    tight = {technology: tightness(view, technology) for technology in desk.technologies}
    budget = desk.budget_musd(FIXED_PART)
    budget = budget - desk.pilot_lines(budget)
    desk.fund(budget, {("workforce", "packaging"): 0.5 * ramp(view.labour_use, 0.9, 1.1)})
    # a credit is open to all and outbids nobody; a grant, where there is no credit, stays under the ceiling
    want = {technology: 0.3 + 0.7 * t for technology, t in tight.items()}
    if want and desk.may("tax_credit"):
        desk.credit("packaging", highest(list(want.values())))
    else:
        desk.grant_or_credit(want, ceiling=CEILING)


ALLIANCE_BUILDER = Bot(
    "alliance-builder",
    "Offers pacts to its allies, without allies to all, and keeps them with those who answer; credits for all, pilot lines, people.",
    build_alliances,
)
