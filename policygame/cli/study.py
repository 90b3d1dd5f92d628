"""``policygame study``: run a study, or what is left of it, and print every claim beside its source. Without a name: which there are.

How a claim is told is the business of ``policygame.analysis``; here it is asked for and shown.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from policygame.cli.batch import INTERRUPTED, RunsBar, politely
from policygame.cli.options import OptionError, parse_directory, whole_number
from policygame.cli.screen import print_json, print_table, print_text
from policygame.cli.stored import write_file

if TYPE_CHECKING:
    from policygame.analysis.studies import StudyResult

RESULT_FILE = "study.json"


def _complete_study(incomplete: str) -> list[str]:
    from policygame.analysis.studies import shipped_studies

    return [name for name in shipped_studies() if name.startswith(incomplete)]


def study(
    name: Annotated[
        str | None,
        typer.Argument(
            help="A shipped study, or the path of an experiment file with a section [b]study[/b]. Default: list the shipped ones.",
            metavar="STUDY",
            autocompletion=_complete_study,
        ),
    ] = None,
    out: Annotated[
        str | None,
        typer.Option(help="Folder to keep the result set in; one that was begun is resumed. Default: keep none.", metavar="DIR"),
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="A few worlds only: to see how it works, not to believe it.")] = False,
    store: Annotated[
        bool, typer.Option("--store", help="Keep the result beside the shipped study; the documentation is written from it.")
    ] = False,
    workers: Annotated[str | None, typer.Option(help="Processes; default: one for each core.", metavar="N")] = None,
    json: Annotated[bool, typer.Option("--json", help="Write JSON to standard output.")] = False,
    progress: Annotated[bool, typer.Option("--progress/--no-progress", help="Show a progress bar after two seconds.")] = True,
) -> None:
    """Run a study and print every claim with its source, what was found, and whether that is as the source says."""
    from policygame.analysis.studies import load_study, run_study, store_study, told
    from policygame.experiment import Interrupted

    if name is None:
        _list(json)
        return
    place = None if out is None else parse_directory(out, "--out")
    n_workers = (os.cpu_count() or 1) if workers is None else whole_number(workers, "--workers", 1, 1024)
    if store and quick:
        raise OptionError("--store keeps the whole of a study; leave out --quick.")
    plan = load_study(name, quick=quick)
    try:
        with RunsBar(progress) as bar, politely():
            found = run_study(plan, place, workers=n_workers, progress=bar)
    except Interrupted as interrupted:
        kept = (
            "nothing is kept without --out"
            if place is None
            else f"{interrupted.summary.done:,} games are kept in {place}; the same command goes on"
        )
        typer.echo(f"policygame: interrupted; {kept}.", err=True)
        raise typer.Exit(INTERRUPTED) from None
    if place is not None:
        _keep(place / RESULT_FILE, found)
    kept_at = store_study(found) if store else None
    if json:
        print_json(told(found))
        return
    _show(found, quick)
    if place is not None:
        print_text(f"The result set, and the findings as {RESULT_FILE}, are in {place}.")
    if kept_at is not None:
        print_text(f"Stored as {kept_at}; write the documentation anew with python -m policygame.docs.")


def _keep(file: Path, found: StudyResult) -> None:
    import json

    from policygame.analysis.studies import told

    write_file(file, json.dumps(told(found), indent=1, allow_nan=False) + "\n", force=True)


def _list(json: bool) -> None:
    from policygame.analysis.studies import listed_studies

    rows = listed_studies()
    if json:
        print_json({"studies": rows})
        return
    cells = [[escape(row[key]) for key in ("name", "title", "scenario")] for row in rows]
    print_table("Studies", ["study", "title", "scenario"], cells, folding=["title"])
    print_text("Run one with policygame study STUDY; what the full ones found is in the documentation, studies.md.")


def _show(found: StudyResult, quick: bool) -> None:
    from policygame.analysis import study_words as words

    print_text(f"{found.title}: {words.about(found)}")
    rows = [
        [escape(text) for text in (one.claim, words.expected_words(one), words.found_words(one), one.verdict, one.source)]
        for one in found.findings
    ]
    columns = ["claim", "expected", "found (95 % interval)", "verdict", "source"]
    print_table("Claims", columns, rows, folding=["claim", "found (95 % interval)"], caption=words.verdicts(found))
    for key, source in found.sources.items():
        address = f" {source.address}" if source.address else ""
        print_text(f"{key}: {source.cite}. {source.says}{address}")
    if found.effects:
        head, cells = words.effect_rows(found)
        note = f"Means of {found.against}, and what other arms change; in brackets where the sign cannot be told (95 %)."
        print_table(f"What each arm changes against {found.against}", head, cells, numbers=True, caption=note)
    if found.influences:
        head = ["outcome", "quantity", "partial rank correlation", "95 % interval"]
        title = f"What an outcome goes with: the {words.STRONGEST} strongest of {found.quantities} quantities"
        print_table(title, head, words.influence_rows(found))
    if found.limits:
        print_text(f"What it cannot tell: {found.limits}")
    if quick:
        print_text("This was a quick run of few worlds; leave out --quick for numbers to quote.")
