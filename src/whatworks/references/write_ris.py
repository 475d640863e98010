"""Records to RIS that other programs read, and that we read back without loss."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from whatworks.references.extra_names import COMMON_TAGS, common_values, without_foreign
from whatworks.references.fields import FIELD_NAMES, Fields
from whatworks.references.identifiers import normalise_doi
from whatworks.references.nouns import Record
from whatworks.references.own_note import FIELDS_NOTE, fields_of, note_text, own_id
from whatworks.references.record_types import RIS_CODE
from whatworks.references.repair import repair_lines
from whatworks.references.ris import parse_ris
from whatworks.references.ris_fields import fields_from_ris
from whatworks.references.ris_flavours import Flavour, find_flavour

__all__ = ["write_ris"]

SIMPLE_RANGE = re.compile(r"([A-Za-z]*\d+)-([A-Za-z]*\d+)")
RIS_TAG = re.compile(r"[A-Z][A-Z0-9]")
# Control characters, and what the repair of texts would take for a written-out byte.
UNTAMED = re.compile(r"[\x00-\x1f\x7f\s]+|<(?=[cdef][0-9a-f]>)", re.IGNORECASE)
CRLF = "\r\n"


def write_ris(records: Sequence[Record], *, flavour: str | None = None) -> bytes:
    """Return records as RIS: UTF-8 without a byte-order mark, CRLF line ends.

    Each record carries its own name (`whatworks:REVIEW/RECORD`). What RIS has no tag for, or would
    be read back as something else, follows as JSON in one note, so that `read_references` gives
    back every field whatever it holds.

    Parameters
    ----------
    records : sequence of Record
        In the order they are written.
    flavour : {"endnote", "zotero", "eppi"}, optional
        Program the file is for. Without it the tags are those that most programs read.

    Raises
    ------
    UserError
        There is no such flavour.
    """
    tags = find_flavour(flavour)
    return "".join(_block(record, tags) for record in records).encode("utf-8")


def _block(record: Record, flavour: Flavour) -> str:
    """Text of one record: the plainest of six ways that reads back the same."""
    wanted = fields_of(record)
    # What has to be put right most often is the leftover tags of another format. A value with a
    # line that RIS would take for a tag is written on one line, and is whole in the note only.
    tamed = _tame(wanted)
    for shown in (wanted, replace(wanted, extra={}), tamed, replace(tamed, extra={})):
        lines = _plain_lines(record, shown, flavour)
        found = _read_back(lines)
        if found == wanted:
            return _end(lines)
        if found is not None:
            noted = [*lines, *_value_lines("N1", FIELDS_NOTE + note_text(wanted, found))]
            if _read_back(noted) == wanted:
                return _end(noted)
    bare = _plain_lines(record, Fields(), flavour)
    note = note_text(wanted, _read_back(bare) or Fields())
    return _end([*bare, *_value_lines("N1", FIELDS_NOTE + note)])


def _end(lines: list[str]) -> str:
    return CRLF.join([*lines, "ER  - ", "", ""])


def _tame(fields: Fields) -> Fields:
    """Fields of which no value has a line end, a control character or a written-out byte."""
    told = {name: value for name in FIELD_NAMES if isinstance(value := getattr(fields, name), str)}
    extra = {tag: [_one_line(value) for value in found] for tag, found in fields.extra.items()}
    return replace(
        fields,
        **{name: _one_line(value) for name, value in told.items()},  # type: ignore[arg-type]
        extra=extra,
    )


def _one_line(value: str) -> str:
    return UNTAMED.sub(lambda match: "< " if match[0] == "<" else " ", value).strip()


def _plain_lines(record: Record, fields: Fields, flavour: Flavour) -> list[str]:
    """Lines of a record's tags, the type first."""
    code = (fields.extra.get("TY") or [RIS_CODE.get(fields.record_type, "GEN")])[0]
    accession = flavour.accession
    if accession == "ID" and fields.accession and normalise_doi(fields.accession):
        accession = "U1"
    pmid_tag, pmid_label = flavour.pmid
    pairs: list[tuple[str, str | int | None]] = [
        (flavour.title, fields.title),
        *((flavour.author, name) for name in _split(fields.authors)),
        ("PY", fields.year),
        (flavour.container, fields.container),
        ("VL", fields.volume),
        ("IS", fields.issue),
        *_pages(fields.pages, flavour),
        ("AB", fields.abstract),
        ("DO", fields.doi),
        (pmid_tag, f"{pmid_label}{fields.pmid}" if fields.pmid else None),
        *(("SN", number) for number in _split(fields.isbn_issn)),
        ("UR", fields.url),
        *(("KW", word) for word in _split(fields.keywords)),
        ("LA", fields.language),
        ("DB", fields.database),
        (flavour.own_id, own_id(record)),
        (accession, fields.accession),
        *_extra(fields.extra),
    ]
    lines = _value_lines("TY", code)
    for tag, value in pairs:
        if value is not None:
            lines += _value_lines(tag, str(value))
    return lines


def _extra(extra: dict[str, list[str]]) -> list[tuple[str, str]]:
    """Leftover tags that are RIS, and those of other formats that RIS has a tag for."""
    told = without_foreign(extra)
    own = [
        (tag, value)
        for tag, found in told.items()
        if RIS_TAG.fullmatch(tag) and tag != "TY"
        for value in found
    ]
    return own + [
        (tag.ris[0], value)
        for tag in COMMON_TAGS
        if not any(name in told for name in tag.ris)
        for value in common_values(tag, told)
    ]


def _value_lines(tag: str, value: str) -> list[str]:
    """Lines of one value; later paragraphs after a blank line, indented so that none is a tag."""
    first, *more = value.split("\n")
    lines = [f"{tag}  - {first}"]
    for paragraph in more:
        lines += ["", f"   {paragraph}"]
    return lines


def _pages(pages: str | None, flavour: Flavour) -> list[tuple[str, str | None]]:
    match = SIMPLE_RANGE.fullmatch(pages or "")
    if match is None or flavour.whole_pages:
        return [("SP", pages)]
    return [("SP", match[1]), ("EP", match[2])]


def _split(joined: str | None) -> list[str]:
    return joined.split("; ") if joined else []


def _read_back(lines: list[str]) -> Fields | None:
    """Fields that the reader finds in these lines; None if they are not one record."""
    repaired, issues = repair_lines(_end(lines))
    if issues:
        return None
    entries = parse_ris(repaired).entries
    return fields_from_ris(entries[0].values)[0] if len(entries) == 1 else None
