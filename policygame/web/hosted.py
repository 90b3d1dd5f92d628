"""The Host, the Forecaster, the Debriefs and the result sets of this process, for pages to find.

There is one of each: shared state never lives in a tab.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from policygame.experiment.shelf import Shelf
    from policygame.hosting.debriefs import Debriefs
    from policygame.hosting.forecaster import Forecaster
    from policygame.hosting.host import Host

__all__ = ["debriefs", "forecaster", "host", "listen_at", "reach", "set_host", "set_shelf", "shelf"]

_host: Any = None
_forecaster: Any = None
_debriefs: Any = None
_shelf: Any = None
_reach: tuple[str, ...] = ()


def set_host(host: Host | None, forecaster: Forecaster | None = None, debriefs: Debriefs | None = None) -> None:
    """Name the Host, the Forecaster and the Debriefs that pages of this process use; None at the end."""
    global _host, _forecaster, _debriefs
    _host, _forecaster, _debriefs = host, forecaster, debriefs


def host() -> Host:
    """The Host; RuntimeError where no server set one."""
    if _host is None:
        raise RuntimeError("no Host is set: pages are served by policygame serve, or by create_app(host)")
    return _host


def forecaster() -> Forecaster:
    """The Forecaster; RuntimeError where no server set one."""
    if _forecaster is None:
        raise RuntimeError("no Forecaster is set: pages are served by policygame serve, or by create_app(host, forecaster)")
    return _forecaster


def debriefs() -> Debriefs:
    """The Debriefs; RuntimeError where no server set them."""
    if _debriefs is None:
        raise RuntimeError(
            "no Debriefs are set: pages are served by policygame serve, or by create_app(host, forecaster, debriefs)"
        )
    return _debriefs


def set_shelf(shelf: Shelf | None) -> None:
    """Name the result sets that the Lab may open; None where the server was given none."""
    global _shelf
    _shelf = shelf


def shelf() -> Shelf | None:
    """The result sets that the Lab may open; None where the server was given none."""
    found: Shelf | None = _shelf
    return found


def listen_at(origins: Sequence[str]) -> None:
    """Name what others reach this process by: ``http://192.168.0.7:8765`` and the like; none where only this computer does."""
    global _reach
    _reach = tuple(origins)


def reach() -> tuple[str, ...]:
    """What others reach this process by, as far as it knows; a proxy before it may make more of it."""
    return _reach
