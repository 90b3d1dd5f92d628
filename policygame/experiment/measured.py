"""What is kept of a run: outcomes (one number each) and series (quarter by quarter), checked against the scenario and computed.

Sums over quarters run one quarter after the other, so that a world has the same bits whoever is beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from policygame.catalogue import Quarter
from policygame.experiment.schema import Outcome, Series
from policygame.model.arrays import Array
from policygame.result import Result
from policygame.scenario import Scenario
from policygame.scenario.problems import Problem, listed, quoted, suggestion
from policygame.scenario.spot import Spot
from policygame.simulation import Simulation

__all__ = ["Kept", "check_measured", "kept_series", "outcome_values", "pairs_of"]

Pair = tuple[str, str]
"""Entity and item of a series."""


@dataclass(frozen=True)
class Kept:
    """A metric that is kept quarter by quarter, with the positions of its series and their names."""

    metric: str
    at: tuple[int, ...]
    pairs: tuple[Pair, ...]


def pairs_of(scenario: Scenario, metrics: Sequence[str]) -> dict[str, tuple[Pair, ...]]:
    """(entity, item) of every series of these metrics in the scenario."""
    result = Simulation(scenario, [1], metrics=list(dict.fromkeys(metrics))).result()
    return {metric: result.series(metric) for metric in result.metrics}


def check_measured(
    scenario: Scenario,
    last: Quarter,
    outcomes: Mapping[str, tuple[Spot, Outcome | None]],
    series: Sequence[tuple[Spot, Series | None]],
) -> Iterator[Problem]:
    """Series exist in the scenario; quarters lie within what is run."""
    metrics = [one.metric for _, one in (*outcomes.values(), *series) if one is not None]
    pairs = pairs_of(scenario, metrics) if metrics else {}
    for spot, outcome in outcomes.values():
        if outcome is not None:
            yield from _check_pair(spot, outcome, pairs[outcome.metric])
            yield from _check_quarters(spot, Quarter.parse(scenario.start), last)
    seen: set[str] = set()
    for spot, one in series:
        if one is None:
            continue
        if one.metric in seen:
            yield spot.at("metric").problem(f"{one.metric} again", "each metric once")
        seen.add(one.metric)
        entities, items = ({pair[n] for pair in pairs[one.metric]} for n in (0, 1))
        for key, allowed in (("entities", entities), ("items", items)):
            for word, at in spot.at(key).words():
                if word not in allowed:
                    names = sorted(allowed)
                    yield at.problem(f"{one.metric} of {quoted(word)}", listed(names), suggestion(word, names))
        if not spot.at("entities").missing and not spot.at("items").missing and not _at(one, pairs[one.metric]):
            yield spot.problem("no series", "entities and items that go together")


def _check_pair(spot: Spot, outcome: Outcome, pairs: Sequence[Pair]) -> Iterator[Problem]:
    if (outcome.entity, outcome.item) in pairs:
        return
    entities = tuple(dict.fromkeys(entity for entity, _ in pairs))
    if outcome.entity not in entities:
        found = f"{outcome.metric} of {quoted(outcome.entity)}"
        yield _where(spot, "entity").problem(found, listed(entities), suggestion(outcome.entity, entities))
        return
    items = tuple(item for entity, item in pairs if entity == outcome.entity)
    found = f"{outcome.metric} of {outcome.entity} with the item {quoted(outcome.item)}"
    yield _where(spot, "item").problem(found, listed([item or "no item" for item in items]), suggestion(outcome.item, items))


def _where(spot: Spot, key: str) -> Spot:
    return spot if spot.at(key).missing else spot.at(key)


def _check_quarters(spot: Spot, first: Quarter, last: Quarter) -> Iterator[Problem]:
    for key in ("at", "start", "end"):
        quarter = spot.at(key).quarter()
        if quarter is not None and not first <= quarter <= last:
            yield spot.at(key).problem(str(quarter), f"a quarter that is run, {first} to {last}")
    begins, ends = spot.at("start").quarter(), spot.at("end").quarter()
    if begins is not None and ends is not None and ends < begins:
        yield spot.at("end").problem(str(ends), f"a quarter from {begins} (the start) on")


def kept_series(series: Sequence[Series] | None, outcomes: Mapping[str, Outcome], scenario: Scenario) -> tuple[Kept, ...]:
    """What is kept quarter by quarter: what ``series`` says, else the series of the outcomes."""
    if series is None:
        asked: dict[str, list[Pair]] = {}
        for outcome in outcomes.values():
            asked.setdefault(outcome.metric, []).append((outcome.entity, outcome.item))
        pairs = pairs_of(scenario, list(asked))
        at = {metric: [n for n, pair in enumerate(pairs[metric]) if pair in wanted] for metric, wanted in asked.items()}
    else:
        pairs = pairs_of(scenario, [one.metric for one in series])
        at = {one.metric: _at(one, pairs[one.metric]) for one in series}
    return tuple(Kept(metric, tuple(rows), tuple(pairs[metric][n] for n in rows)) for metric, rows in at.items())


def _at(one: Series, pairs: Sequence[Pair]) -> list[int]:
    return [
        n
        for n, (entity, item) in enumerate(pairs)
        if (one.entities is None or entity in one.entities) and (one.items is None or item in one.items)
    ]


def outcome_values(result: Result, outcome: Outcome) -> Array:
    """The outcome in every world, (world,)."""
    rows = result.array(outcome.metric, outcome.entity, outcome.item)
    first = result.quarters[0]
    if outcome.at is not None:
        return np.array(rows[Quarter.parse(outcome.at) - first])
    begins = 0 if outcome.start is None else Quarter.parse(outcome.start) - first
    ends = len(rows) if outcome.end is None else Quarter.parse(outcome.end) - first + 1
    chosen = rows[begins:ends]
    if outcome.reduce in ("min", "max"):
        return np.asarray((np.min if outcome.reduce == "min" else np.max)(chosen, axis=0))
    if outcome.reduce in ("mean", "sum"):
        total = np.zeros(rows.shape[1])
        for row in chosen:
            total = total + row
        return total / len(chosen) if outcome.reduce == "mean" else total
    return np.array(chosen[-1])
