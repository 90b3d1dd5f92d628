"""Phase 9: how each metric of the catalogue is computed from the quarter.

A metric's name, unit, formula in words and sentence are in the catalogue; here is the formula in code, with the series - (entity, item)
pairs - that a scenario has. Leadership and the components of the score are in ``standing``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from policygame.catalogue import LEVERS, METRICS, SEGMENTS, STAGES, TECHNOLOGIES
from policygame.model import standing
from policygame.model.arrays import Array, Index, LargestThree, Mask, Sums, at_least, index, part_of, ratio
from policygame.model.phases.shipments import segment_fill
from policygame.model.structure import (
    N_TECHNOLOGIES,
    PLACES,
    SEGMENT_IDS,
    STAGE_IDS,
    TECHNOLOGY_IDS,
)

if TYPE_CHECKING:
    from policygame.model.model import PackagingModel

Series = tuple[str, str]
"""Entity and item of a series."""
Measure = Callable[["PackagingModel"], Array]
WAFER_STAGES = tuple(stage.id for stage in STAGES.values() if stage.kind == "wafers")


class Metrics:
    """All metrics of a scenario: what series each has, and how it is measured.

    ``series[metric]`` lists the (entity, item) rows, ``measure(model, metric)`` returns their values (row, W).
    """

    def __init__(self, model: PackagingModel) -> None:
        self.series: dict[str, tuple[Series, ...]] = {}
        self._parts: dict[str, list[tuple[slice, Measure]]] = {}
        structure = model.structure
        self._declared = [name for name in PLACES if name in structure.scenario.jurisdictions]
        self._seats = [n for n in self._declared if structure.scenario.jurisdictions[n].government is not None]
        self._segments = [name for name in SEGMENTS if name in structure.scenario.segments]
        self._technologies = [name for name in TECHNOLOGIES if name in structure.scenario.technologies]
        self._stages = [name for name in STAGES if name in structure.scenario.stages or name in self._technologies]
        self._capacity(model)
        self._concentration(model)
        self._flows(model)
        self._money(model)
        self._standing(model)
        missing = [name for name in METRICS if name not in self.series]
        assert not missing, f"metrics of the catalogue that nothing measures: {missing}"
        self.series = {name: self.series[name] for name in METRICS}

    def measure(self, model: PackagingModel, metric: str) -> Array:
        """Values of a metric this quarter, (row of ``series[metric]``, W)."""
        out = np.empty((len(self.series[metric]), model.state.n_worlds))
        self.measure_into(out, model, metric)
        return out

    def measure_into(self, out: Array, model: PackagingModel, metric: str) -> None:
        """Write a metric's values into ``out`` (row, world): of all worlds, or of as many of the first as it has room for."""
        for rows, measure in self._parts[metric]:
            out[rows] = measure(model)[:, : out.shape[1]]

    def _add(self, metric: str, parts: Sequence[tuple[Sequence[Series], Measure]]) -> None:
        """Declare a metric made of parts, each with its series and its measure (row, W)."""
        parts = [(tuple(series), measure) for series, measure in parts if len(series)]
        self.series[metric] = tuple(row for series, _ in parts for row in series)
        ends = np.cumsum([len(series) for series, _ in parts])
        rows = [slice(int(end) - len(series), int(end)) for end, (series, _) in zip(ends, parts, strict=True)]
        self._parts[metric] = [(at, measure) for at, (_, measure) in zip(rows, parts, strict=True)]

    # capacity --------------------------------------------------------------------------------------------------------

    def _capacity(self, model: PackagingModel) -> None:
        lines = model.structure.lines
        for metric, mask, stages in (
            ("packaging_capacity_kwpm", lines.is_packaging, self._technologies),
            ("wafer_capacity_kwpm", lines.is_wafers, [s for s in self._stages if s in WAFER_STAGES]),
        ):
            kinds = ("world", "firm", "country", "hq")
            self._add(metric, [self._by(model, kinds, mask, stages, lambda m: m.now.capacity_at_start)])
        packaging, technologies = lines.is_packaging, self._technologies
        under_construction = self._by(
            model, ("world", "firm", "country"), packaging, technologies, lambda m: m.state.tool_backlog + m.state.in_transit
        )
        self._add("capacity_under_construction_kwpm", [under_construction])
        groups = [g for g, (_, stage) in enumerate(lines.groups) if stage in TECHNOLOGIES]
        rows = index(groups)
        names = [(f"firm:{lines.groups[g][0]}", lines.groups[g][1]) for g in groups]
        self._add("expected_capacity_kwpm", [(names, lambda m: m.now.expected_capacity[rows])])
        stage_rows = index([STAGE_IDS.index(s) for s in self._stages])
        to_stage = model.structure.lines_to_stage
        self._add(
            "utilisation",
            [
                (
                    [("world", s) for s in self._stages],
                    lambda m: part_of(to_stage(m.now.output), to_stage(m.now.room))[stage_rows],
                )
            ],
        )
        structure = model.structure
        edge_technology = lines.technology[structure.edge_line]
        to_technology = Sums(edge_technology, N_TECHNOLOGIES)
        technology_rows = index([TECHNOLOGY_IDS.index(t) for t in technologies])
        self._add(
            "package_yield",
            [
                (
                    [("world", t) for t in technologies],
                    lambda m: ratio(to_technology(m.now.good), to_technology(m.now.starts))[technology_rows],
                )
            ],
        )
        places = index([PLACES.index(name) for name in self._declared])
        self._add("skilled_people", [([(f"country:{n}", "") for n in self._declared], lambda m: m.state.labour_pool[places])])
        self._add("lines_down", [([(f"country:{n}", "") for n in self._declared], lambda m: m.state.outage[places])])

    def _by(
        self, model: PackagingModel, kinds: Sequence[str], mask: Mask, stages: Sequence[str], read: Measure
    ) -> tuple[list[Series], Measure]:
        """Sums of a line quantity by entity and stage, kind of entity by kind; only series that have a line. All are summed at once."""
        lines = model.structure.lines
        places = range(len(PLACES))
        entities: dict[str, list[tuple[str, Mask]]] = {
            "world": [("world", np.ones(lines.n, dtype=bool))],
            "firm": [(f"firm:{firm}", lines.firm == f) for f, firm in enumerate(lines.firms)],
            "country": [(f"country:{PLACES[j]}", lines.place == j) for j in places],
            "hq": [(f"hq:{PLACES[j]}", lines.headquarters[lines.firm] == j) for j in places],
        }
        series: list[Series] = []
        members: list[Mask] = []
        for name, own in (entity for kind in kinds for entity in entities[kind]):
            for stage in stages:
                rows = mask & own & (lines.stage == STAGE_IDS.index(stage))
                if rows.any():
                    series.append((name, stage))
                    members.append(rows)
        sums = Sums.of(sparse.csr_array(np.array(members, dtype=float).reshape(len(series), lines.n)))
        return series, lambda m: sums(read(m))

    # concentration ------------------------------------------------------------------------------------------------------

    def _concentration(self, model: PackagingModel) -> None:
        lines = model.structure.lines
        measured: list[tuple[str, list[tuple[str, Mask]]]] = [
            (
                "packaging",
                [(t, lines.stage == STAGE_IDS.index(t)) for t in self._technologies] + [("all", lines.is_packaging)],
            ),
            (
                "wafers",
                [(s, lines.stage == STAGE_IDS.index(s)) for s in self._stages if s in WAFER_STAGES] + [("all", lines.is_wafers)],
            ),
        ]
        measured += [(s, [("", lines.stage == STAGE_IDS.index(s))]) for s in ("hbm", "substrate", "tools")]
        for subject, items in measured:
            series: list[Series] = []
            groupings: list[tuple[Index, int]] = []
            for entity, owner in (("firm", lines.firm), ("hq", lines.headquarters[lines.firm]), ("site", lines.place)):
                for item, mask in items:
                    present = np.unique(owner[mask])
                    place = {int(o): i for i, o in enumerate(present)}
                    group = index([place[int(o)] if m else -1 for o, m in zip(owner, mask, strict=True)])
                    series.append((entity, item))
                    groupings.append((group, len(present)))
            shares = _Shares(subject, groupings)
            self._add(f"hhi_{subject}", [(series, shares.hhi)])
            if subject == "packaging":
                self._add("top1_packaging", [(series, shares.top1)])
                self._add("top3_packaging", [(series, shares.top3)])

    # flows ------------------------------------------------------------------------------------------------------------

    def _flows(self, model: PackagingModel) -> None:
        structure = model.structure
        by_product: dict[str, Measure] = {
            "demand_kunits": lambda m: m.now.demand,
            "orders_kunits": lambda m: m.now.demand + m.state.phantom - m.now.phantom_before,
            "deliveries_kunits": lambda m: m.now.delivered,
            "compute_delivered_kh100e": lambda m: m.now.delivered * m.compute_h100e,
            "backlog_kunits": lambda m: m.now.queue,
            "phantom_backlog_kunits": lambda m: m.state.phantom,
            "die_bank_kunits": lambda m: m.die_bank_by_product(),
        }
        for metric, read in by_product.items():
            self._add(metric, self._buyers(model, read))
        places = index([PLACES.index(name) for name in self._declared])
        self._add(
            "compute_received_kh100e",
            [([(f"country:{n}", "") for n in self._declared], lambda m: standing.compute_received(m)[places])],
        )
        segments = index([SEGMENT_IDS.index(s) for s in self._segments])
        worlds = [("world", s) for s in self._segments]
        products = [(f"designer:{key.designer}", key.segment) for key in structure.products]
        for metric, real in (("lead_time_weeks", False), ("real_lead_time_weeks", True)):

            def quoted(m: PackagingModel, real: bool = real) -> Array:
                queue = m.now.queue if real else m.now.queue + m.state.phantom
                to_segment = m.structure.products_to_segment
                pace = at_least(to_segment(m.now.delivered), 1e-9)
                weeks = np.minimum(m.parameters.process_weeks + 13.0 * to_segment(queue) / pace, m.parameters.lead_time_cap_weeks)
                return weeks[segments]

            def own(m: PackagingModel, real: bool = real) -> Array:
                return m.now.real_lead_time_weeks if real else m.now.lead_time_weeks

            self._add(metric, [(worlds, quoted), (products, own)])
        self._add("fill_rate", [(worlds, lambda m: segment_fill(m)[segments])])
        technology = structure.recipe_technology[structure.edge_recipe]
        designer = structure.product_designer[structure.edge_product]
        keys = sorted({(int(d), int(t)) for d, t in zip(designer, technology, strict=True)})
        place_of = {key: i for i, key in enumerate(keys)}
        group = index([place_of[int(d), int(t)] for d, t in zip(designer, technology, strict=True)])
        by_designer, by_technology = Sums(group, len(keys)), Sums(technology, N_TECHNOLOGIES)
        total_of = index([t for _, t in keys])

        def slots_share(m: PackagingModel) -> Array:
            return ratio(by_designer(m.now.wafers_used), by_technology(m.now.wafers_used)[total_of])

        self._add("slots_share", [([(f"designer:{structure.designers[d]}", TECHNOLOGY_IDS[t]) for d, t in keys], slots_share)])

    def _buyers(self, model: PackagingModel, read: Measure) -> list[tuple[list[Series], Measure]]:
        """A product quantity for the world by segment, and for each designer by segment."""
        structure = model.structure
        segments = index([SEGMENT_IDS.index(s) for s in self._segments])
        to_segment = structure.products_to_segment
        names = [(f"designer:{key.designer}", key.segment) for key in structure.products]
        keys = list(dict.fromkeys(names))
        place_of = {key: i for i, key in enumerate(keys)}
        sums = Sums(index([place_of[name] for name in names]), len(keys))
        return [
            ([("world", s) for s in self._segments], lambda m: to_segment(read(m))[segments]),
            (keys, lambda m: sums(read(m))),
        ]

    # money ------------------------------------------------------------------------------------------------------------

    def _money(self, model: PackagingModel) -> None:
        lines = model.structure.lines
        firms = [f"firm:{name}" for name in lines.firms]
        designers = [f"designer:{name}" for name in model.structure.designers]
        stage_rows = index([STAGE_IDS.index(s) for s in self._stages])
        segment_rows = index([SEGMENT_IDS.index(s) for s in self._segments])
        self._add(
            "price_index",
            [
                ([("world", s) for s in self._stages], lambda m: m.state.stage_price[stage_rows]),
                ([("world", s) for s in self._segments], lambda m: m.state.segment_price[segment_rows]),
            ],
        )
        self._add("margin", [([(f, "") for f in firms], _margin)])
        self._add(
            "revenue_musd",
            [
                ([(f, "") for f in firms], lambda m: m.now.firm_revenue_musd),
                ([(d, "") for d in designers], lambda m: m.now.designer_revenue_musd),
            ],
        )
        to_firm = model.structure.lines_to_firm
        self._add(
            "capex_musd",
            [
                ([("world", "")], lambda m: m.now.capex_musd.sum(axis=0)[None]),
                ([(f, "") for f in firms], lambda m: to_firm(m.now.capex_musd)),
            ],
        )
        self._add(
            "cash_musd",
            [
                (
                    [(a, "") for a in (*firms, *designers)],
                    lambda m: (m.state.cash_musd - m.state.debt_musd)[: len(firms) + len(designers)],
                )
            ],
        )
        seats = index([PLACES.index(name) for name in self._seats])
        series = [(f"government:{name}", item) for item in ("committed", "paid", "contingent", "left") for name in self._seats]

        def treasury(m: PackagingModel) -> Array:
            s = m.state
            committed = m.structure.lines_to_place(s.grant_committed_musd)
            return np.concatenate([x[seats] for x in (committed, s.paid_total_musd, s.contingent_musd, s.purse_musd.sum(axis=0))])

        self._add("treasury_musd", [(series, treasury)])
        outlays = [(f"government:{name}", lever) for lever in LEVERS for name in self._seats]
        self._add("outlay_musd", [(outlays, lambda m: m.now.outlay_musd[:, seats].reshape(len(outlays), -1))])

    # standing -----------------------------------------------------------------------------------------------------------

    def _standing(self, model: PackagingModel) -> None:
        places = index([PLACES.index(name) for name in self._declared])
        series = [(f"country:{name}", item) for item in standing.DEFINITIONS for name in self._declared]

        def leadership(m: PackagingModel) -> Array:
            return standing.leadership(m)[:, places].reshape(len(series), -1)

        def rank(m: PackagingModel) -> Array:
            values = standing.leadership(m)[:, places]
            higher = (values[:, None] > values[:, :, None]).sum(axis=2, dtype=np.int8)  # a small integer is summed fast
            return (1.0 + higher).reshape(len(series), -1)

        self._add("leadership", [(series, leadership)])
        self._add("leadership_rank", [(series, rank)])
        seats = index([PLACES.index(name) for name in self._seats])
        scored = [(f"government:{name}", part) for part in standing.COMPONENTS for name in self._seats]
        self._add("score_raw", [(scored, lambda m: standing.score_raw(m)[:, seats].reshape(len(scored), -1))])


def _margin(m: PackagingModel) -> Array:
    """(firm, W): (revenue - operating cost - made-good losses - depreciation) / revenue; missing where nothing was sold."""
    revenue = m.now.firm_revenue_musd
    return np.where(revenue > 1e-9, 1.0 - m.now.firm_cost_musd / at_least(revenue, 1e-9), np.nan)


class _Shares:
    """Herfindahl-Hirschman index and top shares over several groupings of line capacity.

    All groupings are summed at once: ``_owners`` (owner, line) stacks the owners of every grouping.
    """

    def __init__(self, subject: str, groupings: Sequence[tuple[Index, int]]) -> None:
        self._name = f"shares of {subject}"
        rows: list[int] = []
        columns: list[int] = []
        of_owner: list[int] = []
        starts: list[int] = []
        for n, (group, size) in enumerate(groupings):
            first = len(of_owner)
            members = np.flatnonzero(group >= 0)
            rows.extend(int(g) + first for g in group[members])
            columns.extend(int(i) for i in members)
            of_owner.extend([n] * size)
            starts.append(first)
        n_lines = len(groupings[0][0])
        shape = (len(of_owner), n_lines)
        self._owners = Sums.of(sparse.csr_array((np.ones(len(rows)), (rows, columns)), shape=shape))
        self._grouping = index(of_owner)
        self._totals = Sums(self._grouping, len(groupings))
        self._largest = LargestThree(index(starts), len(of_owner))

    def _shares(self, m: PackagingModel) -> Array:
        if self._name not in m.shares:
            held = self._owners(m.now.capacity_at_start)
            m.shares[self._name] = held / at_least(self._totals(held), 1e-12)[self._grouping]
        return m.shares[self._name]

    def hhi(self, m: PackagingModel) -> Array:
        shares = self._shares(m)
        return 10_000.0 * self._totals(shares * shares)

    def _top(self, m: PackagingModel) -> Array:
        """(3, grouping, W): the three largest shares, in falling order."""
        name = f"largest {self._name}"
        if name not in m.shares:
            m.shares[name] = self._largest(self._shares(m))
        return m.shares[name]

    def top1(self, m: PackagingModel) -> Array:
        return self._top(m)[0]

    def top3(self, m: PackagingModel) -> Array:
        first, second, third = self._top(m)
        return third + second + first
