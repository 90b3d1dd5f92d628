"""The generated pages of the documentation: words, levers, metrics, parameters, figures, every number of every scenario, the fit, the
balance, the studies.

Each page is a pure function of the catalogue, the shipped scenarios, the published figures and the source text of the model, so
that it cannot say anything else than the program does. ``python -m policygame.docs`` writes them into ``assets/docs/generated``;
``--check`` only says which differ. Pages that people write stand beside that folder and are not touched.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from policygame.docs.calibration_pages import backtest_page, calibration_page
from policygame.docs.catalogue_pages import levers_page, metrics_page, words_page
from policygame.docs.number_pages import figures_page, parameters_page
from policygame.docs.scenario_pages import scenario_page
from policygame.docs.study_pages import studies_page
from policygame.docs.tournament_pages import tournament_page
from policygame.resources import assets_dir
from policygame.scenario import Scenario, load_scenario, shipped_scenarios

__all__ = ["differences", "generated_dir", "main", "pages", "write"]

NOTICE = "<!-- Written by `python -m policygame.docs`. Do not edit: change what it is written from and run that again. -->"


def generated_dir() -> Path:
    """The folder that holds the generated pages."""
    return assets_dir() / "docs" / "generated"


def pages() -> dict[str, str]:
    """Every generated page: file name -> text."""
    scenarios = [load_scenario(name) for name in shipped_scenarios()]
    texts = {
        "words.md": words_page(),
        "levers.md": levers_page(scenarios),
        "metrics.md": metrics_page(),
        "parameters.md": parameters_page(scenarios),
        "figures.md": figures_page(scenarios),
        "tournament.md": tournament_page(scenarios),
        "studies.md": studies_page(),
        **{page: text for scenario in scenarios if scenario.name == scenario.posterior for page, text in _fit_pages(scenario)},
        **{f"scenario-{scenario.name}.md": scenario_page(scenario) for scenario in scenarios},
    }
    return {name: f"{NOTICE}\n\n{text.rstrip()}\n" for name, text in texts.items()}


def _fit_pages(scenario: Scenario) -> Iterator[tuple[str, str]]:
    yield "backtest.md", backtest_page(scenario)
    yield "calibration.md", calibration_page(scenario)


def differences(folder: Path) -> list[str]:
    """What is wrong with the generated pages in a folder: some missing, some different, some that nothing generates any more."""
    expected = pages()
    found = {file.name: file.read_text(encoding="utf-8") for file in sorted(folder.glob("*.md"))} if folder.is_dir() else {}
    missing = [f"{name} is missing" for name in expected if name not in found]
    changed = [f"{name} differs from its sources" for name, text in expected.items() if found.get(name, text) != text]
    return missing + changed + [f"{name} is generated no more" for name in found if name not in expected]


def write(folder: Path) -> None:
    """Write every page into a folder, and remove the pages there that nothing generates any more."""
    expected = pages()
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in expected.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    for file in folder.glob("*.md"):
        if file.name not in expected:
            file.unlink()


def main(argv: Sequence[str] | None = None) -> int:
    """The command; returns its exit code, 1 where ``--check`` finds a difference."""
    parser = argparse.ArgumentParser(
        prog="python -m policygame.docs", description="Write the generated pages of the documentation."
    )
    parser.add_argument("--check", action="store_true", help="only say which pages differ from their sources")
    folder = generated_dir()
    if not parser.parse_args(argv).check:
        write(folder)
        return 0
    found = differences(folder)
    for difference in found:
        print(f"{folder.name}/{difference}; run python -m policygame.docs", file=sys.stderr)
    return 1 if found else 0
