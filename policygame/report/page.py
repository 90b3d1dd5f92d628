"""The file: sections from tables and charts, each with its numbers as a table and as CSV inside it."""

from __future__ import annotations

import math
import os
import shlex
import uuid
from pathlib import Path
from typing import Any
from urllib.parse import quote

from policygame.analysis import Sample, Table, analyse, write_tables
from policygame.analysis.analyse import FOLDER
from policygame.analysis.sample import AnalysisError
from policygame.calibration.answers import shipped_answers
from policygame.experiment.loading import shipped_experiments
from policygame.report.fans import MOST_FANS, Fan, fan_charts, quantiles
from policygame.web.charts.bars import Bar, bars
from policygame.web.export import Charts, document_html
from policygame.web.markup import Markup, el, join
from policygame.web.text import number

__all__ = ["report_html", "write_report"]

_ROWS = 40
"""Rows that are shown of a table; its CSV has all."""


def write_report(sample: Sample, file: Path) -> list[Path]:
    """Write the report, aside and renamed, and every table as CSV into the result set. AnalysisError where that cannot be."""
    tables = {one.name: one for one in (*analyse(sample), quantiles(sample))}
    text = report_html(sample, tables)
    written = write_tables(sample.results.folder / FOLDER, list(tables.values()))
    aside = file.parent / f".{file.name}.{uuid.uuid4().hex}"
    try:
        aside.write_text(text, encoding="utf-8")
        os.replace(aside, file)
    except OSError as error:
        raise AnalysisError(f"{file} cannot be written: {error.strerror or error}.") from error
    finally:
        aside.unlink(missing_ok=True)
    return [file, *written]


def report_html(sample: Sample, tables: dict[str, Table]) -> str:
    """The file's text. It asks for nothing from elsewhere."""
    charts, manifest = Charts(), sample.results.manifest
    fans = list(fan_charts(sample, tables["fans"]))
    body = join(
        [
            _what_was_run(sample),
            _fans(charts, tables["fans"], "Over time", [one for one in fans if not one.of_power]),
            _fans(charts, tables["fans"], "Concentration and leadership", [one for one in fans if one.of_power]),
            _sensitivity(charts, tables),
            _tables(tables, "Where cases lie", ("boxes",)),
            _comparison(charts, sample, tables),
            _tables(tables, "Are there worlds enough?", ("convergence",)),
            _back_test(sample),
            _again(sample),
        ]
    )
    scenario = manifest["parts"]["scenario"]
    subtitle = f"{manifest['name']}, scenario {scenario['name']} {scenario['hash'][:12]}, {sample.results.planned:,} runs"
    return document_html(str(manifest["title"]), subtitle, body, charts)


def _section(title: str, *children: Any) -> Markup:
    return el("section", el("h2", title), *children, class_="card pad stack")


def _grid(head: list[str], rows: list[list[str]]) -> Markup:
    numeric = [
        all(not row[at] or row[at].lstrip("\u2212").replace(",", "").replace(".", "").isdigit() for row in rows)
        for at in range(len(head))
    ]
    cells = [el("tr", [el("td", cell, class_="n" if n else None) for cell, n in zip(row, numeric, strict=True)]) for row in rows]
    top = el("tr", [el("th", words, scope="col", class_="n" if n else None) for words, n in zip(head, numeric, strict=True)])
    return el(
        "div", el("table", el("thead", top), el("tbody", cells)), class_="scrollx", tabindex=0, role="region", aria_label=head[0]
    )


LEAST = 0.001
"""What is nearer to nothing is told as under this in a table of the page; the CSV has it."""


def _csv(one: Table) -> Markup:
    data = "data:text/csv;charset=utf-8," + quote(one.frame.to_csv(index=False, lineterminator="\n"))
    return el("p", el("a", f"{one.name}.csv", href=data, download=f"{one.name}.csv"), f", {len(one.frame):,} rows", class_="sub")


def _shown(one: Table) -> Markup:
    rows = [[_cell(value) for value in row] for row in one.frame.head(_ROWS).itertuples(index=False)]
    head = [str(name).replace("_", " ") for name in one.frame.columns]
    return join(
        [
            el("h3", one.title),
            _grid(head, rows) if rows else el("p", "Nothing was found."),
            el("p", one.note, class_="sub") if one.note else None,
            _csv(one),
        ]
    )


def _cell(value: Any) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if str(value) in ("True", "False"):
        return "yes" if str(value) == "True" else ""
    if isinstance(value, str):
        return value
    small = 0.0 < abs(float(value)) < LEAST
    return f"under {LEAST:g}" if small and value > 0 else f"0 to -{LEAST:g}" if small else number(float(value))


def _tables(tables: dict[str, Table], title: str, names: tuple[str, ...]) -> Markup | None:
    found = [tables[name] for name in names if name in tables]
    return _section(title, [_shown(one) for one in found]) if found else None


def _what_was_run(sample: Sample) -> Markup:
    manifest = sample.results.manifest
    parts = manifest["parts"]
    seeds, last = parts["seeds"], parts["quarters"]
    design = ", ".join(f"{name} {value}" for name, value in parts["design"].items() if value is not None)
    facts = {
        "Scenario": f"{parts['scenario']['name']}, hash {parts['scenario']['hash']}",
        "Model": str(parts["model"]),
        "Versions": ", ".join(f"{name} {value}" for name, value in manifest["versions"].items()),
        "Quarters": str(last),
        "Arms": ", ".join(sample.arms),
        "Design": f"{design}; {sample.n_points:,} points of {len(sample.quantities)} quantities",
        "Seeds": f"{seeds['first']} on, {seeds['n']:,} of each point and arm; {seeds['arms']} to arms, {seeds['points']} to points",
        "Runs": f"{sample.results.planned:,}, {sample.missing:,} failed",
    }
    return _section(
        "What was run",
        el("p", manifest["question"]) if manifest["question"] else None,
        _grid(["What", "How"], [[name, words] for name, words in facts.items()]),
        el("details", el("summary", "The experiment's file"), el("pre", el("code", _text(sample)), class_="code scrollx")),
    )


def _text(sample: Sample) -> str:
    return (sample.results.folder / "experiment.yaml").read_text(encoding="utf-8")


def _fans(charts: Charts, table: Table, title: str, shown: list[Fan]) -> Markup | None:
    if not shown:
        return None
    note = (
        f"At most {MOST_FANS} pictures, of what outcomes measure first; the CSV has all series. "
        "Bands hold half and nine in ten of the worlds."
    )
    figures = [el("section", el("h3", one.title), charts.place(one.chart, 240)) for one in shown]
    return _section(title, el("p", note, class_="sub"), figures, _csv(table))


def _sensitivity(charts: Charts, tables: dict[str, Table]) -> Markup | None:
    found: list[Any] = []
    for name, column, unit in (("sobol", "total", "share of variance"), ("morris", "mean_absolute_effect", "")):
        if name not in tables:
            continue
        for (arm, outcome), rows in tables[name].frame.groupby(["arm", "outcome"], sort=False):
            top = rows.head(15)
            shown = [Bar(str(row["quantity"]), float(row[column]), "@draft") for row in top.to_dict("records")]
            finding = f"{outcome} in {arm}: {shown[0].name} matters most."
            found.append(
                el(
                    "section",
                    el("h3", finding),
                    charts.place(bars(shown, unit=unit, ordered=True, finding=finding), 30 * len(shown) + 30),
                )
            )
        found.append(_shown(tables[name]))
    return _section("Which quantities matter", found) if found else None


def _comparison(charts: Charts, sample: Sample, tables: dict[str, Table]) -> Markup | None:
    if "ranking" not in tables:
        return None
    found: list[Any] = []
    for outcome, rows in tables["ranking"].frame.groupby("outcome", sort=False):
        told = rows.to_dict("records")
        shown = [Bar(str(row["arm"]), float(row["mean"]), "@draft") for row in told if math.isfinite(row["mean"])]
        if shown:
            robust = [str(row["arm"]) for row in told if row["robust"]]
            words = f"{outcome}, {told[0]['better']} is better: {shown[0].name} has the best mean"
            finding = words + (f"; the robust choice is {' and '.join(robust)}." if robust else ".")
            chart = bars(shown, unit=sample.unit(str(outcome)), ordered=True, finding=finding)
            found.append(el("section", el("h3", finding), charts.place(chart, 34 * len(shown) + 30)))
    tabled = [_shown(tables[name]) for name in ("ranking", "differences", "dominance")]
    return _section("Which arm is best", found, tabled)


def _back_test(sample: Sample) -> Markup:
    name = sample.results.manifest["parts"]["scenario"]["name"]
    answers = shipped_answers(name)
    if not answers:
        return _section("Back-test", el("p", f"No fit to history ships with {name}, so it has no back-test of its own."))
    rows = [
        [one.name, one.observed, f"{number(one.p50)} ({number(one.p05)} to {number(one.p95)}) {one.unit}", one.source]
        for one in answers
    ]
    return _section(
        "Back-test",
        el("p", f"What the fitted worlds of {name} answered to questions about history and its programmes."),
        _grid(["Question", "Observed or asked", "Answer, nine in ten worlds", "Source"], rows),
    )


def _again(sample: Sample) -> Markup:
    name = sample.results.manifest["name"]
    file = name if name in shipped_experiments() else "experiment.yaml"
    lines = [
        shlex.join(["policygame", "batch", file, "--out", "results"]),
        "policygame analyze results",
        "policygame report results",
    ]
    words = "The same file, model and scenario give the same numbers, whatever the machine and the number of its processes."
    return _section("How to reproduce", el("p", words), el("pre", el("code", "\n".join(lines)), class_="code scrollx"))
