"""Waking tabs from other threads, and what a browser may ask of a component."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any

import pytest
import solara
from ipyvue import VueTemplate
from ipyvue.VueTemplateWidget import Events
from markupsafe import Markup

from policygame.web import kernel, vue


class _Context:
    """As much of a tab's context as a waker uses."""

    def __init__(self) -> None:
        self.closed_event = threading.Event()
        self.inside = 0

    def __enter__(self) -> None:
        self.inside += 1

    def __exit__(self, *error: object) -> None:
        self.inside -= 1


def test_many_wakings_before_the_tab_is_drawn_count_once() -> None:
    context, drawn = _Context(), []
    waker = kernel.Waker(context, lambda: drawn.append(context.inside))
    for _ in range(5):
        waker.wake()
    assert kernel._awake.get() is waker
    assert kernel._awake.empty()
    waker.run()
    assert drawn == [1]  # once, inside the context
    waker.wake()
    assert kernel._awake.get() is waker


def test_a_closed_tab_tells_whoever_wakes_it_to_drop_it() -> None:
    context = _Context()
    waker = kernel.Waker(context, lambda: pytest.fail("drawn after its end"))
    waker.wake()
    kernel._awake.get()
    context.closed_event.set()
    waker.run()
    with pytest.raises(kernel.Gone):
        waker.wake()
    other = kernel.Waker(_Context(), lambda: pytest.fail("drawn after its end"))
    other.close()
    other.run()
    with pytest.raises(kernel.Gone):
        other.wake()


class _Widget:
    """A component with one event, and a method that is none."""

    def __init__(self) -> None:
        self.heard: list[Any] = []

    def vue_act(self, data: Any) -> None:
        self.heard.append(data)

    def close(self) -> None:
        pytest.fail("a browser called a method")


@pytest.mark.parametrize(
    "message",
    [
        {"create_widget": ["subprocess", "Popen"], "props": {"args": "true"}, "id": "x"},
        {"update_ref": {"functionRef": "close"}, "id": "x", "prop": "y"},
        {"destroy_widget": "x"},
        {"event": "close"},
        {"event": ["act"]},
        {"event": "act", "create_widget": ["os", "system"]},
        {},
        [],
        3,
        None,
    ],
)
def test_a_message_that_no_component_declares_does_nothing(message: Any) -> None:
    widget = _Widget()
    Events._handle_event(widget, None, message, None)
    assert widget.heard == []


def test_a_declared_event_is_heard() -> None:
    widget = _Widget()
    Events._handle_event(widget, None, {"event": "act", "data": {"act": "go"}}, None)
    assert widget.heard == [{"act": "go"}]


def test_one_message_is_one_drawing(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[tuple[int, int]] = []

    @solara.component
    def Two() -> None:
        one, set_one = solara.use_state(0)
        two, set_two = solara.use_state(0)
        drawn.append((one, two))

        def act(name: str, value: str) -> None:
            set_one(1)
            set_two(2)

        vue.Fragment(Markup("x"), act)

    _box, tab = solara.render(Two(), handle_error=False)
    context = SimpleNamespace(app_object=tab)
    monkeypatch.setattr(kernel.kernel_context, "has_current_context", lambda: True)
    monkeypatch.setattr(kernel.kernel_context, "get_current_context", lambda: context)
    widget = tab.find(VueTemplate, html="x").widget
    Events._handle_event(widget, None, {"event": "act", "data": {"act": "both"}}, None)
    monkeypatch.undo()
    assert drawn == [(0, 0), (1, 2)]
    tab.close()


@pytest.mark.parametrize("data", [None, 3, "x", [], {}, {"act": 3}, {"act": ["x"]}, {"act": "x" * 5000}])
def test_a_text_of_the_wrong_shape_is_no_text(data: Any) -> None:
    assert vue.read_text(data, "act") == ""


@pytest.mark.parametrize("data", [None, {}, {"at": "3"}, {"at": True}, {"at": float("nan")}, {"at": float("inf")}, {"at": 1e300}])
def test_a_number_of_the_wrong_shape_is_no_number(data: Any) -> None:
    assert vue.read_number(data, "at") is None
    assert vue.read_number({"at": 3}, "at") == 3.0
