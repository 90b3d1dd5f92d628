"""What a person has moved and not yet sent: settings dated now, with undo, redo and the way back to what is in force.

A ``Draft`` is a value. It holds only what differs from what is in force, so that a slider moved back leaves nothing behind. Whether
a draft may be sent, and what it costs, is the game's to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from policygame.catalogue import LEVERS, Quarter
from policygame.scenario import Policy, Setting
from policygame.scenario.setting import OptionValue

__all__ = ["Draft", "Key"]

Key = tuple[str, str]
"""Lever and item."""
MOST_STEPS = 100
_SAME = 1e-9


@dataclass(frozen=True)
class Draft:
    """``settings`` by lever and item, against ``force`` (what holds in the quarter ``now``); ``past`` and ``future`` for undo.

    ``held``: the settings before a movement that has not ended, so that a drag is one step of undo.
    """

    now: Quarter
    force: Mapping[Key, Setting]
    settings: Mapping[Key, Setting] = field(default_factory=dict)
    past: tuple[Mapping[Key, Setting], ...] = ()
    future: tuple[Mapping[Key, Setting], ...] = ()
    held: Mapping[Key, Setting] | None = None

    @classmethod
    def of(cls, now: Quarter, force: Iterable[Setting], lines: Iterable[str] | None) -> Draft:
        """The draft that was saved as ``lines``; lines of another quarter are not of this turn and left out."""
        own = Policy.parse("\n".join(lines or ())).settings
        return cls(now, {s.key: s for s in force}, {s.key: s for s in own if s.quarter == now})

    @property
    def policy(self) -> Policy:
        """The settings as a policy."""
        return Policy(tuple(self.settings.values()))

    @property
    def lines(self) -> tuple[str, ...]:
        """The settings as canonical lines."""
        return tuple(map(str, self.policy.settings))

    def setting(self, key: Key) -> Setting | None:
        """What would hold: the draft's setting, else that in force, else None."""
        return self.settings.get(key, self.force.get(key))

    def amount(self, key: Key) -> float:
        """What would hold, in the lever's unit."""
        found = self.setting(key)
        return found.amount if found is not None else 0.0

    def amount_in_force(self, key: Key) -> float:
        """What holds if nothing is sent."""
        return self.force[key].amount if key in self.force else 0.0

    def of_lever(self, lever: str) -> Draft:
        """The part of the draft that one lever has, without the way back: equal as long as nothing of that lever is moved."""
        force, settings = ({key: one for key, one in of.items() if key[0] == lever} for of in (self.force, self.settings))
        return Draft(self.now, force, settings)

    # changing ---------------------------------------------------------------------------------------------------------

    def set_amount(self, key: Key, amount: float, needed: Mapping[str, OptionValue], settled: bool = True) -> Draft:
        """``amount`` for a lever and item; terms stay as they are, ``needed`` are those that it cannot do without."""
        options = dict(needed) | self._options(key)
        return self._put(key, amount, options, settled)

    def set_option(self, key: Key, name: str, value: OptionValue | None) -> Draft:
        """A further term; None leaves it out. PolicyError for a value that the lever does not take."""
        options = self._options(key)
        options.pop(name, None)
        if value is not None:
            options[name] = value
        return self._put(key, self.amount(key), options, True)

    def _options(self, key: Key) -> dict[str, OptionValue]:
        found = self.settings.get(key)
        if found is None or (found.amount == 0.0 and key in self.force):
            found = self.force.get(key)
        return dict(found.options) if found is not None else {}

    def _put(self, key: Key, amount: float, options: Mapping[str, OptionValue], settled: bool) -> Draft:
        settings = dict(self.settings)
        settings.pop(key, None)
        known = {name: value for name, value in options.items() if name in LEVERS[key[0]].options} if amount > 0.0 else {}
        wanted = Setting(self.now, *key, amount, known)
        force = self.force.get(key)
        same = force is None and amount == 0.0
        if force is not None and abs(force.amount - amount) < _SAME:
            same = amount == 0.0 or dict(force.options) == dict(wanted.options)
        if not same:
            settings[key] = wanted
        before = self.settings if self.held is None else self.held
        if not settled:
            return replace(self, settings=settings, held=before)
        if settings == before:
            return replace(self, settings=settings, held=None)
        return self._step(settings, before)

    def _step(self, settings: Mapping[Key, Setting], before: Mapping[Key, Setting]) -> Draft:
        return replace(self, settings=settings, past=(*self.past, before)[-MOST_STEPS:], future=(), held=None)

    def undo(self) -> Draft:
        """As before the last step."""
        if not self.past:
            return self
        return replace(self, settings=self.past[-1], past=self.past[:-1], future=(self.settings, *self.future), held=None)

    def redo(self) -> Draft:
        """As before the last undo."""
        if not self.future:
            return self
        return replace(self, settings=self.future[0], past=(*self.past, self.settings), future=self.future[1:], held=None)

    def reset(self) -> Draft:
        """Nothing but what is in force; can be undone."""
        return self._step({}, self.settings) if self.settings else self
