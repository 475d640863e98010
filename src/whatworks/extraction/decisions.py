"""Screening decisions from a table with one row for each record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from whatworks.errors import FileError, FileProblem
from whatworks.extraction.fields import DECISION, RECORD
from whatworks.extraction.identifiers import slug
from whatworks.extraction.records import RecordRow, check_keys, record_ids_of, records_of
from whatworks.extraction.row_reader import RowReader
from whatworks.extraction.selection import JoinedFile, select_rows
from whatworks.references.nouns import Record
from whatworks.screening.nouns import Decision

if TYPE_CHECKING:
    from whatworks.extraction.mapping import DecisionsMapping, DecisionSource

__all__ = ["DecisionImport", "read_decisions"]


@dataclass(frozen=True, slots=True)
class DecisionImport:
    """What a screening trail gives; records only if the mapping has titles."""

    records: tuple[Record, ...]
    decisions: tuple[Decision, ...]
    warnings: tuple[str, ...]
    encoding: str


def read_decisions(
    data: bytes,
    mapping: DecisionsMapping,
    *,
    file: str,
    review_id: str,
    raw_file_id: str,
    joined: JoinedFile | None = None,
) -> DecisionImport:
    """Read a screening trail: each row a record, each group of columns a decision.

    Parameters as in `read_studies`.

    Raises
    ------
    FileError
        With every fault of the file: a record in two rows, a reviewer who decides twice about one
        record, a decision without reviewer or with a word that is not known.
    """
    table = select_rows(data, mapping, file=file, joined=joined)
    problems: list[FileProblem] = []
    rows: list[RecordRow] = []
    drafts: list[tuple[str, DecisionSource, dict[str, str | None], int]] = []
    for row in table.rows:
        reader = RowReader(row, problems)
        values = reader.section(mapping.record, RECORD)
        rows.append(RecordRow(values, row.number))
        if values["key"] is None:
            continue
        decided: set[tuple[str, str, str]] = set()
        for source in mapping.decision:
            draft = _draft(reader, source, decided)
            if draft is not None:
                drafts.append((values["key"], source, draft, row.number))
    check_keys(rows, mapping.record["key"], problems)
    if problems:
        raise FileError(file, problems)
    ids = record_ids_of(rows, review_id)
    decisions = [
        _decision(ids[key], source, draft, number, review_id, raw_file_id)
        for key, source, draft, number in drafts
    ]
    has_titles = "title" in mapping.record
    records = records_of(rows, ids, review_id, raw_file_id) if has_titles else []
    return DecisionImport(tuple(records), tuple(decisions), table.repairs, table.encoding)


def _draft(
    reader: RowReader, source: DecisionSource, decided: set[tuple[str, str, str]]
) -> dict[str, str | None] | None:
    """Read one group of columns; None where it holds no decision."""
    before = len(reader.problems)
    draft = {name: reader.field(getattr(source, name), field) for name, field in DECISION.items()}
    if len(reader.problems) > before:
        return None
    columns = " and ".join([*source.reviewer.columns(), *source.value.columns()]) or None
    if draft["value"] is None:
        if draft["reviewer"] is not None and source.reviewer.constant is None:
            reader.problems.append(
                FileProblem(
                    f'Reviewer "{draft["reviewer"]}" has no decision.',
                    "Fill in include, exclude or unsure, or empty the reviewer's cell.",
                    reader.row.number,
                    columns,
                )
            )
        return None
    if draft["reviewer"] is None:
        reader.problems.append(
            FileProblem(
                f'The decision "{draft["value"]}" has no reviewer.',
                "Fill in who decided; a pseudonym will do.",
                reader.row.number,
                columns,
            )
        )
        return None
    who = (source.stage, source.role, str(draft["reviewer"]))
    if who in decided:
        reader.problems.append(
            FileProblem(
                f'Reviewer "{draft["reviewer"]}" has two decisions about this record.',
                "Keep one of them.",
                reader.row.number,
                columns,
            )
        )
        return None
    decided.add(who)
    return draft


def _decision(
    record_id: str,
    source: DecisionSource,
    draft: dict[str, str | None],
    number: int,
    review_id: str,
    raw_file_id: str,
) -> Decision:
    reviewer, value = str(draft["reviewer"]), str(draft["value"])
    who = "reconciled" if source.role == "reconciled" else slug(reviewer)
    return Decision(
        decision_id=f"{record_id}/{source.stage}/{who}",
        review_id=review_id,
        record_id=record_id,
        reviewer=reviewer,
        stage=source.stage,
        role=source.role,
        value=value,
        reason=draft["reason"],
        source=source.source,
        decided_at=draft["decided_at"],
        raw_file_id=raw_file_id,
        source_row=number,
    )
