"""``policygame calibrate``: fit a scenario's numbers to 2022-2024, and say what history taught."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from policygame.cli.options import complete_scenario, whole_number
from policygame.cli.screen import ProgressBar, print_json, print_table, print_text

if TYPE_CHECKING:
    from policygame.calibration.fit import Fit, Plan
    from policygame.scenario import Scenario

KNOWN_UNTIL = "2023Q4"
"""The second fit sees history until then, and is scored on what came after."""


def calibrate(
    scenario: Annotated[
        str, typer.Argument(help="A shipped scenario or the path of a file.", autocompletion=complete_scenario)
    ] = "ai-surge-2023",
    out: Annotated[Path | None, typer.Option(help="Write draws and report to this directory.", metavar="DIRECTORY")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Few short chains: shows that it works, settles nothing.")] = False,
    seed: Annotated[str, typer.Option(help="Seed of the chains.")] = "1",
    workers: Annotated[str | None, typer.Option(help="Processes; default: one for each core.")] = None,
    held_out: Annotated[
        bool, typer.Option("--held-out/--no-held-out", help="Fit 2022-2023 too, and score it on 2024 against naive growth.")
    ] = True,
    fit: Annotated[
        bool, typer.Option("--fit/--no-fit", help="Without: run no chain, and say what today's model makes of the shipped draws.")
    ] = True,
    json: Annotated[bool, typer.Option("--json", help="Write JSON to standard output.")] = False,
) -> None:
    """Fit the numbers that say 'fitted: true' by a Markov chain in every world. A full run takes about an hour on two cores.

    Draws are where the chains end, never chosen by how well they hit. To ship them, put the two files into configs/posteriors
    and name them in the scenario: 'posterior: NAME'.
    """
    from policygame.calibration.fit import Plan
    from policygame.calibration.report import report, score_held_out, told_anew, write, write_told
    from policygame.calibration.targets import history_targets
    from policygame.catalogue import Quarter
    from policygame.scenario import load_scenario

    n_workers = (os.cpu_count() or 1) if workers is None else whole_number(workers, "--workers", 1, 256)
    chains_seed = whole_number(seed, "--seed", 0, 2**63 - 1)
    plan = (
        Plan(chains=32, ensembles=2, start=12, settle=4, keep=16, every=2, seed=chains_seed) if quick else Plan(seed=chains_seed)
    )
    loaded, targets, known = load_scenario(scenario), history_targets(), Quarter.parse(KNOWN_UNTIL)
    if fit:
        found = _fit(loaded, plan, n_workers, "chains", None, quiet=json)
        told = report(loaded, found)
        if held_out:
            half = _fit(loaded, plan, n_workers, f"chains until {known}", known, quiet=json)
            told["held_out"] = {"known_until": KNOWN_UNTIL, "targets": score_held_out(loaded, half, targets, known)}
        files = None if out is None else [str(file) for file in write(loaded, found, out, told)]
    else:
        told = told_anew(loaded)
        files = None if out is None else [str(write_told(loaded, out, told))]
    if json:
        print_json({**told, "files": files})
        return
    _show(told)
    for file in files or ():
        print_text(f"wrote {file}")


def _fit(scenario: Scenario, plan: Plan, workers: int, label: str, until: Any, quiet: bool) -> Fit:
    from policygame.calibration.fit import calibrate as run
    from policygame.calibration.targets import history_targets

    with ProgressBar(label, enabled=not quiet) as bar:
        return run(
            scenario, history_targets(), plan, workers=workers, until=until, progress=lambda done, total, chains: bar(done, total)
        )


def _show(told: dict[str, Any]) -> None:
    rows = [
        [
            escape(one["path"]),
            escape(one["unit"]),
            " ".join(f"{x:.3g}" for x in one["prior"]),
            " ".join(f"{x:.3g}" for x in one["posterior"]),
            "nothing" if one["nothing_learnt"] else f"{one['narrowed']:.0%}, {one['moved']:+.1f}",
            f"{one['r_hat']:.2f}",
            f"{one['effective_size']:.0f}",
        ]
        for one in told["numbers"]
    ]
    columns = ["number", "unit", "prior 5 50 95 %", "posterior", "history says", "R-hat", "draws' worth"]
    print_table(f"{told['scenario']}: what 2022-2024 says", columns, rows, folding=["number"])
    print_text("'History says' how much narrower a number became, and how far it moved in standard deviations of its prior.")
    moves = ", ".join(f"{move} {share:.0%}" for move, share in told["accepted"].items())
    print_text(
        f"Largest R-hat {told['r_hat_largest']:.3f}, fewest independent draws {told['effective_size_least']:.0f}; moves taken: {moves}."
    )
    _show_draws(told)
    if "held_out" in told:
        scored = told["held_out"]["targets"]
        rows = [
            [
                row["target"],
                f"{row['observed']:.4g}",
                " ".join(f"{x:.3g}" for x in row["model"]),
                f"{row['naive']:.4g}",
                f"{row['crps_model']:.3g}",
                f"{row['crps_naive']:.3g}",
            ]
            for row in scored
        ]
        columns = ["target", "observed", "model 5 50 95 %", "naive growth", "score of the model", "of naive growth"]
        title = f"A fit until {told['held_out']['known_until']}, scored on what came after (k units; lower scores are better)"
        print_table(title, columns, rows, numbers=True)


def _show_draws(told: dict[str, Any]) -> None:
    """Bands beside those of the priors, targets met together, and what binds."""
    from policygame.calibration.backtest import hits_told
    from policygame.calibration.drawn import hits_of

    rows = [
        [
            row["id"],
            f"{row['low']:.4g} to {row['high']:.4g}",
            " ".join(f"{x:.3g}" for x in row["prior"]),
            " ".join(f"{x:.3g}" for x in row["conditioned"]),
            "-" if row["width_left"] is None else f"{row['width_left']:.0%}",
        ]
        for row in told["targets"]
    ]
    columns = ["target", "observed", "priors 5 50 95 %", "fit 5 50 95 %", "width left"]
    print_table("What history leaves of the bands: from worlds of the priors to those of the fit", columns, rows, numbers=True)
    print_text(hits_told(hits_of(told), told["together"]["targets"]))
    found = told["binding"]
    shares = ", ".join(f"{stage} in {share:.0%}" for stage, share in found["shares"].items())
    wafers, packaging = (round(found[name][1], 1) + 0.0 for name in ("wafers_percent", "packaging_percent"))
    print_text(
        f"What binds accelerators from {found['window'][0]} to {found['window'][1]}: {shares} of {found['worlds']} worlds. A tenth more "
        f"leading-edge wafers alone brings {wafers:.1f} % more of them in the median world, a tenth more 2.5D packaging {packaging:.1f} %."
    )
