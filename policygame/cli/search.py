"""``policygame search``: which constant policies of a government no other beats in everything - shown, written, and kept.

Everything that can be wrong with the request is found before anything is simulated. The search is ``policygame.search``.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from policygame.cli import options
from policygame.cli.options import OptionError, whole_number
from policygame.cli.screen import ProgressBar, print_json, print_table, print_text
from policygame.cli.stored import write_file

if TYPE_CHECKING:
    from policygame.search import Found, Member

MOST_TRIALS = 1_000_000
ENOUGH_WORLDS = 20
"""Fewer do not show a band of nine worlds in ten."""
_DIGITS = {"leadership": ".3f", "resilience": ".3f", "cost": ",.0f"}
"""How values of each objective are written."""


def search(
    scenario: Annotated[
        str,
        typer.Argument(
            help="A shipped scenario ([b]policygame scenarios[/b] lists them) or a file.",
            metavar="SCENARIO",
            autocompletion=options.complete_scenario,
        ),
    ],
    government: Annotated[str, typer.Option(help="Whose policy is searched, like USA.", metavar="GOV")],
    trials: Annotated[str, typer.Option(help="Candidates that are tried.", metavar="N")] = "200",
    worlds: Annotated[str, typer.Option(help="Worlds that each candidate is tried in, the same for all.", metavar="M")] = "20",
    seed: Annotated[str, typer.Option(help="Seed of the first world, and of the search.", metavar="SEED")] = "1",
    population: Annotated[str, typer.Option(help="Candidates of a generation, simulated side by side.", metavar="N")] = "20",
    levers: Annotated[
        str | None,
        typer.Option(help="Levers to search, with commas between; default: all that the role has.", metavar="A,B"),
    ] = None,
    policy: Annotated[
        list[str] | None,
        typer.Option(
            help="What another government follows, a bot or a file; default: the record. May be repeated.",
            metavar="GOV=BOT_OR_FILE",
            autocompletion=options.complete_policy,
        ),
    ] = None,
    quarters: Annotated[
        str | None, typer.Option(help="Quarters to simulate; default: to the scenario's end.", metavar="N")
    ] = None,
    out: Annotated[str | None, typer.Option(help="File for what was found, as JSON.", metavar="FILE")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace files that are there.")] = False,
    policies: Annotated[
        str | None,
        typer.Option(help="New folder for one file per policy, as [b]policygame run --policy[/b] reads them.", metavar="DIR"),
    ] = None,
    store: Annotated[
        bool, typer.Option("--store", help="Keep it beside the shipped scenario as its best known policies.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Write JSON to standard output.")] = False,
    progress: Annotated[bool, typer.Option("--progress/--no-progress", help="Show a progress bar after two seconds.")] = True,
) -> None:
    """Policies that lead, last and cost little: those of which none is better in all three, found by NSGA-II."""
    from policygame.scenario import load_scenario
    from policygame.search import InModel, Worlds, check_storable, find, space_of, store_found, text_of, told

    loaded = load_scenario(scenario)
    seeds = options.parse_seeds(seed, worlds)
    size = whole_number(population, "--population", 2, options.MOST_WORLDS // len(seeds))
    tried = whole_number(trials, "--trials", size, MOST_TRIALS)
    chosen = None if levers is None else [word.strip() for word in levers.split(",")]
    planned = options.parse_policies(policy or (), loaded)
    if government in [other.government for other in planned]:
        raise OptionError(f"--policy names {government}, whose policy is searched; name only other governments there.")
    space = space_of(loaded, government, chosen, [other.government for other in planned])
    evaluate = InModel(
        loaded,
        government,
        seeds,
        options.parse_quarters(quarters, loaded),
        {other.government: other.plays for other in planned},
    )
    where = Worlds(seeds, evaluate.quarters, {other.government: other.text for other in planned})
    if store:
        check_storable(loaded, where.quarters, where.others)
    file = None if out is None else _place(out, force)
    folder = None if policies is None else _folder(policies, force)
    with ProgressBar("searching", enabled=progress and not json) as bar:
        found = find(space, evaluate, where, trials=tried, population=size, progress=bar)
    written = []
    if file is not None:
        write_file(file, text_of(found), force=force)
        written.append(file)
    if folder is not None:
        written += _write_policies(found, folder)
    if store:
        written.append(store_found(loaded, found))
    if json:
        print_json({**told(found), "files": [str(one) for one in written]})
        return
    show_found(found)
    for one in [folder, *(one for one in written if one.parent != folder)] if folder else written:
        print_text(f"wrote {one}")


def _place(out: str, force: bool) -> Path:
    """The file that is asked for, where one can be written."""
    file = Path(out)
    if not out.strip() or file.is_dir() or not file.absolute().parent.is_dir():
        raise OptionError(f"--out {out!r} cannot be a file there; name a file in a folder that exists, like found.json.")
    if file.exists() and not force:
        raise OptionError(f"{file} exists already; name another file, or replace it with --force")
    return file


def _folder(policies: str, force: bool) -> Path:
    """The folder that is asked for: a new or an empty one, unless what is there may be replaced."""
    folder = options.parse_directory(policies, "--policies")
    if not folder.absolute().parent.is_dir() or (folder.exists() and not folder.is_dir()):
        raise OptionError(f"--policies {policies!r} cannot be a folder there; name one in a folder that exists, like policies.")
    if folder.is_dir() and any(folder.iterdir()) and not force:
        raise OptionError(f"{folder} holds files already; name another folder, or write among them with --force")
    return folder


def _write_policies(found: Found, folder: Path) -> list[Path]:
    """A file for each policy, numbered as in the table, with what it reaches as a comment."""
    folder.mkdir(exist_ok=True)
    files = []
    for number, member in enumerate(found.members, start=1):
        reached = ", ".join(f"{name} {member.objectives[name].mean:{digits}}" for name, digits in _DIGITS.items())
        files.append(folder / f"{found.government}-{number:03}.txt")
        text = "".join(f"{line}\n" for line in (f"# {found.government} in {found.scenario}: {reached} M USD", *member.lines))
        write_file(files[-1], text, force=True)
    return files


def show_found(found: Found) -> None:
    """Print the Pareto set, cheapest first, and what is to be known of it."""
    first, last = found.seeds
    rows = [_row(number, member) for number, member in enumerate(found.members, start=1)]
    print_table(
        f"{found.government} in {found.scenario}: {len(rows)} of {found.policies_tried} policies that none beats in everything, "
        f"in seeds {first} to {last}",
        ["", "leadership", "resilience", "cost, M USD", "policy"],
        rows,
        caption="Each cell: the mean, below it what nine worlds in ten lie between, and the mean in as many worlds that the search has not "
        "seen. Leadership and resilience are shares, means over the last year; cost is what was paid since play began. Amounts are in "
        "the units of policygame words levers.",
        folding=["policy"],
    )
    for number, member in enumerate(found.members, start=1):
        for sentence in _money(member):
            print_text(f"{number}: {sentence}")
    for sentence in (*found.left_out, *found.simplified):
        print_text(sentence)
    if last - first + 1 < ENOUGH_WORLDS:
        print_text(f"Caution: bands of {last - first + 1} worlds are rough; use at least {ENOUGH_WORLDS}.")


def _row(number: int, member: Member) -> list[str]:
    cells = [str(number)]
    for objective, digits in _DIGITS.items():
        spread, unseen = member.objectives[objective], member.unseen[objective]
        cells.append(f"{spread.mean:{digits}}\n{spread.low:{digits}} to {spread.high:{digits}}\nunseen {unseen.mean:{digits}}")
    settings = [f"{setting.lever} {setting.item} {setting.amount:g}" for setting in member.policy.settings]
    return [*cells, "; ".join(settings) or "nothing"]


def _money(member: Member) -> list[str]:
    """What of a policy could not be paid."""
    cut = (
        [f"fixed outlays were cut to {member.paid_share:.0%} of those tried, which income bears."]
        if member.paid_share < 1.0
        else []
    )
    return cut + [f"{sentence}." for sentence in member.cut]
