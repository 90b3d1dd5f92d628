"""What a decision added: the same history without it, under the same shocks, and what was paid for it.

A grant also pays for what firms would have built anyway; the counterfactual world shows how much. What ``created`` means is
capacity in the decider's jurisdiction; beside it stands what the world has more, for a grant may only have moved it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from policygame.asking import Policies
from policygame.catalogue import STAGES, TECHNOLOGIES, Quarter
from policygame.foresight.decisions import Decided, decided
from policygame.foresight.shown import Shown
from policygame.foresight.summaries import spread, stacked
from policygame.foresight.worlds import ForesightError, quarters_left, read_state
from policygame.model.arrays import Array, Index
from policygame.model.changes import Change
from policygame.model.state import State
from policygame.scenario import Policy, Scenario, Setting
from policygame.simulation import Simulation

_WAFERS = tuple(stage.id for stage in STAGES.values() if stage.kind == "wafers")


@dataclass(frozen=True, repr=False)
class Additionality(Shown):
    """A decision against the same worlds without it. Arrays are with the decision less without it, from its quarter on.

    stages : whose capacity is counted: what the decision's lever and item build
    created_kwpm, created_world_kwpm : (quarter, world) capacity in service at the end of the quarter, in the decider's
        jurisdiction and worldwide (for HBM, substrates and tools: in the stage's own unit)
    under_construction_kwpm : (quarter, world) ordered there, not yet in service
    paid_musd : (quarter, world) what the lever has cost the treasury so far, M USD
    built_anyway : (world,) while the decision was in force: net orders without it / net orders with it, clipped to [0, 1] - the
        part of what was supported that needed no support; NaN where nothing was ordered or nothing paid
    """

    government: str
    decision: Setting
    stages: tuple[str, ...]
    quarters: tuple[Quarter, ...]
    seeds: tuple[int, ...]
    created_kwpm: Array
    created_world_kwpm: Array
    under_construction_kwpm: Array
    paid_musd: Array
    built_anyway: Array

    @property
    def kwpm_per_musd(self) -> Array:
        """(world,) capacity created in the jurisdiction by the last quarter, per M USD paid until then; NaN where nothing was
        paid.
        """
        paid = self.paid_musd[-1]
        ratio: Array = self.created_kwpm[-1] / np.where(paid > 1e-6, paid, np.nan)
        return ratio

    def frame(self) -> pd.DataFrame:
        """Table: quarter, measure (the names of the arrays), mean, median, p05, p95, share_positive (of worlds),
        standard_error.
        """
        parts = []
        for measure in ("created_kwpm", "created_world_kwpm", "under_construction_kwpm", "paid_musd"):
            start = {"quarter": [str(q) for q in self.quarters], "measure": measure}
            parts.append(pd.DataFrame(start | spread(getattr(self, measure))))
        return stacked(parts)

    def summary(self) -> pd.DataFrame:
        """Table, one row per measure, at the last quarter: those of ``frame``, kwpm_per_musd and built_anyway; columns as
        there.
        """
        last = self.frame()
        last = last[last["quarter"] == str(self.quarters[-1])].drop(columns="quarter").reset_index(drop=True)
        shares = [
            pd.DataFrame([{"measure": name} | {column: float(x) for column, x in spread(values).items()}])
            for name, values in (("kwpm_per_musd", self.kwpm_per_musd), ("built_anyway", self.built_anyway))
        ]
        return stacked([last, *shares])


def additionality(
    scenario: Scenario | str,
    government: str,
    decision: int,
    policy: Policy | None = None,
    *,
    worlds: int = 64,
    seeds: Sequence[int] | None = None,
    quarters: int | None = None,
    policies: Policies | None = None,
    changes: Sequence[Change] = (),
) -> Additionality:
    """Play the same history with and without one decision.

    Parameters
    ----------
    scenario : played from its start
    government, policy : whose decisions; default: those of the scenario's history
    decision : index in ``policy.settings``
    worlds, seeds : one world per seed, 1, 2, ... unless ``seeds`` says otherwise
    quarters : how many from the decision on; default: to the scenario's end
    policies, changes : of the other governments, and of the experiment, as in ``simulate``

    >>> from policygame import Policy, additionality
    >>> policy = Policy.parse("2023Q1 packaging_grant interposer_2_5d 0.5 until 2024Q4")
    >>> found = additionality("first-game", "USA", 0, policy, worlds=4)
    >>> bool((found.paid_musd[-1] > 0).all()), found.stages
    (True, ('interposer_2_5d',))
    """
    ask = decided(scenario, government, policy, policies)
    setting = ask.setting(decision)
    past = ask.past([setting], worlds, seeds, policies, changes, ["outlay_musd"])
    n, total = len(past.seeds), quarters_left(past, quarters)
    stages = supported_stages(setting)
    lines = past.structure.lines
    here = [row for stage in stages for row in lines.rows(stage=stage, jurisdiction=government)]
    everywhere = [row for stage in stages for row in lines.rows(stage=stage)]
    begin = _standing(past, here) + _ordered(past, here)
    chosen = [ask.whole] * n + [ask.without(decision)] * n
    both = past.branch(list(range(n)) * 2, policies={government: chosen})
    standing, world, ordered = (np.empty((total, 2 * n)) for _ in range(3))
    for t in range(total):
        both.run(1)
        standing[t], world[t], ordered[t] = _standing(both, here), _standing(both, everywhere), _ordered(both, here)
    paid = np.cumsum(both.result().array("outlay_musd", f"government:{government}", setting.lever), axis=0)
    last = min(_quarters_in_force(ask, setting, past), total) - 1
    built = standing[last] + ordered[last] - np.tile(begin, 2)
    asked_for = np.where((built[:n] > 0.0) & (paid[-1, :n] > paid[-1, n:]), built[:n], np.nan)
    return Additionality(
        government=government,
        decision=setting,
        stages=stages,
        quarters=tuple(both.result().quarters),
        seeds=past.seeds,
        created_kwpm=standing[:, :n] - standing[:, n:],
        created_world_kwpm=world[:, :n] - world[:, n:],
        under_construction_kwpm=ordered[:, :n] - ordered[:, n:],
        paid_musd=paid[:, :n] - paid[:, n:],
        built_anyway=np.clip(built[n:] / asked_for, 0.0, 1.0),
    )


def supported_stages(setting: Setting) -> tuple[str, ...]:
    """The stages whose capacity a decision pays for, or makes worth building.

    >>> supported_stages(Policy.parse_line("2024Q1 tax_credit fabrication 0.2"))
    ('wafers_leading', 'wafers_advanced', 'wafers_mature')
    """
    if setting.item in STAGES and setting.lever != "export_control":
        return (setting.item,)
    if setting.item == "fabrication":
        return _WAFERS
    if setting.lever in ("tax_credit", "workforce"):
        return tuple(TECHNOLOGIES)
    raise ForesightError(
        f"'{setting}' builds no capacity; ask what it did with attribution. Additionality is for grants, tax credits, workforce, "
        "packaging R&D, supplier programmes and purchase commitments"
    )


def _standing(simulation: Simulation, rows: Sequence[int]) -> Array:
    """(world,) capacity in service on these lines."""
    return read_state(simulation, lambda state: state.capacity[_index(rows)].sum(axis=0))


def _ordered(simulation: Simulation, rows: Sequence[int]) -> Array:
    """(world,) capacity on order on these lines: tools waiting or in the making."""

    def read(state: State) -> Array:
        at = _index(rows)
        ordered: Array = state.tool_backlog[at].sum(axis=0) + state.tools_in_transit[:, at].sum(axis=(0, 1))
        return ordered

    return read_state(simulation, read)


def _index(rows: Sequence[int]) -> Index:
    return np.asarray(rows, dtype=np.intp)


def _quarters_in_force(ask: Decided, setting: Setting, past: Simulation) -> int:
    """How many quarters from the decision on it holds: to its ``until``, or until the same lever and item is decided again."""
    present = past.structure.first + past.quarter
    later = [other for other in ask.whole.settings if other.key == setting.key and other.quarter > setting.quarter]
    ends = [other.quarter - present for other in later]
    if setting.until is not None:
        ends.append(setting.until - present + 1)
    return max(min(ends, default=past.structure.n_quarters), 1)
