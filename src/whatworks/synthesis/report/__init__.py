"""Reports of any fitted model: methods, results, and plain words."""

from whatworks.synthesis.report.plain import PlainWords, new_setting
from whatworks.synthesis.report.report import Report, ReportWording, report

__all__ = ["PlainWords", "Report", "ReportWording", "new_setting", "report"]
