"""Which stage holds everything up, as every page says it: by what one per cent more of each is worth in other worlds.

A stage that is full need not be the one: dies may wait all the same. The measure is ``game.ladder``'s; here it is asked, and said.
"""

from __future__ import annotations

from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock

from policygame.catalogue import TECHNOLOGIES
from policygame.game import SeatView
from policygame.game.ladder import Ladder, LadderRequest, ladder_block, ladder_of
from policygame.game.presents import Past, other_seeds
from policygame.game.turns import Calendar
from policygame.game.wording import item_name
from policygame.web.charts import Bar, ChartSpec, bars
from policygame.web.palette import stage_token
from policygame.web.text import _, number

__all__ = ["LADDER_WORLDS", "ask_ladder", "binding_stage", "relief_chart", "relief_words", "stage_word"]

LADDER_WORLDS = 24
"""Worlds that the ladder is asked in: each stage once more in every one of them."""
_KEPT = 64
_thinking = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ladder")
_asked: OrderedDict[LadderRequest, Future[Ladder]] = OrderedDict()
_lock = Lock()


def ask_ladder(view: SeatView) -> Future[Ladder]:
    """What relief of each stage is worth from the game's present; asked once for all who look at it. Who gives up waiting cancels only
    their own future."""
    present = Calendar.of(view.scenario).quarters_before(view.turn)
    past = Past(view.scenario.name, view.seed, tuple((name, str(policy)) for name, policy in view.decided.items()), present)
    request = LadderRequest(past, other_seeds(view.seed, LADDER_WORLDS))
    with _lock:
        known = _asked.get(request)
        if known is None or (known.done() and known.exception() is not None):
            known = _asked[request] = _thinking.submit(lambda: ladder_of(request, [ladder_block(request, request.seeds)]))
        _asked.move_to_end(request)
        while len(_asked) > _KEPT:
            _asked.popitem(last=False)
    own: Future[Ladder] = Future()
    known.add_done_callback(lambda done: _pass_on(done, own))
    return own


def _pass_on(done: Future[Ladder], to: Future[Ladder]) -> None:
    if not to.set_running_or_notify_cancel():
        return
    problem = done.exception()
    if problem is not None:
        to.set_exception(problem)
    else:
        to.set_result(done.result())


def binding_stage(found: Ladder | None) -> str:
    """The stage that binds in most worlds; "" where none does in a quarter of them."""
    if found is None or not found.rungs:
        return ""
    first = max(found.rungs, key=lambda rung: (rung.binds_in, rung.gain_percent))
    return first.stage if first.binds_in * 4 >= found.worlds else ""


def relief_words(found: Ladder) -> str:
    """What holds everything up, in a sentence."""
    binding = binding_stage(found)
    if binding:
        first = next(rung for rung in found.rungs if rung.stage == binding)
        words = _("{stage} binds in {n} of {all} worlds of the coming year.").format(
            stage=stage_word(binding), n=first.binds_in, all=found.worlds
        )
        return f"{words} {_('Another wafer would only join the die bank.')}" if binding in TECHNOLOGIES else words
    if found.none * 2 > found.worlds:
        return _("Nothing is short in {n} of {all} worlds of the coming year.").format(n=found.none, all=found.worlds)
    return _("No single stage binds in most worlds of the coming year.")


def relief_chart(found: Ladder) -> ChartSpec:
    """What one per cent more of each stage would bring, the most first."""
    drawn = [Bar(stage_word(rung.stage), max(rung.gain_percent, 0.0), stage_token(rung.stage)) for rung in found.rungs]
    return bars(drawn, unit="%", write=lambda value: f"{number(value, 2)} %", finding=relief_words(found))


def stage_word(stage: str) -> str:
    """A stage's name, short enough for a ladder."""
    short = {
        "hbm": _("HBM"),
        "wafers_leading": _("Leading wafers"),
        "wafers_advanced": _("Advanced wafers"),
        "wafers_mature": _("Mature wafers"),
        "conventional": _("Conventional"),
        "tools": _("Tools"),
    }
    name = _(item_name(stage))
    return short.get(stage) or name[:1].upper() + name[1:]
