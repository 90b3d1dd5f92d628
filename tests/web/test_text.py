"""Words and numbers of the pages: another language is a file that is dropped in."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from policygame.web import text


def _catalogue(messages: dict[str, str]) -> bytes:
    """A compiled catalogue of messages, in gettext's format."""
    pairs = sorted({"": "Content-Type: text/plain; charset=UTF-8\n", **messages}.items())
    keys = [key.encode() for key, _ in pairs]
    values = [value.encode() for _, value in pairs]
    table, body, at = b"", b"", 28 + 16 * len(pairs)
    for part in (*keys, *values):
        table += struct.pack("<II", len(part), at)
        body += part + b"\0"
        at += len(part) + 1
    return struct.pack("<7I", 0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, 0) + table + body


@pytest.fixture
def german(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A catalogue of one message in German."""
    folder = tmp_path / "locale" / "de" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "policygame.mo").write_bytes(_catalogue({"Close": "Schließen"}))
    monkeypatch.setattr(text, "assets_dir", lambda: tmp_path)
    text._catalogue.cache_clear()
    yield
    text.set_language(text.ENGLISH)
    text._catalogue.cache_clear()


def test_a_language_is_a_file(german: None) -> None:
    assert text._("Close") == "Close"
    text.set_language("de")
    assert (text.language(), text._("Close"), text._("Submit")) == ("de", "Schließen", "Submit")


def test_a_language_without_a_file_is_english(german: None) -> None:
    text.set_language("fr")
    assert text._("Close") == "Close"
    assert text.n_("{n} world", "{n} worlds", 2) == "{n} worlds"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0, "0"),
        (-0.0001, "0"),
        (999.6, "1,000"),
        (1.0, "1"),
        (0.05, "0.05"),
        (float("inf"), "–"),
        (-1234.5, "−1,234"),
        (44.04, "44"),
    ],
)
def test_numbers_are_written_as_people_read_them(value: float, written: str) -> None:
    assert text.number(value) == written


def test_a_difference_has_a_sign_only_if_it_shows() -> None:
    assert [text.change(v, 1) for v in (0.04, -0.04, 0.06, -0.06)] == ["0.0", "0.0", "+0.1", "−0.1"]
