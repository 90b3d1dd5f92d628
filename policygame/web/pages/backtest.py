"""The back-test as a page: what happened in 2022 to 2024, what the model says, and what it misses. Shown by ``about``."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache

import solara

from policygame.calibration.backtest import Backtest, backtest
from policygame.game.scenarios import scenario_named
from policygame.web.charts import Interval, intervals
from policygame.web.components import Chart
from policygame.web.kernel import use_future
from policygame.web.markup import el, join
from policygame.web.text import _, number
from policygame.web.vue import Box, Fragment

__all__ = ["BacktestCard"]

SCENARIO = "ai-surge-2023"
WORLDS = 200
_ROW_PX = 21


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
        words = el("p", _("{worlds} worlds are held against history.").format(worlds=WORLDS), class_="sub", role="status")
        Box([Fragment(join([head, words]))], tag="section", classes="card pad stack")
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
    Box(
        [
            Fragment(join([head, el("p", finding, class_="claim small"), el("p", words, class_="sub")])),
            Chart(intervals(shown, finding=finding), height=_ROW_PX * len(shown) + 20),
            Fragment(join([el("h3", _("Missed")), missed]) if found.missed else el("p", _("Nothing is missed."))),
        ],
        tag="section",
        classes="card pad stack",
    )
