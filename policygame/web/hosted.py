"""The Host of this process, for pages to find. There is one: shared state never lives in a tab."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from policygame.hosting.host import Host

__all__ = ["host", "set_host"]

_host: Any = None


def set_host(host: Host | None) -> None:
    """Name the Host that pages of this process use; None at the end."""
    global _host
    _host = host


def host() -> Host:
    """The Host; RuntimeError where no server set one."""
    if _host is None:
        raise RuntimeError("no Host is set: pages are served by policygame serve, or by create_app(host)")
    return _host
