"""Ways to call the command line: inside this process, and as a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from policygame.cli.app import app

Call = Callable[..., Result]


@pytest.fixture
def call() -> Call:
    """Call the command line with words; the result has ``exit_code``, ``stdout``, ``stderr``."""

    def calling(*words: object) -> Result:
        return CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)

    return calling


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start the command line as a process of its own, in an empty directory; what still runs at the end is ended."""
    with ExitStack() as stack:

        def starting(*words: object) -> subprocess.Popen[str]:
            process = stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-m", "policygame", *map(str, words)],
                    cwd=tmp_path,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    text=True,
                )
            )
            stack.callback(process.kill)
            return process

        yield starting
