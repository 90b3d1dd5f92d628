"""The parts of a debrief: one truth for each number, in text, chart and Python, and each with what it is counted in."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from policygame import load_game
from policygame.foresight import bottleneck_value
from policygame.game.debrief import Debrief, debrief
from policygame.game.handin import LoadedGame, game_file
from policygame.game.play import play, read_plan
from policygame.game.points_so_far import so_far
from policygame.game.presents import scripted
from policygame.game.score import PartScore, Spread
from policygame.simulation import Simulation
from policygame.web.pages import looking_back as parts
from policygame.web.pages import score_cards
from policygame.web.pages.score_cards import parts_card, points_text

LEAD = ("lead_time_weeks", "world", "ai_accelerator")
PLAN = """
scenario first-game
seed 7
seat USA Ann
2023Q1 packaging_rnd interposer_2_5d 60
2023Q3 packaging_grant interposer_2_5d 0.5 cap 900
"""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six turns, until waits are long."""
    place = tmp_path_factory.mktemp("game") / "game.json"
    place.write_text(game_file(play(read_plan(PLAN), turns=6)), encoding="utf-8")
    return place


@pytest.fixture(scope="module")
def game(file: Path) -> LoadedGame:
    return load_game(file)


@pytest.fixture(scope="module")
def found(game: LoadedGame) -> Debrief:
    return debrief(game, "USA", worlds=6)


def drawn(spec: Any, key: str) -> dict[str, Any]:
    return next(one for one in spec.option["series"] if one["id"] == key)


def test_what_is_called_as_played_is_the_games_own_world_in_text_chart_and_python(game: LoadedGame, found: Debrief) -> None:
    weeks = game.simulate().array(*LEAD)[4:, 0]
    bare = game.without("USA").simulate().array(*LEAD)[4:, 0]
    words, spec = parts.what_if_words(found, None, 0), parts.what_if_chart(found, None, 0)
    assert f"was {weeks[-1]:.0f} weeks at the end, 2025 Q4, and {weeks.mean():.0f} weeks on average" in words
    assert f"without it, {bare[-1]:.0f} weeks at the end" in words
    assert f"As played: {weeks[-1]:.0f} weeks." in spec.sentence
    for key, name, series in (("own-d", "As played", weeks), ("own-f", "Without it", bare)):
        line = drawn(spec, key)
        assert line["name"] == name
        assert np.allclose(line["data"][-len(series) :], series, rtol=1e-3)
        assert line["endLabel"]["show"]
        assert f"{series[-1]:.0f} weeks" in line["endLabel"]["formatter"]
        column = spec.head.index(name)
        assert [row[column] for row in spec.rows[-len(series) :]] == [f"{value:.0f}" for value in series]
    middle = drawn(spec, "median-d")
    assert middle["name"] == "Middle of 7 worlds, as played"
    assert not middle["endLabel"]["show"]
    assert np.allclose(middle["data"][-len(weeks) :], found.played[0].fan[2], rtol=1e-3)
    card = str(score_cards.outcome_card(found))
    assert f">{weeks.max():.0f} <" in card
    assert f"{bare.max():.0f} had you done nothing" in card
    moment = str(parts.moment_card(found, len(weeks) - 1, []))
    assert f">{weeks[-1]:.0f} <" in moment


def test_what_held_everything_up_is_what_one_per_cent_more_would_have_brought(game: LoadedGame, found: Debrief) -> None:
    scripts = {seat: scripted(game.scenario, seat, policy) for seat, policy in game.policies.items()}
    begun = Simulation(game.scenario, [game.seed], scripts).run(4)
    again = bottleneck_value(begun, quarters=12, seeds=found.seeds, world=0)
    percent = dict(zip(again.stages, again.gain_percent("ai_accelerator")[:, 0], strict=True))
    assert {one.stage: one.own for one in found.relief.stages} == {s: v for s, v in percent.items() if s != "all stages"}
    assert found.relief.binding == again.binding("ai_accelerator")[0] == ("interposer_2_5d",)
    words, spec = parts.what_held_up(found)
    assert words.startswith(
        "2.5D held everything up: in your world one per cent more of it in every quarter from 2023 Q1 to 2025 Q4"
    )
    assert f"brought {percent['interposer_2_5d']:.2f} % more AI accelerators" in words
    wafers = max(value for stage, value in percent.items() if stage.startswith("wafers"))
    assert f"more wafers would have brought {wafers:.2f} %: the packaging line, not the fab." in words
    assert spec.rows[0] == ("2.5D", f"{percent['interposer_2_5d']:.2f}")
    assert "limit" not in words


def test_turns_and_the_debrief_count_points_on_one_scale(game: LoadedGame, found: Debrief) -> None:
    """What turns added comes to the points of the debrief; each turn's count is that of a debrief which ends there."""
    counts = [so_far(game.scenario, game.seed, game.policies, "USA", turn) for turn in range(1, 7)]
    assert counts[-1].total == found.score.points.own
    assert sum(one.added for one in counts) == pytest.approx(found.score.points.own, rel=1e-9)
    for part in found.score.parts:
        assert counts[-1].part(part.part)[0] == part.points
    early = debrief(LoadedGame(game.scenario, game.seed, game.policies, 2, 8), "USA", worlds=1)
    assert counts[1].total == early.score.points.own


def test_no_share_over_a_hundred_is_shown_without_what_it_is_a_share_of(found: Debrief) -> None:
    shown = str(parts_card(found))
    assert "log p" not in shown
    assured = next(part for part in found.score.parts if part.part == "A")
    assert assured.played > 1.0
    assert f"{assured.played:.3f} times what was ordered here" in shown
    for value, unit in re.findall(r"(\d[\d,.]*) (%[^<]*)", shown):
        assert float(value.replace(",", "")) <= 100.0 or "ordered here" in unit
    assert all(points_text(part.points) in shown for part in found.score.parts if part.weight)


def test_every_number_of_the_score_has_its_unit() -> None:
    def part(name: str, played: float, nothing: float, gain: float) -> PartScore:
        return PartScore(name, 20.0, played, nothing, Spread(gain, gain, gain - 0.002, gain + 0.002), 20.0 * gain)

    parts = (part("A", 0.104, 0.092, 0.012), part("V", 1250.0, 1000.0, 0.25), part("P", -0.05, -0.02, -0.03))
    found: Any = SimpleNamespace(score=SimpleNamespace(parts=parts, scaled=None), worlds=40)
    shown = str(parts_card(found))
    rows = [row for row in shown.split("<tr") if "<td" in row]
    for told, row in zip(
        (
            ("0.104 times what was ordered here", "0.092 times", "+1.2<", "+1.0 to +1.4", "% of what was ordered here", "+0.24"),
            ("1,250 M USD a quarter", "1,000 M USD a quarter", "+25.0<", "% of what it is had you done nothing", "+5.00"),
            ("0.951 times what a dollar bought", "\N{MINUS SIGN}3.0<", "% more for a dollar", "\N{MINUS SIGN}0.60"),
        ),
        rows,
        strict=True,
    ):
        for words in told:
            assert words in row, words
    assert "Points: what the gain is worth by its weight" in shown


def test_a_grant_that_nobody_took_up_is_said_to_be_unspent(game: LoadedGame, found: Debrief) -> None:
    used = found.grants[0]
    assert (used.setting.item, used.cap_musd, str(used.last)) == ("interposer_2_5d", 900.0, "2025Q4")
    paid = game.simulate().array("outlay_musd", "government:USA", "packaging_grant")[:, 0].sum()
    assert used.paid_musd == pytest.approx(paid, abs=1e-9)
    assert used.awarded_musd >= used.paid_musd
    treasury = game.simulate().array("treasury_musd", "government:USA", "committed")[-1, 0]
    assert used.awarded_musd - used.paid_musd == pytest.approx(treasury, abs=1e-6)  # nothing was given back here
    assert so_far(game.scenario, game.seed, game.policies, "USA", 6).grants == found.grants
    unspent = replace(used, awarded_musd=0.0, paid_musd=0.0)
    assert parts.grant_words(unspent) == "No firm took it up by 2025 Q4: 0 of 900 M USD awarded."
    part = parts.grant_words(replace(used, awarded_musd=120.4, paid_musd=40.0))
    assert part == "120 of 900 M USD awarded to firms by 2025 Q4; 780 M USD were not taken up. 40 M USD were paid by then."
    assert parts.grant_words(used) in str(parts.grants_card(found.grants))
