"""Phase 7: defects fall with experience, relations qualify or fade, pools of skilled people grow."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from tests.benchmarks.oracle.arithmetic import TINY, clip, part_of, positive, ratio

if TYPE_CHECKING:
    from tests.benchmarks.oracle.model import OracleModel
    from tests.benchmarks.oracle.things import Line

WANTED_FILL = 0.97


def learn(world: OracleModel) -> None:
    """Experience and yields, qualification, labour."""
    _experience(world)
    _qualify(world)
    _labour(world)


def _experience(world: OracleModel) -> None:
    """Defects fall by a fixed part per doubling of experience; others' experience counts for less than one's own."""

    def effective(line: Line) -> float:
        others = positive(line.stage.experience - line.experience)
        return line.experience + world.p.other_experience_weight * others + TINY

    before = {line: effective(line) for line in world.packaging}
    for line in world.packaging:
        line.experience += line.output
        line.stage.experience += line.output
    for line in world.packaging:
        doublings = math.log2(effective(line) / before[line])
        line.defects *= (1.0 - line.stage.learning) ** doublings


def _qualify(world: OracleModel) -> None:
    """Joint work builds qualification where a relation is used or wanted; what is not used fades."""
    p = world.p
    step, kept = 1.0 / p.qualification_quarters, 1.0 - p.qualification_decay

    def grown(before: float, works: bool, left: float) -> float:
        return max(min(before + step, 1.0) if works else 0.0, before * left)

    for edge in world.edges:
        works = edge.booked > 1e-6 * edge.product.wanted or edge.product.fill < WANTED_FILL
        edge.qualification = grown(edge.qualification, works, kept) if edge.line.capacity > 1e-6 else 0.0
    busy = {site: sum(edge.booked for edge in site.edges) > 0.0 for site in world.sites.values()}
    for wafer in world.wafer_edges:
        wafer.qualification = grown(wafer.qualification, busy[wafer.site], kept)
    for item in ("hbm", "substrate"):
        for edge in world.supplies[item]:
            edge.qualification = grown(edge.qualification, edge.flow > 0.0, max(kept, 0.25))


def _labour(world: OracleModel) -> None:
    """A pool that is short grows by itself, slowly."""
    p = world.p
    employed = dict.fromkeys(world.places.values(), 0.0)
    for line in world.packaging:
        employed[line.place] += line.capacity * line.stage.labour_per_kwpm
    for place, people in employed.items():
        tight = clip(1.0 + p.labour_margin - ratio(place.labour_pool, people), 0.0, 1.0)
        place.labour_pool *= 1.0 + p.labour_growth_per_quarter * part_of(tight, p.labour_margin + TINY)
