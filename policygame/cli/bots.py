"""``policygame bots``: a tournament of bots, the value of each lever, and what a subsidy race costs - the balance of a scenario."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from policygame.catalogue import LEVERS, MANDATE
from policygame.cli.options import OptionError, complete_scenario, parse_seeds, whole_number
from policygame.cli.screen import ProgressBar, print_json, print_table, print_text

if TYPE_CHECKING:
    from policygame.scenario import Scenario
    from policygame.tournament.field import Mean, Tournament

WORLDS = "128"
LEAST_WORLDS, MOST_WORLDS = 2, 10_000
OWN, STORED = "own", "stored"


def bots(
    scenario: Annotated[
        str, typer.Argument(help="A shipped scenario or the path of a file.", autocompletion=complete_scenario)
    ] = "ai-surge-2023",
    worlds: Annotated[
        str, typer.Option(help=f"How many worlds every game is played in, {LEAST_WORLDS} to {MOST_WORLDS}.")
    ] = WORLDS,
    seed: Annotated[
        str, typer.Option(help="Seed of the first world. Balancing uses seeds from 1 on; 10001 and later are kept for checks.")
    ] = "1",
    spans: Annotated[
        str | None,
        typer.Option(
            help="Whose spans points are scaled by: 'stored', 'own', or the file of a tournament. Default: stored, where one is.",
            metavar="stored|own|FILE",
        ),
    ] = None,
    store: Annotated[
        bool,
        typer.Option(
            "--store",
            help="Keep the result beside the scenario: games are scored by its spans from then on. With --spans stored, keep it as "
            "the check of those spans on seeds that they have not seen.",
        ),
    ] = False,
    workers: Annotated[str | None, typer.Option(help="Processes; default: one for each core.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Write JSON to standard output.")] = False,
) -> None:
    """Let every bot play every seat while others only agree to its pacts, in the same worlds, and say what is balanced and what is not.

    Points weigh the gains over the same worlds in which nobody acts, in spans: how far nine in ten of all games with a bot in every seat
    move a part at most. They are not clipped here; the score of a game clips each part.
    """
    from policygame.scenario import load_scenario
    from policygame.tournament.field import OWN_SPANS, play_tournament
    from policygame.tournament.stored import store_tournament, told

    count = whole_number(worlds, "--worlds", LEAST_WORLDS, MOST_WORLDS)
    seeds = parse_seeds(seed, str(count))
    n_workers = (os.cpu_count() or 1) if workers is None else whole_number(workers, "--workers", 1, 256)
    loaded = load_scenario(scenario)
    if store and spans not in (None, OWN, STORED):
        raise OptionError(
            f"--store keeps a tournament with its own spans, or a check of the stored ones; leave out --spans {spans}."
        )
    scale = None if store and spans != STORED else _scale(loaded, spans)
    if store and scale is not None and seeds[0] <= scale.seeds[1] and scale.seeds[0] <= seeds[-1]:
        raise OptionError(
            f"--store --spans stored keeps a check on seeds that the spans have not seen; seeds {seeds[0]} to {seeds[-1]} meet those "
            f"of the stored tournament, {scale.seeds[0]} to {scale.seeds[1]}. Use --seed 10001."
        )
    with ProgressBar("playing", enabled=not json) as bar:
        found = play_tournament(
            loaded,
            seeds,
            spans=None if scale is None else scale.spans,
            spans_from=OWN_SPANS if scale is None else _named(spans, scale),
            bids=None if scale is None else scale.bids,
            workers=n_workers,
            progress=bar,
        )
    kept = store_tournament(loaded, found) if store else None
    if json:
        print_json({**told(found), "seeds_seen": _seen(found, scale), "file": None if kept is None else str(kept)})
        return
    _show(loaded, found)
    print_text(_about_seeds(found, scale))
    if kept is not None:
        print_text(f"wrote {kept}")


def _scale(scenario: Scenario, spans: str | None) -> Tournament | None:
    """The tournament whose spans are used; None for this one's own."""
    from policygame.tournament.stored import read_tournament, stored_file, stored_tournament

    if spans == OWN:
        return None
    if spans in (None, STORED):
        kept = stored_tournament(scenario)
        if kept is None and spans == STORED:
            why = "was played with another scenario or model" if stored_file(scenario.name).is_file() else "is not there"
            raise OptionError(
                f"the stored tournament of {scenario.name} {why}; play one with policygame bots {scenario.name} --store, "
                "or use --spans own."
            )
        return kept
    found = read_tournament(Path(spans))
    if found.scenario != scenario.name:
        raise OptionError(f"--spans {spans} holds a tournament of {found.scenario}; give one of {scenario.name}.")
    return found


def _named(spans: str | None, scale: Tournament) -> str:
    which = "the stored tournament" if spans in (None, STORED) else f"the tournament in {spans}"
    return f"{which}, seeds {scale.seeds[0]} to {scale.seeds[1]}"


def _seen(found: Tournament, scale: Tournament | None) -> bool | None:
    """Whether some of the seeds are among those that the spans come from; None where the spans are its own."""
    if scale is None:
        return None
    return found.seeds[0] <= scale.seeds[1] and scale.seeds[0] <= found.seeds[1]


def _about_seeds(found: Tournament, scale: Tournament | None) -> str:
    first, last = found.seeds
    if scale is None:
        return f"Seeds {first} to {last}; spans are those of this tournament."
    seen = "some of which the spans come from" if _seen(found, scale) else "none of which the spans have seen"
    return f"Seeds {first} to {last}, {seen}; spans are those of {found.spans_from}."


def _show(scenario: Scenario, found: Tournament) -> None:
    from policygame.tournament.claims import claims_of

    _show_matrix(found)
    _show_weighed(scenario, found)
    _show_levers(found)
    _show_race(found)
    for line in dropped_lines(found):
        print_text(line)
    rows = [
        [claim.claim, claim.about, "[green]holds[/green]" if claim.holds else "[red]missed[/red]", claim.figure]
        for claim in claims_of(found)
    ]
    held = sum(claim.holds for claim in claims_of(found))
    print_table(
        f"What is claimed of the balance: {held} of {len(rows)} hold", ["claim", "of", "", "figure"], rows, folding=["figure"]
    )


def _show_matrix(found: Tournament) -> None:
    rows = []
    for seat in found.seats:
        best = found.best(seat)
        for entry in found.of_seat(seat):
            name = f"[bold]{entry.bot} *[/bold]" if entry is best else entry.bot
            between = f"{entry.low:+.1f} to {entry.high:+.1f}"
            rows.append(
                [seat, name, f"{entry.points:.1f}", f"{entry.gain:+.1f}", between, f"{entry.sd:.1f}", f"{entry.wins:.0%}"]
            )
    title = f"{found.scenario}: every bot in every seat while others only agree to its pacts, in {found.worlds} worlds (* best in the mean)"
    columns = ["seat", "bot", "score", "over nothing", "nine worlds in ten", "sd", "wins"]
    print_table(title, columns, rows, numbers=True)
    print_text(
        "score: parts in spans by their weights, uncut, with thrift as it stands; over nothing: points more than the same worlds in which "
        "nobody acts; sd: their standard deviation across worlds; wins: worlds in which no other bot of the seat does better."
    )


def _show_weighed(scenario: Scenario, found: Tournament) -> None:
    from policygame.tournament.weights import best_shares

    rows = [[one.seat, one.bot, f"{one.share:.0%}"] for one in best_shares(scenario, found) if one.share >= 0.005]
    title = "How ranks move when weights do: a seat's best bot when the weights of its mandate are drawn from their stated ranges"
    print_table(title, ["seat", "best bot", "of weightings"], rows, numbers=True)


def _interval(mean: Mean, digits: int = 2) -> str:
    return f"{mean.low:+.{digits}f} to {mean.high:+.{digits}f}"


def _show_levers(found: Tournament) -> None:
    rows = [
        [value.seat, value.bot, LEVERS[value.lever].name, f"{value.loss.mean:+.2f}", _interval(value.loss), f"{value.share:.1%}"]
        for value in found.levers
        if value.loss.mean != 0.0
    ]
    title = "What each seat's best bot loses without a lever (levers that change nothing are left out)"
    print_table(title, ["seat", "best bot", "lever", "points lost", "90 % interval", "of its gain"], rows, numbers=True)


def _show_race(found: Tournament) -> None:
    if not found.race:
        print_text("There is no race: fewer than two seats may give packaging grants and make pacts.")
        return
    offers = ", ".join(f"{seat} {rate:.0%}" for seat, rate in found.bids.rates.items())
    settled = "" if found.bids.settled else " They have not settled: somebody would still rather offer another rate."
    print_text(f"Bids in the race, shares of capex, each the best answer to all others: {offers}.{settled}")
    rows = [
        [
            row.arm,
            row.seat,
            *(cell for mean in (row.points, row.against_ceiling) for cell in (f"{mean.mean:+.1f}", _interval(mean, 1))),
        ]
        for row in found.race_told()
    ]
    title = (
        f"Race or ceiling: points over nothing when all race, all keep to {found.ceiling:.0%} of capex, or one breaks it alone"
    )
    print_table(title, ["arm", "seat", "points", "90 % interval", "less the ceiling's", "90 % interval"], rows, numbers=True)


def dropped_lines(found: Tournament) -> list[str]:
    """A sentence for each seat whose mandate has parts that no bot moves enough to tell."""
    lines = []
    for seat in found.seats:
        weighed = found.of_seat(seat)[0].parts
        names = [MANDATE[span.part].name for span in found.spans[seat] if not span.kept and span.part in weighed]
        if names:
            lines.append(f"{seat}: no bot moves {', '.join(names)} enough to tell it from nothing; it is left out of the points.")
    return lines
