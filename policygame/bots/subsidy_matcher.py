"""The bot that will not be outbid: it answers the highest grant that another government has announced with a little more."""

from __future__ import annotations

from policygame.bots.common import FAB, PACKAGING, Bot, Desk, highest, ramp
from policygame.bots.fab_first import FABS
from policygame.model.arrays import TINY, Array

STEP = 0.05
"""What it adds to the highest rate of others."""


def outbid(desk: Desk) -> None:
    """Match grants for packaging and fabs, stage by stage; less so as the purse, this quarter's income included, runs low."""
    view = desk.view
    solvent = {purse: ramp(desk.purse_musd[purse] / desk.income_musd[purse].clip(TINY), 1.5, 3.0) for purse in (PACKAGING, FAB)}
    built = [technology for technology in view.technologies if technology in view.stages_here]
    packaging = {technology: _bid(desk, technology) * solvent[PACKAGING] for technology in built}
    if desk.may("packaging_grant"):
        desk.grant("packaging_grant", packaging)
    elif packaging:
        desk.credit("packaging", highest(list(packaging.values())) / max(view.bound("tax_credit"), TINY))
    fabs = {stage: _bid(desk, stage) * solvent[FAB] for stage in FABS if stage in view.stages_here}
    if desk.may("fab_grant"):
        desk.grant("fab_grant", fabs)
    elif fabs:
        desk.credit("fabrication", highest(list(fabs.values())) / max(view.bound("tax_credit"), TINY))


def _bid(desk: Desk, stage: str) -> Array:
    """(W,) the highest rate that others have announced for a stage, and a step; nothing where nobody offers any."""
    nothing = 0.0 * desk.income_musd[PACKAGING]
    theirs = highest([nothing, *(desk.view.announced_grant(place, stage) for place in desk.view.others)])
    return (theirs + STEP) * (theirs > 0.0)


SUBSIDY_MATCHER = Bot(
    "subsidy-matcher",
    "Offers a little more than the highest grant that anybody else has announced, for as long as its purse holds.",
    outbid,
)
