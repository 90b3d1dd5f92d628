"""A debrief under way tells how far it is to all who wait for it."""

from __future__ import annotations

import sys
from pathlib import Path

from policygame.game.commands import EndGame
from policygame.hosting.debriefs import Debriefs
from policygame.web.components import progress

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "game"))

from table import Table


def test_everybody_who_waits_hears_of_every_step_and_a_page_that_is_gone_disturbs_nobody() -> None:
    table = Table().sit()
    table.submit("packaging_rnd interposer_2_5d 20")
    table.resolve()
    table.act(EndGame())
    heard: list[tuple[int, int]] = []
    failed: list[int] = []

    def gone() -> None:
        failed.append(1)
        raise RuntimeError("the tab is closed")

    with Debriefs() as debriefs:
        assert debriefs.progress(table.game, "USA") == (0, 0)
        debriefs.watch(table.game, "USA", gone)
        end = debriefs.watch(table.game, "USA", lambda: heard.append(debriefs.progress(table.game, "USA")))
        found = debriefs.ask(table.game, "USA").result()
        end()
    assert found.decisions
    assert failed == [1]
    whole = heard[-1][1]
    assert [done for done, _whole in heard] == sorted(done for done, _whole in heard)
    assert heard[-1] == (whole, whole)
    assert whole > 1


def test_progress_is_told_in_steps() -> None:
    told = str(progress("Working", "Worlds run.", 3, 12))
    assert "3 of 12 steps" in told
    assert 'value="3"' in told
    assert 'max="12"' in told
    assert "Beginning" in str(progress("Working", "Worlds run.", 0, 0))
