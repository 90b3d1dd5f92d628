"""The levers of a government: what may be set, within which bounds, who pays and what a player reads.

Which levers a role may use, and narrower bounds, belong to the scenario; dated settings and their checks to ``scenario.policy``;
what a lever does to the world to the model.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from policygame.catalogue.segments import SEGMENTS
from policygame.catalogue.stages import STAGES
from policygame.catalogue.technologies import TECHNOLOGIES

__all__ = ["LEVERS", "Lever", "Option", "OptionKind", "Purse"]

OptionKind = Literal["number", "jurisdictions", "quarter", "flag"]
Purse = Literal["packaging", "fab", "both", "none"]


@dataclass(frozen=True, slots=True)
class Option:
    """A further term of a setting. ``low`` and ``high`` bound a number; jurisdictions, quarters and flags have none.

    A ``jurisdictions`` option is a list of ids, a ``quarter`` a date like 2026Q4, a ``flag`` holds when it is named.
    """

    kind: OptionKind
    unit: str
    low: float | None
    high: float | None
    required: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class Lever:
    """What a government can set.

    ``low`` to ``high`` (in ``unit``) bound the amount, ``items`` are the ids that it may be aimed at, ``options`` its further
    terms by name. ``purse`` pays; ``fixed_outlay`` says that the amount is spent every quarter whatever the world, so that a
    policy can be checked against income before it is played. ``sentence`` and ``cost_rule`` are what a player reads,
    ``mechanism`` is how it acts.
    """

    id: str
    name: str
    unit: str
    low: float
    high: float
    items: tuple[str, ...]
    purse: Purse
    fixed_outlay: bool
    cost_rule: str
    sentence: str
    mechanism: str
    options: Mapping[str, Option] = field(default_factory=dict)


_UNTIL = Option("quarter", "quarter", None, None, False, "The setting ends after this quarter.")
_FAB_STAGES = tuple(stage.id for stage in STAGES.values() if stage.kind == "wafers")
_RESERVED = "Reserved in full at the award, paid by milestone as the project is built, released if it is cancelled"


def _number(unit: str, low: float, high: float, sentence: str, required: bool = False) -> Option:
    return Option("number", unit, low, high, required, sentence)


def _jurisdictions(sentence: str, required: bool = False) -> Option:
    return Option("jurisdictions", "jurisdictions", None, None, required, sentence)


_CAP = _number("M USD", 0.0, 1_000_000.0, "The most that the programme awards in all; without a cap the purse is the limit.")

_CAPITAL = (
    Lever(
        id="packaging_grant",
        name="Packaging grant",
        unit="share of capex",
        low=0.0,
        high=0.7,
        items=tuple(TECHNOLOGIES),
        purse="packaging",
        fixed_outlay=False,
        cost_rule=f"The share times the capex of the projects that it is awarded to, up to the cap. {_RESERVED}.",
        sentence="Pay a share of what a new packaging line of this technology costs here. Firms build only what they expect to "
        "fill, and a line takes years: a grant moves where capacity goes long before it adds any.",
        mechanism="Raises the return on packaging projects of the technology in this jurisdiction, and with it their number "
        "and their share of the place choice; guardrails close other places to the firms that take it.",
        options={
            "cap": _CAP,
            "guardrail": _jurisdictions(
                "Firms that take the grant may not expand this technology in these jurisdictions for ten years; a firm with most of "
                "its lines there refuses."
            ),
            "priority": Option(
                "flag",
                "",
                None,
                None,
                False,
                "While the grant is in force, lines here serve this jurisdiction's priority-rated orders first in a crisis, up to a limit.",
            ),
            "until": _UNTIL,
        },
    ),
    Lever(
        id="fab_grant",
        name="Fab grant",
        unit="share of capex",
        low=0.0,
        high=0.7,
        items=_FAB_STAGES,
        purse="fab",
        fixed_outlay=False,
        cost_rule=f"The share times the capex of the projects that it is awarded to, up to the cap. {_RESERVED}.",
        sentence="Pay a share of what a new wafer fab of this class costs here. More wafers finish no more products while "
        "packaging is the bottleneck.",
        mechanism="Raises the return on wafer projects of the node class in this jurisdiction; packaging sites near new fabs "
        "gain too.",
        options={"cap": _CAP, "until": _UNTIL},
    ),
    Lever(
        id="tax_credit",
        name="Investment tax credit",
        unit="share of capex",
        low=0.0,
        high=0.35,
        items=("packaging", "fabrication"),
        purse="both",
        fixed_outlay=False,
        cost_rule="The share times the capex of every project that enters service here, charged to next year's income; "
        "packaging to the packaging purse, fabrication to the fab purse. Nobody chooses who gets it, so its cost is not "
        "capped.",
        sentence="Return a share of every investment in packaging (or fabrication) here once it is in service, to whoever "
        "makes it - also to firms that would have invested anyway.",
        mechanism="Raises the return on every project of the kind in this jurisdiction, later and for more firms than a grant "
        "does.",
        options={"until": _UNTIL},
    ),
)

_CAPABILITY = (
    Lever(
        id="packaging_rnd",
        name="Packaging research and pilot lines",
        unit="M USD / quarter",
        low=0.0,
        high=2000.0,
        items=tuple(TECHNOLOGIES),
        purse="packaging",
        fixed_outlay=True,
        cost_rule="The amount, every quarter.",
        sentence="Fund research and pilot lines of a technology: its yield here improves, about a third of what is learned reaches "
        "everybody, and while it is paid, firms that have no such line here risk less in building their first.",
        mechanism="Lowers defects and moves the technology's frontier at sites here, with diminishing returns; part spills "
        "over to all. Pilot lines take away a part of what keeps firms from entering here, as long as they run.",
        options={"until": _UNTIL},
    ),
    Lever(
        id="workforce",
        name="Workforce programme",
        unit="M USD / quarter",
        low=0.0,
        high=2000.0,
        items=("packaging",),
        purse="packaging",
        fixed_outlay=True,
        cost_rule="The amount, every quarter.",
        sentence="Train engineers and technicians. They arrive after a lag, and help only where lines wait for people.",
        mechanism="Adds skilled people here after a lag; labour is allotted to new lines before tools are.",
        options={"until": _UNTIL},
    ),
    Lever(
        id="supplier_programme",
        name="Materials, memory and tool programme",
        unit="M USD / quarter",
        low=0.0,
        high=2000.0,
        items=("hbm", "substrate", "tools"),
        purse="packaging",
        fixed_outlay=True,
        cost_rule="The amount, every quarter.",
        sentence="Support makers of high-bandwidth memory, substrates or packaging tools here. What they make is sold "
        "worldwide, but lines here have first call on a part of it.",
        mechanism="Raises the capacity of the input's suppliers in this jurisdiction, with diminishing returns; a bounded part "
        "of the added output serves lines here first.",
        options={"until": _UNTIL},
    ),
    Lever(
        id="purchase_commitment",
        name="Purchase commitment",
        unit="k wafers / quarter",
        low=0.0,
        high=100.0,
        items=tuple(TECHNOLOGIES),
        purse="packaging",
        fixed_outlay=False,
        cost_rule="Reserves the expected loss as a contingent liability; each quarter pays the price for committed wafers that "
        "the lines could have finished and nobody else ordered.",
        sentence="Guarantee to buy output of new lines here at a price for some years. It costs little if the market takes the "
        "output and much if it does not, and makes entry far less risky.",
        mechanism="Lowers the return that firms ask of projects of the technology here, most where the commitment covers all "
        "their output.",
        options={
            "price": _number("USD / wafer", 0.0, 1_000_000.0, "The price that is guaranteed.", required=True),
            "years": _number("years", 1.0, 10.0, "How long the guarantee runs.", required=True),
            "until": _UNTIL,
        },
    ),
)

_ABROAD = (
    Lever(
        id="export_control",
        name="Export control",
        unit="strength",
        low=0.0,
        high=1.0,
        items=("hbm", "tools", "advanced_logic"),
        purse="none",
        fixed_outlay=False,
        cost_rule="No outlay; one's own suppliers lose the sales, the target may retaliate on materials.",
        sentence="Stop memory, tools or advanced logic from reaching other jurisdictions. It works at once and costs your own "
        "suppliers their sales; the target's suppliers grow faster for good.",
        mechanism="Scales down the supply edges from this jurisdiction's firms to the targets by the strength (1 cuts them). "
        "Advanced logic is presumed controlled unless an approved packaging house assembles it.",
        options={"on": _jurisdictions("The jurisdictions that the control is aimed at.", required=True), "until": _UNTIL},
    ),
    Lever(
        id="alliance",
        name="Alliance",
        unit="share",
        low=0.0,
        high=1.0,
        items=("pooled_capacity", "subsidy_ceiling", "shared_rnd"),
        purse="none",
        fixed_outlay=False,
        cost_rule="No outlay of its own: pooled lines serve allies in a crisis, a ceiling limits one's own grants, and shared "
        "research helps rivals among friends.",
        sentence="Offer governments a pact: to open a share of one's lines to each other in a crisis, to keep grants under a "
        "common ceiling, or to share a part of research results. It holds only while all of them offer it too.",
        mechanism="In force when every side names the others. The smallest offer counts: pooled capacity moves between the "
        "members in a crisis, grant rates above the ceiling are cut to it, research results spread to the members.",
        options={"with": _jurisdictions("The governments that the offer is made to.", required=True), "until": _UNTIL},
    ),
    Lever(
        id="stockpile",
        name="Stockpile",
        unit="k units held",
        low=0.0,
        high=10_000.0,
        items=tuple(SEGMENTS),
        purse="packaging",
        fixed_outlay=False,
        cost_rule="Units bought in the quarter times their market price, as far as the purse allows; what is released returns "
        "nothing.",
        sentence="Hold finished units as a buffer. Filling it takes scarce units from the market; releasing it bridges a "
        "shortage.",
        mechanism="Adds orders until the target is held, and serves demand here from the stock while deliveries fall short.",
        options={"until": _UNTIL},
    ),
)

LEVERS: Mapping[str, Lever] = {lever.id: lever for lever in (*_CAPITAL, *_CAPABILITY, *_ABROAD)}
"""Every lever by id: money for capital first, then capability, then what reaches abroad."""
