"""Rows of a table that are no records: names of columns, lines of dashes, totals at the end."""

from __future__ import annotations

import re
from collections.abc import Sequence

from whatworks.references.csv_fields import ALIASES, KNOWN, plain_name

__all__ = ["TITLES", "is_footer", "is_rule", "n_footers", "names_columns"]

TITLES = frozenset(ALIASES["title"].split("|"))
# A row that names so many known columns, and is mostly of such names, begins a new table.
MIN_NAMES = 3
# Longer than the name of any column.
MAX_NAME = 60
RULE = re.compile(r":?-{2,}:?|={3,}")
COUNTED = r"(?:records?|results?|references?|citations?|articles?|studies|rows?|items?|hits)"
FOOTER = re.compile(
    rf"(?:grand\s+)?total(?:\s+(?:number\s+of\s+)?{COUNTED})?\s*[:=]?\s*[\d,. ]*"
    rf"|(?:number\s+of\s+)?{COUNTED}\s*[:=]\s*[\d,. ]+"
    rf"|[\d,. ]+{COUNTED}(?:\s+(?:exported|found|in\s+total))?"
    r"|(?:exported|downloaded|generated|retrieved|printed)\s*(?::|\b(?:from|by|on|at|in|using)\b).*"
    r"|(?:source|copyright)\s*:.*|(?:copyright\s*)?(?:©|\(c\))\s*(?:19|20)\d\d\b.*"
    r"|copyright\s+(?:19|20)\d\d\b.*",
    re.IGNORECASE | re.DOTALL,
)
NUMBER = re.compile(r"[\d,. ]+")
# A table of titles alone has one filled cell in each row.
MIN_FILLED = 2


def names_columns(cells: Sequence[str]) -> bool:
    """Return whether a row is a header: most cells are known names, and one is a name for titles."""
    if any(len(cell) > MAX_NAME for cell in cells):
        return False
    filled = [cell for cell in cells if cell.strip()]
    if len(filled) < MIN_NAMES:
        return False
    names = {plain_name(cell) for cell in filled}
    n_known = len(names & KNOWN)
    return bool(names & TITLES) and n_known >= MIN_NAMES and 2 * n_known > len(filled)


def is_rule(cells: Sequence[str]) -> bool:
    """Return whether a row is a line of dashes, as below the header of a table in Markdown."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    return bool(filled) and all(RULE.fullmatch(cell) for cell in filled)


def is_footer(cells: Sequence[str]) -> bool:
    """Return whether a row says something about the table: a total, when and where it was made."""
    filled = [" ".join(cell.split()) for cell in cells if cell.strip()]
    if len(filled) == MIN_FILLED and NUMBER.fullmatch(filled[1]):
        filled.pop()
    return len(filled) == 1 and FOOTER.fullmatch(filled[0]) is not None


def n_footers(rows: Sequence[Sequence[str]]) -> int:
    """Return how many rows at the end of a table are about it; none where no row has two cells."""
    n = 0
    while n < len(rows) and is_footer(rows[-1 - n]):
        n += 1
    is_full = any(
        sum(bool(cell.strip()) for cell in row) >= MIN_FILLED for row in rows[: len(rows) - n]
    )
    return n if is_full else 0
