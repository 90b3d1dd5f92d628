"""PettingZoo: every government is an agent, all of them decide at once, one world at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from gymnasium.spaces import Box
from gymnasium.utils import seeding
from pettingzoo import ParallelEnv

from policygame.asking import Policies
from policygame.model.arrays import Array
from policygame.result import Result
from policygame.rl.episode import Episode, EpisodeError, checked_seats, opened, roles_of
from policygame.rl.spaces import action_space, observation_space, world_seed
from policygame.scenario import Scenario

__all__ = ["Governments"]

Floats = npt.NDArray[np.float32]


class Governments(ParallelEnv[str, Floats, Floats]):
    """A scenario played by learning governments.

    Parameters
    ----------
    scenario : a scenario, the name of a shipped one, or a path
    seats : governments that are agents; default: all that can act
    others : what further governments play, as in ``simulate``; one that is not named adds nothing to its history

    A step is a turn. ``reset(seed=7)`` plays the world of seed 7; without a seed the next world is drawn from the last one. Infos hold
    ``most``, the largest action that the treasury can pay, ``score`` and ``nobody``: the score so far, and of a game in which nobody acts.
    """

    metadata = {"name": "policygame_governments_v0", "render_modes": [], "is_parallelizable": True}  # noqa: RUF012 - PettingZoo's

    def __init__(self, scenario: Scenario | str, seats: Sequence[str] | None = None, others: Policies | None = None) -> None:
        self.scenario = opened(scenario)
        self.possible_agents = list(checked_seats(self.scenario, seats))
        if both := sorted(set(self.possible_agents) & set(others or {})):
            raise EpisodeError(f"{', '.join(both)}: either an agent or played by others, not both")
        self.agents: list[str] = []
        self.render_mode = None
        self.roles = roles_of(self.scenario, self.possible_agents)
        self._others = others
        self._episode: Episode | None = None
        self._random, _ = seeding.np_random(0)
        self.action_spaces = {seat: action_space(actions) for seat, (actions, _) in self.roles.items()}
        self.observation_spaces = {seat: observation_space(seen) for seat, (_, seen) in self.roles.items()}

    def action_space(self, agent: str) -> Box:
        """Numbers from 0 to 1, one for each column of ``roles[agent][0].columns``."""
        return self.action_spaces[agent]

    def observation_space(self, agent: str) -> Box:
        """One number for each of ``roles[agent][1].names``."""
        return self.observation_spaces[agent]

    def reset(
        self, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[dict[str, Floats], dict[str, dict[str, Any]]]:
        """Begin a game, in the world of ``seed``."""
        if seed is not None:
            self._random, _ = seeding.np_random(seed)
        self.close()
        self.agents = list(self.possible_agents)
        world = world_seed(self._random) if seed is None else seed
        self._episode = Episode(self.scenario, [world], self.roles, self._others)
        return self._seen(self._episode), self._infos(self._episode)

    def step(
        self, actions: dict[str, Floats]
    ) -> tuple[dict[str, Floats], dict[str, float], dict[str, bool], dict[str, bool], dict[str, dict[str, Any]]]:
        """Play a turn: all governments decide at once."""
        episode = self._episode
        if episode is None or episode.over:
            raise EpisodeError("the game is over or has not begun; reset() begins one")
        given: dict[str, Array] = {seat: np.asarray(actions[seat], dtype=float)[None] for seat in self.agents}
        worth = episode.play(given)
        seats = self.agents
        no: dict[str, bool] = dict.fromkeys(seats, False)
        over: dict[str, bool] = dict.fromkeys(seats, episode.over)
        out = (
            self._seen(episode),
            {seat: float(worth[seat][0]) for seat in seats},
            no,
            over,
            self._infos(episode),
        )
        if episode.over:
            self.agents = []
        return out

    @property
    def result(self) -> Result:
        """The raw components of every score since play began."""
        if self._episode is None:
            raise EpisodeError("no game has begun; reset() begins one")
        return self._episode.simulation.result()

    def render(self) -> None:
        """Nothing: pages show games."""

    def close(self) -> None:
        """Free the memory of the last game."""
        if self._episode is not None:
            self._episode.close()
            self._episode = None

    def _seen(self, episode: Episode) -> dict[str, Floats]:
        return {seat: episode.observations(seat)[0] for seat in self.agents}

    def _infos(self, episode: Episode) -> dict[str, dict[str, Any]]:
        return {
            seat: {
                "most": episode.most(seat)[0].astype(np.float32),
                "score": float(episode.scores[seat][0]),
                "nobody": float(episode.scorer(seat).nobody[0]),
                "scale": episode.scorer(seat).scale,
            }
            for seat in self.agents
        }
