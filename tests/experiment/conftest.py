"""The small experiment as a file, as a plan, and run in one go."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from policygame.experiment import Plan, load_experiment
from tests.experiment.small import SMALL, run_here


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write the small experiment, with parts of its text replaced, and return its file."""

    def writing(*changes: tuple[str, str], name: str = "small.yaml") -> Path:
        text = SMALL
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new)
        file = tmp_path / name
        file.write_text(text, encoding="utf-8")
        return file

    return writing


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """The plan of the small experiment: 24 runs of 6 quarters."""
    file = tmp_path_factory.mktemp("small") / "small.yaml"
    file.write_text(SMALL, encoding="utf-8")
    return load_experiment(file)


@pytest.fixture(scope="session")
def undisturbed(small: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the small experiment, run in one go."""
    out = tmp_path_factory.mktemp("undisturbed") / "out"
    summary = run_here(small, out)
    assert (summary.planned, summary.before, summary.done, summary.failed) == (24, 0, 24, 0)
    return out
