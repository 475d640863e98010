"""Decisions in the notes of a file of references: written here, by ASReview or by Rayyan."""

from __future__ import annotations

import re
from collections.abc import Sequence

from whatworks.errors import FileError, FileProblem
from whatworks.extraction.decision_files.note_dialects import (
    asreview_said,
    covidence_said,
    rayyan_said,
)
from whatworks.extraction.decision_files.nouns import DecisionFile, Said, SaidRecord
from whatworks.extraction.decision_files.own_decision_note import read_decision_note
from whatworks.references import read_references
from whatworks.references.fields import load_extra
from whatworks.references.nouns import Record

__all__ = ["read_decision_notes"]

# A paragraph of Zotero's notes.
PARAGRAPH = re.compile(r"^<p>|</p>$")


def read_decision_notes(data: bytes, *, file: str, all_are: str | None = None) -> DecisionFile:
    """Read decisions from the notes of references, in any format of references.

    Notes written here are believed before those of other programs, which we write beside them for
    these programs.

    Parameters
    ----------
    all_are : {"include", "exclude", "unsure"}, optional
        What was decided of every record, for files that list the records of one decision.

    Raises
    ------
    FileError
        No file of references, or one without any decision.
    """
    result = read_references(data, file=file, review_id="file")
    problems: list[FileProblem] = []
    found = [_said_record(record, all_are, problems) for record in result.records]
    is_own = any(of_own for _, of_own in found)
    records = [record for record, _ in found]
    if not problems and not any(record.said for record in records):
        raise FileError(
            file,
            [
                FileProblem(
                    "No record has a note with a decision.",
                    "Export the file with the decisions, or say what was decided of all its records.",
                )
            ],
        )
    return DecisionFile(
        result.raw_file.format,
        result.raw_file.encoding,
        tuple(records),
        tuple(problems),
        is_own=is_own,
    )


def _said_record(
    record: Record, all_are: str | None, problems: list[FileProblem]
) -> tuple[SaidRecord, bool]:
    """Return a record with what its notes say, and whether they were written here."""
    row = record.line or record.position
    texts = [text for values in load_extra(record.extra).values() for text in values]
    own_id, stage, of_own = None, None, False
    said: list[Said] = []
    try:
        own = [one for text in texts if (one := read_decision_note(text)) is not None]
        if own:
            own_id, stage = own[0][:2]
            said, of_own = [one for _, _, one in own], True
        elif all_are is None:
            said = _foreign(texts)
        else:
            said = [Said(all_are)]
    except ValueError as error:
        problems.append(
            FileProblem(
                f"A note on screening cannot be understood: {error}", "Export the file again.", row
            )
        )
    told = SaidRecord(
        row, own_id, record.doi, record.pmid, record.title, record.year, tuple(said), stage
    )
    return told, of_own


def _foreign(texts: Sequence[str]) -> list[Said]:
    """Return what the notes of other programs say."""
    bare = [PARAGRAPH.sub("", text.strip()) for text in texts]
    rayyan = rayyan_said(bare)
    if rayyan is not None:
        return rayyan
    asreview = asreview_said(bare)
    if asreview is not None:
        return [asreview]
    covidence = next((one for text in bare if (one := covidence_said(text))), None)
    return [covidence] if covidence else []
