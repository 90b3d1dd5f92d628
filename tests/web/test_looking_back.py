"""The parts of a debrief say what their numbers are counted in."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from policygame.game.score import PartScore, Spread
from policygame.web.pages.looking_back import parts_card


def test_every_number_of_the_score_has_its_unit() -> None:
    def part(name: str, played: float, nothing: float, gain: float) -> PartScore:
        return PartScore(name, 20.0, played, nothing, Spread(gain, gain, gain - 0.002, gain + 0.002))

    parts = (part("A", 0.104, 0.092, 0.012), part("V", 1250.0, 1000.0, 0.25), part("P", -0.05, -0.02, -0.03))
    found: Any = SimpleNamespace(score=SimpleNamespace(parts=parts, scaled=None), worlds=40)
    shown = str(parts_card(found))
    rows = [row for row in shown.split("<tr>") if "<td>" in row]
    for told, row in zip(
        (
            ("10.4 %", "9.2 %", "+1.2<", "+1.0 to +1.4", "percentage points", "+0.24"),
            ("1,250 M USD a quarter", "1,000 M USD a quarter", "+25.0<", "% of what it is had you done nothing", "+5.00"),
            ("\N{MINUS SIGN}5 log points in a hundred", "\N{MINUS SIGN}3.0<", "log points in a hundred", "\N{MINUS SIGN}0.60"),
        ),
        rows,
        strict=True,
    ):
        for words in told:
            assert words in row, words
    assert "Points: weight times gain, over 100" in shown
