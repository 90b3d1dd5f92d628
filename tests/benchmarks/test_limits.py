"""The engine's promises of speed and memory, as ``policygame bench`` measures them."""

from __future__ import annotations

import pytest

from policygame.benchmark import LIMITS, Effort, Measurement, benchmarks

pytestmark = [pytest.mark.benchmark, pytest.mark.slow]


@pytest.fixture(scope="module")
def measurements() -> dict[str, Measurement]:
    return {measurement.id: measurement for measurement in benchmarks(Effort.full())}


@pytest.mark.parametrize("name", LIMITS)
def test_limit(measurements, name):
    measurement = measurements[name]
    assert measurement.limit == LIMITS[name]
    assert measurement.passed, f"{measurement.name}: {measurement.measured:.3g} {measurement.unit} ({measurement.absolute})"


def test_the_forecast_is_reported(measurements):
    assert measurements["forecast"].limit is None
    assert measurements["forecast"].measured > 0
