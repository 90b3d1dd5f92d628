"""A debrief's numbers as a few lines of Python that anybody can run on the game's file and get the same, to the last bit."""

from __future__ import annotations

from itertools import pairwise

from policygame.game.debrief import Debrief, DecisionEffect

__all__ = ["reproduce_lines"]

_OPENING = """\
from policygame import load_game

game = load_game("{file}")
played = game.simulate()"""
_WITHOUT = """
bare = game.without("{seat}", turn={turn}, lever="{lever}", item="{item}").simulate()"""
_NOTHING = """
bare = game.without("{seat}").simulate()"""
_COMPARED = """
for one in (played, bare):
    weeks = one.array("{metric}", "{entity}", "{item}")[-1, 0]
    print("{metric} at the end:", weeks)"""
_SCORED = """
from policygame.game.debrief import debrief

found = debrief(game, "{seat}", seeds={seeds})
print("points:", found.score.points.own, "nine worlds in ten:", found.score.points.low, "to", found.score.points.high)"""
_EFFECT = """
effect = found.effect({turn}, "{lever}", "{item}")
print("of it by this decision:", effect.points.own, "nine in ten:", effect.points.low, "to", effect.points.high)"""


def reproduce_lines(debrief: Debrief, file: str, effect: DecisionEffect | None = None) -> str:
    """The text for a game's ``file`` as it was downloaded: the wait as played and without ``effect``'s decision (default: without any
    of the seat's), the points of the score and of the decision.

    The text is complete: it prints what it works out.
    """
    metric, entity, item = debrief.played[0].series
    others = debrief.seeds[1:]
    apart = len(others) > 1 and all(b == a + 1 for a, b in pairwise(others))
    seeds = f"range({others[0]}, {others[-1] + 1})" if apart else repr(list(others))
    words = {"file": file.replace("\\", "\\\\").replace('"', '\\"'), "seat": debrief.seat, "seeds": seeds}
    parts = [_OPENING.format(**words)]
    if effect is None:
        parts.append(_NOTHING.format(**words) if debrief.decisions else "\nbare = played")
    else:
        words |= {"turn": str(effect.turn), "lever": effect.setting.lever}
        parts.append(_WITHOUT.format(**words, item=effect.setting.item))
    parts += [_COMPARED.format(metric=metric, entity=entity, item=item), _SCORED.format(**words)]
    if effect is not None:
        parts.append(_EFFECT.format(**words, item=effect.setting.item))
    return "".join(parts) + "\n"
