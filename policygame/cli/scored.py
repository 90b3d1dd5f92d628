"""The scores of a game's players, as commands compute, show and tell them. What a score is lives in ``policygame.game.score``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from policygame.catalogue import MANDATE
from policygame.cli.screen import print_table, print_text

if TYPE_CHECKING:
    from policygame.game import Game
    from policygame.game.score import ScaledScore, Score
    from policygame.tournament.weights import Weightings

__all__ = ["scores_of", "show_scores", "told_scores"]


def scores_of(game: Game) -> dict[str, Score]:
    """The score of each seat that a person holds, in the game's own world, against the same world in which it does nothing."""
    from policygame.game.counterfactuals import AS_PLAYED, NOBODY, NOTHING, Task, run_task
    from policygame.game.score import part_scores
    from policygame.tournament.stored import stored_tournament

    turns = len(game.result_hashes)
    if turns == 0:
        return {}
    decided, quarters = tuple(game.decisions.items()), game.calendar.quarters_before(turns + 1)
    tournament = stored_tournament(game.scenario)
    compared = (AS_PLAYED, NOTHING) if tournament is None else (AS_PLAYED, NOTHING, NOBODY)
    scores = {}
    for seat in game.seats.values():
        if seat.holder == "person":
            task = Task(game.scenario, game.seed, decided, quarters, seat.id, (game.seed,), compared)
            ran = run_task(task)
            nobody = ran[NOBODY][0] if NOBODY in ran else None
            scores[seat.id] = part_scores(game.scenario, seat.id, ran[AS_PLAYED][0], ran[NOTHING][0], nobody, tournament)
    return scores


def show_scores(game: Game, scores: Mapping[str, Score]) -> None:
    """Print a table for each score: the parts of the mandate, and the points they add up to."""
    from policygame.game.wording import value_text

    for seat, score in scores.items():
        rows = [
            [
                MANDATE[part.part].name,
                f"{part.weight:g}",
                value_text(part.played, "score_raw", part.part),
                value_text(part.nothing, "score_raw", part.part),
                f"{part.points:+.4f}",
            ]
            for part in score.parts
            if part.weight
        ]
        rows.append(["points", "", "", "", f"{score.points.own:+.4f}"])
        title = f"Score of {game.seats[seat].player} in {seat}, against the same world in which {seat} decides nothing"
        print_table(title, ["part", "weight", "played", "nothing", "points"], rows, numbers=True)
        print_text(_on_scale(score))


def _on_scale(score: Score) -> str:
    """The score on the scale of the stored tournament, or that there is none."""
    if score.scaled is None:
        return "No tournament of this scenario is stored for this model, so these points have no common scale (policygame bots)."
    dropped = [MANDATE[part.part].name for part in score.scaled.parts if part.dropped]
    left_out = f" {', '.join(dropped)}: no bot moves it enough to tell, so it does not count." if dropped else ""
    own, without, idle = score.scaled.points.own, score.scaled.without, score.scaled.nobody
    return (
        f"Points are in spans of the bots' tournament, and say what these decisions did. Score {own:.1f}: how good the outcome is; "
        f"{without:.1f} had only this government done nothing, {idle:.1f} had nobody acted.{left_out} {_weighed(score.scaled.weighed)}"
    )


def _weighed(weighed: Weightings) -> str:
    """How the score moves with the weights of the mandate."""
    return (
        f"With other weights within their stated ranges the score lies between {weighed.low:.1f} and {weighed.high:.1f} in nine "
        f"weightings in ten, and these decisions raise it in {weighed.better:.0%} of them."
    )


def told_scores(game: Game, scores: Mapping[str, Score]) -> dict[str, Any]:
    """Scores as JSON has them, by seat: who plays it, points, and what each part of the mandate adds to them, and the score on
    the scale of the stored tournament (null where none is stored)."""
    return {
        seat: {
            "player": game.seats[seat].player,
            "points": score.points.own,
            "parts": {part.part: part.points for part in score.parts if part.weight},
            "scaled": _told_scaled(score.scaled),
        }
        for seat, score in scores.items()
    }


def _told_scaled(scaled: ScaledScore | None) -> dict[str, Any] | None:
    if scaled is None:
        return None
    return {
        "score": scaled.points.own,
        "nobody": scaled.nobody,
        "without": scaled.without,
        "parts": {part.part: part.points for part in scaled.parts if not part.dropped},
        "weightings": {"low": scaled.weighed.low, "high": scaled.weighed.high, "better": scaled.weighed.better},
        "dropped": [part.part for part in scaled.parts if part.dropped],
    }
