"""Metrics that no other test of the model reads are what the model says."""

from __future__ import annotations

import numpy as np

from policygame import Simulation


def test_lines_down_is_what_an_outage_keeps_from_working() -> None:
    """A place that is struck shows it in the quarter; its share comes back, and idle places show zero."""
    simulation = Simulation("ai-surge-2023", range(1, 9), metrics=["lines_down"])
    model = simulation.models[0]
    struck = model.shocks.outage < model.coefficients.hazard
    struck_at = model.coefficients.depth
    result = simulation.run(20).result()
    places = [entity for entity, _ in result.series("lines_down")]
    found = np.stack([result.array("lines_down", place) for place in places], axis=1)
    for row in range(len(places)):
        first = struck[:20, row]
        quarters, worlds = np.nonzero(first)
        assert np.allclose(np.maximum(found[quarters, row, worlds], struck_at[row, worlds]), found[quarters, row, worlds])
        quiet = ~np.maximum.accumulate(first, axis=0)
        assert not found[:, row][quiet].any()
    assert (found > 0.0).any()
    assert ((found >= 0.0) & (found < 1.0)).all()
