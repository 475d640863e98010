"""Read a file of references: bytes in, records and an account of every line out."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from whatworks.errors import FileError, FileProblem
from whatworks.references.entries import Entry
from whatworks.references.fields import FIELD_NAMES, Fields, dump_extra
from whatworks.references.formats import FORMATS, find_format, read_source
from whatworks.references.import_report import ImportReport, ImportResult, ReportIssue, quote
from whatworks.references.lines import byte_offset, line_starts
from whatworks.references.name_lists import NAME_REPAIRS
from whatworks.references.nouns import RawFile, Record
from whatworks.references.own_note import OWN_NAME
from whatworks.references.recognise import is_excel
from whatworks.references.repair import repair_lines
from whatworks.references.source import Source
from whatworks.references.spreadsheet_lines import without_quotes
from whatworks.references.table_values import DONE_TO_CELLS
from whatworks.tabular import Decoded, decode, unpack

__all__ = ["read_references"]

HASH_DIGITS = 12
KEPT = "It was kept among the other tags."
# What was done about what a reader of fields found; else it was kept.
DONE = {OWN_NAME: "The record was given a new one."} | DONE_TO_CELLS | NAME_REPAIRS
LINE_ENDINGS = {"\n": "LF", "\r\n": "CRLF", "\r": "CR", "": "none"}
XML_ENCODING = re.compile(rb"\s*<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")
# Exports shrink to a tenth, the same record over and over to a five-hundredth.
MAX_RATIO = 500
SMALL_BYTES = 1 << 24
# More zero bytes than one in this many are not damage to a text but another kind of file.
BYTES_PER_NUL = 50


@dataclass(frozen=True, slots=True)
class _Text:
    """A decoded file: its lines, what was repaired in them, where each begins in the bytes."""

    decoded: Decoded
    lines: list[str]
    issues: list[ReportIssue]
    starts: list[int] | None


def read_references(
    data: bytes,
    *,
    file: str,
    review_id: str,
    format: str | None = None,
    encoding: str | None = None,
) -> ImportResult:
    """Read a file of references in any format of `formats.FORMATS`.

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
    format : str, optional
        Name of the format in `formats.FORMATS`, where the person knows better than the content says.
    encoding : str, optional
        Encoding of the text, where the person knows it; otherwise it is guessed, see `decode`.

    Returns
    -------
    ImportResult
        Records in file order, the file as a noun, the account.

    Raises
    ------
    FileError
        Empty file, no text, no known format or encoding, CSV without a column of titles.
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
    _refuse_bomb(data, content, file)
    text = _read_text(content, file=file, packed=content is not data, encoding=encoding)
    source = Source(file, content, text.lines)
    chosen = find_format(source) if format is None else FORMATS[format]
    kind = chosen.name
    parsed, read = read_source(source, chosen, alone=format is not None)
    if not parsed.entries:
        raise FileError(
            file,
            [
                FileProblem(
                    f"No record was found in this {chosen.label} file.",
                    "Check that it is the right file, or name its format.",
                )
            ],
        )
    digest = hashlib.sha256(data).hexdigest()
    issues = [*text.issues, *parsed.issues]
    records = []
    for position, entry in enumerate(parsed.entries, start=1):
        fields, notes = read(entry)
        issues.extend(
            ReportIssue(entry.line, what, DONE.get(what, KEPT), quote(found))
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


def _refuse_bomb(data: bytes, content: bytes, file: str) -> None:
    """Refuse a file that was packed to take a machine's memory."""
    if len(content) > max(SMALL_BYTES, MAX_RATIO * len(data)):
        raise FileError(
            file,
            [
                FileProblem(
                    f"The gzip file holds {len(content) // len(data):,} times its own size, which "
                    "no text of references does.",
                    "Do not use this file; export the records again from where they come from.",
                )
            ],
        )


def _read_text(content: bytes, *, file: str, packed: bool, encoding: str | None) -> _Text:
    """Decode a file, repair its lines, and find where each begins."""
    issues: list[ReportIssue] = []
    if is_excel(Source(file, content, [])):
        return _Text(Decoded("", "binary", False, "", ()), [], issues, None)
    bare = _without_nuls(_without_padding(content, issues), issues)
    decoded = (
        _decode(bare, file) if encoding is None else decode(bare, file=file, encoding=encoding)
    )
    issues.extend(ReportIssue(1, sentence, "See the text.") for sentence in decoded.repairs)
    if decoded.line_endings == "mixed":
        issues.append(_mixed_line_ends(decoded.text))
    lines, repairs = repair_lines(decoded.text)
    lines = without_quotes(lines, repairs)
    starts = None if packed else line_starts(content, decoded.encoding)
    return _Text(decoded, lines, [*issues, *repairs], starts)


def _decode(content: bytes, file: str) -> Decoded:
    """Decode a file; where it is not UTF-8, XML says what it is."""
    declared = XML_ENCODING.match(content)
    if declared and not _is_utf8(content):
        try:
            return decode(content, file=file, encoding=declared[1].decode("ascii"))
        except FileError:
            pass  # it says what it is not; then it is guessed
    return decode(content, file=file)


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _without_padding(content: bytes, issues: list[ReportIssue]) -> bytes:
    """Bytes without the zeros that a disk put after the end of a text; UTF-16 has zeros all over."""
    bare = content.rstrip(b"\0")
    n = len(content) - len(bare)
    if n == 0 or not bare or _is_wide(bare) or bare.count(0) * BYTES_PER_NUL > len(bare):
        return content
    number = len(re.findall(rb"\r\n|\r|\n", bare)) + 1
    issues.append(
        ReportIssue(number, f"{n:,} zero bytes at the end of the file.", "They were removed.")
    )
    return bare


def _is_wide(content: bytes) -> bool:
    """Whether the mark of an encoding of two or four bytes stands at the beginning."""
    return content[:2] in (b"\xff\xfe", b"\xfe\xff") or content[:4] == b"\0\0\xfe\xff"


def _without_nuls(content: bytes, issues: list[ReportIssue]) -> bytes:
    """Bytes without the few zero bytes that a broken transfer left in a one-byte text."""
    n_nuls = content.count(0)
    if n_nuls == 0 or _is_wide(content):
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
