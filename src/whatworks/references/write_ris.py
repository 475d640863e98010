"""Records to RIS that other programs read, and that we read back without loss."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from whatworks.references.fields import FIELD_NAMES, Fields, load_extra
from whatworks.references.identifiers import normalise_doi
from whatworks.references.nouns import Record
from whatworks.references.record_types import RIS_CODE
from whatworks.references.repair import repair_lines
from whatworks.references.ris import parse_ris
from whatworks.references.ris_fields import FIELDS_NOTE, OWN_ID, fields_from_ris

__all__ = ["write_ris"]

SIMPLE_RANGE = re.compile(r"([A-Za-z]*\d+)-([A-Za-z]*\d+)")
RIS_TAG = re.compile(r"[A-Z][A-Z0-9]")
CRLF = "\r\n"


def write_ris(records: Sequence[Record]) -> bytes:
    """Return records as RIS: UTF-8 without a byte-order mark, CRLF line ends.

    Each record carries its own name as accession number (`AN  - whatworks:REVIEW/RECORD`). What
    RIS has no tag for, or would be read back as something else, follows as JSON in one note, so
    that `read_references` gives back every field whatever it holds.

    Parameters
    ----------
    records : sequence of Record
        In the order they are written.
    """
    return "".join(_block(record) for record in records).encode("utf-8")


def _block(record: Record) -> str:
    """Text of one record: the plainest of three ways that reads back the same."""
    wanted = _fields(record)
    lines = _plain_lines(record, wanted, wanted.extra)
    if _read_back(lines) == wanted:
        return _end(lines)
    # Most often only the leftover tags are in the way: those of another format.
    lines = _plain_lines(record, wanted, {})
    noted = [*lines, *_note(wanted, _read_back(lines))]
    if _read_back(noted) == wanted:
        return _end(noted)
    # A value holds a line that RIS would take for a tag or a repair: only the note is safe.
    lines = _plain_lines(record, Fields(), {})
    return _end([*lines, *_note(wanted, _read_back(lines))])


def _note(wanted: Fields, found: Fields | None) -> list[str]:
    """Line of the note that gives what the plain lines do not."""
    told: dict[str, object] = {
        name: getattr(wanted, name)
        for name in FIELD_NAMES
        if found is None or getattr(found, name) != getattr(wanted, name)
    }
    return _value_lines("N1", FIELDS_NOTE + _json(told | {"extra": wanted.extra}))


def _end(lines: list[str]) -> str:
    return CRLF.join([*lines, "ER  - ", "", ""])


def _fields(record: Record) -> Fields:
    values = {name: getattr(record, name) for name in FIELD_NAMES}
    return Fields(**values, extra=load_extra(record.extra))


def _plain_lines(record: Record, fields: Fields, extra: dict[str, list[str]]) -> list[str]:
    """Lines of a record's tags, the type first."""
    code = (extra.get("TY") or [RIS_CODE.get(fields.record_type, "GEN")])[0]
    first_page, last_page = _pages(fields.pages)
    accession_tag = "U1" if fields.accession and normalise_doi(fields.accession) else "ID"
    pairs: list[tuple[str, str | int | None]] = [
        ("TY", code),
        ("TI", fields.title),
        *(("AU", name) for name in _split(fields.authors)),
        ("PY", fields.year),
        ("JF", fields.container),
        ("VL", fields.volume),
        ("IS", fields.issue),
        ("SP", first_page),
        ("EP", last_page),
        ("AB", fields.abstract),
        ("DO", fields.doi),
        ("C3", f"PUBMED {fields.pmid}" if fields.pmid else None),
        *(("SN", number) for number in _split(fields.isbn_issn)),
        ("UR", fields.url),
        *(("KW", word) for word in _split(fields.keywords)),
        ("LA", fields.language),
        ("DB", fields.database),
        ("AN", f"{OWN_ID}{record.review_id}/{record.record_id}"),
        (accession_tag, fields.accession),
        *((tag, v) for tag, found in extra.items() if RIS_TAG.fullmatch(tag) for v in found),
    ]
    written = [(tag, str(value)) for tag, value in pairs if value is not None]
    seen_type = False
    lines: list[str] = []
    for tag, value in written:
        if tag == "TY":
            if seen_type:
                continue
            seen_type = True
        lines += _value_lines(tag, value)
    return lines


def _value_lines(tag: str, value: str) -> list[str]:
    """Lines of one value; later paragraphs after a blank line, indented so that none is a tag."""
    first, *more = value.split("\n")
    lines = [f"{tag}  - {first}"]
    for paragraph in more:
        lines += ["", f"   {paragraph}"]
    return lines


def _pages(pages: str | None) -> tuple[str | None, str | None]:
    match = SIMPLE_RANGE.fullmatch(pages or "")
    return (match[1], match[2]) if match else (pages, None)


def _split(joined: str | None) -> list[str]:
    return joined.split("; ") if joined else []


def _json(values: dict[str, object]) -> str:
    """JSON in plain letters: nothing in it can look like a line end or a written-out byte."""
    return json.dumps(values, sort_keys=True).replace("<", "\\u003c")


def _read_back(lines: list[str]) -> Fields | None:
    """Fields that the reader finds in these lines; None if they are not one record."""
    repaired, issues = repair_lines(_end(lines))
    if issues:
        return None
    entries = parse_ris(repaired).entries
    return fields_from_ris(entries[0].values)[0] if len(entries) == 1 else None
