"""The generated page about the balance: for every stored tournament who does best, what each lever is worth, the race, the claims.

Numbers come from the stored files, so that the page costs nothing to write; that they hold for this model is tested elsewhere.
"""

from __future__ import annotations

from policygame.catalogue import LEVERS, MANDATE
from policygame.docs.markdown import table
from policygame.scenario import Scenario
from policygame.tournament.claims import claims_of
from policygame.tournament.field import Mean, Tournament
from policygame.tournament.stored import read_tournament, stored_file
from policygame.tournament.weights import best_shares

__all__ = ["tournament_page"]


def tournament_page(scenarios: list[Scenario]) -> str:
    """Every stored tournament, and its check on seeds that its spans have not seen."""
    lines = [
        "# Tournaments of bots",
        "",
        "Written from `configs/tournaments/`. `policygame bots SCENARIO --store` plays one anew, `policygame bots SCENARIO --seed 10001",
        "--spans stored --store` its check. What is played, and why it is scored so, is in [balance](../balance.md).",
    ]
    for scenario in scenarios:
        if stored_file(scenario.name).is_file():
            lines += _scenario(scenario)
    return "\n".join(lines)


def _scenario(scenario: Scenario) -> list[str]:
    name = scenario.name
    found = read_tournament(stored_file(name))
    check = read_tournament(stored_file(name, check=True)) if stored_file(name, check=True).is_file() else None
    return [
        "",
        f"## {name}",
        "",
        f"{found.worlds} worlds, seeds {found.seeds[0]} to {found.seeds[1]}"
        + (f"; check: {check.worlds} worlds, seeds {check.seeds[0]} to {check.seeds[1]}." if check else "; no check is stored."),
        "",
        "### Who does best",
        "",
        table(["seat", "best bot", "over nothing, points", "standard deviation", "second", "over nothing, points"], _best(found)),
        "",
        "### How ranks move when weights do",
        "",
        "Which bot is a seat's best when the weights of its mandate are drawn from their stated ranges.",
        "",
        table(["seat", "best bot, and in how many weightings of a hundred"], _weighed(scenario, found)),
        "",
        "### What the best bot loses without a lever",
        "",
        table(["seat", "bot", "lever", "points lost, 90 % interval", "of its gain, %"], _levers(found)),
        *_race(found),
        "",
        "### How far play moves each part",
        "",
        "Spans, in the unit of the part; - where it cannot be told from zero and does not count.",
        "",
        table(["seat", *(f"{part} {MANDATE[part].name}" for part in MANDATE if part != "F")], _spans(found)),
        "",
        "### Claims",
        "",
        *_claims(found, check),
    ]


def _best(found: Tournament) -> list[list[str]]:
    rows = []
    for seat in found.seats:
        best, second = sorted(found.of_seat(seat), key=lambda entry: -entry.points)[:2]
        rows.append([seat, best.bot, f"{best.gain:+.1f}", f"{best.sd:.1f}", second.bot, f"{second.gain:+.1f}"])
    return rows


def _weighed(scenario: Scenario, found: Tournament) -> list[list[str]]:
    shares = best_shares(scenario, found)
    return [
        [seat, ", ".join(f"{one.bot} {100.0 * one.share:.0f}" for one in shares if one.seat == seat and one.share >= 0.005)]
        for seat in found.seats
    ]


def _interval(mean: Mean) -> str:
    return f"{mean.mean:+.1f} ({mean.low:+.1f} to {mean.high:+.1f})"


def _levers(found: Tournament) -> list[list[str]]:
    return [
        [value.seat, value.bot, LEVERS[value.lever].name, _interval(value.loss), f"{100.0 * value.share:.0f}"]
        for value in found.levers
        if value.loss.mean != 0.0
    ]


def _race(found: Tournament) -> list[str]:
    if not found.race:
        return []
    rows = [[row.arm, row.seat, _interval(row.points), _interval(row.against_ceiling)] for row in found.race_told()]
    head = ["arm", "seat", "over nothing, points", "less what it has under the ceiling"]
    offers = ", ".join(f"{seat} {rate:.0%}" for seat, rate in found.bids.rates.items())
    settled = (
        "nobody would rather offer another" if found.bids.settled else "**not settled**: somebody would rather offer another"
    )
    return [
        "",
        f"### A race for packaging grants, or a ceiling of {found.ceiling:.0%}",
        "",
        f"Grants in the race, as shares of capex: {offers}; {settled}.",
        "",
        table(head, rows),
    ]


def _spans(found: Tournament) -> list[list[str]]:
    rows = []
    for seat in found.seats:
        kept = {span.part: span for span in found.spans[seat]}
        rows.append([seat, *(f"{kept[part].value:.4g}" if kept[part].kept else "-" for part in MANDATE if part != "F")])
    return rows


def _claims(found: Tournament, check: Tournament | None) -> list[str]:
    own, others = claims_of(found), claims_of(check) if check else ()
    told = [f"{sum(claim.holds for claim in own)} of {len(own)} hold on the seeds that the spans come from"]
    if check:
        told.append(f", {sum(claim.holds for claim in others)} of {len(others)} on seeds that they have not seen")
    again = {(claim.claim, claim.about): claim for claim in others}
    rows = []
    for claim in own:
        other = again.get((claim.claim, claim.about))
        rows.append(
            [
                claim.claim,
                claim.about,
                "holds" if claim.holds else "**missed**",
                claim.figure,
                "" if other is None else "holds" if other.holds else "**missed**",
                "" if other is None else other.figure,
            ]
        )
    return ["".join(told) + ".", "", table(["claim", "of", "", "figure", "check", "figure of the check"], rows)]
