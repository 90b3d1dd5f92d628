"""What came out of a simulation: metrics as arrays, and tidy tables of them on demand.

Running is ``simulation``; what each metric means is in the catalogue; files are ``output``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from policygame.asking import SimulationError, check_metrics
from policygame.catalogue import JURISDICTIONS, METRICS, Quarter, nearest
from policygame.model.arrays import Array
from policygame.model.metrics import Series
from policygame.scenario import Scenario


class Result:
    """Metrics of a run: arrays by metric, tidy frames on demand.

    ``seeds`` one per world, ``quarters`` one per row of time, ``series(metric)`` the (entity, item) pairs of a metric.
    """

    def __init__(
        self,
        scenario: Scenario,
        seeds: tuple[int, ...],
        quarters: list[Quarter],
        start_index: int,
        series: Mapping[str, tuple[Series, ...]],
        arrays: Mapping[str, Array],
        policies: Mapping[str, str],
        cuts_musd: Array,
    ) -> None:
        self.scenario, self.seeds, self.quarters, self.start_index = scenario, seeds, quarters, start_index
        self.policies = dict(policies)
        self._cuts_musd = cuts_musd
        self._series, self._arrays = dict(series), dict(arrays)

    @property
    def metrics(self) -> tuple[str, ...]:
        """Metrics that were recorded, in the catalogue's order."""
        return tuple(self._arrays)

    @property
    def nbytes(self) -> int:
        """Memory of the recorded arrays, bytes."""
        return sum(array.nbytes for array in self._arrays.values())

    @property
    def awards_cut(self) -> list[str]:
        """A sentence for each government and purse whose grants were cut because a programme's cap or the purse did not suffice."""
        notes = []
        for j, name in enumerate(JURISDICTIONS):
            for purse, words in enumerate(("packaging", "fab")):
                cut = self._cuts_musd[:, purse, j]
                total = cut.sum(axis=0)
                hit = total > 0.5
                if not hit.any():
                    continue
                first = self.quarters[int(np.argmax((cut > 0.5).any(axis=1)))]
                notes.append(
                    f"{name}, {words} grants: firms asked for {np.median(total[hit]):,.0f} M USD more than caps and the {words} purse "
                    f"could give, in the median of the {int(hit.sum())} of {len(total)} worlds concerned; first in {first}"
                )
        return notes

    def __repr__(self) -> str:
        span = f"{self.quarters[0]} to {self.quarters[-1]}" if self.quarters else "no quarter yet"
        return f"<Result of {self.scenario.name}: {len(self.seeds)} worlds, {span}, {len(self._arrays)} metrics>"

    def series(self, metric: str) -> tuple[Series, ...]:
        """(entity, item) pairs of a metric, in the order of the rows of ``all_of``."""
        self._known(metric)
        return self._series[metric]

    def all_of(self, metric: str) -> Array:
        """Every series of a metric: (quarter, series, world)."""
        self._known(metric)
        return self._arrays[metric]

    def array(self, metric: str, entity: str = "world", item: str = "") -> Array:
        """One series: (quarter, world), in the metric's unit."""
        self._known(metric)
        pairs = self._series[metric]
        if (entity, item) not in pairs:
            of_entity = [i for e, i in pairs if e == entity]
            if of_entity:
                allowed = ", ".join(map(repr, of_entity))
                raise SimulationError(f"{metric} of {entity} has no item {item!r}; allowed are {allowed}")
            entities = tuple(dict.fromkeys(e for e, _ in pairs))
            raise SimulationError(
                f"{metric} is not given for {entity!r}; allowed are {', '.join(entities)}.{nearest(entity, entities)}"
            )
        return self._arrays[metric][:, pairs.index((entity, item))]

    def without_series(self, hidden: Callable[[str, str, str], bool]) -> Result:
        """The same result without the series for which ``hidden(metric, entity, item)`` holds; what is left shares its memory."""
        series, arrays = dict(self._series), dict(self._arrays)
        for metric in arrays:
            kept = [n for n, (entity, item) in enumerate(series[metric]) if not hidden(metric, entity, item)]
            if len(kept) < len(series[metric]):
                series[metric] = tuple(series[metric][n] for n in kept)
                arrays[metric] = arrays[metric][:, kept]
        return Result(
            self.scenario, self.seeds, self.quarters, self.start_index, series, arrays, {}, np.zeros_like(self._cuts_musd)
        )

    def frame(self, metrics: Sequence[str] | None = None, entities: Sequence[str] | None = None) -> pd.DataFrame:
        """Tidy table: world, seed, quarter, metric, entity, item, value. Select with ``metrics`` and ``entities``."""
        parts = list(self.frames(metrics, entities, rows=None))
        return pd.concat(parts, ignore_index=True) if len(parts) > 1 else parts[0]

    def frames(
        self, metrics: Sequence[str] | None = None, entities: Sequence[str] | None = None, rows: int | None = 1_000_000
    ) -> Iterator[pd.DataFrame]:
        """The tidy table in pieces of about ``rows`` rows (None: one piece per metric), without ever holding all of it."""
        chosen = self.metrics if metrics is None else check_metrics(metrics)
        if entities is not None:
            self._check_entities(entities, chosen)
        if not chosen:
            yield self._piece("", [], slice(0, 0))
        for metric in chosen:
            self._known(metric)
            at = [n for n, (entity, _) in enumerate(self._series[metric]) if entities is None or entity in entities]
            per_quarter = max(len(at) * len(self.seeds), 1)
            step = len(self.quarters) if rows is None else max(rows // per_quarter, 1)
            for first in range(0, max(len(self.quarters), 1), max(step, 1)):
                yield self._piece(metric, at, slice(first, min(first + max(step, 1), len(self.quarters))))

    def _check_entities(self, entities: Sequence[str], metrics: Sequence[str]) -> None:
        known = tuple(dict.fromkeys(e for metric in metrics for e, _ in self._series.get(metric, ())))
        for entity in [entities] if isinstance(entities, str) else entities:
            if entity not in known:
                raise SimulationError(
                    f"unknown entity {entity!r} of these metrics; allowed are {', '.join(known)}.{nearest(entity, known)}"
                )

    def _piece(self, metric: str, at: list[int], quarters: slice) -> pd.DataFrame:
        names = [str(q) for q in self.quarters]
        n_quarters, n_worlds = len(names[quarters]), len(self.seeds)
        pairs = [self._series[metric][n] for n in at]
        values = self._arrays[metric][quarters][:, at].ravel() if metric else np.empty(0)
        repeat = n_quarters * len(at)

        def category(codes: Any, categories: list[str]) -> pd.Categorical:
            return pd.Categorical.from_codes(codes, categories=pd.Index(categories, dtype=object))

        entities, items = sorted({e for e, _ in pairs}), sorted({i for _, i in pairs})
        entity_code = np.array([entities.index(e) for e, _ in pairs], dtype=np.int32)
        item_code = np.array([items.index(i) for _, i in pairs], dtype=np.int32)
        quarter_code = np.arange(quarters.start, quarters.start + n_quarters, dtype=np.int32)
        return pd.DataFrame(
            {
                "world": np.tile(np.arange(n_worlds, dtype=np.int32), repeat),
                "seed": np.tile(np.array(self.seeds, dtype=np.uint64), repeat),
                "quarter": category(np.repeat(quarter_code, len(at) * n_worlds), names),
                "metric": category(np.zeros(repeat * n_worlds, dtype=np.int32), [metric]),
                "entity": category(np.tile(np.repeat(entity_code, n_worlds), n_quarters), entities),
                "item": category(np.tile(np.repeat(item_code, n_worlds), n_quarters), items),
                "value": values,
            }
        )

    def _known(self, metric: str) -> None:
        if metric not in self._arrays:
            if metric in METRICS:
                raise SimulationError(f"{metric} was not recorded in this run; recorded are {', '.join(self.metrics)}")
            check_metrics([metric])
