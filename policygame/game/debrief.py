"""What a seat's game came to, and why: score, what each decision added, what would have been without it, leaders, predictions.

Every number is a comparison of worlds that differ by one thing under the same shocks (``counterfactuals``), the game's own world the
first of them. Decisions that cannot be told from nothing are said to be so. The page, the file and the text in Python that show the
numbers are made elsewhere (``reproduce`` is the text).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

from policygame.asking import check_seeds
from policygame.catalogue import Quarter
from policygame.errors import UserError
from policygame.foresight.summaries import QUANTILES, quantiles
from policygame.game.counterfactuals import AS_PLAYED, NOBODY, NOTHING, PlayedGame, Progress, Task, divided, run_tasks, watched
from policygame.game.grants import GrantUse, grants_used
from policygame.game.leaders import Standing, standings
from policygame.game.outlook import Series
from policygame.game.predictions import Answered, Outcome, outcomes
from policygame.game.presents import other_seeds, scripted
from policygame.game.relief import Relief, relief_of
from policygame.game.score import Score, Spread, gains, part_scores, spread_of, total_of, worth
from policygame.game.turns import Calendar, seats_of
from policygame.model.arrays import Array
from policygame.result import Result
from policygame.scenario import Policy, Scenario, Setting
from policygame.scenario.setting import unknown
from policygame.simulation import Simulation
from policygame.tournament.mandates import over_quarters
from policygame.tournament.stored import stored_tournament

__all__ = ["Debrief", "DebriefError", "DecisionEffect", "Path", "Seen", "debrief", "seen", "worlds_per_decision"]

WORLDS = 64
"""Other worlds that a debrief asks, beside the game's own."""
LEAST_WORLDS = 16
WORLD_QUARTERS = 70_000
"""What attribution may take: worlds x quarters x decisions. A game of many decisions is asked in fewer worlds, never fewer than
``LEAST_WORLDS``, and says so."""
TASKS = 6
"""Pieces of work, so that progress can be told and two processes can share it."""
_NOTHING_YET = "nothing has been played yet; a debrief looks back on one turn or more"


class DebriefError(UserError):
    """A game that cannot be debriefed as asked."""


@dataclass(frozen=True)
class Path:
    """A series from the beginning of play to where the game was played: own (quarter,) in the game's own world, fan (quantile, quarter)
    at 5, 25, 50, 75 and 95 per cent over worlds, in the metric's unit.
    """

    series: Series
    own: Array
    fan: Array


@dataclass(frozen=True)
class DecisionEffect:
    """What one decision added: as played less the game without it, everything else as decided.

    index : of ``setting`` among the seat's decisions; turn : in which it was taken
    points : of the score; parts : gain by component, as in ``score.PartScore``
    without : what is watched, had it not been taken
    """

    index: int
    turn: int
    setting: Setting
    points: Spread
    parts: tuple[Spread, ...]
    without: tuple[Path, ...]

    @property
    def told(self) -> bool:
        """Whether the effect can be told from zero."""
        return self.points.told


@dataclass(frozen=True)
class Seen:
    """What can be told of a seat's game without running a model: what its results show.

    quarters : of play; result : the game's own world since the scenario's start
    leaders : under each definition, at the beginning of play and at its end
    """

    seat: str
    quarters: tuple[Quarter, ...]
    result: Result
    leaders: tuple[Standing, ...]
    predictions: tuple[Outcome, ...]


@dataclass(frozen=True)
class Debrief(Seen):
    """A seat's game, looked back on; ``result`` holds every metric.

    score : against the same worlds in which only this seat does nothing; nothing, played : what is watched
    decisions : by what they added in the game's own world, the most first; effects overlap and do not add up to the score
    relief : what one per cent more of each stage would have brought; grants : what became of every grant
    worlds, worlds_per_decision : how many, the game's own included
    """

    seeds: tuple[int, ...]
    score: Score
    played: tuple[Path, ...]
    nothing: tuple[Path, ...]
    decisions: tuple[DecisionEffect, ...]
    worlds_per_decision: int
    relief: Relief
    grants: tuple[GrantUse, ...]

    @property
    def worlds(self) -> int:
        """Worlds of the score, the game's own included."""
        return len(self.seeds)

    def effect(self, turn: int, lever: str, item: str) -> DecisionEffect:
        """What the decision of a turn about a lever and item added; DebriefError lists those that there are."""
        for found in self.decisions:
            if (found.turn, found.setting.lever, found.setting.item) == (turn, lever, item):
                return found
        listed = "".join(f"\n  turn {found.turn}  {found.setting}" for found in self.decisions) or " nothing"
        raise DebriefError(f"{self.seat} decided nothing on {lever} {item} in turn {turn}; it decided:{listed}")


def seen(scenario: Scenario, seat: str, result: Result, predictions: Iterable[Answered] = ()) -> Seen:
    """What a game's result shows by itself; DebriefError where no quarter of play is in it."""
    calendar = Calendar.of(scenario)
    quarters = tuple(quarter for quarter in result.quarters if quarter >= calendar.play_from)
    if not quarters:
        raise DebriefError(_NOTHING_YET)
    return Seen(seat, quarters, result, standings(result, quarters[0], quarters[-1]), outcomes(result, calendar, predictions))


def debrief(
    game: PlayedGame,
    seat: str,
    *,
    worlds: int = WORLDS,
    seeds: Sequence[int] | None = None,
    predictions: Iterable[Answered] = (),
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Debrief:
    """Look back on a game, or on the part of it that was played.

    Parameters
    ----------
    game : what ``load_game`` gives, or anything with its scenario, seed, policies and quarters
    seat : whose game
    worlds, seeds : so many other worlds, or just these; the game's own comes first in any case
    predictions : what the seat expected, turn by turn
    executor : runs the worlds in processes of its own; default: here
    progress : called with (pieces done, pieces)

    >>> from policygame import Policy, load_scenario
    >>> from types import SimpleNamespace
    >>> policy = Policy.parse("2023Q1 packaging_rnd interposer_2_5d 60")
    >>> game = SimpleNamespace(scenario=load_scenario("first-game"), seed=7, policies={"USA": policy}, quarters=12)
    >>> found = debrief(game, "USA", worlds=4)
    >>> [(effect.turn, str(effect.setting)) for effect in found.decisions], found.worlds, str(found.quarters[-1])
    ([(1, '2023Q1 packaging_rnd interposer_2_5d 60')], 5, '2024Q4')
    """
    calendar = Calendar.of(game.scenario)
    whole = _task(game, seat, worlds, seeds, calendar)
    n_decisions = len(whole.own.settings)
    few = worlds_per_decision(whole)
    tournament = stored_tournament(whole.scenario)
    compared = (AS_PLAYED, NOTHING) if tournament is None else (AS_PLAYED, NOTHING, NOBODY)
    scored = Task(whole.scenario, whole.seed, whole.policies, whole.quarters, seat, whole.seeds, compared)
    left_out = Task(
        whole.scenario, whole.seed, whole.policies, whole.quarters, seat, whole.seeds[:few], tuple(range(n_decisions))
    )
    pieces = [scored, *(divided(left_out, TASKS) if n_decisions else [])]
    asked = None if executor is None else executor.submit(relief_of, scored)
    found = run_tasks(pieces, executor, progress)
    scripts = {name: scripted(whole.scenario, name, policy) for name, policy in whole.policies}
    result = Simulation(whole.scenario, [whole.seed], scripts).run(whole.quarters).result()
    shown = seen(whole.scenario, seat, result, predictions)
    (played, watched_played), (nothing, watched_nothing) = found[AS_PLAYED], found[NOTHING]
    nobody = found[NOBODY][0] if NOBODY in found else None
    effects = [_effect(whole, calendar, i, played[..., :few], *found[i]) for i in range(n_decisions)]
    return Debrief(
        seat=seat,
        seeds=whole.seeds,
        quarters=shown.quarters,
        result=result,
        score=part_scores(whole.scenario, seat, played, nothing, nobody, tournament),
        played=_paths(seat, watched_played),
        nothing=_paths(seat, watched_nothing),
        decisions=tuple(sorted(effects, key=lambda effect: (-effect.points.own, effect.index))),
        worlds_per_decision=few,
        relief=relief_of(scored) if asked is None else asked.result(),
        grants=grants_used(scored),
        leaders=shown.leaders,
        predictions=shown.predictions,
    )


def worlds_per_decision(task: Task) -> int:
    """How many of a task's worlds each of the seat's decisions is asked in: all, where that is not too much work."""
    work = sum(task.quarters - task.begins(index) for index in range(len(task.own.settings)))
    affordable = WORLD_QUARTERS // work if work else len(task.seeds)
    return min(len(task.seeds), max(affordable, LEAST_WORLDS))


def _task(game: PlayedGame, seat: str, worlds: int, seeds: Sequence[int] | None, calendar: Calendar) -> Task:
    seats = seats_of(game.scenario)
    if seat not in seats:
        raise DebriefError(unknown("seat", seat, seats))
    if game.quarters <= calendar.play_from - calendar.start:
        raise DebriefError(_NOTHING_YET)
    if seeds is None and worlds < 1:
        raise DebriefError(f"worlds is a whole number, 1 or more; found {worlds!r}")
    others = other_seeds(game.seed, worlds) if seeds is None else check_seeds(seeds)
    last = calendar.start + (game.quarters - 1)
    decided = tuple((name, game.policies.get(name, Policy()).until(last)) for name in seats)
    chosen = (game.seed, *(one for one in others if one != game.seed))
    return Task(game.scenario, game.seed, decided, game.quarters, seat, chosen, ())


def _effect(task: Task, calendar: Calendar, index: int, played: Array, score: Array, seen: Array) -> DecisionEffect:
    means = over_quarters(played), over_quarters(score)
    gain = gains(*means)
    setting = task.own.settings[index]
    return DecisionEffect(
        index=index,
        turn=max(setting.quarter - calendar.play_from, 0) // calendar.quarters_per_turn + 1,
        setting=setting,
        points=spread_of(total_of(worth(task.scenario, task.seat, *means, stored_tournament(task.scenario)))),
        parts=tuple(spread_of(row) for row in gain),
        without=_paths(task.seat, seen),
    )


def _paths(seat: str, seen: Array) -> tuple[Path, ...]:
    fans = quantiles(seen, QUANTILES)
    return tuple(Path(series, seen[i, :, 0].copy(), fans[:, i].copy()) for i, series in enumerate(watched(seat)))
