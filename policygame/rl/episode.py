"""Many worlds played turn by turn: learners decide by actions, all other governments by their policies; one simulation for all worlds.

Everything is run by ``Simulation``: an episode is what ``simulate`` gives with the same decisions, bit for bit. Spaces and interfaces of
libraries are in ``parallel``, ``vector`` and ``single``.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from policygame.asking import Policies
from policygame.catalogue import nearest
from policygame.errors import UserError
from policygame.foresight.worlds import let_go
from policygame.model.agents.government import GovernmentView, Order
from policygame.model.arrays import Array, index
from policygame.model.structure import PLACE_OF
from policygame.rl.actions import Actions
from policygame.rl.observations import Observations
from policygame.rl.rewards import Scorer, components
from policygame.rl.seated import turns_of
from policygame.scenario import Policy, Scenario, load_scenario
from policygame.simulation import Simulation
from policygame.tournament.mandates import seats_of

__all__ = ["Episode", "EpisodeError", "checked_seats", "opened", "roles_of"]


class EpisodeError(UserError):
    """An environment that cannot be made as asked."""


class _Hand:
    """The strategy of a learner: the orders that were laid down for each block of worlds, in turn."""

    def __init__(self) -> None:
        self.orders: deque[list[Order]] = deque()

    def decide(self, view: GovernmentView) -> list[Order] | None:
        return self.orders.popleft() if view.is_turn else None


def opened(scenario: Scenario | str) -> Scenario:
    """A scenario, or the one of a name or path."""
    return load_scenario(scenario) if isinstance(scenario, str) else scenario


def checked_seats(scenario: Scenario, seats: Sequence[str] | None) -> tuple[str, ...]:
    """Seats that exist, in the catalogue's order; all of the scenario's for None. EpisodeError where one is unknown."""
    known = seats_of(scenario)
    for seat in seats or ():
        if seat not in known:
            raise EpisodeError(
                f"there is no seat {seat!r} in {scenario.name}; seats are {', '.join(known)}.{nearest(seat, known)}"
            )
    return known if seats is None else tuple(seat for seat in known if seat in seats)


def roles_of(scenario: Scenario, seats: Sequence[str]) -> dict[str, tuple[Actions, Observations]]:
    """Seat -> what its actions set and what it observes, which follow from the scenario alone."""
    model = Simulation(scenario, [0], metrics=["score_raw"]).models[0]
    views = {seat: GovernmentView(model, PLACE_OF[seat], index([0])) for seat in seats}
    return {
        seat: (Actions(view, scenario.quarters_per_turn), Observations(view, turns_of(scenario))) for seat, view in views.items()
    }


class Episode:
    """Games of a scenario in one world per seed, from the beginning of play to the scenario's end.

    ``roles`` are the learners', from ``roles_of``; ``others`` maps further governments to what they play, as in ``simulate``; one that is
    in neither adds nothing to its history before play.
    """

    def __init__(
        self,
        scenario: Scenario,
        seeds: Sequence[int],
        roles: Mapping[str, tuple[Actions, Observations]],
        others: Policies | None = None,
    ) -> None:
        self.scenario, self.seeds, self._roles = scenario, tuple(seeds), roles
        self.turns, self.turn = turns_of(scenario), 0
        idle: Policies = {seat: Policy() for seat in seats_of(scenario)}
        self._hands = {seat: _Hand() for seat in roles}
        past = Simulation(scenario, seeds, metrics=["score_raw"])
        past.run(past.structure.play_from)
        nobody = past.branch(policies=idle)
        nobody.run(nobody.structure.n_quarters - nobody.quarter)
        result = nobody.result()
        self.simulation = past.branch(policies={**idle, **(others or {}), **self._hands})
        let_go(nobody)
        let_go(past)
        self._scorers = {seat: Scorer(scenario, seat, components(result, seat)) for seat in roles}
        self.scores: dict[str, Array] = {seat: scorer.nobody for seat, scorer in self._scorers.items()}
        """Seat -> (W,) its score, were the rest of play as if nobody acted."""

    @property
    def over(self) -> bool:
        """Whether the scenario's end is reached."""
        return self.turn >= self.turns

    def scorer(self, seat: str) -> Scorer:
        """How a seat is scored."""
        return self._scorers[seat]

    def observations(self, seat: str) -> npt.NDArray[np.float32]:
        """(W, number): what a learner sees now."""
        return np.concatenate([self._roles[seat][1].of(view) for view in self._views(seat)])[: len(self.seeds)]

    def most(self, seat: str) -> Array:
        """(W, column): the largest value of each column that a learner's treasury can pay now."""
        return np.concatenate([self._roles[seat][0].most(view) for view in self._views(seat)])[: len(self.seeds)]

    def play(self, actions: Mapping[str, Array]) -> dict[str, Array]:
        """Play a turn by the learners' actions, seat -> (W, column); returns seat -> (W,) what the turn is worth."""
        for seat, hand in self._hands.items():
            hand.orders.clear()
            given, first = np.asarray(actions[seat], dtype=float), 0
            for view in self._views(seat):
                rows = given[first : first + view.n_worlds]
                first += len(rows)
                if len(rows) < view.n_worlds:  # a lone world is padded to two
                    rows = np.repeat(rows, view.n_worlds, axis=0)
                hand.orders.append(self._roles[seat][0].orders(view, rows))
        left = self.simulation.structure.n_quarters - self.simulation.quarter
        self.simulation.run(min(self.scenario.quarters_per_turn, left))
        self.turn += 1
        return self._rewards()

    def _rewards(self) -> dict[str, Array]:
        result, rewards = self.simulation.result(), {}
        for seat, scorer in self._scorers.items():
            now = scorer.score(components(result, seat))
            rewards[seat] = now - self.scores[seat]
            self.scores[seat] = now
        return rewards

    def _views(self, seat: str) -> list[GovernmentView]:
        """What the role may see now, block of worlds by block of worlds."""
        worlds = [(model, index(range(model.state.n_worlds))) for model in self.simulation.models]
        return [GovernmentView(model, PLACE_OF[seat], rows) for model, rows in worlds]

    def close(self) -> None:
        """Free the memory of the worlds."""
        let_go(self.simulation)
