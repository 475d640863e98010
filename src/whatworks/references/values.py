"""Years, pages and keywords in one spelling each. Every function here is idempotent."""

from __future__ import annotations

import re

from whatworks.references.entities import split_at_semicolons

__all__ = [
    "find_year",
    "is_just_a_year",
    "join_pages",
    "normalise_pages",
    "split_keywords",
]

YEAR = re.compile(r"(?<!\d)(1[5-9]\d\d|20\d\d)(?!\d)")
# "20190501", as programs write days.
DAY = re.compile(r"\s*(1[5-9]\d\d|20\d\d)(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\s*")
JUST_A_YEAR = re.compile(r"\s*(?:1[5-9]\d\d|20\d\d)[/\s]*")
DASH = re.compile(r"\s*(?:[-‐-―−]\s*)+")
# "pp. 12-19", "p. e5"; not the poster "P 12".
PAGE_LABEL = re.compile(
    r"^(?:(?:pages?|pp|pgs?)(?:[.:]\s*|\s+)|p[.:]\s*|pp(?=\d))+(?=[A-Z]{0,2}\d|[ivxlc]+\b)",
    re.IGNORECASE,
)
DIGIT_RANGE = re.compile(r"(\d{1,12})-(\d{1,12})")
# "S112-9": pages of supplements, abstracts and electronic journals. Posters ("P3-12") are no ranges.
LETTERED_RANGE = re.compile(r"([SAEsae])(\d{1,12})-(?:\1)?([1-9]\d{0,11})")
MIN_COMMAS_OF_A_LIST = 3


def find_year(value: str) -> int | None:
    """Return the first plausible year (1500-2099) in a value; two digits are not a year.

    Of a longer number only a day written as one ("20190501") has a year.
    """
    match = YEAR.search(value) or DAY.fullmatch(value)
    return int(match[1]) if match else None


def is_just_a_year(value: str) -> bool:
    """Return whether a value says a year and nothing more ("2018", "1989//")."""
    return JUST_A_YEAR.fullmatch(value) is not None


def normalise_pages(value: str) -> str:
    """Return pages with one hyphen, without "pp.", and with the last page written out.

    "1069--75" is "1069-1075", "pp. S112-9" is "S112-S119".
    """
    text = DASH.sub("-", " ".join(value.split()))
    if text.startswith(("p", "P")):
        text = PAGE_LABEL.sub("", text)
    if match := DIGIT_RANGE.fullmatch(text):
        return f"{match[1]}-{_written_out(match[1], match[2])}"
    if match := LETTERED_RANGE.fullmatch(text):
        letter, first, last = match.groups()
        full = _written_out(first, last)
        if len(last) <= len(first) and int(full) >= int(first):
            return f"{letter}{first}-{letter}{full}"
    return text


def _written_out(first: str, last: str) -> str:
    """Last page with the digits that it shares with the first; "180-20" shares none."""
    full = first[: max(len(first) - len(last), 0)] + last
    return full if int(full) >= int(first) else last


def join_pages(first: str, last: str | None) -> str:
    """Return first and last page as one value; a page that holds the range is it."""
    start = normalise_pages(first)
    if not last:
        return start
    end = normalise_pages(last)
    if end == start or start.endswith("-" + end):
        return start
    if end.startswith(start + "-"):
        return end
    return normalise_pages(f"{start}-{end}")


def split_keywords(values: list[str]) -> list[str]:
    """Return single keywords from values that may hold several.

    ";" and line ends always part keywords. A comma does only where one value holds the whole
    list (at least three commas), since "Child, Preschool" is one subject heading.
    """
    words: list[str] = []
    for value in values:
        single = ";" not in value and "\n" not in value and "\r" not in value
        for line in [value] if single else re.split(r"[\r\n]+", value):
            parts = [line] if single else split_at_semicolons(line)
            words += [word for part in parts if (word := " ".join(part.split()))]
    if len(words) == 1 and words[0].count(",") >= MIN_COMMAS_OF_A_LIST:
        words = [word for word in (part.strip() for part in words[0].split(",")) if word]
    return words
