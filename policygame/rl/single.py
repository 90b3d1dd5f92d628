"""Gymnasium: one government in one world, for libraries that know no vectors of worlds."""

from __future__ import annotations

from typing import Any, SupportsFloat

import gymnasium
import numpy as np
import numpy.typing as npt

from policygame.asking import Policies
from policygame.rl.episode import EpisodeError
from policygame.rl.spaces import world_seed
from policygame.rl.vector import GovernmentWorlds
from policygame.scenario import Scenario

__all__ = ["GovernmentWorld"]

Floats = npt.NDArray[np.float32]


class GovernmentWorld(gymnasium.Env[Floats, Floats]):
    """A government that learns in one world at a time; parameters as in ``GovernmentWorlds``, of which this is the first world."""

    metadata = {"render_modes": []}  # noqa: RUF012 - Gymnasium's

    def __init__(self, scenario: Scenario | str, seat: str, others: Policies | None = None) -> None:
        self.worlds = GovernmentWorlds(scenario, seat, 1, others)
        self.action_space = self.worlds.single_action_space
        self.observation_space = self.worlds.single_observation_space
        self.actions, self.observations = self.worlds.actions, self.worlds.observations
        self.render_mode = None

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Floats, dict[str, Any]]:
        """Begin a game, in the world of ``seed``."""
        super().reset(seed=seed)
        seen, infos = self.worlds.reset(seed=world_seed(self.np_random) if seed is None else seed)
        return seen[0], _first(infos)

    def step(self, action: Floats) -> tuple[Floats, SupportsFloat, bool, bool, dict[str, Any]]:
        """Play a turn."""
        episode = self.worlds.episode
        if episode is None or episode.over:
            raise EpisodeError("the game is over or has not begun; reset() begins one")
        seen, worth, _, over, infos = self.worlds.step(np.asarray(action)[None])
        return seen[0], float(worth[0]), False, bool(over[0]), _first(infos)

    def close(self) -> None:
        """Free the memory of the world."""
        self.worlds.close()


def _first(infos: dict[str, Any]) -> dict[str, Any]:
    return {name: values[0] for name, values in infos.items()}
