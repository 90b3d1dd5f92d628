"""What is measured: every metric with its unit, the entities and items it is given for, its formula and a player's sentence.

How a metric is computed lives in the model; which metrics a table shows is the caller's choice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from policygame.catalogue.levers import LEVERS
from policygame.catalogue.segments import SEGMENTS
from policygame.catalogue.stages import STAGES
from policygame.catalogue.technologies import TECHNOLOGIES

__all__ = ["METRICS", "Better", "Metric"]

Better = Literal["higher", "lower"]


@dataclass(frozen=True, slots=True)
class Metric:
    """A measured quantity, one value per quarter, world, entity and item.

    ``entities`` are kinds. The entity column of a table holds the kind and a name (``firm:TSMC``, ``country:USA``; ``world``
    stands alone) - except where ``grouped`` is true: there it holds the kind itself (``firm``, ``hq``, ``site``), which says by
    what shares are counted. ``items`` says in words what the item column holds ("" when it is empty), ``item_ids`` lists what it
    may hold. ``definition`` is the formula in words, ``sentence`` what a player reads. ``better`` says which way a government
    wants the quantity to move in the world and at home, others being equal; None where one's gain is another's loss, or where
    neither end is wanted. ``on_demand`` metrics are not recorded every quarter.
    """

    id: str
    name: str
    unit: str
    entities: tuple[str, ...]
    items: str
    item_ids: tuple[str, ...]
    definition: str
    sentence: str
    better: Better | None
    grouped: bool = False
    on_demand: bool = False


Items = tuple[str, tuple[str, ...]]

_NONE: Items = ("", ("",))
_TECHNOLOGY: Items = ("technology", tuple(TECHNOLOGIES))
_TECHNOLOGY_OR_ALL: Items = ("technology or all", (*TECHNOLOGIES, "all"))
_WAFERS = tuple(stage.id for stage in STAGES.values() if stage.kind == "wafers")
_WAFER_STAGE: Items = ("wafer stage", _WAFERS)
_WAFER_STAGE_OR_ALL: Items = ("wafer stage or all", (*_WAFERS, "all"))
_STAGE: Items = ("stage", tuple(STAGES))
_SEGMENT: Items = ("segment", tuple(SEGMENTS))
_STAGE_OR_SEGMENT: Items = ("stage or segment", (*STAGES, *SEGMENTS))
_LEVER: Items = ("lever", tuple(LEVERS))
_LEADERSHIP: Items = ("definition of leadership", ("fabrication", "packaging", "whole_chain", "frontier", "composite"))
_TREASURY: Items = ("state of the money", ("committed", "paid", "contingent", "left"))
_SCORE: Items = ("component of the score", ("S", "R", "A", "L", "V", "I", "P", "F"))

_PLACES = ("world", "firm", "country", "hq")
_BUYERS = ("world", "designer")
_GROUPS = ("firm", "hq", "site")

_HIGHER = (
    "packaging_capacity_kwpm",
    "wafer_capacity_kwpm",
    "capacity_under_construction_kwpm",
    "package_yield",
    "skilled_people",
    "deliveries_kunits",
    "compute_delivered_kh100e",
    "compute_received_kh100e",
    "fill_rate",
    "leadership",
    "score_raw",
)
_LOWER = (
    "lines_down",
    "backlog_kunits",
    "phantom_backlog_kunits",
    "lead_time_weeks",
    "real_lead_time_weeks",
    "price_index",
    "outlay_musd",
    "hhi_packaging",
    "top1_packaging",
    "top3_packaging",
    "hhi_wafers",
    "hhi_hbm",
    "hhi_substrate",
    "hhi_tools",
    "leadership_rank",
)
_NEITHER = (
    "expected_capacity_kwpm",  # a belief
    "utilisation",  # idle lines and full ones are both a loss
    "demand_kunits",
    "orders_kunits",
    "die_bank_kunits",  # many dies waiting tell of short packaging, none of short wafers
    "slots_share",
    "margin",
    "revenue_musd",
    "cash_musd",
    "capex_musd",
    "treasury_musd",  # paid and left are counted under one name
)
_BETTER: Mapping[str, Better | None] = {
    **dict.fromkeys(_HIGHER, "higher"),
    **dict.fromkeys(_LOWER, "lower"),
    **dict.fromkeys(_NEITHER),
}


def _metric(id: str, name: str, unit: str, entities: tuple[str, ...], items: Items, definition: str, sentence: str) -> Metric:
    return Metric(id, name, unit, entities, *items, definition, sentence, _BETTER[id], grouped=entities == _GROUPS)


_CAPACITY = (
    _metric(
        "packaging_capacity_kwpm",
        "Packaging capacity",
        "kwpm",
        _PLACES,
        _TECHNOLOGY,
        "Installed capacity available at the start of the quarter, summed over lines: of the firm, at sites in the country, of "
        "firms with headquarters there, or of all.",
        "How many thousand wafers a month the packaging lines can take.",
    ),
    _metric(
        "wafer_capacity_kwpm",
        "Wafer capacity",
        "kwpm",
        _PLACES,
        _WAFER_STAGE,
        "Installed capacity for wafer starts at the start of the quarter, summed over fabs of the node class, as for packaging "
        "capacity.",
        "How many thousand wafers a month the fabs can start.",
    ),
    _metric(
        "capacity_under_construction_kwpm",
        "Capacity under construction",
        "kwpm",
        ("world", "firm", "country"),
        _TECHNOLOGY,
        "Capacity ordered and not yet available at the end of the quarter: tools waiting, in making or being installed.",
        "What has been ordered but does not work yet. A grant shows here first.",
    ),
    _metric(
        "expected_capacity_kwpm",
        "Expected capacity",
        "kwpm",
        ("firm",),
        _TECHNOLOGY,
        "Capacity that the firm expects to have in six quarters: what it expects to be asked for (its own adaptive level and "
        "trend, and the part of customers' published forecasts that it believes) with its buffer, as far as rooms that stand or "
        "are being built allow, and at least what stands or is ordered.",
        "What the firm believes it will have. In a surge it is well under what comes.",
    ),
    _metric(
        "utilisation",
        "Utilisation",
        "share",
        ("world",),
        _STAGE,
        "Capacity used in the quarter / capacity that could be used after outages, at most 1.",
        "How much of a stage is in use. A full stage is a candidate for the bottleneck, not yet the proof of one.",
    ),
    _metric(
        "package_yield",
        "Package yield",
        "share",
        ("world",),
        _TECHNOLOGY,
        "Good packages / packages started in the quarter, over all lines of the technology.",
        "How many packages survive assembly. Each one lost takes good dies and memory with it.",
    ),
    _metric(
        "skilled_people",
        "Skilled people",
        "people",
        ("country",),
        _NONE,
        "People who can run packaging lines in the country, employed or free, at the end of the quarter.",
        "Lines without people do not run, and training takes time.",
    ),
    _metric(
        "lines_down",
        "Lines standing still",
        "share",
        ("country",),
        _NONE,
        "Share of every line at sites in the country that an outage keeps from working in the quarter.",
        "What a disaster or a power cut has stopped here. It comes back over the next quarters.",
    ),
)

_FLOWS = (
    _metric(
        "demand_kunits",
        "Demand",
        "k units / quarter",
        _BUYERS,
        _SEGMENT,
        "Units that final customers want in the quarter: baseline path x shock x price response; for a designer its share of "
        "that.",
        "What customers would buy at today's price, without double ordering.",
    ),
    _metric(
        "orders_kunits",
        "Orders",
        "k units / quarter",
        _BUYERS,
        _SEGMENT,
        "Demand of the quarter plus the net change of phantom orders.",
        "What packagers see: real demand, and orders placed twice while slots are short.",
    ),
    _metric(
        "deliveries_kunits",
        "Deliveries",
        "k units / quarter",
        _BUYERS,
        _SEGMENT,
        "Good units shipped to customers in the quarter.",
        "Finished products that reached customers.",
    ),
    _metric(
        "compute_delivered_kh100e",
        "Compute delivered",
        "k H100-equivalents / quarter",
        _BUYERS,
        _SEGMENT,
        "Deliveries x H100-equivalents per unit, summed over products.",
        "How much computing power was shipped, counted in H100 accelerators.",
    ),
    _metric(
        "compute_received_kh100e",
        "Compute received",
        "k H100-equivalents / quarter",
        ("country",),
        _NONE,
        "Compute delivered to destinations in the jurisdiction, all segments.",
        "How much computing power arrived here, wherever it was assembled and whoever owns the lines.",
    ),
    _metric(
        "backlog_kunits",
        "Backlog",
        "k units",
        _BUYERS,
        _SEGMENT,
        "Real orders not yet shipped at the end of the quarter.",
        "Customers who still wait.",
    ),
    _metric(
        "phantom_backlog_kunits",
        "Phantom backlog",
        "k units",
        _BUYERS,
        _SEGMENT,
        "Orders placed twice and not yet cancelled at the end of the quarter.",
        "Orders that will vanish as soon as supply eases. Capacity built for them ends in glut.",
    ),
    _metric(
        "die_bank_kunits",
        "Die bank",
        "k units",
        _BUYERS,
        _SEGMENT,
        "Logic dies that wait for packaging at the end of the quarter, counted in the units that they are enough for.",
        "Dies in stock. While wafers run and this grows, packaging holds up the industry, not the fabs.",
    ),
    _metric(
        "fill_rate",
        "Fill rate",
        "share",
        ("world",),
        _SEGMENT,
        "min(1, slots that packagers can give the segment / slots asked for it this quarter), where slots asked are demand "
        "plus the drawn part of the real queue, as far as there are dies to package; phantom orders do not count.",
        "The part of the packaging slots asked for that could be had.",
    ),
    _metric(
        "lead_time_weeks",
        "Lead time",
        "weeks",
        _BUYERS,
        _SEGMENT,
        "Process time + 13 x (real + phantom backlog) / deliveries of the quarter, up to the longest time that is quoted.",
        "How long a new customer is told to wait.",
    ),
    _metric(
        "real_lead_time_weeks",
        "Lead time without phantom orders",
        "weeks",
        _BUYERS,
        _SEGMENT,
        "Process time + 13 x real backlog / deliveries of the quarter, up to the longest time that is quoted.",
        "How long one would wait if nobody had ordered twice.",
    ),
    _metric(
        "slots_share",
        "Share of slots",
        "share",
        ("designer",),
        _TECHNOLOGY,
        "Packaging wafers of the technology used for the designer's products / those used for all products, in the quarter.",
        "Whose products the lines of this technology work for.",
    ),
)

_MONEY = (
    _metric(
        "price_index",
        "Price",
        "index, start = 1",
        ("world",),
        _STAGE_OR_SEGMENT,
        "Price of a stage's output, or of a segment's units, / its price at the start, in constant 2023 prices.",
        "Prices rise while a stage is full, and come down slowly.",
    ),
    _metric(
        "margin",
        "Operating margin",
        "share of revenue",
        ("firm",),
        _NONE,
        "(Revenue - operating cost - made-good losses - depreciation) / revenue of the quarter; missing where revenue is zero.",
        "What a firm keeps of each dollar it earns, before interest and subsidies.",
    ),
    _metric(
        "revenue_musd",
        "Revenue",
        "M USD / quarter",
        ("firm", "designer"),
        _NONE,
        "Sales of the quarter, in 2023 prices.",
        "What customers paid in the quarter.",
    ),
    _metric(
        "cash_musd",
        "Cash",
        "M USD",
        ("firm", "designer"),
        _NONE,
        "Cash less debt at the end of the quarter.",
        "What could be invested without borrowing; negative is debt.",
    ),
    _metric(
        "capex_musd",
        "Investment",
        "M USD / quarter",
        ("world", "firm"),
        _NONE,
        "Payments of the quarter for shells, tools and conversions, before grants and credits.",
        "What firms spend on capacity.",
    ),
    _metric(
        "treasury_musd",
        "Treasury",
        "M USD",
        ("government",),
        _TREASURY,
        "committed: awarded and not yet paid; paid: all outlays since the start; contingent: expected loss of promises in force; "
        "left: income since the start - paid - committed - contingent.",
        "What has been promised, paid and put at risk, and what is still free. A treasury cannot be overdrawn.",
    ),
    _metric(
        "outlay_musd",
        "Outlay",
        "M USD / quarter",
        ("government",),
        _LEVER,
        "Money paid under the lever in the quarter.",
        "What each lever really cost in the quarter. Awards are paid as projects reach their milestones.",
    ),
)


def _concentration(subject: str, noun: str, items: Items, kinds: tuple[str, ...] = ("hhi",)) -> tuple[Metric, ...]:
    by = "Shares are counted by firm, by headquarters jurisdiction (hq) or by jurisdiction of the site (site)."
    hhi = "10,000 is one alone; the US merger guidelines of 2023 call a market above 1,800 highly concentrated."
    said = {
        "hhi": (f"Concentration of {noun}", "HHI, 0 to 10,000", f"10,000 x the sum of squared shares of {noun}.", hhi),
        "top1": (f"Largest share of {noun}", "share", f"Largest share of {noun}.", "How much hangs on one."),
        "top3": (
            f"Top three shares of {noun}",
            "share",
            f"Sum of the three largest shares of {noun}.",
            "How much hangs on three.",
        ),
    }
    return tuple(
        _metric(f"{kind}_{subject}", name, unit, _GROUPS, items, f"{definition} {by}", sentence)
        for kind, (name, unit, definition, sentence) in said.items()
        if kind in kinds
    )


_CONCENTRATION = (
    *_concentration("packaging", "packaging capacity", _TECHNOLOGY_OR_ALL, ("hhi", "top1", "top3")),
    *_concentration("wafers", "wafer capacity", _WAFER_STAGE_OR_ALL),
    *_concentration("hbm", "HBM capacity", _NONE),
    *_concentration("substrate", "substrate capacity", _NONE),
    *_concentration("tools", "tool makers' capacity", _NONE),
)

_STANDING = (
    _metric(
        "leadership",
        "Leadership",
        "share",
        ("country",),
        _LEADERSHIP,
        "fabrication: share of leading-edge wafer capacity by site; packaging: share of 2.5D and 3D capacity x yield by site; "
        "whole_chain: upper bound of the compute that own and allied sites can finish, over the same bound for the world; "
        "frontier: best technology run at volume here, relative to the best anywhere; composite: weighted mean of the four, "
        "equal weights unless others are chosen.",
        "Who leads depends on what one counts: fabs, packaging, the whole chain, or the best technology.",
    ),
    _metric(
        "leadership_rank",
        "Rank in leadership",
        "rank, 1 is first",
        ("country",),
        _LEADERSHIP,
        "1 + the number of jurisdictions with a higher leadership value under the same definition.",
        "The place in the table; watch how it moves when the definition changes.",
    ),
    _metric(
        "score_raw",
        "Components of the score",
        "S R A L I F share; V M USD / quarter; P log points",
        ("government",),
        _SCORE,
        "S: AI compute received / demanded. R: 1 - the sum over places of assembly of hazard (relative to the highest) x squared "
        "share of this quarter's AI deliveries here that was assembled there. A: whole-chain compute of own and allied sites / own "
        "demand. L: own share of 2.5D and 3D capacity x yield, half by site, half by headquarters. V: value added by sites here. "
        "I: others' loss of deliveries if the sites here go dark. P: minus the log of the price index. F: 1 - spending / income. In the "
        "last quarter A, L and V count what is under construction at its expected use, and F what is promised and unpaid.",
        "What a government is judged on before its mandate weighs it: supply, resilience, assured capacity, leadership, value "
        "added, indispensability, price, and thrift.",
    ),
)

METRICS: Mapping[str, Metric] = {metric.id: metric for metric in (*_CAPACITY, *_FLOWS, *_MONEY, *_CONCENTRATION, *_STANDING)}
"""Every metric by id, in the order of tables."""
