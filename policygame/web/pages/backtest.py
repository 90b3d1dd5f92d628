"""The back-test as a page: what happened in 2022 to 2024, what the model says, and what it misses. Shown by ``about``.

Target 1 is run when it is first asked for; targets 2 to 7 take longer, and are those that ship.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache

import solara

from policygame.calibration.answers import TARGETS, shipped_answers
from policygame.calibration.backtest import Backtest, backtest
from policygame.calibration.checks import Check
from policygame.game.scenarios import scenario_named
from policygame.web.charts import Interval, intervals
from policygame.web.components import Chart, skeleton
from policygame.web.kernel import use_future
from policygame.web.markup import Markup, el, join
from policygame.web.text import _, number
from policygame.web.vue import Box, Fragment

__all__ = ["BacktestCard"]

SCENARIO = "ai-surge-2023"
WORLDS = 200
MOST_ANSWERS = 10
"""Of a target with more questions only those that are missed are shown; the documentation has all."""
_ROW_PX = 21
_WAITING_PX = 320
"""About as high as the picture that is waited for."""


@cache
def _running() -> Future[Backtest]:
    """The back-test of the shipped scenario, run once by the server in a thread of its own: a second or two."""
    executor = ThreadPoolExecutor(1, thread_name_prefix="back-test")
    future = executor.submit(lambda: backtest(scenario_named(SCENARIO), worlds=WORLDS))
    executor.shutdown(wait=False)
    return future


@solara.component
def BacktestCard() -> None:
    """The picture, the sentence about it, and how to print it oneself."""
    told = use_future(_running, "backtest")
    head = el("h2", _("What happened, and what the model says"))
    if told.problem:
        Box([Fragment(join([head, el("p", told.problem, class_="sub", role="alert")]))], tag="section", classes="card pad stack")
        return
    if told.value is None:
        words = _("{worlds} worlds are run and held against history, a few seconds.").format(worlds=WORLDS)
        Box([Fragment(join([head, skeleton(words, height_px=_WAITING_PX)]))], tag="section", classes="card pad stack")
        return
    found: Backtest = told.value
    held = len(found.rows) - len(found.missed)
    finding = _("{held} of {n} targets of 2022 to 2024 hold.").format(held=held, n=len(found.rows))
    words = _(
        "Grey is the band that was observed, the bar is nine worlds in ten, the dot the median. A target holds, in green, if the median "
        "lies in the band and seven worlds in ten do. {worlds} worlds of {scenario}, as 'policygame backtest' prints them."
    ).format(worlds=number(found.worlds), scenario=SCENARIO)
    missed = el(
        "ul",
        [
            el("li", _("{name}: {part} of worlds inside").format(name=row.target.name, part=f"{row.inside:.0%}"))
            for row in found.missed
        ],
    )
    shown = [
        Interval(t.name, t.short, t.unit, t.low, t.high, row.p05, row.p50, row.p95, row.holds)
        for row in found.rows
        for t in [row.target]
    ]
    others = _others()
    Box(
        [
            Fragment(join([head, el("p", finding, class_="claim small"), el("p", words, class_="sub")])),
            Chart(intervals(shown, finding=finding), height=_ROW_PX * len(shown) + 20),
            Fragment(join([el("h3", _("Missed")), missed]) if found.missed else el("p", _("Nothing is missed."))),
            *([Fragment(others)] if others is not None else []),
        ],
        tag="section",
        classes="card pad stack",
    )


def _others() -> Markup | None:
    """Targets 2 to 7: what was asked, what the worlds answer, and by how much it is missed; None where no answers ship."""
    checks = shipped_answers(SCENARIO)
    if not checks:
        return None
    title = _("What nothing was fitted to")
    held = _("{held} of {n} further questions are answered as they were asked.").format(
        held=sum(one.holds for one in checks), n=len(checks)
    )
    words = _(
        "The answer is the median of the worlds, with nine worlds in ten in brackets. 'policygame backtest' asks them anew."
    )
    heads = (_("Question"), _("Asked"), _("Answer"), _("Unit"), "")
    head = el(
        "tr", [el("th", name, scope="col") for name in heads[:-1]], el("th", el("span", _("Verdict"), class_="vh"), scope="col")
    )
    body = []
    for target, name in TARGETS.items():
        own = [one for one in checks if one.target == target]
        if own:
            told = _("{n}. {name}: {held} of {all} hold").format(
                n=target, name=name, held=sum(one.holds for one in own), all=len(own)
            )
            body.append(el("tr", el("th", told, scope="colgroup", colspan=len(heads))))
            body += [_answer(one) for one in own if len(own) <= MOST_ANSWERS or not one.holds]
    table = el("table", el("caption", title, class_="vh"), el("thead", head), el("tbody", body))
    missed = el("ul", [el("li", f"{one.name}: {one.why_missed}") for one in checks if not one.holds])
    return join(
        [
            el("h3", title),
            el("p", held, class_="claim small"),
            el("p", words, class_="sub"),
            el("div", table, class_="scrollx", tabindex="0", role="region", aria_label=title),
            el("h4", _("By how much it is missed")) if any(not one.holds for one in checks) else None,
            missed,
        ]
    )


def _answer(one: Check) -> Markup:
    verdict = _("holds") if one.holds else el("b", _("missed"))
    return el("tr", [el("td", cell) for cell in (one.name, one.asked, one.answer, one.unit, verdict)])
