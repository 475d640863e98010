"""MEDLINE's tagged format (nbib) as PubMed, PubMed Central and ERIC write it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from whatworks.references.entries import Entry, Parsed
from whatworks.references.import_report import ReportIssue, quote
from whatworks.references.outside import outside_issues
from whatworks.references.tagged import Layout, TagLine, parse_tagged

__all__ = ["START_TAGS", "count_nbib_starts", "is_loose_start", "parse_nbib", "split_nbib_line"]

TAG_LINE = re.compile(r"([A-Z][A-Z0-9]{1,3}) {0,2}-(?: (.*))?$")
# As other programs and hands write the first line: "PMID-123", "PMID - 123".
LOOSE_START = re.compile(r"PMID\s{0,2}-\s*(\d{1,8})\s*$")
# PubMed's records start with PMID, PubMed Central's with PMC, ERIC's with OWN.
START_TAGS = ("PMID", "PMC", "OWN")
WRAPPED = Layout()


def split_nbib_line(line: str) -> TagLine:
    """Return tag and value of a line, or None and the line if it continues the one before."""
    # The hyphen stands in column 5; "AB-" or "MRI - " inside wrapped text does not, and wrapped
    # text is indented anyway.
    if line[4:5] == "-" and "-" not in line[:4] and (match := TAG_LINE.match(line)):
        return match[1], (match[2] or "").strip()
    if line.startswith("PMID") and (match := LOOSE_START.match(line)):
        return "PMID", match[1]
    return None, line


def is_loose_start(line: str) -> bool:
    """Return whether a record starts on this line with a tag not written as PubMed does."""
    return (
        line.startswith("PMID") and not line.startswith("PMID- ") and bool(LOOSE_START.match(line))
    )


def count_nbib_starts(lines: list[str]) -> int:
    """Count the records: in each block between blank lines, by the commonest of their first tags.

    A block that begins otherwise goes on with the record before it, until its first tag comes again.
    """
    n_starts = 0
    first: str | None = None
    for tags in _blocks(lines):
        counts = Counter(tag for tag in tags if tag in START_TAGS)
        if tags[0] in START_TAGS or first is None:
            n_starts += max(counts.values(), default=0)
            first = next(iter(counts), first)
        else:
            n_starts += counts[first]
    return n_starts


def _blocks(lines: list[str]) -> Iterator[list[str | None]]:
    """First tag of each block between blank lines, and what other first tags of records it has."""
    is_parted = _blank_lines_part(lines)
    tags: list[str | None] = []
    for line in lines:
        if not line or line.isspace():
            if tags and is_parted:
                yield tags
                tags = []
        elif not tags or line[:1] in "PO":
            tags.append(split_nbib_line(line)[0])
    if tags:
        yield tags


def _blank_lines_part(lines: list[str]) -> bool:
    """Whether blank lines part records; in a file with one after each line they part nothing."""
    return any(line.strip() and following.strip() for line, following in pairwise(lines))


def parse_nbib(lines: list[str]) -> Parsed:
    """Cut a MEDLINE file into records and each record into tags.

    A record begins at a start tag it already has, or at one after a blank line.
    """
    issues: list[ReportIssue] = []
    entries: list[Entry] = []
    outside: list[int] = []
    start: int | None = None
    seen: set[str | None] = set()
    after_blank = is_parted = _blank_lines_part(lines)
    for at, line in enumerate(lines):
        tag = split_nbib_line(line)[0] if line[:1] in "PO" else None
        if tag in START_TAGS:
            if is_loose_start(line):
                what = "A PubMed number (PMID) not written as PubMed does."
                issues.append(ReportIssue(at + 1, what, "It was read.", quote(line)))
            if start is None or tag in seen or after_blank:
                if start is not None:
                    entries.append(_entry(lines, start, at))
                start, seen = at, set()
            seen.add(tag)
        elif start is None and line.strip():
            outside.append(at)
        after_blank = is_parted and (not line or line.isspace())
    if start is not None:
        entries.append(_entry(lines, start, len(lines)))
    issues.extend(outside_issues(lines, outside))
    return Parsed(count_nbib_starts(lines), entries, issues)


def _entry(lines: list[str], start: int, stop: int) -> Entry:
    return Entry(start + 1, 0, parse_tagged(lines[start:stop], split_nbib_line, WRAPPED))
