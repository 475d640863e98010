"""Read a file of references: bytes in, records and an account of every line out."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from whatworks.errors import FileError, FileProblem
from whatworks.references.bibtex import parse_bibtex
from whatworks.references.bibtex_fields import fields_from_bibtex
from whatworks.references.csv_fields import Columns, fields_from_csv
from whatworks.references.csv_rows import parse_csv
from whatworks.references.entries import Entry, Parsed
from whatworks.references.fields import FIELD_NAMES, Fields, dump_extra
from whatworks.references.formats import FORMATS, recognise_format
from whatworks.references.import_report import ImportReport, ImportResult, ReportIssue, quote
from whatworks.references.lines import byte_offset, line_starts
from whatworks.references.nbib import parse_nbib
from whatworks.references.nbib_fields import fields_from_nbib
from whatworks.references.nouns import RawFile, Record
from whatworks.references.repair import repair_lines
from whatworks.references.ris import parse_ris
from whatworks.references.ris_fields import fields_from_ris
from whatworks.tabular import Decoded, decode, unpack

__all__ = ["read_references"]

HASH_DIGITS = 12
LINE_ENDINGS = {"\n": "LF", "\r\n": "CRLF", "\r": "CR", "": "none"}
# More zero bytes than one in this many are not damage to a text but another kind of file.
BYTES_PER_NUL = 50

FieldReader = Callable[[dict[str, list[str]]], tuple[Fields, list[tuple[str, str]]]]
TAGGED: dict[str, tuple[Callable[[list[str]], Parsed], FieldReader]] = {
    "ris": (parse_ris, fields_from_ris),
    "nbib": (parse_nbib, fields_from_nbib),
    "bibtex": (parse_bibtex, fields_from_bibtex),
}


@dataclass(frozen=True, slots=True)
class _Text:
    """A decoded file: its lines, what was repaired in them, where each begins in the bytes."""

    decoded: Decoded
    lines: list[str]
    issues: list[ReportIssue]
    starts: list[int] | None


def read_references(
    data: bytes, *, file: str, review_id: str, format: str | None = None
) -> ImportResult:
    """Read a file of references in RIS, nbib, BibTeX or CSV.

    Every record start in the file gives one record, and every line that gave nothing or was
    repaired stands in the report. Tags without a field of their own are kept in `Record.extra`.

    Parameters
    ----------
    data : bytes
        The file as it is, compressed with gzip or not.
    file : str
        Its name, for messages. The format is told from the content, not from the name.
    review_id : str
        Review the records belong to; begins each record's name.
    format : {"ris", "nbib", "bibtex", "csv"}, optional
        The format, where the person knows better than the content says.

    Returns
    -------
    ImportResult
        Records in file order, the file as a noun, the account.

    Raises
    ------
    FileError
        Empty file, no text, no known format, CSV without a column of titles.
    """
    if format is not None and format not in FORMATS:
        raise FileError(
            file,
            [
                FileProblem(
                    f'There is no format "{format}".',
                    f"Use one of {', '.join(FORMATS)}, or leave it out to have it recognised.",
                )
            ],
        )
    content = unpack(data, file=file)
    text = _read_text(content, file=file, packed=content is not data)
    kind = format or recognise_format(text.lines, file=file)
    if kind == "csv":
        repaired = _csv_bytes(text)
        parsed, columns = parse_csv(repaired, file=file)
        read: FieldReader = partial(_csv_fields, columns=columns)
    else:
        parse, read = TAGGED[kind]
        parsed = parse(text.lines)
    if not parsed.entries:
        raise FileError(
            file,
            [
                FileProblem(
                    f"No record was found in this {kind} file.",
                    "Check that it is the right file, or name its format.",
                )
            ],
        )
    digest = hashlib.sha256(data).hexdigest()
    issues = [*text.issues, *parsed.issues]
    records = []
    for position, entry in enumerate(parsed.entries, start=1):
        fields, notes = read(entry.values)
        issues.extend(
            ReportIssue(entry.line, what, "It was kept among the other tags.", quote(found))
            for what, found in notes
        )
        if fields.title is None and kind != "csv":
            issues.append(ReportIssue(entry.line, "A record without a title.", "It was kept."))
        records.append(_record(fields, entry, text, (review_id, digest, position)))
    if len(records) != parsed.n_start_tags:
        issues.append(
            ReportIssue(
                1,
                f"{parsed.n_start_tags:,} record starts but {len(records):,} records.",
                "Compare the file with what was imported.",
            )
        )
    raw_file = RawFile(
        raw_file_id=digest,
        review_id=review_id,
        name=file,
        format=kind,
        encoding=text.decoded.encoding,
        n_bytes=len(data),
        n_items=len(records),
    )
    report = ImportReport(
        file=file,
        format=kind,
        n_start_tags=parsed.n_start_tags,
        n_records=len(records),
        encoding=text.decoded.encoding,
        had_bom=text.decoded.had_bom,
        line_endings=LINE_ENDINGS.get(text.decoded.line_endings, "mixed"),
        issues=tuple(sorted(issues, key=lambda issue: issue.line)),
    )
    return ImportResult(tuple(records), raw_file, report)


def _read_text(content: bytes, *, file: str, packed: bool) -> _Text:
    """Decode a file, repair its lines, and find where each begins."""
    issues: list[ReportIssue] = []
    decoded = decode(_without_nuls(content, issues), file=file)
    issues.extend(ReportIssue(1, sentence, "See the text.") for sentence in decoded.repairs)
    if decoded.line_endings == "mixed":
        issues.append(_mixed_line_ends(decoded.text))
    lines, repairs = repair_lines(decoded.text)
    starts = None if packed else line_starts(content, decoded.encoding)
    return _Text(decoded, lines, [*issues, *repairs], starts)


def _without_nuls(content: bytes, issues: list[ReportIssue]) -> bytes:
    """Bytes without the few zero bytes that a broken transfer left in a one-byte text."""
    n_nuls = content.count(0)
    if n_nuls == 0 or content[:2] in (b"\xff\xfe", b"\xfe\xff") or content[:4] == b"\0\0\xfe\xff":
        return content
    if n_nuls * BYTES_PER_NUL > len(content):
        return content
    # In a text as damaged as this the zero bytes stand singly; lines are counted as usual.
    for number, line in enumerate(re.split(rb"\r\n|\r|\n", content), start=1):
        if b"\0" in line:
            shown = line.replace(b"\0", b" ").decode("utf-8", errors="replace")
            issues.append(ReportIssue(number, "Zero bytes.", "They were removed.", quote(shown)))
    return content.replace(b"\0", b"")


def _mixed_line_ends(text: str) -> ReportIssue:
    """Say where the first line end of another kind stands."""
    first = None
    for number, match in enumerate(re.finditer(r"\r\n|\r|\n", text), start=1):
        first = first or match[0]
        if match[0] != first:
            return ReportIssue(
                number, "Line ends of more than one kind.", "All were read as line ends."
            )
    raise AssertionError("mixed line ends were reported where there are none")


def _csv_fields(
    values: dict[str, list[str]], *, columns: Columns
) -> tuple[Fields, list[tuple[str, str]]]:
    """Fields of a row, which has one value in each column."""
    return fields_from_csv({name: found[0] for name, found in values.items()}, columns)


def _csv_bytes(text: _Text) -> bytes:
    """Return the repaired text as bytes for the table reader, which decodes by itself."""
    return "\n".join(text.lines).encode("utf-8")


def _record(fields: Fields, entry: Entry, text: _Text, name: tuple[str, str, int]) -> Record:
    """Give fields their place in a file and a review."""
    review_id, digest, position = name
    offset = (
        byte_offset(text.starts, text.lines, entry.line, entry.column, text.decoded.encoding)
        if text.starts is not None
        else None
    )
    return Record(
        record_id=f"{review_id}:{digest[:HASH_DIGITS]}:{position}",
        review_id=review_id,
        raw_file_id=digest,
        position=position,
        line=entry.line,
        byte_offset=offset,
        **{field: getattr(fields, field) for field in FIELD_NAMES},
        extra=dump_extra(fields.extra),
    )
