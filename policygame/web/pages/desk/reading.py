"""Single numbers of this world, now and before, for the tabs of the desk."""

from __future__ import annotations

from policygame.game import SeatView

__all__ = ["before", "now"]


def now(view: SeatView, metric: str, entity: str = "world", item: str = "") -> float:
    """The last value of a series in this world; NaN where there is none."""
    if (entity, item) not in view.result.series(metric):
        return float("nan")
    return float(view.result.array(metric, entity, item)[-1, 0])


def before(view: SeatView, metric: str, entity: str = "world", item: str = "", quarters: int = 2) -> float:
    """The value so many quarters earlier; NaN where there is none."""
    if (entity, item) not in view.result.series(metric) or len(view.result.quarters) <= quarters:
        return float("nan")
    return float(view.result.array(metric, entity, item)[-1 - quarters, 0])
