"""The agents, one class per kind. Each class holds one agent's own rules; its state is a view of the model's rows.

A rule is written for one firm or one government, with arrays whose last axis is the world; subclass and override one to change one
firm's behaviour (``simulate(..., agents={"ASE": CautiousOSAT})``).
"""

from policygame.model.agents.designer import ChipDesigner, DesignTeam
from policygame.model.agents.government import Government, GovernmentView, Strategy
from policygame.model.agents.producer import OSAT, Foundry, Producer, Supplier, Team

__all__ = [
    "OSAT",
    "ChipDesigner",
    "DesignTeam",
    "Foundry",
    "Government",
    "GovernmentView",
    "Producer",
    "Strategy",
    "Supplier",
    "Team",
]
