"""Where the files that ship beside the code are found: scenarios, figures, documentation. What they say is read elsewhere."""

from __future__ import annotations

from pathlib import Path

__all__ = ["assets_dir", "configs_dir"]

_PACKAGE = Path(__file__).resolve().parent


def configs_dir() -> Path:
    """The folder of scenarios, experiments and figures; FileNotFoundError if the installation lacks it."""
    return _find("configs")


def assets_dir() -> Path:
    """The folder of documentation, maps and styles; FileNotFoundError if the installation lacks it."""
    return _find("assets")


def _find(name: str) -> Path:
    """Inside an installed package first (a stranger's folder may stand beside it), else beside the package in a checkout."""
    places = (_PACKAGE / "_data" / name, _PACKAGE.parent / name)
    for place in places:
        if place.is_dir():
            return place
    raise FileNotFoundError(
        f"the installation of policygame lacks its folder {name!r}; looked in {' and '.join(map(str, places))}"
    )
