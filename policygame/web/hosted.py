"""The Host and the Forecaster of this process, for pages to find. There is one of each: shared state never lives in a tab."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from policygame.hosting.forecaster import Forecaster
    from policygame.hosting.host import Host

__all__ = ["forecaster", "host", "set_host"]

_host: Any = None
_forecaster: Any = None


def set_host(host: Host | None, forecaster: Forecaster | None = None) -> None:
    """Name the Host and the Forecaster that pages of this process use; None at the end."""
    global _host, _forecaster
    _host, _forecaster = host, forecaster


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
