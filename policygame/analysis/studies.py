"""Studies: an experiment run, or resumed, and held against the claims that its file declares; and the results that ship beside the files.

A stored result holds while experiment, claims, scenario and model are those that it was made of; ``stored_study`` gives no other. What a
study declares is ``policygame.experiment.study``; how a claim is told is ``findings``.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from policygame.analysis.findings import Effect, Found, Influence, effects, findings, influences
from policygame.analysis.sample import open_sample
from policygame.catalogue import Quarter
from policygame.errors import UserError
from policygame.experiment import Plan, load_experiment, run_experiment, shipped_experiments
from policygame.experiment.study import ASSUMPTION, NO_SOURCE, Study
from policygame.resources import configs_dir
from policygame.scenario.figures import figures
from policygame.scenario.spot import Spot
from policygame.scenario.yaml_reader import read_file

__all__ = [
    "QUICK_POINTS",
    "QUICK_SEEDS",
    "Cited",
    "StudyError",
    "StudyResult",
    "listed_studies",
    "load_study",
    "read_study",
    "run_study",
]
__all__ += ["shipped_studies", "store_study", "stored_file", "stored_study", "told"]

QUICK_SEEDS, QUICK_POINTS = 16, 128
"""Of a quick run: enough to see whether a study works, too few to believe it."""
_DIGITS = 6
"""Significant digits that are stored: more would be of no use, and differ with the library of linear algebra."""


class StudyError(UserError):
    """A study that cannot be run, read or stored as asked."""


@dataclass(frozen=True)
class Cited:
    """A source as it is printed: how it is cited, what it says, where it can be read."""

    cite: str
    says: str
    address: str


@dataclass(frozen=True)
class StudyResult:
    """What a study found, with all that is needed to print it.

    declared : SHA-256 of the experiment's parts, the model among them, and of its claims
    points : of the design, each run with every seed in its arms
    first_seed, last_seed : of the worlds
    effects : (arm, outcome, difference to ``against``)
    influences : the strongest first, within an outcome
    """

    name: str
    title: str
    question: str
    scenario: str
    scenario_hash: str
    model: str
    declared: str
    horizon: str
    games: int
    failed: int
    arms: tuple[str, ...]
    points: int
    quantities: int
    first_seed: int
    last_seed: int
    sources: Mapping[str, Cited]
    findings: tuple[Found, ...]
    against: str | None
    effects: tuple[tuple[str, str, Effect], ...]
    units: Mapping[str, str]
    influences: tuple[Influence, ...]
    limits: str


_FORM = TypeAdapter(StudyResult)


def shipped_studies() -> dict[str, Path]:
    """The shipped experiments that are studies, by name. Their files are looked into, not checked."""
    found = {}
    for name, file in shipped_experiments().items():
        root, _ = read_file(file, "experiment")
        if root is not None and isinstance(root.value, dict) and "study" in root.value:
            found[name] = file
    return found


def listed_studies() -> list[dict[str, str]]:
    """Name, title, question and scenario of each shipped study, as its file says them."""
    rows = []
    for name, file in shipped_studies().items():
        root, _ = read_file(file, "experiment")
        assert root is not None
        top = Spot.top(root)
        rows.append({"name": name, **{key: top.at(key).text() or "" for key in ("title", "question", "scenario")}})
    return rows


def load_study(name_or_path: str, *, quick: bool = False) -> Plan:
    """The plan of a study; a quick one has fewer worlds. ExperimentError for a bad file, StudyError for one without claims."""
    plan = load_experiment(name_or_path)
    if plan.experiment.study is None:
        raise StudyError(
            f"{plan.experiment.name} is an experiment without a section 'study', so there is no claim to hold it against; "
            f"shipped studies are {', '.join(shipped_studies())}. Run it with: policygame batch {name_or_path} --out DIR"
        )
    return plan.reduced(QUICK_SEEDS, QUICK_POINTS) if quick else plan


def run_study(
    plan: Plan,
    out: str | os.PathLike[str] | None = None,
    *,
    progress: Callable[[int, int, int], None] | None = None,
    **options: Any,
) -> StudyResult:
    """Run what is left of a study into a folder (None: into one that is thrown away) and find what it says.

    ``options`` are those of ``run_experiment``. Raises what that raises, and
    AnalysisError where so many games failed that a claim cannot be told.
    """
    if out is None:
        with tempfile.TemporaryDirectory(prefix="policygame-study-") as folder:
            return run_study(plan, Path(folder) / "results", progress=progress, **options)
    run_experiment(plan, out, progress=progress, **options)
    return result_of(plan, Path(out))


def result_of(plan: Plan, folder: Path) -> StudyResult:
    """What a finished result set says to the claims of its plan."""
    study, experiment, sample = plan.experiment.study, plan.experiment, open_sample(folder)
    assert study is not None
    seeds = sample.results.runs["seed"].to_numpy()
    ranked = bool(sample.quantities) and not sample.one_arm_a_point
    return StudyResult(
        experiment.name,
        experiment.title,
        experiment.question,
        plan.scenario.name,
        plan.scenario.hash,
        str(plan.parts["model"]),
        declared(plan),
        str(Quarter.parse(plan.scenario.start) + (plan.quarters - 1)),
        plan.n_runs,
        sample.missing,
        tuple(arm.name for arm in plan.arms),
        plan.n_points,
        len(sample.quantities),
        int(seeds.min()),
        int(seeds.max()),
        cited(study),
        tuple(findings(sample, study)),
        study.against,
        () if study.against is None else tuple(effects(sample, study.against)),
        {name: sample.unit(name) for name in plan.outcomes},
        tuple(influences(sample)) if ranked else (),
        study.limits,
    )


def declared(plan: Plan) -> str:
    """SHA-256 of what a study's result follows from: the parts of its plan, the model among them, and its claims."""
    assert plan.experiment.study is not None
    whole = [plan.parts, plan.experiment.study.model_dump(mode="json")]
    return hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()


def cited(study: Study) -> dict[str, Cited]:
    """The sources that the claims of a study name, in their order: its own, published figures, and what stands for none."""
    found = {}
    for key in dict.fromkeys(finding.source for finding in study.findings):
        if key in study.sources:
            own = study.sources[key]
            found[key] = Cited(own.cite, own.says, own.address)
        elif key in figures():
            figure = figures()[key]
            value = ", ".join(filter(None, (f"{figure.value} {figure.unit.strip('-')}".strip(), figure.period.strip("-"))))
            says = f"{figure.what}: {value} ({figure.status})." if value else f"{figure.what} ({figure.status})."
            found[key] = Cited(f"{figure.source} (figure {key})", says, figure.address)
        elif key == ASSUMPTION:
            found[key] = Cited(
                "an assumption of the model", "A rule of it leads to expect that; nothing outside confirms it.", ""
            )
        else:
            assert key == NO_SOURCE
            found[key] = Cited("this model alone", "No published answer is set beside it.", "")
    return found


# files -----------------------------------------------------------------------------------------------------------------


def told(found: StudyResult) -> dict[str, Any]:
    """A result as JSON has it; numbers with six significant digits, null where there is none."""
    whole: dict[str, Any] = _plain(asdict(found))
    return whole


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.{_DIGITS}g}") if abs(value) < float("inf") else None
    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items()}
    return [_plain(entry) for entry in value] if isinstance(value, list | tuple) else value


def stored_file(name: str) -> Path:
    """Where the result of a shipped study is kept, stored or not."""
    return configs_dir() / "experiments" / f"{name}.study.json"


def read_study(file: Path) -> StudyResult:
    """The result in a file. StudyError where it cannot be read or holds none."""
    try:
        return _FORM.validate_json(file.read_bytes())
    except OSError as error:
        raise StudyError(f"{file} cannot be read: {error.strerror}; write one with policygame study NAME --json") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the whole"
        raise StudyError(
            f"{file} holds no result of a study ({where}: {first['msg']}); write one with policygame study NAME --json"
        ) from None


def stored_study(name: str) -> StudyResult | None:
    """The stored result of a shipped study that was made of this very file and this model; None where there is none."""
    file = stored_file(name)
    if name not in shipped_studies() or not file.is_file():
        return None
    found = read_study(file)
    return found if found.declared == declared(load_study(name)) else None


def store_study(found: StudyResult) -> Path:
    """Keep the result of a shipped study beside its file, written aside and then renamed; the file.

    StudyError for one that is not shipped, is not the whole of it, or had games that failed.
    """
    if found.name not in shipped_studies():
        raise StudyError(
            f"--store keeps results of shipped studies ({', '.join(shipped_studies())}); of {found.name}, keep --json."
        )
    if found.failed or found.declared != declared(load_study(found.name)):
        raise StudyError(f"--store keeps the whole of {found.name} without a game that failed, not a quick or an older one.")
    file = stored_file(found.name)
    part = file.with_name(file.name + ".part")
    part.write_text(json.dumps(told(found), indent=1, allow_nan=False) + "\n", encoding="utf-8")
    part.replace(file)
    return file
