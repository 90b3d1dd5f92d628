"""Tournaments: every bot in every seat over worlds paired by seed, what each lever is worth, and what a race costs its racers.

``field`` plays one and ``stored`` keeps it; its spans put the score of a game on a scale (``spans``). What a mandate weighs is in
``mandates``, the worlds are ``arms``, the race against a common ceiling is ``race``, and what is claimed of the balance is ``claims``.
How bots decide is ``policygame.bots``; games and their debriefs are above.
"""

from __future__ import annotations
