"""A process that hosts games: ``host`` brings rules, store and players together, ``forecaster`` keeps the worlds of drafts running.

No rules are here (``policygame.game``), no tables (``policygame.store``) and no pages (``policygame.web``). This file imports
nothing, so that the processes of the forecaster start quickly.
"""
