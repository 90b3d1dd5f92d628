"""The dated decisions of one government, laid open so that any of them can be left out - those of a scenario's history as well.

``simulate`` keeps what history decided before play begins, whatever policy it is given. To ask what would have been without
such a decision, the government's history is taken out of the scenario here and handed over whole, as a policy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from policygame.asking import Policies
from policygame.catalogue import JURISDICTIONS, Quarter
from policygame.foresight.worlds import ForesightError, check_worlds, whole
from policygame.model.changes import Change
from policygame.scenario import Policy, Scenario, Setting, load_scenario
from policygame.scenario.setting import unknown
from policygame.simulation import Simulation


@dataclass(frozen=True)
class Decided:
    """What a government decides, and what of it can be left out.

    scenario : without the government's history, which stands in the policies
    policy : the decisions that are asked about; kept : those that stay whatever is left out
    """

    scenario: Scenario
    government: str
    policy: Policy
    kept: Policy

    @property
    def whole(self) -> Policy:
        """All decisions."""
        return self.kept + self.policy

    @property
    def nothing(self) -> Policy:
        """None of the decisions that are asked about."""
        return self.kept

    def without(self, decision: int) -> Policy:
        """All decisions but one."""
        return self.kept + self.policy.without(decision)

    def setting(self, decision: int) -> Setting:
        """The decision at an index; ForesightError lists those that there are."""
        settings = self.policy.settings
        if not whole(decision) or not 0 <= decision < len(settings):
            listed = "".join(f"\n  {i}  {setting}" for i, setting in enumerate(settings))
            raise ForesightError(f"{self.government} has no decision {decision!r}; allowed are 0 to {len(settings) - 1}:{listed}")
        return settings[decision]

    def begins(self, settings: Sequence[Setting]) -> int:
        """The quarter, counted from the scenario's start, until which worlds with and without these are the same."""
        first, end = Quarter.parse(self.scenario.start), Quarter.parse(self.scenario.end)
        return min(max(min(setting.quarter for setting in settings) - first, 0), end - first)

    def past(
        self,
        settings: Sequence[Setting],
        worlds: int,
        seeds: Sequence[int] | None,
        policies: Policies | None,
        changes: Sequence[Change],
        metrics: Sequence[str],
    ) -> Simulation:
        """The worlds as they stand when the first of these decisions is taken."""
        check_worlds(worlds, seeds)
        chosen = dict(policies or {}) | {self.government: self.whole}
        simulation = Simulation(
            self.scenario, range(1, worlds + 1) if seeds is None else seeds, chosen, changes=changes, metrics=metrics
        )
        return simulation.run(self.begins(settings))


def decided(scenario: Scenario | str, government: str, policy: Policy | None, policies: Policies | None) -> Decided:
    """The decisions of ``policy`` (default: of the scenario's history), beside those that history took before play begins."""
    resolved = load_scenario(scenario) if isinstance(scenario, str) else scenario
    if not isinstance(resolved, Scenario):
        raise ForesightError("the same history without a decision is played from a scenario's start; give a scenario or its name")
    seated = tuple(n for n in JURISDICTIONS if n in resolved.jurisdictions and resolved.jurisdictions[n].government is not None)
    if government not in seated:
        raise ForesightError(unknown("government", government, seated))
    if government in (policies or {}):
        raise ForesightError(f"the policy of {government} is the argument policy; policies is for the other governments")
    if policy is not None and not isinstance(policy, Policy):
        raise ForesightError(f"one decision of many can be left out of dated decisions only: a Policy; found {policy!r}")
    history = Policy.of_history(resolved, government)
    kept = Policy() if policy is None else history.before(Quarter.parse(resolved.play_from))
    asked = history if policy is None else policy
    if not asked.settings:
        raise ForesightError(f"{government} decides nothing in {'this policy' if policy is not None else resolved.name}")
    others = {name: entries for name, entries in resolved.history.items() if name != government}
    return Decided(resolved.model_copy(update={"history": others}), government, asked, kept)
