"""Suggestions for misspelt words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policygame.catalogue import JURISDICTIONS, LEVERS, METRICS, nearest


@pytest.mark.parametrize(
    ("word", "allowed", "meant"),
    [
        ("usa", JURISDICTIONS, "USA"),
        ("TWM", JURISDICTIONS, "TWN"),
        ("packaging-grant", LEVERS, "packaging_grant"),
        ("Export Control", LEVERS, "export_control"),
        ("hhi_packging", METRICS, "hhi_packaging"),
    ],
)
def test_the_nearest_word_is_suggested(word: str, allowed: dict[str, object], meant: str) -> None:
    assert nearest(word, allowed) == f" Did you mean {meant!r}?"


def test_nothing_is_suggested_where_nothing_is_near() -> None:
    assert nearest("zzzz", LEVERS) == ""
    assert nearest("USA", []) == ""


@given(st.text(max_size=20))
def test_any_text_gets_an_allowed_word_or_none(word: str) -> None:
    assert nearest(word, LEVERS) in {"", *(f" Did you mean {lever!r}?" for lever in LEVERS)}


@pytest.mark.parametrize("lever", list(LEVERS))
def test_a_correct_word_is_its_own_nearest(lever: str) -> None:
    assert nearest(lever, LEVERS) == f" Did you mean {lever!r}?"
