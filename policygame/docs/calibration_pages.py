"""Generated pages about the fit: the back-test of the shipped draws, and what history taught about every fitted number."""

from __future__ import annotations

import json
from typing import Any

from policygame.calibration.backtest import Row, backtest
from policygame.docs.markdown import table
from policygame.resources import configs_dir
from policygame.scenario import Scenario

__all__ = ["WORLDS", "backtest_page", "calibration_page", "told_of"]

WORLDS = 500
"""Worlds of the back-test that is printed."""


def told_of(scenario: Scenario) -> dict[str, Any]:
    """What was said about the calibration that left a scenario's draws: the file beside them."""
    found: dict[str, Any] = json.loads((configs_dir() / "posteriors" / f"{scenario.posterior}.json").read_text("utf-8"))
    return found


def backtest_page(scenario: Scenario) -> str:
    """Every target of 2022-2024 beside the model, as ``policygame backtest`` prints it."""
    found = backtest(scenario, worlds=WORLDS)
    rows = [_row(row) for row in found.rows]
    missed = [f"* {row.target.name}: {_why(row)}" for row in found.missed]
    head = ["target", "unit", "observed", "5 %", "median", "95 %", "worlds inside", "", "source of the band"]
    return "\n".join(
        [
            f"# Back-test of {scenario.name}",
            "",
            f"{found.worlds} worlds from seed {found.first_seed}; `policygame backtest {scenario.name}` prints the same numbers.",
            "A target holds if the median lies inside the band and at least 70 % of worlds do. The worlds take the shipped draws:",
            "numbers, and the shocks until the end of 2024.",
            "",
            table(head, rows),
            "",
            f"{len(found.rows) - len(found.missed)} of {len(found.rows)} targets hold; {found.all_inside:.1%} of worlds meet all at once.",
            "",
            "## Missed",
            "",
            *(missed or ["Nothing."]),
        ]
    )


def _row(row: Row) -> list[str]:
    target = row.target
    numbers = [f"{value:.3g}" for value in (row.p05, row.p50, row.p95)]
    held = "holds" if row.holds else "**missed**"
    return [
        target.name,
        target.unit,
        f"{target.low:.4g} to {target.high:.4g}",
        *numbers,
        f"{row.inside:.0%}",
        held,
        target.source,
    ]


def _why(row: Row) -> str:
    if row.median_inside:
        return f"{row.inside:.0%} of worlds lie inside, fewer than 70 %."
    end, side = (row.target.low, "below") if row.p50 < row.target.low else (row.target.high, "above")
    where = f"lies {side} the band, which ends at {end:.3g}"
    return f"the median, {row.p50:.3g} {row.target.unit}, {where}; {row.inside:.0%} of worlds lie inside."


def calibration_page(scenario: Scenario) -> str:
    """Prior against posterior of every fitted number, how well the chains agree, and the fit that was scored on 2024."""
    told = told_of(scenario)
    plan = told["plan"]
    lines = [
        f"# What 2022-2024 says about the numbers of {scenario.name}",
        "",
        f"{plan['chains']} chains, {plan['start']} steps while the likelihood came in, {plan['settle']} more that were not kept,",
        f"{plan['keep']} kept; seed {plan['seed']}. Largest R-hat {told['r_hat_largest']:.2f}; the least certain number is worth",
        f"{told['effective_size_least']:.0f} independent draws.",
        f"Moves taken: {', '.join(f'{move} {share:.0%}' for move, share in told['accepted'].items())}.",
        f"Inputs have the SHA-256 `{told['inputs_hash'][:16]}`.",
        "",
        '"Narrower" is the part of the prior\'s spread that history took away, "moved" the shift of the mean in its',
        "standard deviations.",
        "Where both are under a tenth, history says nothing, and the prior stands.",
        "",
        table(
            ["number", "unit", "prior 5, 50, 95 %", "posterior 5, 50, 95 %", "narrower", "moved", "R-hat", "prior from"],
            [_number(one) for one in told["numbers"]],
        ),
    ]
    if "held_out" in told:
        lines += ["", *_held_out(told["held_out"])]
    return "\n".join(lines)


def _number(one: dict[str, Any]) -> list[str]:
    words = ["nothing", "nothing"] if one["nothing_learnt"] else [f"{one['narrowed']:.0%}", f"{one['moved']:+.1f}"]
    three = [", ".join(f"{x:.3g}" for x in one[name]) for name in ("prior", "posterior")]
    return [f"`{one['path']}`", one["unit"], *three, *words, f"{one['r_hat']:.2f}", one["source"]]


def _held_out(told: dict[str, Any]) -> list[str]:
    rows = [
        [
            row["target"].removeprefix("units:"),
            f"{row['observed']:.4g}",
            ", ".join(f"{x:.3g}" for x in row["model"]),
            f"{row['naive']:.4g}",
            f"{row['crps_model']:.3g}",
            f"{row['crps_naive']:.3g}",
        ]
        for row in told["targets"]
    ]
    model, naive = (sum(row[name] for row in told["targets"]) for name in ("crps_model", "crps_naive"))
    verdict = "better than" if model < naive else "worse than"
    return [
        f"## A fit until {told['known_until']}, scored on what came after",
        "",
        "Shipments in thousand units. The score is the continuous ranked probability score (lower is better), which for a forecast of one",
        "number is its absolute error. Naive growth goes on as in the year before.",
        "",
        table(["target", "observed", "model 5, 50, 95 %", "naive growth", "score of the model", "score of naive growth"], rows),
        "",
        f"In sum the model scores {model:.4g}, naive growth {naive:.4g}: the model is {verdict} naive growth.",
    ]
