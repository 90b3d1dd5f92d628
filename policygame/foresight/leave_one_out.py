"""Which decision mattered: the same worlds with each decision of a policy left out in turn.

The effects of single decisions need not add up: two grants for one thing replace each other, and a grant may need a workforce.
What is left over is shown, not spread.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from policygame.asking import Policies, check_metrics
from policygame.catalogue import Quarter
from policygame.foresight.decisions import decided
from policygame.foresight.shown import Shown
from policygame.foresight.summaries import spread, stacked
from policygame.foresight.worlds import Beside, ForesightError, quarters_left, run_beside
from policygame.model.arrays import Array
from policygame.model.changes import Change
from policygame.scenario import Policy, Scenario, Setting

TOTAL, REMAINDER = "all decisions", "interaction"
METRICS = ("compute_delivered_kh100e", "packaging_capacity_kwpm")
Over = Literal["last", "sum", "all"]


@dataclass(frozen=True, repr=False)
class Attribution(Shown):
    """What each decision of a government did. Worlds differ by the decision alone.

    decisions : first axis of effects; quarters : from the first decision on, before which nothing differs; seeds : one per world
    """

    government: str
    decisions: tuple[Setting, ...]
    beside: Beside

    @property
    def quarters(self) -> tuple[Quarter, ...]:
        """Quarters that effects are given for."""
        return self.beside.quarters

    @property
    def seeds(self) -> tuple[int, ...]:
        """One per world."""
        return self.beside.seeds

    def effect(self, metric: str, entity: str = "world", item: str = "") -> Array:
        """(decision, quarter, world): with all decisions less without this one, in the metric's unit."""
        values = self.beside.array(metric, entity, item)
        effect: Array = values[0] - values[2:]
        return effect

    def total(self, metric: str, entity: str = "world", item: str = "") -> Array:
        """(quarter, world): with all decisions less with none of them, in the metric's unit."""
        values = self.beside.array(metric, entity, item)
        total: Array = values[0] - values[1]
        return total

    def remainder(self, metric: str, entity: str = "world", item: str = "") -> Array:
        """(quarter, world): the total less the sum of the effects: what decisions do to each other."""
        remainder: Array = self.total(metric, entity, item) - self.effect(metric, entity, item).sum(axis=0)
        return remainder

    def frame(
        self, metrics: Sequence[str] | None = None, entities: Sequence[str] | None = ("world",), over: Over = "last"
    ) -> pd.DataFrame:
        """Table: decision (its line; then ``all decisions`` and ``interaction``), quarter, metric, entity, item; mean, median,
        p05, p95 (in the metric's unit), share_positive (of worlds) and standard_error of the effect.

        ``over``: the last quarter; the sum over all quarters (for flows; quarter is then empty); or all quarters, one by one.
        ``entities`` selects; None: all.
        """
        if over not in ("last", "sum", "all"):
            raise ForesightError(f"over is 'last', 'sum' or 'all'; found {over!r}")
        parts = []
        for metric in self.beside.metrics if metrics is None else metrics:
            for entity, item in self.beside.series(metric):
                if entities is not None and entity not in entities:
                    continue
                effect, total = self.effect(metric, entity, item), self.total(metric, entity, item)
                everything = np.concatenate([effect, total[None], (total - effect.sum(axis=0))[None]])
                parts.append(self._table(metric, entity, item, everything, over))
        if not parts:
            raise ForesightError(f"none of the metrics is given for {', '.join(entities or ())}; use entities=None to see all")
        return stacked(parts)

    def _table(self, metric: str, entity: str, item: str, effects: Array, over: Over) -> pd.DataFrame:
        names = [*map(str, self.decisions), TOTAL, REMAINDER]
        quarters = [str(q) for q in self.quarters]
        if over == "sum":
            effects, quarters = effects.sum(axis=1, keepdims=True), [""]
        elif over == "last":
            effects, quarters = effects[:, -1:], quarters[-1:]
        table = {
            "decision": np.repeat(np.array(names, dtype=object), len(quarters)),
            "quarter": np.tile(np.array(quarters, dtype=object), len(names)),
        }
        constants = {"metric": metric, "entity": entity, "item": item}
        return pd.DataFrame(table).assign(**constants, **{name: values.reshape(-1) for name, values in spread(effects).items()})


def attribution(
    scenario: Scenario | str,
    government: str,
    policy: Policy | None = None,
    *,
    metrics: Sequence[str] = METRICS,
    worlds: int = 64,
    seeds: Sequence[int] | None = None,
    quarters: int | None = None,
    policies: Policies | None = None,
    changes: Sequence[Change] = (),
) -> Attribution:
    """Leave out every decision of a policy in turn, under the same shocks.

    Parameters
    ----------
    scenario : played from its start
    government, policy : whose decisions; default: those of the scenario's history
    metrics : what effects are wanted of
    worlds, seeds : one world per seed, 1, 2, ... unless ``seeds`` says otherwise
    quarters : how many from the first decision on; default: to the scenario's end
    policies, changes : of the other governments, and of the experiment, as in ``simulate``

    >>> from policygame import Policy, attribution
    >>> policy = Policy.parse('''
    ... 2023Q1 packaging_grant interposer_2_5d 0.5
    ... 2026Q1 packaging_rnd fan_out 10            # after the quarters that are asked about
    ... ''')
    >>> found = attribution("first-game", "USA", policy, worlds=2, quarters=8)
    >>> [bool(effect.any()) for effect in found.effect("packaging_capacity_kwpm", item="interposer_2_5d")]
    [True, False]
    """
    ask = decided(scenario, government, policy, policies)
    past = ask.past(ask.policy.settings, worlds, seeds, policies, changes, check_metrics(metrics))
    variants = [ask.whole, ask.nothing, *(ask.without(i) for i in range(len(ask.policy.settings)))]
    beside = run_beside(past, quarters_left(past, quarters), policies={government: variants})
    return Attribution(government, ask.policy.settings, beside)
