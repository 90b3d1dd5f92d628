"""The figures of the history page: as people read them on the page, to the last bit in the file."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from policygame.game.commands import SubmitDecision
from policygame.hosting.host import Host
from policygame.store import Store
from policygame.web.pages.history import _rows, figures_csv


def test_figures_are_written_with_their_units_and_kept_exact_in_the_file(tmp_path: Path) -> None:
    with Store.open(tmp_path / "games.sqlite3") as store:
        host = Host(store)
        entry = host.create("first-game", "TWN", "Ada", seed=7, predictions=False)
        host.act(entry.game_id, entry.token, SubmitDecision(seat="TWN", turn=1, lines=()))
        view = host.view(entry.game_id, entry.token)
    heads, rows = _rows(view)
    last = dict(zip(heads, rows[-1], strict=True))
    assert last["Quarter"] == "2023 Q2"
    assert last["Lead time"].endswith(" wk")
    assert last["2.5D lines here"].endswith(" kwpm")
    assert last["Resilience"].endswith(" %")
    assert last["Value added"].endswith(" M")
    assert "e+" not in " ".join(rows[-1])
    kept = list(csv.DictReader(io.StringIO(figures_csv(view))))[-1]
    assert kept["quarter"] == "2023Q2"
    assert (
        float(kept["lead_time_weeks world ai_accelerator"]) == view.result.array("lead_time_weeks", item="ai_accelerator")[-1, 0]
    )
