"""``policygame replay``: derive a game anew, and say whether its results follow from its decisions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from policygame.cli.scored import scores_of, show_scores, told_scores
from policygame.cli.screen import print_json, print_table, print_text
from policygame.cli.stored import DatabaseOption, JsonOption, events_of

if TYPE_CHECKING:
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
    scores = scores_of(found.game) if found.holds else {}
    if json:
        print_json(_report(found, scores))
    else:
        _show(found, scores)
    if not found.holds:
        raise typer.Exit(DOES_NOT_FOLLOW)


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
    show_scores(game, scores)
    n = len(found.turns)
    if found.holds:
        print_text(
            f"All {n} resolved turns follow from the decisions, {found.exactness}." if n else "No turn has been resolved yet."
        )
    else:
        print_text(f"It does not follow. {found.first_problem}")


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
        "scores": told_scores(game, scores),
    }
