"""What worlds say about a draft: from a game's present, the draft against what is in force, in other worlds than the game's own.

A ``Request`` is a plain value, so that it can be queued, cached and sent to another process. Its worlds may be divided:
``answer_block`` runs some of them, ``merge`` makes the ``Answer`` - a fan of each side, and how many worlds are better off. The
present is replayed once per process; worlds that were begun are kept for the next draft and for a longer horizon. The worlds are
other seeds' shocks and draws, rivals keep what is in force, and nothing that is decided or falls out later is ever read. What an
answer says in a sentence is ``finding``; what a draft costs for certain is the treasury's business.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock

import numpy as np

from policygame.asking import check_seeds
from policygame.catalogue import LEVERS, METRICS, Quarter
from policygame.catalogue.metrics import Better
from policygame.foresight.summaries import QUANTILES, quantiles
from policygame.game.presents import (
    Kept,
    OutlookError,
    Past,
    checked_policies,
    forget_presents,
    let_go,
    other_seeds,
    resolved,
    scripted,
    the_present,
)
from policygame.game.wording import smallest
from policygame.model.agents.scripts import Script
from policygame.model.arrays import Array
from policygame.result import Result
from policygame.scenario import Policy, PolicyError
from policygame.scenario.policy_checks import policy_problems
from policygame.simulation import Simulation

__all__ = [
    "SAME_WITHIN",
    "Answer",
    "Block",
    "Cancelled",
    "OutlayLine",
    "OutlookError",
    "Request",
    "Shares",
    "answer_block",
    "direction",
    "forget",
    "history_series",
    "merge",
    "other_seeds",
]

Series = tuple[str, str, str]
"""Metric, entity and item of a series."""
SAME_WITHIN = 0.005
"""A world is neither better nor worse off where both sides differ by no more than this part of the larger (assumption), or by less
than the metric's last digit tells."""
BASES, DRAFTS = 4, 4
"""How many batches of worlds, and how many drafts of them, a process keeps."""
_OUTLAY = "outlay_musd"


class Cancelled(Exception):
    """Nobody waits for this answer any more."""


@dataclass(frozen=True)
class Request:
    """What is asked: everything that an answer depends on, as plain values.

    scenario, seed, in_force, present : see ``presents.Past``; the seed gives the game's past, and never one of the worlds asked
    turn_quarters : how many quarters the current turn takes
    seat, draft : whose decision, and its lines, dated the present
    seeds : one per world
    quarters : how many to look ahead; fewer where the scenario ends sooner
    series : (metric, entity, item) of each that is asked for
    """

    scenario: str
    seed: int
    in_force: tuple[tuple[str, str], ...]
    present: int
    turn_quarters: int
    seat: str
    draft: str
    seeds: tuple[int, ...]
    quarters: int
    series: tuple[Series, ...]

    @property
    def past(self) -> Past:
        """What the game's present follows from."""
        return Past(self.scenario, self.seed, self.in_force, self.present)

    @property
    def metrics(self) -> tuple[str, ...]:
        """What has to be recorded, and nothing else: metrics in the catalogue's order."""
        wanted = {metric for metric, _, _ in self.series} | {_OUTLAY}
        return tuple(metric for metric in METRICS if metric in wanted)


@dataclass(frozen=True)
class Block:
    """Some of a request's worlds, run on both sides. Arrays are in the metrics' units.

    base, draft : (series, quarter, world)
    base_outlay, draft_outlay : (lever, quarter, world) of the seat, M USD, in the catalogue's order of levers
    today : (series,) the last value of each before the present; NaN where nothing was before
    """

    seeds: tuple[int, ...]
    first: Quarter
    base: Array
    draft: Array
    base_outlay: Array
    draft_outlay: Array
    today: Array


@dataclass(frozen=True)
class OutlayLine:
    """What a lever costs by forecast, M USD: medians over worlds, in this turn and in the quarters after it that were run."""

    lever: str
    now_musd: float
    later_musd: float
    base_now_musd: float
    base_later_musd: float


@dataclass(frozen=True)
class Shares:
    """How many worlds end better, the same and worse with the draft, by which way the series is wanted to move.

    Where neither way is better as such, ``wanted`` is None, and ``better`` counts the worlds in which the series ends higher.
    """

    better: int
    same: int
    worse: int
    wanted: Better | None

    @property
    def worlds(self) -> int:
        """All worlds counted."""
        return self.better + self.same + self.worse


@dataclass(frozen=True)
class Answer:
    """The fans. ``base`` and ``draft`` are (series, quantile, quarter) at 5, 25, 50, 75 and 95 per cent over worlds.

    today : (series,) the last value before the present; NaN where there is none
    shares : per series, by the last quarter; difference : (series, 3) of draft less base there at 5, 50 and 95 per cent
    outlay : levers that cost anything on either side
    """

    request: Request
    worlds: int
    quarters: tuple[Quarter, ...]
    base: Array
    draft: Array
    today: Array
    shares: tuple[Shares, ...]
    difference: Array
    outlay: tuple[OutlayLine, ...]

    def row(self, series: Series) -> int:
        """Where a series stands; OutlookError where it was not asked for."""
        if series not in self.request.series:
            asked = "; ".join(" ".join(filter(None, one)) for one in self.request.series)
            raise OutlookError(f"{' '.join(filter(None, series))} was not asked for; asked were {asked}")
        return self.request.series.index(series)


# asking -----------------------------------------------------------------------------------------------------------------------


def direction(metric: str, entity: str, seat: str) -> Better | None:
    """Which way a government wants a series to move; None where neither is better as such, and for what is a rival's own.

    >>> direction("leadership", "country:USA", "USA"), direction("leadership", "country:CHN", "USA")
    ('higher', None)
    """
    kind, _, name = entity.partition(":")
    if kind in ("country", "hq", "government") and name and name != seat:
        return None
    return METRICS[metric].better


def history_series(result: Result, series: Series) -> tuple[tuple[Quarter, ...], Array]:
    """The line before today: quarters and values (quarter,) of one series in the game's own world, in the metric's unit."""
    metric, entity, item = series
    return tuple(result.quarters), result.array(metric, entity, item)[:, 0]


def _never(*_: object) -> bool:
    return False


def answer_block(request: Request, seeds: Sequence[int], cancelled: Callable[[], bool] = _never) -> Block:
    """Run the worlds ``seeds`` of a request, in force and with the draft; ``cancelled`` is asked before every quarter.

    Raises Cancelled; OutlookError, PolicyError and SimulationError for what cannot be asked.
    """
    ask = _checked(request, check_seeds(seeds))
    with _lock:
        present = the_present(ask.past)
        key = (ask.past, ask.seeds, request.metrics)
        worlds = _worlds.get(key, lambda: _Worlds(ask.open(present)))
        base, draft = worlds.base, worlds.base
        if ask.draft:
            draft = _drafts.get((*key, request.seat, request.draft), lambda: _Side(worlds.opened.branch(policies=ask.draft)))
        total = min(request.quarters, present.structure.n_quarters - present.quarter)
        sides = [side.run(total, cancelled) for side in (base, draft)]
    values = [np.stack([result.array(*series)[:total] for series in request.series]) for result in sides]
    spent = [
        np.stack([result.array(_OUTLAY, f"government:{request.seat}", lever)[:total] for lever in LEVERS]) for result in sides
    ]
    before = present.result()
    today = [before.array(*series)[-1, 0] if before.quarters else np.nan for series in request.series]
    now = present.structure.first + present.quarter
    return Block(ask.seeds, now, values[0], values[1], spent[0], spent[1], np.array(today))


def merge(request: Request, blocks: Sequence[Block]) -> Answer:
    """One answer of all the worlds in ``blocks``; OutlookError where there are none, or a world is told twice."""
    if not blocks:
        raise OutlookError("an answer needs the worlds of at least one block")
    seeds = [seed for block in blocks for seed in block.seeds]
    if len(set(seeds)) != len(seeds):
        raise OutlookError("a world stands in two blocks of one answer; divide the seeds of the request among the blocks")
    base, draft, base_outlay, draft_outlay = (
        np.concatenate([getattr(block, name) for block in blocks], axis=-1)
        for name in ("base", "draft", "base_outlay", "draft_outlay")
    )
    fans = [np.moveaxis(quantiles(side, QUANTILES), 0, 1) for side in (base, draft)]
    last = quantiles(draft[:, -1] - base[:, -1], (0.05, 0.5, 0.95)).T
    shares = tuple(
        _shares(base[row, -1], draft[row, -1], direction(metric, entity, request.seat), smallest(metric, item))
        for row, (metric, entity, item) in enumerate(request.series)
    )
    quarters = tuple(blocks[0].first + t for t in range(base.shape[1]))
    outlay = _outlay(base_outlay, draft_outlay, request.turn_quarters)
    return Answer(request, len(seeds), quarters, fans[0], fans[1], blocks[0].today, shares, last, outlay)


def _shares(base: Array, draft: Array, wanted: Better | None, least: float) -> Shares:
    gain = (base - draft) if wanted == "lower" else (draft - base)
    margin = np.maximum(SAME_WITHIN * np.maximum(np.abs(base), np.abs(draft)), least)
    better, worse = int((gain > margin).sum()), int((gain < -margin).sum())
    return Shares(better, len(gain) - better - worse, worse, wanted)


def _outlay(base: Array, draft: Array, turn_quarters: int) -> tuple[OutlayLine, ...]:
    lines = []
    for row, lever in enumerate(LEVERS):
        if not (base[row].any() or draft[row].any()):
            continue
        now, later = (
            [float(np.median(side[row, quarters].sum(axis=0))) for side in (draft, base)]
            for quarters in (slice(None, turn_quarters), slice(turn_quarters, None))
        )
        lines.append(OutlayLine(lever, now[0], later[0], now[1], later[1]))
    return tuple(lines)


# running ----------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Ask:
    """A request that has been found possible."""

    past: Past
    draft: dict[str, Script]  # empty where the draft decides nothing
    seeds: tuple[int, ...]
    metrics: tuple[str, ...]

    def open(self, present: Simulation) -> Simulation:
        """The worlds asked, standing at the present."""
        return present.branch([0] * len(self.seeds), seeds=self.seeds, metrics=self.metrics)


class _Side:
    """Worlds under one set of policies, run as far as anybody has asked."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation

    def run(self, quarters: int, cancelled: Callable[[], bool]) -> Result:
        """At least so many quarters from the present."""
        ahead = self._simulation.quarter - self._simulation.start_index
        for _ in range(quarters - ahead):
            if cancelled():
                raise Cancelled
            self._simulation.run(1)
        return self._simulation.result()

    def let_go(self) -> None:
        """Free the worlds."""
        let_go(self._simulation)


class _Worlds:
    """Worlds opened at the present, and what becomes of them under what is in force.

    ``opened`` never runs: every side is a branch of it, which shares its draws and all else that seeds and scenario decide.
    """

    def __init__(self, opened: Simulation) -> None:
        self.opened = opened
        self.base = _Side(opened.branch())

    def let_go(self) -> None:
        """Free the worlds."""
        let_go(self.opened)
        self.base.let_go()


_lock = Lock()
_worlds: Kept[_Worlds] = Kept(BASES, _Worlds.let_go)
_drafts: Kept[_Side] = Kept(DRAFTS, _Side.let_go)


def forget() -> None:
    """Let go of every world that this process keeps. Answers do not change by it, only the time that they take."""
    with _lock:
        forget_presents()
        _worlds.clear()
        _drafts.clear()


def _checked(request: Request, seeds: tuple[int, ...]) -> _Ask:
    """The request as values of the engine; OutlookError where it asks for what nobody may see, or cannot be answered."""
    past = request.past
    decided = checked_policies(past, request.seat, seeds)
    if request.quarters < 1 or request.turn_quarters < 1:
        raise OutlookError(f"quarters are 1 or more; found {request.quarters} to look ahead, {request.turn_quarters} of the turn")
    if not request.series:
        raise OutlookError("name at least one series: metric, entity and item")
    now = Quarter.parse(resolved(past).start) + past.present
    draft = Policy.parse(request.draft)
    for setting in draft.settings:
        if setting.quarter != now:
            raise OutlookError(f"'{setting}' is not dated {now}, where the game stands")
    scenario, whole = resolved(past), decided[request.seat] + draft
    broken = [problem for problem in policy_problems(whole, scenario, request.seat) if problem.setting]  # money: see treasury
    if broken:
        raise PolicyError(f"the draft of {request.seat}", broken)
    script = {request.seat: scripted(scenario, request.seat, whole)} if draft.settings else {}
    return _Ask(past, script, seeds, request.metrics)
