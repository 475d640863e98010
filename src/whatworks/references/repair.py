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
# Marks that joining files leaves at the beginnings of lines: byte-order marks, zero-width blanks,
# form feeds; and the end mark of DOS.
STRAY_MARKS = re.compile("^[\ufeff\u200b\u200e\u2060\x0c\x1a]+|\x1a+$")
DAMAGE = "\0\ufeff\u200b\u200e\u2060\x0c\x1a"


def repair_lines(text: str) -> tuple[list[str], list[ReportIssue]]:
    """Split a text into lines and repair each: written-out bytes, NUL characters, stray marks.

    The number of lines never changes, so that line numbers stay those of the file.

    Returns
    -------
    tuple
        The lines, and one issue per repair.
    """
    lines = split_lines(text)
    issues: list[ReportIssue] = []
    if any(sign in text for sign in DAMAGE):
        lines = [_without_marks(line, number, issues) for number, line in enumerate(lines, 1)]
    if "><" in text and BYTE_ESCAPE.search(text):
        lines = [_unescaped(line, number, issues) for number, line in enumerate(lines, 1)]
    return lines, issues


def _without_marks(line: str, number: int, issues: list[ReportIssue]) -> str:
    """Line without NUL characters and stray marks."""
    if "\0" in line:
        issues.append(
            ReportIssue(number, "NUL characters.", "They were removed.", quote(_visible(line)))
        )
        line = line.replace("\0", "")
    bare = STRAY_MARKS.sub("", line)
    if bare != line:
        issues.append(
            ReportIssue(
                number,
                "Marks that are no text (a byte-order mark, a page break or an end mark).",
                "They were removed.",
                quote(bare),
            )
        )
    return bare


def _unescaped(line: str, number: int, issues: list[ReportIssue]) -> str:
    """Line with characters where their bytes were written out."""
    mended = BYTE_ESCAPE.sub(_decode_escape, line)
    if mended != line:
        found = " ".join(match[0] for match in BYTE_ESCAPE.finditer(line))
        issues.append(
            ReportIssue(
                number,
                "Characters written out as bytes.",
                "They were put back as characters.",
                quote(found),
            )
        )
    return mended


def _visible(line: str) -> str:
    return line.replace("\0", "␀")


def _decode_escape(match: re.Match[str]) -> str:
    """Character of one written-out sequence; the escape itself where the bytes mean nothing."""
    data = bytes.fromhex(match[0].replace("<", "").replace(">", ""))
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return match[0]
