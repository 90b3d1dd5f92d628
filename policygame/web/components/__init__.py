"""Components of the pages. Each takes values and callbacks and holds no rule of the game.

Those in small letters are functions that return ``Markup`` (show them with ``Fragment``); those in capitals are Solara components,
or the plain values that a component takes.
"""

from policygame.web.components.address import Address
from policygame.web.components.attribution import Decision, attribution_bars
from policygame.web.components.chart import Chart
from policygame.web.components.dots import dot_grid, worlds_sentence
from policygame.web.components.fan_card import FanCard, fan_key
from policygame.web.components.ladder import Rung, ladder
from policygame.web.components.lever import Item, LeverRow
from policygame.web.components.metrics import Figure, Tab, figures, metric_tabs, tab_id, tabs
from policygame.web.components.news import Headline, headline_list
from policygame.web.components.other_model import needs_model, other_model_notice, short_version
from policygame.web.components.ranks import RankRow, rank_table
from policygame.web.components.replay import Replay
from policygame.web.components.score import score_bar, score_ruler, turn_pips
from policygame.web.components.seats import SeatRow, decided_chips, seat_list
from policygame.web.components.states import chart_failed, empty_state, progress, refusal, skeleton
from policygame.web.components.treasury import treasury_bar, treasury_dock

__all__ = [
    "Address",
    "Chart",
    "Decision",
    "FanCard",
    "Figure",
    "Headline",
    "Item",
    "LeverRow",
    "RankRow",
    "Replay",
    "Rung",
    "SeatRow",
    "Tab",
    "attribution_bars",
    "chart_failed",
    "decided_chips",
    "dot_grid",
    "empty_state",
    "fan_key",
    "figures",
    "headline_list",
    "ladder",
    "metric_tabs",
    "needs_model",
    "other_model_notice",
    "progress",
    "rank_table",
    "refusal",
    "score_bar",
    "score_ruler",
    "seat_list",
    "short_version",
    "skeleton",
    "tab_id",
    "tabs",
    "treasury_bar",
    "treasury_dock",
    "turn_pips",
    "worlds_sentence",
]
