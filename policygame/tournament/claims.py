"""What is claimed of a scenario's balance, each with its figure: held or missed.

Doing nothing is beaten, no bot is best for every mandate, every lever is worth something to somebody, a race leaves its racers worse off
than a ceiling that all keep, and breaking it alone pays.
"""

from __future__ import annotations

from dataclasses import dataclass

from policygame.tournament.field import LeverValue, Tournament
from policygame.tournament.race import RACE, breaking

__all__ = ["ENOUGH_SD", "ENOUGH_SHARE", "Claim", "claims_of"]

ENOUGH_SD = 0.5
"""By so many standard deviations across worlds the best bot is to beat nothing."""
ENOUGH_SHARE = 0.02
"""So much of its gain the best bot of some mandate is to lose without a lever."""


@dataclass(frozen=True)
class Claim:
    """A claim about the balance: ``about`` a seat or a lever or all, whether it ``holds``, and the ``figure`` that shows it."""

    claim: str
    about: str
    holds: bool
    figure: str


def claims_of(found: Tournament) -> tuple[Claim, ...]:
    """Every claim, in the order in which they are told."""
    return (*_beats_nothing(found), _nobody_best_everywhere(found), *_levers(found), *_race(found))


def _beats_nothing(found: Tournament) -> list[Claim]:
    claims = []
    for seat in found.seats:
        best = found.best(seat)
        by = best.gain / best.sd if best.sd > 0.0 else 0.0
        figure = f"{best.bot} gains {best.gain:+.2f} points, {by:.2f} standard deviations across worlds"
        claims.append(Claim("The best bot beats nothing", seat, by >= ENOUGH_SD, figure))
    return claims


def _nobody_best_everywhere(found: Tournament) -> Claim:
    best: dict[str, list[str]] = {}
    for seat in found.seats:
        best.setdefault(found.best(seat).bot, []).append(seat)
    figure = "; ".join(f"{bot} in {', '.join(seats)}" for bot, seats in best.items())
    return Claim("No bot is best for every mandate", "all", len(best) > 1, figure)


def matters(value: LeverValue) -> bool:
    """Whether a lever is worth enough to a best bot, and more than nothing for sure."""
    return value.share >= ENOUGH_SHARE and value.loss.low > 0.0


def _levers(found: Tournament) -> list[Claim]:
    claims = []
    for lever in dict.fromkeys(value.lever for value in found.levers):
        own = [value for value in found.levers if value.lever == lever]
        good = [value for value in own if matters(value)]
        shown = max(good or own, key=lambda value: value.share)
        figure = (
            f"{shown.bot} in {shown.seat} loses {shown.share:.1%} of its gain without it "
            f"({shown.loss.mean:+.3f} points, {shown.loss.low:+.3f} to {shown.loss.high:+.3f})"
        )
        claims.append(Claim("The lever is worth something", lever, bool(good), figure))
    return claims


def _race(found: Tournament) -> list[Claim]:
    claims = []
    for seat in dict.fromkeys(row.seat for row in found.race):
        rows = {row.arm: row for row in found.race if row.seat == seat}
        race, alone = rows[RACE].against_ceiling, rows[breaking(seat)].against_ceiling
        figure = "{0.mean:+.2f} points against the ceiling that all keep, {0.low:+.2f} to {0.high:+.2f}"
        claims.append(Claim("A race leaves its racers worse off", seat, race.high < 0.0, figure.format(race)))
        claims.append(Claim("Breaking the ceiling alone pays", seat, alone.low > 0.0, figure.format(alone)))
    return claims
