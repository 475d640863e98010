"""The tables of an evidence base, derived from the nouns' own definitions.

A noun is a frozen dataclass; its fields give the columns and its docstring their descriptions.
The store's tables, the release's CSV and Parquet files and the Frictionless descriptor all follow
from this one list.
"""

from __future__ import annotations

import dataclasses
import inspect
import re
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from whatworks.appraisal.nouns import Judgement
from whatworks.dedupe.nouns import PairDecision, RecordPair, Report, ReportRecord, SampledPair
from whatworks.england.nouns import OfficialFigure
from whatworks.extraction.nouns import Accuracy, Arm, Effect, FlowCount, Measure, Study
from whatworks.grading.nouns import Certainty, CertaintyStep
from whatworks.references.nouns import (
    Amendment,
    FullText,
    ProtocolSection,
    RawFile,
    Record,
    Review,
    Search,
)
from whatworks.release.nouns import Analysis, AnalysisInput, Number, Strand
from whatworks.screening.nouns import (
    Certification,
    CertificationRecord,
    Decision,
    EligibilityCriteria,
    ExclusionReason,
    ScreeningRules,
    SeedRecord,
    Suggestion,
    TeamMember,
)
from whatworks.vocab.nouns import Term

__all__ = ["COLUMN_TYPES", "TABLES", "Column", "Table", "table_of"]

# Python type of a field -> type name used by Frictionless and by the store.
COLUMN_TYPES: Mapping[type, str] = {
    str: "string",
    int: "integer",
    float: "number",
    bool: "boolean",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, type, whether it must be filled, and what it means."""

    name: str
    type: str
    required: bool
    description: str


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its noun, key and columns.

    Attributes
    ----------
    name
        Name of the table and of its files.
    noun
        Dataclass of a row.
    key
        Columns that identify a row.
    columns
        All columns, in the noun's order.
    description
        What a row is.
    withheld
        Columns that are kept in the store and never published.
    """

    name: str
    noun: type[Any]
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    description: str
    withheld: tuple[str, ...]


def _column_type(hint: Any) -> tuple[str, bool]:
    """Return the column type and whether a value is required."""
    if isinstance(hint, types.UnionType):
        (inner,) = [part for part in typing.get_args(hint) if part is not type(None)]
        return COLUMN_TYPES[inner], False
    return COLUMN_TYPES[hint], True


def _descriptions(noun: type[Any]) -> tuple[str, dict[str, str]]:
    """Return the summary line and the attributes' descriptions of a numpydoc docstring."""
    doc = inspect.cleandoc(noun.__doc__ or "")
    summary = doc.partition("\n")[0]
    attributes: dict[str, str] = {}
    body = doc.partition("Attributes\n")[2].partition("\n")[2]
    name = ""
    for line in body.splitlines():
        if re.fullmatch(r"\w+", line):
            name = line.strip()
            attributes[name] = ""
        elif name and line.strip():
            attributes[name] = f"{attributes[name]} {line.strip()}".strip()
    return summary, attributes


def table_of(
    name: str, noun: type[Any], *, key: tuple[str, ...], withheld: tuple[str, ...] = ()
) -> Table:
    """Derive a table from a noun.

    Raises
    ------
    TypeError
        A field has no description in the docstring, or a type no column can hold.
    """
    summary, descriptions = _descriptions(noun)
    hints = typing.get_type_hints(noun)
    columns = []
    for field in dataclasses.fields(noun):
        if not descriptions.get(field.name):
            raise TypeError(f"{noun.__name__}.{field.name} has no description in its docstring")
        kind, required = _column_type(hints[field.name])
        columns.append(Column(field.name, kind, required, descriptions[field.name]))
    return Table(name, noun, key, tuple(columns), summary, withheld)


def _tables() -> dict[str, Table]:
    """Return all tables, in the order data flows."""
    tables = [
        table_of("terms", Term, key=("term_id",)),
        table_of("reviews", Review, key=("review_id",)),
        table_of("protocol_sections", ProtocolSection, key=("review_id", "section")),
        table_of("amendments", Amendment, key=("amendment_id",)),
        table_of("searches", Search, key=("search_id",)),
        table_of("raw_files", RawFile, key=("raw_file_id", "review_id")),
        # Abstracts are their publishers'; raw tags may hold them too.
        table_of("records", Record, key=("record_id",), withheld=("abstract", "extra")),
        table_of("reports", Report, key=("report_id",)),
        table_of("report_records", ReportRecord, key=("record_id",)),
        table_of("record_pairs", RecordPair, key=("record_id", "other_record_id")),
        table_of("pair_decisions", PairDecision, key=("record_id", "other_record_id")),
        table_of("sampled_pairs", SampledPair, key=("record_id", "other_record_id")),
        # Addresses may be those of a library's proxy, with a person's name in them.
        table_of("full_texts", FullText, key=("report_id",), withheld=("url",)),
        table_of("team_members", TeamMember, key=("review_id", "person")),
        table_of("screening_rules", ScreeningRules, key=("review_id", "stage")),
        table_of(
            "eligibility_criteria", EligibilityCriteria, key=("review_id", "criteria_version")
        ),
        table_of(
            "exclusion_reasons", ExclusionReason, key=("review_id", "criteria_version", "code")
        ),
        table_of("seed_records", SeedRecord, key=("review_id", "record_id")),
        # Notes and quotes are the reviewers' and the publishers' words.
        table_of("decisions", Decision, key=("decision_id",), withheld=("note",)),
        table_of("suggestions", Suggestion, key=("suggestion_id",), withheld=("quote",)),
        table_of("certifications", Certification, key=("certification_id",)),
        table_of(
            "certification_records", CertificationRecord, key=("certification_id", "record_id")
        ),
        table_of("flow_counts", FlowCount, key=("flow_count_id",)),
        table_of("studies", Study, key=("study_id",)),
        table_of("arms", Arm, key=("arm_id",)),
        table_of("measures", Measure, key=("measure_id",)),
        table_of("effects", Effect, key=("effect_id",)),
        table_of("accuracies", Accuracy, key=("accuracy_id",)),
        table_of("judgements", Judgement, key=("judgement_id",)),
        table_of("strands", Strand, key=("strand_id",)),
        table_of("analyses", Analysis, key=("analysis_id",)),
        table_of("analysis_inputs", AnalysisInput, key=("analysis_id", "table_name", "row_id")),
        table_of("numbers", Number, key=("number_id",)),
        table_of("certainties", Certainty, key=("certainty_id",)),
        table_of("certainty_steps", CertaintyStep, key=("certainty_step_id",)),
        table_of("figures", OfficialFigure, key=("figure_id",)),
    ]
    return {table.name: table for table in tables}


TABLES: Mapping[str, Table] = types.MappingProxyType(_tables())
