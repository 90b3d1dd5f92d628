"""Phase 7: defects fall with experience, research moves the frontier, relations qualify or fade, people are trained."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from policygame.model.arrays import TINY, Array, at_least, at_most, part_of, ratio, shrunk
from policygame.model.state import LEVER_CLAUSES, TOOL_RING
from policygame.model.structure import N_PLACES, N_TECHNOLOGIES, PACKAGING_STAGES
from policygame.model.worlds import MATERIAL_KINDS

if TYPE_CHECKING:
    from policygame.model.model import PackagingModel

SHARED_RESEARCH = LEVER_CLAUSES.index("shared_rnd")
WANTED_FILL = 0.97
"""Designers look for a second packager when fill has been below this."""


def learn(model: PackagingModel) -> None:
    """Experience and yields, research, qualification, labour, supplier programmes."""
    _experience(model)
    _research(model)
    _qualify(model)
    _labour(model)
    if model.now.supplier_programme_musd.any():  # where no world has a programme, this changes no bit
        _supplier_programmes(model)


def _experience(model: PackagingModel) -> None:
    """Defects of a placement fall by a fixed part per doubling of experience; others' experience counts for less than one's own."""
    s, p, now, structure = model.state, model.parameters, model.now, model.structure
    lines = structure.lines
    rows, technology = lines.packaging, lines.technology[lines.packaging]
    made = now.output[rows]

    def effective() -> Array:
        out = shrunk(s.industry_experience[PACKAGING_STAGES][technology], s.experience_kwafers[rows])
        out *= p.other_experience_weight
        out += s.experience_kwafers[rows]
        out += TINY
        return out

    before = effective()
    s.experience_kwafers[rows] += made
    model.lines_to_technology.add_to(s.industry_experience[PACKAGING_STAGES], made)
    growth = effective()
    growth /= before
    s.defects[rows] *= np.exp(model.learning_exponent * np.log(growth, out=growth))


def _research(model: PackagingModel) -> None:
    """Research of a place lowers defects there; a part spills over to everybody, and allies who share research share a part."""
    s, p, structure = model.state, model.parameters, model.structure
    lines = structure.lines
    if not model.now.research_musd.any():  # where no world does research, this changes no bit
        return
    new = model.now.research_musd / 1000.0
    everywhere = new.sum(axis=0)
    gain = new + p.rnd_spillover * shrunk(everywhere[None], new)
    offers = s.offer[SHARED_RESEARCH]
    if offers.any():  # where no world shares, this adds exactly nothing
        shared = np.minimum(offers, offers.transpose(1, 0, 2))
        from_allies = np.stack([(shared * new[None, :, t]).sum(axis=1) for t in range(N_TECHNOLOGIES)], axis=1)
        gain += (1.0 - p.rnd_spillover) * from_allies
    s.knowledge_busd = s.knowledge_busd + gain
    fall = np.log1p(-p.rnd_defect_fall_per_busd)
    # each further billion teaches less: the fall per billion shrinks with what is known
    rate = np.exp(fall * gain / (1.0 + s.knowledge_busd))
    rows = lines.packaging
    s.defects[rows] *= rate[lines.place[rows], lines.technology[rows]]


def _qualify(model: PackagingModel) -> None:
    """Joint work builds qualification where a relation is used or wanted; what is not used fades."""
    s, p, now, structure = model.state, model.parameters, model.now, model.structure
    step = 1.0 / p.qualification_quarters
    kept = 1.0 - p.qualification_decay
    used = now.booked > 1e-6 * now.wanted[structure.edge_product]
    used |= (s.fill < WANTED_FILL)[structure.edge_product]
    has_line = (s.capacity[structure.lines.packaging] > 1e-6)[structure.edge_line]
    s.qualification = _grown(s.qualification, used, step, kept)
    s.qualification *= has_line
    busy = (structure.edges_to_site(now.booked) > 0.0)[model.graph.wafers.site]
    s.qualification_wafers = _grown(s.qualification_wafers, busy, step, kept)
    kept = at_least(kept, 0.25)
    s.qualification_hbm = _grown(s.qualification_hbm, now.hbm_flow > 0.0, step, kept)
    s.qualification_substrate = _grown(s.qualification_substrate, now.substrate_flow > 0.0, step, kept)


def _grown(before: Array, works: npt.NDArray[np.bool_], step: Array, kept: Array) -> Array:
    """Qualification (edge, W) a step higher, at most one, where work is done; elsewhere the part that is ``kept`` (W)."""
    grown = before + step
    at_most(grown, 1.0, out=grown)
    grown *= works
    # what is kept is never more than what has grown, so the larger of the two is the right one
    return np.maximum(grown, before * kept, out=grown)


def _labour(model: PackagingModel) -> None:
    """Training money becomes skilled people after its lag; a pool that is short grows by itself, slowly."""
    s, p, structure, t = model.state, model.parameters, model.structure, model.quarter
    arriving = s.labour_in_training[t % TOOL_RING].copy()
    s.labour_in_training[t % TOOL_RING] = 0.0
    s.labour_in_training[(t + model.lags.workforce) % TOOL_RING] += model.now.workforce_musd * p.people_per_musd
    rows = structure.lines.packaging
    employed = model.packaging_to_place(s.capacity[rows] * model.coefficients.labour_per_unit[rows])
    tight = np.clip(1.0 + p.labour_margin - ratio(s.labour_pool, employed), 0.0, 1.0)
    drawn = p.labour_growth_per_quarter * part_of(tight, p.labour_margin + TINY)
    s.labour_pool = s.labour_pool * (1.0 + drawn) + arriving


def _supplier_programmes(model: PackagingModel) -> None:
    """Programme money becomes suppliers' capacity here at its capex, an effective part of it, with diminishing returns.

    It goes to the place's lines of the input in equal parts, candidates included; the funder keeps first call on a bounded part.
    """
    s, p, c, lines = model.state, model.parameters, model.coefficients, model.structure.lines
    spent = model.now.supplier_programme_musd
    effective = p.programme_effect * spent / (1.0 + s.programme_musd / p.programme_half_musd)
    s.programme_musd = s.programme_musd + spent
    s.capacity = s.capacity.copy()  # what is measured is the capacity that the quarter began with
    for m in range(len(MATERIAL_KINDS)):
        rows = np.flatnonzero(model.supplier_kind == m)
        here = lines.place[rows]
        each = effective[m][here] / np.bincount(here, minlength=N_PLACES)[here][:, None]
        built = each / c.capex_musd[rows]
        s.capacity[rows] += built
        s.shell_room[rows] += built
        s.programme_capacity[rows] += built
