"""Files that hold records of several line formats, as when exports were put together: told apart by lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from whatworks.references.entries import Parsed
from whatworks.references.import_report import ReportIssue

__all__ = ["lines_of_each", "only_these", "together"]

IsLine = Callable[[list[str], int], bool]
# How the first line of a record begins, by format: all other lines need no closer look.
BEGINNINGS: Mapping[str, tuple[str, ...]] = {
    "ris": ("TY  -", "TY -"),
    "nbib": ("PMID-", "PMID -", "PMC -", "OWN -"),
    "wos": ("FN ", "PT "),
    "ovid": ("<", "VN  -"),
    "cochrane": ("Record #",),
    "enw": ("%0 ",),
    "refworks": ("RT ",),
    "bibtex": ("@",),
}
# What may end a record: after it, and after a blank line, another format may begin.
ENDS = ("ER", "EF", "}", ")")


def lines_of_each(
    lines: list[str], first: str, by_line: Mapping[str, IsLine]
) -> dict[str, list[range]]:
    """Return for each format of a file the runs of lines that are its own, in file order.

    A run ends where a record of another format begins, after a blank line or the end of a record: within
    an abstract such a line is text.

    Parameters
    ----------
    lines : list of str
    first : str
        Format in which the file begins.
    by_line : mapping of str to callable
        By format, whether a line starts a record of it.
    """
    beginnings = tuple(words for name in by_line for words in BEGINNINGS.get(name, ()))
    runs: dict[str, list[range]] = {}
    now, start = first, 0
    for at, line in enumerate(lines):
        if not line.startswith(beginnings) or line.startswith(BEGINNINGS[now]):
            continue
        other = _begins(lines, at, now, by_line)
        if other is not None:
            runs.setdefault(now, []).append(range(start, at))
            now, start = other, at
    runs.setdefault(now, []).append(range(start, len(lines)))
    return runs


def _begins(lines: list[str], at: int, now: str, by_line: Mapping[str, IsLine]) -> str | None:
    """Return the other format of which a record begins on this line, if it does."""
    before = lines[at - 1].strip() if at else ""
    if before and not before.startswith(ENDS) and not before.endswith(("}", ")")):
        return None
    for name, is_line in by_line.items():
        if name != now and lines[at].startswith(BEGINNINGS[name]) and is_line(lines, at):
            return name
    return None


def only_these(lines: list[str], runs: Sequence[range]) -> list[str]:
    """Return all lines with those outside the runs blank, so that line numbers hold."""
    kept = [""] * len(lines)
    for run in runs:
        kept[run.start : run.stop] = lines[run.start : run.stop]
    return kept


def together(parts: Sequence[tuple[str, Parsed]], labels: Mapping[str, str]) -> Parsed:
    """Return the records of all formats of one file as one, in file order."""
    told = ", ".join(f"{labels[name]} ({parsed.n_start_tags:,})" for name, parsed in parts)
    issue = ReportIssue(
        1, f"The file holds records of several formats: {told}.", "Each was read as what it is."
    )
    return Parsed(
        sum(parsed.n_start_tags for _, parsed in parts),
        sorted(
            (replace(entry, format=name) for name, parsed in parts for entry in parsed.entries),
            key=lambda entry: (entry.line, entry.column),
        ),
        [issue, *(one for _, parsed in parts for one in parsed.issues)],
    )
