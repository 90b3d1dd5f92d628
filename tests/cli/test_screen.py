"""The progress bar, and JSON of numbers that JSON does not have."""

from __future__ import annotations

import io
import json
import math

import pytest
from rich.console import Console

import policygame.cli.screen as screen
from policygame.cli.screen import ProgressBar, print_json


@pytest.fixture
def clock(monkeypatch):
    """Seconds that pass only when a test says so."""
    now = [0.0]
    monkeypatch.setattr(screen.time, "monotonic", lambda: now[0])
    return now


def shown(clock, seconds: float, terminal: bool = True, enabled: bool = True) -> str:
    text = io.StringIO()
    with ProgressBar("simulating", enabled, Console(file=text, force_terminal=terminal, width=80)) as bar:
        clock[0] += seconds
        bar(1, 4)
        bar(4, 4)
    return text.getvalue()


def test_what_takes_over_two_seconds_shows_a_bar(clock):
    assert "simulating" in shown(clock, 2.1)


@pytest.mark.parametrize("options", [{"seconds": 1.9}, {"seconds": 9.0, "terminal": False}, {"seconds": 9.0, "enabled": False}])
def test_otherwise_nothing_is_shown(clock, options):
    assert shown(clock, **options) == ""


def test_json_has_no_nan(capsys):
    print_json({"a": [math.nan, 1.5, math.inf], 2: ("x",)})
    assert json.loads(capsys.readouterr().out) == {"a": [None, 1.5, None], "2": ["x"]}
