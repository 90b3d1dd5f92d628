"""Targets 2 to 7, asked all at once of the fitted worlds, and the answers that ship: what ``policygame backtest`` prints beside target 1.

Each target is a function in ``binding``, ``programmes`` or ``facts``. The shipped answers are those of ``policygame backtest --json``;
documentation and pages read them here, so that nobody has to wait for them.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from policygame.calibration.binding import binding, packaging_binds, stage_binds
from policygame.calibration.checks import Check, check_told
from policygame.calibration.facts import cheap_facts, starting_shares, surprise
from policygame.calibration.history import run_history
from policygame.calibration.programmes import capital_alone, slow_subsidy
from policygame.resources import configs_dir
from policygame.scenario import Scenario, load_scenario, shipped_scenarios
from policygame.scenario.posterior import shipped_posteriors

__all__ = ["HIGH_DEMAND", "TARGETS", "WORLDS", "answers", "asked_of", "hashes", "shipped_answers", "shipped_file"]

TARGETS = {
    2: "Packaging bound while fabs had slack",
    3: "Starting shares",
    4: "Slow subsidy",
    5: "Capital alone fails under a packaging bound",
    6: "Honest surprise",
    7: "Cheap facts",
}
"""Number of a target -> its name."""
HIGH_DEMAND, SUBSTRATES = "high-demand", "substrate-2021"
WORLDS, WORLDS_OF_PROGRAMMES = 96, 48
"""Most worlds that are asked; fewer where a decade is run several times."""


def asked_of(scenario: Scenario) -> bool:
    """Whether these targets are asked of a scenario: of one whose own numbers were fitted."""
    return scenario.posterior is not None and scenario.posterior == scenario.name


def answers(
    scenario: Scenario, *, worlds: int = WORLDS, seed: int = 1, progress: Callable[[int, int], None] | None = None
) -> tuple[Check, ...]:
    """Ask targets 2 to 7 of a scenario's worlds and of those that build on it, ``worlds`` of them at most, from a seed on.

    ``progress`` is called with (questions answered, questions in all).
    """
    few, fewer = (range(seed, seed + min(worlds, most)) for most in (WORLDS, WORLDS_OF_PROGRAMMES))
    history = run_history(scenario, few)
    questions: list[Callable[[], tuple[Check, ...]]] = [
        lambda: packaging_binds(binding(scenario, few)),
        lambda: starting_shares(history),
        lambda: slow_subsidy(scenario, fewer),
        lambda: capital_alone(load_scenario(HIGH_DEMAND), fewer),
        lambda: surprise(history),
        lambda: cheap_facts(history),
        lambda: _substrates(few),
    ]
    found: list[Check] = []
    for done, question in enumerate(questions):
        if progress is not None:
            progress(done, len(questions))
        found.extend(question())
    if progress is not None:
        progress(len(questions), len(questions))
    return tuple(found)


def _substrates(seeds: range) -> tuple[Check, ...]:
    """The other shortage, where its scenario ships: substrates bound processors, and packaging did not."""
    if SUBSTRATES not in shipped_scenarios():
        return ()
    scenario = load_scenario(SUBSTRATES)
    return stage_binds(
        scenario,
        seeds,
        "substrate",
        segment="datacenter_cpu",
        window=("2021Q1", "2022Q2"),
        source="assumption: makers and their customers called it a shortage of ABF substrates; the scenario cites them",
    )


def hashes() -> dict[str, str]:
    """Hash of each scenario that is asked, as it ships; answers of others are out of date."""
    asked = {HIGH_DEMAND, SUBSTRATES, *shipped_posteriors()}
    return {name: load_scenario(name).hash for name in shipped_scenarios() if name in asked}


def shipped_file(name: str) -> Path:
    """Where the answers that ship with a scenario are."""
    return configs_dir() / "posteriors" / f"{name}.backtest.json"


def shipped_answers(name: str) -> tuple[Check, ...]:
    """The answers that ship with a scenario, by target; none where none ship."""
    file = shipped_file(name)
    if not file.is_file():
        return ()
    told: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return tuple(check_told(row) for row in told["others"])
