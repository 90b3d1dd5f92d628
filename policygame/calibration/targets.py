"""What the model is held against: each target of 2022 to 2024 declared once, with its band, its source and how a result is read.

The likelihood, the back-test, the documentation and the About page read them here. Observed shipments come from the table in
``configs/figures``; a file of the same columns may be laid over the model instead (``observed_units``). How well a world meets them is
``likelihood``.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from policygame.catalogue import Quarter
from policygame.errors import UserError
from policygame.model.arrays import Array
from policygame.resources import configs_dir
from policygame.result import Result
from policygame.scenario.figures import figures

__all__ = ["METRICS_READ", "ObservationError", "Target", "history_targets", "observed_units"]

METRICS_READ = ("packaging_capacity_kwpm", "deliveries_kunits", "fill_rate", "lead_time_weeks", "slots_share", "price_index")
"""Metrics that targets are read from."""
SHIPMENTS = "accelerator_shipments_2022_2024.csv"
COLUMNS = ("quarter", "designer", "units_p05_sum", "units_median", "units_p95_sum")
DESIGNERS: Mapping[str, str] = {"NVIDIA": "NVIDIA", "Google TPU": "Google", "AMD": "AMD", "Amazon Trainium": "Amazon"}
"""Names in tables of shipments -> designers of the scenario."""
_LINE, _SEGMENT = "interposer_2_5d", "ai_accelerator"


class ObservationError(UserError):
    """A table of observations that cannot be read: which file and line, what was found and what is allowed."""


@dataclass(frozen=True)
class Target:
    """One observed value with its band; ``short`` is its name where there is little room.

    ``quarter``: when it was observed; ``needs``: the last quarter that a run must reach to be compared; ``low`` and ``high`` the 5th
    and 95th percentile, or the ends of
    a published range, in ``unit``; ``observed`` the best value, None where only a range is known. ``read`` takes a result and gives the
    model's value, (world,).
    ``logarithmic``: distances are ratios. ``source``: ids of figures, a table, or ``assumption`` with its reason.
    """

    id: str
    name: str
    short: str
    unit: str
    quarter: Quarter
    needs: Quarter
    low: float
    high: float
    observed: float | None
    source: str
    read: Callable[[Result], Array]
    logarithmic: bool = True

    @property
    def centre(self) -> float:
        """Middle of the band: on the logarithmic scale where distances are ratios."""
        return math.sqrt(self.low * self.high) if self.logarithmic else (self.low + self.high) / 2.0

    def inside(self, values: Array) -> NDArray[np.bool_]:
        """Which values lie in the band."""
        return np.asarray((values >= self.low) & (values <= self.high))


def _at(result: Result, metric: str, quarter: Quarter, entity: str, item: str) -> Array:
    return np.asarray(result.array(metric, entity=entity, item=item)[quarter - result.quarters[0]])


def _mean_of_year(result: Result, metric: str, year: int, entity: str, item: str) -> Array:
    rows = [n for n, quarter in enumerate(result.quarters) if quarter.year == year]
    return np.asarray(result.array(metric, entity=entity, item=item)[rows].mean(axis=0))


def _capacity(id: str, name: str, short: str, figure: str, quarter: str) -> Target:
    """What stands at the end of a quarter is what can be used from the next one on."""
    of, published = Quarter.parse(quarter), figures()[figure]
    at = of + 1
    assert published.low is not None
    assert published.high is not None
    return Target(
        id,
        name,
        short,
        "kwpm",
        of,
        at,
        published.low,
        published.high,
        None,
        f"figure {figure}",
        lambda result: _at(result, "packaging_capacity_kwpm", at, "firm:TSMC", _LINE),
    )


def _lead_time(id: str, name: str, short: str, figure: str, quarter: str) -> Target:
    at, published = Quarter.parse(quarter), figures()[figure]
    assert published.low is not None
    assert published.high is not None
    return Target(
        id,
        name,
        short,
        "weeks",
        at,
        at,
        published.low,
        published.high,
        None,
        f"figure {figure}",
        lambda result: _at(result, "lead_time_weeks", at, "designer:NVIDIA", _SEGMENT),
    )


def _units(quarter: Quarter, designer: str, band: tuple[float, float, float], source: str) -> Target:
    entity = f"designer:{DESIGNERS[designer]}"
    return Target(
        f"units:{designer}:{quarter}",
        f"{designer} accelerators, {quarter}",
        f"{DESIGNERS[designer]} {quarter}",
        "k units",
        quarter,
        quarter,
        band[0],
        band[2],
        band[1],
        source,
        lambda result: _at(result, "deliveries_kunits", quarter, entity, _SEGMENT),
    )


def _price(result: Result) -> Array:
    years = [_mean_of_year(result, "price_index", year, "world", _LINE) for year in (2023, 2024)]
    return 100.0 * (years[1] / years[0] - 1.0)


def _share(result: Result, year: int) -> Array:
    return 100.0 * _mean_of_year(result, "slots_share", year, "designer:NVIDIA", _LINE)


@cache
def history_targets() -> tuple[Target, ...]:
    """Every target of 2022 to 2024, in the order in which they are told.

    >>> [target.id for target in history_targets()][:3]
    ['capacity:2023Q2', 'capacity:2023Q4', 'capacity:2024Q4']
    """
    capacity = (
        _capacity("capacity:2023Q2", "TSMC's 2.5D capacity, mid-2023", "Capacity mid-2023", "cowos_2023mid", "2023Q2"),
        _capacity("capacity:2023Q4", "TSMC's 2.5D capacity, end of 2023", "Capacity end 2023", "cowos_2023dec", "2023Q4"),
        _capacity("capacity:2024Q4", "TSMC's 2.5D capacity, end of 2024", "Capacity end 2024", "cowos_2024end", "2024Q4"),
    )
    lead_time = (
        _lead_time("lead_time:2023Q4", "NVIDIA's lead time, end of 2023", "Lead time end 2023", "lt_h100_2023", "2023Q4"),
        _lead_time("lead_time:2024Q2", "NVIDIA's lead time, spring of 2024", "Lead time 2024Q2", "lt_h100_2024", "2024Q2"),
    )
    end = Quarter.parse("2024Q4")
    others = (
        Target(
            "fill:2023Q3",
            "Slots that could be had, third quarter of 2023",
            "Fill rate 2023Q3",
            "share",
            Quarter.parse("2023Q3"),
            Quarter.parse("2023Q3"),
            0.65,
            0.85,
            0.8,
            "figure cowos_fill: 80 % of orders in September 2023; the band is an assumption",
            lambda result: _at(result, "fill_rate", Quarter.parse("2023Q3"), "world", _SEGMENT),
            logarithmic=False,
        ),
        Target(
            "price:2024",
            "Price of 2.5D packaging, 2024 over 2023",
            "2.5D price 2024",
            "%",
            end,
            end,
            5.0,
            20.0,
            None,
            "figure cowos_price: a forecast of 20 % over two years; the band is an assumption",
            _price,
            logarithmic=False,
        ),
        Target(
            "nvidia_share:2023",
            "NVIDIA's share of 2.5D slots, 2023",
            "NVIDIA's slots 2023",
            "%",
            Quarter.parse("2023Q4"),
            Quarter.parse("2023Q4"),
            35.0,
            45.0,
            40.0,
            "figure nv_cowos_2023: 40 %, d_nv_wafers: about 38 %; the band is an assumption",
            lambda result: _share(result, 2023),
            logarithmic=False,
        ),
        Target(
            "nvidia_share:2024",
            "Rise of NVIDIA's share of 2.5D slots from 2023 to 2024",
            "NVIDIA's slots 2024",
            "% points",
            end,
            end,
            0.0,
            20.0,
            None,
            "assumption: higher than in 2023, by at most half",
            lambda result: _share(result, 2024) - _share(result, 2023),
            logarithmic=False,
        ),
    )
    return (*capacity, *lead_time, *others, *observed_units(configs_dir() / "figures" / SHIPMENTS))


def observed_units(file: Path) -> tuple[Target, ...]:
    """Shipments of a table as targets, row by row. ObservationError tells what is wrong with the file."""
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ObservationError(f"{file}: cannot be read ({error}); allowed a table in UTF-8 with commas") from None
    reader = csv.DictReader(lines)
    lacking = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
    if lacking:
        raise ObservationError(f"{file}:1: lacks the columns {', '.join(lacking)}; allowed {', '.join(COLUMNS)}")
    return tuple(_observed(reader, file))


def _observed(reader: csv.DictReader[str], file: Path) -> Iterable[Target]:
    seen: set[str] = set()
    for row in reader:
        where = f"{file}:{reader.line_num}"
        try:
            quarter = Quarter.parse(row["quarter"])
            low, median, high = (float(row[column]) / 1000.0 for column in COLUMNS[2:])
        except (TypeError, ValueError):
            raise ObservationError(
                f"{where}: found {list(row.values())[:5]}; allowed a quarter, a designer, three numbers of units"
            ) from None
        if row["designer"] not in DESIGNERS:
            raise ObservationError(f"{where}: unknown designer {row['designer']!r}; allowed are {', '.join(DESIGNERS)}")
        if not 0.0 < low <= median <= high < math.inf:
            raise ObservationError(f"{where}: found {low:g}, {median:g}, {high:g} k units; allowed 0 < low <= median <= high")
        target = _units(quarter, row["designer"], (low, median, high), file.name)
        if target.id in seen:
            raise ObservationError(f"{where}: {target.name} stands there twice; allowed once")
        seen.add(target.id)
        yield target
