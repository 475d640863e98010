"""Reference files in and out: one reader per format, one pipeline, an account of every line."""

from whatworks.references.import_report import ImportReport, ImportResult, ReportIssue
from whatworks.references.nouns import RawFile, Record, Review, Search
from whatworks.references.read import read_references
from whatworks.references.write import WRITTEN_FORMATS, format_of_name, write_references
from whatworks.references.write_bibtex import write_bibtex
from whatworks.references.write_csljson import write_csljson
from whatworks.references.write_csv import write_csv
from whatworks.references.write_excel import write_excel
from whatworks.references.write_ris import write_ris

__all__ = [
    "WRITTEN_FORMATS",
    "ImportReport",
    "ImportResult",
    "RawFile",
    "Record",
    "ReportIssue",
    "Review",
    "Search",
    "format_of_name",
    "read_references",
    "write_bibtex",
    "write_csljson",
    "write_csv",
    "write_excel",
    "write_references",
    "write_ris",
]
