"""What the Lab shows of a result set, computed off the page: how many runs a filter keeps, the charts, the ranking.

Every part stands alone: where one cannot be had, a sentence says why. How it is laid out is ``lab``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from policygame.analysis.sample import unit_of
from policygame.analysis.selection import (
    MOST_FAN_RUNS,
    MOST_LINES,
    Selection,
    Wanted,
    fan_of,
    kept_series,
    lines_of,
    ranked,
    sensitivity,
)
from policygame.analysis.tables import Table
from policygame.catalogue import METRICS
from policygame.errors import UserError
from policygame.experiment import Results
from policygame.experiment.folder import FolderError
from policygame.experiment.shelf import Shelf
from policygame.web.charts import Axis, Bands, Bar, ChartSpec, bars, fan, parallel
from policygame.web.text import _, n_, number

__all__ = ["About", "Asked", "Drawn", "Found", "about", "found", "series_words"]

MOST_AXES = 8
MOST_BARS = 15
_FEWEST_FOR_RANKS = 8


@dataclass(frozen=True)
class About:
    """What a result set is, for the form: names and the spread of each quantity."""

    title: str
    question: str
    arms: tuple[str, ...]
    outcomes: tuple[str, ...]
    units: tuple[str, ...]
    series: tuple[tuple[str, str, str], ...]
    spreads: tuple[tuple[str, float, float], ...]
    planned: int
    done: int
    failed: int
    report: bool


@dataclass(frozen=True)
class Asked:
    """What is looked at: the filter, an outcome, a series (its place among those kept), and one arm or two."""

    outcome: str
    first: str
    second: str = ""
    series: int = 0
    wanted: Wanted = field(default_factory=Wanted)


@dataclass(frozen=True)
class Drawn:
    """A chart with its title and note; or, without one, ``words`` on why there is none."""

    title: str = ""
    chart: ChartSpec | None = None
    words: str = ""
    height: int = 260


@dataclass(frozen=True)
class Found:
    """What was found for ``Asked``; ``ranking`` is None where ``ranking_words`` says why."""

    kept: int
    fan: Drawn
    lines: Drawn
    bars: tuple[Drawn, ...]
    ranking: Table | None
    ranking_words: str


def _opened(shelf: Shelf, name: str) -> Results:
    results = shelf.open(name)
    if results is None:
        raise UserError(_("There is no result set of this name here."))
    try:
        results.manifest["parts"]["outcomes"], results.failed
    except (KeyError, TypeError) as error:
        raise FolderError(_("its records cannot be read ({error})").format(error=error)) from None
    return results


def about(shelf: Shelf, name: str) -> About:
    """What the set of that name is. UserError where the list has none, or it cannot be read."""
    from policygame.web.lab_files import REPORT

    results = _opened(shelf, name)
    manifest, parts = results.manifest, results.manifest["parts"]
    spreads = []
    for one in parts["quantities"]:
        spread = one.get("spread") or {}
        ends = [spread.get(end) for end in ("low", "high")]
        low, high = (float(end) if isinstance(end, int | float) else float("nan") for end in ends)
        spreads.append((str(one["name"]), low, high))
    return About(
        str(manifest["title"]),
        str(manifest["question"] or ""),
        results.arm_names,
        tuple(results.outcome_names),
        tuple(unit_of(told) for told in parts["outcomes"].values()),
        tuple(kept_series(results)),
        tuple(spreads),
        results.planned,
        results.done,
        results.failed,
        (results.folder / REPORT).is_file(),
    )


def found(shelf: Shelf, name: str, asked: Asked) -> Found:
    """Compute what is looked at. UserError where the filter or the set is wrong."""
    results = _opened(shelf, name)
    chosen = Selection.of(results, asked.wanted)
    table, words = _ranked(results, asked)
    return Found(
        len(chosen),
        _tried(lambda: _fan(chosen, asked)),
        _tried(lambda: _lines(chosen, asked)),
        _sensitivity(results, asked),
        table,
        words,
    )


def _ranked(results: Results, asked: Asked) -> tuple[Table | None, str]:
    """The ranking, or None and why there is none."""
    if len(asked.wanted.arms) == 1:
        return None, _("The filter keeps one arm; keep two or more to compare them.")
    try:
        table = ranked(results, asked.outcome, asked.wanted)
    except UserError as error:
        return None, _sentence(error)
    if not len(table.frame):
        return None, _(
            "No end of {outcome} is wanted by itself, so its arms have no order. Say which: "
            "policygame analyze FOLDER --want {outcome}=higher, or lower."
        ).format(outcome=asked.outcome)
    return table, ""


def _tried(draw: Callable[[], Drawn]) -> Drawn:
    try:
        return draw()
    except UserError as error:
        return Drawn(words=_sentence(error))


def _sentence(error: UserError) -> str:
    text = str(error)
    return text[:1].upper() + text[1:]


def series_words(series: tuple[str, str, str]) -> str:
    """The name of a kept series."""
    metric, entity, item = series
    return ", ".join(filter(None, (_(METRICS[metric].name), entity, item)))


def _fan(chosen: Selection, asked: Asked) -> Drawn:
    kept = kept_series(chosen.results)
    if not kept:
        return Drawn(words=_("No series was kept in this set; an experiment keeps them with 'keep: quarterly'."))
    series = kept[asked.series]
    unit = METRICS[series[0]].unit
    sides = [(arm, *fan_of(chosen, series, arm)) for arm in dict.fromkeys((asked.first, asked.second)) if arm]
    shown = [(arm, quarters, levels, n) for arm, quarters, levels, n in sides if n]
    if not shown:
        return Drawn(words=_("No run of this arm lies in the filter."))
    quarters = shown[0][1]
    told = [Bands(*(level.tolist() for level in levels)) for _arm, own, levels, _n in shown if own == quarters]
    names = (shown[0][0], shown[1][0] if len(told) > 1 else "")
    title = series_words(series)
    finding = _("{title}: {names}.").format(title=title, names=_(" and ").join(filter(None, names)))
    chart = fan(
        quarters, [], told[0], told[1] if len(told) > 1 else None, unit=unit, names=names, finding=finding, direct_labels=False
    )
    counts = ", ".join(f"{arm} {number(n)}" for arm, _own, _levels, n in shown)
    words = _("Bands hold half and nine in ten of the runs; lines are middle runs. Runs: {counts}.").format(counts=counts)
    if any(n == MOST_FAN_RUNS for *_rest, n in shown):
        words += " " + _("No more than {most} runs of an arm are read, evenly spaced.").format(most=number(MOST_FAN_RUNS))
    return Drawn(title, chart, words)


def _lines(chosen: Selection, asked: Asked) -> Drawn:
    results = chosen.results
    both = [arm for arm in dict.fromkeys((asked.first, asked.second)) if arm]
    quantities = list(results.quantity_names)
    frame = lines_of(chosen, both, quantities, [asked.outcome])
    if frame.empty:
        return Drawn(words=_("No run of these arms lies in the filter, so there are no lines."))
    ranks = _rank_correlations(frame, quantities, asked.outcome)
    first = list(ranks.index[: MOST_AXES - 2]) if len(ranks) else quantities[: MOST_AXES - 2]
    others = [name for name in results.outcome_names if name != asked.outcome][: MOST_AXES - 1 - len(first)]
    if others:
        extra = lines_of(chosen, both, [], others)
        frame = frame.merge(extra.drop(columns="arm"), on="run")
    axes = [Axis(name, frame[name].tolist()) for name in (*first, *others, asked.outcome)]
    tokens = ("@force", "@draft") if len(both) > 1 else ("@draft",)
    words = n_("{n} run is drawn", "{n} runs are drawn", len(frame)).format(n=number(len(frame)))
    words += _(", of {kept} that the filter keeps (at most {most}, evenly spaced).").format(
        kept=number(len(chosen)), most=MOST_LINES
    )
    if len(quantities) > len(first):
        words += " " + _("Of {all} quantities the {n} that go most with {outcome} have an axis.").format(
            all=len(quantities), n=len(first), outcome=asked.outcome
        )
    finding = words
    if len(ranks):
        finding = _("{outcome} goes most with {name}: rank correlation {rank}.").format(
            outcome=asked.outcome, name=ranks.index[0], rank=number(float(ranks.iloc[0]), 2)
        )
    chart = parallel(axes, frame["arm"].tolist(), dict(zip(both, tokens, strict=True)), finding=finding)
    return Drawn(finding if len(ranks) else "", chart, words, 320)


def _rank_correlations(frame: pd.DataFrame, quantities: list[str], outcome: str) -> pd.Series:
    """Spearman's correlation of each quantity with an outcome over the lines, the strongest first; none where there are few."""
    if len(frame) < _FEWEST_FOR_RANKS:
        return pd.Series(dtype=float)
    moving = [name for name in quantities if frame[name].nunique() > 1]
    if not moving or frame[outcome].nunique() < 2:
        return pd.Series(dtype=float)
    found = frame[moving].rank().corrwith(frame[outcome].rank()).dropna()
    order = np.argsort(-found.abs().to_numpy(), kind="stable")
    return found.iloc[order]


def _sensitivity(results: Results, asked: Asked) -> tuple[Drawn, ...]:
    try:
        column, table = sensitivity(results, asked.outcome)
    except UserError as error:
        return (Drawn(words=_sentence(error)),)
    unit = _("share of variance") if column == "total" else unit_of(results.manifest["parts"]["outcomes"][asked.outcome])
    drawn = []
    for arm in dict.fromkeys((asked.first, asked.second)):
        rows = table.frame[table.frame["arm"] == arm].head(MOST_BARS)
        if len(rows):
            shown = [
                Bar(str(row["quantity"]), float(row[column]), "@draft", f"({number(row[low])} to {number(row[high])})")
                for row in rows.to_dict("records")
                for low, high in [("total_low", "total_high") if column == "total" else ("low", "high")]
            ]
            title = _("{outcome} in {arm}: {name} matters most").format(outcome=asked.outcome, arm=arm, name=shown[0].name)
            drawn.append(Drawn(title, bars(shown, unit=unit, ordered=True, finding=f"{title}."), height=34 * len(shown) + 30))
    return tuple(drawn) or (Drawn(words=table.note or _("Nothing moves this outcome.")),)
