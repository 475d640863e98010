"""BibTeX and BibLaTeX files: bibtexparser, with every entry it gives up on read all the same."""

from __future__ import annotations

import re
from collections import Counter

from whatworks.references.bibtex_blocks import (
    BETWEEN,
    ENTRY_KEY,
    ENTRY_TYPE,
    Values,
    plain,
    read_blocks,
)
from whatworks.references.bibtex_starts import find_bibtex_starts
from whatworks.references.bibtex_told import told_of
from whatworks.references.entries import Entry, Parsed
from whatworks.references.import_report import ReportIssue, quote

__all__ = ["ENTRY_KEY", "ENTRY_TYPE", "parse_bibtex"]

FIELD = re.compile(r"(?:^|,)\s*([A-Za-z][\w+:.-]*)\s*=\s*", re.MULTILINE)
# What an entry takes from the one it refers to: what the whole says of its parts, no identifiers.
INHERITED = (
    "booktitle", "year", "date", "publisher", "editor", "series", "volume", "isbn", "address",
    "location", "organization", "month", "journal", "journaltitle",
)  # fmt: skip


def parse_bibtex(lines: list[str]) -> Parsed:
    """Read the entries of a BibTeX file.

    An entry is counted where `find_bibtex_starts` finds one; comments, strings and preambles are
    none. Entries with a key or a field name used before are kept. An entry that
    bibtexparser cannot read is read field by field as far as it goes, and reported. What an entry
    refers to by `crossref` or `xdata` fills the fields it lacks.
    """
    starts, ready = find_bibtex_starts(lines)
    blocks, issues = read_blocks(ready)
    entries: list[Entry] = []
    still_on_line = Counter(at for at, _, _ in starts)
    salvaged: set[int] = set()
    for index, (at, column, entry_type) in enumerate(starts):
        waiting = blocks.get(at, [])
        still_on_line[at] -= 1
        # Fewer are read than start here: which of them failed is not known. More: in mid-line.
        if len(waiting) > still_on_line[at]:
            entries.append(Entry(at + 1, column, waiting.pop(0)))
            continue
        end = starts[index + 1] if index + 1 < len(starts) else (len(lines), 0, "")
        entries.append(Entry(at + 1, column, _salvage(entry_type, lines, (at, column), end[:2])))
        salvaged.update(range(at, end[0] + (end[1] > 0)))
        issues.append(
            ReportIssue(
                at + 1,
                "An entry that is not well-formed BibTeX.",
                "Its fields were read as far as they could be told apart.",
                quote(lines[at][column:]),
            )
        )
    for at, waiting in blocks.items():
        if waiting and lines[at].lstrip().startswith("%"):
            issues.append(_mid_line(lines[at], at, "An entry commented out.", "It was skipped."))
            continue
        for values in waiting:
            entries.append(Entry(at + 1, 0, values))
            issues.append(
                _mid_line(lines[at], at, "An entry in the middle of a line.", "It was kept.")
            )
    # What was read field by field lies between entries only for bibtexparser.
    issues = [x for x in issues if x.what != BETWEEN or x.line - 1 not in salvaged]
    entries.sort(key=lambda entry: (entry.line, entry.column))
    issues += [issue for entry in entries for issue in told_of(entry.values, entry.line)]
    _inherit(entries)
    return Parsed(len(starts), entries, issues)


def _mid_line(line: str, at: int, what: str, done: str) -> ReportIssue:
    return ReportIssue(at + 1, what, done, quote(line))


def _salvage(
    entry_type: str, lines: list[str], start: tuple[int, int], end: tuple[int, int]
) -> Values:
    """Fields of an entry with unbalanced braces: each from its "name =" to the next one's."""
    (at, column), (stop, stop_column) = start, end
    block = lines[at:stop] + ([lines[stop][:stop_column]] if stop < len(lines) else [])
    text = "\n".join(block)[column:]
    values: Values = {ENTRY_TYPE: [entry_type]}
    head = re.match(r"@[ \t]*\w+\s*[{(]", text)
    body = text[head.end() :] if head else text
    key = re.match(r"\s*([^,\s=]*)\s*,", body)
    if key and key[1]:
        values[ENTRY_KEY] = [key[1]]
    if key:
        body = body[key.end() - 1 :]
    found = list(FIELD.finditer(body))
    before = plain(body[: found[0].start()] if found else body).strip(",{}() ")
    if before:
        values["text"] = [before]
    for index, match in enumerate(found):
        next_field = found[index + 1].start() if index + 1 < len(found) else len(body)
        raw = body[match.end() : next_field].strip().rstrip(",").strip()
        if index + 1 == len(found):
            raw = raw.rstrip(")} \n\t") + ("}" if raw.count("{") >= raw.count("}") else "")
        value = plain(_unwrap(raw))
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


def _inherit(entries: list[Entry]) -> None:
    """Fill what an entry lacks from the entries it refers to; the first of a key counts."""
    if not any("crossref" in entry.values or "xdata" in entry.values for entry in entries):
        return
    by_key: dict[str, Values] = {}
    for entry in entries:
        for key in entry.values.get(ENTRY_KEY, []):
            by_key.setdefault(key.casefold(), entry.values)
    for entry in entries:
        for key in [key for value in entry.values.get("xdata", []) for key in value.split(",")]:
            _take_all(entry.values, by_key.get(key.strip().casefold(), {}))
        for key in entry.values.get("crossref", []):
            _take_of_whole(entry.values, by_key.get(key.strip().casefold(), {}))


def _take_all(values: Values, data: Values) -> None:
    """Fill an entry from a container of fields."""
    for name, found in data.items():
        if name not in (ENTRY_KEY, ENTRY_TYPE):
            values.setdefault(name, list(found))


def _take_of_whole(values: Values, whole: Values) -> None:
    """Fill the entry of a part from that of the whole."""
    if whole is values:
        return
    for name in INHERITED:
        if whole.get(name):
            values.setdefault(name, list(whole[name]))
    if whole.get("title"):
        values.setdefault("booktitle", list(whole["title"]))
