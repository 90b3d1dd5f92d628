"""What a scenario must keep beyond the schema: dates in order, words declared, roles sound, figures cited rightly.

Every check reads a tolerant view of the file, so that it finds its problems also where other parts are wrong. Firms, products and
their relations are checked in ``supply_checks``, sums of shares in ``shares``. Nothing here changes a scenario.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from policygame.catalogue import JURISDICTIONS, LEVERS, STAGES, TECHNOLOGIES, Quarter
from policygame.scenario.figures import figure_bounds, figures, ids_in, nearest_id
from policygame.scenario.policy import Policy, PolicyError
from policygame.scenario.problems import Problem, listed, quoted, suggestion
from policygame.scenario.shape import shape_at
from policygame.scenario.shares import check_product_shares, check_share_sums
from policygame.scenario.spot import Spot
from policygame.scenario.supply_checks import check_supply
from policygame.scenario.wording import unit_at
from policygame.scenario.yaml_reader import Node

__all__ = ["check"]

_SLACK = 1e-9


def check(root: Node) -> Iterator[Problem]:
    """Everything that is wrong with a file beyond the schema, found as it is asked for."""
    top = Spot.top(root)
    for rule in _CHECKS:
        yield from rule(top)


def _calendar(top: Spot) -> Iterator[Problem]:
    """start <= play_from <= end."""
    start, play_from, end = (top.at(name).quarter() for name in ("start", "play_from", "end"))
    if start and play_from and play_from < start:
        yield top.at("play_from").problem(str(play_from), f"a quarter from {start} (the start) on")
    last = max((quarter for quarter in (start, play_from) if quarter), default=None)
    if end and last and end < last:
        yield top.at("end").problem(str(end), f"a quarter from {last} on, when play begins")


def _dated(dates: list[Spot], first_by: Quarter | None, why: str) -> Iterator[Problem]:
    """Dates ascend; the first is not later than ``first_by``."""
    before: Quarter | None = None
    for number, spot in enumerate(dates):
        quarter = spot.at("quarter").quarter()
        if quarter is None:
            return
        if number == 0 and first_by is not None and quarter > first_by:
            yield spot.at("quarter").problem(str(quarter), f"at the latest {first_by} ({why})")
        if before is not None and quarter <= before:
            yield spot.at("quarter").problem(str(quarter), f"a quarter after {before}: dates ascend")
        before = quarter


def _dates(top: Spot) -> Iterator[Problem]:
    """Growth regimes, generations and shells are in order and begin in time.

    Generations inherited by ``extends`` may begin after an earlier start: until then a product is what the first of them says.
    """
    start = top.at("start").quarter()
    for _, segment in top.at("segments").entries():
        growth = segment.at("growth_per_quarter")
        if growth.node is not None and growth.node.value == []:
            yield growth.problem("an empty list", "at least one growth regime")
        yield from _dated(list(growth.items()), start + 1 if start else None, "the quarter after the start is the first to grow")
    for _, stage in top.at("stages").entries():
        yield from _dated(list(stage.at("other_use_growth").items()), None, "")
    for _, designer in top.at("designers").entries():
        for product in designer.at("products").items():
            enters = product.at("starts").quarter()
            latest = max(filter(None, (start, enters)), default=None)
            if _inherited(product, top):
                latest = None
            yield from _dated(list(product.at("generations").items()), latest, "when the product can first be ordered")
    for _, firm in top.at("firms").entries():
        for line in firm.at("lines").items():
            shells = list(line.at("shells").items())
            yield from _dated(shells, None, "")
            opens = shells[0].at("quarter").quarter() if shells else None
            if start and opens and opens < start:
                allowed = f"a quarter from {start} (the start) on; what stands before belongs to shell_room"
                yield shells[0].at("quarter").problem(str(opens), allowed)


def _inherited(spot: Spot, top: Spot) -> bool:
    """Whether it comes from a file that this one extends."""
    return spot.node is not None and top.node is not None and spot.node.place.file != top.node.place.file


def _disruptions(top: Spot) -> Iterator[Problem]:
    """Disruptions begin within the scenario; the seats that a card names can be taken."""
    start, end = top.at("start").quarter(), top.at("end").quarter()
    for disruption in top.at("disruptions").items():
        for field in ("first", "last"):
            quarter = disruption.at(field).quarter()
            if quarter and ((start and quarter < start) or (end and quarter > end)):
                yield disruption.at(field).problem(str(quarter), f"a quarter of the scenario, {start} to {end}")
    acting = [word for word, place in top.at("jurisdictions").entries() if place.at("government").names()]
    for role in top.at("card").at("roles").items():
        word = role.text()
        if word in JURISDICTIONS and word not in acting:
            yield role.problem(f"{word}, which has no government here", listed(acting))


def _places(top: Spot) -> Iterator[Problem]:
    """Every jurisdiction that is used is declared."""
    declared = top.at("jurisdictions").names()
    for spot in _place_words(top):
        word = spot.text()
        if word in JURISDICTIONS and word not in declared:
            yield spot.problem(f"{word}, which the scenario does not declare", f"{listed(declared)} (under jurisdictions)")
    for section in [segment.at("destinations") for _, segment in top.at("segments").entries()] + [top.at("history")]:
        for word, spot in section.entries():
            if word in JURISDICTIONS and word not in declared:
                yield spot.problem(f"{word}, which the scenario does not declare", f"{listed(declared)} (under jurisdictions)")


def _place_words(top: Spot) -> Iterator[Spot]:
    for _, jurisdiction in top.at("jurisdictions").entries():
        yield from jurisdiction.at("allies").items()
    yield from (disruption.at("jurisdiction") for disruption in top.at("disruptions").items())
    for _, firm in top.at("firms").entries():
        yield firm.at("headquarters")
        yield from (line.at("jurisdiction") for line in firm.at("lines").items())
    for _, designer in top.at("designers").entries():
        yield designer.at("headquarters")
        for product in designer.at("products").items():
            for field in ("only_to", "not_to"):
                yield from product.at(field).items()
            for field in ("wafers", "packagers"):
                yield from (source.at("jurisdiction") for source in product.at(field).items())


def _stages(top: Spot) -> Iterator[Problem]:
    """Stages and technologies that are used are declared, each in its own section."""
    technologies, stages = top.at("technologies").names(), top.at("stages").names()
    for word, spot in top.at("stages").entries():
        if word in TECHNOLOGIES:
            yield spot.problem(
                f"the packaging technology {word}", "stages that are not packaging; technologies stand under 'technologies'"
            )
    used: list[Spot] = [line.at("stage") for _, firm in top.at("firms").entries() for line in firm.at("lines").items()]
    for _, designer in top.at("designers").entries():
        for product in designer.at("products").items():
            used.append(product.at("stage"))
            for generation in product.at("generations").items():
                used += [recipe.at("technology") for recipe in generation.at("recipes").items()]
    for spot in used:
        word = spot.text() or ""
        section, declared = ("technologies", technologies) if word in TECHNOLOGIES else ("stages", stages)
        if word in STAGES and word not in declared:
            yield spot.problem(f"{word}, which the scenario does not declare", f"{listed(declared)} (under {section})")


def _roles(top: Spot) -> Iterator[Problem]:
    """A government's bounds narrow levers that its role has; its mandate asks for something."""
    for _, jurisdiction in top.at("jurisdictions").entries():
        government = jurisdiction.at("government")
        levers: dict[str, None] = {}
        for word, spot in government.at("levers").words():
            if word in levers:
                yield spot.problem(f"{word} again", "each lever once")
            levers[word] = None
        for word, spot in government.at("bounds").entries():
            if word not in LEVERS:
                continue
            if word not in levers:
                yield spot.problem(f"a bound of {word}, which the role does not have", f"{listed(levers)} (its levers)")
            bound, lever = spot.number(), LEVERS[word]
            if bound is not None and not lever.low <= bound <= lever.high:
                yield spot.at("value").problem(
                    f"{bound:g}", f"{lever.low:g} to {lever.high:g} {lever.unit} (bounds of the lever)"
                )
        weights = [weight.number() for _, weight in government.at("mandate").entries()]
        if not government.at("mandate").missing and None not in weights and not sum(filter(None, weights)) > 0:
            yield government.at("mandate").problem("weights that sum to 0", "weights of which at least one is above 0")


def _history(top: Spot) -> Iterator[Problem]:
    """Dated decisions read as a policy, and belong to places that have a government."""
    declared = top.at("jurisdictions")
    acting = {name: None for name, place in declared.entries() if not place.at("government").missing}
    for name, decisions in top.at("history").entries():
        if name in declared.names() and name not in acting:
            allowed = f"{listed(acting)} (jurisdictions with a government)"
            yield decisions.problem(f"decisions of {name}, which has no government", allowed)
        decided: set[tuple[Quarter, str, str]] = set()
        for decision in decisions.items():
            yield from _decision(decision, declared.names(), decided)


def _first_moves(top: Spot) -> Iterator[Problem]:
    """The first moves of a card are dated when play begins, by seats that have the lever, within their bounds."""
    begins, declared = top.at("play_from").quarter(), top.at("jurisdictions")
    for name, move in top.at("card").at("first_moves").entries():
        government, line = declared.at(name).at("government"), move.at("line")
        if _inherited(move, top):  # whoever changes a world need not change its lesson too: one that no longer fits is not shown
            continue
        if name in JURISDICTIONS and government.missing:
            yield move.problem(f"a first move of {name}, which has no government here", "seats with a government")
            continue
        yield from _decision(move, declared.names(), set())
        try:
            setting = Policy.parse_line(line.text() or "")
        except PolicyError:
            continue  # told above
        levers = [word for word, _spot in government.at("levers").words()]
        if begins is not None and setting.quarter != begins:
            yield line.problem(f"a first move of {setting.quarter}", f"{begins}, when play begins")
        if setting.lever not in levers:
            yield line.problem(f"{setting.lever}, which {name} does not have", f"{listed(levers)} (its levers)")
        bound = government.at("bounds").at(setting.lever).number()
        if bound is not None and setting.amount > bound:
            yield line.problem(f"{setting.amount:g}", f"at most {bound:g}, the bound of {name}")


def _decision(decision: Spot, declared: Collection[str], decided: set[tuple[Quarter, str, str]]) -> Iterator[Problem]:
    """One dated decision: its figure exists, its line reads and decides something new, its jurisdictions are declared."""
    figure, line = decision.at("figure").text(), decision.at("line")
    if figure is not None and figure not in figures():
        yield decision.at("figure").problem(f"unknown figure {quoted(figure)}", _ALLOWED_FIGURE, suggestion(figure, figures()))
    text = line.text()
    if text is None:
        return
    try:
        setting = Policy.parse_line(text)
    except PolicyError as error:
        for problem in error.problems:
            yield line.problem(f"the line {quoted(text, 100)}", f"a line of a policy: {problem.message}")
        return
    for option in setting.options:
        for word in setting.jurisdictions(option):
            if word not in declared:
                found = f"{word} under '{option}', which the scenario does not declare"
                yield line.problem(found, f"{listed(declared)} (under jurisdictions)")
    key = (setting.quarter, setting.lever, setting.item)
    if key in decided:
        found = f"a second decision on {setting.lever} {setting.item} in {setting.quarter}"
        yield line.problem(found, "one decision of a government on a lever and item in a quarter")
    decided.add(key)


_ALLOWED_FIGURE = "an id of configs/figures"


def _figures(top: Spot) -> Iterator[Problem]:
    """Cited figures exist, and a number in a figure's unit lies within the figure."""
    for spot in _number_spots(top):
        cited, derived = spot.at("figure").text(), spot.at("derived").text()
        if derived is not None and not ids_in(derived):
            found = f"{quoted(derived)}, which mentions no published figure"
            yield spot.at("derived").problem(
                found, "a text with the id of at least one figure of configs/figures", nearest_id(derived)
            )
        if cited is None:
            continue
        figure = figures().get(cited)
        if figure is None:
            yield spot.at("figure").problem(f"unknown figure {quoted(cited)}", _ALLOWED_FIGURE, suggestion(cited, figures()))
            continue
        unit, value = unit_at(top.root, spot.path), spot.number()
        bounds = figure_bounds(figure, unit)
        if value is None or bounds is None:
            continue
        low, high = bounds
        slack = _SLACK * max(abs(low), abs(high), _SLACK)
        if not low - slack <= value <= high + slack:
            span = f"{low:g}" if low == high else f"{low:g} to {high:g}"
            problem = spot.at("value").problem(f"{value:g}", f"{span} {unit}, as figure {cited} states")
            yield Problem(problem.file, problem.line, problem.column, spot.problem("", "").path, problem.found, problem.allowed)


def _number_spots(spot: Spot) -> Iterator[Spot]:
    """Every place where the schema has a sourced number and the file a mapping."""
    shape = shape_at(spot.path)
    if shape is None:
        return
    if shape.unit is not None:
        yield spot
        return
    for _, child in spot.entries():
        yield from _number_spots(child)
    for child in spot.items():
        yield from _number_spots(child)


_CHECKS: tuple[Callable[[Spot], Iterator[Problem]], ...] = (
    _calendar,
    _disruptions,
    _dates,
    _places,
    _stages,
    _roles,
    _history,
    _first_moves,
    _figures,
    check_share_sums,
    check_product_shares,
    check_supply,
)
