"""What is said about a calibration: whether the chains agree, what history taught, and the fit on 2022-2023 scored on 2024.

One JSON file beside the table of draws, which the documentation and the About page read. ``inputs_hash`` covers everything that the draws
follow from, so a test can tell draws of other inputs from those that ship.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from policygame.calibration.checks import SHOWN
from policygame.calibration.diagnostics import Learnt, effective_size, learnt, r_hat, score_crps
from policygame.calibration.drawn import said_by_draws
from policygame.calibration.fit import CalibrationError, Fit, Plan, fitted_numbers, model_values, values_of
from policygame.calibration.likelihood import MODEL_ERROR, deviation
from policygame.calibration.targets import DESIGNERS, Target, history_targets
from policygame.catalogue import Quarter
from policygame.model.arrays import Array
from policygame.resources import configs_dir
from policygame.scenario import Scenario
from policygame.scenario.posterior import write_posterior

__all__ = [
    "inputs_hash",
    "naive_growth",
    "report",
    "score_held_out",
    "shipped_report",
    "told_anew",
    "what_was_learnt",
    "write",
    "write_told",
]


def inputs_hash(scenario: Scenario, targets: Sequence[Target], plan: Plan) -> str:
    """SHA-256 of what draws follow from beside the code: the scenario without its draws, the targets, the error model, the plan."""
    content = scenario.model_copy(update={"posterior": None}).model_dump_json(exclude_defaults=True)
    asked = [[t.id, t.low, t.high, deviation(t)] for t in targets]
    told = json.dumps([content, asked, MODEL_ERROR, vars(plan)], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()


def what_was_learnt(scenario: Scenario, fit: Fit) -> list[Learnt]:
    """Prior against posterior of every fitted number, in the order of the schema."""
    numbers = fitted_numbers(scenario)
    narrowed, moved = learnt(fit.quantiles)
    ensembles = fit.plan.ensembles
    reduction, size = r_hat(fit.quantiles, ensembles), effective_size(fit.quantiles, ensembles)
    even = np.tile(np.array(SHOWN) / 100.0, (len(numbers), 1))
    prior = values_of(numbers, even)
    told = []
    for n, number in enumerate(numbers):
        posterior = values_of([number], fit.quantiles[:, n].reshape(1, -1))[0]
        told.append(
            Learnt(
                number.path,
                number.unit,
                number.source,
                _three(prior[n]),
                _three(np.percentile(posterior, SHOWN)),
                float(narrowed[n]),
                float(moved[n]),
                float(reduction[n]),
                float(size[n]),
            )
        )
    return told


def _three(values: Array) -> tuple[float, float, float]:
    return float(values[0]), float(values[1]), float(values[2])


def naive_growth(targets: Sequence[Target], known_until: Quarter) -> dict[str, float]:
    """A forecast of one number for each later shipment: the last year's growth goes on. Designers without a year of history have none."""
    forecast: dict[str, float] = {}
    for designer in DESIGNERS:
        own = {t.quarter: t.observed for t in targets if t.id.startswith(f"units:{designer}:") and t.observed is not None}
        last, before = own.get(known_until), own.get(known_until + -4)
        if last is None or before is None:
            continue
        growth = math.log(last / before) / 4.0
        for quarter in own:
            if quarter > known_until:
                forecast[f"units:{designer}:{quarter}"] = last * math.exp(growth * (quarter - known_until))
    return forecast


def score_held_out(scenario: Scenario, fit: Fit, targets: Sequence[Target], known_until: Quarter) -> list[dict[str, Any]]:
    """Each later target that naive growth forecasts, by a fit that has not seen it: the continuous ranked probability score of both.

    The fit's worlds have their draws of numbers and shocks of their own, as a forecaster's would.
    """
    naive = naive_growth(targets, known_until)
    later = [target for target in targets if target.id in naive]
    seeds = [seed + 1 for seed in range(fit.draws.shape[0])]
    values = model_values(scenario, later, seeds, dict(zip(fit.paths, fit.draws.T, strict=True)))
    rows = []
    for target, row in zip(later, values, strict=True):
        assert target.observed is not None
        rows.append(
            {
                "target": target.id,
                "observed": target.observed,
                "model": [float(x) for x in np.percentile(row, SHOWN)],
                "naive": naive[target.id],
                "crps_model": score_crps(row, target.observed),
                "crps_naive": abs(naive[target.id] - target.observed),
            }
        )
    return rows


def report(scenario: Scenario, fit: Fit) -> dict[str, Any]:
    """Everything that is said about a fit, as JSON has it."""
    found = what_was_learnt(scenario, fit)
    return {
        "scenario": scenario.name,
        "inputs_hash": inputs_hash(scenario, fit.targets, fit.plan),
        "plan": vars(fit.plan),
        "accepted": fit.accepted,
        "r_hat_largest": max(one.r_hat for one in found),
        "effective_size_least": min(one.effective_size for one in found),
        "log_likelihood": [float(x) for x in np.percentile(fit.fit, SHOWN)],
        **said_by_draws(scenario, fit.targets, fit.paths, fit.draws, [int(seed) for seed in fit.seeds], fit.values),
        "numbers": [vars(one) | {"nothing_learnt": one.nothing} for one in found],
    }


def shipped_report(scenario: Scenario) -> dict[str, Any]:
    """What was said about the calibration that left a scenario's draws: the file beside them."""
    found: dict[str, Any] = json.loads((configs_dir() / "posteriors" / f"{scenario.posterior}.json").read_text("utf-8"))
    return found


def told_anew(scenario: Scenario) -> dict[str, Any]:
    """The shipped report with what today's model makes of the shipped draws; what the chains said stays. CalibrationError without draws."""
    draws = scenario.draws
    if draws is None or draws.shock_seeds is None or scenario.posterior != scenario.name:
        raise CalibrationError(f"no draws of {scenario.name} ship with the program; fit it without --no-fit")
    seeds = [int(seed) for seed in draws.shock_seeds]
    return shipped_report(scenario) | said_by_draws(scenario, history_targets(), draws.paths, draws.table, seeds)


def write(scenario: Scenario, fit: Fit, folder: Path, told: dict[str, Any]) -> tuple[Path, Path]:
    """Write the draws and what is said about them, aside and then renamed; the two files."""
    folder.mkdir(parents=True, exist_ok=True)
    draws = folder / f"{scenario.name}.csv"
    aside = draws.with_name(draws.name + ".part")
    write_posterior(aside, fit.paths, fit.draws, fit.seeds, str(max(target.quarter for target in fit.targets)))
    aside.replace(draws)
    return draws, write_told(scenario, folder, told)


def write_told(scenario: Scenario, folder: Path, told: dict[str, Any]) -> Path:
    """Write what is said about draws, aside and then renamed; the file."""
    folder.mkdir(parents=True, exist_ok=True)
    words = folder / f"{scenario.name}.json"
    aside = words.with_name(words.name + ".part")
    aside.write_text(json.dumps(told, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    aside.replace(words)
    return words
