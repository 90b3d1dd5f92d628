"""``policygame run``: simulate a scenario in parallel worlds, write tidy Parquet, show a summary.

Everything that can be wrong with the request is found before anything is simulated.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from policygame.catalogue import JURISDICTIONS, STAGES
from policygame.cli import options
from policygame.cli.options import PlannedChange, PlannedPolicy
from policygame.cli.screen import ProgressBar, print_json, print_text
from policygame.cli.summary import SUMMARY_METRICS, print_summary, summary_rows
from policygame.output import Provenance, reserve, write_results

if TYPE_CHECKING:
    from policygame.scenario import Scenario
    from policygame.simulation import Result


def _bot_names() -> str:
    from policygame.bots import BOTS

    return ", ".join(BOTS)


@dataclass(frozen=True)
class Request:
    """A run that has been checked: what is simulated and what is kept of it."""

    named: str
    scenario: Scenario
    seeds: range
    quarters: int
    policies: tuple[PlannedPolicy, ...]
    changes: tuple[PlannedChange, ...]
    metrics: list[str] | None

    @property
    def followed(self) -> dict[str, str]:
        """Bot or file that a government follows, as typed; those without one follow the record."""
        return {planned.government: planned.named for planned in self.policies}

    @property
    def command(self) -> str:
        """The command line that gives the same results into a directory, for which the word DIR stands."""
        words = ["policygame", "run", self.named, "--worlds", str(len(self.seeds)), "--seed", str(self.seeds[0])]
        words += ["--quarters", str(self.quarters)]
        for planned in self.policies:
            words += ["--policy", f"{planned.government}={planned.named}"]
        for change in self.changes:
            words += ["--change", str(change)]
        if self.metrics is not None:
            words += ["--metrics", ",".join(self.metrics)]
        return shlex.join([*words, "--out", "DIR"])

    @property
    def provenance(self) -> Provenance:
        """What the manifest says of the request."""
        from policygame.scenario import shipped_scenarios

        return Provenance(
            command=self.command,
            policies={planned.government: planned.text for planned in self.policies},
            changes=[str(change) for change in self.changes],
            metrics=self.metrics,
            scenario_file=None if self.named in shipped_scenarios() else self.named,
        )


def run(
    scenario: Annotated[
        str,
        typer.Argument(
            help="A shipped scenario ([b]policygame scenarios[/b] lists them) or a file.",
            metavar="SCENARIO",
            autocompletion=options.complete_scenario,
        ),
    ],
    worlds: Annotated[str, typer.Option(help="Number of worlds; world number i has the seed SEED + i.", metavar="N")] = "64",
    seed: Annotated[str, typer.Option(help="Seed of the first world, a whole number from 0.", metavar="SEED")] = "1",
    quarters: Annotated[
        str | None, typer.Option(help="Quarters to simulate; default: to the scenario's end.", metavar="N")
    ] = None,
    policy: Annotated[
        list[str] | None,
        typer.Option(
            help="What a government does from the first quarter of play on: a bot, or a file with a policy. May be repeated. "
            f"Governments: {', '.join(JURISDICTIONS)}. Bots: {_bot_names()}.",
            metavar="GOV=BOT_OR_FILE",
            autocompletion=options.complete_policy,
        ),
    ] = None,
    change: Annotated[
        list[str] | None,
        typer.Option(
            help="Multiply a stage's capacity: STAGE=FACTOR@FIRST:LAST, like hbm=1.1@2023Q2:2024Q1. Dates, or the last alone, "
            f"may be left out. May be repeated. Stages: {', '.join(STAGES)}.",
            metavar="CHANGE",
            autocompletion=options.complete_change,
        ),
    ] = None,
    metrics: Annotated[
        str | None,
        typer.Option(
            help="Metrics to write, with commas between; default: all. [b]policygame words metrics[/b] lists them.",
            metavar="A,B",
            autocompletion=options.complete_metrics,
        ),
    ] = None,
    out: Annotated[
        str | None,
        typer.Option(help="Directory for results.parquet and manifest.json; default: only a summary is shown.", metavar="DIR"),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace results that the directory holds.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Write JSON to standard output.")] = False,
    progress: Annotated[bool, typer.Option("--progress/--no-progress", help="Show a progress bar after two seconds.")] = True,
) -> None:
    """Simulate a scenario in parallel worlds; write tidy Parquet with a manifest; show medians and 5-95 % bands."""
    place = None if out is None else options.parse_directory(out, "--out")
    request = _request(scenario, worlds, seed, quarters, policy or (), change or (), metrics)
    with ExitStack() as stack:
        partial = None if place is None else stack.enter_context(reserve(place, force=force))
        try:
            result = _simulate(request, progress)
            manifest = None if partial is None else _write(result, partial, request, progress)
        except MemoryError as error:
            raise options.OptionError(
                f"{len(request.seeds)} worlds do not fit into memory; use fewer --worlds or --metrics."
            ) from error
    if json:
        print_json(_report(request, result, place, manifest))
        return
    print_summary(result, request.followed, [str(change) for change in request.changes])
    if manifest is not None:
        print_text(f"\n{manifest['results']['rows']:,} rows in {place}/{manifest['results']['file']}; beside it manifest.json.")


def _request(
    scenario: str,
    worlds: str,
    seed: str,
    quarters: str | None,
    policies: Sequence[str],
    changes: Sequence[str],
    metrics: str | None,
) -> Request:
    """Read and check all that was typed."""
    from policygame.scenario import load_scenario

    seeds = options.parse_seeds(seed, worlds)
    chosen = options.parse_metrics(metrics)
    loaded = load_scenario(scenario)
    return Request(
        named=scenario,
        scenario=loaded,
        seeds=seeds,
        quarters=options.parse_quarters(quarters, loaded),
        policies=tuple(options.parse_policies(policies, loaded)),
        changes=tuple(options.parse_change(text, loaded) for text in changes),
        metrics=chosen,
    )


def _simulate(request: Request, progress: bool) -> Result:
    from policygame.model.changes import scale_capacity
    from policygame.simulation import simulate

    metrics = request.metrics
    with ProgressBar("simulating", enabled=progress) as bar:
        return simulate(
            request.scenario,
            seeds=request.seeds,
            policies={planned.government: planned.plays for planned in request.policies},
            quarters=request.quarters,
            changes=[
                scale_capacity(change.stage, change.factor, start=_text(change.start), end=_text(change.end))
                for change in request.changes
            ],
            metrics=None if metrics is None else list(dict.fromkeys([*metrics, *SUMMARY_METRICS])),
            progress=bar,
        )


def _text(quarter: object) -> str | None:
    return None if quarter is None else str(quarter)


def _write(result: Result, directory: Path, request: Request, progress: bool) -> dict[str, Any]:
    with ProgressBar("writing", enabled=progress) as bar:
        return write_results(result, directory, request.provenance, bar)


def _report(request: Request, result: Result, out: Path | None, manifest: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "scenario": {"name": request.scenario.name, "title": request.scenario.title, "hash": request.scenario.hash},
        "worlds": len(request.seeds),
        "seed": request.seeds[0],
        "quarters": [str(quarter) for quarter in result.quarters],
        "policies": request.followed,
        "changes": [str(change) for change in request.changes],
        "out": None if out is None else str(out),
        "manifest": manifest,
        "summary": summary_rows(result, list(request.followed)),
        "awards_cut": [str(note) for note in result.awards_cut],
    }
