"""The HTML document that carries the pages: Solara's, with our language, viewport, styles, first picture and messages.

Solara's template is edited where it has no setting; every edit must find its place exactly once, else the server does not start
and says which version it was made for. What the pages show is not here.
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from html import escape
from pathlib import Path

from policygame.errors import UserError
from policygame.resources import assets_dir
from policygame.web.palette import tokens_css
from policygame.web.text import _, language

__all__ = [
    "ECHARTS",
    "AssetsError",
    "adapt",
    "asset_address",
    "check_assets",
    "error_page",
    "front_end_folders",
    "plain_page",
    "web_assets",
]

ECHARTS = "echarts@5.4.0/dist/echarts.min.js"
_NEEDED = (ECHARTS, "requirejs@2.3.6/require.js")
_OWN = ("ui.css", "pages.css", "desk.css", "page.js", "favicon.svg", "world-110m-pacific.geojson")


class AssetsError(UserError):
    """A file that pages need in the browser is missing, or Solara's document is not the one that we know."""


def web_assets() -> Path:
    """The folder of our own front-end files."""
    return assets_dir() / "web"


def front_end_folders() -> list[Path]:
    """Where Solara's front-end files lie, as installed by ``solara-assets``."""
    from solara.server import settings

    return [settings.assets.proxy_cache_dir]


@lru_cache(maxsize=32)
def _version(name: str) -> str:
    return hashlib.sha256((web_assets() / name).read_bytes()).hexdigest()[:12]


def asset_address(name: str) -> str:
    """The address, below the root path, of one of our own files; it changes when the file does."""
    return f"/assets/web/{name}?v={_version(name)}"


_LOST = """
<div v-if="(connectionStatus != 'connected') && wasConnected" class="lost" role="alert"><div class="msg waiting">
<div><b>{title}</b><div class="sub">{words}</div></div><button class="btn sm" onclick="location.reload()">{button}</button></div></div>
"""
_FIRST = (
    '<div class="pg-loading" aria-hidden="true"><span class="sk" style="height:48px"></span>'
    '<span class="sk" style="width:58%;height:16px"></span><span class="sk" style="width:84%"></span>'
    '<span class="sk" style="height:220px"></span><span class="sk" style="height:160px"></span></div>'
)
_NO_SCRIPT = '<noscript><p style="padding:24px">{words}</p></noscript>'


def _head(root_path: str) -> str:
    return (
        f'<meta name="description" content="{escape(_("The packaging of semiconductors in parallel worlds: a policy game."))}">'
        '<meta name="robots" content="noindex">'
        f"<style>{tokens_css()}</style>"
        f'<link rel="stylesheet" href="{root_path}{asset_address("ui.css")}">'
        f'<link rel="stylesheet" href="{root_path}{asset_address("pages.css")}">'
        f'<link rel="stylesheet" href="{root_path}{asset_address("desk.css")}">'
        f'<script src="{root_path}{asset_address("page.js")}"></script>'
    )


def adapt(html: str, root_path: str) -> str:
    """Solara's document as ours; AssetsError if a place to edit is not found once."""
    echarts = f"{root_path}/_solara/cdn/{ECHARTS}"
    lost = _LOST.format(
        title=escape(_("Connection lost. Trying again.")),
        words=escape(_("Your draft is safe on the server; your seat is held.")),
        button=escape(_("Try now")),
    )
    no_script = _NO_SCRIPT.format(words=escape(_("These pages need JavaScript. They load nothing from other sites.")))
    edits: list[tuple[str, str]] = [
        (r"<html>", f'<html lang="{escape(language())}" data-root="{escape(root_path)}" data-echarts="{escape(echarts)}">'),
        (r'<meta name="viewport"[^>]*>', '<meta name="viewport" content="width=device-width, initial-scale=1">'),
        (
            r'<link href="([^"]*/solara-vuetify-app@[^"]*/main\d\.css)" rel="stylesheet" class="solara-template-css"></link>',
            r'<style class="solara-template-css">@layer over,vuetify;@import url("\1") layer(vuetify);</style>',
        ),
        (r'<link href="[^"]*/fonts\.css" rel="stylesheet"[^>]*></link>', ""),
        (r'<link rel="icon" type="image/png"[^>]*>', ""),
        (r'<link rel="icon" type="image/svg\+xml"[^>]*>', f'<link rel="icon" href="{root_path}{asset_address("favicon.svg")}">'),
        (r"<v-progress-linear :style", f'<v-progress-linear aria-label="{escape(_("The server is at work"))}" :style'),
        (r"<v-overlay style=\"z-index: 100002;\".*?</v-overlay>", lost),
        (r"<div id=\"pre-rendered-html-present\"[^>]*></div>", _FIRST),
        (r"</head>", _head(root_path) + "</head>"),
        (r"<body ([^>]*)>", rf"<body \1>{no_script}"),
    ]
    for pattern, replacement in edits:
        html, count = re.subn(pattern, replacement, html, flags=re.DOTALL)
        if count != 1:
            raise AssetsError(
                f"the document of this version of solara has {pattern!r} {count} times instead of once; "
                "install the version that policygame asks for: pip install --upgrade policygame"
            )
    return html


def check_assets() -> None:
    """Find every file that a page will ask for; AssetsError says what to install when one is missing."""
    for name in _OWN:
        if not (web_assets() / name).is_file():
            raise AssetsError(f"the installation lacks assets/web/{name}; install policygame again")
    from solara.server import server

    document = adapt(server.read_root("/", "") or "", "")
    wanted = set(re.findall(r'["(]/_solara/cdn/([^"?)]+)"', document)) | set(_NEEDED)
    folders = front_end_folders()
    missing = sorted(name for name in wanted if not any((folder / name).is_file() for folder in folders))
    if missing:
        raise AssetsError(
            f"front-end files are missing: {', '.join(missing)}. Pages would need the internet, so the server does not start; "
            "install them with: pip install --force-reinstall solara-assets"
        )


def plain_page(title: str, body: str, root_path: str) -> str:
    """A page that stands without Solara: ``body`` is HTML below the document's own styles, themes and links."""
    icon = f'<link rel="icon" href="{root_path}{asset_address("favicon.svg")}">'
    return (
        f'<!doctype html><html lang="{escape(language())}" data-root="{escape(root_path)}" data-plain><head><meta charset="utf-8">'
        f"<title>{escape(title)} - policygame</title>{icon}"
        f'<meta name="viewport" content="width=device-width, initial-scale=1">{_head(root_path)}</head>'
        f'<body><div class="pg">{body}</div></body></html>'
    )


def error_page(title: str, words: str, root_path: str) -> str:
    """The page of an address that does not exist, say."""
    body = (
        f'<main class="page narrow" style="padding-top:64px"><h1>{escape(title)}</h1><p>{escape(words)}</p>'
        f'<p><a class="btn" href="{root_path}/">{escape(_("To the start"))}</a></p></main>'
    )
    return plain_page(title, body, root_path)
