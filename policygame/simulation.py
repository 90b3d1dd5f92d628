"""Run a scenario in many worlds, and hold what came out.

``simulate`` is the one way in: it resolves policies and bots, steps the model, and gathers the metrics. A ``Simulation`` is the same, held
open: it can be advanced quarter by quarter and branched into other worlds, policies and shocks. Nothing else in the program steps
the model. Worlds are run in blocks that fit the processor's cache; a block never knows its neighbours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pandas as pd

from policygame.bots import BOTS
from policygame.catalogue import JURISDICTIONS, METRICS, Quarter, nearest
from policygame.errors import UserError
from policygame.model.agents import Producer, Strategy
from policygame.model.agents.government import Seat
from policygame.model.agents.scripts import Script, TakenOver
from policygame.model.arrays import Array, index
from policygame.model.changes import Change, check_changes
from policygame.model.metrics import Metrics, Series
from policygame.model.model import KINDS, PackagingModel
from policygame.model.state import State
from policygame.model.structure import N_PLACES, PLACE_OF, Structure
from policygame.model.supply_graph import SupplyGraph
from policygame.model.worlds import Values
from policygame.scenario import Policy, Scenario, load_scenario

BLOCK_ROWS_TIMES_WORLDS = 48_000
"""Lines x worlds of one block: beyond this the arrays of a quarter no longer fit a processor's cache."""
LARGEST_SEED = 2**64 - 1

AnyPolicy = Policy | str | Strategy
Policies = Mapping[str, AnyPolicy | Sequence[AnyPolicy]]
Progress = Callable[[int, int], None]


class SimulationError(UserError):
    """A simulation that cannot be run as asked."""


def simulate(
    scenario: Scenario | str,
    seeds: Sequence[int],
    policies: Policies | None = None,
    quarters: int | None = None,
    changes: Sequence[Change] | Sequence[Sequence[Change]] = (),
    agents: Mapping[str, type[Producer]] | None = None,
    metrics: Sequence[str] | None = None,
    progress: Progress | None = None,
) -> Result:
    """Run ``scenario`` in one world per seed and return its metrics.

    Parameters
    ----------
    scenario : a scenario, the name of a shipped one, or a path
    seeds : one world each; a world's shocks and drawn numbers are functions of its seed alone
    policies : government -> Policy, name of a bot, or strategy - or a sequence of these, one per world. A government without an entry
        follows the scenario's history
    quarters : how many to run from the scenario's start; default: to its end
    changes : changes of the experiment in all worlds, or a sequence of such, one per world
    agents : firm -> subclass of its class with its own rules
    metrics : what to record; default: all of the catalogue
    progress : called with (quarters done, quarters in all)

    >>> result = simulate("first-game", seeds=[1, 2], quarters=4, metrics=["deliveries_kunits"])
    >>> result.array("deliveries_kunits", item="ai_accelerator").shape
    (4, 2)

    A firm with a rule of its own:

    >>> from policygame.model.agents import OSAT
    >>> class CautiousOSAT(OSAT):
    ...     def desired_capacity(self, horizon_quarters):
    ...         return 0.8 * super().desired_capacity(horizon_quarters)
    >>> cautious = simulate("first-game", seeds=[1, 2], quarters=8, agents={"ASE": CautiousOSAT})
    >>> plain = simulate("first-game", seeds=[1, 2], quarters=8)
    >>> entity = {"entity": "firm:ASE", "item": "conventional"}
    >>> bool((cautious.array("packaging_capacity_kwpm", **entity) <= plain.array("packaging_capacity_kwpm", **entity)).all())
    True
    """
    simulation = Simulation(scenario, seeds, policies, changes=changes, agents=agents, metrics=metrics)
    simulation.run(simulation.structure.n_quarters if quarters is None else quarters, progress)
    return simulation.result()


@dataclass
class _Block:
    """Consecutive worlds that are stepped together, padded to two if there is but one."""

    worlds: slice
    model: PackagingModel
    padded: bool


class Simulation:
    """A simulation held open: run some quarters, look, branch into other worlds, run on. Parameters as in ``simulate``."""

    def __init__(
        self,
        scenario: Scenario | str,
        seeds: Sequence[int],
        policies: Policies | None = None,
        *,
        changes: Sequence[Change] | Sequence[Sequence[Change]] = (),
        agents: Mapping[str, type[Producer]] | None = None,
        metrics: Sequence[str] | None = None,
    ) -> None:
        resolved = load_scenario(scenario) if isinstance(scenario, str) else scenario
        self.scenario = resolved
        self.seeds = check_seeds(seeds)
        self.structure = Structure(resolved)
        self.graph = SupplyGraph(self.structure)
        self.agents = check_agents(agents or {}, resolved)
        self.metrics = check_metrics(metrics)
        self.start_index = 0
        self.quarter = 0
        self._numbers = {found.path: found.number for found in resolved.numbers()}
        self._policies = _per_world_policies(policies or {}, resolved, len(self.seeds))
        self._changes = _per_world_changes(changes, len(self.seeds))
        self._described = {name: _describe(chosen) for name, chosen in (policies or {}).items()}
        self._fresh = frozenset(self._policies)
        check_changes([change for own in self._changes for change in own], self.structure)
        self._begin(None)

    def _begin(self, states: Callable[[slice], State] | None) -> None:
        size = max(BLOCK_ROWS_TIMES_WORLDS // max(self.structure.lines.n, 1), 2)
        self._blocks: list[_Block] = []
        n = len(self.seeds)
        size = -(-n // (-(-n // size)))  # blocks of even size
        for first in range(0, n, size):
            worlds = slice(first, min(first + size, n))
            padded = worlds.stop - worlds.start == 1
            positions = [worlds.start] * 2 if padded else list(range(worlds.start, worlds.stop))
            seeds = [self.seeds[w] for w in positions]
            model = PackagingModel(
                self.structure,
                self.graph,
                seeds,
                Values(seeds, self._numbers),
                seats=self._seats(positions),
                changes=self._block_changes(positions),
                agents=self.agents,
                state=None if states is None else states(worlds),
                quarter=self.quarter,
            )
            self._blocks.append(_Block(worlds, model, padded))
        self._measured = Metrics(self._blocks[0].model)
        self._recorded: dict[str, list[Array]] = {metric: [] for metric in self.metrics}
        self._cuts: list[Array] = []

    def _seats(self, positions: Sequence[int]) -> dict[str, list[Seat]]:
        """Group the worlds of a block by the strategy that holds each government's seat."""
        seats: dict[str, list[Seat]] = {}
        for government, strategies in self._policies.items():
            groups: list[tuple[Strategy, list[int]]] = []
            for at, world in enumerate(positions):
                strategy = strategies[world]
                for known, members in groups:
                    if known is strategy:
                        members.append(at)
                        break
                else:
                    groups.append((strategy, [at]))
            fresh = government in self._fresh
            seats[government] = [Seat(strategy, index(members), fresh) for strategy, members in groups]
        return seats

    def _block_changes(self, positions: Sequence[int]) -> list[Change]:
        found: dict[Change, list[int]] = {}
        for at, world in enumerate(positions):
            for change in self._changes[world]:
                found.setdefault(change, []).append(at)
        return [change.within(tuple(members)) for change, members in found.items()]

    # running ---------------------------------------------------------------------------------------------------------

    def run(self, quarters: int = 1, progress: Progress | None = None) -> Simulation:
        """Advance all worlds by ``quarters``; refuses to go beyond the scenario's end. Returns itself."""
        left = self.structure.n_quarters - self.quarter
        if isinstance(quarters, bool) or not isinstance(quarters, int | np.integer) or quarters < 0:
            raise SimulationError(f"quarters is a whole number, 0 or more; found {quarters!r}")
        if quarters > left:
            raise SimulationError(
                f"{quarters} quarters go beyond the end of {self.scenario.name} ({self.scenario.end}); at most {left} are left"
            )
        n = len(self.seeds)
        fresh = {m: np.empty((quarters, len(self._measured.series[m]), n)) for m in self.metrics}
        cuts = np.zeros((quarters, N_PLACES, n))
        done, total = 0, quarters * len(self._blocks)
        for block in self._blocks:
            for t in range(quarters):
                block.model.recorder = self._recorder(fresh, cuts, t, block)
                block.model.step()
                done += 1
                if progress is not None:
                    progress(done * quarters // total if total else quarters, quarters)
        for metric, array in fresh.items():
            self._recorded[metric].append(array)
        self._cuts.append(cuts)
        self.quarter += quarters
        return self

    def _recorder(
        self, fresh: Mapping[str, Array], cuts: Array, t: int, block: _Block
    ) -> Callable[[PackagingModel], None]:
        """What phase 9 of a block does in quarter ``t`` of this run: measure every metric into its array."""

        def record(model: PackagingModel) -> None:
            for metric, array in fresh.items():
                values = self._measured.measure(model, metric)
                array[t, :, block.worlds] = values[:, :1] if block.padded else values
            cut = model.structure.lines_to_place(model.now.award_asked_musd - model.now.awarded_musd)
            cuts[t, :, block.worlds] = cut[:, :1] if block.padded else cut

        return record

    def result(self) -> Result:
        """What has been recorded since the start (or since the branch)."""
        arrays = {
            metric: recorded[0] if len(recorded) == 1 else np.concatenate(recorded)
            for metric, recorded in self._recorded.items()
            if recorded
        }
        series = {metric: self._measured.series[metric] for metric in self.metrics}
        arrays = {m: arrays.get(m, np.empty((0, len(series[m]), len(self.seeds)))) for m in self.metrics}
        first = self.structure.first + self.start_index
        quarters = [first + t for t in range(self.quarter - self.start_index)]
        cuts = np.concatenate(self._cuts) if self._cuts else np.zeros((0, N_PLACES, len(self.seeds)))
        return Result(self.scenario, self.seeds, quarters, self.start_index, series, arrays, self._described, cuts)

    # branching -------------------------------------------------------------------------------------------------------

    def branch(
        self,
        worlds: Sequence[int] | None = None,
        *,
        seeds: Sequence[int] | None = None,
        policies: Policies | None = None,
        changes: Sequence[Change] | Sequence[Sequence[Change]] | None = None,
        metrics: Sequence[str] | None = None,
    ) -> Simulation:
        """A new simulation that continues from the present state; this one is not touched.

        ``worlds`` are positions to continue (repeats allowed; default: all). ``seeds`` gives them other shocks and other drawn
        numbers from now on (default: their own). ``policies`` and ``changes`` replace those in force, per government and as a whole.
        """
        positions = list(range(len(self.seeds))) if worlds is None else [int(w) for w in worlds]
        for w in positions:
            if not 0 <= w < len(self.seeds):
                raise SimulationError(f"world {w} does not exist; allowed are 0 to {len(self.seeds) - 1}")
        if not positions:
            raise SimulationError("a branch needs at least one world")
        other = object.__new__(Simulation)
        other.scenario, other.structure, other.graph, other.agents = self.scenario, self.structure, self.graph, self.agents
        other._numbers = self._numbers
        other.seeds = tuple(self.seeds[w] for w in positions) if seeds is None else check_seeds(seeds)
        if len(other.seeds) != len(positions):
            raise SimulationError(f"a branch into {len(positions)} worlds needs as many seeds; found {len(other.seeds)}")
        other.metrics = self.metrics if metrics is None else check_metrics(metrics)
        other.start_index = other.quarter = self.quarter
        other._policies = {name: [chosen[w] for w in positions] for name, chosen in self._policies.items()}
        other._policies.update(_per_world_policies(policies or {}, self.scenario, len(positions), only_given=True))
        other._fresh = frozenset(policies or {}) if self.quarter else frozenset(other._policies)
        other._described = self._described | {name: _describe(chosen) for name, chosen in (policies or {}).items()}
        if changes is None:
            other._changes = [self._changes[w] for w in positions]
        else:
            other._changes = _per_world_changes(changes, len(positions))
        check_changes([change for own in other._changes for change in own], self.structure)
        other._begin(lambda block: self._gather(positions[block]))
        return other

    def _gather(self, positions: Sequence[int]) -> State:
        """The present state of these worlds, padded to two."""
        chosen = list(positions) * 2 if len(positions) == 1 else list(positions)
        parts = []
        for block in self._blocks:
            inside = [(at, w - block.worlds.start) for at, w in enumerate(chosen) if block.worlds.start <= w < block.worlds.stop]
            if inside:
                parts.append(([at for at, _ in inside], block.model.state.take(index([w for _, w in inside]))))
        if len(parts) == 1:
            return parts[0][1]
        order = np.argsort(np.concatenate([at for at, _ in parts]), kind="stable")
        return State(
            **{
                f.name: np.ascontiguousarray(np.concatenate([getattr(state, f.name) for _, state in parts], axis=-1)[..., order])
                for f in fields(State)
            }
        )

    @property
    def models(self) -> tuple[PackagingModel, ...]:
        """The Mesa models of the blocks of worlds, for those who want to look inside; do not step them."""
        return tuple(block.model for block in self._blocks)


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
        """A sentence for each government whose grants were cut because a cap or its purse did not suffice."""
        notes = []
        for j, name in enumerate(JURISDICTIONS):
            total = self._cuts_musd[:, j].sum(axis=0)
            cut = total > 0.5
            if cut.any():
                first = self.quarters[int(np.argmax((self._cuts_musd[:, j] > 0.5).any(axis=1)))]
                notes.append(
                    f"{name}: grants asked for were cut to what its caps and its purse left in {int(cut.sum())} of {len(total)} worlds, "
                    f"first in {first}, by {np.median(total[cut]):,.0f} M USD in the median of these worlds"
                )
        return notes

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
                raise SimulationError(f"{metric} of {entity} has no item {item!r}; allowed are {', '.join(map(repr, of_entity))}")
            entities = tuple(dict.fromkeys(e for e, _ in pairs))
            raise SimulationError(f"{metric} is not given for {entity!r}; allowed are {', '.join(entities)}.{nearest(entity, entities)}")
        return self._arrays[metric][:, pairs.index((entity, item))]

    def frame(self, metrics: Sequence[str] | None = None, entities: Sequence[str] | None = None) -> pd.DataFrame:
        """Tidy table: world, seed, quarter, metric, entity, item, value. Select with ``metrics`` and ``entities``."""
        parts = list(self.frames(metrics, entities, rows=None))
        return pd.concat(parts, ignore_index=True) if len(parts) > 1 else parts[0]

    def frames(
        self, metrics: Sequence[str] | None = None, entities: Sequence[str] | None = None, rows: int | None = 1_000_000
    ) -> Iterator[pd.DataFrame]:
        """The tidy table in pieces of about ``rows`` rows (None: one piece per metric), without ever holding all of it."""
        chosen = self.metrics if metrics is None else check_metrics(metrics)
        if not chosen:
            yield self._piece("", [], slice(0, 0))
        for metric in chosen:
            self._known(metric)
            at = [n for n, (entity, _) in enumerate(self._series[metric]) if entities is None or entity in entities]
            per_quarter = max(len(at) * len(self.seeds), 1)
            step = len(self.quarters) if rows is None else max(rows // per_quarter, 1)
            for first in range(0, max(len(self.quarters), 1), max(step, 1)):
                yield self._piece(metric, at, slice(first, min(first + max(step, 1), len(self.quarters))))

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


# ------------------------------------------------------------------------------------------------------------ checks


def check_seeds(seeds: Sequence[int]) -> tuple[int, ...]:
    """Seeds as plain integers; SimulationError where there are none or one is no whole number from 0 to 2**64 - 1."""
    found = tuple(seeds)
    if not found:
        raise SimulationError("at least one world is needed: give one seed per world")
    for seed in found:
        if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or not 0 <= int(seed) <= LARGEST_SEED:
            raise SimulationError(f"a seed is a whole number from 0 to 2**64 - 1; found {seed!r}")
    return tuple(int(seed) for seed in found)


def check_metrics(metrics: Sequence[str] | None) -> tuple[str, ...]:
    """Known metric names in the catalogue's order; all of them for None."""
    if metrics is None:
        return tuple(METRICS)
    wanted = [metrics] if isinstance(metrics, str) else list(metrics)
    for name in wanted:
        if name not in METRICS:
            raise SimulationError(f"unknown metric {name!r}; allowed are {', '.join(METRICS)}.{nearest(name, tuple(METRICS))}")
    return tuple(name for name in METRICS if name in wanted)


def check_agents(agents: Mapping[str, type[Producer]], scenario: Scenario) -> dict[str, type[Producer]]:
    """Firm -> class, where the firm exists and the class is of its kind."""
    for name, kind in agents.items():
        if name not in scenario.firms:
            firms = tuple(scenario.firms)
            raise SimulationError(f"unknown firm {name!r} in {scenario.name}; allowed are {', '.join(firms)}.{nearest(name, firms)}")
        expected = KINDS[scenario.firms[name].kind]
        if not (isinstance(kind, type) and issubclass(kind, expected)):
            raise SimulationError(f"{name} is a {scenario.firms[name].kind}: its class must derive from {expected.__name__}; found {kind!r}")
    return dict(agents)


def _per_world_changes(changes: Sequence[Change] | Sequence[Sequence[Change]], n_worlds: int) -> list[tuple[Change, ...]]:
    listed = list(changes)
    if all(isinstance(change, Change) for change in listed):
        return [tuple(c for c in listed if isinstance(c, Change))] * n_worlds
    own = [tuple(change) if not isinstance(change, Change) else (change,) for change in listed]
    if len(own) != n_worlds:
        raise SimulationError(f"changes per world must be as many as worlds ({n_worlds}); found {len(own)}")
    return own


def _per_world_policies(
    policies: Policies, scenario: Scenario, n_worlds: int, only_given: bool = False
) -> dict[str, list[Strategy]]:
    """Government -> its strategy in every world; one that is not named follows the scenario's history."""
    governments = [name for name in JURISDICTIONS if name in scenario.jurisdictions]
    seated = tuple(name for name in governments if scenario.jurisdictions[name].government is not None)
    out: dict[str, list[Strategy]] = {}
    if not only_given:
        for name in seated:
            history = Policy.of_history(scenario, name)
            if history.settings:
                out[name] = [Script(history)] * n_worlds
    for name, chosen in policies.items():
        if name not in seated:
            raise SimulationError(f"unknown government {name!r} in {scenario.name}; allowed are {', '.join(seated)}.{nearest(name, seated)}")
        if isinstance(chosen, list | tuple):
            if len(chosen) != n_worlds:
                raise SimulationError(f"policies of {name}: one per world ({n_worlds}) or a single one; found {len(chosen)}")
            known: list[tuple[object, Strategy]] = []
            listed = []
            for policy in chosen:
                match = next((s for given, s in known if given is policy or given == policy), None)
                if match is None:
                    match = resolve(policy, scenario, name)
                    known.append((policy, match))
                listed.append(match)
            out[name] = listed
        else:
            out[name] = [resolve(chosen, scenario, name)] * n_worlds
    return {name: out[name] for name in sorted(out, key=PLACE_OF.__getitem__)}


def resolve(policy: Any, scenario: Scenario, government: str) -> Strategy:
    """The strategy that a policy, a bot's name or a strategy stands for, beside the history before play begins.

    Raises SimulationError for an unknown bot and PolicyError for a policy that the scenario or the role forbids.
    """
    before = Policy.of_history(scenario, government).before(Quarter.parse(scenario.play_from))
    if isinstance(policy, Policy):
        policy.check(scenario, government)
        return Script(before + policy)
    if isinstance(policy, str):
        if policy not in BOTS:
            raise SimulationError(f"unknown bot {policy!r}; allowed are {', '.join(BOTS)}.{nearest(policy, tuple(BOTS))}")
        return TakenOver(before, BOTS[policy])
    if hasattr(policy, "decide"):
        return TakenOver(before, policy)
    raise SimulationError(f"a policy is a Policy, the name of a bot ({', '.join(BOTS)}) or a strategy with decide(); found {policy!r}")


def _describe(chosen: Any) -> str:
    if isinstance(chosen, list | tuple):
        return " | ".join(dict.fromkeys(_describe(one) for one in chosen))
    return chosen if isinstance(chosen, str) else str(chosen) if isinstance(chosen, Policy) else type(chosen).__name__
