"""Web of Science tagged text (savedrecs.txt, .ciw, .isi) of every collection: cut into tags."""

from __future__ import annotations

import re

from whatworks.references.entries import Entry, Parsed
from whatworks.references.import_report import ReportIssue, quote
from whatworks.references.outside import outside_issues
from whatworks.references.tagged import Layout, TagLine, parse_tagged

__all__ = ["EXPORT_TAG", "count_wos_starts", "is_wos_start", "parse_wos", "split_wos_line"]

# "PT J" in all newer files; words in those of the nineties.
START = re.compile(
    r"PT (?:[A-Z]|(?:Journal|Book|Series|Patent|Abstract|Article|Conference|Report|Meeting)\b.{0,40})\s*$"
)
END = re.compile(r"ER\s*$")
# Lines about the file, before its first record and after its last.
HEADER = re.compile(r"(FN|VR) (.*)|EF\s*$")
TAG_LINE = re.compile(r"([A-Z][A-Z0-9])(?: (.*))?$")
# Name under which the file's own heading travels among the tags of its records.
EXPORT_TAG = "FN"
# One value on each line; all other values are wrapped.
LAYOUT = Layout(
    lists=frozenset({"AU", "AF", "BA", "BF", "BE", "ED", "CA", "GP", "CR", "C1", "C3", "MH"})
)


def is_wos_start(line: str) -> bool:
    """Return whether a record starts on this line."""
    return line.startswith("PT ") and START.match(line) is not None


def split_wos_line(line: str) -> TagLine:
    """Return tag and value of a line; continuation lines are indented by three blanks."""
    match = TAG_LINE.match(line) if line[:1] not in " \t" else None
    return (match[1], (match[2] or "").strip()) if match else (None, line)


def count_wos_starts(lines: list[str]) -> int:
    """Count the lines that start a record."""
    return sum(is_wos_start(line) for line in lines)


def parse_wos(lines: list[str]) -> Parsed:
    """Cut a file into records (PT to ER) and each record into tags.

    The heading (FN) of the file goes with every record: it names the platform. Several files joined
    into one are read through.
    """
    issues: list[ReportIssue] = []
    entries: list[Entry] = []
    outside: list[int] = []
    start: int | None = None
    export = ""
    for at, line in enumerate(lines):
        if is_wos_start(line):
            if start is not None:
                entries.append(_unended(lines, (start, at), export, issues))
            start = at
        elif start is not None and END.match(line):
            entries.append(_entry(lines, (start, at), export))
            start = None
        elif start is None and line.strip():
            header = HEADER.match(line)
            if header is None:
                outside.append(at)
            elif header[1] == "FN":
                export = header[2].strip()
    if start is not None:
        entries.append(_unended(lines, (start, len(lines)), export, issues))
    issues.extend(outside_issues(lines, outside))
    return Parsed(count_wos_starts(lines), entries, issues)


def _unended(
    lines: list[str], span: tuple[int, int], export: str, issues: list[ReportIssue]
) -> Entry:
    """Close a record that has no end line; the lines about the file after it are not its text."""
    start, stop = span
    while stop > start + 1 and (not lines[stop - 1].strip() or HEADER.match(lines[stop - 1])):
        stop -= 1
    issues.append(
        ReportIssue(
            start + 1,
            "A record without an end line (ER).",
            "It was ended where the next one begins, or at the end of the file.",
            quote(lines[start]),
        )
    )
    return _entry(lines, (start, stop), export)


def _entry(lines: list[str], span: tuple[int, int], export: str) -> Entry:
    values = parse_tagged(lines[span[0] : span[1]], split_wos_line, LAYOUT)
    if export:
        values.setdefault(EXPORT_TAG, []).append(export)
    return Entry(span[0] + 1, 0, values)
