"""EndNote's tagged text (.enw) and Unix refer: %-tags, records parted by blank lines."""

from __future__ import annotations

import re

from whatworks.references.entries import Entry, Parsed
from whatworks.references.import_report import ReportIssue
from whatworks.references.outside import outside_issues
from whatworks.references.tagged import Layout, TagLine, parse_tagged

__all__ = ["count_enw_starts", "parse_enw", "split_enw_line"]

TAG_LINE = re.compile(r"(%[A-Za-z0-9!@#$&()*+<=>?\[\]^|~])(?:[ \t]+(.*))?$")
LAYOUT = Layout(
    lists=frozenset({"%K", "%U", "%A", "%E", "%@", "%>"}), paragraphs=frozenset({"%X", "%Z", "%O"})
)
# A record has each of these at most once.
SINGLE = frozenset({"%0", "%T", "%D", "%J", "%B", "%V", "%N", "%P", "%R"})
# A record has at least one of these two.
LEADING = ("%0", "%T")


def split_enw_line(line: str) -> TagLine:
    """Return tag and value of a line, or None and the line if it continues the one before."""
    match = TAG_LINE.match(line) if line[:1] == "%" else None
    return (match[1], (match[2] or "").strip()) if match else (None, line)


def count_enw_starts(lines: list[str]) -> int:
    """Count blocks between blank lines with a type or title, and further types inside a block."""
    n_starts = n_types = n_titles = 0
    for line in [*lines, ""]:
        tag = line[:2]
        if tag == "%0":
            n_types += 1
        elif tag == "%T":
            n_titles += 1
        elif not line.strip():
            n_starts += max(n_types, 1 if n_titles else 0)
            n_types = n_titles = 0
    return n_starts


def parse_enw(lines: list[str]) -> Parsed:
    """Cut a file into records and each record into tags.

    The type (%0) stands first in EndNote's own files, after the title in others, and is missing in
    some. So a record begins where a type or title comes that the open record has already: at the
    first line after the last blank one, or at the line itself.
    """
    issues: list[ReportIssue] = []
    outside: list[int] = []
    starts: list[int] = []
    seen: set[str] = set()
    block = 0  # index of the first line after the last blank one
    block_tags: set[str] = set()
    after_blank = True
    for at, line in enumerate(lines):
        if not line.strip():
            after_blank = True
            continue
        tag = split_enw_line(line)[0]
        if tag is not None and after_blank:
            block, block_tags = at, set()
        after_blank = False
        if tag is None:
            if not starts:
                outside.append(at)
            continue
        if not starts:
            starts.append(at)
        elif tag in SINGLE and tag in seen - block_tags and block > starts[-1]:
            starts.append(block)
            seen = set(block_tags)
        elif tag in LEADING and tag in block_tags and _starts_inside(tag, lines, starts[-1]):
            starts.append(at)
            block, seen, block_tags = at, set(), set()
        seen.add(tag)
        block_tags.add(tag)
    entries = [
        Entry(start + 1, 0, parse_tagged(lines[start:stop], split_enw_line, LAYOUT))
        for start, stop in zip(starts, [*starts[1:], len(lines)], strict=False)
    ]
    issues.extend(outside_issues(lines, outside))
    return Parsed(count_enw_starts(lines), entries, issues)


def _starts_inside(tag: str, lines: list[str], start: int) -> bool:
    """Whether a repeated tag begins a record without a blank line before it."""
    first = split_enw_line(lines[start])[0]
    return tag == first if first in LEADING else tag == "%0"
