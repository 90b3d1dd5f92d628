"""The engine's promises of speed and memory, as ``policygame bench`` measures them."""

from __future__ import annotations

import pytest

from policygame.benchmark import LIMITS, Effort, Measurement, benchmarks

pytestmark = [pytest.mark.benchmark, pytest.mark.slow]


@pytest.fixture(scope="module")
def measurements() -> dict[str, Measurement]:
    return {measurement.id: measurement for measurement in benchmarks(Effort.full())}


BUSY = {"world_quarter": 0.6}
"""What a promise must not exceed on any machine, where it depends on the processor's cache: with 2 MB of it, less is kept than with 32 MB.

``policygame bench`` judges by the promise itself; here a busy or a small machine must not fail what has not become worse.
"""


@pytest.mark.parametrize("name", LIMITS)
def test_limit(measurements, name):
    measurement = measurements[name]
    assert measurement.limit == LIMITS[name]
    told = f"{measurement.name}: {measurement.measured:.3g} {measurement.unit} ({measurement.absolute})"
    assert measurement.measured <= BUSY.get(name, LIMITS[name]), told
    print(told)


def test_the_forecast_is_reported(measurements):
    assert measurements["forecast"].limit is None
    assert measurements["forecast"].measured > 0
