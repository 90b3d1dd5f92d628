"""Every number of a scenario that may differ between worlds is read by the model, and a drawn one differs."""

from __future__ import annotations

import numpy as np
import pytest

from policygame import Simulation, load_scenario
from policygame.model import worlds
from policygame.model.worlds import Values, triangular


@pytest.mark.parametrize("name", ["ai-surge-2023", "first-game"])
def test_no_drawn_number_is_ignored(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A number that says ``draw`` and that nothing reads would be a promise that nobody keeps."""
    read: set[str] = set()
    original = Values.__getitem__

    def spy(self: Values, path: str) -> worlds.Array:
        read.add(path)
        return original(self, path)

    monkeypatch.setattr(Values, "__getitem__", spy)
    scenario = load_scenario(name)
    Simulation(scenario, [1, 2])
    drawn = {found.path for found in scenario.numbers() if found.number.draw}
    assert drawn, "a scenario without drawn numbers says nothing about uncertainty"
    assert drawn <= read


def test_a_drawn_number_is_a_function_of_seed_and_name() -> None:
    """Which other numbers are drawn, and in which order seeds stand, does not matter."""
    scenario = load_scenario("first-game")
    numbers = {found.path: found.number for found in scenario.numbers()}
    chosen = "parameters.phantom_eta"
    alone = Values([5], {chosen: numbers[chosen]})[chosen]
    among = Values([9, 5], numbers)[chosen]
    assert alone[0] == among[1]
    assert among[0] != among[1]
    low, high = numbers[chosen].span or (0.0, 0.0)
    assert ((among >= low) & (among <= high)).all()


def test_triangular_draws_keep_their_range_and_mode() -> None:
    """The inverse distribution function runs from the low end over the mode to the high end."""
    u = np.linspace(0.0, 1.0, 101)
    x = triangular(u, 1.0, 2.0, 4.0)
    assert x[0] == 1.0
    assert x[-1] == pytest.approx(4.0)
    assert (np.diff(x) > 0.0).all()
    assert np.interp(2.0, x, u) == pytest.approx(1.0 / 3.0, abs=1e-2)
