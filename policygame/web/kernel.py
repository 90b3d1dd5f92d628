"""The one place that touches Solara's semi-private parts: the context of a browser tab, its cookies, and what a browser may send.

Shared state lives in the Host, once per process. A page subscribes with ``use_wake`` and, when woken from whatever thread,
draws itself again inside its own context; it never holds shared state in a reactive. Rules and pages do not live here.
"""

from __future__ import annotations

import contextlib
import logging
import queue
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import solara
from ipyvue.VueTemplateWidget import Events
from solara.lab import cookies as _cookies
from solara.server import kernel_context

__all__ = [
    "Awaited",
    "Gone",
    "Subscribe",
    "Waker",
    "browser_cookies",
    "harden",
    "in_background",
    "tab_id",
    "use_future",
    "use_wake",
]

Subscribe = Callable[[Callable[[], None]], Callable[[], None]]
"""Takes what to call at every change, returns what ends the subscription (as ``Host.subscribe`` with its game bound)."""

_log = logging.getLogger("policygame.web")
_WAKERS = 4
_awake: queue.SimpleQueue[Waker] = queue.SimpleQueue()
_started = threading.Lock()
_background = ThreadPoolExecutor(2, thread_name_prefix="background")


class Gone(Exception):
    """Raised by a subscriber whose tab is closed, so that whoever calls it drops it."""


class Waker:
    """Draws a tab again when called from any thread.

    ``wake`` only puts the tab into a queue, so that one who changes a game never waits for thirty pages to be drawn; many calls
    before the tab's turn count once.
    """

    def __init__(self, context: Any, draw: Callable[[], None]) -> None:
        self._context = context
        self._draw = draw
        self._lock = threading.Lock()
        self._pending = False
        self._closed = False

    def wake(self) -> None:
        """Have the tab drawn soon; Gone if it is closed."""
        with self._lock:
            if self._closed or self._context.closed_event.is_set():
                raise Gone("the tab of this subscriber is closed")
            if self._pending:
                return
            self._pending = True
        _awake.put(self)

    def close(self) -> None:
        """Never draw again."""
        with self._lock:
            self._closed = True

    def run(self) -> None:
        """Draw now, inside the tab's context (called by the waking threads)."""
        with self._lock:
            self._pending = False
            if self._closed or self._context.closed_event.is_set():
                return
        with self._context:
            self._draw()


def _keep_waking() -> None:
    while True:
        waker = _awake.get()
        try:
            waker.run()
        except Exception:
            _log.exception("a page could not be drawn again")
        del waker


def _start_waking() -> None:
    """Start the waking threads, once, outside any tab's context: a thread keeps the context that it was born in."""
    if _started.acquire(blocking=False):
        with kernel_context.without_context():
            for k in range(_WAKERS):
                threading.Thread(target=_keep_waking, name=f"wake-{k}", daemon=True).start()


def use_wake(subscribe: Subscribe, dependencies: Sequence[Any]) -> int:
    """A hook: the component is drawn again at every call of the subscription. Returns how often it was woken.

    ``dependencies`` name what is subscribed to (a game's id); when they change, so does the subscription. A change between
    drawing and subscribing is not missed, because subscribing counts as a waking.
    """
    count, set_count = solara.use_state(0)

    def connect() -> Callable[[], None]:
        _start_waking()
        waker = Waker(kernel_context.get_current_context(), lambda: set_count(lambda n: n + 1))
        end = subscribe(waker.wake)
        set_count(lambda n: n + 1)

        def disconnect() -> None:
            waker.close()
            end()

        return disconnect

    solara.use_effect(connect, list(dependencies))
    return count


def browser_cookies() -> Mapping[str, str]:
    """The cookies that came with this tab's connection; none where there is no browser, as in tests."""
    return _cookies.value or {}


def tab_id() -> str:
    """An id that is one per browser tab."""
    return solara.get_kernel_id()


def _handle_only_events(self: Any, _: Any, content: object, buffers: Any) -> None:
    """What a template widget does with a message of the browser: call the declared handler of an event, and nothing else.

    ipyvue's own handler also creates any class of any module, and calls any method of the widget, that a message names.
    """
    told = content if isinstance(content, Mapping) and set(content) <= {"event", "data"} else {}
    name = told.get("event")
    handler = getattr(type(self), f"vue_{name}", None) if isinstance(name, str) else None
    if handler is None:
        _log.warning("a browser sent a message that no component declares; it was ignored")
        return
    with _one_drawing():
        handler(self, told.get("data", {}))


def _one_drawing() -> contextlib.AbstractContextManager[Any]:
    """Whatever state a message changes in the tab that it came from, the tab is drawn once, when all of it has changed."""
    if not kernel_context.has_current_context():
        return contextlib.nullcontext()
    tab = kernel_context.get_current_context().app_object
    return contextlib.nullcontext() if tab is None else tab


def harden() -> None:
    """Let template widgets take nothing from a browser but events that they declare."""
    Events._handle_event = _handle_only_events


def in_background(work: Callable[[], Any]) -> Future[Any]:
    """Have work done by one of two threads that belong to no tab, for ``use_future``."""
    with kernel_context.without_context():
        return _background.submit(work)


@dataclass(frozen=True)
class Awaited:
    """What became of a future: the newest ``value`` (kept while a newer one is computed), ``done``, and what went wrong in words."""

    value: Any = None
    done: bool = False
    problem: str = ""


def use_future(begin: Callable[[], Future[Any]] | None, key: Any) -> Awaited:
    """A hook: begin work elsewhere whenever ``key`` changes, and draw the component again when it is done.

    ``begin`` None: nothing to do now. Work that is overtaken is cancelled if it can be, and its result is not shown.
    """
    held, set_held = solara.use_state(Awaited())
    current = solara.use_ref(None)

    def run() -> Callable[[], None] | None:
        current.current = key
        if begin is None:
            set_held(lambda old: Awaited(old.value))
            return None
        _start_waking()
        came: list[Awaited] = []
        waker = Waker(kernel_context.get_current_context(), lambda: set_held(came[-1]) if current.current == key else None)

        def done(future: Future[Any]) -> None:
            if future.cancelled() or current.current != key:
                return
            error = future.exception()
            came.append(Awaited(None, True, str(error)) if error is not None else Awaited(future.result(), True))
            with contextlib.suppress(Gone):
                waker.wake()

        future = begin()
        if not future.done():
            set_held(lambda old: Awaited(old.value))
        future.add_done_callback(done)

        def end() -> None:
            waker.close()

        return end

    solara.use_effect(run, [key])
    return held
