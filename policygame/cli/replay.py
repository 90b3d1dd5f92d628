"""``policygame replay``: derive a game anew, and say whether its results follow from its decisions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from policygame.catalogue import MANDATE
from policygame.cli.screen import print_json, print_table, print_text
from policygame.cli.stored import DatabaseOption, JsonOption, events_of

if TYPE_CHECKING:
    from policygame.game import Game
    from policygame.game.handin import Verification
    from policygame.game.score import Score

DOES_NOT_FOLLOW = 1
"""Exit code where something does not follow."""


def replay(
    game: Annotated[
        str, typer.Argument(help="A game's file, or its code or id in the database.", metavar="GAME", show_default=False)
    ],
    database: DatabaseOption = None,
    json: JsonOption = False,
) -> None:
    """Derive every turn of a game anew, verify all that its file says, and score those who played.

    Exit code 1 when something does not follow from the decisions: results, a decision that the rules do not allow, or one that a
    bot would not have taken.
    """
    from policygame.game.handin import verify

    found = verify(events_of(game, database))
    scores = _scores(found.game) if found.holds else {}
    if json:
        print_json(_report(found, scores))
    else:
        _show(found, scores)
    if not found.holds:
        raise typer.Exit(DOES_NOT_FOLLOW)


def _scores(game: Game) -> dict[str, Score]:
    """The score of each seat that a person holds, in the game's own world, against the same world in which it does nothing."""
    from policygame.game.counterfactuals import AS_PLAYED, NOTHING, Task, run_task
    from policygame.game.score import part_scores

    turns = len(game.result_hashes)
    if turns == 0:
        return {}
    decided, quarters = tuple(game.decisions.items()), game.calendar.quarters_before(turns + 1)
    scores = {}
    for seat in game.seats.values():
        if seat.holder == "person":
            task = Task(game.scenario, game.seed, decided, quarters, seat.id, (game.seed,), (AS_PLAYED, NOTHING))
            ran = run_task(task)
            scores[seat.id] = part_scores(game.scenario, seat.id, ran[AS_PLAYED][0], ran[NOTHING][0])
    return scores


def _show(found: Verification, scores: dict[str, Score]) -> None:
    game = found.game
    print_text(f"{game.scenario.name}, seed {game.seed}, code {game.code}, played with the model {found.model}")
    rows = [
        [str(turn.turn), turn.quarter, "yes" if turn.holds else "NO", turn.stated[:12], turn.derived[:12]] for turn in found.turns
    ]
    if rows:
        print_table("Turns", ["turn", "to", "follows", "digest in the game", "digest derived"], rows)
    for turn in found.turns:
        for problem in turn.problems:
            print_text(f"Turn {turn.turn}: {problem}")
    for seat, score in scores.items():
        _show_score(game, seat, score)
    n = len(found.turns)
    if found.holds:
        print_text(
            f"All {n} resolved turns follow from the decisions, {found.exactness}." if n else "No turn has been resolved yet."
        )
    else:
        print_text(f"It does not follow. {found.first_problem}")


def _show_score(game: Game, seat: str, score: Score) -> None:
    rows = [
        [MANDATE[part.part].name, f"{part.weight:g}", f"{part.played:.3f}", f"{part.nothing:.3f}", f"{part.points:+.4f}"]
        for part in score.parts
        if part.weight
    ]
    rows.append(["points", "", "", "", f"{score.points.own:+.4f}"])
    title = f"Score of {game.seats[seat].player} in {seat}, against the same world in which {seat} decides nothing"
    print_table(escape(title), ["part", "weight", "played", "nothing", "points"], rows, numbers=True)


def _report(found: Verification, scores: dict[str, Score]) -> dict[str, Any]:
    game = found.game
    return {
        "holds": found.holds,
        "first_problem": found.first_problem,
        "exactness": found.exactness,
        "scenario": game.scenario.name,
        "seed": game.seed,
        "code": game.code,
        "phase": game.phase,
        "model": found.model,
        "installed": found.installed,
        "turns": [
            {
                "turn": turn.turn,
                "quarter": turn.quarter,
                "holds": turn.holds,
                "stated": turn.stated,
                "derived": turn.derived,
                "problems": list(turn.problems),
            }
            for turn in found.turns
        ],
        "scores": {
            seat: {
                "player": game.seats[seat].player,
                "points": score.points.own,
                "parts": {part.part: part.points for part in score.parts if part.weight},
            }
            for seat, score in scores.items()
        },
    }
