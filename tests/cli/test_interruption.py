"""Ctrl-C and a polite kill in the middle of a run leave nothing behind."""

from __future__ import annotations

import signal
import time

import pytest

LONG = ("run", "first-game", "--worlds", 20_000, "--seed", 1, "--out", "out")


@pytest.mark.slow
@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_no_half_file(start, tmp_path, sent, code):
    process = start(*LONG)
    deadline = time.monotonic() + 60
    while not list(tmp_path.glob(".out.partial-*")):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.02)
    time.sleep(0.5)
    assert process.poll() is None, "the run ended before it could be interrupted"
    process.send_signal(sent)
    stdout, stderr = process.communicate(timeout=60)
    assert (process.returncode, stdout) == (code, ""), stderr
    assert "Traceback" not in stderr
    assert list(tmp_path.iterdir()) == []
