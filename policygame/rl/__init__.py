"""Learning agents: governments that a program plays and learns from, in environments of PettingZoo and Gymnasium.

``actions`` says what a flat action of numbers from 0 to 1 sets, ``observations`` what a role sees as numbers, ``rewards`` what a turn is
worth, ``episode`` is many worlds played turn by turn. On these stand ``parallel.Governments`` (PettingZoo: every government an agent),
``vector.GovernmentWorlds`` (Gymnasium: one government in many worlds at once) and ``single.GovernmentWorld`` (the same, one world).
``seated.Seated`` lets a policy - trained or scripted - take a seat wherever a strategy can. Environments need the extra ``rl``; all
else here does not, and nothing else in the program imports this package but to seat a policy.
"""

from __future__ import annotations

from policygame.rl.actions import Actions, Column
from policygame.rl.episode import EpisodeError
from policygame.rl.observations import Observations
from policygame.rl.seated import Seated

__all__ = ["Actions", "Column", "EpisodeError", "Observations", "Seated"]
