"""A part of a result set - some arms, some ranges of what differed - read column by column, so that the size of the set hardly matters.

Fans, lines and rows are made of it here. What is drawn of many runs is every so manieth of them, evenly; statistics are of all.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from policygame.analysis.ranking import ranking
from policygame.analysis.sample import AnalysisError, Sample
from policygame.analysis.sensitivity import morris_indices, sobol_indices
from policygame.analysis.tables import Table
from policygame.experiment import Results, layout
from policygame.model.arrays import Array

__all__ = ["LEVELS", "MOST_FAN_RUNS", "MOST_LINES", "MOST_RANKED", "Selection", "Wanted", "fan_of", "lines_of", "sample_of"]
__all__ += ["kept_series", "ranked", "sensitivity", "written"]

MOST_FAN_RUNS = 20_000
"""Runs of an arm that a fan is made of."""
MOST_LINES = 300
"""Runs that are drawn as lines."""
MOST_RANKED = 2_000_000
"""Runs up to which one outcome of a whole set is held at once, for a ranking or for indices."""
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
_KEYS = ("run", "point", "arm", "replicate")


@dataclass(frozen=True)
class Wanted:
    """What to keep: ``arms`` (none: all), and for a quantity the ends that it must lie between, both included."""

    arms: tuple[str, ...] = ()
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    def checked(self, results: Results) -> Wanted:
        """Itself. AnalysisError for an arm or a quantity that the set does not have, or ends that hold nothing."""
        own = results.arm_names
        for arm in self.arms:
            if arm not in own:
                raise AnalysisError(f"there is no arm {arm[:60]!r}; the arms are {', '.join(own)}.")
        for name, (low, high) in self.ranges.items():
            if name not in results.quantity_names:
                raise AnalysisError(f"there is no quantity {name[:60]!r} in this result set.")
            if math.isnan(low) or math.isnan(high) or low > high:
                raise AnalysisError(f"{name}: from {low:g} to {high:g} holds nothing; the first number must be the smaller one.")
        return self


@dataclass(frozen=True)
class Selection:
    """Planned runs that were kept: ``run`` ascending, ``arm`` the place of each one's name in ``arms``, ``point``."""

    results: Results
    wanted: Wanted
    arms: tuple[str, ...]
    run: npt.NDArray[np.int64]
    point: npt.NDArray[np.int64]
    arm: npt.NDArray[np.int32]

    @classmethod
    def of(cls, results: Results, wanted: Wanted) -> Selection:
        """Read which runs are wanted. AnalysisError as ``Wanted.checked`` says."""
        chosen = _condition(wanted.checked(results))
        arms = results.arm_names
        parts = [
            (batch["run"].to_numpy(), batch["point"].to_numpy(), _places(batch["arm"], arms))
            for batch in _runs(results).to_batches(columns=["run", "point", "arm"], filter=chosen)
            if len(batch)
        ]
        if not parts:
            return cls(results, wanted, arms, np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.int32))
        run, point, arm = (np.concatenate(columns) for columns in zip(*parts, strict=True))
        order = np.argsort(run, kind="stable")
        return cls(results, wanted, arms, run[order], point[order], arm[order])

    def __len__(self) -> int:
        return len(self.run)

    def every(self, most: int, arm: str | None = None) -> npt.NDArray[np.int64]:
        """At most ``most`` of the runs (of an arm), evenly spaced."""
        runs = self.run if arm is None else self.run[self.arm == self.arms.index(arm)]
        return runs if len(runs) <= most else runs[np.linspace(0, len(runs) - 1, most).round().astype(np.int64)]


def _runs(results: Results) -> ds.Dataset:
    return ds.dataset(results.folder / layout.RUNS_FILE)


def _condition(wanted: Wanted) -> ds.Expression | None:
    conditions = [ds.field(name) >= low for name, (low, _) in wanted.ranges.items()]
    conditions += [ds.field(name) <= high for name, (_, high) in wanted.ranges.items()]
    if wanted.arms:
        conditions.append(ds.field("arm").cast(pa.string()).isin(list(wanted.arms)))
    whole: ds.Expression | None = None
    for one in conditions:
        whole = one if whole is None else whole & one
    return whole


def _places(column: pa.Array, arms: tuple[str, ...]) -> npt.NDArray[np.int32]:
    found = pc.index_in(column.cast(pa.string()), value_set=pa.array(arms, pa.string()))
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype=np.int32)


# quarter by quarter ----------------------------------------------------------------------------------------------------


def kept_series(results: Results) -> list[tuple[str, str, str]]:
    """(metric, entity, item) of every series that was kept."""
    return [(one["metric"], entity, item) for one in results.manifest["parts"]["kept"] for entity, item in one["series"]]


def fan_of(chosen: Selection, series: tuple[str, str, str], arm: str) -> tuple[list[str], Array, int]:
    """Quarters, quantiles (level, quarter) at ``LEVELS`` over the arm's runs, and how many runs those are."""
    if series not in kept_series(chosen.results):
        raise AnalysisError("this series was not kept.")
    runs = chosen.every(MOST_FAN_RUNS, arm)
    if not len(runs):
        return [], np.empty((len(LEVELS), 0)), 0
    keys = dict(zip(("metric", "entity", "item"), series, strict=True))
    condition = ds.field("run").isin(pa.array(runs))
    for name, word in keys.items():
        condition &= ds.field(name).cast(pa.string()) == word
    parts = []
    for file in chosen.results.files_of(layout.SERIES, int(runs[0]), int(runs[-1])):
        found = ds.dataset(file, schema=layout.SERIES_SCHEMA).to_table(columns=["run", "quarter", "value"], filter=condition)
        if len(found):
            parts.append(found.to_pandas().astype({"quarter": "str"}))
    if not parts:
        return [], np.empty((len(LEVELS), 0)), 0
    whole = pd.concat(parts, ignore_index=True)
    table = whole.groupby("quarter", sort=True)["value"].quantile(list(LEVELS)).unstack()
    return [str(one) for one in table.index], table.to_numpy(dtype=float).T, int(whole["run"].nunique())


# run by run ------------------------------------------------------------------------------------------------------------


def lines_of(chosen: Selection, arms: Sequence[str], quantities: Sequence[str], outcomes: Sequence[str]) -> pd.DataFrame:
    """``run``, ``arm``, quantities and outcomes of at most ``MOST_LINES`` runs of ``arms`` that ended well, sorted by run.

    Each arm has its share of the lines, so that no arm is left out by how runs are ordered.
    """
    runs = np.sort(np.concatenate([chosen.every(MOST_LINES // len(arms), arm) for arm in arms]))
    return _joined(chosen, runs, quantities, outcomes)[["run", "arm", *quantities, *outcomes]]


def _joined(
    chosen: Selection, runs: npt.NDArray[np.int64], columns: Sequence[str] | None, outcomes: Sequence[str]
) -> pd.DataFrame:
    """Rows of ``runs`` that ended well. ``columns`` None: all that the table of runs has."""
    asked = None if columns is None else [*_KEYS, *columns]
    own = ds.field("run").isin(pa.array(runs))
    if len(runs):
        own &= (ds.field("run") >= int(runs[0])) & (ds.field("run") <= int(runs[-1]))
    planned = _runs(chosen.results).to_table(columns=asked, filter=own).to_pandas()
    files = chosen.results.files_of(layout.OUTCOMES, int(runs[0]), int(runs[-1])) if len(runs) else []
    schema = layout.outcome_schema(chosen.results.outcome_names)
    parts = [schema.empty_table().select(["run", *outcomes])]
    parts += [ds.dataset(file, schema=schema).to_table(columns=["run", *outcomes], filter=own) for file in files]
    found = pa.concat_tables(parts).to_pandas()
    planned["arm"] = planned["arm"].astype("str")
    rows: pd.DataFrame = planned.merge(found, on="run", validate="one_to_one").sort_values("run", ignore_index=True)
    return rows


def written(chosen: Selection) -> Iterator[str]:
    """The selection as CSV, part by part: everything that is known of each run that ended well, and its outcomes; sorted by run."""
    size, names = 20_000, chosen.results.outcome_names
    for first in range(0, max(len(chosen), 1), size):
        rows = _joined(chosen, chosen.run[first : first + size], None, names)
        yield rows.to_csv(index=False, header=first == 0, lineterminator="\n")


# arms and quantities ---------------------------------------------------------------------------------------------------


def sample_of(results: Results, outcome: str, wanted: Wanted | None = None, *, points: bool = False) -> Sample:
    """One outcome of a result set as an analysis reads it, kept to what is wanted; with the points themselves only if asked for.

    A block of Saltelli's design is kept or left whole, by its first point. AnalysisError where runs are missing, nothing is left, or the
    set has more than ``MOST_RANKED`` runs.
    """
    if results.planned > MOST_RANKED:
        raise AnalysisError(f"A set of more than {MOST_RANKED:,} runs is analysed by: policygame analyze FOLDER.")
    if results.done < results.planned:
        left = results.planned - results.done
        raise AnalysisError(f"{left:,} of {results.planned:,} runs are missing; finish the experiment with policygame batch.")
    asked = (wanted or Wanted()).checked(results)
    arms, quantities = results.arm_names, tuple(results.quantity_names)
    keys = _runs(results).to_table(columns=list(_KEYS))
    run, point, replicate = (keys[name].to_numpy() for name in ("run", "point", "replicate"))
    arm = _places(keys["arm"].combine_chunks(), arms)
    n_points = int(point.max()) + 1

    def column(name: str) -> Array:
        values = np.full(n_points, np.nan)
        values[point] = _runs(results).to_table(columns=[name])[name].to_numpy()
        return values

    inside = np.ones(n_points, dtype=bool)
    for name, (low, high) in asked.ranges.items():
        values = column(name)
        inside &= (values >= low) & (values <= high)
    method = results.manifest["parts"]["design"]
    if method["method"] == "sobol":
        size = (2 if method["second_order"] else 1) * len(quantities) + 2
        inside = np.repeat(inside[::size], size)
    if not inside.any():
        raise AnalysisError("No run lies in these ranges.")
    own = [at for at, name in enumerate(arms) if not asked.arms or name in asked.arms]
    cube = np.full((len(arms), n_points, int(replicate.max()) + 1), np.nan)
    schema = layout.outcome_schema(results.outcome_names)
    for file in results.files(layout.OUTCOMES):
        found = pq.read_table(file, schema=schema, columns=["run", outcome])
        at = np.searchsorted(run, found["run"].to_numpy())
        cube[arm[at], point[at], replicate[at]] = found[outcome].to_numpy()
    held = (
        np.column_stack([column(name)[inside] for name in quantities]) if points and quantities else np.empty((inside.sum(), 0))
    )
    return Sample(results, tuple(arms[at] for at in own), quantities, held, {outcome: cube[own][:, inside]}, results.failed)


def ranked(results: Results, outcome: str, wanted: Wanted) -> Table:
    """The ranking of the wanted arms by an outcome. AnalysisError where fewer than two are wanted, or as ``sample_of`` says."""
    return ranking(sample_of(results, outcome, wanted))[0]


def sensitivity(results: Results, outcome: str) -> tuple[str, Table]:
    """The column to draw, and Sobol' or Morris indices of an outcome over the whole design; AnalysisError says which design allows them."""
    method = results.manifest["parts"]["design"]["method"]
    if method not in ("sobol", "morris"):
        raise AnalysisError(
            f"A design by {method} has no sensitivity indices: they come from 'design: {{method: sobol, points: ...}}' (shares of an "
            "outcome's variance) or 'design: {method: morris, trajectories: ...}' (how far it moves)."
        )
    sample = sample_of(results, outcome, points=True)
    if method == "sobol":
        return "total", sobol_indices(sample)[0]
    return "mean_absolute_effect", morris_indices(sample)[0]
