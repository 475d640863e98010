"""MEDLINE's tagged format (nbib) as PubMed, PubMed Central and ERIC write it."""

from __future__ import annotations

import re
from collections import Counter

from whatworks.references.entries import Entry, Parsed
from whatworks.references.import_report import ReportIssue
from whatworks.references.outside import outside_issues
from whatworks.references.tagged import Layout, TagLine, parse_tagged

__all__ = ["START_TAGS", "count_nbib_starts", "parse_nbib", "split_nbib_line"]

TAG_LINE = re.compile(r"([A-Z][A-Z0-9]{1,3}) {0,2}-(?: (.*))?$")
# PubMed's records start with PMID, PubMed Central's with PMC, ERIC's with OWN.
START_TAGS = ("PMID", "PMC", "OWN")
WRAPPED = Layout()


def split_nbib_line(line: str) -> TagLine:
    """Return tag and value of a line, or None and the line if it continues the one before."""
    # The hyphen stands in column 5; "AB-" or "MRI - " inside wrapped text does not, and wrapped
    # text is indented anyway.
    if line[4:5] == "-" and "-" not in line[:4] and (match := TAG_LINE.match(line)):
        return match[1], (match[2] or "").strip()
    return None, line


def count_nbib_starts(lines: list[str]) -> int:
    """Count the records by the commonest of the tags a record starts with."""
    counts = Counter(
        tag
        for line in lines
        if line[:1] in "PO" and (tag := split_nbib_line(line)[0]) in START_TAGS
    )
    return max(counts.values(), default=0)


def parse_nbib(lines: list[str]) -> Parsed:
    """Cut a MEDLINE file into records and each record into tags.

    A record begins at a start tag it already has, or at one after a blank line.
    """
    issues: list[ReportIssue] = []
    entries: list[Entry] = []
    outside: list[int] = []
    start: int | None = None
    seen: set[str | None] = set()
    after_blank = True
    for at, line in enumerate(lines):
        tag = split_nbib_line(line)[0] if line[:1] in "PO" else None
        if tag in START_TAGS:
            if start is None or tag in seen or after_blank:
                if start is not None:
                    entries.append(_entry(lines, start, at))
                start, seen = at, set()
            seen.add(tag)
        elif start is None and line.strip():
            outside.append(at)
        after_blank = not line or line.isspace()
    if start is not None:
        entries.append(_entry(lines, start, len(lines)))
    issues.extend(outside_issues(lines, outside))
    return Parsed(count_nbib_starts(lines), entries, issues)


def _entry(lines: list[str], start: int, stop: int) -> Entry:
    return Entry(start + 1, 0, parse_tagged(lines[start:stop], split_nbib_line, WRAPPED))
