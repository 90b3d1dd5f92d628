"""Events that can be read from a result: lines crossed, leaders changed, disasters, shortages and what eases them.

Each function looks at one kind of event in one quarter of one world and yields ``Headline``s. Lines that are drawn are declared here
once. Decisions are ``policy_events``; wording and ranking are ``headlines``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from policygame.catalogue import Quarter
from policygame.game.headlines import Headline, Reading
from policygame.game.wording import entity_name, item_name, quarter_text
from policygame.model.arrays import Array
from policygame.result import Result

__all__ = ["market_events"]

LEAD_TIMES_WEEKS = (20.0, 30.0, 40.0, 52.0)
FILLS = (0.9, 0.75)
FULL, SLACK = 0.995, 0.8
"""A stage is at its limit from the first on, and has slack under the second."""
ROUND_KWPM = (10.0, 20.0, 50.0, 100.0, 200.0, 500.0)
FIRST_KWPM = 0.1
"""Less is no line yet."""
LEAST_DOUBLED_KWPM = 1.0
"""Doubling is told of capacities from here on."""
HHI_MOVE = 500.0
PRICE_MOVE = 0.1
BANK_QUARTERS = (1.0, 2.0)
PHANTOM = 0.5
COMPUTE_KH100E = tuple(digit * 10.0**power for power in range(1, 6) for digit in (1.0, 2.0, 5.0))
TREASURY = 0.1
"""Of what has come in: left, paid, committed and contingent together."""
LEAST_DISASTER = 0.05
_YEAR = 4
_ADVANCED = ("interposer_2_5d", "hybrid_3d")
_TOLD_DEFINITIONS = ("packaging", "whole_chain", "fabrication")


class _World:
    """One world of a result, read by series and quarter."""

    def __init__(self, result: Result, world: int, seat: str | None) -> None:
        self.result, self.world, self.seat = result, world, seat

    def series(self, metric: str) -> tuple[tuple[str, str], ...]:
        """Pairs of a metric, none where it was not recorded."""
        return self.result.series(metric) if metric in self.result.metrics else ()

    def line(self, metric: str, entity: str, item: str) -> Array:
        """(quarter,) of a series."""
        return self.result.array(metric, entity, item)[:, self.world]

    def at(self, metric: str, entity: str, item: str, t: int) -> Reading:
        """One number."""
        return Reading(metric, entity, item, self.result.quarters[t], float(self.line(metric, entity, item)[t]))

    def weight(self, base: float, item: str = "", place: str = "") -> float:
        """What an event of this item and place weighs: AI and 2.5D first, one's own before others'."""
        scope = {"ai_accelerator": 1.0, "interposer_2_5d": 1.0, "hybrid_3d": 0.8, "hbm": 0.8, "datacenter_cpu": 0.7, "": 1.0}
        return base * scope.get(item, 0.5) * (1.25 if self.seat is not None and place == self.seat else 1.0)

    def headquarters(self, entity: str) -> str:
        """The jurisdiction of a firm's headquarters."""
        return self.result.scenario.firms[entity.removeprefix("firm:")].headquarters


def market_events(result: Result, quarters: Sequence[Quarter], seat: str | None = None, world: int = 0) -> list[Headline]:
    """All events of ``quarters`` in one world of ``result``, which begins with its scenario; those of the first quarter need a
    quarter before.
    """
    view = _World(result, world, seat)
    places = [result.quarters.index(quarter) for quarter in quarters if quarter in result.quarters]
    return [headline for t in places if t > 0 for watch in _WATCHES for headline in watch(view, t)]


def _crossed(line: Array, t: int, threshold: float) -> bool:
    return bool(line[t - 1] < threshold <= line[t])


def _lead_times(view: _World, t: int) -> Iterator[Headline]:
    for entity, item in view.series("lead_time_weeks"):
        if entity != "world":
            continue
        line = view.line("lead_time_weeks", entity, item)
        names = (("item", item_name(item)),)
        now = view.at("lead_time_weeks", entity, item, t)
        up = [weeks for weeks in LEAD_TIMES_WEEKS if _crossed(line, t, weeks)]
        down = [weeks for weeks in LEAD_TIMES_WEEKS if line[t] < weeks <= line[t - 1]]
        if up:
            yield Headline("lead_time_up", "", now, view.weight(90.0, item), names, threshold=up[-1])
        elif down:
            yield Headline("lead_time_down", "", now, view.weight(75.0, item), names, threshold=down[0])


def _fills(view: _World, t: int) -> Iterator[Headline]:
    for entity, item in view.series("fill_rate"):
        line = view.line("fill_rate", entity, item)
        now, names = view.at("fill_rate", entity, item, t), (("item", item_name(item)),)
        under = [fill for fill in FILLS if line[t] < fill <= line[t - 1]]
        if under:
            yield Headline("slots_short", "", now, view.weight(80.0, item), names, threshold=under[-1])
        elif _crossed(line, t, FILLS[0]):
            yield Headline("slots_back", "", now, view.weight(60.0, item), names, threshold=FILLS[0])


def _stages(view: _World, t: int) -> Iterator[Headline]:
    for entity, item in view.series("utilisation"):
        line = view.line("utilisation", entity, item)
        now, names = view.at("utilisation", entity, item, t), (("item", item_name(item)),)
        if _crossed(line, t, FULL):
            yield Headline("stage_full", "", now, view.weight(70.0, item), names, threshold=FULL)
        elif line[t] < SLACK <= line[t - 1]:
            yield Headline("stage_slack", "", now, view.weight(45.0, item), names, threshold=SLACK)


def _firms(view: _World, t: int) -> Iterator[Headline]:
    # told of no place: a firm's lines stand in several, and its home is where its owners are
    metric = "packaging_capacity_kwpm"
    for entity, item in view.series(metric):
        if not entity.startswith("firm:") or item not in _ADVANCED:
            continue
        line = view.line(metric, entity, item)
        now, home = view.at(metric, entity, item, t), view.headquarters(entity)
        names = (("firm", entity_name(entity)), ("item", item_name(item)))
        passed = [kwpm for kwpm in ROUND_KWPM if _crossed(line, t, kwpm) and line[:t].max() < kwpm]
        if passed:
            yield Headline("firm_passes", "", now, view.weight(55.0, item, home), names, threshold=passed[-1])
        since = next((s for s in range(t) if line[s] >= LEAST_DOUBLED_KWPM), None)
        if since is None:
            continue
        doubled = max((2.0**n for n in range(1, 12) if _crossed(line, t, 2.0**n * float(line[since]))), default=0.0)
        if doubled and float(line[since:t].max()) < doubled * float(line[since]):
            told = (*names, ("since", quarter_text(view.result.quarters[since])))
            then = view.at(metric, entity, item, since)
            weight = view.weight(65.0, item, home)
            yield Headline("firm_doubles", "", now, weight, told, then=then, threshold=doubled * then.value)


def _first_lines(view: _World, t: int) -> Iterator[Headline]:
    metric = "packaging_capacity_kwpm"
    for entity, item in view.series(metric):
        if not entity.startswith("country:") or item not in _ADVANCED:
            continue
        line, place = view.line(metric, entity, item), entity.removeprefix("country:")
        if _crossed(line, t, FIRST_KWPM) and line[:t].max() < FIRST_KWPM:
            names = (("place", entity_name(entity)), ("item", item_name(item)))
            yield Headline("first_line", place, view.at(metric, entity, item, t), view.weight(85.0, item, place), names)


def _leaders(view: _World, t: int) -> Iterator[Headline]:
    for definition in _TOLD_DEFINITIONS:
        pairs = [entity for entity, item in view.series("leadership") if item == definition]
        if len(pairs) < 2:
            continue
        table = np.stack([view.line("leadership", entity, definition)[t - 1 : t + 1] for entity in pairs])
        first, last = (int(column.argmax()) for column in table.T)
        if first == last or table[last, 1] == table[first, 1]:
            continue
        entity, other = pairs[last], pairs[first]
        names = (("place", entity_name(entity)), ("other", entity_name(other)), ("definition", item_name(definition)))
        place = entity.removeprefix("country:")
        yield Headline(
            "leader",
            place,
            view.at("leadership", entity, definition, t),
            view.weight(88.0, "", place),
            names,
            then=view.at("leadership", entity, definition, t - 1),
            beside=view.at("leadership", other, definition, t),
        )


def _moved_in_a_year(line: Array, t: int, moved: Callable[[float, float], float], least: float) -> float:
    """How far a line has moved in a year, where that has just become ``least`` or more; else 0."""
    if t < _YEAR:
        return 0.0
    now = moved(float(line[t]), float(line[t - _YEAR]))
    before = moved(float(line[t - 1]), float(line[t - 1 - _YEAR])) if t > _YEAR else 0.0
    return now if abs(now) >= least and not (abs(before) >= least and before * now > 0.0) else 0.0


def _concentration(view: _World, t: int) -> Iterator[Headline]:
    for entity, item in view.series("hhi_packaging"):
        if entity != "site" or item not in (*_ADVANCED, "all"):
            continue
        move = _moved_in_a_year(view.line("hhi_packaging", entity, item), t, lambda now, then: now - then, HHI_MOVE)
        if move:
            kind = "concentration_up" if move > 0.0 else "concentration_down"
            name = "packaging capacity" if item == "all" else f"{item_name(item)} capacity"
            now, then = (view.at("hhi_packaging", entity, item, at) for at in (t, t - _YEAR))
            yield Headline(kind, "", now, view.weight(50.0, "" if item == "all" else item), (("item", name),), then=then)


def _prices(view: _World, t: int) -> Iterator[Headline]:
    for entity, item in view.series("price_index"):
        move = _moved_in_a_year(view.line("price_index", entity, item), t, lambda now, then: now / then - 1.0, PRICE_MOVE)
        if move:
            now, then = (view.at("price_index", entity, item, at) for at in (t, t - _YEAR))
            kind, weight = ("price_up", 60.0) if move > 0.0 else ("price_down", 45.0)
            names = (("item", item_name(item)),)
            yield Headline(kind, "", now, view.weight(weight, item), names, then=then)


def _disasters(view: _World, t: int) -> Iterator[Headline]:
    for entity, item in view.series("lines_down"):
        line, place = view.line("lines_down", entity, item), entity.removeprefix("country:")
        if line[t] > line[t - 1] and line[t] >= LEAST_DISASTER:
            names = (("place", entity_name(entity)),)
            weight = view.weight(70.0 + 30.0 * float(line[t]), "", place)
            yield Headline("disaster", place, view.at("lines_down", entity, item, t), weight, names)


def _dies(view: _World, t: int) -> Iterator[Headline]:
    for entity, item in view.series("die_bank_kunits"):
        if entity != "world" or ("world", item) not in view.series("deliveries_kunits"):
            continue
        bank, pace = view.line("die_bank_kunits", entity, item), view.line("deliveries_kunits", entity, item)
        if pace[t] <= 0.0 or pace[t - 1] <= 0.0:
            continue
        ratio = bank[t - 1 : t + 1] / pace[t - 1 : t + 1]
        passed = [quarters for quarters in BANK_QUARTERS if ratio[0] < quarters <= ratio[1]]
        if passed and bank[t] > bank[t - 1]:  # fewer deliveries alone make no pile
            now, beside = (view.at(metric, entity, item, t) for metric in ("die_bank_kunits", "deliveries_kunits"))
            yield Headline("dies_pile_up", "", now, view.weight(72.0, item), (("item", item_name(item)),), beside=beside)


def _phantoms(view: _World, t: int) -> Iterator[Headline]:
    for entity, item in view.series("phantom_backlog_kunits"):
        if entity != "world":
            continue
        phantom, real = view.line("phantom_backlog_kunits", entity, item), view.line("backlog_kunits", entity, item)
        share = phantom[t - 1 : t + 1] / np.maximum(phantom[t - 1 : t + 1] + real[t - 1 : t + 1], 1e-9)
        if share[0] < PHANTOM <= share[1]:
            now, beside = (view.at(metric, entity, item, t) for metric in ("phantom_backlog_kunits", "backlog_kunits"))
            yield Headline("phantom", "", now, view.weight(68.0, item), (("item", item_name(item)),), beside=beside)


def _compute(view: _World, t: int) -> Iterator[Headline]:
    if ("world", "ai_accelerator") not in view.series("compute_delivered_kh100e"):
        return
    line = view.line("compute_delivered_kh100e", "world", "ai_accelerator")
    passed = [level for level in COMPUTE_KH100E if _crossed(line, t, level) and line[:t].max() < level]
    if passed:
        now = view.at("compute_delivered_kh100e", "world", "ai_accelerator", t)
        yield Headline("compute", "", now, view.weight(58.0), threshold=passed[-1])


def _treasury(view: _World, t: int) -> Iterator[Headline]:
    entity = f"government:{view.seat}"
    if view.seat is None or (entity, "left") not in view.series("treasury_musd"):
        return
    left = view.line("treasury_musd", entity, "left")
    states = [item for of, item in view.series("treasury_musd") if of == entity]
    income = np.maximum(sum(view.line("treasury_musd", entity, state) for state in states), 1e-9)
    share = left / income
    if share[t] < TREASURY <= share[t - 1]:
        now = view.at("treasury_musd", entity, "left", t)
        yield Headline("treasury_low", view.seat, now, 95.0)


_WATCHES = (
    _lead_times,
    _fills,
    _stages,
    _firms,
    _first_lines,
    _leaders,
    _concentration,
    _prices,
    _disasters,
    _dies,
    _phantoms,
    _compute,
    _treasury,
)
