"""What an import says about itself: counts, and every line that was skipped or repaired."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from whatworks.references.nouns import RawFile, Record

__all__ = ["ImportReport", "ImportResult", "ReportIssue"]

MAX_QUOTED = 80


@dataclass(frozen=True, slots=True)
class ReportIssue:
    """One place of a file that was skipped, repaired or not understood.

    Attributes
    ----------
    line
        Line of the file it starts at (1 is the first).
    what
        What was found, as a sentence.
    done
        What was done about it, as a sentence.
    text
        The beginning of what stands there; empty where there is nothing to quote.
    n_lines
        How many lines it spans.
    """

    line: int
    what: str
    done: str
    text: str = ""
    n_lines: int = 1

    def describe(self) -> str:
        """Return the issue as one line."""
        quoted = f' "{self.text}"' if self.text else ""
        return f"line {self.line}: {self.what}{quoted} {self.done}"


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The account of one import.

    Attributes
    ----------
    file
        Name of the file as the person gave it.
    format
        Recognised format, by its name in `formats.FORMATS`.
    n_start_tags
        Record starts counted in the text without a parser (data rows for CSV).
    n_records
        Records that came out. Equal to `n_start_tags` unless an issue says why not.
    encoding
        Character encoding the file was read with.
    had_bom
        Whether it began with a byte-order mark.
    line_endings
        LF, CRLF, CR, mixed, or none for a file of one line.
    issues
        Every line skipped, repaired or not understood, in file order.
    """

    file: str
    format: str
    n_start_tags: int
    n_records: int
    encoding: str
    had_bom: bool
    line_endings: str
    issues: tuple[ReportIssue, ...]

    def _about(self) -> list[str]:
        """Format, and how its text was read if it is text."""
        if self.encoding == "binary":
            return [self.format]
        return [self.format, self.encoding, f"line ends {self.line_endings}"]

    def summary(self) -> str:
        """Return the account for a person: counts, then each kind of issue with its number."""
        head = (
            f"{self.file}: {_counted(self.n_records, 'record')} from "
            f"{_counted(self.n_start_tags, 'record start')} "
            f"({', '.join(self._about())})."
        )
        return "\n".join([head, *self.kinds()])

    def kinds(self) -> list[str]:
        """Return a line for each kind of issue: how often it came, and where first."""
        counts = Counter((issue.what, issue.done) for issue in self.issues)
        return [
            f"{n:,} x (first at line {self._first(*kind)}) {' '.join(kind)}"
            for kind, n in counts.items()
        ]

    def _first(self, what: str, done: str) -> int:
        return next(i.line for i in self.issues if (i.what, i.done) == (what, done))


@dataclass(frozen=True, slots=True)
class ImportResult:
    """A read file: its records, the file itself as a noun, and the account of reading it."""

    records: tuple[Record, ...]
    raw_file: RawFile
    report: ImportReport


def _counted(n: int, noun: str) -> str:
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def quote(text: str) -> str:
    """Return the beginning of a text on one line, for an issue."""
    line = " ".join(text.split())
    return line if len(line) <= MAX_QUOTED else line[: MAX_QUOTED - 1] + "…"
