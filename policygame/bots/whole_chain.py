"""The bot that looks for the weakest link: packaging, wafers, people, memory, substrates, tools - paid for by what is tight."""

from __future__ import annotations

import numpy as np

from policygame.bots.common import PACKAGING, Bot, Desk, highest, ramp, shortage, tightness
from policygame.bots.fab_first import FABS
from policygame.model.arrays import TINY, Array

FIXED_PART = 0.6
"""Part of income for people, suppliers and research; the rest is left to grants and promises."""
ENTRY_SHARE = 0.15
"""Below this share of a technology the role counts as an entrant, and promises to buy."""
PROMISE_YEARS = 3.0
FAB_PART = 0.5
"""Part of the bound that it offers for wafers that are as tight as can be: packaging comes first."""
PROGRAMME_SHARE = 0.05
"""From this share of the world's suppliers on, a programme gets its full weight."""


def fabs_of(desk: Desk) -> list[str]:
    """Node classes that are fabricated here, or that firms consider to fabricate here."""
    return [stage for stage in FABS if stage in desk.view.stages_here]


def weakest_links(desk: Desk) -> dict[str, Array]:
    """Link -> (W,) 0 to 1: how tight each stage, and labour here, is; what trails the tightest by half the scale gets nothing."""
    view = desk.view
    tight = {stage: tightness(view, stage) for stage in (*desk.technologies, *desk.materials)}
    tight["labour"] = ramp(view.labour_use, 0.9, 1.1)
    top = highest(list(tight.values()))
    # fabs have a purse of their own: full ones draw support, and take none from packaging
    tight.update({stage: tightness(view, stage) for stage in fabs_of(desk)})
    return {link: t * ramp(t - top, -0.5, 0.0) for link, t in tight.items()}


def back_the_chain(desk: Desk) -> None:
    """Grants for packaging and fabs that are tight, programmes for suppliers and people, research in a shortage, offtake for entry."""
    view, links = desk.view, weakest_links(desk)
    short = ramp(shortage(view), 0.0, 0.35)
    desk.grant_or_credit({t: 0.2 + (0.3 + 0.3 * short) * links[t] for t in desk.technologies}, priority=True)
    desk.grant("fab_grant", {stage: FAB_PART * view.bound("fab_grant") * links[stage] for stage in fabs_of(desk)})
    # a programme lifts suppliers that stand here: where there are hardly any, money for them would lift nothing
    settled = {material: ramp(view.share(material), 0.0, PROGRAMME_SHARE) for material in desk.materials}
    weights = {("supplier_programme", m): (0.1 + 0.9 * links[m]) * settled[m] for m in desk.materials}
    weights[("workforce", "packaging")] = links["labour"]
    weights.update({("packaging_rnd", t): (0.1 + 0.4 * short) * (0.25 + 0.75 * links[t]) for t in desk.technologies})
    desk.fund(desk.budget_musd(FIXED_PART), weights)
    for technology in desk.technologies:
        _promise(desk, technology, links[technology])


def _promise(desk: Desk, technology: str, tight: Array) -> None:
    """Offtake at today's price for an entrant: a twentieth of the world's output, while half the purse could pay a year of it."""
    view = desk.view
    price = view.price_usd(technology)
    entrant = ramp(-view.share(technology), -ENTRY_SHARE, 0.0)
    wafers = 3.0 * 0.05 * view.capacity(technology) * entrant * tight
    affordable = 0.5 * desk.purse_musd[PACKAGING] * 1000.0 / (4.0 * np.maximum(price, TINY))
    shared = affordable / len(desk.technologies)
    desk.set("purchase_commitment", technology, np.minimum(wafers, shared), price_usd=price, years=PROMISE_YEARS)


WHOLE_CHAIN = Bot(
    "whole-chain",
    "Looks for the weakest link and pays for that: packaging lines, wafers, people, memory, substrates, tools or research.",
    back_the_chain,
)
