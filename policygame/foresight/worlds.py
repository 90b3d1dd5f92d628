"""The worlds that a question is asked in: opened from a scenario, or branched from a simulation's present state.

Every question of ``foresight`` is more worlds of the same engine. Here they are opened and run beside each other under common
random numbers; what is asked of them is in the module of each question. Nothing here or above steps the model: that is
``simulation``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from policygame.asking import LARGEST_SEED, Policies, check_seeds
from policygame.catalogue import Quarter
from policygame.errors import UserError
from policygame.model.agents.scripts import Script, TakenOver
from policygame.model.arrays import Array
from policygame.model.changes import Change
from policygame.model.state import State
from policygame.result import Result
from policygame.scenario import Policy, Scenario, Setting
from policygame.simulation import Simulation

Source = Simulation | Scenario | str
"""Where a question starts: a running simulation (its present state), or a scenario, shipped name or path (its start)."""
AnyChanges = Sequence[Change] | Sequence[Sequence[Change]]
WORLDS_AT_ONCE = 1024
"""Worlds that are held in memory at a time when many variants are run beside each other."""


class ForesightError(UserError):
    """A question that cannot be answered as asked."""


def open_worlds(
    source: Source,
    worlds: int,
    seeds: Sequence[int] | None,
    world: int | None = None,
    *,
    policies: Policies | None = None,
    changes: AnyChanges | None = None,
    metrics: Sequence[str] | None = None,
) -> Simulation:
    """The worlds of a question, ready to run.

    Parameters
    ----------
    source : from a scenario, worlds start with it; from a simulation, they continue its present state, which is not touched
    worlds, seeds : ``seeds``, one per world; else ``worlds`` seeds - 1, 2, ... from a scenario, and from a simulation the
        numbers that follow its largest seed, so that no answer is drawn from the shocks that are really to come. To ask about
        just those, pass ``seeds=simulation.seeds``
    world : position of the simulation's world to continue; default: all of them in turn (world ``i`` continues ``i % n``)
    policies, changes, metrics : as in ``simulate``; from a simulation they replace those in force, and default to them
    """
    check_worlds(worlds, seeds)
    if not isinstance(source, Simulation):
        if world is not None:
            raise ForesightError("a world is chosen from a running simulation; from a scenario, choose seeds instead")
        chosen = range(1, worlds + 1) if seeds is None else seeds
        return Simulation(source, chosen, policies, changes=() if changes is None else changes, metrics=metrics)
    n = len(source.seeds)
    if world is not None and (not whole(world) or not 0 <= world < n):
        raise ForesightError(f"world {world!r} does not exist; allowed are 0 to {n - 1}")
    chosen_seeds = fresh_seeds(source.seeds, worlds) if seeds is None else check_seeds(seeds)
    positions = [i % n if world is None else int(world) for i in range(len(chosen_seeds))]
    _refuse_new_past(source, policies or {})
    return source.branch(positions, seeds=chosen_seeds, policies=policies, changes=changes, metrics=metrics)


def whole(value: object) -> bool:
    """Whether a value is a whole number (True and False are none)."""
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def number(value: object) -> bool:
    """Whether a value is a number."""
    return whole(value) or isinstance(value, float | np.floating)


def check_worlds(worlds: int, seeds: Sequence[int] | None) -> None:
    """ForesightError where worlds are counted and the count is no whole number from 1 on."""
    if seeds is None and (not whole(worlds) or worlds <= 0):
        raise ForesightError(f"worlds is a whole number, 1 or more; found {worlds!r}")


def let_go(simulation: Simulation) -> None:
    """Free the memory of worlds that nobody will run on; the simulation cannot be used any more.

    A model and its agents refer to each other in circles, which Python frees late: without this, gigabytes of arrays wait for it.
    """
    for model in simulation.models:
        vars(model).clear()


def fresh_seeds(taken: Sequence[int], n: int) -> tuple[int, ...]:
    """``n`` seeds that follow the largest of ``taken``, none of them among these.

    >>> fresh_seeds([7, 3], 3)
    (8, 9, 10)
    """
    used, found, seed = set(taken), list[int](), max(taken)
    while len(found) < n:
        seed = (seed + 1) % (LARGEST_SEED + 1)
        if seed not in used:
            found.append(seed)
    return tuple(found)


def _refuse_new_past(source: Simulation, policies: Policies) -> None:
    """Refuse a policy with a decision that is dated before the present and was not taken: it could not begin any more."""
    now = source.structure.first + source.quarter
    for government, given in policies.items():
        for policy in given if isinstance(given, list | tuple) else (given,):
            if not isinstance(policy, Policy):
                continue
            taken = decisions_taken(source, government)
            for setting in policy.before(now).settings:
                if setting not in taken:
                    raise ForesightError(
                        f"{government}: '{setting}' is dated before {now}, where the simulation stands, and was not decided "
                        f"then; date it {now} or later, or ask from the scenario's start"
                    )


def decisions_taken(simulation: Simulation, government: str) -> tuple[Setting, ...]:
    """The dated decisions of a government in any of the simulation's worlds; a bot has none but the history before play began."""
    if government not in simulation.scenario.jurisdictions:
        return ()  # whoever opens the worlds says which governments there are
    history = Policy.of_history(simulation.scenario, government)
    found = list(history.before(Quarter.parse(simulation.scenario.play_from)).settings)
    for strategy in dict.fromkeys(simulation._policies.get(government, [])):
        dated = Policy()
        if isinstance(strategy, Script):
            dated = strategy.policy
        elif isinstance(strategy, TakenOver):
            dated = strategy.before
        found.extend(setting for setting in dated.settings if setting not in found)
    return tuple(found)


def changes_in_force(simulation: Simulation) -> list[tuple[Change, ...]]:
    """The changes of each world, in its order."""
    return list(simulation._changes)


def quarters_left(simulation: Simulation, quarters: int | None) -> int:
    """How many quarters to run: ``quarters``, or fewer where the scenario ends sooner; None: to its end."""
    left = simulation.structure.n_quarters - simulation.quarter
    if quarters is not None and (not whole(quarters) or quarters <= 0):
        raise ForesightError(f"quarters is a whole number, 1 or more; found {quarters!r}")
    if left == 0:
        name, end = simulation.scenario.name, simulation.scenario.end
        raise ForesightError(f"the simulation stands at the end of {name} ({end}): nothing follows")
    return left if quarters is None else min(int(quarters), left)


def run_to(simulation: Simulation, start: str | Quarter | None) -> None:
    """Advance to ``start``; default: to the beginning of play, or not at all where that has begun."""
    structure = simulation.structure
    now, end = structure.first + simulation.quarter, structure.first + structure.n_quarters - 1
    if start is None:
        simulation.run(max(structure.play_from - simulation.quarter, 0))
        return
    try:
        quarter = start if isinstance(start, Quarter) else Quarter.parse(start)
    except ValueError as error:
        raise ForesightError(str(error)) from None
    if not now <= quarter <= end:
        raise ForesightError(f"{quarter} is out of reach; allowed are {now} to {end}")
    simulation.run(quarter - now)


def read_state(simulation: Simulation, read: Callable[[State], Array]) -> Array:
    """``read`` of the present state of every world, (..., world)."""
    parts = [read(model.state) for model in simulation.models]
    whole = parts[0] if len(parts) == 1 else np.concatenate(parts, axis=-1)
    return whole[..., : len(simulation.seeds)]  # a lone last world is run padded to two


@dataclass(frozen=True)
class Beside:
    """Variants of the same worlds, run beside each other: variant ``v`` of world ``w`` differs from the others by its variant
    alone.

    ``seeds`` one per world, ``quarters`` those run, ``n_variants`` how many there are.
    """

    seeds: tuple[int, ...]
    quarters: tuple[Quarter, ...]
    n_variants: int
    results: tuple[Result, ...]

    def array(self, metric: str, entity: str = "world", item: str = "") -> Array:
        """(variant, quarter, world) of one series, in the metric's unit."""
        parts = [self._by_variant(result.array(metric, entity, item)) for result in self.results]
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def series(self, metric: str) -> tuple[tuple[str, str], ...]:
        """(entity, item) pairs of a metric."""
        return self.results[0].series(metric)

    @property
    def metrics(self) -> tuple[str, ...]:
        """Metrics that were recorded."""
        return self.results[0].metrics

    def _by_variant(self, array: Array) -> Array:
        shaped = array.reshape(array.shape[0], -1, len(self.seeds))
        return np.ascontiguousarray(shaped.transpose(1, 0, 2))


def run_beside(
    simulation: Simulation,
    quarters: int,
    *,
    changes: Sequence[Sequence[Change]] | None = None,
    policies: Mapping[str, Sequence[Policy]] | None = None,
) -> Beside:
    """Continue all worlds of ``simulation`` once per variant, with the same shocks and draws, for ``quarters``.

    ``changes`` are added, per variant, to those in force; ``policies`` give a government its policy per variant.
    """
    n = len(simulation.seeds)
    n_variants = len(changes) if changes is not None else len(next(iter((policies or {}).values())))
    step = max(WORLDS_AT_ONCE // n, 1)
    present = changes_in_force(simulation)
    results = []
    for first in range(0, n_variants, step):
        variants = range(first, min(first + step, n_variants))
        own = None if changes is None else [(*present[w], *changes[v]) for v in variants for w in range(n)]
        chosen = {name: [listed[v] for v in variants for _ in range(n)] for name, listed in (policies or {}).items()}
        branch = simulation.branch(list(range(n)) * len(variants), changes=own, policies=chosen)
        results.append(branch.run(quarters).result())
    return Beside(simulation.seeds, tuple(results[0].quarters), n_variants, tuple(results))
