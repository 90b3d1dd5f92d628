"""Everything that a result set can answer, as tables, and those tables as files beside it.

Which methods suit a design is decided here; each method is a module of its own.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from policygame.analysis.convergence import PRECISION, convergence
from policygame.analysis.discovery import FEWEST_RUNS, Cases, boxes
from policygame.analysis.ranking import ranking
from policygame.analysis.sample import AnalysisError, Sample
from policygame.analysis.sensitivity import morris_indices, sobol_indices
from policygame.analysis.tables import Table

__all__ = ["FOLDER", "METHODS", "Options", "analyse", "suited", "write_tables"]

METHODS = {
    "sobol": "Sobol' indices",
    "morris": "Morris' elementary effects",
    "boxes": "scenario discovery (PRIM)",
    "ranking": "ranking of arms",
    "convergence": "whether there are worlds enough",
}
"""Name of a method -> what it tells."""
FOLDER = "analysis"
"""Folder of the tables, inside that of the result set."""


@dataclass(frozen=True)
class Options:
    """What may be said about an analysis: ``methods`` (none: all that suit), cases, wanted ends, precision, bootstrap seed."""

    methods: Sequence[str] = ()
    cases: Sequence[Cases] = ()
    wanted: Mapping[str, str] = field(default_factory=dict)
    precision: float = PRECISION
    seed: int = 1


def suited(sample: Sample) -> list[str]:
    """Methods that the design of a result set suits."""
    fits = {
        "sobol": sample.design["method"] == "sobol",
        "morris": sample.design["method"] == "morris",
        "boxes": bool(sample.quantities) and sample.n_points >= FEWEST_RUNS,
        "ranking": len(sample.arms) > 1,
        "convergence": True,
    }
    return [name for name, fit in fits.items() if fit]


def analyse(sample: Sample, options: Options | None = None) -> list[Table]:
    """The tables of every method that is asked for. AnalysisError where the design does not suit one of them."""
    asked = options or Options()
    found: list[Table] = []
    for method in asked.methods or suited(sample):
        if method == "sobol":
            found += sobol_indices(sample, asked.seed)
        elif method == "morris":
            found += morris_indices(sample, asked.seed)
        elif method == "boxes":
            found += boxes(sample, asked.cases)
        elif method == "ranking":
            found += ranking(sample, asked.wanted)
        else:
            found += convergence(sample, asked.precision)
    return found


def write_tables(folder: Path, tables: Sequence[Table]) -> list[Path]:
    """Write each table as CSV into ``folder``, aside and renamed. AnalysisError where that cannot be."""
    files = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for one in tables:
            file = folder / f"{one.name}.csv"
            aside = folder / f".{one.name}.{uuid.uuid4().hex}"
            try:
                one.frame.to_csv(aside, index=False, lineterminator="\n")
                os.replace(aside, file)
            finally:
                aside.unlink(missing_ok=True)
            files.append(file)
    except OSError as error:
        raise AnalysisError(f"{folder} cannot be written: {error.strerror or error}.") from error
    return files
