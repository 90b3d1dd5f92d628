"""``policygame play``: a whole game from a file of decisions, as it would be played in a browser."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from policygame.cli.options import whole_number
from policygame.cli.scored import scores_of, show_scores, told_scores
from policygame.cli.screen import print_json, print_table, print_text
from policygame.cli.stored import ForceOption, JsonOption, open_host, read_file, write_file

if TYPE_CHECKING:
    from policygame.game import Game, Position
    from policygame.game.play import Plan
    from policygame.model.agents.government import Strategy

MOST_TURNS = 1000
_SHOWN = ("deliveries_kunits", "lead_time_weeks", "fill_rate")


def play(
    file: Annotated[Path, typer.Argument(help="A file of decisions: scenario, seed, seats and their lines.", metavar="FILE")],
    turns: Annotated[
        str | None, typer.Option(help="Stop after so many turns; default: at the scenario's end.", metavar="N")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Write the game here, to replay, import or hand in.", metavar="GAME.json")
    ] = None,
    player: Annotated[
        list[str] | None,
        typer.Option(
            "--player",
            metavar="SEAT=MODULE:NAME",
            help="Let a strategy of yours decide for a seat of the file; repeatable. The module is run on this machine.",
        ),
    ] = None,
    force: ForceOption = False,
    database: Annotated[
        str | None, typer.Option("--database", metavar="PATH_OR_URL", help="Keep the game here too, beside those of browsers.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Play a game from a file of decisions, and score it. Bots play the rest; what is refused in a browser is refused here.

    The file names a scenario, a seed and the seats that are played, each followed by its dated lines:

        scenario first-game
        seed 7
        seat USA Ann
        2023Q1 packaging_grant interposer_2_5d 0.4 cap 300
    """
    from policygame.game import Game
    from policygame.game.handin import game_file
    from policygame.game.play import play as play_plan
    from policygame.game.play import read_plan

    most = None if turns is None else whole_number(turns, "--turns", 1, MOST_TURNS)
    plan = read_plan(_text(file), str(file))
    strategies = _strategies([] if player is None else player, plan)
    told: list[dict[str, object]] = []
    events = play_plan(plan, turns=most, strategies=strategies, on_turn=lambda game, position: told.append(_turn(game, position)))
    game = Game.of(events)
    scores = scores_of(game)
    if out is not None:
        write_file(out, game_file(events), force=force)
    code = None if database is None else _keep(game_file(events), database)
    if json:
        print_json(
            {
                "scenario": plan.scenario,
                "seed": plan.seed,
                "seats": dict(plan.players),
                "turns": told,
                "scores": told_scores(game, scores),
                "out": out and str(out),
                "code": code,
            }
        )
        return
    _show(plan, told)
    show_scores(game, scores)
    if out is not None:
        print_text(f"{out}: the game. policygame replay {out} verifies it.")
    if code is not None:
        print_text(f"The game has the code {code} in the database.")


def _strategies(texts: Sequence[str], plan: Plan) -> dict[str, Strategy]:
    """Seat -> the strategy that MODULE:NAME stands for; OptionError where there is none, or lines of the file decide for the seat."""
    from policygame.cli.options import OptionError
    from policygame.cli.players import read_player

    found: dict[str, Strategy] = {}
    for text in texts:
        player = read_player(text)
        if player.seat not in plan.players:
            raise OptionError(f"--player {text}: the file has no seat {player.seat!r}; seats are {', '.join(plan.players)}")
        if player.seat in found or plan.policies[player.seat].settings:
            by = "another" if player.seat in found else "lines of the file"
            raise OptionError(f"--player {text}: {player.seat} is decided for already, by {by}")
        found[player.seat] = player.strategy()
    return found


def _show(plan: Plan, told: Sequence[Mapping[str, object]]) -> None:
    from policygame.catalogue import METRICS
    from policygame.game.wording import number, said

    heads = [f"{METRICS[metric].name.lower()}, {said(metric).word}" for metric in _SHOWN]
    rows = [
        [
            str(turn["turn"]),
            str(turn["quarter"]),
            *(number(float(str(turn[metric])), metric) for metric in _SHOWN),
            str(turn["digest"])[:12],
        ]
        for turn in told
    ]
    title = f"{plan.scenario}, seed {plan.seed}: AI accelerators in the world, at the end of each turn"
    print_table(title, ["turn", "to", *heads, "digest"], rows, numbers=True)


def _keep(text: str, database: str) -> str:
    """Take the game into a database; its code there."""
    with open_host(database) as host:
        return host.game(host.import_file(text)).code


def _text(file: Path) -> str:
    from policygame.cli.options import OptionError

    try:
        return read_file(file).decode("utf-8")
    except UnicodeDecodeError:
        raise OptionError(f"{file} is no text in UTF-8") from None


def _turn(game: Game, position: Position) -> dict[str, object]:
    """What is told of the turn that was just resolved."""
    resolved = len(game.result_hashes)
    values = {metric: float(position.result.array(metric, item="ai_accelerator")[-1, 0]) for metric in _SHOWN}
    return {"turn": resolved, "quarter": str(game.calendar.last(resolved)), **values, "digest": game.result_hashes[-1]}
