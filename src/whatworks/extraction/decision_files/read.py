"""Read a file of screening decisions in any format that is known here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePath

from whatworks.errors import FileError, FileProblem
from whatworks.extraction.decision_files.nouns import DecisionFile
from whatworks.extraction.decision_files.read_eppi import read_decision_eppi
from whatworks.extraction.decision_files.read_notes import read_decision_notes
from whatworks.extraction.decision_files.read_table import (
    read_decision_csv,
    read_decision_workbook,
)
from whatworks.extraction.decision_files.words import VALUES
from whatworks.tabular import decode, unpack

__all__ = ["read_decision_file"]

ZIP = b"PK\x03\x04"
# How files of references begin: RIS, MEDLINE, Web of Science, EndNote, BibTeX, XML.
REFERENCES = re.compile(
    r"(?:TY {1,2}-|PMID ?-|FN |PT [JBSP]$|VR \d|%[0A-Z] |@\w+\s*[{(]|<)", re.MULTILINE
)
TABLE_SUFFIXES = (".csv", ".tsv", ".tab")
# Text that may stand above the first record.
OPENING = 2_000


def read_decision_file(
    data: bytes,
    *,
    file: str,
    columns: Mapping[str, str] | None = None,
    all_are: str | None = None,
    stage: str | None = None,
) -> DecisionFile:
    """Read a table, a file of references with notes, or a JSON report of EPPI-Reviewer.

    The format is told from the content, and from the name only where the content does not tell.

    Parameters
    ----------
    data : bytes
        Content of the file.
    file : str
        Its name.
    columns : mapping, optional
        For a table the column by field of `columns.COLUMN_FIELDS`; for JSON the code set, as "decision".
    all_are : {"include", "exclude", "unsure"}, optional
        What was decided of every record, for files that list the records of one decision.
    stage : {"title_abstract", "full_text"}, optional
        Stage whose decisions are wanted, for files with those of both.

    Raises
    ------
    FileError
        The file cannot be read, or tells no decisions.
    """
    if all_are is not None and all_are not in VALUES:
        raise FileError(
            file,
            [FileProblem(f'found "{all_are}" for all records.', f"Use {', '.join(VALUES)}.")],
        )
    if data.startswith(ZIP):
        return read_decision_workbook(
            data, file=file, columns=columns, all_are=all_are, stage=stage
        )
    opening = decode(unpack(data, file=file), file=file).text.lstrip("\ufeff \t\r\n")[:OPENING]
    if opening.startswith("{"):
        return read_decision_eppi(
            data, file=file, code_set=(columns or {}).get("decision"), stage=stage
        )
    # A header may begin like nothing else; a record of references may stand below a line or two.
    is_table = PurePath(file).suffix.lower() in TABLE_SUFFIXES
    if REFERENCES.match(opening) or (not is_table and REFERENCES.search(opening)):
        return read_decision_notes(data, file=file, all_are=all_are)
    return read_decision_csv(data, file=file, columns=columns, all_are=all_are, stage=stage)
