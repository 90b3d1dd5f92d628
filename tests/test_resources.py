"""Files that ship beside the code are found in a checkout and in an installed package."""

from __future__ import annotations

from pathlib import Path

import pytest

from policygame import resources


def test_a_checkout_has_them_beside_the_package() -> None:
    assert (resources.configs_dir() / "figures" / "public_figures.csv").is_file()
    assert resources.assets_dir().name == "assets"


def test_an_installed_package_has_them_inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inside = tmp_path / "site-packages" / "policygame"
    (inside / "_data" / "configs").mkdir(parents=True)
    (tmp_path / "site-packages" / "configs").mkdir()
    monkeypatch.setattr(resources, "_PACKAGE", inside)
    assert resources.configs_dir() == inside / "_data" / "configs"


def test_a_damaged_installation_says_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "_PACKAGE", tmp_path / "policygame")
    with pytest.raises(FileNotFoundError, match="lacks its folder 'assets'; looked in"):
        resources.assets_dir()
