"""Numbers of the rules of play that are no numbers of the model."""

from __future__ import annotations

__all__ = ["PREDICTION_METRIC", "PREDICTION_SEGMENT", "PREDICTION_WEEKS"]

PREDICTION_METRIC, PREDICTION_SEGMENT = "lead_time_weeks", "ai_accelerator"
PREDICTION_WEEKS = 20.0
"""What people are asked before a turn is resolved: will the lead time of AI accelerators be above or below this at its end?"""
