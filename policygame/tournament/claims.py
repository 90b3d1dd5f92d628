"""What is claimed of a scenario's balance, each with its figure: held or missed.

Doing nothing is beaten, no bot is best for every mandate, every lever is worth something to somebody, a race leaves its racers worse off -
together, and each - than a ceiling that all keep, and breaking it alone pays.
"""

from __future__ import annotations

from dataclasses import dataclass

from policygame.tournament.field import LeverValue, Tournament
from policygame.tournament.race import ABOVE, BREAKING, RACE, TOGETHER, breaking

__all__ = ["ENOUGH_SD", "ENOUGH_SHARE", "Claim", "claims_of"]

ENOUGH_SD = 0.5
"""By so many standard deviations across worlds the best bot is to beat nothing."""
ENOUGH_SHARE = 0.02
"""So much of its gain the best bot of some mandate is to lose without a lever."""
WORSE_OFF, EACH_WORSE_OFF = "A race leaves its racers worse off", "A race leaves this racer worse off"
BREAKING_PAYS, EACH_BREAKING_PAYS = "Breaking the ceiling alone pays", "Breaking the ceiling alone pays this racer"


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
        if shown.loss.mean == 0.0:
            figure = "no seat's best bot loses anything without it"
        claims.append(Claim("The lever is worth something", lever, bool(good), figure))
    return claims


def _race(found: Tournament) -> list[Claim]:
    """Of racers together, in the mean over them; and of each alone, for a race between unequal racers has winners too."""
    rows = {(row.arm, row.seat): row.against_ceiling for row in found.race}
    together = [(WORSE_OFF, RACE, TOGETHER), (WORSE_OFF, RACE, ABOVE), (BREAKING_PAYS, BREAKING, ABOVE)]
    each = [(EACH_WORSE_OFF, RACE, seat) for seat in found.bids.racers]
    each += [(EACH_BREAKING_PAYS, breaking(seat), seat) for seat in found.bids.above_ceiling]
    claims = []
    for claim, arm, seat in (*together, *each):
        if (arm, seat) in rows:
            gain = rows[arm, seat]
            holds = gain.high < 0.0 if arm == RACE else gain.low > 0.0
            figure = f"{gain.mean:+.2f} points against the ceiling that all keep, {gain.low:+.2f} to {gain.high:+.2f}"
            claims.append(Claim(claim, seat, holds, figure))
    return claims
