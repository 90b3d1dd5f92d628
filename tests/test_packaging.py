"""The wheel holds all that a run needs, so an installed copy works from any directory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with the unpacked wheel."""
    place = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(place)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = place.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(place / "site")
    return place / "site"


def test_configs_assets_and_types_are_inside(installed):
    package = installed / "policygame"
    assert (package / "py.typed").is_file()
    for folder in ("configs", "assets"):
        shipped = {path.relative_to(ROOT / folder) for path in (ROOT / folder).rglob("*") if path.is_file()}
        packed = {
            path.relative_to(package / "_data" / folder) for path in (package / "_data" / folder).rglob("*") if path.is_file()
        }
        assert packed == shipped
        assert packed
    assert not (package / "tests").exists()


@pytest.mark.slow
def test_it_runs_from_any_directory(installed, tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "policygame", "scenarios", "--json"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(installed)},
        check=True,
        capture_output=True,
        text=True,
    )
    assert {entry["name"] for entry in json.loads(done.stdout)} >= {"ai-surge-2023", "first-game"}
    where = subprocess.run(
        [sys.executable, "-c", "import policygame.resources as r; print(r.configs_dir())"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(installed)},
        check=True,
        capture_output=True,
        text=True,
    )
    assert Path(where.stdout.strip()) == installed / "policygame" / "_data" / "configs"
