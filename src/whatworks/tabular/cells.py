"""From the text of one cell to a value, or a sentence on what stands there and what to do."""

from __future__ import annotations

import re

__all__ = [
    "CellError",
    "is_missing",
    "parse_boolean",
    "parse_integer",
    "parse_number",
    "parse_text",
]

# What R, Python, SPSS exports and Excel write where there is no value; compared in lower case.
MISSING_MARKERS = frozenset({"", "na", "n/a", "nan", "null", "#n/a"})

TRUE_WORDS = frozenset({"true", "t", "yes", "y", "1"})
# More digits than the stores and spreadsheets of this world hold exactly.
MAX_DIGITS = 18

FALSE_WORDS = frozenset({"false", "f", "no", "n", "0"})

# Spaces used between thousands: no-break, thin and narrow no-break.
GROUP_SPACES = re.compile(r"(?<=\d)[ \u00a0\u2009\u202f](?=\d{3}(?!\d))")
PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


class CellError(ValueError):
    """A cell that cannot be read; `found` and `fix` are one sentence each."""

    def __init__(self, found: str, fix: str) -> None:
        self.found = found
        self.fix = fix
        super().__init__(f"{found} {fix}")


def is_missing(text: str) -> bool:
    """Say whether a cell holds no value: empty, NA, N/A, NaN, null or #N/A, in any case."""
    return text.strip().lower() in MISSING_MARKERS


def parse_text(text: str) -> str | None:
    """Return the text without surrounding blanks, or None for a missing value."""
    return None if is_missing(text) else text.strip()


def parse_number(text: str) -> float | None:
    """Return the number in a cell, or None for a missing value.

    A comma is read as the decimal sign or as a thousands sign only where there is one reading:
    "0,35" and "1,5" are decimals, "1,234,567" and "1,234.5" have thousands, and "1,234" alone is
    refused.

    Raises
    ------
    CellError
        The cell holds something else, or a comma that can be read in two ways.
    """
    if is_missing(text):
        return None
    cleaned = _unsigned_minus(text.strip())
    if re.fullmatch(r"[+-]?[1-9]\d{0,2},\d{3}", cleaned):
        whole = cleaned.replace(",", "")
        raise CellError(
            f'Found "{text.strip()}", which can be read as {whole} or as '
            f"{cleaned.replace(',', '.')}.",
            "Write it without the comma.",
        )
    return _to_float(text, cleaned)


def parse_integer(text: str) -> int | None:
    """Return the whole number in a cell, or None for a missing value; "1,234" is 1234.

    Raises
    ------
    CellError
        The cell holds something else, a number with a fraction, or more than 18 digits.
    """
    if is_missing(text):
        return None
    value = _whole_number(text)
    if abs(value) >= 10**MAX_DIGITS:
        raise CellError(f'Found "{text.strip()}", which is too large.', "Check the number.")
    return value


def _whole_number(text: str) -> int:
    """Return the whole number in a cell that is not empty."""
    cleaned = _unsigned_minus(text.strip())
    if re.fullmatch(r"[+-]?[1-9]\d{0,2}(,\d{3})+", cleaned):
        return int(cleaned.replace(",", ""))
    if re.fullmatch(r"[+-]?\d+", cleaned):
        return int(cleaned)
    try:
        value = _to_float(text, cleaned)
    except CellError as error:
        raise CellError(
            error.found, "Write a whole number, such as 24, or leave the cell empty."
        ) from None
    if not value.is_integer():
        raise CellError(f'Found "{text.strip()}", which is not a whole number.', "Write a count.")
    return int(value)


def parse_boolean(text: str) -> bool | None:
    """Return True for true, t, yes, y, 1; False for false, f, no, n, 0; None if missing.

    Raises
    ------
    CellError
        The cell holds something else.
    """
    word = text.strip().lower()
    if word in MISSING_MARKERS:
        return None
    if word in TRUE_WORDS:
        return True
    if word in FALSE_WORDS:
        return False
    # Statistical packages write flags as 1.0 and 0.0.
    if re.fullmatch(r"[01]\.0+", word):
        return word.startswith("1")
    raise CellError(f'Found "{text.strip()}".', "Write yes or no, or leave the cell empty.")


def _unsigned_minus(text: str) -> str:
    """Write typographic minus signs as "-" and drop blanks between thousands."""
    return GROUP_SPACES.sub("", text.replace("\u2212", "-").replace("\u2013", "-"))


def _to_float(text: str, cleaned: str) -> float:
    """Read a number whose separators have one reading."""
    if re.fullmatch(r"[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d*)?", cleaned):
        cleaned = cleaned.replace(",", "")
    elif re.fullmatch(r"[+-]?[1-9]\d{0,2}(\.\d{3})+,\d*", cleaned):
        cleaned = cleaned.replace(".", "").replace(",", ".")
    elif cleaned.count(",") == 1 and "." not in cleaned:
        cleaned = cleaned.replace(",", ".")
    if not PLAIN.fullmatch(cleaned):
        fix = "Write a number, such as 0.35, or leave the cell empty."
        if cleaned.endswith("%"):
            fix = "Write the number without the per cent sign."
        raise CellError(f'Found "{text.strip()}", which is not a number.', fix)
    value = float(cleaned)
    if value in (float("inf"), float("-inf")):
        raise CellError(f'Found "{text.strip()}", which is too large.', "Check the number.")
    return value
