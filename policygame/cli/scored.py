"""The scores of a game's players, as commands compute, show and tell them. What a score is lives in ``policygame.game.score``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from policygame.catalogue import MANDATE
from policygame.cli.screen import print_table

if TYPE_CHECKING:
    from policygame.game import Game
    from policygame.game.score import Score

__all__ = ["scores_of", "show_scores", "told_scores"]


def scores_of(game: Game) -> dict[str, Score]:
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


def show_scores(game: Game, scores: Mapping[str, Score]) -> None:
    """Print a table for each score: the parts of the mandate, and the points they add up to."""
    for seat, score in scores.items():
        rows = [
            [MANDATE[part.part].name, f"{part.weight:g}", f"{part.played:.3f}", f"{part.nothing:.3f}", f"{part.points:+.4f}"]
            for part in score.parts
            if part.weight
        ]
        rows.append(["points", "", "", "", f"{score.points.own:+.4f}"])
        title = f"Score of {game.seats[seat].player} in {seat}, against the same world in which {seat} decides nothing"
        print_table(title, ["part", "weight", "played", "nothing", "points"], rows, numbers=True)


def told_scores(game: Game, scores: Mapping[str, Score]) -> dict[str, Any]:
    """Scores as JSON has them, by seat: who plays it, points, and what each part of the mandate adds to them."""
    return {
        seat: {
            "player": game.seats[seat].player,
            "points": score.points.own,
            "parts": {part.part: part.points for part in score.parts if part.weight},
        }
        for seat, score in scores.items()
    }
