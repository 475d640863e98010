"""One way in for all kinds of tables: from a file and its mapping to rows by table name."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping as AbstractMapping
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from whatworks.errors import FileError, FileProblem
from whatworks.extraction.accuracies import read_accuracies
from whatworks.extraction.decisions import read_decisions
from whatworks.extraction.effects import read_effects
from whatworks.extraction.flow_counts import read_flow_counts
from whatworks.extraction.records import read_records
from whatworks.extraction.selection import JoinedFile
from whatworks.extraction.studies import read_studies
from whatworks.references.nouns import RawFile
from whatworks.tabular import read_csv

if TYPE_CHECKING:
    from whatworks.extraction.mapping import Mapping

__all__ = ["SpreadsheetResult", "read_spreadsheet"]

# The table whose rows a file of each kind is counted by.
COUNTED_BY = {
    "effects": "effects",
    "studies": "studies",
    "decisions": "decisions",
    "records": "records",
    "accuracy": "accuracies",
    "flow_counts": "flow_counts",
}
TABLES = (
    "records",
    "decisions",
    "flow_counts",
    "studies",
    "arms",
    "measures",
    "effects",
    "accuracies",
    "judgements",
)


@dataclass(frozen=True, slots=True)
class SpreadsheetResult:
    """What a file gives by its mapping.

    Attributes
    ----------
    tables
        Rows by table name, raw_files first; tables without rows are left out.
    warnings
        Sentences for the person who imports.
    """

    tables: AbstractMapping[str, Sequence[Any]]
    warnings: tuple[str, ...]


def read_spreadsheet(
    data: bytes, mapping: Mapping, *, file: str, review_id: str, joined: JoinedFile | None = None
) -> SpreadsheetResult:
    """Read a table, or a JSON file of flow counts, as its mapping says.

    Parameters
    ----------
    data : bytes
        Content of the file; it is named by its SHA-256 in every row.
    mapping : Mapping
        From `load_mapping`.
    file : str
        Name of the file, for messages.
    review_id : str
        Review the rows belong to; begins the id of everything read.
    joined : JoinedFile, optional
        The second table, if the mapping joins one.

    Raises
    ------
    FileError
        With every fault of the file.
    """
    raw_file_id = hashlib.sha256(data).hexdigest()
    if joined is not None and (mapping.kind == "flow_counts" or mapping.join is None):
        raise FileError(
            joined.name,
            [
                FileProblem(
                    "A second table was given, and the mapping joins none.",
                    "Add a section [join] to the mapping, or leave the second file out.",
                )
            ],
        )
    result: Any
    if mapping.kind == "flow_counts":
        result = read_flow_counts(data, mapping, file=file, review_id=review_id)
    elif mapping.kind == "effects":
        result = read_effects(
            data, mapping, file=file, review_id=review_id, raw_file_id=raw_file_id, joined=joined
        )
    elif mapping.kind == "studies":
        result = read_studies(
            data, mapping, file=file, review_id=review_id, raw_file_id=raw_file_id, joined=joined
        )
    elif mapping.kind == "decisions":
        result = read_decisions(
            data, mapping, file=file, review_id=review_id, raw_file_id=raw_file_id, joined=joined
        )
    elif mapping.kind == "records":
        result = read_records(
            data, mapping, file=file, review_id=review_id, raw_file_id=raw_file_id, joined=joined
        )
    else:
        result = read_accuracies(
            data, mapping, file=file, review_id=review_id, raw_file_id=raw_file_id, joined=joined
        )
    tables: dict[str, Sequence[Any]] = {
        name: getattr(result, name) for name in TABLES if getattr(result, name, ())
    }
    raw_files = [
        RawFile(
            raw_file_id=raw_file_id,
            review_id=review_id,
            name=file,
            format="json" if mapping.kind == "flow_counts" and _is_json(mapping) else "csv",
            encoding=result.encoding,
            n_bytes=len(data),
            n_items=len(tables.get(COUNTED_BY[mapping.kind], ())),
        )
    ]
    if joined is not None:
        second = read_csv(joined.data, file=joined.name)
        raw_files.append(
            RawFile(
                raw_file_id=hashlib.sha256(joined.data).hexdigest(),
                review_id=review_id,
                name=joined.name,
                format="csv",
                encoding=second.encoding,
                n_bytes=len(joined.data),
                n_items=len(second.rows),
            )
        )
    return SpreadsheetResult({"raw_files": raw_files, **tables}, result.warnings)


def _is_json(mapping: Any) -> bool:
    return mapping.name_column is None or mapping.value_column is None
