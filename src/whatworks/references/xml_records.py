"""XML exports cut into records, each parsed by itself: a broken one costs no other.

Nothing outside the records is parsed, so that entities cannot be declared; a file that tries to is
refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from xml.etree.ElementTree import Element

from whatworks.errors import FileError, FileProblem
from whatworks.references.entries import Entry, Parsed
from whatworks.references.import_report import ReportIssue, quote
from whatworks.references.xml_chunk import Values, read_chunk

__all__ = ["parse_xml_records"]

# What hides a tag: it is text there, or a comment.
HIDDEN = (("<!--", "-->"), ("<![CDATA[", "]]>"))
# What stands around records: it says nothing about them.
FRAME = re.compile(
    r"<\?xml[^<>]*>|<!DOCTYPE[^<>]*>|</?(?:xml|records|XML|RECORDS)\s*/?>"
    r"|</?(?:Pubmed(?:Book)?Article(?:Set)?|MedlineCitationSet|BookDocumentSet)\s*>"
)
ENTITY = re.compile(r"<!ENTITY\b|<!DOCTYPE[^>\[]*\[", re.IGNORECASE)


def parse_xml_records(
    lines: list[str], names: tuple[str, ...], values_of: Callable[[Element], Values], *, file: str
) -> Parsed:
    """Cut a file at the elements that hold one record each, and read each of them.

    Parameters
    ----------
    lines : list of str
        Lines of the file.
    names : tuple of str
        Names of the elements that are records. They do not hold one another.
    values_of : callable
        Turns such an element into values by tag.
    file : str
        Name of the file, for messages.

    Raises
    ------
    FileError
        The file declares entities, as no export does and attacks do.
    """
    text = "\n".join(lines)
    masked = _masked(text)
    _refuse_entities(masked, file)
    joined = "|".join(names)
    opening = re.compile(rf"<({joined})(?=[\s/>])")
    starts = [match.start() for match in opening.finditer(masked)]
    closing = re.compile(rf"</({joined})\s*>|<({joined})(?=[\s>])[^<>]*/>")
    at_line = _line_finder(text)
    entries: list[Entry] = []
    issues: list[ReportIssue] = []
    covered = 0
    for start, limit in zip(starts, [*starts[1:], len(text)], strict=False):
        issues += _report_between(text, at_line, (covered, start))
        line, column = at_line(start)
        end = closing.search(masked, start, limit)
        stop = end.end() if end else _last_end(masked, start, limit)
        if end is None:
            issues.append(
                ReportIssue(
                    line,
                    "A record without an end tag.",
                    "It was ended where the next one begins, or at the end of the file.",
                    quote(text[start : start + 80]),
                )
            )
        covered = stop
        chunk = text[start:stop]
        if "<!--" in chunk:
            issues += _report_comments(chunk, start, at_line)
        values, repairs = read_chunk(chunk, values_of)
        issues += [ReportIssue(line, what, done, quote(found)) for what, done, found in repairs]
        entries.append(Entry(line, column, values))
    issues += _report_between(text, at_line, (covered, len(text)))
    return Parsed(len(starts), entries, issues)


def _hidden(text: str) -> list[tuple[int, int, str]]:
    """Spans of comments and quoted text, with what opens each; one that never ends is none."""
    spans: list[tuple[int, int, str]] = []
    at = 0
    while at >= 0:
        found = [
            (start, opening, closing)
            for opening, closing in HIDDEN
            if (start := text.find(opening, at)) >= 0
        ]
        if not found:
            break
        start, opening, closing = min(found)
        end = text.find(closing, start + len(opening))
        if end < 0:
            break
        at = end + len(closing)
        spans.append((start, at, opening))
    return spans


def _masked(text: str) -> str:
    """Text with blanks in place of comments and quoted text, line ends kept."""
    parts: list[str] = []
    at = 0
    for start, end, _ in _hidden(text):
        parts += [text[at:start], re.sub(r"[^\n]", " ", text[start:end])]
        at = end
    return "".join([*parts, text[at:]]) if parts else text


def _last_end(masked: str, start: int, limit: int) -> int:
    """Where a record without an end tag ends: before the end tags of what is around records."""
    frame = re.compile(
        r"(?:\s*</(?:records|xml|RECORDS|XML|Pubmed\w*Set|MedlineCitationSet)\s*>)+\s*$"
    )
    match = frame.search(masked, start, limit)
    return match.start() if match else limit


def _refuse_entities(masked: str, file: str) -> None:
    match = ENTITY.search(masked)
    if match:
        line = masked.count("\n", 0, match.start()) + 1
        raise FileError(
            file,
            [
                FileProblem(
                    f"Line {line:,} declares XML entities, which no export of references does.",
                    "Do not use this file; export the records again from where they come from.",
                )
            ],
        )


def _line_finder(text: str) -> Callable[[int], tuple[int, int]]:
    """Return what gives line (from 1) and column (from 0) of a position."""
    import bisect

    begins = [0, *(match.end() for match in re.finditer("\n", text))]

    def find(position: int) -> tuple[int, int]:
        line = bisect.bisect_right(begins, position)
        return line, position - begins[line - 1]

    return find


def _report_between(
    text: str, at_line: Callable[[int], tuple[int, int]], span: tuple[int, int]
) -> list[ReportIssue]:
    """Report text between records; the tags around them are the file's frame."""
    gap = text[span[0] : span[1]]
    if not gap or gap.isspace():
        return []
    bare = FRAME.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), gap)
    return _spanning(bare, span[0], at_line, "Text outside any record.")


def _report_comments(
    chunk: str, start: int, at_line: Callable[[int], tuple[int, int]]
) -> list[ReportIssue]:
    """Report the comments in a record; no field takes them."""
    return [
        issue
        for begin, end, opening in _hidden(chunk)
        if opening == "<!--"
        for issue in _spanning(chunk[begin + 4 : end - 3], start + begin + 4, at_line, "A comment.")
    ]


def _spanning(
    text: str, start: int, at_line: Callable[[int], tuple[int, int]], what: str
) -> list[ReportIssue]:
    """Report a text from its first letter to its last; nothing if it is blank."""
    bare = text.strip()
    if not bare:
        return []
    first = start + len(text) - len(text.lstrip())
    line = at_line(first)[0]
    return [ReportIssue(line, what, "It was skipped.", quote(bare), bare.count("\n") + 1)]
