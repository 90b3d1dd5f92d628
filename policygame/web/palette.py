"""The colours of the pages, each declared once: a name, its light and its dark value.

Style sheets get them as custom properties (``tokens_css``), charts as tokens such as ``@draft`` that are resolved for a theme at
the last moment (``resolve``, and the same rule in ``vue/chart.vue``). Which thing has which colour is said here; where a colour
is used is not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

__all__ = [
    "JURISDICTION_INK",
    "THEMES",
    "TOKENS",
    "Theme",
    "colour",
    "css_name",
    "jurisdiction_token",
    "resolve",
    "stage_token",
    "tokens_css",
]

Theme = Literal["light", "dark"]
THEMES: tuple[Theme, Theme] = ("light", "dark")

_CHROME: Mapping[str, tuple[str, str]] = {
    "page": ("#EDF1F3", "#0A1016"),
    "card": ("#FFFFFF", "#121A22"),
    "well": ("#EFF3F5", "#1A242E"),
    "well2": ("#DCE3E8", "#2B3843"),
    "line": ("#DFE5E9", "#24303B"),
    "line2": ("#C0C9D1", "#3C4A57"),
    "line3": ("#84919D", "#71808D"),
    "ink": ("#14202B", "#EBF1F5"),
    "ink2": ("#3F4C58", "#BAC6CF"),
    "ink3": ("#5A6671", "#95A3AF"),
    "draft": ("#4B35C4", "#A394FF"),
    "draftink": ("#FFFFFF", "#120A3A"),
    "force": ("#7B8893", "#8795A2"),
    "bind": ("#FFC247", "#FFC247"),
    "bindink": ("#2B1B00", "#2B1B00"),
    "bindline": ("#B25E00", "#FFC247"),
    "glow": ("#FFAA14", "#FFB428"),
    "better": ("#0B6B58", "#6FD6B5"),
    "worse": ("#B42318", "#FF8F80"),
    "land": ("#DDE3E8", "#26333E"),
    "sea": ("#F7F9FA", "#0D141B"),
    "code": ("#14202B", "#0A1016"),
    "codeink": ("#E6EDF2", "#E6EDF2"),
    "codec": ("#93A4B3", "#8697A5"),
    "codes": ("#9FE0C6", "#9FE0C6"),
    "codek": ("#C7B8FF", "#C7B8FF"),
}
_JURISDICTIONS: Mapping[str, tuple[str, str]] = {
    "TWN": ("#25A27E", "#80E5BE"),
    "USA": ("#2456D3", "#5C83D6"),
    "CHN": ("#D22314", "#D42328"),
    "KOR": ("#A675DC", "#C69BF9"),
    "JPN": ("#8F1D52", "#FAAED4"),
    "EUR": ("#181560", "#6859CC"),
    "MYS": ("#79A04D", "#D5E54E"),
    "SGP": ("#13677B", "#39A0BD"),
    "IND": ("#E16F03", "#F09037"),
    "VNM": ("#593D28", "#AB876D"),
    "ROW": ("#767E89", "#9CA0A5"),
}
_STAGES: Mapping[str, tuple[str, str]] = {
    "st-wafers": ("#1D4871", "#4D84BB"),
    "st-25D": ("#C65029", "#EA9146"),
    "st-3D": ("#A42140", "#EF5277"),
    "st-fan-out": ("#BE8B09", "#FCD545"),
    "st-conventional": ("#61370F", "#916D3C"),
    "st-HBM": ("#9D64CB", "#C39BFD"),
    "st-substrates": ("#287A6F", "#4BB3A0"),
    "st-tools": ("#5D9E63", "#8FD996"),
}
_STAGE_OF: Mapping[str, str] = {
    "wafers": "st-wafers",
    "wafers_leading": "st-wafers",
    "wafers_advanced": "st-wafers",
    "wafers_mature": "st-wafers",
    "fabrication": "st-wafers",
    "advanced_logic": "st-wafers",
    "interposer_2_5d": "st-25D",
    "packaging": "st-25D",
    "hybrid_3d": "st-3D",
    "fan_out": "st-fan-out",
    "conventional": "st-conventional",
    "hbm": "st-HBM",
    "substrate": "st-substrates",
    "tools": "st-tools",
}

TOKENS: Mapping[Theme, Mapping[str, str]] = {
    theme: {name: pair[at] for group in (_CHROME, _JURISDICTIONS, _STAGES) for name, pair in group.items()}
    for at, theme in enumerate(THEMES)
}
"""Every colour by theme and name, as ``#RRGGBB``."""

JURISDICTION_INK: Mapping[Theme, frozenset[str]] = {
    "light": frozenset({"EUR", "USA", "JPN", "VNM", "SGP", "CHN"}),
    "dark": frozenset({"EUR", "CHN"}),
}
"""Jurisdictions whose colour is so dark, in a theme, that a number inside its mark is white."""

_REFERENCE = re.compile(r"^@(?P<name>[A-Za-z0-9-]+)(?:~(?P<into>[A-Za-z0-9-]+))?(?:/(?P<percent>\d{1,3}))?$")


def jurisdiction_token(place: str) -> str:
    """The token of a jurisdiction's colour; that of the rest of the world for one without a colour of its own.

    >>> jurisdiction_token("USA"), jurisdiction_token("world")
    ('@USA', '@ROW')
    """
    return f"@{place}" if place in _JURISDICTIONS else "@ROW"


def stage_token(stage: str) -> str:
    """The token of a stage's, technology's or item's colour; a plain grey for what is no stage.

    >>> stage_token("interposer_2_5d"), stage_token("ai_accelerator")
    ('@st-25D', '@ink3')
    """
    return f"@{_STAGE_OF[stage]}" if stage in _STAGE_OF else "@ink3"


def css_name(token: str) -> str:
    """A plain token as a style sheet says it.

    >>> css_name("@USA")
    'var(--USA)'
    """
    return f"var(--{token.removeprefix('@')})"


def colour(token: str, theme: Theme) -> str:
    """The colour that a token means in a theme. ``@draft/24`` is the draft at 24 % opacity; ``@land~USA/26`` is land with 26 % of
    the second colour mixed in. ValueError for an unknown name.

    >>> colour("@draft", "light"), colour("@draft/24", "light"), colour("@page~card/50", "light")
    ('#4B35C4', 'rgba(75,53,196,0.24)', '#F6F8F9')
    """
    found = _REFERENCE.match(token)
    tokens = TOKENS[theme]
    if found is None or found["name"] not in tokens or (found["into"] is not None and found["into"] not in tokens):
        raise ValueError(f"{token!r} is not a colour of the palette; allowed are '@' and one of {', '.join(tokens)}")
    base, percent = _rgb(tokens[found["name"]]), int(found["percent"] or 100)
    if found["into"] is not None:
        other = _rgb(tokens[found["into"]])
        return "#" + "".join(f"{int(a + (b - a) * percent / 100 + 0.5):02X}" for a, b in zip(base, other, strict=True))
    if found["percent"] is not None:
        return f"rgba({base[0]},{base[1]},{base[2]},{percent / 100:g})"
    return tokens[found["name"]]


def _rgb(value: str) -> tuple[int, int, int]:
    return int(value[1:3], 16), int(value[3:5], 16), int(value[5:7], 16)


def resolve(option: Any, theme: Theme) -> Any:
    """A chart option with every token, at any depth, replaced by the colour that it means in ``theme``."""
    if isinstance(option, str):
        return colour(option, theme) if _REFERENCE.match(option) else option
    if isinstance(option, Mapping):
        return {name: resolve(value, theme) for name, value in option.items()}
    if isinstance(option, list | tuple):
        return [resolve(value, theme) for value in option]
    return option


def tokens_css() -> str:
    """The custom properties of both themes: dark where the page or the system asks for it, light elsewhere."""

    def declare(theme: Theme) -> str:
        return f"color-scheme:{theme};" + ";".join(f"--{name}:{value}" for name, value in TOKENS[theme].items())

    return (
        f":root,[data-theme=light]{{{declare('light')}}}\n"
        f"[data-theme=dark]{{{declare('dark')}}}\n"
        f"@media (prefers-color-scheme:dark){{:root:not([data-theme]){{{declare('dark')}}}}}\n"
    )
