"""What a line of RIS is: the start or end of a record, a tag with its value, or more of a value."""

from __future__ import annotations

import re
from collections.abc import Callable

from whatworks.references.tagged import TagLine

__all__ = [
    "END",
    "START",
    "glued_starts",
    "is_start",
    "may_start",
    "quoted_marks",
    "ris_splitter",
    "split_ris_line",
    "unglue",
]

# Ovid numbers its records, at times on the line of the start tag itself. Some copy whole files with
# an indent. Reference Manager, tables and word processors put one blank, none, a tab or a dash.
# Mails mark quoted lines with ">". Chinese programs write wide blanks and hyphens.
DASH = "[-‐‑–—−－]"
QUOTED = re.compile(r"(?:>[ \t]?)+")
START = re.compile(
    r"(?:>[ \t]?)*[ \t\ufeff]*(?:<?\d+\.?>?\s+)?"
    rf"(?=TY(?: {{1,3}}|\t|\xa0{{1,2}}| \xa0|\xa0 |\u3000{{1,2}}){DASH}"
    rf"|(?:TY|ty){DASH}[ \t]+[A-Za-z]{{3,8}}\s*$"
    r"|ty(?: {1,2}|\t)-[ \t]*[A-Za-z]{3,8}\s*$)"
)
# What follows the hyphen of an end tag is no part of the record.
END = re.compile(
    rf"[ \t]*(?:ER(?:(?: {{2,4}}|\t|\xa0{{2}}| ?\xa0|\u3000{{1,2}}){DASH}(?P<rest>.*)"
    rf"|[ \t]{{0,2}}{DASH}?\s*)|er {{1,2}}-\s*)$"
)
TAG = re.compile(r"[A-Z][A-Z0-9]")
LOOSE_TAG_LINE = re.compile(r"([A-Z][A-Z0-9])(?: |[ \t\xa0]{2,3}|\t|\xa0)[-–—](?:[ \t\xa0](.*))?$")
LONG_TAG_LINE = re.compile(r"([A-Z][A-Z0-9]{2,5}) {1,2}-(?: (.*))?$")
# In a file whose start tag is itself written otherwise.
OTHER_TAG_LINE = re.compile(
    rf"([A-Za-z][A-Za-z0-9])([ \t\xa0\u3000]{{0,3}}){DASH}([ \t\xa0\u3000]?)(.*)$"
)
GLUED_START = re.compile(r"(?<![A-Za-z0-9])ER {1,2}-\s*(?=(?:<?\d+\.?>?\s+)?TY {1,2}-)")
# A tag and a sign of its value before the end tag.
MIN_GLUED = 11
ONE_LINE = re.compile(r"[ \t]*TY {1,2}- ?[A-Za-z]{3,8}\s+[A-Z][A-Z0-9] {1,2}- ")
INLINE_TAG = re.compile(r"\s+(?=([A-Z][A-Z0-9]) {1,2}-(?:\s|$))")

# Tags that may stand with one blank before the hyphen. "US - based schools" at the start of an
# abstract's line looks the same, so it must be a tag that RIS has.
KNOWN = frozenset(
    re.findall(
        r"\w\w",
        "A1 A2 A3 A4 AB AD AN AU AV BT C1 C2 C3 C4 C5 C6 C7 C8 CA CN CP CT CY DA DB DI DO DP ED EP "
        "ER ET ID IS J1 J2 JA JF JO KW L1 L2 L3 L4 LA LB LK M1 M2 M3 N1 N2 NV OP PB PP PY RI RN RP "
        "SE SN SP ST T1 T2 T3 TA TI TT TY U1 U2 U3 U4 U5 UR UT VL VO Y1 Y2",
    )
)
# Longer tags that vendors write; any other is read as a tag only with two blanks.
KNOWN_LONG = frozenset({"PMID", "PMCID", "DOI", "ISSN", "ISBN", "EISSN", "OWN", "STAT"})


def is_start(line: str) -> bool:
    """Return whether a record starts on this line."""
    return ("TY" in line[:24] or "ty" in line[:12]) and START.match(line) is not None


def glued_starts(line: str) -> int:
    """Count the records that start in the middle of a line, right after an end tag."""
    return len(GLUED_START.findall(line)) if "TY" in line and "ER" in line else 0


def split_ris_line(line: str) -> TagLine:
    """Return tag and value of a line, or None and the line if it continues the one before."""
    if line[2:5] == "  -":
        tag = line[:2]
        if tag in KNOWN or TAG.fullmatch(tag):
            return tag, line[5:].strip()
    head = line[2:8]
    if "-" not in head and "–" not in head and "—" not in head:
        return None, line
    if (match := LOOSE_TAG_LINE.match(line)) and match[1] in KNOWN:
        return match[1], (match[2] or "").strip()
    if (match := LONG_TAG_LINE.match(line)) and (match[1] in KNOWN_LONG or "  -" in line[:8]):
        return match[1], (match[2] or "").strip()
    return None, line


def ris_splitter(start_line: str) -> Callable[[str], TagLine]:
    """Return what tells tag lines in a record whose first tag is written as in this line."""
    if start_line[2:5] == "  -" and not start_line.startswith("ty"):
        return split_ris_line
    return _split_small if start_line.startswith("ty") else _split_other


def _split_other(line: str) -> TagLine:
    """Tag and value where tags have one blank, none or a tab, and the value may follow at once."""
    match = OTHER_TAG_LINE.match(line)
    if match and match[1] in KNOWN and (match[2] or match[3] or not match[4]):
        return match[1], match[4].strip()
    return split_ris_line(line)


def _split_small(line: str) -> TagLine:
    """Tag and value where tags are written small."""
    match = OTHER_TAG_LINE.match(line)
    if match and match[1].upper() in KNOWN and (match[3] or not match[4]):
        return match[1].upper(), match[4].strip()
    return split_ris_line(line)


def may_start(lines: list[str]) -> list[int]:
    """Return the indices of the lines that hold a start tag's letters, where to look further."""
    return [at for at, line in enumerate(lines) if "TY" in line or line[:8].lstrip()[:2] == "ty"]


def quoted_marks(lines: list[str], looked: list[int]) -> list[int] | None:
    """Return how many signs of each line mark it as quoted in a mail; None if no record is quoted.

    Parameters
    ----------
    lines : list of str
        Lines of the file.
    looked : list of int
        Indices of the lines to look at.
    """
    if not any(lines[at].startswith(">") and is_start(lines[at]) for at in looked):
        return None
    marks = [QUOTED.match(line) for line in lines]
    return [mark.end() if mark else 0 for mark in marks]


def unglue(
    lines: list[str], looked: list[int]
) -> tuple[list[str], list[tuple[int, int]] | None, list[int]]:
    """Part lines that hold the end of one record and the start of another, or a whole record.

    Parameters
    ----------
    lines : list of str
        Lines of the file.
    looked : list of int
        Indices of the lines to look at.

    Returns
    -------
    tuple
        The lines; for each its index and column in the file, or None if no line was parted; the
        indices of the lines that were.
    """
    glued = {at for at in looked if glued_starts(lines[at]) or ONE_LINE.match(lines[at])}
    ended = {at: column for at, column in _glued_ends(lines).items() if at not in glued}
    glued |= ended.keys()
    if not glued:
        return lines, None, []
    parted: list[str] = []
    origin: list[tuple[int, int]] = []
    for at, line in enumerate(lines):
        cuts = [0, ended[at]] if at in ended else _cuts(line) if at in glued else [0]
        for start, stop in zip(cuts, [*cuts[1:], len(line)], strict=True):
            parted.append(line[start:stop])
            origin.append((at, start))
    return parted, origin, sorted(glued)


def _glued_ends(lines: list[str]) -> dict[int, int]:
    """Column of an end tag that follows the last value on its line, by the index of the line.

    It is one only where a record starts on the next line with text, or the file ends.
    """
    found: dict[int, int] = {}
    for at, line in enumerate(lines):
        if len(line) > MIN_GLUED and line.endswith(("ER  -", "ER  - ")) and not END.match(line):
            following = next((text for text in lines[at + 1 :] if text.strip()), None)
            if following is None or is_start(following):
                found[at] = line.rindex("ER  -")
    return found


def _cuts(line: str) -> list[int]:
    """Columns at which the records and tags of a line begin."""
    starts = [0, *(match.end() for match in GLUED_START.finditer(line))]
    cuts: list[int] = []
    for start, stop in zip(starts, [*starts[1:], len(line)], strict=True):
        cuts.append(start)
        piece = line[start:stop]
        if ONE_LINE.match(piece):
            cuts += [
                start + match.end() for match in INLINE_TAG.finditer(piece) if match[1] in KNOWN
            ]
        elif start == 0 and len(starts) > 1:
            # The end tag may follow the last value on its line.
            last = piece.rfind("ER ")
            if last > 0:
                cuts.append(last)
    return cuts
