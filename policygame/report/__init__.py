"""A result set as one HTML file that opens from disk: what was run, what came out, how sure it is, how to run it again.

What the numbers are is ``policygame.analysis``; how charts and the file are drawn is ``policygame.web``.
"""

from policygame.report.page import report_html, write_report

__all__ = ["report_html", "write_report"]
