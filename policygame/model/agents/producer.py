"""Firms that own capacity: foundries, OSATs and suppliers. What a firm expects, wants and orders.

They share one rule; a foundry, an OSAT and a supplier differ by their lines, their hurdle and their liability, not by code. Markets and
building are in ``phases`` and ``projects``.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import mesa
import numpy as np

from policygame.model.arrays import TINY, Array, Index, Sums, at_least, at_most, logistic, part_of, positive, shrunk
from policygame.model.projects import ground_to_extend
from policygame.model.state import State
from policygame.model.structure import STAGE_OF

if TYPE_CHECKING:
    from policygame.model.model import PackagingModel

SMALLEST_PLACE_SHARE = 0.02
"""A place that would get less than this share of a firm's orders gets none: nobody builds a sliver."""
ANY_ROOM = 1e9
"""Tool makers need no shell of the kind that packagers and foundries build."""
RowsOfFirms = Mapping[str, Any]
"""Where the lines and groups of some firms stand, and how they are summed: attributes of ``ProducerRules``, by name."""
OUTLOOK_QUARTERS = 6.0
"""How far ahead ``expected_capacity`` looks: seen from 2023Q2, the end of 2024."""


def _rows(rows: Index) -> Index | slice:
    """Rows as a slice where they are consecutive - all firms together are - so that reading them copies nothing."""
    return slice(int(rows[0]), int(rows[-1]) + 1) if int(rows[-1]) - int(rows[0]) + 1 == len(rows) else rows


def _rows_of_firms(model: PackagingModel, first: int, last: int) -> RowsOfFirms:
    rows = model.structure.lines
    mine = np.flatnonzero((rows.firm >= first) & (rows.firm <= last))
    groups = np.flatnonzero((rows.group_firm >= first) & (rows.group_firm <= last))
    lines = _rows(mine)
    group_of_line, firm_of_line = np.searchsorted(groups, rows.group[mine]), rows.firm[mine] - first
    starts = np.searchsorted(group_of_line, np.arange(len(groups)))
    return {
        "firms": slice(first, last + 1),
        "lines": lines,
        "groups": _rows(groups),
        "group_of_line": group_of_line,
        "firm_of_line": firm_of_line,
        "starts": starts,
        "tool_groups": np.flatnonzero(rows.group_stage[groups] == STAGE_OF["tools"]),
        "tool_lines": np.flatnonzero(rows.stage[mine] == STAGE_OF["tools"]),
        "_to_group": Sums(group_of_line, len(groups)),
        "_to_firm": Sums(firm_of_line, last - first + 1),
    }


class ProducerRules:
    """The rules of firms that own capacity, for consecutive firms: their lines (line, W), groups (group, W) and firms (firm, W).

    One firm is the case of one row. The model applies the rules at once to all firms that share them, and firm by firm where a firm
    has rules of its own; a firm's numbers are the same to the bit either way.
    """

    model: PackagingModel
    firms: slice
    lines: Index | slice
    groups: Index | slice
    group_of_line: Index
    firm_of_line: Index
    starts: Index
    tool_groups: Index
    tool_lines: Index
    _to_group: Sums
    _to_firm: Sums

    def set_rows(self, first: int, last: int) -> None:
        """Let the rules act on the firms ``first`` to ``last``."""
        known = self.model.rows_of_firms
        if (first, last) not in known:
            known[first, last] = _rows_of_firms(self.model, first, last)
        vars(self).update(known[first, last])

    # what they see ----------------------------------------------------------------------------------------------------

    @cached_property
    def output_per_capacity(self) -> Array:
        """(group, W) output a quarter of a unit of capacity."""
        return self.model.output_per_unit[self.lines][self.starts]

    @cached_property
    def capacity_per_output(self) -> Array:
        """(group, W) capacity that it wants for a unit of output a quarter, its buffer included."""
        return (1.0 + self.model.parameters.capacity_buffer) / self.output_per_capacity

    @property
    def state(self) -> State:
        """The model's state; these firms' part of it are the rows ``lines`` and ``groups``."""
        return self.model.state

    @property
    def capacity(self) -> Array:
        """(line, W) installed capacity."""
        return self.state.capacity[self.lines]

    @property
    def on_order(self) -> Array:
        """(line, W) capacity that is ordered or whose tools are in the making."""
        return self.state.tool_backlog[self.lines] + self.state.in_transit[self.lines]

    def by_firm(self, x: Array) -> Array:
        """Sum lines to firms: (line, W) -> (firm, W)."""
        return self._to_firm(x)

    def by_group(self, x: Array) -> Array:
        """Sum lines to groups: (line, W) -> (group, W)."""
        return self._to_group(x)

    # what it expects --------------------------------------------------------------------------------------------------

    def form_expectation(self) -> None:
        """Adaptive level and trend of what its lines are asked for (Holt), the trend bounded by a share of the level."""
        p, s = self.model.parameters, self.state
        asked = self.model.now.group_requested[self.groups]
        if self.model.quarter == 0:
            s.level[self.groups] = asked
            return
        level, trend = s.level[self.groups], s.trend[self.groups]
        new_level = (1.0 - p.level_gain) * (level + trend) + p.level_gain * asked
        new_trend = (1.0 - p.trend_gain) * trend + p.trend_gain * (new_level - level)
        bound = p.trend_cap * new_level
        s.level[self.groups] = positive(new_level)
        s.trend[self.groups] = np.minimum(np.maximum(new_trend, -bound), bound)

    def need(self, horizon_quarters: Array) -> Array:
        """(group, W) output a quarter that it expects to be asked for, ``horizon_quarters`` (W) ahead.

        Its own level and trend, and the part of competitors' growth that it can win, blended with what customers' forecasts say, as far
        as it believes them. What it may lose to competitors is left to it here: they could not serve it before a new site stands.
        """
        return self._need(horizon_quarters, contested=False)

    def _need(self, horizon_quarters: Array, contested: bool) -> Array:
        """(group, W) as ``need``; ``contested``: growth that competitors win is lost."""
        p, s, now = self.model.parameters, self.state, self.model.now
        trend = s.trend[self.groups]
        own = trend - p.contestable_share * positive(trend)
        own += now.contestable[self.groups]
        if not contested:
            np.maximum(own, trend, out=own)
        own *= horizon_quarters
        own += s.level[self.groups]
        at_least(own, 0.0, out=own)
        heard = now.forecast[self.groups] - own
        heard *= now.belief[self.groups]
        own += heard
        return own

    def desired_capacity(self, horizon_quarters: Array) -> Array:
        """(group, W) capacity that it wants to have, with its buffer."""
        return self.need(horizon_quarters) * self.capacity_per_output

    def desired_beyond(self, horizon_quarters: Array) -> Array:
        """(group, W) capacity that it wants to have when new sites stand, its competitors' too: less than ``desired_capacity`` by what
        they win of its growth."""
        lost = self._need(horizon_quarters, contested=False) - self._need(horizon_quarters, contested=True)
        return self.desired_capacity(horizon_quarters) - lost * self.capacity_per_output

    # what it decides --------------------------------------------------------------------------------------------------

    def willingness(self) -> Array:
        """(line, W), 0 to 1: the part of its projects at a line whose risk-adjusted return passes its hurdle."""
        return logistic(self.model.now.surplus_return[self.lines] / self.model.parameters.return_width)

    def place_shares(self, room: Array | None = None) -> Array:
        """(line, W): how it spreads a stage's orders over its places, by expected return (and by ``room``, if given)."""
        pull = self.pull if room is None else self.pull * room
        share = self._share_of_group(pull)
        share -= SMALLEST_PLACE_SHARE
        at_least(share, 0.0, out=share)
        return self._share_of_group(share)

    def _share_of_group(self, x: Array) -> Array:
        """(line, W): a line's part of its group's sum."""
        total = self.by_group(x)
        np.divide(1.0, at_least(total, TINY, out=total), out=total)
        share = total[self.group_of_line]
        share *= x
        return share

    @property
    def pull(self) -> Array:
        """(line, W): how strongly a line's expected return, beside the hurdle, pulls a stage's orders."""
        model = self.model

        def of_all_lines() -> Array:
            pull = model.parameters.location_weight * model.now.surplus_return
            return np.exp(np.clip(pull, -30.0, 30.0, out=pull), out=pull)

        return model.once("pull", of_all_lines)[self.lines]

    def plan(self) -> None:
        """Order shells and tools for what is missing at their horizons, within what it can finance; drop what is not needed."""
        p, s, now = self.model.parameters, self.state, self.model.now
        lines = self.lines
        wanted = self.desired_capacity(p.tool_horizon_quarters)
        have = self.by_group(now.with_orders[lines])
        shells = self.by_group(now.with_shells[lines])
        missing = wanted - have
        self._drop(positive(-missing))
        room = s.shell_room[lines] + self.model.opening_soon()[lines]
        room -= now.with_orders[lines]
        at_least(room, 0.0, out=room)
        room[self.tool_lines] = ANY_ROOM
        willing = self.willingness()
        gap = at_least(missing, 0.0, out=missing)
        gap *= p.adjustment
        makers = self.tool_groups
        gap[makers] = np.minimum(gap[makers], p.tool_growth_per_quarter * have[makers])
        tools = self._spread(gap, room, willing)
        rooms = self._rooms(shells, willing)
        part = self._affordable(tools, rooms)
        now.tool_orders[lines] = tools * part
        now.shell_orders[lines] = rooms * part
        # what it expects to have in six quarters: what it wants then, as far as present room allows
        outlook = self.desired_capacity(np.full_like(p.tool_horizon_quarters, OUTLOOK_QUARTERS))
        now.expected_capacity[self.groups] = np.maximum(have, np.minimum(outlook, shells))

    def _rooms(self, shells: Array, willing: Array) -> Array:
        """(line, W) shells to order, given the room (group, W) that stands or is under way.

        What is missing before a new site could stand goes where ground lets a firm extend; what is missing beyond goes to any place,
        new ones included. So a place that only pays, and takes long, takes nothing from those that can deliver sooner.
        """
        p, now, lines = self.model.parameters, self.model.now, self.lines
        horizon = p.tool_horizon_quarters + p.shell_extra_horizon_quarters
        gap = shrunk(self.desired_capacity(horizon), self.by_group(now.within_reach[lines]))
        gap *= p.adjustment
        ground = ground_to_extend(self.model)[lines].copy()
        ground[self.tool_lines] = 0.0
        rooms = self._spread(gap, ground, willing)
        farther = self.desired_beyond(horizon + p.new_site_extra_horizon_quarters)
        farther -= shells
        farther -= self.by_group(rooms)
        at_least(farther, 0.0, out=farther)
        farther *= p.adjustment
        beyond = farther[self.group_of_line]
        beyond *= self.place_shares()
        beyond *= willing
        beyond[self.tool_lines] = 0.0
        rooms += beyond
        return rooms

    def _spread(self, gap: Array, room: Array, willing: Array) -> Array:
        """(line, W) a gap (group, W) by expected return over lines with room; what does not fit in one goes where room is left."""
        wanted = gap[self.group_of_line]
        orders = wanted * self.place_shares(part_of(room, wanted))
        orders *= willing
        over = positive(orders - room)
        orders -= over
        left = shrunk(room, orders)
        left *= willing
        spill = part_of(self.by_group(over), self.by_group(left))
        left *= spill[self.group_of_line]
        orders += left
        return orders

    def _affordable(self, tools: Array, rooms: Array) -> Array:
        """(line, W) the part of its firm's orders that cash and credit can pay."""
        p, s, now = self.model.parameters, self.state, self.model.now
        lines, firms = self.lines, self.firms
        equipment = self.model.equipment_musd[lines]
        cost = equipment * tools
        cost += self.model.shell_musd[lines] * rooms
        cost *= now.own_part[lines]
        asked = self.by_firm(cost)
        credit = shrunk(4.0 * p.debt_limit_years * self.model.firm_revenue()[firms], s.debt_musd[firms])
        budget = positive(s.cash_musd[firms]) * (1.0 - p.reserve_share) + credit
        promised = self.by_firm(equipment * s.tool_backlog[lines])
        part = at_most(shrunk(budget, promised) / at_least(asked, TINY), 1.0)
        return part[self.firm_of_line]

    def _drop(self, surplus: Array) -> None:
        """Cancel a part of what is ordered but not begun, where the need has gone."""
        p, s = self.model.parameters, self.state
        backlog = s.tool_backlog[self.lines]
        part = part_of(surplus, self.by_group(backlog))
        self.model.now.dropped[self.lines] = (p.cancellation_rate * part)[self.group_of_line] * backlog


class Producer(ProducerRules, mesa.Agent):
    """A firm with lines. Shapes: lines (line, W), groups - its stages - (group, W); W is the world axis.

    Subclass its kind's class and override ``form_expectation``, ``need``, ``desired_capacity``, ``willingness``, ``place_shares`` or
    ``plan`` to change its behaviour.
    """

    model: PackagingModel

    def __init__(self, model: PackagingModel, name: str) -> None:
        super().__init__(model)
        self.name = name
        self.row = model.structure.lines.firms.index(name)
        self.set_rows(self.row, self.row)


class Team(ProducerRules):
    """Consecutive firms that share the rules of their class, acting at once."""

    def __init__(self, model: PackagingModel, first: int, last: int) -> None:
        self.model = model
        self.set_rows(first, last)


class Foundry(Producer):
    """A firm that fabricates wafers and may package; its packaging is often bundled with its wafers."""


class OSAT(Producer):
    """A firm that assembles and tests for others, and carries the loss of the dies and HBM that it ruins."""


class Supplier(Producer):
    """A maker of HBM, substrates or packaging tools."""
