"""What is asked of a simulation - seeds, metrics, agents, policies, changes - checked and laid out world by world.

Every error is a sentence for people with the allowed values. Running what was asked is ``simulation``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from policygame.bots import BOTS
from policygame.catalogue import JURISDICTIONS, METRICS, Quarter, nearest
from policygame.errors import UserError
from policygame.model.agents import Producer, Strategy
from policygame.model.agents.scripts import Script, TakenOver
from policygame.model.arrays import Array
from policygame.model.changes import Change
from policygame.model.model import KINDS
from policygame.model.structure import PLACE_OF
from policygame.scenario import Policy, Scenario

LARGEST_SEED = 2**64 - 1

AnyPolicy = Policy | str | Strategy
Policies = Mapping[str, AnyPolicy | Sequence[AnyPolicy]]


class SimulationError(UserError):
    """A simulation that cannot be run as asked."""


def check_seeds(seeds: Sequence[int]) -> tuple[int, ...]:
    """Seeds as plain integers; SimulationError where there are none or one is no whole number from 0 to 2**64 - 1."""
    given: Any = seeds
    if not isinstance(given, Iterable) or isinstance(given, str | bytes):
        raise SimulationError(f"seeds is a sequence of whole numbers, one per world, like range(1, 65); found {given!r}")
    found = tuple(seeds)
    if not found:
        raise SimulationError("at least one world is needed: give one seed per world")
    for seed in found:
        if not is_count(seed) or int(seed) > LARGEST_SEED:
            raise SimulationError(f"a seed is a whole number from 0 to 2**64 - 1; found {seed!r}")
    return tuple(int(seed) for seed in found)


def is_count(number: Any) -> bool:
    """Whether it is a whole number, 0 or more."""
    return isinstance(number, int | np.integer) and not isinstance(number, bool) and int(number) >= 0


def check_metrics(metrics: Sequence[str] | None) -> tuple[str, ...]:
    """Known metric names in the catalogue's order; all of them for None."""
    if metrics is None:
        return tuple(METRICS)
    wanted = [metrics] if isinstance(metrics, str) else list(metrics)
    for name in wanted:
        if name not in METRICS:
            raise SimulationError(f"unknown metric {name!r}; allowed are {', '.join(METRICS)}.{nearest(name, tuple(METRICS))}")
    return tuple(name for name in METRICS if name in wanted)


def check_numbers(numbers: Mapping[str, Any], scenario: Scenario, worlds: int) -> dict[str, Array]:
    """Values by the address of their number, (world,) each; SimulationError for an unknown one, or a value beyond its bounds."""
    if not numbers:
        return {}
    allowed = {found.path: found.field for found in scenario.numbers()}
    checked: dict[str, Array] = {}
    for path, value in numbers.items():
        if path not in allowed:
            raise SimulationError(f"{scenario.name} has no number at {path!r}.{nearest(path, tuple(allowed))}")
        unit = allowed[path]
        if not unit.varies:
            raise SimulationError(f"{path} is the same in every world; change it in a scenario of your own")
        given = np.asarray(value, dtype=float)
        if given.shape not in ((), (worlds,)):
            raise SimulationError(f"{path} takes a value, or one for each of {worlds} worlds; found the shape {given.shape}")
        low, high = -np.inf if unit.low is None else unit.low, np.inf if unit.high is None else unit.high
        if not bool(np.all((given >= low) & (given <= high))):
            raise SimulationError(f"{path}: found values from {given.min():g} to {given.max():g}; allowed {unit.allowed}")
        checked[path] = np.broadcast_to(given, (worlds,)).copy()
    return checked


def check_agents(agents: Mapping[str, type[Producer]], scenario: Scenario) -> dict[str, type[Producer]]:
    """Firm -> class, where the firm exists and the class is of its kind."""
    for name, kind in agents.items():
        if name not in scenario.firms:
            firms = tuple(scenario.firms)
            raise SimulationError(
                f"unknown firm {name!r} in {scenario.name}; allowed are {', '.join(firms)}.{nearest(name, firms)}"
            )
        expected = KINDS[scenario.firms[name].kind]
        given: Any = kind
        if not (isinstance(given, type) and issubclass(given, expected)):
            its_kind = scenario.firms[name].kind
            raise SimulationError(
                f"{name} is of the kind {its_kind}: its class must derive from {expected.__name__}; found {given!r}"
            )
    return dict(agents)


def per_world_changes(changes: Sequence[Change] | Sequence[Sequence[Change]], n_worlds: int) -> list[tuple[Change, ...]]:
    listed: list[Any] = list(changes)
    if all(isinstance(change, Change) for change in listed):
        return [tuple(c for c in listed if isinstance(c, Change))] * n_worlds
    own = [tuple(change) if not isinstance(change, Change) else (change,) for change in listed]
    if len(own) != n_worlds:
        raise SimulationError(f"changes per world must be as many as worlds ({n_worlds}); found {len(own)}")
    return own


def per_world_policies(
    policies: Policies, scenario: Scenario, n_worlds: int, only_given: bool = False
) -> dict[str, list[Strategy]]:
    """Government -> its strategy in every world; one that is not named follows the scenario's history."""
    asked: Any = policies
    if not isinstance(asked, Mapping):
        raise SimulationError(f"policies map a government to its policy, like {{'USA': 'whole-chain'}}; found {asked!r}")
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
            raise SimulationError(
                f"unknown government {name!r} in {scenario.name}; allowed are {', '.join(seated)}.{nearest(name, seated)}"
            )
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

    A ``Script`` is taken as it stands: it says all, history included, and whoever made it has judged it (a game does, turn by turn,
    where a policy is judged as if its last decisions held to the scenario's end).

    Raises SimulationError for an unknown bot and PolicyError for a policy that the scenario or the role forbids.
    """
    before = Policy.of_history(scenario, government).before(Quarter.parse(scenario.play_from))
    if isinstance(policy, Script):
        return policy
    if isinstance(policy, Policy):
        policy.check(scenario, government)
        return Script(before + policy)
    if isinstance(policy, str):
        if policy not in BOTS and " " in policy.strip():
            raise SimulationError(
                f"{policy!r} is a text, not a bot; lines of a policy are read by Policy.parse(...) or Policy.read(path)"
            )
        if policy not in BOTS:
            raise SimulationError(f"unknown bot {policy!r}; allowed are {', '.join(BOTS)}.{nearest(policy, tuple(BOTS))}")
        return TakenOver(before, BOTS[policy])
    if hasattr(policy, "decide"):
        return TakenOver(before, policy)
    raise SimulationError(
        f"a policy is a Policy, the name of a bot ({', '.join(BOTS)}) or a strategy with decide(); found {policy!r}"
    )


def describe(chosen: Any) -> str:
    if isinstance(chosen, list | tuple):
        return " | ".join(dict.fromkeys(describe(one) for one in chosen))
    if isinstance(chosen, str | Policy):
        return str(chosen)
    return str(getattr(chosen, "name", type(chosen).__name__))
