"""Charts as pure functions: plain values in, a ``ChartSpec`` (ECharts option, sentence, table) out. Drawing is ``components.Chart``."""

from policygame.web.charts.bars import Bar, bars
from policygame.web.charts.bump import bump
from policygame.web.charts.fan import Bands, Own, fan
from policygame.web.charts.intervals import Interval, intervals
from policygame.web.charts.parallel import Axis, parallel
from policygame.web.charts.sankey import Link, Node, sankey
from policygame.web.charts.small import Panel, small_multiples, sparkline
from policygame.web.charts.spec import ChartSpec
from policygame.web.charts.world import Flow, Place, world_map

__all__ = [
    "Axis",
    "Bands",
    "Bar",
    "ChartSpec",
    "Flow",
    "Interval",
    "Link",
    "Node",
    "Own",
    "Panel",
    "Place",
    "bars",
    "bump",
    "fan",
    "intervals",
    "parallel",
    "sankey",
    "small_multiples",
    "sparkline",
    "world_map",
]
