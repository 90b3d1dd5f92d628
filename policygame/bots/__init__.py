"""Strategies that react to what their role sees."""

from policygame.model.agents.government import Strategy

BOTS: dict[str, Strategy] = {}
