"""BibTeX and BibLaTeX files: bibtexparser, with every entry it gives up on read all the same."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from whatworks.references.entries import Entry, Parsed
from whatworks.references.import_report import ReportIssue, quote

__all__ = ["ENTRY_KEY", "ENTRY_TYPE", "find_bibtex_starts", "parse_bibtex"]

# Name under which the entry type travels among the tags; "@" cannot begin a BibTeX field name.
ENTRY_TYPE = "@type"
ENTRY_KEY = "@key"
# At the start of a line, or right after the end of another entry on the same line.
ENTRY_START = re.compile(
    r"(?:^|(?<=\}))[ \t]*@(?!(?:comment|string|preamble)\b)(?P<type>\w+)[ \t]*[{(]",
    re.IGNORECASE,
)
FIELD = re.compile(r"(?:^|,)\s*([A-Za-z][\w+:.-]*)\s*=\s*", re.MULTILINE)


def find_bibtex_starts(lines: list[str]) -> list[tuple[int, int, str]]:
    """Return index of line, column and entry type of every entry, counted without a parser."""
    return [
        (at, match.start() + match[0].index("@"), match["type"])
        for at, line in enumerate(lines)
        if "@" in line
        for match in ENTRY_START.finditer(line)
    ]


def parse_bibtex(lines: list[str]) -> Parsed:
    """Read the entries of a BibTeX file.

    An entry is counted where "@type{" begins a line or follows another entry; comments, strings
    and preambles are none. Entries with a key or a field name used before are kept. An entry that
    bibtexparser cannot read is read field by field as far as it goes, and reported.
    """
    starts = find_bibtex_starts(lines)
    blocks, issues = _library(lines)
    entries: list[Entry] = []
    for index, (at, column, entry_type) in enumerate(starts):
        waiting = blocks.get(at, [])
        if waiting and len(waiting) == sum(start[0] == at for start in starts[index:]):
            entries.append(Entry(at + 1, column, waiting.pop(0)))
            continue
        end = starts[index + 1] if index + 1 < len(starts) else (len(lines), 0, "")
        entries.append(Entry(at + 1, column, _salvage(entry_type, lines, (at, column), end[:2])))
        issues.append(
            ReportIssue(
                at + 1,
                "An entry that is not well-formed BibTeX.",
                "Its fields were read as far as they could be told apart.",
                quote(lines[at][column:]),
            )
        )
    for at, waiting in blocks.items():
        if lines[at].lstrip().startswith("%"):
            issues.append(_mid_line(lines[at], at, "An entry commented out.", "It was skipped."))
            continue
        for values in waiting:
            entries.append(Entry(at + 1, 0, values))
            issues.append(
                _mid_line(lines[at], at, "An entry in the middle of a line.", "It was kept.")
            )
    entries.sort(key=lambda entry: (entry.line, entry.column))
    return Parsed(len(starts), entries, issues)


def _mid_line(line: str, at: int, what: str, done: str) -> ReportIssue:
    return ReportIssue(at + 1, what, done, quote(line))


def _library(
    lines: list[str],
) -> tuple[dict[int, list[dict[str, list[str]]]], list[ReportIssue]]:
    """Entries that bibtexparser reads, in order, by the index of their first line."""
    from bibtexparser import model
    from bibtexparser.entrypoint import parse_string

    with _quiet("bibtexparser"):
        library = parse_string("\n".join(lines))
    blocks: dict[int, list[dict[str, list[str]]]] = {}
    issues: list[ReportIssue] = []
    for block in library.blocks:
        entry: Any = block
        if isinstance(block, model.DuplicateBlockKeyBlock | model.DuplicateFieldKeyBlock):
            entry = block.ignore_error_block
            repeated = isinstance(block, model.DuplicateFieldKeyBlock)
            issues.append(
                ReportIssue(
                    (block.start_line or 0) + 1,
                    "A field given twice in one entry."
                    if repeated
                    else "A key used by an earlier entry.",
                    "All values were kept." if repeated else "The entry was kept.",
                    quote(lines[block.start_line or 0]),
                )
            )
        if not isinstance(entry, model.Entry) or entry.start_line is None:
            continue
        values: dict[str, list[str]] = {ENTRY_TYPE: [entry.entry_type], ENTRY_KEY: [entry.key]}
        for item in entry.fields:
            values.setdefault(item.key.strip().lower(), []).append(_plain(str(item.value)))
        filled = {tag: [value for value in found if value] for tag, found in values.items()}
        blocks.setdefault(entry.start_line, []).append(
            {tag: found for tag, found in filled.items() if found}
        )
    return blocks, issues


def _salvage(
    entry_type: str, lines: list[str], start: tuple[int, int], end: tuple[int, int]
) -> dict[str, list[str]]:
    """Fields of an entry with unbalanced braces: each from its "name =" to the next one's."""
    (at, column), (stop, stop_column) = start, end
    block = lines[at:stop] + ([lines[stop][:stop_column]] if stop < len(lines) else [])
    text = "\n".join(block)[column:]
    values: dict[str, list[str]] = {ENTRY_TYPE: [entry_type]}
    key = re.match(r"@\w+\s*[{(]\s*([^,\s=]+)\s*,", text)
    if key:
        values[ENTRY_KEY] = [key[1]]
    found = list(FIELD.finditer(text, key.end() - 1 if key else 0))
    for index, match in enumerate(found):
        next_field = found[index + 1].start() if index + 1 < len(found) else len(text)
        raw = text[match.end() : next_field].strip().rstrip(",").strip()
        if index + 1 == len(found):
            raw = raw.rstrip(")} \n\t") + ("}" if raw.count("{") >= raw.count("}") else "")
        value = _plain(_unwrap(raw))
        if value:
            values.setdefault(match[1].lower(), []).append(value)
    return values


def _unwrap(raw: str) -> str:
    """Value without its outer braces or quotation marks, one side of which may be missing."""
    if raw[:1] == "{":
        return raw[1:].removesuffix("}")
    if raw[:1] == '"':
        return raw[1:].removesuffix('"')
    return raw.strip("{}")


def _plain(value: str) -> str:
    """Value with runs of blanks made one, as TeX reads them."""
    return " ".join(value.split())


@contextmanager
def _quiet(name: str) -> Iterator[None]:
    """Keep a library's warnings off the terminal while its failures go into the report."""
    logger = logging.getLogger(name)
    level = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        logger.setLevel(level)
