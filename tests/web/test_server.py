"""The server over its real socket: health, headers, cookies, limits, and what it does with what it should not be sent."""

from __future__ import annotations

import json
import re
import signal
import socket
import urllib.request
from contextlib import closing
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from conftest import Served
from websockets.exceptions import ConnectionClosedError, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from policygame.web import document, lan, running
from policygame.web.document import AssetsError, adapt
from policygame.web.guard import LONGEST_MESSAGE_BYTES, same_origin
from policygame.web.running import ServeError, addresses, bind


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Message
    body: bytes


def ask(address: str, path: str, method: str = "GET", body: bytes | None = None, **headers: str) -> Answer:
    """The server's answer."""
    parts = urlsplit(address)
    with closing(HTTPConnection(str(parts.hostname), parts.port, timeout=20)) as connection:
        connection.request(
            method, parts.path.rstrip("/") + path, body, {name.replace("_", "-"): value for name, value in headers.items()}
        )
        with connection.getresponse() as answer:
            return Answer(answer.status, answer.headers, answer.read())


def channel(address: str, **more: Any) -> ClientConnection:
    """A socket to a new kernel, as a page opens it."""
    parts = urlsplit(address)
    url = f"ws://{parts.netloc}/jupyter/api/kernels/{uuid4()}/channels?session_id={uuid4()}"
    headers = {"Cookie": f"solara-session-id={uuid4()}"}
    return connect(url, additional_headers=headers, max_size=None, **more)


def test_health_and_readiness(gallery: str) -> None:
    answer = ask(gallery, "/healthz")
    assert (answer.status, json.loads(answer.body)["status"]) == (200, "ok")
    answer = ask(gallery, "/readyz")
    assert (answer.status, json.loads(answer.body)["status"]) == (200, "ready")


def test_a_page_keeps_to_itself(gallery: str) -> None:
    answer = ask(gallery, "/")
    policy = answer.headers["Content-Security-Policy"]
    host = urlsplit(gallery).netloc
    assert "default-src 'self'" in policy
    assert f"connect-src 'self' ws://{host} wss://{host};" in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    text = answer.body.decode()
    assert '<html lang="en"' in text
    assert "user-scalable" not in text
    assert re.search(r"(?:src|href|url)\s*[=(]\s*[\"']?https?://", text) is None


def test_a_hostile_host_header_does_not_reach_the_policy(gallery: str) -> None:
    answer = ask(gallery, "/", Host="x; script-src *")
    assert "script-src *" not in answer.headers["Content-Security-Policy"]


def test_our_files_are_kept_by_browsers_until_they_change(gallery: str) -> None:
    address = document.asset_address("ui.css")
    answer = ask(gallery, address)
    assert answer.headers["Cache-Control"].endswith("immutable")
    assert answer.body == (document.web_assets() / "ui.css").read_bytes()


@pytest.mark.parametrize(
    "path",
    ["/assets/web/../../pyproject.toml", "/assets/web/%2e%2e/docs/odd.md", "/_solara/cdn/../x", "/_solara/cdn/never@1/x.js"],
)
def test_only_files_that_are_meant_are_served(gallery: str, path: str) -> None:
    answer = ask(gallery, path)
    assert answer.status == 404


def test_what_solara_tells_about_itself_is_not_told(gallery: str) -> None:
    answer = ask(gallery, "/resourcez")
    assert answer.status == 404


def test_an_unknown_address_is_a_page_with_a_way_back(gallery: str) -> None:
    answer = ask(gallery, "/nowhere/at/all")
    assert answer.status == 404
    assert b"There is no such page." in answer.body
    assert b'href="/"' in answer.body


def test_help_is_a_page_of_the_catalogue(gallery: str) -> None:
    answer = ask(gallery, "/help/metric/utilisation")
    assert answer.status == 200
    assert b"<dt>Formula</dt>" in answer.body
    assert ask(gallery, "/help/metric/no_such").status == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [(b'{"ticket": "forged"}', 410), (b'{"ticket": 3}', 410), (b"{}", 410), (b"[]", 400), (b"not json", 400), (b"\xff", 400)],
)
def test_a_forged_ticket_sets_no_cookie(gallery: str, body: bytes, status: int) -> None:
    answer = ask(gallery, "/keep", "POST", body)
    assert answer.status == status
    assert answer.headers["Set-Cookie"] is None


def test_another_site_cannot_act(gallery: str) -> None:
    answer = ask(gallery, "/keep", "POST", b"{}", Origin="https://evil.example")
    assert answer.status == 403
    assert b"another site" in answer.body


def test_a_long_request_is_refused(gallery: str) -> None:
    answer = ask(gallery, "/keep", "POST", b"x" * (LONGEST_MESSAGE_BYTES + 1))
    assert answer.status == 413
    assert b"1 MB" in answer.body


def test_another_site_gets_no_socket(gallery: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        channel(gallery, origin="https://evil.example")
    assert refused.value.response.status_code == 403
    with channel(gallery, origin=gallery.rstrip("/")) as own:
        own.ping().wait(5)


def test_a_long_message_ends_its_open_pageand_nothing_else(gallery: str) -> None:
    with channel(gallery) as open_page, pytest.raises(ConnectionClosedError) as closed:
        _send_and_listen(open_page, "x" * (10 * 1_000_000))
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1009
    assert ask(gallery, "/healthz").status == 200


def _send_and_listen(open_page: ClientConnection, message: str) -> None:
    open_page.send(message)
    for _ in open_page:
        pass


@pytest.mark.parametrize(
    "message", ["not json", "[]", '{"header": 3}', '{"header": {"msg_type": "execute_request"}, "channel": "shell"}']
)
def test_a_message_of_no_sense_ends_at_most_its_socket(noisy_gallery: str, message: str) -> None:
    with channel(noisy_gallery) as open_page:
        open_page.send(message)
    with channel(noisy_gallery) as other:
        other.ping().wait(5)
    assert ask(noisy_gallery, "/healthz").status == 200


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_is_graceful_with_a_page_open(own_gallery: Served, how: signal.Signals) -> None:
    with channel(own_gallery.address) as open_page:
        open_page.ping().wait(5)
        own_gallery.process.send_signal(how)
        assert own_gallery.process.wait(10) == 0
        assert own_gallery.process.stdout is not None
        assert own_gallery.process.stdout.read().strip() == "stopped"


def test_a_taken_port_is_named_with_a_way_out() -> None:
    with bind("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with pytest.raises(ServeError, match=f"port {port} is taken.*--port {port + 1}"):
            bind("127.0.0.1", port)


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(ServeError, match=r"192\.0\.2\.7 is no address of this machine; allowed are 127\.0\.0\.1"):
        bind("192.0.2.7", 0)
    with pytest.raises(ServeError, match="no-such-host"):
        bind("no-such-host.invalid", 0)


def test_everybody_is_told_where_to_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "lan_addresses", lambda: ["192.168.1.20", "10.0.0.3"])
    assert addresses("127.0.0.1", 8765, "") == ["http://localhost:8765/"]
    assert addresses("0.0.0.0", 8765, "/games") == [
        "http://localhost:8765/games/",
        "http://192.168.1.20:8765/games/",
        "http://10.0.0.3:8765/games/",
    ]
    assert addresses("fe80::1", 1, "") == ["http://[fe80::1]:1/"]


def test_addresses_of_this_machine_can_be_listened_at() -> None:
    for address in lan.lan_addresses():
        assert not address.startswith("127.")
        with socket.socket() as trial:
            trial.bind((address, 0))


def test_an_origin_is_compared_whole() -> None:
    assert not same_origin("http://localhost:8765.evil.example", "localhost:8765")
    assert not same_origin("null", "localhost:8765")
    assert not same_origin("http://localhost:1", None)


def test_a_document_of_another_solara_is_refused() -> None:
    with pytest.raises(AssetsError, match="0 times instead of once"):
        adapt("<html></html>", "")


def test_a_missing_file_stops_the_start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(document, "web_assets", lambda: tmp_path)
    with pytest.raises(AssetsError, match=r"lacks assets/web/ui\.css"):
        document.check_assets()


def test_no_page_is_asked_for_elsewhere_by_the_server(gallery: str) -> None:
    with urllib.request.urlopen(f"{gallery}_solara/cdn/{document.ECHARTS}") as answer:
        assert int(answer.headers["Content-Length"] or 0) > 500_000 or len(answer.read()) > 500_000
