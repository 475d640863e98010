"""Deduplication: which records describe the same document, by rules that say why."""

from whatworks.dedupe.exact import ExactReports, KeptApart, exact_reports
from whatworks.dedupe.nouns import Report, ReportRecord

__all__ = ["ExactReports", "KeptApart", "Report", "ReportRecord", "exact_reports"]
