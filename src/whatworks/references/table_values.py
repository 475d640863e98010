"""What a cell of a table means: formulas that only show a text, words for nothing, pages as dates."""

from __future__ import annotations

import re

__all__ = [
    "DONE_TO_CELLS",
    "EMPTY_WORD",
    "FORMULA",
    "MADE_A_DATE",
    "MAY_BE_A_DATE",
    "is_empty_word",
    "pages_from_date",
    "shown_texts",
]

FORMULA = "A cell that is a formula."
EMPTY_WORD = "A word for an empty cell."
MADE_A_DATE = "Pages that a spreadsheet made a date."
MAY_BE_A_DATE = "Pages that a spreadsheet may have made a date."
# What was done about each, for the report.
DONE_TO_CELLS = {
    FORMULA: "What it shows was read.",
    EMPTY_WORD: "It was read as empty.",
    MADE_A_DATE: "They were turned back; compare them with the source.",
    MAY_BE_A_DATE: "They were kept; compare them with the source.",
}
# As R, Python, SQL and spreadsheets write nothing; "Na" is a family name.
EMPTY_WORDS = frozenset(
    {"NA", "N/A", "n/a", "#N/A", "NULL", "null", "NaN", "nan", "#NAME?", "#REF!", "#VALUE!"}
    | {"NA()", "=NA()"}
)
# "[No author name available]" is Scopus's.
EMPTY_PHRASE = re.compile(r"\[No [a-z ()]{3,40} (?:available|found|given)\]", re.IGNORECASE)
TEXT_FORMULA = re.compile(r'="((?:[^"]|"")*)"')
LINK_FORMULA = re.compile(
    r'=HYPERLINK\(\s*"((?:[^"]|"")*)"\s*(?:[,;]\s*"?((?:[^"]|"")*)"?\s*)?\)', re.IGNORECASE
)
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
DAY_MONTH = re.compile(rf"(\d{{1,2}})[-. /]({'|'.join(MONTHS)})", re.IGNORECASE)
MONTH_YEAR = re.compile(rf"({'|'.join(MONTHS)})[-. /](\d{{2}})", re.IGNORECASE)
ISO_DATE = re.compile(r"(?:19|20)\d\d-(\d\d)-(\d\d)")
LIKE_A_DATE = re.compile(
    rf"(?:{'|'.join(MONTHS)})[a-z]*[-. /]\d{{1,4}}"
    rf"|\d{{1,2}}[-. /](?:{'|'.join(MONTHS)})[a-z]*(?:[-. /]\d{{2,4}})?"
    r"|\d{1,2}/\d{1,2}/(?:\d{2}|\d{4})|\d{1,2}\.\d{1,2}\.(?:19|20)\d\d"
    r"|(?:19|20)\d\d-\d\d-\d\d",
    re.IGNORECASE,
)


def is_empty_word(text: str) -> bool:
    """Return whether a cell holds nothing, or a word that programs write for nothing."""
    bare = text.strip()
    if bare.startswith("["):
        return EMPTY_PHRASE.fullmatch(bare) is not None
    return not bare or bare in EMPTY_WORDS


def shown_texts(cell: str) -> list[str]:
    """Return what a formula shows (and the address it leads to); of any other cell its text.

    Examples
    --------
    >>> shown_texts('="12-19"')
    ['12-19']
    >>> shown_texts('=HYPERLINK("https://example.org/a","Read")')
    ['Read', 'https://example.org/a']
    """
    if not cell.startswith("="):
        return [cell]
    text = TEXT_FORMULA.fullmatch(cell)
    if text:
        return [found] if (found := _unquoted(text[1])) else []
    link = LINK_FORMULA.fullmatch(cell)
    if link:
        parts = [_unquoted(part) for part in (link[2] or "", link[1])]
        return list(dict.fromkeys(part for part in parts if part))
    return [cell]


def pages_from_date(pages: str) -> tuple[str, str | None]:
    """Return pages, turned back where a spreadsheet surely made them a date, and what to tell.

    "12-19" becomes "19-Dec" where months come first, "Dec-19" where days do. The two numbers are
    known then, and the order of pages tells which is the first. "9-Nov" stays: it may have been
    "9-11" or "11-9", which is short for 11-19.

    Returns
    -------
    tuple
        The pages, and `MADE_A_DATE`, `MAY_BE_A_DATE` or None.
    """
    text = pages.strip()
    if LIKE_A_DATE.fullmatch(text) is None:
        return pages, None
    if found := MONTH_YEAR.fullmatch(text):
        first, last = _month(found[1]), int(found[2])
        # A year of "05" was not a page: pages have no leading zeros.
        if found[2][0] != "0" and last > first:
            return f"{first}-{last}", MADE_A_DATE
    elif found := DAY_MONTH.fullmatch(text) or ISO_DATE.fullmatch(text):
        day, month = (
            (int(found[2]), int(found[1]))
            if found.re is ISO_DATE
            else (int(found[1]), _month(found[2]))
        )
        # A whole date of the first of a month may have been a month and a year.
        if not (found.re is ISO_DATE and day == 1) and not _may_be_short(day, month):
            return f"{min(day, month)}-{max(day, month)}", MADE_A_DATE
    return pages, MAY_BE_A_DATE


def _month(name: str) -> int:
    return MONTHS.index(name.lower()) + 1


def _may_be_short(one: int, other: int) -> bool:
    """Whether two numbers may be a range whose last page is written short, such as 11-9."""
    low, high = sorted((one, other))
    return low == high or (low < 10 <= high and low > high % 10)


def _unquoted(text: str) -> str:
    return text.replace('""', '"').strip()
