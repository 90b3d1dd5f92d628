"""What a search found as a file, and the best known policies of shipped scenarios, one file for each scenario and government.

A stored set holds while scenario and model are those that it was found with; ``best_known`` gives no other.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from policygame.catalogue import Quarter
from policygame.resources import configs_dir
from policygame.scenario import Scenario, load_scenario, shipped_scenarios
from policygame.search.find import Found
from policygame.search.objectives import OBJECTIVES
from policygame.search.space import SearchError
from policygame.version import model_version

__all__ = ["best_known", "check_storable", "store_found", "stored_file", "text_of", "told"]

_FORM = TypeAdapter(Found)


def told(found: Found) -> dict[str, Any]:
    """What was found as JSON has it, with what each objective means."""
    return {
        "objectives": {one.id: {"unit": one.unit, "better": one.better, "sentence": one.sentence} for one in OBJECTIVES},
        **asdict(found),
    }


def text_of(found: Found) -> str:
    """The text of a file of it: equal searches give equal bytes."""
    return json.dumps(told(found), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def stored_file(scenario: str, government: str) -> Path:
    """Where the best known policies of a government in a shipped scenario are kept, stored or not."""
    return configs_dir() / "best_known" / f"{scenario}.{government}.json"


def best_known(scenario: Scenario, government: str) -> Found | None:
    """The best known policies, found in this very scenario with this model; None where there are none.

    SearchError where the file is damaged.
    """
    file = stored_file(scenario.name, government)
    if not file.is_file():
        return None
    try:
        found = _FORM.validate_json(file.read_bytes())
    except (OSError, ValidationError):
        raise SearchError(
            f"{file} holds no best known policies; remove it, or replace it by policygame search {scenario.name} "
            f"--government {government} --store"
        ) from None
    return found if (found.scenario_hash, found.model) == (scenario.hash, model_version()) else None


def check_storable(scenario: Scenario, quarters: int, others: dict[str, str]) -> None:
    """SearchError unless what is found would be comparable: a shipped scenario to its end, in which others follow the record."""
    shipped = shipped_scenarios()
    if scenario.name not in shipped or scenario.hash != load_scenario(scenario.name).hash:
        raise SearchError(
            f"--store keeps what was found for shipped scenarios ({', '.join(shipped)}); of {scenario.name}, keep the file of --out."
        )
    if quarters != Quarter.parse(scenario.end) - Quarter.parse(scenario.start) + 1:
        raise SearchError("--store keeps searches of whole scenarios; leave out --quarters.")
    if others:
        raise SearchError("--store keeps searches in which other governments follow the record; leave out --policy.")


def store_found(scenario: Scenario, found: Found) -> Path:
    """Keep a search of a shipped scenario as its best known policies, written aside and then renamed; the file."""
    check_storable(scenario, found.quarters, found.others)
    file = stored_file(scenario.name, found.government)
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(file.name + ".part")
    part.write_text(text_of(found), encoding="utf-8", newline="\n")
    part.replace(file)
    return file
