"""What worlds say about the draft of a tab: the question, asked while a slider moves, and the newest answer.

``Outlooks`` lives as long as its tab. Worlds are run by the Forecaster, in other processes; here is only when they are asked and which
answer is shown. The near future comes first, the rest of the game after it where somebody looks at it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, replace

import solara

from policygame.errors import UserError
from policygame.game.outlook import Answer, Request, Series, other_seeds
from policygame.game.turns import Calendar
from policygame.game.views import SeatView
from policygame.scenario import Policy
from policygame.web.hosted import forecaster
from policygame.web.kernel import Gone, tab_id, use_wake

__all__ = ["AT_ONCE_QUARTERS", "NEAR_QUARTERS", "WORLDS", "Outlooks", "Question", "ahead_of", "request_of", "use_outlooks"]

WORLDS = 200
NEAR_QUARTERS = 12
AT_ONCE_QUARTERS = 24
"""A game with no more quarters than these ahead is looked at to its end, and at once: a line that is decided today takes years to
stand, so three years show nothing of it."""


def ahead_of(view: SeatView) -> int:
    """How many quarters lie ahead, the present one included."""
    return max(Calendar.of(view.scenario).end - view.quarter + 1, 0)


def request_of(view: SeatView, seat: str, draft: Policy, series: tuple[Series, ...], quarters: int = NEAR_QUARTERS) -> Request:
    """The question about a draft of this turn."""
    calendar = Calendar.of(view.scenario)
    return Request(
        scenario=view.scenario.name,
        seed=view.seed,
        in_force=tuple((name, str(policy)) for name, policy in view.decided.items()),
        present=calendar.quarters_before(view.turn),
        turn_quarters=max(calendar.length(view.turn), 1),
        seat=seat,
        draft=str(draft),
        seeds=other_seeds(view.seed, WORLDS),
        quarters=quarters,
        series=series,
    )


@dataclass(frozen=True)
class Question:
    """All of a question but the draft: whose tab asks, about the next quarters and then ``far_quarters``."""

    key: Hashable
    request: Request
    far_quarters: int


class Outlooks:
    """The questions of one tab. ``answer`` is the newest that came, maybe to an older draft; ``pending`` whether a newer is awaited."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._wake: Callable[[], None] | None = None
        self._question: Question | None = None
        self._asked: tuple[Question, Request] | None = None
        self._running: Future[Answer] | None = None
        self.answer: Answer | None = None
        self.error = ""

    @property
    def pending(self) -> bool:
        """Whether the answer that is shown is not the one that was asked for last."""
        shown = self.answer.request if self.answer is not None else None
        if self._asked is None or self.error:
            return False
        return shown is None or replace(shown, quarters=0) != replace(self._asked[1], quarters=0)

    def subscribe(self, wake: Callable[[], None]) -> Callable[[], None]:
        """Call ``wake`` at every answer; what is returned ends it, and cancels what runs."""
        self._wake = wake

        def end() -> None:
            self._wake = None
            running = self._running
            if running is not None:
                running.cancel()

        return end

    def about(self, question: Question | None) -> None:
        """What is asked of drafts from now on; None: nothing lies ahead to be asked about."""
        self._question = question

    def ask(self, draft: Policy) -> None:
        """Ask about a draft: the near future, then the rest where somebody looks at it. What has been asked is not asked again.

        A movement asks before the page is drawn for it: worlds take longest, so they begin first.
        """
        question = self._question
        if question is None:
            return
        request = replace(question.request, draft=str(draft))
        with self._lock:
            if self._asked == (question, request) and not self.error:
                return
            self._asked, self.error = (question, request), ""
        self._submit(question.key, request, question.far_quarters)

    def _submit(self, key: Hashable, request: Request, far_quarters: int) -> None:
        try:
            future = forecaster().submit(key, request)
        except UserError as error:
            self._fail(request, str(error))
            return
        self._running = future
        future.add_done_callback(lambda done: self._receive(key, request, far_quarters, done))

    def _receive(self, key: Hashable, request: Request, far_quarters: int, done: Future[Answer]) -> None:
        try:
            answer = done.result()
        except CancelledError:
            return
        except Exception as error:  # of whatever kind: the game goes on, and the page says so
            self._fail(request, str(error))
            return
        with self._lock:
            if not self._wants(request):
                return
            self.answer = answer
        self._told()
        if far_quarters > request.quarters and answer.quarters and len(answer.quarters) == request.quarters:
            threading.Thread(
                target=self._submit, args=(key, replace(request, quarters=far_quarters), far_quarters), daemon=True
            ).start()

    def _wants(self, request: Request) -> bool:
        """Whether an answer to this request, near or far, is one to what was asked last; the caller holds the lock."""
        return self._asked is not None and replace(self._asked[1], quarters=request.quarters) == request

    def _fail(self, request: Request, words: str) -> None:
        with self._lock:
            if not self._wants(request):
                return
            self.error = words or "?"
        self._told()

    def _told(self) -> None:
        wake = self._wake
        if wake is None:
            return
        try:
            wake()
        except Gone:
            self._wake = None


def use_outlooks(view: SeatView, seat: str, draft: Policy, series: tuple[Series, ...], far: bool) -> Outlooks:
    """A hook: the outlooks of this tab, asked anew whenever draft, turn or horizon change."""
    outlooks: Outlooks = solara.use_memo(Outlooks, [])
    use_wake(outlooks.subscribe, [])
    ahead = ahead_of(view)

    def pose() -> None:
        question = None
        if ahead > 0 and view.phase == "playing":
            near = min(AT_ONCE_QUARTERS if far and ahead <= AT_ONCE_QUARTERS else NEAR_QUARTERS, ahead)
            request = request_of(view, seat, Policy(), series, near)
            question = Question((view.game_id, seat, tab_id()), request, ahead if far else near)
        outlooks.about(question)

    solara.use_effect(pose, [view.game_id, seat, view.turn, series, far])
    solara.use_effect(lambda: outlooks.ask(draft), [view.game_id, seat, view.turn, str(draft), series, far])
    return outlooks
