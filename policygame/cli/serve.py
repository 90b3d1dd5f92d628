"""``policygame serve``: host games for browsers, one process for one database. Pages and the server itself live in ``policygame.web``."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Annotated

import typer

from policygame.errors import UserError

if TYPE_CHECKING:
    from policygame.game.programs import Program

__all__ = ["serve"]

DEFAULT_PORT = 8765


def serve(
    host: Annotated[
        str, typer.Option("--host", help="127.0.0.1: this machine only; 0.0.0.0: others on the network too.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65_535, help="0: any that is free.")] = DEFAULT_PORT,
    database: Annotated[
        str | None,
        typer.Option(
            "--database", help="Where games are kept: a path or URL. Default: POLICYGAME_DATABASE, or your data folder."
        ),
    ] = None,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open a page.")] = False,
    root_path: Annotated[str, typer.Option("--root-path", help="What a proxy puts before every address, as in /games.")] = "",
    results: Annotated[
        list[str] | None,
        typer.Option(
            "--results",
            metavar="FOLDER",
            help="Open in the Lab what policygame batch wrote there, or into folders below it; may be given again. Everybody "
            "who reaches the server may read it.",
        ),
    ] = None,
    player: Annotated[
        list[str] | None,
        typer.Option(
            "--player",
            metavar="SEAT=MODULE:NAME",
            help="Offer a strategy of yours as a rival in that seat; repeatable. The module is run on this machine.",
        ),
    ] = None,
    workers: Annotated[int, typer.Option("--workers", hidden=True)] = 1,
) -> None:
    """Serve the game: opens a page in your browser, and tells others where to join. Ctrl-C stops; games are kept."""
    if workers != 1:
        raise UserError(
            "one process serves all games of a database, so that everybody sees the same game: --workers would split it. "
            "A second server needs a --database of its own"
        )
    below = _root_path(root_path)
    programs = _programs(player or [])
    from policygame.experiment.shelf import Shelf
    from policygame.hosting.debriefs import Debriefs
    from policygame.hosting.forecaster import Forecaster
    from policygame.hosting.host import Host
    from policygame.store import Store
    from policygame.web.running import addresses, bind, run
    from policygame.web.server import check_assets, create_app

    shelf = Shelf([Path(folder) for folder in results]) if results else None
    with Store.open(database) as store, store.host_lease() as lease:
        listening = bind(host, port)
        open_at = addresses(host, listening.getsockname()[1], below)

        def ready() -> None:
            store.find_code("")
            if not lease.held():
                raise UserError("the right to host this database was lost")

        def started() -> None:
            typer.echo(f"policygame is served at {open_at[0]}")
            if len(open_at) > 1:
                typer.echo("Others on your network join at " + " or ".join(open_at[1:]))
            if shelf is not None:
                typer.echo(f"Result sets are at {open_at[0].rstrip('/')}/lab")
            typer.echo("Stop it with Ctrl-C; games are kept.")

        games = Host(store, programs=programs)
        games.recover()
        with Forecaster() as forecaster, Debriefs() as debriefs:
            app = create_app(games, forecaster, debriefs, root_path=below, ready=ready, shelf=shelf)
            check_assets()
            run(app, listening, open_browser=None if no_browser else open_at[0], started=started)
    typer.echo("Stopped. Games are kept.")


def _programs(texts: list[str]) -> list[Program]:
    """What --player names; UserError where a seat or a strategy is none, or a name stands twice for a seat."""
    from policygame.catalogue import JURISDICTIONS
    from policygame.cli.options import OptionError
    from policygame.cli.players import read_player
    from policygame.game.programs import Program, program_name

    found: list[Program] = []
    for text in texts:
        named = read_player(text)
        if named.seat not in JURISDICTIONS:
            raise OptionError(f"--player {text}: there is no seat {named.seat!r}; seats are {', '.join(JURISDICTIONS)}")
        try:
            name = program_name(named.name)
        except ValueError as error:
            raise OptionError(f"--player {text}: {error}") from None
        if any((one.name, one.seat) == (name, named.seat) for one in found):
            raise OptionError(f"--player {text}: {named.seat} has a {name} already")
        found.append(Program(name, named.seat, named.strategy()))
    return found


def _root_path(text: str) -> str:
    """A root path as addresses have it: "" or "/games"."""
    if text in ("", "/"):
        return ""
    path = PurePosixPath(text)
    if not path.is_absolute() or ".." in path.parts or any(c in text for c in "?#% \"'<>"):
        raise UserError(f"a root path begins with a slash and is made of plain words, as in /games; found {text!r}")
    return str(path)
