"""Experiments: a file says what is uncertain, which levers are pulled and what is measured; a folder holds what came out.

``load_experiment`` checks a file and lays out its runs, ``run_experiment`` runs what is not done yet, ``load_results`` reads a folder.
Everything is run by ``simulate``. How a folder is laid out is ``layout``; what may stand in a file is ``schema``.
"""

from policygame.experiment.folder import FolderError
from policygame.experiment.loading import ExperimentError, load_experiment, shipped_experiments
from policygame.experiment.plan import Plan
from policygame.experiment.results import Results, load_results
from policygame.experiment.running import Interrupted, RunningError, Summary, run_experiment

__all__ = [
    "ExperimentError",
    "FolderError",
    "Interrupted",
    "Plan",
    "Results",
    "RunningError",
    "Summary",
    "load_experiment",
    "load_results",
    "run_experiment",
    "shipped_experiments",
]
