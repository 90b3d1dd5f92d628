"""What else is known of 2022-2024, held against one run of the fitted worlds: target 3 (where things stood), 6 (what was expected) and 7
(cheap facts).

Nothing here was fitted. What is added up from the model is ``history``.
"""

from __future__ import annotations

import numpy as np

from policygame.calibration.checks import Check, check, three
from policygame.calibration.history import BUYER, MAKER, History, all_items
from policygame.model.arrays import Array
from policygame.scenario.figures import figures

__all__ = ["cheap_facts", "starting_shares", "surprise"]

_LINE = "interposer_2_5d"
NAMED = ("CHN", "TWN", "KOR", "JPN", "EUR", "USA")
"""Places that the figures of assembly and fabrication by site name."""
POINT = 1.0
"""How far, in points, a starting share may lie from its figure: what rounding and the quarter may do (assumption)."""
PART = 0.05
"""The same for a concentration, as a part of it."""
SURPRISE = 0.6
"""Below this part of what came, an expectation was well under it (assumption; the trade press expected under half)."""
MEMORY_PART = 0.25
"""How far HBM's part of the DRAM market may lie from its figure, as a part of it: HBM is sold in other products too (assumption)."""


def _figure(name: str) -> float:
    low, high = figures()[name].low, figures()[name].high
    assert low is not None
    assert high is not None
    return (low + high) / 2.0


def _revenue_of() -> dict[str, float]:
    """Firm -> revenue of 2024, bn USD, as published for the ten largest packaging houses."""
    prefix = "osat_rev_2024_"
    return {name.removeprefix(prefix): _figure(name) for name in figures() if name.startswith(prefix)}


def starting_shares(history: History) -> tuple[Check, ...]:
    """Target 3: shares of assembly and of fabrication by site at the start, and how concentrated packaging houses are."""
    shares = {
        "atp": _shares(history, "packaging_capacity_kwpm"),
        "fab": _shares(history, "wafer_capacity_kwpm"),
    }
    words = {"atp": "assembly, test and packaging", "fab": "fabrication"}
    checks = []
    for kind, by_place in shares.items():
        for place in NAMED:
            published = _figure(f"{kind}_site_2022_{place}")
            checks.append(
                check(
                    3,
                    f"start:{kind}:{place}",
                    f"Share of {words[kind]} that stands in {place}, 2022",
                    "%",
                    (published - POINT, published + POINT),
                    f"{published:g} %",
                    by_place[place],
                    f"figure {kind}_site_2022_{place}",
                )
            )
    revenue = np.stack([history.revenue_musd([firm])[2] for firm in _revenue_of()])
    pairs = (
        (
            "start:hhi_site",
            "Concentration of assembly by site on the places named, 2022",
            _hhi_named(shares["atp"]),
            "d_hhi_atp_site",
        ),
        ("start:hhi_osat", "Concentration of the ten largest packaging houses by revenue, 2024", _hhi(revenue), "d_hhi_osat"),
    )
    for id, name, values, figure in pairs:
        published = _figure(figure)
        limits = ((1.0 - PART) * published, (1.0 + PART) * published)
        checks.append(check(3, id, name, "HHI", limits, f"{published:g}", values, f"figure {figure}"))
    return tuple(checks)


def _shares(history: History, metric: str) -> dict[str, Array]:
    """Place -> (world,) its part of the world's capacity at the start, %."""
    world = all_items(history.result, metric, "world")[0]
    return {place: 100.0 * all_items(history.result, metric, f"country:{place}")[0] / world for place in NAMED}


def _hhi(amounts: Array) -> Array:
    """(world,): of amounts (who, world)."""
    return np.asarray(10_000.0 * ((amounts / amounts.sum(axis=0)) ** 2).sum(axis=0))


def _hhi_named(shares: dict[str, Array]) -> Array:
    """(world,): of shares in per cent, on those named only: what stands elsewhere counts as nobody's."""
    return np.asarray(sum(share**2 for share in shares.values()))


def surprise(history: History) -> tuple[Check, ...]:
    """Target 6: seen from 2023Q2, what the maker of CoWoS expected to have at the end of 2024 was well under what came."""
    expected = history.at("expected_capacity_kwpm", "2023Q2", f"firm:{MAKER}", _LINE)
    came = history.at("packaging_capacity_kwpm", "2025Q1", f"firm:{MAKER}", _LINE)
    low, middle, high = three(expected)
    press, real = figures()["cowos_fc_miss"], figures()["cowos_2024end"]
    return (
        check(
            6,
            "surprise",
            f"2.5D capacity that {MAKER} expected in mid-2023 for the end of 2024, as a part of what came",
            "share",
            (None, SURPRISE),
            f"the press expected {press.value} kwpm, {real.value} came",
            expected / came,
            "figures cowos_fc_miss, cowos_2024end; the limit is an assumption",
            note=f"expected {middle:.1f} kwpm ({low:.1f} to {high:.1f}), came {three(came)[1]:.1f}",
        ),
    )


def cheap_facts(history: History) -> tuple[Check, ...]:
    """Target 7: what is known of the sector beside its bottleneck."""
    return (*_investment(history), *_packaging_houses(history), *_maker(history), *_memory(history))


def _investment(history: History) -> tuple[Check, ...]:
    capex = history.packaging_capex_musd / 1000.0
    levels = ", ".join(f"{three(capex[n])[1]:.1f} in {year}" for n, year in enumerate((2022, 2023)))
    growth = 100.0 * (_year_end(history, 2023) / _year_end(history, 2022) - 1.0)
    return (
        check(
            7,
            "fact:capex",
            "Change of the sector's investment in packaging from 2022 to 2023",
            "bn USD",
            (None, 0.0),
            "14.5 in 2022, 11.9 expected for 2023: 2.6 less",
            capex[1] - capex[0],
            "figure yole_capex",
            note=f"{levels} in the median world: the model invests in new capacity only, and pays for nothing that was under way before",
        ),
        check(
            7,
            "fact:grows",
            f"Growth of {MAKER}'s 2.5D capacity in 2023, while investment fell",
            "%",
            (0.0, None),
            "8-10 kwpm at the end of 2022, 14-15 at the end of 2023",
            growth,
            "figures cowos_2022end, cowos_2023dec",
        ),
    )


def _packaging_houses(history: History) -> tuple[Check, ...]:
    revenue = history.revenue_musd(tuple(_revenue_of()))
    return (
        check(
            7,
            "fact:osat",
            "Growth of the revenue of the ten largest packaging houses in 2024",
            "%",
            (0.0, 6.0),
            "about 3 %",
            100.0 * (revenue[2] / revenue[1] - 1.0),
            "figure osat_top10_2024; the band is an assumption",
        ),
        check(
            7,
            "fact:doubles",
            f"{MAKER}'s 2.5D capacity at the end of 2024 over that of a year before",
            "ratio",
            (2.0, 3.0),
            "14-15 kwpm, then 35-40: it doubled, and more",
            _year_end(history, 2024) / _year_end(history, 2023),
            "figures cowos_2023dec, cowos_2024end; the band is an assumption",
        ),
    )


def _maker(history: History) -> tuple[Check, ...]:
    """What TSMC earns with CoWoS is part of what it earns with advanced packaging, so it may be less and not more."""
    whole = history.revenue_musd([MAKER])
    share = 100.0 * history.maker_2_5d_musd / whole
    limits = {2022: (7.0, "7"), 2023: (7.0, "6 to 7"), 2024: (9.0, "7 to 9")}
    wafers = 100.0 * history.buyer_2_5d_wafers[1] / history.maker_2_5d_wafers[1]
    return (
        *(
            check(
                7,
                f"fact:cowos_revenue:{year}",
                f"2.5D packaging's part of {MAKER}'s revenue, {year}",
                "%",
                (None, most),
                f"{words} % for all of its advanced packaging",
                share[n],
                "figure tsmc_ap_rev",
            )
            for n, (year, (most, words)) in enumerate(limits.items())
        ),
        check(
            7,
            "fact:buyer_wafers",
            f"{BUYER}'s part of the wafers of {MAKER}'s 2.5D lines, 2023",
            "%",
            (35.0, 45.0),
            "45 of 110 to 120 k wafers: about 38 %",
            wafers,
            "figures d_nv_wafers, cowos_wafers_2023; the band is that of target 1",
        ),
    )


def _memory(history: History) -> tuple[Check, ...]:
    makers = [name for name, firm in history.scenario.firms.items() if any(line.stage == "hbm" for line in firm.lines)]
    earned = history.revenue_musd(makers) / 1000.0
    published = {2023: 8.4, 2024: 20.1}
    return tuple(
        check(
            7,
            f"fact:hbm:{year}",
            f"The model's HBM as a part of the published revenue of DRAM, {year}",
            "%",
            ((1.0 - MEMORY_PART) * share, (1.0 + MEMORY_PART) * share),
            f"{share:g} %",
            100.0 * earned[year - 2022] / _figure(f"dram_rev_{year}"),
            f"figures hbm_rev_dram, dram_rev_{year}; the band is an assumption",
        )
        for year, share in published.items()
    )


def _year_end(history: History, year: int) -> Array:
    """(world,): TSMC's 2.5D capacity at the end of a year, kwpm."""
    return history.at("packaging_capacity_kwpm", f"{year + 1}Q1", f"firm:{MAKER}", _LINE)
