"""``policygame batch``: run an experiment, or what is left of it, into a folder.

What an experiment is, and how it is run, is the business of ``policygame.experiment``; here it is asked for and told.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Annotated, Any, Self

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from policygame.cli.options import OptionError, parse_directory, whole_number
from policygame.cli.screen import print_json, print_text

if TYPE_CHECKING:
    from policygame.experiment import Plan, Summary
    from policygame.experiment.sizing import Size

INTERRUPTED = 128 + signal.SIGINT
PATIENCE_S = 2.0


def _complete_experiment(incomplete: str) -> list[str]:
    from policygame.experiment import shipped_experiments

    return [name for name in shipped_experiments() if name.startswith(incomplete)]


def batch(
    experiment: Annotated[
        str,
        typer.Argument(
            help="A shipped experiment or the path of a file.", metavar="EXPERIMENT", autocompletion=_complete_experiment
        ),
    ],
    out: Annotated[
        str | None, typer.Option(help="Folder of the result set; one that was begun is resumed.", metavar="DIR")
    ] = None,
    workers: Annotated[str | None, typer.Option(help="Processes; default: one for each core.", metavar="N")] = None,
    shard: Annotated[
        str | None, typer.Option(help="Run only one of several parts, for job arrays: [b]3/40[/b].", metavar="I/N")
    ] = None,
    scheduler: Annotated[
        str | None, typer.Option(help="A Dask scheduler whose workers run it: [b]tcp://host:8786[/b].", metavar="ADDRESS")
    ] = None,
    worlds_per_task: Annotated[
        str | None, typer.Option(help="Worlds that one task runs side by side; fewer need less memory.", metavar="N")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check the experiment and tell its size; run nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Begin also what takes over an hour or over 10 GB.")] = False,
    retry_failed: Annotated[bool, typer.Option("--retry-failed", help="Run again what had failed.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Write JSON to standard output.")] = False,
    progress: Annotated[bool, typer.Option("--progress/--no-progress", help="Show a progress bar after two seconds.")] = True,
) -> None:
    """Run an experiment into a folder: many games at once, on all cores, stopped and resumed at will."""
    from policygame.experiment import Interrupted, load_experiment, run_experiment
    from policygame.experiment.running import shard_of

    place = None if out is None else parse_directory(out, "--out")
    part = _shard(shard)
    if scheduler is not None and workers is not None:
        raise OptionError("--workers counts processes of this machine and --scheduler names a cluster; give one of them.")
    n_workers = (os.cpu_count() or 1) if workers is None else whole_number(workers, "--workers", 1, 1024)
    worlds = None if worlds_per_task is None else whole_number(worlds_per_task, "--worlds-per-task", 1, 100_000)
    if place is None and not dry_run:
        raise OptionError("--out names the folder of the results; write --out DIR, or --dry-run to see the size alone.")
    plan = load_experiment(experiment)
    first, end = shard_of(plan.n_runs, part)
    size = _size(plan, end - first, n_workers, place)
    if not json:
        _tell(plan, size, part)
    if dry_run:
        if json:
            print_json({"experiment": plan.experiment.name, "dry_run": True, **_size_told(plan, size, part)})
        return
    assert place is not None
    if not yes:
        _consent(size, place)
    command = _command(experiment, place, workers, shard, scheduler, worlds_per_task)
    try:
        with RunsBar(progress) as bar, politely():
            summary = run_experiment(
                plan,
                place,
                workers=None if scheduler is not None else n_workers,
                scheduler=scheduler,
                shard=part,
                worlds_per_task=worlds,
                retry_failed=retry_failed,
                progress=bar,
            )
    except Interrupted as interrupted:
        told = interrupted.summary
        words = f"interrupted; {told.done:,} of {told.planned:,} runs are done and kept. Go on with: {command}"
        typer.echo(f"policygame: {words}", err=True)
        raise typer.Exit(INTERRUPTED) from None
    if json:
        print_json({"experiment": plan.experiment.name, **_size_told(plan, size, part), **_summary_told(summary)})
    else:
        _tell_summary(summary)


def _shard(text: str | None) -> tuple[int, int]:
    if text is None:
        return 1, 1
    found = re.fullmatch(r"([0-9]{1,9})/([0-9]{1,9})", text.strip())
    part, parts = (int(found[1]), int(found[2])) if found else (0, 0)
    if not 1 <= part <= parts:
        raise OptionError(f"--shard {text!r} is not understood; write I/N, the I-th of N parts, like 3/40.")
    return part, parts


def _size(plan: Plan, runs: int, workers: int, place: Path | None) -> Size:
    """The size of what is left to run, as far as records of the folder say."""
    from policygame.experiment.sizing import sized

    return sized(plan, workers, runs)


def _tell(plan: Plan, size: Size, part: tuple[int, int]) -> None:
    from policygame.experiment.sizing import quarters_text, size_words

    seeds = plan.experiment.seeds.n
    arms = len(plan.arms)
    counted = (
        f"{plan.n_points:,} point{'s' * (plan.n_points != 1)} of {len(plan.dimensions)} quantities x {arms} arm{'s' * (arms != 1)} "
        f"x {seeds:,} seed{'s' * (seeds != 1)}"
    )
    if plan.arm_of_point is not None:
        counted = f"{plan.n_points:,} rows of a table x {seeds:,} seeds"
    print_text(f"{plan.experiment.title}: {plan.scenario.name}, {quarters_text(plan)}, {counted}.")
    words = "This is" if part == (1, 1) else f"Part {part[0]} of {part[1]} is"
    print_text(f"{words} {size_words(size)}.")


def _consent(size: Size, place: Path) -> None:
    """OptionError for what is large and was not asked for with --yes, or has no room."""
    from policygame.experiment.sizing import size_words

    base = next(folder for folder in (place.absolute(), *place.absolute().parents) if folder.is_dir())
    free = shutil.disk_usage(base).free
    if size.bytes > free:
        raise OptionError(
            f"{size_words(size)}: {base} has {free / 1e9:.1f} GB left. Make room, or begin it all the same with --yes."
        )
    if size.large:
        raise OptionError(f"{size_words(size)}: over an hour or over 10 GB. Begin it with --yes, or make it smaller.")


def _command(experiment: str, place: Path, *options: str | None) -> str:
    import shlex

    names = ("--workers", "--shard", "--scheduler", "--worlds-per-task")
    words = ["policygame", "batch", experiment, "--out", str(place)]
    for name, value in zip(names, options, strict=True):
        words += [] if value is None else [name, value]
    return shlex.join([*words, "--yes"])


def _size_told(plan: Plan, size: Size, part: tuple[int, int]) -> dict[str, Any]:
    return {
        "scenario": {"name": plan.scenario.name, "hash": plan.scenario.hash},
        "points": plan.n_points,
        "arms": [arm.name for arm in plan.arms],
        "quantities": [dimension.name for dimension in plan.dimensions],
        "runs": plan.n_runs,
        "shard": {"part": part[0], "of": part[1], "runs": size.runs},
        "estimate": {"seconds": round(size.seconds, 1), "bytes": size.bytes, "workers": size.workers},
    }


def _summary_told(summary: Summary) -> dict[str, Any]:
    return {
        "out": str(summary.out),
        "planned": summary.planned,
        "before": summary.before,
        "done": summary.done,
        "failed": summary.failed,
        "damaged": list(summary.damaged),
        "seconds": round(summary.seconds, 1),
        "games_per_second": round(summary.games_per_second, 1),
        "peak_memory_bytes": {"driver": summary.driver_peak_bytes, "workers": dict(summary.worker_peak_bytes)},
    }


def _tell_summary(summary: Summary) -> None:
    if summary.damaged:
        tasks = f"{len(summary.damaged)} task{'s' * (len(summary.damaged) != 1)}"
        print_text(f"Files of {tasks} were damaged; their runs were run again.")
    resumed = f", {summary.before:,} of them before" if summary.before else ""
    print_text(f"{summary.done:,} of {summary.planned:,} runs are done{resumed}. Results are in {summary.out}.")
    if summary.done > summary.before:
        print_text(_effort(summary))
    if summary.failed:
        print_text(f"{summary.failed:,} runs failed; {summary.out}/failures says why. Run them again with --retry-failed.")


def _effort(summary: Summary) -> str:
    """What a call took: time, games per second, and the most memory that its processes held."""
    ran = summary.done - summary.before
    words = f"{ran:,} game{'s' * (ran != 1)} in {summary.seconds:,.1f} s, {summary.games_per_second:,.1f} a second"
    told = []
    if summary.driver_peak_bytes is not None:
        told.append(f"{summary.driver_peak_bytes / 1e6:,.0f} MB here")
    workers = summary.worker_peak_bytes.values()
    if workers:
        told.append(f"{max(workers) / 1e6:,.0f} MB in the largest of {len(workers)} worker{'s' * (len(workers) != 1)}")
    return f"{words}; peak memory {' and '.join(told)}." if told else f"{words}."


@contextmanager
def politely() -> Iterator[None]:
    """A polite kill (SIGTERM) is answered as Ctrl-C is: what is in flight is finished, and the exit code says who asked."""
    received: list[int] = []

    def interrupt(signum: int, frame: object) -> None:
        received.append(signum)
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


class RunsBar:
    """A progress bar on standard error with runs, rate and time left, on a terminal, once two seconds have passed."""

    def __init__(self, enabled: bool) -> None:
        self._console = Console(stderr=True)
        self._enabled = enabled and self._console.is_terminal
        self._begin = time.monotonic()
        self._first: int | None = None
        self._progress: Progress | None = None
        self._task = TaskID(0)

    def __enter__(self) -> Self:
        return self

    def __call__(self, done: int, planned: int, failed: int) -> None:
        """Show that ``done`` of ``planned`` runs are done, ``failed`` of which failed."""
        if self._first is None:
            self._first = done
        passed = time.monotonic() - self._begin
        if self._enabled and self._progress is None and passed > PATIENCE_S and done < planned:
            columns = (BarColumn(), TextColumn("{task.description}"), TimeRemainingColumn())
            self._progress = Progress(*columns, console=self._console, transient=True)
            self._task = self._progress.add_task("", total=planned, completed=self._first)
            self._progress.start()
        if self._progress is not None:
            rate = (done - self._first) / max(passed, 1e-9)
            words = f"{done:,} of {planned:,} runs, {rate:,.0f} a second" + (f", {failed:,} failed" if failed else "")
            self._progress.update(self._task, completed=done, description=words)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._progress is not None:
            self._progress.stop()
