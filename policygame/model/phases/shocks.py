"""Phase 2: demand innovations, disasters, supply interruptions, programme reversals, retaliation.

All draws were made up front (``worlds.Shocks``); this phase only lets them act.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from policygame.model.arrays import Array, positive
from policygame.model.state import LEVER_CONTROLS
from policygame.model.structure import N_PLACES, STAGE_OF
from policygame.model.worlds import MATERIAL_KINDS

if TYPE_CHECKING:
    from policygame.model.model import PackagingModel

RETALIATION_KEPT = 0.9
"""Part of a retaliation that is still in force a quarter later, while the control lasts (assumption)."""


def strike(model: PackagingModel) -> None:
    """Let the quarter's shocks act on demand, sites, suppliers and programmes."""
    _demand(model)
    _places(model)
    model.now.availability = _availability(model)


def _demand(model: PackagingModel) -> None:
    """Deviations decay towards the path; a surge (or slump) that nobody foresees comes with its segment's hazard."""
    s, c, p, shocks, t = model.state, model.coefficients, model.parameters, model.shocks, model.quarter
    s.demand_deviation = p.demand_shock_persistence * s.demand_deviation + c.volatility * shocks.demand[t]
    struck = (shocks.surge[t] < c.surge_hazard) * shocks.surge_size[t] * c.surge_log_size
    s.surge = p.surge_persistence * s.surge + struck
    s.other_demand = s.other_demand * c.other_use_factor[t][model.structure.lines.stage]


def _places(model: PackagingModel) -> None:
    s, c, p, shocks, t = model.state, model.coefficients, model.parameters, model.shocks, model.quarter
    hit = (shocks.outage[t] < c.hazard) * c.depth
    s.outage = np.maximum(s.outage * (1.0 - p.outage_recovery), hit)
    for disruption in c.disruptions:
        s.outage[disruption.place] = np.maximum(s.outage[disruption.place], disruption.strikes(t))
    draws = shocks.interruption[t].reshape(len(MATERIAL_KINDS), N_PLACES, -1)
    s.interruption = (draws < p.supply_interruption_hazard) * p.supply_interruption_depth
    begins = shocks.reversal[t] < p.reversal_hazard_per_quarter
    s.suspension_quarters = np.where(begins, np.rint(p.reversal_quarters), positive(s.suspension_quarters - 1.0))
    if not (s.control.any() or s.retaliation.any()):  # where no world has a control, this changes no bit
        return
    # a place that is under control may answer by withholding materials from those who control it
    pressure = s.control.max(axis=0)  # (controller, target, W)
    answers = (shocks.retaliation[t] < p.retaliation_propensity)[None] * pressure
    withheld = p.retaliation_strength * answers.max(axis=1)
    s.retaliation = np.where(pressure.max(axis=1) > 0.0, np.maximum(s.retaliation * RETALIATION_KEPT, withheld), 0.0)
    for m, kind in enumerate(MATERIAL_KINDS):
        if kind in LEVER_CONTROLS:
            strongest = s.control[LEVER_CONTROLS.index(kind)].max(axis=0)
            s.domestic_boost[m] += p.domestic_growth_under_control * strongest * (1.0 - s.domestic_boost[m])


def _availability(model: PackagingModel) -> Array:
    """Share of each line that can work: outages, interruptions, withheld materials, changes of the experiment."""
    s, lines = model.state, model.structure.lines
    available = (1.0 - s.outage)[lines.place]
    for m, kind in enumerate(MATERIAL_KINDS):
        rows = np.flatnonzero(lines.stage == STAGE_OF[kind])
        place = lines.place[rows]
        own = (place == lines.headquarters[lines.firm[rows]]).astype(float)[:, None]
        available[rows] *= (1.0 - s.interruption[m])[place] * (1.0 - s.retaliation)[place]
        available[rows] *= 1.0 + s.domestic_boost[m][place] * own
    return available * model.scale[model.quarter] if model.quarter in model.scale else available
