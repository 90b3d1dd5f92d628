"""Building: shells and tools as two stocks, each with its own delay.

A shell is brownfield (an extension of what stands) or greenfield; tools follow into finished room. Both move through rings indexed by
the quarter in which they are done. Conversion and closure of lines live here too. Who orders what is ``agents.producer``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from policygame.model.arrays import Array, Index, at_least, positive, shrunk
from policygame.model.state import SHELL_RING, TOOL_RING
from policygame.model.structure import FIRST_PACKAGING_STAGE

if TYPE_CHECKING:
    from policygame.model.model import PackagingModel


def ground_to_extend(model: PackagingModel) -> Array:
    """(line, W) room that can be added this quarter beside what stands."""
    return model.once("ground", lambda: model.state.shell_room * model.ground_per_quarter)


def start_shells(model: PackagingModel) -> None:
    """Orders extend what stands as far as its ground allows; the rest is built on new ground, which takes longer."""
    s, now, t = model.state, model.now, model.quarter
    ground = ground_to_extend(model)
    brownfield = np.minimum(now.shell_orders, ground)
    greenfield = now.shell_orders - brownfield
    n, lines = model.structure.lines.n, np.arange(model.structure.lines.n)
    slots = s.shells_in_progress.reshape(SHELL_RING * n, -1)
    extended = t + model.lags.brownfield
    slots[extended % SHELL_RING * n + lines] += brownfield
    slots[(t + model.lags.greenfield) % SHELL_RING * n + lines] += greenfield
    s.shells_underway += now.shell_orders
    greenfield *= model.new_ground_is_later
    s.shells_beyond += greenfield
    s.shells_beyond -= slots[(extended + 1) % SHELL_RING * n + lines]  # next quarter it is within an extension's reach
    at_least(s.shells_beyond, 0.0, out=s.shells_beyond)


def start_tools(model: PackagingModel) -> None:
    """Capacity whose tools went into the making leaves the backlog and arrives after the tools' lead time."""
    s, now = model.state, model.now
    s.tool_backlog = shrunk(s.tool_backlog, now.tools_started)
    s.tools_in_transit[(model.quarter + model.lags.tools) % TOOL_RING] += now.tools_started
    s.in_transit += now.tools_started


def complete(model: PackagingModel) -> Array:
    """What is done by the beginning of the next quarter: shells open, tools start; returns the new capacity (line, W)."""
    s, following = model.state, model.quarter + 1
    opening = s.shells_in_progress[following % SHELL_RING]
    s.shell_room += opening
    s.shells_underway -= opening
    at_least(s.shells_underway, 0.0, out=s.shells_underway)
    opening[:] = 0.0
    arriving = s.tools_in_transit[following % TOOL_RING].copy()
    s.tools_in_transit[following % TOOL_RING] = 0.0
    s.in_transit -= arriving
    at_least(s.in_transit, 0.0, out=s.in_transit)
    s.capacity += arriving
    s.new_capacity[:] = arriving
    s.new_capacity[model.structure.lines.packaging] += model.now.gained
    np.maximum(s.shell_room, s.capacity, out=s.shell_room)
    return arriving


def convert(model: PackagingModel) -> None:
    """Idle lines of a simpler technology at the same site are converted where a scarcer one has orders; it costs tools and weeks.

    Converted capacity replaces ordered capacity; a unit of the scarcer technology takes the line that its capex ratio says.
    """
    s, p, now, lines = model.state, model.parameters, model.now, model.structure.lines
    now.converted = np.zeros_like(s.capacity)
    packaging = lines.packaging
    now.gained = now.converted[packaging]
    from_rows, to_rows = model.conversions
    if not len(from_rows):
        return
    idle = positive(p.idle_threshold - s.utilisation[from_rows]) * s.capacity[from_rows]
    exchange = model.conversion_exchange
    gain = np.minimum(p.conversion_rate * idle / exchange, now.tool_orders[to_rows])
    gain *= model.conversion_part
    model.conversions_gain.add_to(now.converted, gain)
    gain *= exchange
    model.conversions_loss.add_to(now.converted, gain)
    now.gained = positive(now.converted[packaging])
    s.capacity += now.converted
    at_least(s.capacity, 0.0, out=s.capacity)
    now.tool_orders[packaging] = shrunk(now.tool_orders[packaging], now.gained)


def close_idle(model: PackagingModel) -> None:
    """Lines that stay idle are closed little by little; their shells stay."""
    s, p, now = model.state, model.parameters, model.now
    now.closed = p.idle_threshold - s.utilisation
    at_least(now.closed, 0.0, out=now.closed)
    now.closed *= p.closure_rate
    now.closed *= s.capacity
    s.capacity -= now.closed


def conversion_pairs(model: PackagingModel) -> tuple[Index, Index]:
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
