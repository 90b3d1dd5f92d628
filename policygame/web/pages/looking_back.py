"""Why a game came out as it did, as markup and charts: the same for the debrief and for the file that is exported.

What it came to, and the parts of the score, are ``score_cards``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from policygame.catalogue import JURISDICTIONS, LEVERS, TECHNOLOGIES, Quarter
from policygame.foresight.bottleneck import JOINTLY
from policygame.game.debrief import Debrief, DecisionEffect, Path, Seen
from policygame.game.grants import GrantUse
from policygame.game.relief import Relief
from policygame.game.wording import item_name, quarter_text, said, value_text
from policygame.model.standing import DEFINITIONS
from policygame.web.charts import Bands, Bar, Own, bars, bump, fan
from policygame.web.charts.spec import ChartSpec
from policygame.web.components import Decision, Figure, RankRow, attribution_bars, figures, rank_table
from policygame.web.help import help_name, question
from policygame.web.markup import Markup, el, join
from policygame.web.pages.desk.standing_tabs import definition_words
from policygame.web.palette import stage_token
from policygame.web.text import _, n_, number, percent

__all__ = [
    "decisions_card",
    "grant_words",
    "grants_card",
    "leaders_card",
    "leaders_chart",
    "moment_card",
    "no_relief_words",
    "predictions_card",
    "version_words",
    "what_held_up",
    "what_if_chart",
    "what_if_note",
    "what_if_words",
]

HISTORY_QUARTERS = 4
LEAST_KWPM = 0.05
"""Lines of less are not told of."""
HALF_MUSD = 0.5
"""Less is shown as no M USD."""


def lever_words(found: DecisionEffect) -> str:
    """A decision in a few words: "Packaging grant, 2.5D"."""
    return f"{_(LEVERS[found.setting.lever].name)}, {item_name(found.setting.item)}"


def amount_words(found: DecisionEffect) -> str:
    """What it was set to."""
    unit, amount = LEVERS[found.setting.lever].unit, found.setting.amount
    if amount == 0.0:
        return _("ended")
    return percent(amount) if unit.startswith("share") or unit == "strength" else f"{number(amount)} {unit}"


# why --------------------------------------------------------------------------------------------------------------------------


def what_held_up(found: Debrief) -> tuple[str, ChartSpec]:
    """Which stage held everything up, by what one per cent more of each would have brought, as a sentence and a chart."""
    relief = found.relief
    words = _held_up_words(relief)
    drawn = [Bar(_capital(item_name(one.stage)), one.own, stage_token(one.stage)) for one in relief.stages]
    unit = _("% more AI accelerators")
    return words, bars(drawn, unit=unit, ordered=True, write=_relief_text, finding=words)


def no_relief_words() -> str:
    """Why a game that is shown as it was seen does not say what held it up."""
    return _(
        "What held everything up is found by running the game again with one per cent more of each stage. The model that it was played "
        "with is not installed here, so that cannot be told: a stage that was full is no bottleneck yet."
    )


def _relief_text(per_cent: float) -> str:
    return number(per_cent, 2)


def _held_up_words(relief: Relief) -> str:
    quarters = _("in every quarter from {first} to {last}").format(
        first=quarter_text(relief.quarters[0]), last=quarter_text(relief.quarters[-1])
    )
    if not relief.binding:
        return _(
            "Nothing was short in your world: one per cent more of any stage {quarters} would have brought next to nothing."
        ).format(quarters=quarters)
    if relief.binding == (JOINTLY,):
        return _(
            "No single stage held everything up in your world: one per cent more of all together {quarters} would have brought {gain} % "
            "more AI accelerators, of any one alone next to nothing."
        ).format(quarters=quarters, gain=_relief_text(relief.together))
    first = relief.stages[0]
    told = _(
        "{stage} held everything up: in your world one per cent more of it {quarters} would have brought {gain} % more AI accelerators."
    ).format(stage=_capital(item_name(first.stage)), quarters=quarters, gain=_relief_text(first.own))
    fabs = [one for one in relief.stages if one.stage.startswith("wafers")]
    if first.stage in TECHNOLOGIES and fabs:
        best = max(one.own for one in fabs)
        told += " " + _("One per cent more wafers would have brought {gain} %: the packaging line, not the fab.").format(
            gain=_relief_text(best)
        )
    return told + " " + _("It is worth most in {n} of {all} worlds.").format(n=first.binds_in, all=relief.worlds)


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def decisions_card(found: Debrief, left_out: int | None, *, switches: bool = True) -> Markup:
    """What each decision added, with its interval. The act ``keep`` names a decision by its index."""
    if not found.decisions:
        words = _("You left everything as it was. What others decided is under History.")
        return el("section", el("h2", _("You decided nothing")), el("p", words, class_="sub"), class_="card pad stack")
    shown = [
        Decision(
            str(one.index),
            one.turn,
            lever_words(one),
            amount_words(one),
            one.points.own,
            one.points.low,
            one.points.high,
            one.index != left_out,
        )
        for one in found.decisions
    ]
    words = _(
        "Each row replays the game without that one decision, in the same {n} worlds. The line is nine worlds in ten. "
        "Effects overlap: they do not add up."
    ).format(n=found.worlds_per_decision)
    return el(
        "section",
        el(
            "div",
            el("h2", _("Which of your decisions mattered"), question("term", "attribution")),
            el("p", words, class_="sub"),
            class_="pad",
        ),
        attribution_bars(shown, act="keep" if switches else None, digits=3),
        class_="card",
    )


def what_if_words(found: Debrief, effect: DecisionEffect | None, watched: int) -> str:
    """What would have been: of the series ``watched``, in one's own world, at the end and on average."""
    played, without = _both(found, effect, watched)
    metric, _entity, item = played.series

    def said_of(value: float) -> str:
        return value_text(value, metric, item)

    return _(
        "In your world, {name} was {end} at the end, {quarter}, and {mean} on average; without it, {bare_end} at the end and {bare_mean} "
        "on average."
    ).format(
        name=help_name("metric", metric).lower(),
        quarter=quarter_text(found.quarters[-1]),
        end=said_of(float(played.own[-1])),
        mean=said_of(float(np.mean(played.own))),
        bare_end=said_of(float(without.own[-1])),
        bare_mean=said_of(float(np.mean(without.own))),
    )


def what_if_note(found: Debrief, effect: DecisionEffect | None) -> str:
    """Which lines of the chart are the game's own world, and which many worlds."""
    n, few = found.worlds, found.worlds if effect is None else found.worlds_per_decision
    worlds = (
        _("{n} worlds of other luck, yours among them").format(n=n)
        if n == few
        else _("{n} worlds of other luck as played, {few} without it, yours among them").format(n=n, few=few)
    )
    return _(
        "Thick lines are your own world. Bands hold half and nine in ten of {worlds}; thin lines are the middle of these."
    ).format(worlds=worlds)


def _both(found: Debrief, effect: DecisionEffect | None, watched: int) -> tuple[Path, Path]:
    """A series as played, and without a decision (None: without all of one's own)."""
    return found.played[watched], effect.without[watched] if effect is not None else found.nothing[watched]


def what_if_chart(found: Debrief, effect: DecisionEffect | None, watched: int) -> ChartSpec:
    """A series in one's own world and in others, as played and without a decision (None: without all of one's own)."""
    played, without = _both(found, effect, watched)
    metric, entity, item = played.series
    form = said(metric, item)
    start = found.result.quarters.index(found.quarters[0])
    past = [form.of(float(v)) for v in found.result.array(metric, entity, item)[max(start - HISTORY_QUARTERS, 0) : start, 0]]
    labels = [quarter_text(q) for q in found.result.quarters[max(start - HISTORY_QUARTERS, 0) :]]
    few = found.worlds if effect is None else found.worlds_per_decision

    def bands(path: Path) -> Bands:
        return Bands(*([form.of(float(v)) for v in row] for row in path.fan))

    return fan(
        labels,
        past,
        bands(without),
        bands(played),
        unit=form.word or help_name("metric", metric),
        names=(_("Middle of {n} worlds, without it").format(n=few), _("Middle of {n} worlds, as played").format(n=found.worlds)),
        own=Own(
            [form.of(float(v)) for v in without.own],
            [form.of(float(v)) for v in played.own],
            (_("Without it"), _("As played")),
        ),
        now=_("play begins"),
        write=lambda value: number(value, form.decimals),
        finding=what_if_words(found, effect, watched),
    )


# what became of grants -----------------------------------------------------------------------------------------------------------


def grant_words(used: GrantUse) -> str:
    """What became of a grant, in a sentence or two: how much of it was awarded, and what nobody took up."""
    when, cap = quarter_text(used.last), used.cap_musd
    awarded = number(used.awarded_musd, 0)
    if number(used.awarded_musd, 0) == "0":
        if cap is None:
            return _("No firm took it up by {quarter}: nothing was awarded.").format(quarter=when)
        return _("No firm took it up by {quarter}: 0 of {cap} M USD awarded.").format(quarter=when, cap=number(cap, 0))
    if cap is None:
        told = _("{awarded} M USD awarded to firms by {quarter}; it has no cap.").format(awarded=awarded, quarter=when)
    elif used.left_musd is not None and used.left_musd >= HALF_MUSD:
        told = _("{awarded} of {cap} M USD awarded to firms by {quarter}; {left} M USD were not taken up.").format(
            awarded=awarded, cap=number(cap, 0), quarter=when, left=number(used.left_musd, 0)
        )
    else:
        told = _("All {cap} M USD awarded to firms by {quarter}.").format(cap=number(cap, 0), quarter=when)
    told += " " + _("{paid} M USD were paid by then.").format(paid=number(used.paid_musd, 0))
    if used.building_kwpm < LEAST_KWPM:
        return told
    building = _("{lines} thousand wafers a month of such lines are being built here, and count for nothing until they open.")
    return told + " " + building.format(lines=number(used.building_kwpm, 1))


def grants_card(grants: Sequence[GrantUse]) -> Markup | None:
    """What became of every grant; None where none was decided."""
    if not grants:
        return None
    rows = [
        el(
            "li",
            el("b", _(LEVERS[one.setting.lever].name), ", ", item_name(one.setting.item), ", ", percent(one.setting.amount)),
            " ",
            el("span", _("since {quarter}").format(quarter=quarter_text(one.setting.quarter)), class_="sub"),
            el("div", grant_words(one)),
        )
        for one in grants
    ]
    return el("section", el("h2", _("What became of your grants")), el("ul", rows), class_="card pad stack")


# who leads ----------------------------------------------------------------------------------------------------------------------


def leaders_chart(found: Seen) -> ChartSpec:
    """Ranks by every definition at the end of play."""
    places = list(dict.fromkeys(one.place for one in found.leaders))
    ranks = {place: [_rank(found, which, place) for which in DEFINITIONS] for place in places}
    finding = _leaders_words(found)
    return bump([definition_words(one) for one in DEFINITIONS], ranks, me=found.seat, focus=[found.seat], finding=finding)


def _rank(found: Seen, definition: str, place: str) -> int | None:
    one = next((s for s in found.leaders if (s.definition, s.place) == (definition, place)), None)
    return one.end_rank if one is not None else None


def _leaders_words(found: Seen) -> str:
    mine = {one.definition: one for one in found.leaders if one.place == found.seat}
    if not mine:
        return _("Who leads depends on what you count.")
    best = min(mine.values(), key=lambda one: one.end_rank)
    worst = max(mine.values(), key=lambda one: one.end_rank)
    if best.end_rank == worst.end_rank:
        return _("You are number {n} by every definition.").format(n=best.end_rank)
    return _("You are number {a} by {first}, number {b} by {second}: who leads depends on what you count.").format(
        a=best.end_rank,
        first=definition_words(best.definition).lower(),
        b=worst.end_rank,
        second=definition_words(worst.definition).lower(),
    )


def leaders_card(found: Seen, definition: str) -> Markup:
    """The table of one definition: rank, share and how ranks moved since play began."""
    chosen = sorted((one for one in found.leaders if one.definition == definition), key=lambda one: (one.end_rank, one.place))
    most = max((one.end_value for one in chosen), default=1.0) or 1.0
    rows = [
        RankRow(one.place, one.end_rank, percent(one.end_value), one.end_value / most, one.start_rank - one.end_rank)
        for one in chosen
    ]
    caption = _("Leadership by {name} at the end; moved since play began").format(name=definition_words(definition))
    return el("div", rank_table(rows, figure=definition_words(definition), me=found.seat, caption=caption), class_="scrollx")


# what was expected, and moments -------------------------------------------------------------------------------------------------


def predictions_card(found: Seen) -> Markup | None:
    """What one expected, turn by turn, and what came."""
    if not found.predictions:
        return None
    right = sum(one.right for one in found.predictions)
    rows = []
    for one in found.predictions:
        line = value_text(one.question.threshold, one.question.metric, one.question.item)
        guess = _("above {line}") if one.above else _("below {line}")
        came = value_text(one.came, one.question.metric, one.question.item)
        rows.append(
            el(
                "tr",
                el("td", one.turn, class_="n"),
                el("td", guess.format(line=line)),
                el("td", came, class_="n"),
                el("td", _("as expected") if one.right else _("not as expected"), class_="good" if one.right else "bad"),
            )
        )
    heads = (_("Turn"), _("You expected a wait"), _("It was"), "")
    head = el("tr", [el("th", words, scope="col") for words in heads])
    title = n_("{right} of {n} expectation came true", "{right} of {n} expectations came true", len(rows)).format(
        right=right, n=len(rows)
    )
    table = el("table", el("caption", title, class_="vh"), el("thead", head), el("tbody", rows))
    return el(
        "section",
        el("h2", title),
        el("div", table, class_="scrollx tall", tabindex="0", role="region", aria_label=title),
        class_="card pad stack",
    )


def moment_card(found: Seen, at: int, lines: Sequence[Any]) -> Markup:
    """The world at a quarter of play: key figures of one's own world, and what happened then."""
    quarter: Quarter = found.quarters[at]
    row = found.result.quarters.index(quarter)
    shown = []
    for metric, entity, item in (
        ("lead_time_weeks", "world", "ai_accelerator"),
        ("fill_rate", "world", "ai_accelerator"),
        ("leadership", f"country:{found.seat}", "packaging"),
        ("compute_received_kh100e", f"country:{found.seat}", ""),
    ):
        value = float(found.result.array(metric, entity, item)[row, 0])
        amount, _space, unit = value_text(value, metric, item).partition(" ")  # a long unit may fold, a number may not
        name = _("2.5D and 3D lines here") if metric == "leadership" else help_name("metric", metric)
        shown.append(Figure(name, amount, unit, help=("metric", metric)))
    news = [el("li", line) for line in lines]
    what = el("ul", news) if news else el("p", _("Nothing passed a mark."), class_="sub")
    return join([el("h3", quarter_text(quarter)), figures(shown), what])


def place_words(seat: str) -> str:
    """What a seat's jurisdiction is called."""
    return _(JURISDICTIONS[seat].name)


def version_words(played: str, installed: str) -> str:
    """Which model gives which numbers in Python, for a game that was played with another one than is installed."""
    if played == installed:
        return _(
            "The numbers that were seen in play come from an older version of the scenario. With what is installed here, {installed}, "
            "Python gives what the same decisions lead to now."
        ).format(installed=installed)
    return _(
        "The numbers that were seen in play need the model {played}: install that version of policygame and open the game's file there "
        "with load_game. The model installed here, {installed}, gives what it makes of the same decisions."
    ).format(played=played, installed=installed)
