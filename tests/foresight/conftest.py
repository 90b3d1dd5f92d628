"""The small scenario, a strategy that reacts, and what it means that two results are the same."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest

from policygame import Result, Scenario, load_scenario
from policygame.model.agents.government import GovernmentView, Order


class Anxious:
    """Grants what it sees to be short: a strategy that depends on the state of each world, and on turns."""

    def decide(self, view: GovernmentView) -> Iterable[Order] | None:
        if not view.is_turn:
            return None
        short = np.clip(1.0 - view.fill("ai_accelerator"), 0.0, 1.0)
        return [
            Order("packaging_grant", "interposer_2_5d", 0.3 * (0.2 + 0.8 * short)),
            Order("packaging_rnd", "interposer_2_5d", 10.0),
        ]


def assert_same(one: Result, other: Result, worlds: list[int] | None = None, metrics: Iterable[str] | None = None) -> None:
    """Every value of ``other`` equals that of ``one``, bit for bit, in its quarters and in these ``worlds`` of ``one``."""
    late = one.quarters.index(other.quarters[0])
    columns = list(range(len(one.seeds))) if worlds is None else worlds
    for metric in one.metrics if metrics is None else metrics:
        a, b = one.all_of(metric)[late : late + len(other.quarters)][..., columns], other.all_of(metric)
        assert a.shape == b.shape, metric
        assert np.array_equal(a, b, equal_nan=True), f"{metric} differs"


@pytest.fixture(scope="session")
def first_game() -> Scenario:
    return load_scenario("first-game")
