"""How Solara is set up before it is imported: no telemetry, no banner, no development mode, nothing fetched from elsewhere.

Solara reads its settings from the environment when it is imported, which ``set_up`` therefore does itself. What a page contains is not
decided here.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import platformdirs

__all__ = ["CULL_TIMEOUT", "KERNELS_PER_BROWSER", "set_up"]

CULL_TIMEOUT = "30m"
"""A tab that is gone keeps its kernel so long: a phone may sleep through a turn."""
KERNELS_PER_BROWSER = 40
"""Tabs that one browser may hold open."""

_SETTINGS = {
    "SOLARA_MODE": "production",
    "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "false",
    "SOLARA_THEME_SHOW_BANNER": "false",
    "SOLARA_THEME_FORCE_REFRESH": "true",  # after a restart of the server a page reloads by itself
    "SOLARA_THEME_LOADER": "policygame",
    "SOLARA_THEME_TITLE": "policygame",
    "SOLARA_KERNEL_CULL_TIMEOUT": CULL_TIMEOUT,
    "SOLARA_KERNEL_MAX_PER_SESSION": str(KERNELS_PER_BROWSER),
    "SOLARA_ASSETS_FONTAWESOME_ENABLED": "false",
    "SOLARA_SESSION_HTTP_ONLY": "true",
}


def set_up() -> None:
    """Put the settings into the environment, and into Solara itself in case something imported it before."""
    os.environ.update(_SETTINGS)
    os.environ.setdefault("SOLARA_HOME", str(_home()))
    from solara.server import settings

    settings.main.mode = "production"
    settings.telemetry.mixpanel_enable = False
    settings.theme.show_banner = False
    settings.theme.force_refresh = True
    settings.theme.loader = _SETTINGS["SOLARA_THEME_LOADER"]
    settings.theme.title = _SETTINGS["SOLARA_THEME_TITLE"]
    settings.kernel.cull_timeout = CULL_TIMEOUT
    settings.kernel.max_per_session = KERNELS_PER_BROWSER
    settings.assets.fontawesome_enabled = False
    settings.session.http_only = True


def _home() -> Path:
    """Where Solara may keep its own small files: the cache of the user, or a temporary folder where that cannot be written."""
    wanted = Path(platformdirs.user_cache_dir("policygame")) / "solara"
    try:
        wanted.mkdir(parents=True, exist_ok=True)
    except OSError:
        return Path(tempfile.gettempdir())
    return wanted
