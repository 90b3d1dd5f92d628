"""What the processes of a forecaster run in tests: the scenario of a request says what is to happen. Nothing here knows the model."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from policygame.game.outlook import Cancelled, OutlookError, Request


def answer(request: Request, seeds: Sequence[int], cancelled: Callable[[], bool]) -> object:
    """``WORD PATH``: what happens, and a file that tells of it."""
    word, _, path = request.scenario.partition(" ")
    if word == "refuse":
        raise OutlookError("There is no such world.")
    if word == "until-cancelled" and seeds[0] == request.seeds[0]:
        Path(path).write_text("begun", encoding="utf-8")  # a named pipe: returns when the test reads
        while not cancelled():
            time.sleep(0.001)
        Path(path).write_text("stopped", encoding="utf-8")
        raise Cancelled
    if word == "die" and seeds[0] == request.seeds[0] and tell(path) <= int(request.draft or 99):
        os.kill(os.getpid(), signal.SIGKILL)
    if word == "interrupted":
        os.kill(os.getpid(), signal.SIGINT)
    if word == "count":
        tell(path)
    return os.getpid(), tuple(seeds)


def tell(path: str) -> int:
    """Add a line to a file, and return how many there are."""
    with open(path, "a", encoding="utf-8") as file:
        file.write("called\n")
    return len(Path(path).read_text(encoding="utf-8").splitlines())
