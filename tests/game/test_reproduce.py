"""The text that reproduces a debrief is run, and its numbers are the debrief's, to the last bit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from policygame import load_game
from policygame.game.debrief import Debrief, DecisionEffect, debrief
from policygame.game.handin import game_file
from policygame.game.reproduce import reproduce_lines
from tests.game.table import Table


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Debrief]:
    """Three turns of the USA against bots, as a file, and their debrief."""
    table = Table().sit()
    table.submit("packaging_grant interposer_2_5d 0.5 cap 900", "packaging_rnd interposer_2_5d 60")
    table.resolve()
    table.submit("export_control hbm 1 on CHN")
    table.resolve()
    table.submit("packaging_rnd interposer_2_5d 30")
    table.resolve()
    file = tmp_path_factory.mktemp("game") / 'a "game".json'
    file.write_text(game_file(table.log), encoding="utf-8")
    return file, debrief(load_game(file), "USA", worlds=3)


def run(text: str) -> dict[str, Any]:
    """The names that a text leaves behind."""
    names: dict[str, Any] = {}
    exec(compile(text, "reproduce", "exec"), names)
    return names


@pytest.mark.parametrize("n", range(4))
def test_the_text_of_a_decision_gives_its_numbers(played: tuple[Path, Debrief], n: int) -> None:
    file, found = played
    effect = found.decisions[n]
    names = run(reproduce_lines(found, str(file), effect))
    series = found.played[0].series
    assert names["played"].array(*series)[-1, 0] == found.played[0].own[-1]
    assert names["bare"].array(*series)[-1, 0] == effect.without[0].own[-1]
    again: Debrief = names["found"]
    assert again.score.points == found.score.points
    repeated: DecisionEffect = names["effect"]
    assert repeated.points == effect.points
    assert repeated.setting == effect.setting


def test_the_text_of_the_game_gives_its_numbers_and_prints_them(
    played: tuple[Path, Debrief], capsys: pytest.CaptureFixture[str]
) -> None:
    file, found = played
    names = run(reproduce_lines(found, str(file)))
    assert names["bare"].array(*found.nothing[0].series)[-1, 0] == found.nothing[0].own[-1]
    assert names["found"].score.parts == found.score.parts
    printed = capsys.readouterr().out
    for value in (found.played[0].own[-1], found.nothing[0].own[-1], found.score.points.own, found.score.points.low):
        assert repr(float(value)) in printed


def test_a_seat_without_decisions_and_seeds_apart_have_a_text_too(played: tuple[Path, Debrief]) -> None:
    file, _ = played
    other = debrief(load_game(file), "KOR", seeds=[5, 11])
    names = run(reproduce_lines(other, str(file)))
    assert names["found"].seeds == other.seeds == (7, 5, 11)
    assert names["found"].score.points == other.score.points
