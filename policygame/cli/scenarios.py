"""``policygame scenarios``: the scenarios that come with the program."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from policygame.cli.options import governments
from policygame.cli.screen import print_json, print_table, print_text

if TYPE_CHECKING:
    from policygame.scenario import Scenario


def scenarios(json: Annotated[bool, typer.Option("--json", help="Write JSON to standard output.")] = False) -> None:
    """The shipped scenarios: what each is about, when it plays and who may act."""
    from policygame.scenario import shipped_scenarios

    rows = [_describe(name) for name in shipped_scenarios()]
    if json:
        print_json(rows)
        return
    print_table(
        "Scenarios",
        ["name", "title", "level", "minutes", "simulated", "play from", "governments", "firms"],
        [
            [
                row["name"],
                escape(row["title"]),
                row["card"]["level"] if row["card"] else "-",
                str(row["card"]["minutes"]) if row["card"] else "-",
                f"{row['start']} to {row['end']}",
                row["play_from"],
                " ".join(row["governments"]),
                str(row["firms"]),
            ]
            for row in rows
        ],
        folding=("title", "governments"),
    )
    for row in rows:
        for government, policies in row["best_known"].items():
            print_text(
                f"Best known of {government} in {row['name']}: {policies} policies that none beats in everything (policygame search)."
            )


def _best_known(scenario: Scenario, seated: list[str]) -> dict[str, int]:
    """How many policies are kept as best known, by government; those found with another scenario or model are not."""
    from policygame.search.stored import best_known, stored_file

    kept = [government for government in seated if stored_file(scenario.name, government).is_file()]
    found = {government: best_known(scenario, government) for government in kept}
    return {government: len(one.members) for government, one in found.items() if one is not None}


def _describe(name: str) -> dict[str, Any]:
    from policygame.scenario import load_scenario

    scenario = load_scenario(name)
    seated = governments(scenario)
    return {
        "name": name,
        "title": scenario.title,
        "summary": scenario.summary,
        "card": None if scenario.card is None else scenario.card.model_dump(),
        "start": scenario.start,
        "play_from": scenario.play_from,
        "end": scenario.end,
        "quarters_per_turn": scenario.quarters_per_turn,
        "governments": seated,
        "firms": len(scenario.firms),
        "designers": len(scenario.designers),
        "hash": scenario.hash,
        "best_known": _best_known(scenario, seated),
    }
