"""The Cochrane Library's text export: "Record #1 of 784", then tags with a colon."""

from __future__ import annotations

import re

from whatworks.references.entries import Entry, Parsed
from whatworks.references.outside import outside_issues
from whatworks.references.tagged import Layout, TagLine, parse_tagged

__all__ = ["count_cochrane_starts", "is_cochrane_start", "parse_cochrane", "split_cochrane_line"]

START = re.compile(r"\s*Record #\d[\d,]* of \d[\d,]*\s*$")
TAG_LINE = re.compile(r"([A-Z]{2,3}):(?:\s+(.*))?$")
# "AIM: to find ..." begins a paragraph of an abstract, so it must be a tag that they write.
KNOWN = frozenset(
    [
        "ID",
        "AU",
        "TI",
        "SO",
        "YR",
        "VL",
        "NO",
        "PG",
        "PM",
        "XR",
        "PT",
        "KY",
        "DOI",
        "AB",
        "US",
        "CC",
        "ED",
        "LA",
        "SN",
        "PB",
        "CY",
        "CD",
        "CN",
    ]
)
LAYOUT = Layout(lists=frozenset({"AU", "ED"}), paragraphs=frozenset({"AB"}))


def is_cochrane_start(lines: list[str], at: int) -> bool:
    """Return whether a record starts at this line: a counter, and below it a tag with a colon."""
    if not START.match(lines[at]):
        return False
    following = [line for line in lines[at + 1 : at + 6] if line.strip()][:2]
    return bool(following) and all(split_cochrane_line(line)[0] for line in following)


def split_cochrane_line(line: str) -> TagLine:
    """Return tag and value of a line, or None and the line if it continues the one before."""
    match = TAG_LINE.match(line)
    if match and match[1] in KNOWN:
        return match[1], (match[2] or "").strip()
    return None, line


def count_cochrane_starts(lines: list[str]) -> int:
    """Count the counters."""
    return sum(START.match(line) is not None for line in lines)


def parse_cochrane(lines: list[str]) -> Parsed:
    """Cut a file into records and each record into tags; a record runs to the next counter."""
    starts = [at for at, line in enumerate(lines) if START.match(line)]
    entries = [
        Entry(
            start + 1,
            0,
            {"counter": [lines[start].strip()]}
            | parse_tagged(["", *lines[start + 1 : stop]], split_cochrane_line, LAYOUT),
        )
        for start, stop in zip(starts, [*starts[1:], len(lines)], strict=False)
    ]
    first = starts[0] if starts else len(lines)
    outside = [at for at, line in enumerate(lines[:first]) if line.strip()]
    return Parsed(count_cochrane_starts(lines), entries, outside_issues(lines, outside))
