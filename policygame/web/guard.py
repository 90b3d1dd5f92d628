"""What stands before every request: limits on size, where a socket may come from, and the headers of an answer.

It knows nothing of games. Limits on a socket's messages are the server's (``LONGEST_MESSAGE_BYTES`` is handed to uvicorn).
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["LONGEST_MESSAGE_BYTES", "Guard", "same_origin"]

LONGEST_MESSAGE_BYTES = 1_000_000
"""The longest body of a request and the longest message of a socket that is read."""
_POLICY_VIOLATION = 1008
_HOST = re.compile(r"^[A-Za-z0-9.:\[\]-]{1,255}$")


def same_origin(origin: str | None, host: str | None) -> bool:
    """Whether a page of ``origin`` was served by ``host``. A client that is no browser sends no origin and is let in.

    >>> same_origin("http://localhost:8765", "localhost:8765"), same_origin("https://evil.example", "localhost:8765")
    (True, False)
    """
    return origin is None or (host is not None and urlsplit(origin).netloc.lower() == host.lower())


def _policy(host: str) -> str:
    sockets = f" ws://{host} wss://{host}" if _HOST.match(host) else ""
    return (
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
        f"img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'{sockets}; object-src 'none'; base-uri 'self'; "
        "form-action 'self'; frame-ancestors 'none'"
    )


class Guard:
    """Middleware that refuses what is too long or comes from elsewhere, and adds the headers that keep pages to themselves."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self._socket(scope, receive, send)
        elif scope["type"] == "http":
            await self._request(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        if not same_origin(headers.get("origin"), headers.get("host")):
            await receive()
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION, "reason": "this page is not from here"})
            return
        await self.app(scope, receive, send)

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        length = headers.get("content-length", "0")
        changes = scope["method"] not in ("GET", "HEAD", "OPTIONS")
        if not length.isdigit() or int(length) > LONGEST_MESSAGE_BYTES:
            await _refuse(413, "A request may be at most 1 MB long.", scope, receive, send)
            return
        if changes and not same_origin(headers.get("origin"), headers.get("host")):
            await _refuse(403, "This request comes from a page of another site.", scope, receive, send)
            return
        taken = 0

        async def limited() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > LONGEST_MESSAGE_BYTES:
                return {"type": "http.disconnect"}
            return message

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                _add_headers(MutableHeaders(scope=message), headers.get("host", ""))
            await send(message)

        await self.app(scope, limited, with_headers)


def _add_headers(answer: MutableHeaders, host: str) -> None:
    answer.setdefault("Content-Security-Policy", _policy(host))
    answer.setdefault("X-Content-Type-Options", "nosniff")
    answer.setdefault("X-Frame-Options", "DENY")
    answer.setdefault("Referrer-Policy", "same-origin")
    answer.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    answer.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")


async def _refuse(status: int, words: str, scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse(words, status_code=status)(scope, receive, send)
