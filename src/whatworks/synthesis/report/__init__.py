"""Reports of any fitted model: methods, results, and plain words."""

from whatworks.synthesis.report.new_settings import new_setting
from whatworks.synthesis.report.plain import PlainWords
from whatworks.synthesis.report.report import Report, ReportWording, report

__all__ = ["PlainWords", "Report", "ReportWording", "new_setting", "report"]
