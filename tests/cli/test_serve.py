"""``policygame serve``: says where it is, shares its database with no other server, and stops when it is told to."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

Start = Callable[..., "subprocess.Popen[str]"]


def _line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def _address(process: subprocess.Popen[str]) -> str:
    line = _line(process)
    assert line.startswith("policygame is served at "), process.communicate()
    return line.removeprefix("policygame is served at ")


def _serve(start: Start, database: Path, *more: object) -> subprocess.Popen[str]:
    return start("serve", "--port", 0, "--no-browser", "--database", database, *more)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_server_says_where_it_is_and_stops_when_told(start: Start, tmp_path: Path, how: signal.Signals) -> None:
    process = _serve(start, tmp_path / "games.sqlite3")
    address = _address(process)
    with urllib.request.urlopen(f"{address}readyz") as answer:
        assert json.load(answer)["status"] == "ready"
    with urllib.request.urlopen(address) as answer:
        assert b"policygame" in answer.read()
    process.send_signal(how)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 0, err
    assert out.endswith("Stopped. Games are kept.\n")
    assert "Traceback" not in err


def test_two_servers_do_not_share_a_database(start: Start, tmp_path: Path) -> None:
    first = _serve(start, tmp_path / "games.sqlite3")
    _address(first)
    second = _serve(start, tmp_path / "games.sqlite3")
    _, err = second.communicate(timeout=30)
    assert second.returncode == 2
    assert "is hosted by another server already" in err
    assert "--database" in err
    first.kill()  # a server that is killed holds nothing on
    first.wait()
    third = _serve(start, tmp_path / "games.sqlite3")
    _address(third)


def test_a_taken_port_is_told_with_a_way_out(start: Start, tmp_path: Path) -> None:
    first = _serve(start, tmp_path / "one.sqlite3")
    port = _address(first).rsplit(":", 1)[1].rstrip("/")
    second = start("serve", "--port", port, "--no-browser", "--database", tmp_path / "two.sqlite3")
    _, err = second.communicate(timeout=30)
    assert second.returncode == 2
    assert f"port {port} is taken" in err


def test_a_root_path_stands_before_every_address(start: Start, tmp_path: Path) -> None:
    process = _serve(start, tmp_path / "games.sqlite3", "--root-path", "/games/")
    address = _address(process)
    assert address.endswith("/games/")
    with urllib.request.urlopen(address) as answer:
        assert b'data-root="/games"' in answer.read()
    with urllib.request.urlopen(address.replace("/games/", "/healthz")) as answer:
        assert answer.status == 200


def test_others_are_told_the_addresses_of_this_machine(start: Start, tmp_path: Path) -> None:
    from policygame.web.lan import lan_addresses

    process = _serve(start, tmp_path / "games.sqlite3", "--host", "0.0.0.0")
    _address(process)
    told = _line(process)
    for address in lan_addresses():
        assert f"http://{address}:" in told


def test_workers_are_refused_with_a_reason(start: Start) -> None:
    process = start("serve", "--workers", 2)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 2
    assert "one process serves all games" in err


@pytest.mark.parametrize("path", ["games", "/a b", "/x?y", "/../x"])
def test_a_root_path_of_another_form_is_refused(start: Start, tmp_path: Path, path: str) -> None:
    process = _serve(start, tmp_path / "games.sqlite3", "--root-path", path)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 2
    assert "begins with a slash" in err
    assert not os.listdir(tmp_path)  # nothing was made


def test_a_strategy_of_whoever_serves_is_offered_and_a_wrong_one_told_of(start: Start, tmp_path: Path) -> None:
    for named, told in {
        "CHN": "write SEAT=MODULE:NAME",
        "CHN=no_such_module:x": "No module named 'no_such_module'",
        "CHN=json:loads": "an object with decide(view); found function",
        "XYZ=json:loads": "there is no seat 'XYZ'",
        "CHN=json:no": "no attribute 'no'",
    }.items():
        refused = _serve(start, tmp_path / "games.sqlite3", "--player", named)
        _, err = refused.communicate(timeout=30)
        assert refused.returncode == 2
        assert told in " ".join(err.split())
        assert "Traceback" not in err
    served = _serve(start, tmp_path / "games.sqlite3", "--player", "CHN=policygame.bots:WHOLE_CHAIN")
    _address(served)
