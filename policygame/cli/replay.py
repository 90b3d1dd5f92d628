"""``policygame replay``: derive a game anew, and say whether its results follow from its decisions."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from policygame.cli.scored import scores_of, show_scores, told_scores
from policygame.cli.screen import print_json, print_table, print_text
from policygame.cli.stored import DatabaseOption, JsonOption, events_of, seal_of_named

if TYPE_CHECKING:
    from policygame.game.handin import Seal, TurnCheck, Verification
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

    A game of another version of the model is compared with what the installed one makes of it, and both are named.

    Exit code 1 when something does not follow from the decisions: results, a decision that the rules do not allow, or one that a
    bot would not have taken; and when the file was changed after it was written, a player's name included.
    """
    from policygame.game.handin import verify

    found = verify(events_of(game, database))
    seal = seal_of_named(game)
    scores = scores_of(found.game) if found.holds and seal != "changed" else {}
    if json:
        print_json(_report(found, scores, seal))
    else:
        _show(found, scores, seal)
    if not found.holds or seal == "changed":
        raise typer.Exit(DOES_NOT_FOLLOW)


def _show(found: Verification, scores: dict[str, Score], seal: Seal | None) -> None:
    game = found.game
    print_text(f"{game.scenario.name}, seed {game.seed}, code {game.code}, played with the model {found.model}")
    if not found.same_model:
        print_text(f"Another model is installed and derives it: {found.installed}")
    people = [f"{seat.id} {seat.player}" for seat in game.seats.values() if seat.holder == "person"]
    bots = [f"{seat.id} {seat.bot}" for seat in game.seats.values() if seat.holder == "bot"]
    print_text(f"Players: {', '.join(people) or 'none'}. Rivals: {', '.join(bots) or 'none'}.")
    rows = [
        [str(turn.turn), turn.quarter, "yes" if turn.holds else "NO", turn.stated[:12], turn.derived[:12], _apart(turn)]
        for turn in found.turns
    ]
    if rows:
        heads = ["turn", "to", "follows", "digest in the game", "digest derived"]
        apart = ["furthest apart: game, derived"] if any(turn.apart for turn in found.turns) else []
        print_table("Turns", heads + apart, [row[: len(heads + apart)] for row in rows])
    show_scores(game, scores)
    n = len(found.turns)
    if found.holds:
        print_text(
            f"All {n} resolved turns follow from the decisions, {found.exactness}." if n else "No turn has been resolved yet."
        )
    else:
        _show_problems(found)
    if not found.holds and not found.same_model:
        print_text(f"That alone does not mean that the file was changed: only the model {found.model} can judge that.")
    for place, program in found.programs.items():
        print_text(f"What {program} decided for {place} is taken as it stands: no file holds a program.")
    if seal == "changed":
        print_text(
            "The file was changed after it was written: its digest does not fit its events. Names of players are part of it."
        )
    elif seal == "none":
        print_text("The file has no digest, as those of earlier versions: names of players in it are not checked.")


def _show_problems(found: Verification) -> None:
    """The first turn that does not follow, and why; of later ones only how many: a changed decision changes all that comes after."""
    under = "" if found.same_model else " under the installed model"
    print_text(f"It does not follow{under}. {found.first_problem}")
    same_turn, later = found.further_problems
    for problem in same_turn:
        print_text(f"  In the same turn: {problem}")
    if later:
        follow = "1 later problem follows" if later == 1 else f"{later} later problems follow"
        print_text(f"{follow} from it, as far as can be told; --json lists them.")


def _apart(turn: TurnCheck) -> str:
    found = turn.apart
    return f"{found.name}: {found.stated:.6g}, {found.derived:.6g}" if found is not None else ""


def _report(found: Verification, scores: dict[str, Score], seal: Seal | None) -> dict[str, Any]:
    game = found.game
    return {
        "holds": found.holds,
        "file": seal,
        "seats": {
            seat.id: {"player": seat.player} if seat.holder == "person" else {"bot": seat.bot}
            for seat in found.game.seats.values()
        },
        "first_problem": found.first_problem,
        "exactness": found.exactness,
        "scenario": game.scenario.name,
        "seed": game.seed,
        "code": game.code,
        "phase": game.phase,
        "model": found.model,
        "installed": found.installed,
        "same_model": found.same_model,
        "turns": [
            {
                "turn": turn.turn,
                "quarter": turn.quarter,
                "holds": turn.holds,
                "stated": turn.stated,
                "derived": turn.derived,
                "problems": list(turn.problems),
                "apart": asdict(turn.apart) if turn.apart is not None else None,
            }
            for turn in found.turns
        ],
        "open_turn": list(found.open_turn),
        "scores": told_scores(game, scores),
    }
