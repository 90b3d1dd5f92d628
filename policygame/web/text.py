"""Words of the pages in the reader's language: every sentence that a page shows goes through ``_``.

A catalogue of messages is a file ``locale/LANGUAGE/LC_MESSAGES/policygame.mo`` among the assets; without one the English of the
source is shown. What is shown is not decided here, nor how numbers of the model are computed: only how they are written.
"""

from __future__ import annotations

import gettext
import math
from functools import lru_cache

from policygame.resources import assets_dir

__all__ = ["ENGLISH", "MINUS", "_", "change", "language", "n_", "number", "ordinal", "percent", "set_language"]

ENGLISH = "en"
MINUS = "\N{MINUS SIGN}"
_current = ENGLISH


@lru_cache(maxsize=16)
def _catalogue(code: str) -> gettext.NullTranslations:
    return gettext.translation("policygame", localedir=str(assets_dir() / "locale"), languages=[code], fallback=True)


def language() -> str:
    """The language of the pages as a tag for ``<html lang>``."""
    return _current


def set_language(code: str) -> None:
    """Show the pages of this process in ``code`` (as in "de" or "pt-BR"), where there is a catalogue for it."""
    global _current
    _current = code


def _(sentence: str) -> str:
    """``sentence`` in the language of the pages."""
    return _catalogue(_current.replace("-", "_")).gettext(sentence)


def n_(one: str, many: str, count: int) -> str:
    """``one`` or ``many``, whichever the language uses for ``count`` things."""
    return _catalogue(_current.replace("-", "_")).ngettext(one, many, count)


def number(value: float, digits: int | None = None) -> str:
    """A number as people read it: thousands with commas, a true minus, as many digits as it needs.

    Without ``digits`` three significant ones are kept, and whole numbers stay whole.

    >>> number(18350.4), number(0.714), number(-4.2), number(12), number(float("nan"))
    ('18,350', '0.714', '−4.2', '12', '–')
    """
    if not math.isfinite(value):
        return "\N{EN DASH}"
    if digits is None:
        size = abs(value)
        digits = 0 if size >= 100 or value == int(value) else 1 if size >= 10 else 2 if size >= 1 else 3
        text = f"{value:,.{digits}f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
    else:
        text = f"{value:,.{digits}f}"
    if not any(c in "123456789" for c in text):
        text = text.removeprefix("-")
    return text.replace("-", MINUS)


def percent(share: float, digits: int = 0) -> str:
    """A share of one as a percentage.

    >>> percent(0.351), percent(-0.0042, 1)
    ('35 %', '−0.4 %')
    """
    return f"{number(100 * share, digits)} %" if math.isfinite(share) else number(share)


def change(value: float, digits: int | None = None) -> str:
    """A difference with its sign.

    >>> change(3.25, 1), change(-6), change(0)
    ('+3.2', '−6', '0')
    """
    text = number(value, digits)
    return f"+{text}" if value > 0 and any(c in "123456789" for c in text) else text


def ordinal(rank: int) -> str:
    """A rank in words of English.

    >>> [ordinal(k) for k in (1, 2, 3, 4, 11, 12, 21, 103)]
    ['1st', '2nd', '3rd', '4th', '11th', '12th', '21st', '103rd']
    """
    ending = "th" if rank % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(rank % 10, "th")
    return f"{rank}{ending}"
