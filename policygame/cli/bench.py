"""``policygame bench``: how fast the engine is on this machine, and whether it keeps its limits."""

from __future__ import annotations

import os
from typing import Annotated

import typer
from rich.markup import escape

from policygame.cli.screen import print_json, print_table, print_text

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
_MEASURED = (
    "Measuring one after another: a quarter among many worlds, a quarter of a single world, ten times the firms, a forecast, "
    "memory."
)


def bench(
    quick: Annotated[bool, typer.Option("--quick", help="Measure less: about half a minute, less certain.")] = False,
    web: Annotated[
        bool, typer.Option("--web", help="Measure the pages instead: turns, forecasts, redraws, first paint.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Write JSON to standard output.")] = False,
) -> None:
    """Measure speed and memory on one core, which takes about a minute; exit code 1 when a limit is missed.

    Ratios are judged, against a step of Mesa's Boltzmann wealth example in the same run; absolute figures stand beside.
    """
    os.environ.update(dict.fromkeys(_THREADS, "1"))  # before NumPy is first imported
    if web:
        _bench_web(quick, json)
        return
    from policygame.benchmark import Effort, benchmarks

    if not json:
        typer.echo(f"{_MEASURED} This takes {'half a minute' if quick else 'a minute or more'}.", err=True)
    measurements = benchmarks(Effort.quick() if quick else Effort.full())
    if json:
        print_json([measurement.as_dict() for measurement in measurements])
    else:
        print_table(
            "Benchmarks, one core",
            ["what", "measured", "limit", "", "absolute"],
            [
                [
                    measurement.name,
                    f"{measurement.measured:.3g} {measurement.unit}",
                    "-" if measurement.limit is None else f"{measurement.limit:g}",
                    "-" if measurement.limit is None else ("[green]pass[/green]" if measurement.passed else "[red]FAIL[/red]"),
                    escape(measurement.absolute),
                ]
                for measurement in measurements
            ],
            caption="A reference step is BoltzmannWealth(n=100).step() of Mesa's examples, its data collection included.",
        )
    missed = [measurement.name for measurement in measurements if not measurement.passed]
    if missed:
        if not json:
            print_text(f"Limits missed: {'; '.join(missed)}.")
        raise typer.Exit(1)


def _bench_web(quick: bool, json: bool) -> None:
    """The pages: reported beside their aims, on all cores, and not judged."""
    from policygame.web.benchmark import web_benchmarks

    if not json:
        typer.echo(
            "Measuring turns and forecasts, and what a browser waits for where one can be driven. This takes a minute or two.",
            err=True,
        )
    measurements = web_benchmarks(quick)
    if json:
        print_json([measurement.as_dict() for measurement in measurements])
        return
    rows = [[one.name, f"{one.measured:.2f} {one.unit}", escape(one.absolute)] for one in measurements]
    print_table("The pages", ["what", "measured", "how"], rows)
    if not any(one.id == "redraw" for one in measurements):
        print_text("No browser was timed: that needs Chromium and pip install 'policygame[test]'.")
