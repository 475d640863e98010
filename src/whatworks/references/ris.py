"""RIS files in all their dialects: cut into records, then into tags."""

from __future__ import annotations

from whatworks.references.entries import Entry, Parsed
from whatworks.references.import_report import ReportIssue, quote
from whatworks.references.outside import COUNTER, outside_issues, skipped
from whatworks.references.ris_doubts import MAY_END, headless_starts, text_like_tags
from whatworks.references.ris_lines import (
    END,
    START,
    glued_starts,
    is_start,
    may_start,
    quoted_marks,
    ris_splitter,
    split_ris_line,
    unglue,
)
from whatworks.references.tagged import LAYOUT, parse_tagged

__all__ = ["count_ris_starts", "parse_ris"]


def count_ris_starts(lines: list[str]) -> int:
    """Count where a record starts: at the beginning of a line, or right after an end tag.

    Tags that come to an end tag without a start tag before them count as one.
    """
    looked = may_start(lines)
    return _count(lines, looked) + len(_Cutter(lines, looked).headless)


def _count(lines: list[str], looked: list[int]) -> int:
    return sum(is_start(lines[at]) + glued_starts(lines[at]) for at in looked)


def parse_ris(lines: list[str]) -> Parsed:
    """Cut a RIS file into records and each record into tags.

    A record runs from its start tag (TY) to its end tag (ER), or to the next start tag where the
    end is missing. Tags that stand right before a start tag belong to its record; tags with a title
    and an author that come to an end tag are a record that lost its start tag. Every other line
    outside a record is reported.
    """
    looked = may_start(lines)
    cutter = _Cutter(lines, looked)
    n_starts = _count(lines, looked) + len(cutter.headless)
    return Parsed(n_starts, cutter.entries(), cutter.issues)


class _Cutter:
    """One walk over the lines of a file: what is found, and what is said about it."""

    def __init__(self, lines: list[str], looked: list[int]) -> None:
        self._marks = quoted_marks(lines, looked)
        if self._marks is not None:
            lines = [line[n:] for line, n in zip(lines, self._marks, strict=True)]
        self._lines, self._origin, glued = unglue(lines, looked)
        if self._origin is not None:
            looked = may_start(self._lines)
        self._starts = {at for at in looked if is_start(self._lines[at])}
        self.headless = frozenset(headless_starts(self._lines, self._starts))
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
        if self._marks is not None:
            quoted = [at for at, n in enumerate(self._marks) if n]
            what = "Lines that a mail quotes (>)."
            self.issues.append(
                ReportIssue(quoted[0] + 1, what, "The marks were taken off.", n_lines=len(quoted))
            )

    def entries(self) -> list[Entry]:
        """Return the records in file order."""
        lines = self._lines
        found: list[Entry] = []
        outside: list[int] = []
        start: int | None = None  # index of the open record's first line
        before: list[int] = []  # tag lines right before it
        starts = self._starts | self.headless
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
        at, column = (at, 0) if self._origin is None else self._origin[at]
        return at, column + (self._marks[at] if self._marks is not None else 0)

    def _say_rest(self, at: int, rest: str | None) -> None:
        if rest and rest.strip():
            line = self._place(at)[0] + 1
            what = "Text after an end tag (ER)."
            self.issues.append(ReportIssue(line, what, "It was skipped.", quote(rest)))

    def _tags_before(self, at: int, outside: list[int]) -> list[int]:
        """Take the tag lines right before a start tag; they belong to its record."""
        taken: list[int] = []
        if at in self.headless:
            self.issues.append(
                ReportIssue(
                    self._place(at)[0] + 1,
                    "A record without its start tag (TY).",
                    "It was kept, as of no known kind.",
                    quote(self._lines[at]),
                )
            )
            return taken
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
        for in_body in text_like_tags([first[column:], *body]):
            # An indent keeps it from being read as a tag.
            body[in_body - 1] = f" {body[in_body - 1]}"
            self.issues.append(
                ReportIssue(
                    self._place(start + in_body)[0] + 1,
                    "A line of an abstract or note that looks like a tag.",
                    "It was read as text.",
                    quote(body[in_body - 1]),
                )
            )
        block = [first[column:], *(lines[at] for at in before), *body]
        at, offset = self._place(start)
        return Entry(at + 1, offset + column, parse_tagged(block, ris_splitter(block[0]), LAYOUT))
