"""``--player SEAT=MODULE:NAME``: a strategy of whoever runs the command, found by its name in a module.

The module is run on this machine, so only the command line can name one: no file of a game and no page does.
"""

from __future__ import annotations

import importlib
import sys
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any

from policygame.cli.options import OptionError

if TYPE_CHECKING:
    from policygame.model.agents.government import Strategy

__all__ = ["NamedPlayer", "read_player"]


@dataclass(frozen=True)
class NamedPlayer:
    """What ``text`` names: an object in a module, for a seat."""

    text: str
    seat: str
    module: str
    name: str

    def strategy(self) -> Strategy:
        """The object, imported; OptionError where there is none, or it decides nothing."""
        sys.path.insert(0, str(Path.cwd()))
        try:
            found: Any = reduce(getattr, self.name.split("."), importlib.import_module(self.module))
        except (ImportError, AttributeError) as error:
            raise OptionError(f"--player {self.text}: {error}; modules are looked for in the current folder too") from None
        finally:
            sys.path.remove(str(Path.cwd()))
        if isinstance(found, type) or not callable(getattr(found, "decide", None)):
            raise OptionError(f"--player {self.text}: a strategy is an object with decide(view); found {type(found).__name__}")
        strategy: Strategy = found
        return strategy


def read_player(text: str) -> NamedPlayer:
    """The parts of SEAT=MODULE:NAME; OptionError where it is not of that form.

    >>> read_player("CHN=my_agents:learned").name
    'learned'
    """
    seat, equals, place = text.partition("=")
    module, colon, name = place.partition(":")
    if not (equals and colon and seat and module and name):
        raise OptionError(f"--player {text!r} is not understood; write SEAT=MODULE:NAME, like USA=my_agents:trained")
    return NamedPlayer(text, seat, module, name)
