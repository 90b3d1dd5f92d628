"""Building: shells and tools as two stocks, each with its own delay.

A shell is brownfield (an extension of what stands) or greenfield; tools follow into finished room. Both move through rings indexed by
the quarter in which they are done. Conversion and closure of lines live here too. Who orders what is ``agents.producer``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from policygame.model.arrays import Array, positive, ratio, shrunk
from policygame.model.state import SHELL_RING, TOOL_RING
from policygame.model.structure import FIRST_PACKAGING_STAGE

if TYPE_CHECKING:
    from policygame.model.model import PackagingModel

def start_shells(model: PackagingModel) -> None:
    """Orders extend what stands as far as its ground allows; the rest is built on new ground, which takes longer."""
    s, now, t = model.state, model.now, model.quarter
    ground = model.parameters.brownfield_share * s.shell_room / model.lags.brownfield[:, None]
    brownfield = np.minimum(now.shell_orders, ground)
    greenfield = now.shell_orders - brownfield
    rows = np.arange(model.structure.lines.n)
    s.shells_in_progress[(t + model.lags.brownfield) % SHELL_RING, rows] += brownfield
    s.shells_in_progress[(t + model.lags.greenfield) % SHELL_RING, rows] += greenfield
    s.shells_underway = s.shells_underway + now.shell_orders


def start_tools(model: PackagingModel) -> None:
    """Capacity whose tools went into the making leaves the backlog and arrives after the tools' lead time."""
    s, now = model.state, model.now
    s.tool_backlog = shrunk(s.tool_backlog, now.tools_started)
    s.tools_in_transit[(model.quarter + model.lags.tools) % TOOL_RING] += now.tools_started
    s.in_transit = s.in_transit + now.tools_started


def complete(model: PackagingModel) -> Array:
    """What is done by the beginning of the next quarter: shells open, tools start; returns the new capacity (line, W)."""
    s, following = model.state, model.quarter + 1
    opening = s.shells_in_progress[following % SHELL_RING]
    s.shell_room = s.shell_room + opening
    s.shells_underway = shrunk(s.shells_underway, opening)
    s.shells_in_progress[following % SHELL_RING] = 0.0
    arriving = s.tools_in_transit[following % TOOL_RING].copy()
    s.tools_in_transit[following % TOOL_RING] = 0.0
    s.in_transit = shrunk(s.in_transit, arriving)
    s.capacity = s.capacity + arriving
    s.new_capacity = arriving + positive(model.now.converted)
    s.shell_room = np.maximum(s.shell_room, s.capacity)
    return arriving


def convert(model: PackagingModel) -> None:
    """Idle lines of a simpler technology at the same site are converted where a scarcer one has orders; it costs tools and weeks.

    Converted capacity replaces ordered capacity; a unit of the scarcer technology takes the line that its capex ratio says.
    """
    s, c, p, now, structure = model.state, model.coefficients, model.parameters, model.now, model.structure
    lines = structure.lines
    now.converted = np.zeros_like(s.capacity)
    from_rows, to_rows = model.conversions
    if not len(from_rows):
        return
    idle = positive(p.idle_threshold - s.utilisation[from_rows]) * s.capacity[from_rows]
    exchange = np.maximum(ratio(c.capex_musd[to_rows], c.capex_musd[from_rows]), 1.0)
    gain = np.minimum(p.conversion_rate * idle / exchange, now.tool_orders[to_rows])
    count = np.bincount(to_rows, minlength=lines.n)[to_rows][:, None]
    gain = gain / count
    np.add.at(now.converted, to_rows, gain)
    np.add.at(now.converted, from_rows, -gain * exchange)
    s.capacity = positive(s.capacity + now.converted)
    now.tool_orders = shrunk(now.tool_orders, positive(now.converted))


def close_idle(model: PackagingModel) -> None:
    """Lines that stay idle are closed little by little; their shells stay."""
    s, p, now = model.state, model.parameters, model.now
    now.closed = p.closure_rate * positive(p.idle_threshold - s.utilisation) * s.capacity
    s.capacity = s.capacity - now.closed


def conversion_pairs(model: PackagingModel) -> tuple[np.ndarray, np.ndarray]:  # type: ignore[type-arg]
    """Rows (from, to) of lines at one site where the first technology is simpler by one step than the second."""
    lines = model.structure.lines
    pairs = [
        (a, b)
        for a in range(lines.n)
        for b in range(lines.n)
        if lines.site[a] >= 0
        and lines.site[a] == lines.site[b]
        and lines.stage[b] == lines.stage[a] + 1
        and lines.stage[a] > FIRST_PACKAGING_STAGE
    ]
    return np.array([a for a, _ in pairs], dtype=np.intp), np.array([b for _, b in pairs], dtype=np.intp)
