"""Releases: immutable, verifiable snapshots of an evidence base, with no database."""

from whatworks.release.evidence import Evidence
from whatworks.release.nouns import Analysis, AnalysisInput, Number, Strand
from whatworks.release.read import ReleaseLabel, read_label, read_release
from whatworks.release.schema import TABLES, Column, Table

__all__ = [
    "TABLES",
    "Analysis",
    "AnalysisInput",
    "Column",
    "Evidence",
    "Number",
    "ReleaseLabel",
    "Strand",
    "Table",
    "read_label",
    "read_release",
]
