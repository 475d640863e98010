"""RIS files in all their dialects: cut into records, then into tags."""

from __future__ import annotations

import re

from whatworks.references.entries import Entry, Parsed
from whatworks.references.import_report import ReportIssue, quote
from whatworks.references.tagged import TagLine, parse_tagged

__all__ = ["START", "count_ris_starts", "parse_ris", "split_ris_line"]

# Ovid numbers its records, at times on the line of the start tag itself.
# Some copy whole files with an indent.
START = re.compile(r"[ \t]*(?:<?\d+\.?>?\s+)?(?=TY {1,2}-)")
END = re.compile(r"[ \t]*ER(?: {2}-.*| {1,2}-?\s*)$")
COUNTER = re.compile(r"\s*<?\d+\s*[.>]*\s*$")
TAG_LINE = re.compile(r"([A-Z][A-Z0-9]) {2}-(.*)")
LOOSE_TAG_LINE = re.compile(r"([A-Z][A-Z0-9]) -(?: (.*))?$")
LONG_TAG_LINE = re.compile(r"([A-Z][A-Z0-9]{2,5}) {1,2}-(?: (.*))?$")

# Tags that may stand with one blank before the hyphen. "US - based schools" at the start of an
# abstract's line looks the same, so it must be a tag that RIS has.
KNOWN = frozenset(
    re.findall(
        r"\w\w",
        "A1 A2 A3 A4 AB AD AN AU AV BT C1 C2 C3 C4 C5 C6 C7 C8 CA CN CP CT CY DA DB DI DO DP ED EP "
        "ET ID IS J1 J2 JA JF JO KW L1 L2 L3 L4 LA LB LK M1 M2 M3 N1 N2 NV OP PB PP PY RI RN RP SE "
        "SN SP ST T1 T2 T3 TA TI TT TY U1 U2 U3 U4 U5 UR UT VL VO Y1 Y2",
    )
)
# Longer tags that vendors write; any other is read as a tag only with two blanks.
KNOWN_LONG = frozenset({"PMID", "PMCID", "DOI", "ISSN", "ISBN", "EISSN", "OWN", "STAT"})


def split_ris_line(line: str) -> TagLine:
    """Return tag and value of a line, or None and the line if it continues the one before."""
    if match := TAG_LINE.match(line):
        return match[1], match[2].strip()
    if (match := LOOSE_TAG_LINE.match(line)) and match[1] in KNOWN:
        return match[1], (match[2] or "").strip()
    if (match := LONG_TAG_LINE.match(line)) and (match[1] in KNOWN_LONG or "  -" in line[:8]):
        return match[1], (match[2] or "").strip()
    return None, line


def count_ris_starts(lines: list[str]) -> int:
    """Count the lines that start a record."""
    return sum(START.match(line) is not None for line in lines)


def parse_ris(lines: list[str]) -> Parsed:
    """Cut a RIS file into records and each record into tags.

    A record runs from its start tag (TY) to its end tag (ER), or to the next start tag where the
    end is missing. Every line outside a record is reported.
    """
    issues: list[ReportIssue] = []
    entries: list[Entry] = []
    outside: list[int] = []
    start: int | None = None  # index of the open record's first line
    for at, line in enumerate(lines):
        if START.match(line):
            if start is not None:
                entries.append(_close(lines, start, at, issues))
            start = at
        elif start is not None and END.match(line):
            entries.append(_entry(lines, start, at))
            start = None
        elif start is None and line.strip():
            outside.append(at)
    if start is not None:
        entries.append(_close(lines, start, len(lines), issues))
    issues.extend(_outside_issues(lines, outside))
    return Parsed(count_ris_starts(lines), entries, issues)


def _close(lines: list[str], start: int, stop: int, issues: list[ReportIssue]) -> Entry:
    """Close a record that has no end line; a counter before the next record is not its text."""
    last = stop
    while last > start + 1 and not lines[last - 1].strip():
        last -= 1
    counter = last - 1
    if counter > start and COUNTER.match(lines[counter]) and stop < len(lines):
        issues.append(_skipped(lines, counter, 1))
        stop = counter
    issues.append(
        ReportIssue(
            start + 1,
            "A record without an end line (ER).",
            "It was ended where the next one begins, or at the end of the file.",
            quote(lines[start]),
        )
    )
    return _entry(lines, start, stop)


def _entry(lines: list[str], start: int, stop: int) -> Entry:
    """Tags of the record in lines[start:stop]."""
    match = START.match(lines[start])
    column = match.end() if match else 0
    indent = lines[start][: len(lines[start]) - len(lines[start].lstrip())]
    body = [line.removeprefix(indent) for line in lines[start + 1 : stop]]
    block = [lines[start][column:], *body]
    return Entry(start + 1, column, parse_tagged(block, split_ris_line, wrapped=False))


def _outside_issues(lines: list[str], outside: list[int]) -> list[ReportIssue]:
    """One issue for each run of lines outside records."""
    issues: list[ReportIssue] = []
    run: list[int] = []
    for at in [*outside, -1]:
        if run and (at != run[-1] + 1):
            issues.append(_skipped(lines, run[0], len(run)))
            run = []
        run.append(at)
    return issues


def _skipped(lines: list[str], at: int, n_lines: int) -> ReportIssue:
    text = quote(" ".join(lines[at : at + n_lines]))
    if n_lines == 1 and COUNTER.match(lines[at]):
        return ReportIssue(at + 1, "A counter before a record.", "It was skipped.", text)
    return ReportIssue(at + 1, "Text outside any record.", "It was skipped.", text, n_lines)
