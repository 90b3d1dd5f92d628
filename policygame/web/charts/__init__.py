"""Charts as pure functions: plain values in, a ``ChartSpec`` (ECharts option, sentence, table) out. Drawing is ``components.Chart``."""

from policygame.web.charts.fan import Bands, fan
from policygame.web.charts.spec import ChartSpec

__all__ = ["Bands", "ChartSpec", "fan"]
