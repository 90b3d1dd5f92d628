"""``policygame validate``: every error of scenario files at once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from policygame.cli.screen import print_json, print_text


def validate(
    files: Annotated[list[Path], typer.Argument(help="Scenario files to check.", metavar="FILE...")],
    json: Annotated[bool, typer.Option("--json", help="Write JSON to standard output.")] = False,
) -> None:
    """Check scenario files: one line for each that is right, all problems of each that is not. Exit code 2 when any is wrong."""
    reports = [_check(path) for path in files]
    if json:
        print_json(reports)
    else:
        for report in reports:
            if report["ok"]:
                print_text(
                    f"OK {report['file']}: {report['name']}, {report['numbers']} sourced numbers, hash {report['hash'][:12]}"
                )
            else:
                print_text(f"WRONG {report['file']}\n{report['problems']}")
    if not all(report["ok"] for report in reports):
        raise typer.Exit(2)


def _check(path: Path) -> dict[str, Any]:
    from policygame.scenario import ScenarioError, load_scenario

    try:
        scenario = load_scenario(path)
    except ScenarioError as error:
        return {"file": str(path), "ok": False, "problems": str(error)}
    numbers = sum(1 for _ in scenario.numbers())
    return {"file": str(path), "ok": True, "name": scenario.name, "hash": scenario.hash, "numbers": numbers}
