"""Components of the pages. Each takes values and callbacks and holds no rule of the game.

Those in small letters are functions that return ``Markup`` (show them with ``Fragment``); those in capitals are Solara components.
"""

from policygame.web.components.chart import Chart
from policygame.web.components.lever import Item, LeverRow
from policygame.web.components.treasury import treasury_bar, treasury_dock

__all__ = ["Chart", "Item", "LeverRow", "treasury_bar", "treasury_dock"]
