"""Run a scenario in many worlds, and hold what came out.

``simulate`` is the one way in: it resolves policies and bots, steps the model, and gathers the metrics. A ``Simulation`` is the
same, held open: it can be advanced quarter by quarter and branched into other worlds, policies and shocks. Nothing else in the
program steps the model. Worlds are run in blocks that fit the processor's cache; a block never knows its neighbours.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np

from policygame.asking import (
    LARGEST_SEED,
    Policies,
    SimulationError,
    check_agents,
    check_metrics,
    check_numbers,
    check_seeds,
    describe,
    is_count,
    per_world_changes,
    per_world_policies,
)
from policygame.model.agents import Producer, Strategy
from policygame.model.agents.government import Seat
from policygame.model.arrays import Array, index
from policygame.model.changes import Change, check_changes
from policygame.model.metrics import Metrics
from policygame.model.model import PackagingModel
from policygame.model.state import State
from policygame.model.structure import N_PLACES, Structure
from policygame.model.supply_graph import SupplyGraph
from policygame.model.worlds import Values
from policygame.result import Result
from policygame.scenario import Scenario, load_scenario

BLOCK_ROWS_TIMES_WORLDS = 88_000
"""Lines x worlds of one block: fewer, and the interpreter takes most of the time; more, and a quarter no longer fits a small cache."""
Progress = Callable[[int, int], None]

__all__ = [
    "LARGEST_SEED",
    "Policies",
    "Progress",
    "Result",
    "Simulation",
    "SimulationError",
    "check_metrics",
    "check_seeds",
    "simulate",
]


def simulate(
    scenario: Scenario | str,
    seeds: Sequence[int],
    policies: Policies | None = None,
    quarters: int | None = None,
    changes: Sequence[Change] | Sequence[Sequence[Change]] = (),
    agents: Mapping[str, type[Producer]] | None = None,
    metrics: Sequence[str] | None = None,
    progress: Progress | None = None,
    numbers: Mapping[str, float | Array] | None = None,
) -> Result:
    """Run ``scenario`` in one world per seed and return its metrics.

    Parameters
    ----------
    scenario : a scenario, the name of a shipped one, or a path
    seeds : one world each; a world's shocks and drawn numbers are functions of its seed alone
    policies : government -> Policy, name of a bot, or strategy - or a sequence of these, one per world. A government without an
        entry follows the scenario's history
    quarters : how many to run from the scenario's start; default: to its end
    changes : changes of the experiment in all worlds, or a sequence of such, one per world
    agents : firm -> subclass of its class with its own rules
    metrics : what to record; default: all of the catalogue
    progress : called with (quarters done, quarters in all)
    numbers : address of a number of the scenario -> its value, or an array with one for each world; replaces what the scenario states

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
    simulation = Simulation(scenario, seeds, policies, changes=changes, agents=agents, metrics=metrics, numbers=numbers)
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
        numbers: Mapping[str, float | Array] | None = None,
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
        self._given = check_numbers(numbers or {}, resolved, len(self.seeds))
        self._policies = per_world_policies(policies or {}, resolved, len(self.seeds))
        self._changes = per_world_changes(changes, len(self.seeds))
        self._described = {name: describe(chosen) for name, chosen in (policies or {}).items()}
        self._fresh = frozenset(self._policies)
        check_changes([change for own in self._changes for change in own], self.structure)
        self._begin(None, None)

    def _begin(self, states: Callable[[slice], State] | None, parent: Simulation | None) -> None:
        """Build the models: from ``states`` if given, with what ``parent`` and the blocks before, of the same structure, compiled."""
        # numbers that are given belong to positions, not to seeds, so models that have them share nothing
        compiled = {} if parent is None or self._given else {model.seeds: model for model in parent.models}
        first_model = None if parent is None else parent.models[0]
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
                Values(
                    seeds,
                    self._numbers,
                    {path: given[positions] for path, given in self._given.items()},
                    self.scenario.draws,
                ),
                seats=self._seats(positions),
                changes=self._block_changes(positions),
                agents=self.agents,
                state=None if states is None else states(worlds),
                quarter=self.quarter,
                like=compiled.get(tuple(seeds), first_model),
                same_values=tuple(seeds) in compiled,
            )
            first_model = first_model or model
            self._blocks.append(_Block(worlds, model, padded))
        self._measured: Metrics = Metrics(self._blocks[0].model) if parent is None else parent._measured
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
        """Each change with the worlds of this block that it acts in; one that is made twice in a world acts twice there."""
        found: dict[tuple[Change, int], list[int]] = {}
        for at, world in enumerate(positions):
            made: dict[Change, int] = {}
            for change in self._changes[world]:
                if change.worlds is None or world in change.worlds:
                    made[change] = made.get(change, 0) + 1
                    found.setdefault((change, made[change]), []).append(at)
        return [change.within(tuple(members)) for (change, _), members in found.items()]

    # running ---------------------------------------------------------------------------------------------------------

    def run(self, quarters: int = 1, progress: Progress | None = None) -> Simulation:
        """Advance all worlds by ``quarters``; refuses to go beyond the scenario's end. Returns itself."""
        left = self.structure.n_quarters - self.quarter
        if not is_count(quarters):
            raise SimulationError(f"quarters is a whole number, 0 or more; found {quarters!r}")
        if quarters > left:
            raise SimulationError(
                f"{quarters} quarters go beyond the end of {self.scenario.name} ({self.scenario.end}); at most {left} are left"
            )
        n = len(self.seeds)
        fresh = self._room_for(quarters)
        cuts = np.zeros((quarters, 2, N_PLACES, n))
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

    def _room_for(self, quarters: int) -> dict[str, Array]:
        """An array (quarter, series, world) for every metric, cut from one piece of memory: many pieces take longer to come by."""
        shapes = {metric: (quarters, len(self._measured.series[metric]), len(self.seeds)) for metric in self.metrics}
        whole = np.empty(sum(math.prod(shape) for shape in shapes.values()))
        fresh, first = {}, 0
        for metric, shape in shapes.items():
            fresh[metric] = whole[first : first + math.prod(shape)].reshape(shape)
            first += math.prod(shape)
        return fresh

    def _recorder(self, fresh: Mapping[str, Array], cuts: Array, t: int, block: _Block) -> Callable[[PackagingModel], None]:
        """What phase 9 of a block does in quarter ``t`` of this run: measure every metric into its array."""

        def record(model: PackagingModel) -> None:
            for metric, array in fresh.items():
                self._measured.measure_into(array[t, :, block.worlds], model, metric)
            cut = model.now.award_cut_musd
            cuts[t, :, :, block.worlds] = cut[..., :1] if block.padded else cut

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
        cuts = np.concatenate(self._cuts) if self._cuts else np.zeros((0, 2, N_PLACES, len(self.seeds)))
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
        numbers from now on (default: their own, which costs less to open). ``policies`` replaces those in force, government by
        government; ``changes`` replaces all changes.
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
        other._given = {path: given[positions] for path, given in self._given.items()}
        other.seeds = tuple(self.seeds[w] for w in positions) if seeds is None else check_seeds(seeds)
        if len(other.seeds) != len(positions):
            raise SimulationError(f"a branch into {len(positions)} worlds needs as many seeds; found {len(other.seeds)}")
        other.metrics = self.metrics if metrics is None else check_metrics(metrics)
        other.start_index = other.quarter = self.quarter
        other._policies = {name: [chosen[w] for w in positions] for name, chosen in self._policies.items()}
        other._policies.update(per_world_policies(policies or {}, self.scenario, len(positions), only_given=True))
        other._fresh = frozenset(policies or {}) if self.quarter else frozenset(other._policies)
        other._described = self._described | {name: describe(chosen) for name, chosen in (policies or {}).items()}
        if changes is None:
            other._changes = [self._changes[w] for w in positions]
        else:
            other._changes = per_world_changes(changes, len(positions))
        check_changes([change for own in other._changes for change in own], self.structure)
        other._begin(lambda block: self._gather(positions[block]), self)
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
