"""Deduplication: which records describe the same document, by evidence that says why."""

from whatworks.dedupe.audit import (
    AuditPart,
    AuditSample,
    ErrorEstimate,
    PartEstimate,
    draw_audit,
    estimate_errors,
)
from whatworks.dedupe.find import (
    ComparedPairs,
    Duplicates,
    FoundPair,
    PairSource,
    Thresholds,
    find_duplicates,
)
from whatworks.dedupe.gathered import gathered_record
from whatworks.dedupe.nouns import PairDecision, RecordPair, Report, ReportRecord, SampledPair
from whatworks.dedupe.relations import RELATIONS
from whatworks.dedupe.report_rows import ReportRows, decided_pairs, report_rows, told

__all__ = [
    "RELATIONS",
    "AuditPart",
    "AuditSample",
    "ComparedPairs",
    "Duplicates",
    "ErrorEstimate",
    "FoundPair",
    "PairDecision",
    "PairSource",
    "PartEstimate",
    "RecordPair",
    "Report",
    "ReportRecord",
    "ReportRows",
    "SampledPair",
    "Thresholds",
    "decided_pairs",
    "draw_audit",
    "estimate_errors",
    "find_duplicates",
    "gathered_record",
    "report_rows",
    "told",
]
