"""RIS files in all their dialects: cut into records, then into tags."""

from __future__ import annotations

from whatworks.references.entries import Entry, Parsed
from whatworks.references.import_report import ReportIssue, quote
from whatworks.references.outside import COUNTER, outside_issues, skipped
from whatworks.references.ris_lines import (
    END,
    START,
    glued_starts,
    is_start,
    may_start,
    ris_splitter,
    split_ris_line,
    unglue,
)
from whatworks.references.tagged import LAYOUT, parse_tagged

__all__ = ["count_ris_starts", "parse_ris"]

# First signs of an end tag, with and without an indent.
MAY_END = frozenset("Ee \t")


def count_ris_starts(lines: list[str]) -> int:
    """Count where a record starts: at the beginning of a line, or right after an end tag."""
    return _count(lines, may_start(lines))


def _count(lines: list[str], looked: list[int]) -> int:
    return sum(is_start(lines[at]) + glued_starts(lines[at]) for at in looked)


def parse_ris(lines: list[str]) -> Parsed:
    """Cut a RIS file into records and each record into tags.

    A record runs from its start tag (TY) to its end tag (ER), or to the next start tag where the
    end is missing. Tags that stand right before a start tag belong to its record. Every other line
    outside a record is reported.
    """
    looked = may_start(lines)
    cutter = _Cutter(lines, looked)
    return Parsed(_count(lines, looked), cutter.entries(), cutter.issues)


class _Cutter:
    """One walk over the lines of a file: what is found, and what is said about it."""

    def __init__(self, lines: list[str], looked: list[int]) -> None:
        self._lines, self._origin, glued = unglue(lines, looked)
        if self._origin is not None:
            looked = may_start(self._lines)
        self._starts = {at for at in looked if is_start(self._lines[at])}
        self._source = lines
        self.issues = [
            ReportIssue(
                at + 1,
                "Several records or tags on one line.",
                "They were parted.",
                quote(lines[at]),
            )
            for at in glued
        ]

    def entries(self) -> list[Entry]:
        """Return the records in file order."""
        lines = self._lines
        found: list[Entry] = []
        outside: list[int] = []
        start: int | None = None  # index of the open record's first line
        before: list[int] = []  # tag lines right before it
        starts = self._starts
        for at, line in enumerate(lines):
            if at in starts:
                if start is not None:
                    found.append(self._close(start, at, before))
                start, before = at, self._tags_before(at, outside)
            elif start is None:
                if line and not line.isspace():
                    outside.append(at)
            elif line[:1] in MAY_END and (end := END.match(line)):
                found.append(self._entry(start, at, before))
                start = None
                self._say_rest(at, end["rest"])
        if start is not None:
            found.append(self._close(start, len(lines), before))
        self.issues += outside_issues(
            self._source, list(dict.fromkeys(self._place(at)[0] for at in outside))
        )
        return found

    def _place(self, at: int) -> tuple[int, int]:
        """Index and column of a line in the file as it is."""
        return (at, 0) if self._origin is None else self._origin[at]

    def _say_rest(self, at: int, rest: str | None) -> None:
        if rest and rest.strip():
            line = self._place(at)[0] + 1
            what = "Text after an end tag (ER)."
            self.issues.append(ReportIssue(line, what, "It was skipped.", quote(rest)))

    def _tags_before(self, at: int, outside: list[int]) -> list[int]:
        """Take the tag lines right before a start tag; they belong to its record."""
        taken: list[int] = []
        while (
            outside
            and outside[-1] == at - 1 - len(taken)
            and split_ris_line(self._lines[outside[-1]])[0] is not None
        ):
            taken.insert(0, outside.pop())
        if taken:
            self.issues.append(
                ReportIssue(
                    self._place(taken[0])[0] + 1,
                    "Tags before the start tag (TY).",
                    "They were kept with the record that follows.",
                    quote(self._lines[taken[0]]),
                    len(taken),
                )
            )
        return taken

    def _close(self, start: int, stop: int, before: list[int]) -> Entry:
        """Close a record that has no end line; a counter before the next one is not its text."""
        last = stop
        while last > start + 1 and not self._lines[last - 1].strip():
            last -= 1
        counter = last - 1
        if counter > start and COUNTER.match(self._lines[counter]) and stop < len(self._lines):
            self.issues.append(skipped(self._source, self._place(counter)[0], 1))
            stop = counter
        self.issues.append(
            ReportIssue(
                self._place(start)[0] + 1,
                "A record without an end line (ER).",
                "It was ended where the next one begins, or at the end of the file.",
                quote(self._lines[start]),
            )
        )
        return self._entry(start, stop, before)

    def _entry(self, start: int, stop: int, before: list[int]) -> Entry:
        """Tags of the record in lines[start:stop] and of the lines before it."""
        lines = self._lines
        first = lines[start]
        match = START.match(first)
        column = match.end() if match else 0
        indent = first[: len(first) - len(first.lstrip())]
        body = lines[start + 1 : stop]
        if indent:
            body = [line.removeprefix(indent) for line in body]
        block = [first[column:], *(lines[at] for at in before), *body]
        at, offset = self._place(start)
        return Entry(at + 1, offset + column, parse_tagged(block, ris_splitter(block[0]), LAYOUT))
