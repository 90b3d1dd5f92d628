"""``policygame backtest``: what happened, what the model says, and what it missed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from policygame.cli.options import MOST_WORLDS, complete_scenario, parse_seeds
from policygame.cli.screen import ProgressBar, print_json, print_table, print_text

if TYPE_CHECKING:
    from policygame.calibration.backtest import Backtest, Row
    from policygame.calibration.checks import Check


def backtest(
    scenario: Annotated[
        str, typer.Argument(help="A shipped scenario or the path of a file.", autocompletion=complete_scenario)
    ] = "ai-surge-2023",
    worlds: Annotated[str, typer.Option(help=f"How many worlds to hold against history, up to {MOST_WORLDS}.")] = "500",
    seed: Annotated[str, typer.Option(help="Seed of the first world.")] = "1",
    data: Annotated[
        Path | None,
        typer.Option(
            help="Score the shipments of this table instead: quarter, designer, units_p05_sum, units_median, units_p95_sum.",
            metavar="FILE.csv",
        ),
    ] = None,
    others: Annotated[
        bool,
        typer.Option(
            "--others/--no-others", help="Targets 2 to 7 too: what binds, where things stood, subsidies, surprise, cheap facts."
        ),
    ] = True,
    json: Annotated[bool, typer.Option("--json", help="Write JSON to standard output.")] = False,
) -> None:
    """Hold the model against 2022-2024, target by target: the band that was observed, and the model's 5th, 50th and 95th percentile.

    A target holds if the model's median lies inside its band and at least 70 % of worlds do. What is missed is said. Targets 2 to 7,
    which nothing was fitted to, follow: they take up to 96 worlds.
    """
    from policygame.calibration.answers import answers, asked_of
    from policygame.calibration.backtest import backtest as hold
    from policygame.calibration.backtest import hits_told
    from policygame.scenario import load_scenario

    seeds, loaded = parse_seeds(seed, worlds), load_scenario(scenario)
    with ProgressBar("history", enabled=not json) as bar:
        found = hold(loaded, worlds=len(seeds), seed=seeds.start, data=data, progress=bar)
    checks: tuple[Check, ...] = ()
    if others and data is None and asked_of(loaded):
        with ProgressBar("targets 2 to 7", enabled=not json) as bar:
            checks = answers(loaded, worlds=len(seeds), seed=seeds.start, progress=bar)
    if json:
        print_json(_told(found, checks))
        return
    rows = [_row(row) for row in found.rows]
    columns = ["target", "unit", "observed", "5 %", "median", "95 %", "inside", ""]
    title = f"{found.scenario}: {found.worlds} worlds from seed {found.first_seed}, against what was observed"
    print_table(title, columns, rows, numbers=True)
    held = len(found.rows) - len(found.missed)
    print_text(f"{held} of {len(found.rows)} targets hold. {hits_told(found.hits, len(found.rows))}")
    for row in found.missed:
        print_text(f"Missed: {row.target.name}: {_why(row)}. Source of the band: {row.target.source}.")
    if checks:
        _show_others(checks)


def _show_others(checks: Sequence[Check]) -> None:
    from policygame.calibration.answers import TARGETS

    rows = [
        [
            f"{one.target}",
            escape(one.name),
            escape(one.unit),
            one.asked,
            one.answer,
            f"{one.worlds}",
            "[green]holds[/green]" if one.holds else "[red]missed[/red]",
        ]
        for one in checks
    ]
    columns = ["", "question", "unit", "asked", "median (5 to 95 %)", "worlds", ""]
    print_text("")
    print_table("Targets 2 to 7, which nothing was fitted to", columns, rows, folding=["question"])
    for number, name in TARGETS.items():
        own = [one for one in checks if one.target == number]
        if own:
            print_text(f"Target {number}, {name.lower()}: {sum(one.holds for one in own)} of {len(own)} hold.")
    for one in checks:
        if not one.holds:
            note = f" ({one.note})" if one.note else ""
            print_text(f"Missed: {one.name}: {one.why_missed}{note}. Published: {one.observed}. Source: {one.source}.")


def _row(row: Row) -> list[str]:
    target = row.target
    mark = "[green]holds[/green]" if row.holds else "[red]missed[/red]"
    band = f"{target.low:.4g} to {target.high:.4g}"
    numbers = [f"{value:.3g}" for value in (row.p05, row.p50, row.p95)]
    return [escape(target.name), escape(target.unit), band, *numbers, f"{row.inside:.0%}", mark]


def _why(row: Row) -> str:
    target = row.target
    if not row.median_inside:
        nearest = target.low if row.p50 < target.low else target.high
        return (
            f"the median is {row.p50:.3g} {target.unit}, {abs(row.p50 / nearest - 1.0):.0%} off the band"
            if nearest
            else (f"the median is {row.p50:.3g} {target.unit}, the band begins at {nearest:g}")
        )
    return f"{row.inside:.0%} of worlds lie inside the band, fewer than 70 %"


def _told(found: Backtest, checks: Sequence[Check]) -> dict[str, Any]:
    from policygame.calibration.answers import hashes

    return {
        "scenario": found.scenario,
        "scenario_hash": found.scenario_hash,
        "worlds": found.worlds,
        "first_seed": found.first_seed,
        "all_inside": found.all_inside,
        "targets": [
            {
                "id": row.target.id,
                "name": row.target.name,
                "unit": row.target.unit,
                "quarter": str(row.target.quarter),
                "low": row.target.low,
                "observed": row.target.observed,
                "high": row.target.high,
                "p05": row.p05,
                "p50": row.p50,
                "p95": row.p95,
                "inside": row.inside,
                "median_inside": row.median_inside,
                "holds": row.holds,
                "source": row.target.source,
            }
            for row in found.rows
        ],
        "hits": {str(hit): found.hits.count(hit) for hit in sorted(set(found.hits))},
        "others": [one.told() for one in checks],
        "asked": hashes() if checks else {},
    }
