"""Reference files in and out: one reader per format, one pipeline, an account of every line."""

from whatworks.references.import_report import ImportReport, ImportResult, ReportIssue
from whatworks.references.nouns import RawFile, Record, Review, Search
from whatworks.references.read import read_references
from whatworks.references.write_csv import write_csv
from whatworks.references.write_ris import write_ris

__all__ = [
    "ImportReport",
    "ImportResult",
    "RawFile",
    "Record",
    "ReportIssue",
    "Review",
    "Search",
    "read_references",
    "write_csv",
    "write_ris",
]
