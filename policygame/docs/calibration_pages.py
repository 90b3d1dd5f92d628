"""Generated pages about the fit: the back-test of the shipped draws, and what history taught about every fitted number."""

from __future__ import annotations

from typing import Any

from policygame.calibration.answers import TARGETS, shipped_answers
from policygame.calibration.backtest import Row, backtest, hits_told
from policygame.calibration.checks import Check
from policygame.calibration.drawn import hits_of
from policygame.calibration.report import shipped_report
from policygame.calibration.targets import history_targets
from policygame.docs.markdown import linked, table
from policygame.scenario import Scenario

__all__ = ["WORLDS", "backtest_page", "calibration_page"]

WORLDS = 500
"""Worlds of the back-test that is printed."""
_NOT_HELD_OUT = (
    "## A fit that has seen less",
    "",
    "These draws came without a fit on 2022-2023 that could be scored on 2024; `policygame calibrate` makes one.",
)
_NOT_STAGES = ("tie", "jointly", "none")


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
            f"{len(found.rows) - len(found.missed)} of {len(found.rows)} targets hold.",
            hits_told(found.hits, len(found.rows)),
            "",
            "## Missed",
            "",
            *(missed or ["Nothing."]),
            *_others(scenario.name),
        ]
    )


def _others(name: str) -> list[str]:
    """Targets 2 to 7, as the shipped answers have them."""
    checks = shipped_answers(name)
    if not checks:
        return []
    lines = [
        "",
        "## What nothing was fitted to",
        "",
        "Targets 2 to 7 are questions to the fitted worlds. An answer holds if its median is what was asked; beside it stands the band",
        "from 5 to 95 % of worlds, where it is not one number.",
    ]
    for number, title in TARGETS.items():
        own = [one for one in checks if one.target == number]
        if own:
            head = ["question", "unit", "published", "asked", "median (5 to 95 %)", "worlds", "", "source"]
            lines += ["", f"### {number}. {title}", "", table(head, map(_check, own))]
            lines += [f"* {one.name}: {one.note}." for one in own if one.note]
            lines += [f"* **Missed:** {one.name}: {one.why_missed}." for one in own if not one.holds]
    return lines


def _check(one: Check) -> list[str]:
    held = "holds" if one.holds else "**missed**"
    return [one.name, one.unit, one.observed, one.asked, one.answer, f"{one.worlds}", held, linked(one.source)]


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
    told = shipped_report(scenario)
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
    lines += ["", *_widths(told), "", *_binding(told["binding"])]
    lines += ["", *(_held_out(told["held_out"]) if "held_out" in told else _NOT_HELD_OUT)]
    return "\n".join(lines)


def _number(one: dict[str, Any]) -> list[str]:
    words = ["nothing", "nothing"] if one["nothing_learnt"] else [f"{one['narrowed']:.0%}", f"{one['moved']:+.1f}"]
    three = [", ".join(f"{x:.3g}" for x in one[name]) for name in ("prior", "posterior")]
    return [f"`{one['path']}`", one["unit"], *three, *words, f"{one['r_hat']:.2f}", one["source"]]


def _widths(told: dict[str, Any]) -> list[str]:
    names = {target.id: target.name for target in history_targets()}
    rows = [
        [
            names[row["id"]],
            f"{row['low']:.4g} to {row['high']:.4g}",
            *(", ".join(f"{x:.3g}" for x in row[kind]) for kind in ("prior", "conditioned")),
            "-" if row["width_left"] is None else f"{row['width_left']:.0%}",
            *(f"{row[kind]:.0%}" for kind in ("prior_inside", "inside")),
        ]
        for row in told["targets"]
    ]
    left = [row["width_left"] for row in told["targets"] if row["width_left"] is not None]
    head = ["target", "observed", "priors 5, 50, 95 %", "fit 5, 50, 95 %", "width left", "inside, priors", "inside, fit"]
    return [
        "## Widths of the bands",
        "",
        "What the model says before history has spoken, with numbers and shocks from the priors, and what the fit leaves of it. The width",
        "left is that of the fit's band from 5 to 95 % over that of the priors' band; the last columns are shares of worlds.",
        "",
        table(head, rows),
        "",
        f"Half of the bands keep less than {sorted(left)[len(left) // 2]:.0%} of their width.",
        hits_told(hits_of(told), told["together"]["targets"]),
    ]


def _binding(told: dict[str, Any]) -> list[str]:
    first, last = told["window"]
    rows = [[f"`{stage}`" if stage not in _NOT_STAGES else stage, f"{share:.0%}"] for stage, share in told["shares"].items()]
    relief = [
        [words, *(f"{round(x, 1) + 0.0:+.1f}" for x in told[name])]
        for words, name in (
            ("leading-edge wafers alone", "wafers_percent"),
            ("2.5D packaging", "packaging_percent"),
        )
    ]
    return [
        "## Which stage binds",
        "",
        f"The stage whose relief is worth most to accelerators from {first} to {last}, in {told['worlds']} worlds, one for each draw:",
        "one per cent more of each stage in worlds of its own. Stages that are not named bind in none.",
        "",
        table(["stage", "share of worlds"], rows),
        "",
        "What a tenth more brings, in per cent of the accelerators delivered over the same quarters:",
        "",
        table(["a tenth more", "5 %", "median", "95 %"], relief),
    ]


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
