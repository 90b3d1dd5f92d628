"""One server process from its socket to its last breath: bind, say where, serve, stop when asked.

Which games are served is the Host's affair; the words of the command line are in ``policygame.cli.serve``.
"""

from __future__ import annotations

import errno
import signal
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable
from typing import Any

import uvicorn

from policygame.errors import UserError
from policygame.web.guard import LONGEST_MESSAGE_BYTES
from policygame.web.hosted import listen_at
from policygame.web.lan import lan_addresses

__all__ = ["ServeError", "addresses", "bind", "run"]

SECONDS_TO_FINISH = 3
"""How long requests may take to finish after the server was asked to stop."""
_EVERYWHERE = ("0.0.0.0", "::", "")


class ServeError(UserError):
    """The server cannot start as it was asked to."""


def bind(host: str, port: int) -> socket.socket:
    """A socket that listens at ``host`` and ``port`` (0: a free one). ServeError with what to do if that cannot be."""
    try:
        family = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0][0]
    except OSError:
        raise ServeError(
            f"{host!r} is no address of this machine; allowed are 127.0.0.1 (this machine only), 0.0.0.0 (others too), "
            "or one of the machine's own addresses"
        ) from None
    listening = socket.socket(family, socket.SOCK_STREAM)
    if sys.platform != "win32":  # there the option would let two servers share a port
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(512)
    except OSError as error:
        listening.close()
        raise ServeError(_why(error, host, port)) from None
    return listening


def _why(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} is taken, perhaps by another policygame; stop that one, or choose another with --port {port + 1} (0: any)"
    if error.errno == errno.EACCES:
        return f"port {port} may not be opened by this user; choose one from 1024 on, as in --port 8765"
    if error.errno == errno.EADDRNOTAVAIL:
        return f"{host} is no address of this machine; allowed are 127.0.0.1, 0.0.0.0 or one of {', '.join(lan_addresses()) or 'its own'}"
    return f"{host} port {port} cannot be opened: {error.strerror}"


def addresses(host: str, port: int, root_path: str) -> list[str]:
    """Where people open the pages: this machine first, then, if ``host`` is everywhere, each address of its networks."""
    if host in ("127.0.0.1", "localhost", "::1"):
        return [f"http://localhost:{port}{root_path}/"]
    names = ["localhost", *lan_addresses()] if host in _EVERYWHERE else [f"[{host}]" if ":" in host else host]
    return [f"http://{name}:{port}{root_path}/" for name in names]


def origins_for_others(host: str, port: int) -> list[str]:
    """What other computers put before a page's path; none where ``host`` is this computer's alone."""
    return [one.rstrip("/") for one in addresses(host, port, "") if not one.startswith("http://localhost:")]


class _Server(uvicorn.Server):
    """A uvicorn server that says when it answers, and ends without raising the signal anew."""

    def __init__(self, config: uvicorn.Config, started: Callable[[], None]) -> None:
        super().__init__(config)
        self._tell = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then tell."""
        await super().startup(sockets=sockets)
        if self.started:
            self._tell()


def run(app: Any, listening: socket.socket, *, open_browser: str | None, started: Callable[[], None]) -> None:
    """Serve ``app`` on ``listening`` until SIGINT or SIGTERM. ``started`` is called once it answers; ``open_browser`` is opened then."""
    listen_at(origins_for_others(*listening.getsockname()[:2]))
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        lifespan="on",
        loop="asyncio",
        ws_max_size=LONGEST_MESSAGE_BYTES,
        ws_per_message_deflate=True,
        timeout_graceful_shutdown=SECONDS_TO_FINISH,
        server_header=False,
        proxy_headers=True,
    )

    def tell() -> None:
        started()
        if open_browser is not None:
            threading.Thread(target=webbrowser.open, args=(open_browser,), daemon=True).start()

    server = _Server(config, tell)
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    # uvicorn raises the signals that stopped it once more when it is done: then they mean nothing any more
    for number in before:
        signal.signal(number, _heard)
    try:
        server.run(sockets=[listening])
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        listening.close()
    if not server.started:
        raise ServeError("the server could not start; what went wrong stands above")


def _heard(number: int, frame: object) -> None:
    """A signal that came when everything was over."""
