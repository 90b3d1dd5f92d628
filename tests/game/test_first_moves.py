"""What a card has its seats try first does, in the model, what the card promises: within the game, and in nearly every world."""

from __future__ import annotations

import numpy as np
import pytest

from policygame.bots import BOTS
from policygame.game import DEFAULT_BOT
from policygame.game.first_moves import lesson
from policygame.game.outlook import Request, answer_block, other_seeds
from policygame.game.score import total_of, worth
from policygame.game.turns import Calendar, seats_of
from policygame.scenario import Policy, ScenarioError, load_scenario, shipped_scenarios
from policygame.tournament.arms import Arm, run_arms
from policygame.tournament.stored import stored_tournament

MOVES = [
    (name, seat) for name in shipped_scenarios() if (card := load_scenario(name).card) is not None for seat in card.first_moves
]


def test_every_seat_of_the_first_lesson_is_told_a_first_move():
    assert [seat for name, seat in MOVES if name == "first-game"] == ["USA", "TWN", "CHN", "KOR"]


@pytest.mark.parametrize("own", [7, 20_231])
@pytest.mark.parametrize(("name", "seat"), MOVES)
def test_a_first_move_shows_what_its_card_promises(name, seat, own):
    """By the end of the game, against the same worlds without it, nine worlds in ten lie on the side that the card names."""
    scenario = load_scenario(name)
    move, calendar = lesson(scenario, seat), Calendar.of(scenario)
    assert move is not None
    asked = Request(
        scenario=name,
        seed=own,
        in_force=(),
        present=calendar.quarters_before(1),
        turn_quarters=calendar.length(1),
        seat=seat,
        draft=str(move.setting),
        seeds=other_seeds(own, 200),
        quarters=calendar.end - calendar.play_from + 1,
        series=(move.series,),
    )
    found = answer_block(asked, asked.seeds)
    effect = (found.draft - found.base)[0, -1] * (1.0 if move.moves == "up" else -1.0)
    low, high = np.quantile(effect, (0.05, 0.95))
    assert 0.0 < low < high
    # and it is no trifle: half of the worlds differ by more than the screen's last digit
    assert np.median(effect) > {"packaging_capacity_kwpm": 1.0, "hhi_packaging": 10.0, "lead_time_weeks": 0.5}[move.series[0]]


@pytest.mark.parametrize(("name", "seat"), MOVES)
def test_a_first_move_serves_the_mandate_in_the_mean_of_worlds(name, seat):
    """Whoever does what the card says, and nothing else, scores more than by doing nothing, where bots play the rest."""
    scenario, seeds = load_scenario(name), range(1, 33)
    move, tournament = lesson(scenario, seat), stored_tournament(scenario)
    assert move is not None
    assert tournament is not None

    def arm(plays):
        return Arm(tuple((one, plays if one == seat else BOTS[DEFAULT_BOT]) for one in seats_of(scenario)))

    at = seats_of(scenario).index(seat)
    played, nothing = run_arms(scenario, seeds, [arm(Policy((move.setting,))), arm(Policy())], None, lambda _: None)[:, at]
    gained = total_of(worth(scenario, seat, played, nothing, tournament))
    assert gained.mean() > 5.0
    assert (gained > 0.0).mean() > 0.5


def test_a_grant_of_a_third_would_have_taught_the_united_states_nothing():
    """Why the card asks for the most that the lever allows: 30 % brings no line worth a name within the game."""
    scenario = load_scenario("first-game")
    calendar = Calendar.of(scenario)
    asked = Request(
        scenario="first-game",
        seed=7,
        in_force=(),
        present=calendar.quarters_before(1),
        turn_quarters=2,
        seat="USA",
        draft="2023Q1 packaging_grant interposer_2_5d 0.3",
        seeds=other_seeds(7, 100),
        quarters=24,
        series=(("packaging_capacity_kwpm", "country:USA", "interposer_2_5d"),),
    )
    found = answer_block(asked, asked.seeds)
    assert np.median((found.draft - found.base)[0, -1]) < 0.1


@pytest.mark.parametrize(
    ("seat", "line", "said"),
    [
        ("USA", "2023Q3 packaging_grant interposer_2_5d 0.7", "2023Q1, when play begins"),
        ("TWN", "2023Q1 packaging_grant interposer_2_5d 0.7", "which TWN does not have"),
        ("KOR", "2023Q1 packaging_grant interposer_2_5d 0.7", "at most 0.3, the bound of KOR"),
        ("USA", "2023Q1 packging_grant interposer_2_5d 0.7", "packaging_grant"),
        ("ROW", "2023Q1 packaging_grant interposer_2_5d 0.7", "has no government here"),
    ],
)
def test_a_first_move_that_cannot_be_made_is_told_where_it_stands(tmp_path, seat, line, said):
    file = tmp_path / "mine.yaml"
    move = f"{{line: {line}, metric: hhi_packaging, moves: up, sentence: See.}}"
    card = f"card:\n  first_moves:\n    {seat}: {move}\n"
    file.write_text(f"format: 1\nextends: first-game\nname: my-own\n{card}", encoding="utf-8")
    with pytest.raises(ScenarioError, match="first_moves") as error:
        load_scenario(file)
    assert said in str(error.value)


def test_a_lesson_that_no_longer_fits_a_changed_world_is_not_told(tmp_path):
    file = tmp_path / "later.yaml"
    file.write_text("format: 1\nextends: first-game\nname: later\nplay_from: 2024Q1\n", encoding="utf-8")
    assert lesson(load_scenario(file), "USA") is None
