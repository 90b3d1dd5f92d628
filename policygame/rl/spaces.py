"""Spaces of Gymnasium for the actions and observations of a role, and the seeds of further worlds."""

from __future__ import annotations

import numpy as np
from gymnasium.spaces import Box

from policygame.rl.actions import Actions
from policygame.rl.observations import LIMIT, Observations

__all__ = ["action_space", "observation_space", "world_seed"]


def action_space(actions: Actions) -> Box:
    """A number from 0 to 1 for each column."""
    return Box(0.0, 1.0, (len(actions),), np.float32)


def observation_space(observations: Observations) -> Box:
    """A number for each name."""
    return Box(-LIMIT, LIMIT, (len(observations),), np.float32)


def world_seed(random: np.random.Generator) -> int:
    """The seed of a further world."""
    return int(random.integers(0, 2**63))
