"""While a slider moves: worlds are asked before anything is drawn, and what a movement does not touch is not drawn again."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any

import pytest
import solara
from ipyvue import VueTemplate

from policygame.game.outlook import Request
from policygame.game.treasury import bill
from policygame.game.views import SeatView, view_of
from policygame.hosting.forecaster import ForecastError
from policygame.scenario import Policy
from policygame.web.charts import Bands, fan
from policygame.web.components import Chart
from policygame.web.pages.desk import levers, worlds
from policygame.web.pages.desk.draft import Draft
from policygame.web.pages.desk.money import purses
from policygame.web.pages.desk.role import controls
from tests.game.table import Table

SERIES = (("lead_time_weeks", "world", "ai_accelerator"),)


class _Asked:
    """A forecaster that notes what it is asked and never answers."""

    def __init__(self) -> None:
        self.asked: list[Request] = []

    def submit(self, key: object, request: Request) -> Future[Any]:
        self.asked.append(request)
        return Future()


@pytest.fixture
def table() -> Table:
    return Table(seed=7).sit("USA")


def _view(table: Table) -> SeatView:
    return view_of(table.game, table.position, "owner")


def _draft(line: str) -> Policy:
    return Policy.parse(line)


def test_a_draft_is_asked_about_once_and_again_when_no_answer_came(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    forecaster = _Asked()
    monkeypatch.setattr(worlds, "forecaster", lambda: forecaster)
    outlooks, view = worlds.Outlooks(), _view(table)
    outlooks.ask(_draft("2023Q1 workforce packaging 5"))  # before the page says in what it is asked
    assert forecaster.asked == []
    outlooks.about(worlds.Question("tab", worlds.request_of(view, "USA", Policy(), SERIES), 12))
    for _ in range(2):  # the movement, and the page that is drawn for it
        outlooks.ask(_draft("2023Q1 workforce packaging 5"))
    assert [request.draft for request in forecaster.asked] == ["2023Q1 workforce packaging 5"]
    assert outlooks.pending
    outlooks.ask(_draft("2023Q1 workforce packaging 10"))
    assert len(forecaster.asked) == 2

    def stopped(key: object, request: Request) -> Future[Any]:
        raise ForecastError("stopping")

    monkeypatch.setattr(forecaster, "submit", stopped)
    outlooks.ask(_draft("2023Q1 workforce packaging 15"))
    assert outlooks.error == "stopping"
    monkeypatch.undo()
    monkeypatch.setattr(worlds, "forecaster", lambda: forecaster)
    outlooks.ask(_draft("2023Q1 workforce packaging 15"))  # "Try again"
    assert len(forecaster.asked) == 3
    assert outlooks.error == ""


def test_a_movement_draws_the_row_of_its_lever_and_no_other(table: Table) -> None:
    view = _view(table)
    shown = controls(view.scenario, "USA")
    first = Draft.of(view.quarter, view.in_force["USA"], ())
    moved: list[Any] = []

    def change(make: Any) -> None:
        raise AssertionError("nothing is moved here")

    @solara.component
    def Page() -> None:
        draft, set_draft = solara.use_state(first)
        moved.append(set_draft)
        due = bill(table.position, "USA", draft.policy)
        levers.LeverPanel(view, "USA", shown, draft, due, purses(due, None), None, {}, change, False)

    _box, page = solara.render(Page(), handle_error=False)
    drawn = levers._Row.render_count
    assert drawn >= len(shown)
    moved[-1](first.set_amount(("packaging_grant", "interposer_2_5d"), 0.3, {}))
    assert levers._Row.render_count == drawn + 1
    moved[-1](
        first.set_amount(("workforce", "packaging"), 20.0, {})
    )  # takes from what other levers may take, and the grant is gone
    fixed = sum(control.fixed for control in shown)
    assert levers._Row.render_count == drawn + 2 + fixed
    page.close()


def test_a_chart_is_text_to_the_page(table: Table) -> None:
    """Lists and objects of a widget are walked item by item at every drawing of the page."""
    bands = Bands(*([1.0, 2.0] for _ in range(5)))
    spec = fan(["2023 Q1", "2023 Q2"], [], bands, bands, unit="weeks", write=str)
    _box, page = solara.render(Chart(spec), handle_error=False)
    widget = page.find(VueTemplate, alt=spec.sentence).widget
    state = widget.get_state()
    declared = {name: state[name] for name in ("drawing", "numbers", "alt", "height", "busy", "still")}
    assert all(isinstance(value, str | int | bool) for value in declared.values())
    assert '"median-d"' in declared["drawing"]
    page.close()
