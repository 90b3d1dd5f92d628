"""The bot that looks for the weakest link: packaging, wafers, people, memory, substrates, tools - paid for by what is tight."""

from __future__ import annotations

import numpy as np

from policygame.bots.common import TOLD, Bot, Desk, highest, ramp, shortage, tightness, total
from policygame.bots.fab_first import FABS
from policygame.model.arrays import TINY, Array

FIXED_PART = 0.6
"""Part of income for people, suppliers and pilot lines; the rest is left to grants and promises."""
FAB_PART = 0.5
"""Part of the bound that it offers for wafers that are as tight as can be: packaging comes first."""
FULL_FROM, FULL_AT = 0.9, 1.1
"""Fabs here that are asked for the first of what they can make draw support, at the second all of it."""
PROGRAMME_SHARE = 0.05
"""From this share of the world's suppliers on, a programme gets its full weight."""
CIRCLE_SHARE = 0.10
"""With less than this share of the world's suppliers among itself and its allies, a role depends on others for an input."""
RESERVE_QUARTERS = 1.0
"""Quarters of orders here that it keeps in reserve, of the segment whose shortage it watches."""


def fabs_of(desk: Desk) -> list[str]:
    """Node classes that are fabricated here, or that firms consider to fabricate here."""
    return [stage for stage in FABS if stage in desk.view.stages_here]


def weakest_links(desk: Desk) -> dict[str, Array]:
    """Link -> (W,) 0 to 1: how tight each stage, and labour here, is; what trails the tightest by half the scale gets nothing."""
    view = desk.view
    tight = {stage: tightness(view, stage) for stage in (*desk.technologies, *desk.materials)}
    tight["labour"] = ramp(view.labour_use, 0.9, 1.1)
    top = highest(list(tight.values()))
    return {link: t * ramp(t - top, -0.5, 0.0) for link, t in tight.items()}


def back_the_chain(desk: Desk) -> None:
    """Grants for tight packaging and fabs, programmes for suppliers and people, pilot lines, offtake for entry, a reserve."""
    view, links = desk.view, weakest_links(desk)
    short = ramp(shortage(view), 0.0, 0.35)
    desk.grant_or_credit({t: 0.2 + (0.3 + 0.3 * short) * links[t] for t in desk.technologies}, priority=True)
    desk.grant("fab_grant", full_fabs(desk))
    # a programme lifts suppliers that stand here: where there are hardly any, money for them would lift nothing
    settled = {material: ramp(view.share(material), 0.0, PROGRAMME_SHARE) for material in desk.materials}
    weights = {
        ("supplier_programme", m): np.maximum((0.1 + 0.9 * links[m]) * settled[m], dependence(desk, m)) for m in desk.materials
    }
    weights[("workforce", "packaging")] = links["labour"]
    budget = desk.budget_musd(FIXED_PART)
    budget = budget - desk.pilot_lines(budget)
    desk.fund(budget, weights)
    for technology in desk.technologies:
        desk.promise(technology, links[technology])
    if TOLD in view.segments:
        desk.stock(TOLD, RESERVE_QUARTERS)


def full_fabs(desk: Desk) -> dict[str, Array]:
    """Node class -> (W,) rate of a fab grant: for fabs here that are full, as far as the mandate puts value added before thrift.

    Fabs have a purse of their own, so support for them takes none from packaging.
    """
    view = desk.view
    value = view.mandate.get("V", 0.0) / max(view.mandate.get("F", 0.0), TINY)
    most = FAB_PART * view.bound("fab_grant") * min(max(2.0 * value - 1.0, 0.0), 1.0)
    return {stage: most * ramp(view.utilisation(stage, view.government), FULL_FROM, FULL_AT) for stage in fabs_of(desk)}


def dependence(desk: Desk, material: str) -> Array:
    """(W,) 0 to 1: how far an input of the role's own chain hangs on strangers; 0 where no mandate asks for a chain of its own."""
    view = desk.view
    if view.mandate.get("A", 0.0) <= 0.0:
        return 0.0 * view.share(material)
    return 1.0 - ramp(total([view.share(material, place) for place in (view.government, *view.allies)]), 0.0, CIRCLE_SHARE)


WHOLE_CHAIN = Bot(
    "whole-chain",
    "Looks for the weakest link and pays for that: packaging lines, wafers, people, memory, substrates, tools or pilot lines.",
    back_the_chain,
)
