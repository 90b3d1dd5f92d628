"""Building: shells and tools as two stocks, each with its own delay; conversion and closure of lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.benchmarks.oracle.arithmetic import positive, ratio
from tests.benchmarks.oracle.people import ANY_ROOM
from tests.benchmarks.oracle.production import ration_supplies

if TYPE_CHECKING:
    from tests.benchmarks.oracle.model import OracleModel
    from tests.benchmarks.oracle.things import Line


def convert(world: OracleModel) -> None:
    """Idle lines of a simpler technology at the same site are converted where a scarcer one has orders, and replace them."""
    p = world.p
    pairs = [
        (a, b)
        for site in world.sites.values()
        for a in site.lines
        for b in site.lines
        if a.stage.rank >= 1 and b.stage.rank == a.stage.rank + 1
    ]
    targets = [b for _, b in pairs]
    converted = dict.fromkeys(world.packaging, 0.0)
    for a, b in pairs:
        idle = positive(p.idle_threshold - a.utilisation) * a.capacity
        exchange = max(ratio(b.capex_musd, a.capex_musd), 1.0)
        gain = min(p.conversion_rate * idle / exchange, b.tool_orders) / targets.count(b)
        converted[b] += gain
        converted[a] -= gain * exchange
    for line, change in converted.items():
        line.gained = positive(change)
        line.capacity = positive(line.capacity + change)
        line.tool_orders = positive(line.tool_orders - line.gained)


def start_shells(world: OracleModel) -> None:
    """Orders extend what stands as far as its ground allows; the rest is built on new ground, which takes longer."""
    t, p = world.quarter, world.p
    for line in world.lines:
        extension = min(line.shell_orders, line.shell_room * p.brownfield_share / line.brownfield)
        new_site = line.shell_orders - extension
        line.opening[t + line.brownfield] += extension
        line.opening[t + line.greenfield] += new_site
        line.shells_underway += line.shell_orders
        if line.greenfield > line.brownfield:
            line.shells_beyond += new_site
        line.shells_beyond = positive(line.shells_beyond - line.opening[t + line.brownfield + 1])


def allot_tools(world: OracleModel) -> None:
    """People first, then room, then tools: what of the ordered capacity goes into the making this quarter."""
    ready = _staffed_and_housed(world)
    edges, sellers = world.supplies["tools"], world.stages["tools"].lines
    need = {site: sum(ready[line] * line.stage.tool_need for line in site.lines) for site in world.sites.values()}
    flows = ration_supplies(edges, need, {line: line.room for line in sellers}, sellers)
    for line in sellers:
        line.output = line.other_served
    for edge, flow in zip(edges, flows, strict=True):
        edge.flow = flow
        edge.line.output += flow
    for line in world.packaging:
        if line.stage.tool_need > 0.0:
            got, wanted = sum(edge.flow for edge in line.site.supplies["tools"]), need[line.site]
            ready[line] *= min(ratio(got, wanted) + (wanted <= 0.0), 1.0)
    for line in world.lines:
        line.tools_started = min(ready[line], line.tool_backlog)
        line.tool_backlog = positive(line.tool_backlog - line.tools_started)
        line.arriving[world.quarter + world.tool_lead] += line.tools_started
        line.in_transit += line.tools_started
    step = 1.0 / world.p.qualification_quarters
    for edge in edges:
        edge.qualification = min(edge.qualification + (step if edge.flow > 0.0 else 0.0), 1.0)


def _staffed_and_housed(world: OracleModel) -> dict[Line, float]:
    """Ordered capacity for which there are people and room."""
    employed, wanted = dict.fromkeys(world.places.values(), 0.0), dict.fromkeys(world.places.values(), 0.0)
    for line in world.packaging:
        employed[line.place] += (line.capacity + line.in_transit) * line.stage.labour_per_kwpm
        wanted[line.place] += line.tool_backlog * line.stage.labour_per_kwpm
    staffed = {
        place: min(ratio(positive(place.labour_pool - employed[place]), people) + (people <= 0.0), 1.0)
        for place, people in wanted.items()
    }
    ready = {}
    for line in world.lines:
        room = ANY_ROOM if line.stage.name == "tools" else positive(line.shell_room - (line.capacity + line.in_transit))
        needs_people = line.stage.labour_per_kwpm > 0.0
        ready[line] = min(line.tool_backlog * (staffed[line.place] if needs_people else 1.0), room)
    return ready


def close_idle(world: OracleModel) -> None:
    """Lines that stay idle are closed little by little; their shells stay."""
    for line in world.lines:
        line.capacity -= world.p.closure_rate * positive(world.p.idle_threshold - line.utilisation) * line.capacity


def complete(world: OracleModel) -> dict[Line, float]:
    """What is done by the beginning of the next quarter: shells open, tools start; the new capacity of each line."""
    following, arriving = world.quarter + 1, {}
    for line in world.lines:
        opening = line.opening[following]
        line.shell_room += opening
        line.shells_underway = positive(line.shells_underway - opening)
        arriving[line] = line.arriving[following]
        line.in_transit = positive(line.in_transit - arriving[line])
        line.capacity += arriving[line]
        line.new_capacity = arriving[line] + line.gained
        line.shell_room = max(line.shell_room, line.capacity)
    return arriving
