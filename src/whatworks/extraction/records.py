"""Records from a table of references."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from whatworks.errors import FileError, FileProblem
from whatworks.extraction.fields import RECORD
from whatworks.extraction.identifiers import names_of
from whatworks.extraction.row_reader import RowReader
from whatworks.extraction.selection import JoinedFile, select_rows
from whatworks.extraction.studies import bare_doi, repeated_key
from whatworks.references.nouns import Record

if TYPE_CHECKING:
    from whatworks.extraction.mapping import RecordsMapping

__all__ = ["RecordImport", "read_records", "record_ids_of", "records_of"]


@dataclass(frozen=True, slots=True)
class RecordImport:
    """What a table of references gives."""

    records: tuple[Record, ...]
    warnings: tuple[str, ...]
    encoding: str


@dataclass(frozen=True, slots=True)
class RecordRow:
    """The fields of one record and where they stand."""

    values: dict[str, Any]
    number: int


def read_records(
    data: bytes,
    mapping: RecordsMapping,
    *,
    file: str,
    review_id: str,
    raw_file_id: str,
    joined: JoinedFile | None = None,
) -> RecordImport:
    """Read a table with one reference in each row; parameters as in `read_studies`.

    Raises
    ------
    FileError
        With every fault of the file; an identifier in two rows is a fault.
    """
    table = select_rows(data, mapping, file=file, joined=joined)
    problems: list[FileProblem] = []
    rows = []
    for row in table.rows:
        reader = RowReader(row, problems)
        rows.append(RecordRow(reader.section(mapping.record, RECORD), row.number))
    check_keys(rows, mapping.record["key"], problems)
    if problems:
        raise FileError(file, problems)
    ids = record_ids_of(rows, review_id)
    records = tuple(records_of(rows, ids, review_id, raw_file_id))
    return RecordImport(records, table.repairs, table.encoding)


def check_keys(rows: Sequence[RecordRow], source: Any, problems: list[FileProblem]) -> None:
    """Add a problem for each identifier that stands in two rows."""
    seen: dict[str, int] = {}
    for row in rows:
        key = row.values["key"]
        if key is None:
            continue
        if key in seen:
            problems.append(repeated_key(key, seen[key], row.number, source))
        seen.setdefault(key, row.number)


def record_ids_of(rows: Sequence[RecordRow], review_id: str) -> dict[str, str]:
    """Return the record id of each key."""
    keys = (row.values["key"] for row in rows)
    names = names_of((key, key) for key in keys)
    return {key: f"{review_id}/{name}" for (key, _), name in names.items()}


def records_of(
    rows: Sequence[RecordRow], ids: dict[str, str], review_id: str, raw_file_id: str
) -> list[Record]:
    """Make a record of each row, in file order."""
    records = []
    for position, row in enumerate(rows, start=1):
        values = {name: value for name, value in row.values.items() if name != "key"}
        if values["doi"] is not None:
            values["doi"] = bare_doi(values["doi"])
        if values["accession"] is None:
            values["accession"] = row.values["key"]
        records.append(
            Record(
                record_id=ids[row.values["key"]],
                review_id=review_id,
                raw_file_id=raw_file_id,
                position=position,
                line=None,
                byte_offset=None,
                extra=None,
                **values,
            )
        )
    return records
