"""Gymnasium: one government in many worlds at once, one batched simulation a step, with no loop over worlds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

from policygame.asking import Policies
from policygame.rl.episode import Episode, EpisodeError, checked_seats, opened, roles_of
from policygame.rl.spaces import action_space, observation_space, world_seed
from policygame.scenario import Scenario

__all__ = ["GovernmentWorlds"]

Floats = npt.NDArray[np.float32]


class GovernmentWorlds(VectorEnv[Floats, Floats, npt.NDArray[Any]]):
    """A government that learns in ``num_envs`` worlds at once, while others play bots or scripts.

    Parameters
    ----------
    scenario : a scenario, the name of a shipped one, or a path
    seat : the government that learns
    num_envs : worlds
    others : what further governments play, as in ``simulate``; one that is not named adds nothing to its history

    A step is a turn. ``reset(seed=7)`` plays the worlds of seeds 7, 8, 9, ..., ``reset(seed=[...])`` those of these seeds. All worlds
    end together; the next step then begins new ones and looks at no action (``AutoresetMode.NEXT_STEP``). Infos hold, by world: ``most``,
    the largest action that the treasury can pay, ``score`` so far, ``nobody``: that of a game in which nobody acts, and ``seed``.
    """

    metadata = {"autoreset_mode": AutoresetMode.NEXT_STEP, "render_modes": []}  # noqa: RUF012 - Gymnasium's

    def __init__(self, scenario: Scenario | str, seat: str, num_envs: int = 1, others: Policies | None = None) -> None:
        self.scenario = opened(scenario)
        self.seat = checked_seats(self.scenario, [seat])[0]
        if seat in (others or {}):
            raise EpisodeError(f"{seat} learns here, so nobody else can play it")
        if num_envs < 1:
            raise EpisodeError(f"at least one world is needed; found {num_envs}")
        self.num_envs, self._others = num_envs, others
        self.roles = roles_of(self.scenario, [seat])
        self.actions, self.observations = self.roles[seat]
        self.single_action_space = action_space(self.actions)
        self.single_observation_space = observation_space(self.observations)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.episode: Episode | None = None
        """The worlds as they stand; its ``simulation`` is for those who want to look inside."""

    def reset(
        self, *, seed: int | Sequence[int] | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Floats, dict[str, Any]]:
        """Begin games in all worlds."""
        if isinstance(seed, int | np.integer):
            super().reset(seed=int(seed))
            seeds = [int(seed) + i for i in range(self.num_envs)]
        elif seed is not None:
            seeds = [int(one) for one in seed]
            if len(seeds) != self.num_envs:
                raise EpisodeError(f"one seed per world ({self.num_envs}) or a single one; found {len(seeds)}")
            super().reset(seed=seeds[0])
        else:
            seeds = [world_seed(self.np_random) for _ in range(self.num_envs)]
        self._let_go()
        self.episode = Episode(self.scenario, seeds, self.roles, self._others)
        return self.episode.observations(self.seat), self._infos(self.episode)

    def step(self, actions: Floats) -> tuple[Floats, npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[Any], dict[str, Any]]:
        """Play a turn in all worlds; after the last one, begin new worlds instead."""
        no = np.zeros(self.num_envs, dtype=bool)
        if self.episode is None:
            raise EpisodeError("no game has begun; reset() begins one")
        if self.episode.over:
            seen, infos = self.reset()
            return seen, np.zeros(self.num_envs), no, no.copy(), infos
        worth = self.episode.play({self.seat: np.asarray(actions, dtype=float)})[self.seat]
        return self.episode.observations(self.seat), worth, no, no | self.episode.over, self._infos(self.episode)

    def close_extras(self, **kwargs: Any) -> None:
        """Free the memory of the worlds."""
        self._let_go()

    def _let_go(self) -> None:
        if self.episode is not None:
            self.episode.close()
            self.episode = None

    def _infos(self, episode: Episode) -> dict[str, Any]:
        scorer = episode.scorer(self.seat)
        infos = {
            "most": episode.most(self.seat).astype(np.float32),
            "score": episode.scores[self.seat].copy(),
            "nobody": scorer.nobody.copy(),
            "seed": np.array(episode.seeds, dtype=np.uint64),
        }
        there = np.ones(self.num_envs, dtype=bool)  # Gymnasium's sign that a world has the entry
        return infos | {f"_{name}": there.copy() for name in infos}
