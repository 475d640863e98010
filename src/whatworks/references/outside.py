"""Lines that stand outside records: counters, headings, links. Each run of them is reported once."""

from __future__ import annotations

import re

from whatworks.references.import_report import ReportIssue, quote

__all__ = ["COUNTER", "outside_issues", "skipped"]

COUNTER = re.compile(r"\s*<?\d+\s*[.>]*\s*$")


def outside_issues(lines: list[str], outside: list[int]) -> list[ReportIssue]:
    """Return one issue for each run of lines.

    Parameters
    ----------
    lines : list of str
        All lines of the file.
    outside : list of int
        Indices of the lines that belong to no record and are not blank, in order.
    """
    issues: list[ReportIssue] = []
    start = 0
    for end in range(1, len(outside) + 1):
        if end == len(outside) or outside[end] != outside[end - 1] + 1:
            issues.append(skipped(lines, outside[start], end - start))
            start = end
    return issues


def skipped(lines: list[str], at: int, n_lines: int) -> ReportIssue:
    """Return the issue of lines that were skipped."""
    text = quote(" ".join(lines[at : at + n_lines]))
    if n_lines == 1 and COUNTER.match(lines[at]):
        return ReportIssue(at + 1, "A counter before a record.", "It was skipped.", text)
    return ReportIssue(at + 1, "Text outside any record.", "It was skipped.", text, n_lines)
