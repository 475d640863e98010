"""Lines of RIS that went through a spreadsheet: it puts some of them in quotation marks."""

from __future__ import annotations

import re

from whatworks.references.import_report import ReportIssue, quote

__all__ = ["without_quotes"]

# "AU  - Smith, Ann",,: one cell with a tag, and empty cells after it.
QUOTED = re.compile(r'"([A-Z][A-Z0-9] {0,2}-(?:[^"]|"")*)"[,;\t]*')
START = re.compile(r'"?TY {0,2}- {0,2}[A-Z]{3,}')


def without_quotes(lines: list[str], issues: list[ReportIssue]) -> list[str]:
    """Return the lines of a file without the marks that a spreadsheet put around tags and values.

    Parameters
    ----------
    lines : list of str
        Lines of the file; other than RIS they come back as they are.
    issues : list of ReportIssue
        What was repaired is added to it.
    """
    first = next((line for line in lines if line.strip()), "")
    if START.match(first) is None:
        return lines
    found = {
        at: match for at, line in enumerate(lines) if (match := QUOTED.fullmatch(line.rstrip()))
    }
    if not found:
        return lines
    at = min(found)
    issues.append(
        ReportIssue(
            at + 1,
            f"Lines in quotation marks ({len(found):,}), as a spreadsheet saves them.",
            "The marks were taken off.",
            quote(lines[at]),
        )
    )
    return [
        found[at][1].replace('""', '"') if at in found else line for at, line in enumerate(lines)
    ]
