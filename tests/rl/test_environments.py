"""Learning agents: environments keep the interfaces of their libraries, and play the same worlds as everything else, bit for bit."""

from __future__ import annotations

import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from gymnasium.wrappers.vector import DictInfoToList
from pettingzoo.test import parallel_api_test, parallel_seed_test
from typer.testing import CliRunner

from policygame import simulate
from policygame.cli.app import app
from policygame.rl import EpisodeError, Seated
from policygame.rl.parallel import Governments
from policygame.rl.rewards import components
from policygame.rl.single import GovernmentWorld
from policygame.rl.vector import GovernmentWorlds
from policygame.scenario import Policy, load_scenario
from policygame.tournament.mandates import seats_of

SCENARIO = load_scenario("first-game")
SEATS = seats_of(SCENARIO)
NOBODY = {seat: Policy() for seat in SEATS}


class Replayed:
    """A policy that repeats actions turn by turn, whatever it sees."""

    def __init__(self, actions):
        self._left = iter(actions)

    def __call__(self, observation):
        return next(self._left)


def drawn(n, turns, seed=5):
    return np.random.default_rng(seed).random((turns, n))


def test_every_government_an_agent_keeps_the_interface_of_pettingzoo():
    parallel_api_test(Governments(SCENARIO))
    parallel_seed_test(lambda: Governments(SCENARIO))


def test_one_government_keeps_the_interface_of_gymnasium():
    check_env(GovernmentWorld(SCENARIO, "USA", others={"CHN": "subsidy-matcher"}), skip_render_check=True)


def test_an_episode_is_what_simulate_gives_with_the_same_decisions():
    env = Governments(SCENARIO)
    env.reset(seed=11)
    actions = {seat: drawn(len(env.roles[seat][0]), 12).astype(np.float32) for seat in SEATS}
    for turn in range(12):
        *_, over, infos = env.step({seat: actions[seat][turn] for seat in SEATS})
    assert all(over.values())
    assert env.agents == []
    seated = {seat: Seated(Replayed(actions[seat]), SCENARIO, name="replayed") for seat in SEATS}
    # two worlds of one seed would ask a policy twice, so the second world is played by nobody
    result = simulate(SCENARIO, [11], {seat: _Once(strategy) for seat, strategy in seated.items()}, metrics=["score_raw"])
    for seat in SEATS:
        assert np.array_equal(components(env.result, seat), components(result, seat)[:, 4:])
        assert infos[seat]["score"] != infos[seat]["nobody"]


class _Once:
    """Asks a strategy for the first of its worlds: a lone world is padded to two, and a replay has one action a turn."""

    def __init__(self, strategy):
        self._strategy = strategy

    def decide(self, view):
        action = self._strategy.policy(None) if view.is_turn else None
        return Seated(lambda _: action, SCENARIO).decide(view)


def test_worlds_in_a_vector_are_those_of_one_world_each():
    """Also where all worlds of a policy are stepped at once: the same observations, rewards and scores as alone."""
    many, one = GovernmentWorlds(SCENARIO, "KOR", 3), GovernmentWorld(SCENARIO, "KOR")
    seen, _ = many.reset(seed=20)
    alone, _ = one.reset(seed=21)
    assert np.array_equal(seen[1], alone)
    for action in drawn(len(many.actions), 12):
        seen, worth, _, over, infos = many.step(np.stack([action] * 3))
        alone, own, _, own_over, own_infos = one.step(action)
        assert np.array_equal(seen[1], alone)
        assert (worth[1], over[1], infos["score"][1]) == (own, own_over, own_infos["score"])
    assert over.all()


def test_rewards_add_up_to_the_score_over_nobody():
    env = GovernmentWorlds(SCENARIO, "CHN", 4, others={"USA": "control-hawk"})
    _, infos = env.reset(seed=1)
    assert np.array_equal(infos["score"], infos["nobody"])
    total = sum(env.step(np.full((4, len(env.actions)), 0.3))[1] for _ in range(12))
    infos = env.step(env.action_space.sample())[-1]  # the step after the end begins new worlds
    assert not np.isin(infos["seed"], [1, 2, 3, 4]).any()
    env.reset(seed=[1, 2, 3, 4])
    for _ in range(12):
        *_, infos = env.step(np.full((4, len(env.actions)), 0.3))
    assert np.allclose(total, infos["score"] - infos["nobody"], rtol=0.0, atol=1e-9)


def test_after_the_last_turn_the_next_step_begins_new_worlds_and_looks_at_no_action():
    env = DictInfoToList(GovernmentWorlds(SCENARIO, "USA", 2))
    env.reset(seed=3)
    over = np.zeros(2, dtype=bool)
    while not over.any():
        *_, over, infos = env.step(env.action_space.sample())
    seen, worth, *_, over, infos = env.step(np.full(env.action_space.shape, np.nan))
    assert (worth == 0.0).all()
    assert not over.any()
    assert (seen[:, 0] == 0.0).all()
    assert [info["score"] == info["nobody"] for info in infos] == [True, True]


def test_what_a_treasury_cannot_pay_is_masked_and_cut():
    env = GovernmentWorld(SCENARIO, "KOR")
    _, infos = env.reset(seed=4)
    names = [str(column) for column in env.actions.columns]
    fixed = [i for i, column in enumerate(env.actions.columns) if column.unit == "M USD / quarter"]
    assert (infos["most"][fixed] < 1.0).all()
    assert infos["most"][names.index("alliance with USA")] == 1.0
    env.step(np.ones(len(names)))
    episode = env.worlds.episode
    assert (episode.simulation.models[0].state.purse_musd >= 0.0).all()
    *_, infos = env.step(np.ones(len(names)))
    assert (infos["most"][fixed] < 0.05).all()


def test_an_observation_tells_nothing_of_others_purses_or_the_future():
    """What others decide now is not seen before the turn is over: the observation is that of the beginning of the turn."""
    env = Governments(SCENARIO, seats=["USA", "CHN"])
    first, _ = env.reset(seed=5)
    again, _ = Governments(SCENARIO, seats=["USA", "CHN"], others={"KOR": "packaging-first"}).reset(seed=5)
    assert np.array_equal(first["USA"], again["USA"])
    names = env.roles["USA"][1].names
    assert not [name for name in names if ":" in name and ("purse" in name or "income" in name)]


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: Governments(SCENARIO, ["USB"]), "seats are USA|seats are TWN"),
        (lambda: GovernmentWorlds(SCENARIO, "USA", 2, {"USA": "whole-chain"}), "nobody else"),
        (lambda: GovernmentWorlds(SCENARIO, "USA", 2).reset(seed=[1]), "one seed per world"),
        (lambda: Governments(SCENARIO).step({}), "reset"),
    ],
)
def test_errors_say_what_is_allowed(make, told):
    with pytest.raises(EpisodeError, match=told):
        make()


def test_a_trained_policy_takes_a_seat_in_a_game_that_verifies_without_it(tmp_path, monkeypatch):
    (tmp_path / "my_trained_agent.py").write_text(
        "import numpy as np\nfrom policygame.rl import Seated\nfrom policygame.scenario import load_scenario\n"
        "weights = np.random.default_rng(1).normal(size=(24, 77))\n"
        "def policy(observation):\n    return 1.0 / (1.0 + np.exp(-(weights * observation).sum(axis=1)))\n"
        "seat = Seated(policy, load_scenario('first-game'))\n"
    )
    (tmp_path / "plan.txt").write_text("scenario first-game\nseed 7\nseat USA Learner\n")
    monkeypatch.chdir(tmp_path)
    played = CliRunner().invoke(
        app, ["play", "plan.txt", "--player", "USA=my_trained_agent:seat", "--turns", "3", "--out", "game.json"]
    )
    assert played.exit_code == 0, played.output
    (tmp_path / "my_trained_agent.py").unlink()
    assert "packaging_grant" in (tmp_path / "game.json").read_text()
    assert CliRunner().invoke(app, ["replay", "game.json"]).exit_code == 0
