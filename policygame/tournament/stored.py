"""Tournaments as files: one JSON per shipped scenario, which scores, documentation and the About page read, and one of its check.

A stored tournament holds while scenario and model are those that it was played with; ``stored_tournament`` gives no other. Its check is a
tournament by the same spans over seeds that they have not seen.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from policygame.errors import UserError
from policygame.resources import configs_dir
from policygame.scenario import Scenario, shipped_scenarios
from policygame.tournament.claims import claims_of
from policygame.tournament.field import OWN_SPANS, Tournament
from policygame.version import model_version

__all__ = ["TournamentError", "read_tournament", "store_tournament", "stored_file", "stored_tournament", "told"]

_FORM = TypeAdapter(Tournament)


class TournamentError(UserError):
    """A tournament that cannot be read or stored as asked."""


def told(found: Tournament) -> dict[str, Any]:
    """A tournament and its claims as JSON has them; an interval that has no end has null there."""
    whole: dict[str, Any] = _finite({**asdict(found), "claims": [asdict(claim) for claim in claims_of(found)]})
    return whole


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(entry) for key, entry in value.items()}
    return [_finite(entry) for entry in value] if isinstance(value, list | tuple) else value


def stored_file(name: str, *, check: bool = False) -> Path:
    """Where the tournament of a shipped scenario is kept, or its check on other seeds, stored or not."""
    return configs_dir() / "tournaments" / f"{name}{'.check' if check else ''}.json"


def read_tournament(file: Path) -> Tournament:
    """The tournament of a file; TournamentError where it cannot be read or holds none."""
    try:
        return _FORM.validate_json(file.read_bytes())
    except OSError as error:
        raise TournamentError(
            f"{file} cannot be read: {error.strerror}; write one with policygame bots SCENARIO --json"
        ) from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the whole"
        raise TournamentError(
            f"{file} holds no tournament ({where}: {first['msg']}); write one with policygame bots SCENARIO --json"
        ) from None


@lru_cache(maxsize=16)
def _at(file: Path, changed_ns: int, scenario_hash: str, model: str) -> Tournament | None:
    """What a file holds, if it is of that scenario and model: whose it is comes first, for one of another model may have another form."""
    try:
        whole = json.loads(file.read_bytes())
    except ValueError:
        whole = None
    if isinstance(whole, dict) and (whole.get("scenario_hash"), whole.get("model")) != (scenario_hash, model):
        return None
    return read_tournament(file)


def stored_tournament(scenario: Scenario, *, check: bool = False) -> Tournament | None:
    """The stored tournament, or its check, that was played with this very scenario and this model; None where there is none."""
    file = stored_file(scenario.name, check=check)
    if not file.is_file():
        return None
    return _at(file, file.stat().st_mtime_ns, scenario.hash, model_version())


def store_tournament(scenario: Scenario, found: Tournament) -> Path:
    """Keep a tournament of a shipped scenario beside it, written aside and then renamed; the file.

    One that is scored by the spans of another is kept as that one's check.
    """
    if scenario.name not in shipped_scenarios():
        raise TournamentError(
            f"--store keeps tournaments of shipped scenarios ({', '.join(shipped_scenarios())}); of {scenario.name}, keep the output of "
            "--json and name that file with --spans"
        )
    file = stored_file(scenario.name, check=found.spans_from != OWN_SPANS)
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(file.name + ".part")
    part.write_text(json.dumps(told(found), indent=1, allow_nan=False) + "\n", encoding="utf-8")
    part.replace(file)
    return file
