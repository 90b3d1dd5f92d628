"""What a turn is worth: the change of the score, were the rest of play as if nobody acted.

The score is the mandate's, over the quarters of play, against the same worlds in which nobody acts: on the scale of the scenario's stored
tournament where one fits (``scaled``), else in the mandate's raw points (``raw``). Rewards of a whole game add up to its score less that
of the game in which nobody acts, which on the raw scale is 0.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from policygame.game.score import gains
from policygame.game.score import points as raw_points
from policygame.model.arrays import Array
from policygame.result import Result
from policygame.scenario import Scenario
from policygame.tournament.mandates import PARTS, over_quarters, weights_of
from policygame.tournament.spans import points, scaled
from policygame.tournament.stored import stored_tournament

__all__ = ["Scale", "Scorer", "components"]

Scale = Literal["scaled", "raw"]


def components(result: Result, seat: str) -> Array:
    """(part, quarter, world): the parts of a seat's mandate as they stand."""
    return np.stack([result.array("score_raw", f"government:{seat}", part) for part in PARTS])


class Scorer:
    """The score of one seat. ``nobody`` (part, quarter, world) are its components, over the quarters of play, when nobody acts."""

    def __init__(self, scenario: Scenario, seat: str, nobody: Array) -> None:
        self._scenario, self._seat, self._nobody = scenario, seat, nobody
        self._idle = over_quarters(nobody)
        tournament = stored_tournament(scenario)
        self._spans = None if tournament is None else tournament.spans[seat]
        self.scale: Scale = "raw" if tournament is None else "scaled"
        self.nobody = self.score(nobody[:, :0])

    def score(self, played: Array) -> Array:
        """(world,): the score of components (part, quarter, world) of as many quarters as were played, the rest as if nobody acted."""
        whole = np.concatenate([played, self._nobody[:, played.shape[1] :]], axis=1)
        means = over_quarters(whole)
        if self._spans is None:
            return raw_points(self._scenario, self._seat, gains(means, self._idle.copy()))
        return points(weights_of(self._scenario, self._seat), scaled(means, self._idle, self._spans, clip=True))
