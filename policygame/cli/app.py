"""The Typer application: the list of commands, and what becomes of errors.

A mistake of the person who calls (``UserError``) is one message on standard error and exit code 2; Ctrl-C is exit code 130, a
polite kill 143; a reader that has seen enough (``| head``) changes nothing; anything else is a bug and shows its traceback. Each
command lives in a file of its own.
"""

from __future__ import annotations

import os
import signal
import sys
from importlib.metadata import version
from types import FrameType
from typing import Annotated, Any, NoReturn, TextIO, cast

import typer
from typer.core import TyperGroup

from policygame.cli import (
    analyze,
    backtest,
    backup,
    batch,
    bench,
    bots,
    calibrate,
    cost,
    export,
    games,
    import_,
    play,
    replay,
    report,
    restore,
    run,
    scenarios,
    search,
    serve,
    study,
    validate,
    words,
)
from policygame.errors import UserError

__all__ = ["app", "main"]

INTERRUPTED = 128 + signal.SIGINT
TERMINATED = 128 + signal.SIGTERM


class Commands(TyperGroup):
    """The group of commands, which turns errors of the person who calls into a message and an exit code."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command of ``ctx``."""
        try:
            return super().invoke(ctx)
        except UserError as error:
            typer.echo(f"policygame: {error}", err=True)
            raise typer.Exit(2) from None
        except KeyboardInterrupt:
            typer.echo("policygame: interrupted; no half-written file is left.", err=True)
            raise typer.Exit(INTERRUPTED) from None


app = typer.Typer(
    name="policygame",
    cls=Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"policygame {version('policygame')}")
        raise typer.Exit()


@app.callback()
def policygame(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and exit.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """The semiconductor packaging industry in parallel worlds: simulate policies on published figures."""


app.command("run")(run.run)
app.command("batch")(batch.batch)
app.command("analyze")(analyze.analyze)
app.command("report")(report.report)
app.command("study")(study.study)
app.command("search")(search.search)
app.command("scenarios")(scenarios.scenarios)
app.command("validate")(validate.validate)
app.command("words")(words.words)
app.command("cost")(cost.cost)
app.command("backtest")(backtest.backtest)
app.command("bots")(bots.bots)
app.command("calibrate")(calibrate.calibrate)
app.command("bench")(bench.bench)
app.command("serve")(serve.serve)
app.command("play")(play.play)
app.command("games")(games.games)
app.command("replay")(replay.replay)
app.command("export")(export.export)
app.command("import")(import_.import_)
app.command("backup")(backup.backup)
app.command("restore")(restore.restore)


def _terminate(signum: int, frame: FrameType | None) -> NoReturn:
    raise SystemExit(TERMINATED)


class Output:
    """Standard output that goes on quietly, into nothing, once whoever read it has stopped."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write ``text``; all of it counts as written."""
        try:
            self._stream.write(text)
        except BrokenPipeError:
            self._stop()
        return len(text)

    def flush(self) -> None:
        """Flush, if there is somebody to read."""
        try:
            self._stream.flush()
        except BrokenPipeError:
            self._stop()

    def _stop(self) -> None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def main() -> None:
    """Run the command that was typed, and exit."""
    signal.signal(signal.SIGTERM, _terminate)
    sys.stdout = cast(TextIO, Output(sys.stdout))
    try:
        app()
    finally:
        sys.stdout.flush()
