"""Extraction: from a person's tables, by a mapping file, to studies, effects and judgements."""

from whatworks.extraction.accuracies import AccuracyImport, read_accuracies
from whatworks.extraction.decisions import DecisionImport, read_decisions
from whatworks.extraction.effects import EffectImport, read_effects
from whatworks.extraction.flow_counts import FlowCountImport, read_flow_counts
from whatworks.extraction.mapping_file import load_mapping
from whatworks.extraction.nouns import Accuracy, Arm, Effect, FlowCount, Measure, Study
from whatworks.extraction.plausibility import FLAGS, flag_effects
from whatworks.extraction.records import RecordImport, read_records
from whatworks.extraction.selection import JoinedFile
from whatworks.extraction.spreadsheet import SpreadsheetResult, read_spreadsheet
from whatworks.extraction.studies import StudyImport, read_studies

__all__ = [
    "FLAGS",
    "Accuracy",
    "AccuracyImport",
    "Arm",
    "DecisionImport",
    "Effect",
    "EffectImport",
    "FlowCount",
    "FlowCountImport",
    "JoinedFile",
    "Measure",
    "RecordImport",
    "SpreadsheetResult",
    "Study",
    "StudyImport",
    "flag_effects",
    "load_mapping",
    "read_accuracies",
    "read_decisions",
    "read_effects",
    "read_flow_counts",
    "read_records",
    "read_spreadsheet",
    "read_studies",
]
