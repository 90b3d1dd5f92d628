"""The words that everybody shares, each declared once: places, technologies, stages, segments, levers, metrics, quarters.

Sliders, validation, command-line help, table columns and documentation read these declarations. Numbers that a scenario may
choose, and rules that the model follows, do not live here.
"""

from policygame.catalogue.jurisdictions import JURISDICTIONS, Jurisdiction
from policygame.catalogue.levers import LEVERS, Lever, Option
from policygame.catalogue.mandate import MANDATE, MandatePart
from policygame.catalogue.metrics import METRICS, Metric
from policygame.catalogue.quarters import Quarter
from policygame.catalogue.segments import SEGMENTS, Segment
from policygame.catalogue.stages import STAGES, Stage
from policygame.catalogue.technologies import INTEGRATIONS, TECHNOLOGIES, Integration, Technology
from policygame.catalogue.words import nearest

__all__ = [
    "INTEGRATIONS",
    "JURISDICTIONS",
    "LEVERS",
    "MANDATE",
    "METRICS",
    "SEGMENTS",
    "STAGES",
    "TECHNOLOGIES",
    "Integration",
    "Jurisdiction",
    "Lever",
    "MandatePart",
    "Metric",
    "Option",
    "Quarter",
    "Segment",
    "Stage",
    "Technology",
    "nearest",
]
