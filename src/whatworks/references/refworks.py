"""RefWorks tagged text: two letters and a blank, records beginning with RT."""

from __future__ import annotations

import re

from whatworks.references.entries import Entry, Parsed
from whatworks.references.outside import outside_issues
from whatworks.references.tagged import Layout, TagLine, parse_tagged

__all__ = ["count_refworks_starts", "is_refworks_start", "parse_refworks", "split_refworks_line"]

START = re.compile(r"[ \t]*RT [A-Za-z][A-Za-z/, -]{2,40}\s*$")
TAG_LINE = re.compile(r"([A-Z][A-Z0-9])(?:\s+(.*))?$")
END = re.compile(r"ER\s*$")
# "US schools ..." on a line of its own looks the same, so it must be a tag that RefWorks has.
KNOWN = frozenset(
    re.findall(
        r"\w\w",
        "A1 A2 A3 A4 A5 A6 AB AD AN AV CA CL CN CR CS DB DO DS ED FD FL FR GN ID IS JF JO K1 K2 LA "
        "LB LK LL ML NO NT OL OP OT PA PB PC PD PG PN PP PT QR RD RN RR RT SF SG SH SK SL SN SP SR "
        "ST T1 T2 T3 TA U1 U2 U3 U4 U5 U6 U7 U8 U9 UL UR VO WP WT WV YR",
    )
)
LAYOUT = Layout(lists=frozenset({"K1", "LK", "UL"}), paragraphs=frozenset({"AB", "NO"}))


def is_refworks_start(line: str) -> bool:
    """Return whether a record starts on this line."""
    return "RT " in line[:12] and START.match(line) is not None


def split_refworks_line(line: str) -> TagLine:
    """Return tag and value of a line, or None and the line if it continues the one before."""
    match = TAG_LINE.match(line)
    if match and match[1] in KNOWN:
        return match[1], (match[2] or "").strip()
    return None, line


def count_refworks_starts(lines: list[str]) -> int:
    """Count the lines that start a record."""
    return sum(is_refworks_start(line) for line in lines)


def parse_refworks(lines: list[str]) -> Parsed:
    """Cut a file into records and each record into tags; a record runs to the next one."""
    starts = [at for at, line in enumerate(lines) if is_refworks_start(line)]
    first = starts[0] if starts else len(lines)
    entries = []
    for start, stop in zip(starts, [*starts[1:], len(lines)], strict=False):
        block = [line.lstrip() if at == 0 else line for at, line in enumerate(lines[start:stop])]
        # Some programs close a record as RIS does.
        block = [line for line in block if not END.match(line)]
        entries.append(Entry(start + 1, 0, parse_tagged(block, split_refworks_line, LAYOUT)))
    outside = [at for at, line in enumerate(lines[:first]) if line.strip()]
    return Parsed(count_refworks_starts(lines), entries, outside_issues(lines, outside))
