"""Cards, disruptions and posteriors of a scenario: what ships is whole, and what is wrong is told where it stands."""

from __future__ import annotations

import pytest

from policygame.scenario import ScenarioError, load_scenario, shipped_scenarios

HEAD = "format: 1\nextends: first-game\nname: my-own\n"


def told(tmp_path, text: str) -> str:
    file = tmp_path / "mine.yaml"
    file.write_text(HEAD + text, encoding="utf-8")
    with pytest.raises(ScenarioError) as error:
        load_scenario(file)
    return str(error.value)


@pytest.mark.parametrize("name", shipped_scenarios())
def test_every_shipped_scenario_has_a_card_whose_seats_can_be_taken(name):
    scenario = load_scenario(name)
    assert scenario.card is not None
    assert all(scenario.jurisdictions[role].government is not None for role in scenario.card.roles)
    assert all(goal.endswith(".") for goal in scenario.card.goals)
    assert all("?" in question for question in scenario.card.questions)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("card: {level: hard, minutes: 20, roles: [USA], goals: [See.], questions: [Why?]}\n", "card.level"),
        ("card: {level: advanced, minutes: 2, roles: [USA], goals: [See.], questions: [Why?]}\n", "card.minutes"),
        ("card: {level: advanced, minutes: 20, roles: [ROW], goals: [See.], questions: [Why?]}\n", "has no government here"),
        ("posterior: nobody\n", "unknown posterior 'nobody'"),
        (
            "disruptions:\n- {jurisdiction: TWN, first: 2024Q1, last: 2023Q1, depth: {value: 0.5, assumption: [0, 1]},"
            " duration_quarters: {value: 2, assumption: [1, 4]}}\n",
            "a window from 2024Q1 back to 2023Q1",
        ),
        (
            "disruptions:\n- {jurisdiction: TWN, first: 2024Q1, last: 2040Q1, depth: {value: 0.5, assumption: [0, 1]},"
            " duration_quarters: {value: 2, assumption: [1, 4]}}\n",
            "a quarter of the scenario",
        ),
        (
            "disruptions:\n- {jurisdiction: JPN, first: 2024Q1, last: 2024Q4, depth: {value: 0.5, assumption: [0, 1]},"
            " duration_quarters: {value: 2, assumption: [1, 4]}}\n",
            "which the scenario does not declare",
        ),
        (
            "parameters:\n  queue_attrition: {value: 0.04, assumption: [0.01, 0.08], fitted: true}\n",
            "fitted: true without draw: true",
        ),
    ],
)
def test_what_is_wrong_is_told(tmp_path, text, said):
    assert said in told(tmp_path, text)
