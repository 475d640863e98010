"""Ovid's text exports: tag lines under counters, or names of fields with indented values."""

from __future__ import annotations

import re

from whatworks.references.entries import Entry, Parsed
from whatworks.references.outside import outside_issues
from whatworks.references.ris_lines import is_start
from whatworks.references.tagged import Layout, TagLine, parse_tagged

__all__ = ["count_ovid_starts", "is_ovid_start", "parse_ovid", "split_ovid_line"]

COUNTER = re.compile(r"\s*<\s*\d[\d,]*\s*\.?\s*>\s*$")
VENDOR = re.compile(r"VN {1,2}- ?\S")
TAG_LINE = re.compile(r"([A-Z][A-Z0-9]) {1,2}-(?: (.*))?$")
# A field's name stands alone on its line, its values below it and indented.
NAME = re.compile(r"[A-Z][\w/&'(),. -]{1,60}:?\s*$")
# One value on each line; blank lines part references.
LISTS = frozenset({"Author", "Authors", "Authors Full Name", "Author Full Name", "References"})


def is_ovid_start(lines: list[str], at: int) -> bool:
    """Return whether a record starts at this line: a counter that no RIS record follows, or VN."""
    line = lines[at]
    if VENDOR.match(line):
        return True
    if "<" not in line[:12] or not COUNTER.match(line):
        return False
    following = next((other for other in lines[at + 1 : at + 8] if other.strip()), "")
    return bool(following) and not is_start(following)


def split_ovid_line(line: str) -> TagLine:
    """Return tag and value of a line, or None and the line if it continues the one before."""
    match = TAG_LINE.match(line)
    return (match[1], (match[2] or "").strip()) if match else (None, line)


def count_ovid_starts(lines: list[str]) -> int:
    """Count the counters or the vendor's lines, whichever there are more of."""
    n_counters = sum(COUNTER.match(line) is not None for line in lines if "<" in line[:12])
    return max(n_counters, sum(VENDOR.match(line) is not None for line in lines))


def parse_ovid(lines: list[str]) -> Parsed:
    """Cut a file into records and each record into tags or named fields."""
    starts: list[int] = []
    has_vendor = False
    for at, line in enumerate(lines):
        if "<" in line[:12] and COUNTER.match(line):
            starts.append(at)
            has_vendor = False
        elif VENDOR.match(line):
            if not starts or has_vendor:
                starts.append(at)
            has_vendor = True
    first = starts[0] if starts else len(lines)
    entries = [
        _entry(lines, start, stop)
        for start, stop in zip(starts, [*starts[1:], len(lines)], strict=False)
    ]
    outside = [at for at, line in enumerate(lines[:first]) if line.strip()]
    return Parsed(count_ovid_starts(lines), entries, outside_issues(lines, outside))


def _entry(lines: list[str], start: int, stop: int) -> Entry:
    block = lines[start:stop]
    counter: list[str] = []
    if COUNTER.match(block[0]):
        counter, block = [block[0].strip()], block[1:]
    while block and not block[0].strip():
        block = block[1:]
    if not block:
        values: dict[str, list[str]] = {}
    elif split_ovid_line(block[0])[0] is not None:
        values = parse_tagged(block, split_ovid_line, Layout())
    else:
        values = _named_fields(block)
    if counter:
        values = {"counter": counter} | values
    return Entry(start + 1, 0, values)


def _named_fields(block: list[str]) -> dict[str, list[str]]:
    """Values by the name of the field; paragraphs parted by a blank line stay apart."""
    values: dict[str, list[str]] = {}
    name = ""
    after_blank = False
    open_value = False
    for at, line in enumerate(block):
        text = line.strip()
        if not text:
            after_blank = True
            continue
        if line[0] not in " \t" and NAME.match(line) and _is_indented(block, at + 1):
            name, open_value = text.rstrip(":").strip(), False
        elif not open_value or name in LISTS:
            values.setdefault(name, []).append(text)
            open_value = True
        else:
            values[name][-1] += f"{chr(10) if after_blank else ' '}{text}"
        after_blank = False
    return values


def _is_indented(block: list[str], at: int) -> bool:
    """Whether the next line that is not blank is indented."""
    following = next((line for line in block[at:] if line.strip()), "")
    return following[:1] in (" ", "\t")
