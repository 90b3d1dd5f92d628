"""A tournament of a scenario: every bot in every seat while others only agree to its pacts, each lever taken from the best, the race.

Every number is paired by seed with the same world in which nobody acts. Points are weighed in spans, which come from games with bots in
all seats, and not clipped, so that what is claimed of the balance (``claims``) is not hidden by a limit; the score that players see clips
them. Worlds are run by ``arms``, who sits beside whom is ``company``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np

from policygame.asking import check_seeds
from policygame.bots import BOTS
from policygame.bots.common import total
from policygame.foresight.summaries import quantiles
from policygame.model.arrays import Array
from policygame.scenario import Scenario
from policygame.tournament.arms import NOBODY, Arm, Progress, run_arms, workers_of
from policygame.tournament.company import alone, in_company
from policygame.tournament.mandates import PARTS, seats_of, weights_of
from policygame.tournament.race import (
    ABOVE,
    BREAKING,
    CEILING,
    RACE,
    TOGETHER,
    UNDER_CEILING,
    Bidder,
    Bids,
    bid,
    bidders_of,
    breaking,
    offers_of,
    race_arms,
)
from policygame.tournament.spans import Span, points, scaled, spans_of
from policygame.version import model_version

__all__ = ["IDLE", "OWN_SPANS", "Entry", "LeverValue", "Mean", "RaceRow", "SeatSpans", "Tournament", "play_tournament"]

IDLE = "laissez-faire"
"""The bot that does nothing: its worlds are those in which nobody acts."""
OWN_SPANS = "this tournament"
"""Where the spans of a tournament come from that is scored by its own."""
BIDDING_WORLDS = 64
"""In how many worlds, the first of a tournament, offers are weighed in the race."""
_SURE = 1.6448536269514722
"""Standard errors to either side of a mean within which it lies nine times in ten."""
SeatSpans = Mapping[str, tuple[Span, ...]]


@dataclass(frozen=True)
class Mean:
    """A mean over worlds with its 90 % interval, from the spread between worlds."""

    mean: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Array) -> Mean:
        """The mean of (world,); its interval is as wide as the line where there is but one world."""
        mean = math.fsum(values) / len(values)
        if len(values) < 2:
            return cls(mean, -math.inf, math.inf)
        error = math.sqrt(math.fsum((values - mean) ** 2) / (len(values) - 1) / len(values))
        return cls(mean, mean - _SURE * error, mean + _SURE * error)


@dataclass(frozen=True)
class Entry:
    """A bot in a seat.

    points : mean over worlds; gain : over nothing, with ``low`` and ``high`` of nine worlds in ten and the standard deviation ``sd``
    wins : share of worlds in which no bot of the seat does better (the first of those that are equal)
    parts : part of the mandate -> what it adds to the gain, in the mean
    """

    seat: str
    bot: str
    points: float
    gain: float
    low: float
    high: float
    sd: float
    wins: float
    parts: dict[str, float]


@dataclass(frozen=True)
class LeverValue:
    """What a seat's best bot loses without a lever: in points, and as a part of its gain over nothing."""

    seat: str
    bot: str
    lever: str
    loss: Mean
    share: float


@dataclass(frozen=True)
class RaceRow:
    """Points of a bidder in an arm of the race, over nothing, and against the arm in which all keep the ceiling.

    ``seat`` may be ``TOGETHER`` or ``ABOVE``: the mean over racers, or over those that offer more than the ceiling.
    """

    arm: str
    seat: str
    points: Mean
    against_ceiling: Mean


@dataclass(frozen=True)
class Tournament:
    """What a tournament found. ``seeds`` are its first and last; ``spans`` are those that it was scored by, from ``spans_of``.

    scenario_hash, model : of the scenario's content and of the model's code, by which a stored tournament is known to hold still
    """

    scenario: str
    scenario_hash: str
    model: str
    seeds: tuple[int, int]
    spans: dict[str, tuple[Span, ...]]
    spans_from: str
    entries: tuple[Entry, ...]
    levers: tuple[LeverValue, ...]
    race: tuple[RaceRow, ...]
    bids: Bids
    ceiling: float

    @property
    def worlds(self) -> int:
        """How many worlds were asked."""
        return self.seeds[1] - self.seeds[0] + 1

    @property
    def seats(self) -> tuple[str, ...]:
        """Seats in the catalogue's order."""
        return tuple(dict.fromkeys(entry.seat for entry in self.entries))

    def of_seat(self, seat: str) -> tuple[Entry, ...]:
        """The bots of a seat, in the order in which a player meets them."""
        return tuple(entry for entry in self.entries if entry.seat == seat)

    def race_told(self) -> tuple[RaceRow, ...]:
        """Rows of the race that say something: everybody in the race and under the ceiling, who breaks it in the arm of its own."""
        return tuple(row for row in self.race if row.arm in (RACE, UNDER_CEILING, BREAKING, breaking(row.seat)))

    def best(self, seat: str) -> Entry:
        """The bot with the most points in the mean; the first of those that are equal."""
        return max(self.of_seat(seat), key=lambda entry: entry.points)


def play_tournament(
    scenario: Scenario,
    seeds: range,
    *,
    spans: SeatSpans | None = None,
    spans_from: str = OWN_SPANS,
    bids: Bids | None = None,
    workers: int = 1,
    progress: Progress | None = None,
) -> Tournament:
    """Play all bots in all seats of a scenario over ``seeds``.

    ``spans`` puts points on the scale of another tournament, which ``spans_from`` names; default: this one's own. ``bids`` are those of
    another tournament's race; default: found anew. ``progress`` is called with (steps done, steps in all). Numbers do not depend on
    ``workers``.
    """
    check_seeds(seeds)
    company_arms = () if spans is not None else in_company(seats_of(scenario), tuple(BOTS.values()))
    with workers_of(workers) as executor:
        games = _Games(scenario, seeds, executor, progress, len(company_arms))
        nobody = games.ran([NOBODY])[0]
        company = games.ran(company_arms) if company_arms else None
        used: dict[str, tuple[Span, ...]] = {}
        entries: list[Entry] = []
        values: list[LeverValue] = []
        for at, seat in enumerate(games.seats):
            played = np.stack([nobody[at], *games.ran([alone(games.seats, seat, BOTS[bot]) for bot in games.bots])[:, at]])
            used[seat] = tuple((spans or {})[seat]) if company is None else spans_of(company[:, at] - nobody[at])
            table = _Table(weights_of(scenario, seat), nobody[at], used[seat])
            found = _entries(seat, (IDLE, *games.bots), table, played)
            best = max(range(len(found)), key=lambda i: found[i].points)
            entries += found
            values += _lever_values(games, at, found[best], table, played[best])
        if bids is None:
            bids = _bids(games, nobody, used)
        arms = race_arms(bids) if bids.rates else {}
        rows = _race(games, nobody, used, bids, dict(zip(arms, games.ran(list(arms.values())), strict=True))) if arms else ()
    return Tournament(
        scenario.name,
        scenario.hash,
        model_version(),
        (seeds[0], seeds[-1]),
        used,
        spans_from,
        tuple(entries),
        tuple(values),
        rows,
        bids,
        CEILING,
    )


class _Games:
    """The games of a tournament: who sits where, and how far the work is."""

    def __init__(
        self, scenario: Scenario, seeds: range, executor: Executor | None, progress: Progress | None, more_arms: int
    ) -> None:
        self.scenario, self._seeds, self._executor, self._progress = scenario, seeds, executor, progress
        self.seats = seats_of(scenario)
        self.bots = tuple(bot for bot in BOTS if bot != IDLE)
        arms = 1 + len(self.seats) * len(self.bots) + more_arms
        arms += sum(len(self.levers(seat)) for seat in self.seats)
        self._done, self._all = 0, arms * len(seeds)

    def levers(self, seat: str) -> tuple[str, ...]:
        """Levers of a seat's role."""
        government = self.scenario.jurisdictions[seat].government
        return () if government is None else tuple(government.levers)

    def ran(self, arms: Sequence[Arm], worlds: int | None = None) -> Array:
        """(arm, seat, part, world), as ``run_arms`` has it: in all worlds, or in the first ``worlds``."""
        return run_arms(self.scenario, self._seeds[:worlds], arms, self._executor, self._told)

    def more(self, arms: int, worlds: int | None = None) -> None:
        """That many arms are to be played beside those that were known at the beginning."""
        self._all += arms * len(self._seeds[:worlds])

    def _told(self, more: int) -> None:
        self._done += more
        if self._progress is not None:
            self._progress(self._done, self._all)


def _lever_values(games: _Games, at: int, best: Entry, table: _Table, played: Array) -> list[LeverValue]:
    """What the best bot of seat ``at`` loses without each of its levers; ``played`` (part, world) is how it did with all."""
    seat, bot = best.seat, BOTS[best.bot]
    levers = games.levers(seat)
    values = []
    for lever, without in zip(
        levers, games.ran([alone(games.seats, seat, bot.without(lever)) for lever in levers])[:, at], strict=True
    ):
        loss = Mean.of(table.points(played) - table.points(without))
        values.append(LeverValue(seat, bot.name, lever, loss, loss.mean / best.gain if best.gain > 0.0 else 0.0))
    return values


@dataclass(frozen=True)
class _Table:
    """How a seat's points are counted: ``weights`` (part,), ``nobody`` (part, world)."""

    weights: Array
    nobody: Array
    spans: tuple[Span, ...]

    def parts(self, played: Array) -> Array:
        """(part, world): what each part adds to the gain over nothing."""
        more = scaled(played, self.nobody, self.spans) - scaled(self.nobody, self.nobody, self.spans)
        weighed: Array = self.weights[:, None] * more
        return weighed

    def points(self, played: Array) -> Array:
        """(world,)"""
        return points(self.weights, scaled(played, self.nobody, self.spans))


def _entries(seat: str, bots: Sequence[str], table: _Table, played: Array) -> list[Entry]:
    """Each bot of a seat, from (bot, part, world)."""
    by_bot = np.stack([table.points(one) for one in played])
    nothing = table.points(table.nobody)
    winner = by_bot.argmax(axis=0)
    found = []
    for i, bot in enumerate(bots):
        gain = by_bot[i] - nothing
        low, high = quantiles(gain, (0.05, 0.95))
        parts = {part: math.fsum(row) / len(row) for part, row in zip(PARTS, table.parts(played[i]), strict=True)}
        found.append(
            Entry(
                seat,
                bot,
                math.fsum(by_bot[i]) / len(gain),
                math.fsum(gain) / len(gain),
                float(low),
                float(high),
                float(np.ascontiguousarray(gain).std(ddof=1)) if len(gain) > 1 else 0.0,
                float((winner == i).mean()),
                {part: worth for part, worth in parts.items() if table.weights[PARTS.index(part)] > 0.0},
            )
        )
    return found


def _bids(games: _Games, nobody: Array, spans: SeatSpans) -> Bids:
    """What everybody offers in the race, by the points that it brings in the first worlds of the tournament."""
    bidders = bidders_of(games.scenario)
    if not bidders:
        return Bids({}, settled=True)

    def worth(asked: Sequence[tuple[str, dict[str, float]]]) -> list[float]:
        arms = [Arm(tuple((seat, Bidder(rate)) for seat, rate in rates.items())) for _, rates in asked]
        games.more(len(arms), BIDDING_WORLDS)
        points_of = []
        for (seat, _), played in zip(asked, games.ran(arms, BIDDING_WORLDS), strict=True):
            at = games.seats.index(seat)
            table = _Table(weights_of(games.scenario, seat), nobody[at, :, :BIDDING_WORLDS], spans[seat])
            own = table.points(played[at])
            points_of.append(math.fsum(own) / len(own))
        return points_of

    return bid({seat: offers_of(games.scenario, seat) for seat in bidders}, worth)


def _race(games: _Games, nobody: Array, spans: SeatSpans, bids: Bids, arms: Mapping[str, Array]) -> tuple[RaceRow, ...]:
    """Each bidder in each arm, from arm -> (seat, part, world), and racers together, all and those above the ceiling."""
    own: dict[tuple[str, str], Array] = {}
    nothing: dict[str, Array] = {}
    for seat in bids.rates:
        at = games.seats.index(seat)
        table = _Table(weights_of(games.scenario, seat), nobody[at], spans[seat])
        nothing[seat] = table.points(nobody[at])
        own.update({(arm, seat): table.points(played[at]) for arm, played in arms.items()})
    rows = [
        RaceRow(arm, seat, Mean.of(points_of - nothing[seat]), Mean.of(points_of - own[UNDER_CEILING, seat]))
        for (arm, seat), points_of in own.items()
    ]
    for group, seats in ((TOGETHER, bids.racers), (ABOVE, bids.above_ceiling)):
        for arm in (RACE, UNDER_CEILING, *((BREAKING,) if group == ABOVE else ())):
            members = [(breaking(seat) if arm == BREAKING else arm, seat) for seat in seats]
            if members:
                gain = _mean_of([own[of] - nothing[of[1]] for of in members])
                kept = _mean_of([own[of] - own[UNDER_CEILING, of[1]] for of in members])
                rows.append(RaceRow(arm, group, Mean.of(gain), Mean.of(kept)))
    return tuple(rows)


def _mean_of(arrays: Sequence[Array]) -> Array:
    """(world,): the mean of arrays, added one after the other, so that a world's bits are its own."""
    return total(arrays) / len(arrays)
