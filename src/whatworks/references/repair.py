"""Repair of text that earlier tools damaged, with an account of every repair."""

from __future__ import annotations

import re

from whatworks.references.import_report import ReportIssue, quote
from whatworks.references.lines import split_lines

__all__ = ["repair_lines"]

# A UTF-8 sequence that a tool wrote out byte by byte, such as <e2><80><94> for a dash. The first
# byte must be a lead byte and the number of followers must match, so that "<3>" or "<b>" stay.
BYTE_ESCAPE = re.compile(
    r"<[cd][0-9a-f]><[89ab][0-9a-f]>"
    r"|<e[0-9a-f]>(?:<[89ab][0-9a-f]>){2}"
    r"|<f[0-7]>(?:<[89ab][0-9a-f]>){3}",
    re.IGNORECASE,
)


def repair_lines(text: str) -> tuple[list[str], list[ReportIssue]]:
    """Split a text into lines and repair each: written-out bytes, NUL characters.

    The number of lines never changes, so that line numbers stay those of the file.

    Returns
    -------
    tuple
        The lines, and one issue per repaired line.
    """
    lines = split_lines(text)
    issues: list[ReportIssue] = []
    for number, line in enumerate(lines, start=1):
        if "\0" in line:
            issues.append(
                ReportIssue(number, "NUL characters.", "They were removed.", quote(_visible(line)))
            )
            line = line.replace("\0", "")
        if "<" in line:
            mended = BYTE_ESCAPE.sub(_decode_escape, line)
            if mended != line:
                found = [m[0] for m in BYTE_ESCAPE.finditer(line)]
                issues.append(
                    ReportIssue(
                        number,
                        "Characters written out as bytes.",
                        "They were put back as characters.",
                        quote(" ".join(found)),
                    )
                )
                line = mended
        lines[number - 1] = line
    return lines, issues


def _visible(line: str) -> str:
    """Line with its NULs shown."""
    return line.replace("\0", "␀")


def _decode_escape(match: re.Match[str]) -> str:
    """Character of one written-out sequence; the escape itself where the bytes mean nothing."""
    data = bytes.fromhex(match[0].replace("<", "").replace(">", ""))
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return match[0]
