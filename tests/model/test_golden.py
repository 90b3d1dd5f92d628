"""One playthrough of the small scenario, kept as text: whoever changes a rule sees what it changes, turn by turn.

A difference here is not a fault by itself. If the change is meant, write the table anew, read what moved, and commit it
with the change::

    python tests/model/test_golden.py
"""

from __future__ import annotations

import difflib
from pathlib import Path

from policygame.scenario import Policy, load_scenario
from policygame.simulation import Result, simulate

TABLE = Path(__file__).with_name("golden") / "first-game-seed-7.txt"
SEED = 7
POLICIES = {
    "USA": """
        2023Q1 packaging_grant interposer_2_5d 0.4 cap 1500 guardrail CHN priority
        2023Q1 supplier_programme substrate 20
        2024Q1 packaging_rnd interposer_2_5d 40 until 2026Q4
        2024Q3 alliance pooled_capacity 0.3 with KOR,TWN
    """,
    "KOR": """
        2023Q1 tax_credit packaging 0.15
        2023Q3 workforce packaging 5
        2024Q3 alliance pooled_capacity 0.3 with USA
    """,
    "CHN": """
        2023Q1 packaging_grant conventional 0.3 cap 900
        2023Q3 supplier_programme hbm 40
    """,
}
COLUMNS = (
    ("AI demand", "demand_kunits", "world", "ai_accelerator"),
    ("AI shipped", "deliveries_kunits", "world", "ai_accelerator"),
    ("AI queue", "backlog_kunits", "world", "ai_accelerator"),
    ("phantom", "phantom_backlog_kunits", "world", "ai_accelerator"),
    ("fill", "fill_rate", "world", "ai_accelerator"),
    ("weeks", "lead_time_weeks", "world", "ai_accelerator"),
    ("2.5D kwpm", "packaging_capacity_kwpm", "world", "interposer_2_5d"),
    ("2.5D USA", "packaging_capacity_kwpm", "country:USA", "interposer_2_5d"),
    ("2.5D price", "price_index", "world", "interposer_2_5d"),
    ("HBM use", "utilisation", "world", "hbm"),
    ("HHI site", "hhi_packaging", "site", "interposer_2_5d"),
    ("USA paid", "treasury_musd", "government:USA", "paid"),
    ("USA left", "treasury_musd", "government:USA", "left"),
    ("USA gets", "compute_received_kh100e", "country:USA", ""),
)


def play() -> Result:
    """The playthrough: history until play begins, then the policies above."""
    scenario = load_scenario("first-game")
    return simulate(scenario, [SEED], {name: Policy.parse(text) for name, text in POLICIES.items()})


def table(result: Result) -> str:
    """The last quarter of every turn as a row, numbers to six significant digits."""
    scenario = result.scenario
    turn = scenario.quarters_per_turn
    rows = [["quarter", *(title for title, *_ in COLUMNS)]]
    for t, quarter in enumerate(result.quarters):
        if (t + 1) % turn == 0:
            values = [result.array(metric, entity, item)[t, 0] for _, metric, entity, item in COLUMNS]
            rows.append([str(quarter), *(f"{value:.6g}" for value in values)])
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(word.rjust(width) for word, width in zip(row, widths, strict=True)) for row in rows]
    decided = [f"# {name}: {line.strip()}" for name, text in POLICIES.items() for line in text.strip().splitlines()]
    return "\n".join([f"# {scenario.name}, seed {SEED}", *decided, *lines]) + "\n"


def test_the_playthrough_is_as_it_was() -> None:
    was, now = TABLE.read_text(encoding="utf-8"), table(play())
    changes = "\n".join(difflib.unified_diff(was.splitlines(), now.splitlines(), "as it was", "now", lineterm="", n=0))
    assert was == now, f"the playthrough has changed; if that is meant: python tests/model/test_golden.py\n{changes}"


def test_the_playthrough_shows_its_policies() -> None:
    """Money is spent, capacity comes, demand is met or queues: the table is about something."""
    result = play()
    assert result.array("treasury_musd", "government:USA", "paid")[-1, 0] > 100.0
    assert result.array("packaging_capacity_kwpm", "world", "interposer_2_5d")[-1, 0] > 10.0
    assert 0.0 < result.array("fill_rate", "world", "ai_accelerator").min() < 1.0


if __name__ == "__main__":
    TABLE.parent.mkdir(exist_ok=True)
    TABLE.write_text(table(play()), encoding="utf-8")
    print(f"written: {TABLE}")
