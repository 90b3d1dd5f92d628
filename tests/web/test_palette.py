"""Colours: declared for everything that the catalogues name, readable on both themes, the same words for style sheets and charts."""

from __future__ import annotations

import re

import pytest

from policygame.catalogue import JURISDICTIONS, LEVERS, STAGES, TECHNOLOGIES
from policygame.web.palette import THEMES, TOKENS, Theme, colour, jurisdiction_token, resolve, stage_token, tokens_css


def _luminance(value: str) -> float:
    parts = [int(value[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_every_place_and_stage_has_a_colour_of_its_own() -> None:
    places = {jurisdiction_token(place) for place in JURISDICTIONS}
    assert len(places) == len(JURISDICTIONS)
    assert all(stage_token(stage) != "@ink3" for stage in (*STAGES, *TECHNOLOGIES))
    assert len({stage_token(technology) for technology in TECHNOLOGIES}) == len(TECHNOLOGIES)
    capital = (
        "packaging_grant",
        "fab_grant",
        "tax_credit",
        "packaging_rnd",
        "supplier_programme",
        "purchase_commitment",
        "export_control",
    )
    assert all(stage_token(item) != "@ink3" for lever in capital for item in LEVERS[lever].items)


@pytest.mark.parametrize("theme", THEMES)
def test_words_can_be_read_and_marks_be_seen(theme: Theme) -> None:
    tokens = TOKENS[theme]
    for ink in ("ink", "ink2", "ink3", "draft", "better", "worse"):
        for ground in ("card", "page", "well"):
            assert _contrast(tokens[ink], tokens[ground]) >= 4.5, (theme, ink, ground)
    assert _contrast(tokens["bindink"], tokens["bind"]) >= 4.5
    marks = [name for name in tokens if name in JURISDICTIONS or name.startswith("st-")]
    assert len(marks) == 19
    for mark in marks:
        assert _contrast(tokens[mark], tokens["card"]) >= 2.95, (theme, mark)


def test_style_sheets_get_every_colour_of_both_themes() -> None:
    css = tokens_css()
    for theme in THEMES:
        for name, value in TOKENS[theme].items():
            assert f"--{name}:{value}" in css
    assert css.count("{color-scheme:dark;") == 2  # when chosen, and when the system asks for it


def test_a_chart_gets_the_colours_of_its_theme_at_any_depth() -> None:
    option = {"a": ["@draft", {"b": "@ink/50"}], "words": "@ home", "formatter": "{c|@x}", "n": 3}
    done = {theme: resolve(option, theme) for theme in THEMES}
    assert done["light"] == {"a": ["#4B35C4", {"b": "rgba(20,32,43,0.5)"}], "words": "@ home", "formatter": "{c|@x}", "n": 3}
    assert done["dark"]["a"][0] == "#A394FF"


@pytest.mark.parametrize("wrong", ["@nothing", "draft", "@draft~nothing/20", "@draft/1000"])
def test_an_unknown_colour_is_refused_with_the_allowed_ones(wrong: str) -> None:
    with pytest.raises(ValueError, match=re.escape(repr(wrong)) + ".*card"):
        colour(wrong, "light")
