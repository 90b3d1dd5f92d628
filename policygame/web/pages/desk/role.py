"""What a role may set, as controls of the desk: which levers in which group, at what they are aimed, by which steps.

Levers, bounds and items are read from the catalogue and the scenario; whether something may be decided is the game's to say.
"""

from __future__ import annotations

from dataclasses import dataclass

from policygame.catalogue import JURISDICTIONS, LEVERS, SEGMENTS, STAGES, TECHNOLOGIES
from policygame.scenario import Scenario, Setting
from policygame.web.text import _

__all__ = ["GROUPS", "PLACES_OF", "Control", "amount_words", "controls", "item_amount_words", "item_word", "partners"]

GROUPS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("build", "Build", ("packaging_grant", "fab_grant", "tax_credit")),
    ("learn", "Learn and staff", ("packaging_rnd", "workforce")),
    ("inputs", "Secure inputs", ("supplier_programme",)),
    ("demand", "Demand and reserve", ("purchase_commitment", "stockpile")),
    ("abroad", "Trade and alliances", ("export_control", "alliance")),
)
"""Groups of levers in the order of the desk: id, name, levers."""
PLACES_OF = {"export_control": "on", "alliance": "with"}
"""The option of a lever that names whom it is aimed at, which it cannot do without."""
_WORDS = {
    "interposer_2_5d": "2.5D",
    "hybrid_3d": "3D",
    "fan_out": "Fan-out",
    "conventional": "Conv.",
    "wafers_leading": "Leading",
    "wafers_advanced": "Advanced",
    "wafers_mature": "Mature",
    "packaging": "Packaging",
    "fabrication": "Fabs",
    "hbm": "HBM",
    "substrate": "Substrates",
    "tools": "Tools",
    "advanced_logic": "Logic",
    "pooled_capacity": "Pooled lines",
    "subsidy_ceiling": "Ceiling",
    "shared_rnd": "Research",
    "ai_accelerator": "AI",
    "datacenter_cpu": "Data centre",
    "memory_intensive": "Memory",
    "mobile": "Mobile",
    "automotive_industrial": "Automotive",
    "defence": "Defence",
}
_SHARE_STEP, _MONEY_STEP_MUSD, _WAFER_STEP, _UNIT_STEP = 0.01, 5.0, 1.0, 10.0


@dataclass(frozen=True)
class Control:
    """A lever of a role. ``low`` to ``high`` by ``step`` in the lever's unit; ``percent``: a share of one, shown as per cent."""

    lever: str
    group: str
    items: tuple[str, ...]
    low: float
    high: float
    step: float
    percent: bool
    suffix: str

    @property
    def fixed(self) -> bool:
        """Whether the amount is paid every quarter whatever the world does."""
        return LEVERS[self.lever].fixed_outlay

    @property
    def places(self) -> str | None:
        """The option that names whom the lever is aimed at, if it is aimed at governments."""
        return PLACES_OF.get(self.lever)

    def write(self, amount: float) -> str:
        """An amount in words.

        >>> from policygame import load_scenario
        >>> controls(load_scenario("first-game"), "USA")[0].write(0.35)
        '35 %'
        """
        if self.percent:
            return f"{100 * amount:.0f} %"
        return f"{amount:,.0f}{self.suffix}"


def controls(scenario: Scenario, seat: str) -> tuple[Control, ...]:
    """The controls of a seat's role, in the order of the desk."""
    role = scenario.jurisdictions[seat].government
    assert role is not None, f"{seat} has no government"
    return tuple(
        _control(scenario, lever, group, role.bounds[lever].value if lever in role.bounds else LEVERS[lever].high)
        for group, _name, levers in GROUPS
        for lever in levers
        if lever in role.levers
    )


def _control(scenario: Scenario, lever: str, group: str, high: float) -> Control:
    declared = LEVERS[lever]
    absent = {*TECHNOLOGIES, *STAGES, *SEGMENTS} - {*scenario.technologies, *scenario.stages, *scenario.segments}
    items = [item for item in declared.items if item not in absent]
    if lever in ("packaging_grant", "packaging_rnd", "purchase_commitment"):
        items.sort(key=_advanced_first)
    percent = declared.high <= 1.0
    step, suffix = _SHARE_STEP, ""
    if declared.fixed_outlay:
        step, suffix = _MONEY_STEP_MUSD, _(" M a quarter")
    elif lever == "purchase_commitment":
        step, suffix = _WAFER_STEP, _("k wafers a quarter")
    elif lever == "stockpile":
        step, suffix = _UNIT_STEP, _("k units")
    return Control(lever, group, tuple(items), declared.low, min(high, declared.high), step, percent, suffix)


def _advanced_first(item: str) -> int:
    return ("interposer_2_5d", "hybrid_3d", "fan_out", "conventional").index(item)


def item_word(item: str) -> str:
    """The word of an item on a chip."""
    return _(_WORDS.get(item, item.replace("_", " ")))


def partners(scenario: Scenario, seat: str, lever: str) -> tuple[str, ...]:
    """Whom a lever can be aimed at: other jurisdictions for a control, other governments for a pact."""
    others = (name for name in JURISDICTIONS if name in scenario.jurisdictions and name != seat)
    if lever == "alliance":
        return tuple(name for name in others if scenario.jurisdictions[name].government is not None)
    return tuple(others)


def amount_words(lever: str, amount: float) -> str:
    """An amount of a lever in words, to the digits that people decide in.

    >>> amount_words("packaging_grant", 0.2086), amount_words("workforce", 13.5), amount_words("stockpile", 120.0)
    ('21 %', '13.5 M a quarter', '120 k units')
    """
    declared = LEVERS[lever]
    if declared.high <= 1.0:
        return f"{100 * amount:.0f} %"
    text = f"{amount:,.1f}".removesuffix(".0") if amount >= 0.05 else f"{amount:.1g}"
    if declared.fixed_outlay:
        return _("{amount} M a quarter").format(amount=text)
    if lever == "purchase_commitment":
        return _("{amount} k wafers a quarter").format(amount=text)
    return _("{amount} k units").format(amount=text)


def item_amount_words(setting: Setting) -> str:
    """What a decision sets within its lever: item, amount, and whom it is aimed at."""
    item = item_word(setting.item)
    if setting.amount == 0.0:
        return _("{what} ended").format(what=item)
    places = setting.jurisdictions(PLACES_OF[setting.lever]) if setting.lever in PLACES_OF else ()
    told = _("{what} {amount}").format(what=item, amount=amount_words(setting.lever, setting.amount))
    return f"{told} ({', '.join(places)})" if places else told
