"""The summary of a run that an economist can follow: medians and 5-95 % bands at each year's end.

What is measured is the catalogue's; this file only chooses a few series and sets them in tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from rich.markup import escape

from policygame.catalogue import METRICS, SEGMENTS, TECHNOLOGIES
from policygame.cli.screen import print_table, print_text

if TYPE_CHECKING:
    from policygame.simulation import Result

__all__ = ["SUMMARY_METRICS", "Panel", "Series", "panels", "print_summary", "summary_rows"]

BAND = (5.0, 50.0, 95.0)
ENOUGH_WORLDS = 20
"""Worlds below which a band from 5 to 95 % says little: its ends are then single worlds."""
LEAD_TIMES = ("lead_time_weeks", "real_lead_time_weeks")
AT_CAP = "*"


@dataclass(frozen=True)
class Series:
    """One column: a metric of an entity and item, with the header that it stands under and how its numbers are written."""

    header: str
    metric: str
    entity: str
    item: str
    form: str = ",.0f"


@dataclass(frozen=True)
class Panel:
    """One table: a title, its columns, and what has to be known to read them."""

    title: str
    columns: tuple[Series, ...]
    note: str | None = None


def panels(segment: str, technology: str, governments: Sequence[str]) -> list[Panel]:
    """The tables of a summary: a segment's supply, a technology's capacity and price, each government's money."""
    return [
        Panel(
            f"{SEGMENTS[segment].name}: demand and supply in the quarter",
            (
                Series("demand\nk units\n/ quarter", "demand_kunits", "world", segment),
                Series("deliveries\nk units\n/ quarter", "deliveries_kunits", "world", segment),
                Series("fill rate\nshare", "fill_rate", "world", segment, ".2f"),
                Series("lead time\nweeks", "lead_time_weeks", "world", segment, ".0f"),
                Series("without\ndouble\norders\nweeks", "real_lead_time_weeks", "world", segment, ".0f"),
            ),
        ),
        Panel(
            f"{TECHNOLOGIES[technology].name}: capacity, concentration, prices",
            (
                Series("capacity\nkwpm", "packaging_capacity_kwpm", "world", technology, ".1f"),
                Series("HHI by site\n0 to 10,000", "hhi_packaging", "site", technology),
                Series("packaging price\nstart = 1", "price_index", "world", technology, ".2f"),
                Series("product price\nstart = 1", "price_index", "world", segment, ".2f"),
            ),
            "Capacity is that available at the start of the quarter.",
        ),
        *(
            Panel(
                f"Treasury of {government}, M USD",
                tuple(
                    Series(item, "treasury_musd", f"government:{government}", item)
                    for item in ("paid", "committed", "contingent", "left")
                ),
                "Left: the packaging and the fab purse together; a grant is paid from its own purse alone.",
            )
            for government in governments
        ),
    ]


SUMMARY_METRICS = tuple(
    dict.fromkeys(series.metric for panel in panels("ai_accelerator", "interposer_2_5d", ["USA"]) for series in panel.columns)
)
"""Metrics that a summary needs, by id."""


def summary_rows(result: Result, governments: Sequence[str]) -> list[dict[str, Any]]:
    """Each number of the summary: year, quarter, metric, entity, item, unit, low (5 %), median, high (95 %)."""
    return [
        {
            "year": result.quarters[row].year,
            "quarter": str(result.quarters[row]),
            "metric": series.metric,
            "entity": series.entity,
            "item": series.item,
            "unit": METRICS[series.metric].unit,
            "low": low,
            "median": median,
            "high": high,
        }
        for panel in _present(result, governments)
        for series in panel.columns
        for row, (low, median, high) in _bands(result, series)
    ]


def print_summary(result: Result, policies: Mapping[str, str], changes: Sequence[str]) -> None:
    """Print the summary: what was run, then one table a panel, one row a year.

    ``policies`` says by government what was followed, ``changes`` what else was changed, both as typed.
    """
    print_text(f"{result.scenario.title}\n{_what_was_run(result, policies, changes)}\n")
    cap = result.scenario.parameters.lead_time_cap_weeks.value
    capped = False
    for panel in _present(result, list(policies)):
        bands = [dict(_bands(result, series)) for series in panel.columns]
        caps = [cap if series.metric in LEAD_TIMES else np.inf for series in panel.columns]
        capped |= any(high >= most for band, most in zip(bands, caps, strict=True) for _, _, high in band.values())
        print_table(
            panel.title,
            ["", *(series.header for series in panel.columns)],
            [
                [
                    str(result.quarters[row]),
                    *(_cell(band[row], series.form, most) for band, series, most in zip(bands, panel.columns, caps, strict=True)),
                ]
                for row in _year_ends(result)
            ],
            numbers=True,
            caption=panel.note,
        )
    print_text("Each cell: the median of the worlds, below it the band from 5 to 95 % of them.")
    if capped:
        print_text(f"{AT_CAP} {cap:g} weeks is the longest lead time that is quoted; the wait may be longer.")
    worlds = len(result.seeds)
    if worlds < ENOUGH_WORLDS:
        rough = "one world has no band" if worlds == 1 else f"bands of {worlds} worlds are rough"
        print_text(f"Caution: {rough}; use at least {ENOUGH_WORLDS}.")
    if result.awards_cut:
        print_text("\nGrants asked for beyond a programme's cap or the purse that pays it:")
    for note in result.awards_cut:
        print_text(f"  {note}")


def _what_was_run(result: Result, policies: Mapping[str, str], changes: Sequence[str]) -> str:
    """Quarters, worlds, seeds, policies and changes, in words."""
    worlds, first, last = len(result.seeds), result.seeds[0], result.seeds[-1]
    seeds = f"1 world, seed {first}" if worlds == 1 else f"{worlds:,} worlds, seeds {first} to {last}"
    followed = ", ".join(f"{government} {named}" for government, named in policies.items())
    return (
        f"{result.quarters[0]} to {result.quarters[-1]}, {seeds}.\n"
        f"Policies: {f'{followed}; others follow the record' if policies else 'every government follows the record'}.\n"
        f"Changes: {', '.join(changes) or 'none'}."
    )


def _present(result: Result, governments: Sequence[str]) -> Iterable[Panel]:
    """The panels with those of their columns that the scenario has."""
    scenario = result.scenario
    segment = "ai_accelerator" if "ai_accelerator" in scenario.segments else next(iter(scenario.segments))
    technology = "interposer_2_5d" if "interposer_2_5d" in scenario.technologies else next(iter(scenario.technologies))
    known = {metric: set(result.series(metric)) for metric in SUMMARY_METRICS}
    for panel in panels(segment, technology, governments):
        columns = tuple(series for series in panel.columns if (series.entity, series.item) in known[series.metric])
        if columns:
            yield Panel(panel.title, columns, panel.note)


def _year_ends(result: Result) -> list[int]:
    """Rows of the last quarter of each year, and of the last quarter simulated."""
    last = len(result.quarters) - 1
    return [row for row, quarter in enumerate(result.quarters) if quarter.number == 4 or row == last]


def _bands(result: Result, series: Series) -> list[tuple[int, tuple[float, float, float]]]:
    values = result.array(series.metric, entity=series.entity, item=series.item)
    return [(row, _band(values[row])) for row in _year_ends(result)]


def _band(values: np.ndarray[Any, Any]) -> tuple[float, float, float]:
    """5 %, 50 % and 95 % points over worlds; nan where no world has a value."""
    present = values[~np.isnan(values)]
    if not present.size:
        return (np.nan, np.nan, np.nan)
    low, median, high = (float(point) for point in np.percentile(present, BAND))
    return low, median, high


def _cell(band: tuple[float, float, float], form: str, most: float = np.inf) -> str:
    """Median over band; values that reach ``most``, the longest quoted, carry a mark."""
    if np.isnan(band[1]):
        return "-"
    low, median, high = (f"{value:{form}}" + (AT_CAP if value >= most else "") for value in band)
    return escape(median) + f"\n[dim]{low} - {high}[/dim]"
