"""Files of screening decisions, in and out: tables, notes of references, code sets of EPPI-Reviewer."""

from whatworks.extraction.decision_files.match import Match, RecordFinder
from whatworks.extraction.decision_files.nouns import Decided, DecisionFile, Said, SaidRecord
from whatworks.extraction.decision_files.read import read_decision_file

__all__ = [
    "Decided",
    "DecisionFile",
    "Match",
    "RecordFinder",
    "Said",
    "SaidRecord",
    "read_decision_file",
]
