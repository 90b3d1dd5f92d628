"""Analysis of result sets: which quantities matter, where cases lie, which arm is best, and whether there are worlds enough.

``analyse`` asks a result set everything that its design can answer and returns tables. Each method has a module of its own; what they
all read is ``sample``. Running experiments is ``policygame.experiment``; looking for good policies ``policygame.search``; a page of it
all ``policygame.report``.
"""

from policygame.analysis.analyse import METHODS, Options, analyse, write_tables
from policygame.analysis.sample import AnalysisError, Sample, open_sample
from policygame.analysis.tables import Table

__all__ = ["METHODS", "AnalysisError", "Options", "Sample", "Table", "analyse", "open_sample", "write_tables"]
