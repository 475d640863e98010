"""Years, pages, names and keywords in one spelling each. Every function here is idempotent."""

from __future__ import annotations

import re

__all__ = [
    "find_year",
    "is_just_a_year",
    "join_pages",
    "normalise_name",
    "normalise_pages",
    "split_keywords",
    "split_names",
]

YEAR = re.compile(r"(?<!\d)(1[5-9]\d\d|20\d\d)(?!\d)")
JUST_A_YEAR = re.compile(r"\s*(?:1[5-9]\d\d|20\d\d)[/\s]*")
DASH = re.compile(r"\s*(?:--+|[-‐-―−])\s*")
DIGIT_RANGE = re.compile(r"(\d+)-(\d+)")
# "Wilson L.N.", "Mueller R. T.": initials with full stops after a family name.
DOTTED_INITIALS = re.compile(r"(\S.*?)\s+((?:[^\W\d_]\.[\s-]?){1,5})")
# "Eberth D A": single capitals.
SPACED_INITIALS = re.compile(r"(\S*[^\W\d_]{2}.*?)((?:\s[^\W\d_a-z]){1,4})")
# "Griffin DK": as MEDLINE writes names.
BARE_INITIALS = re.compile(r"(\S.*?)\s+([^\W\d_a-z]{1,4}(?:\s(?:Jr|Sr|2nd|3rd|II|III))?)\.?")
ENTITY_SAFE_SEMICOLON = re.compile(r"(?<!&amp)(?<!&lt)(?<!&gt)(?<!&quot)(?<!&#39);")
MIN_COMMAS_OF_A_LIST = 3


def find_year(value: str) -> int | None:
    """Return the first plausible year (1500-2099) in a value; two digits are not a year."""
    match = YEAR.search(value)
    return int(match[1]) if match else None


def is_just_a_year(value: str) -> bool:
    """Return whether a value says a year and nothing more ("2018", "1989//")."""
    return JUST_A_YEAR.fullmatch(value) is not None


def normalise_pages(value: str) -> str:
    """Return pages with one hyphen and the last page written out: "1069--75" is "1069-1075"."""
    text = DASH.sub("-", " ".join(value.split()))
    match = DIGIT_RANGE.fullmatch(text)
    if match and len(match[2]) < len(match[1]):
        full = match[1][: len(match[1]) - len(match[2])] + match[2]
        if int(full) >= int(match[1]):
            return f"{match[1]}-{full}"
    return text


def join_pages(first: str, last: str | None) -> str:
    """Return first and last page as one value; a first page that holds the range stays."""
    start = normalise_pages(first)
    if not last:
        return start
    end = normalise_pages(last)
    if end == start or start.endswith("-" + end):
        return start
    return normalise_pages(f"{start}-{end}")


def normalise_name(value: str, *, bare_initials: bool = False) -> str:
    """Return a name as "Family, Given" where the parts can be told apart, else as it is.

    Parameters
    ----------
    value : str
        One name. With a comma it is left as it is.
    bare_initials : bool
        Also read "Griffin DK" as family and initials; only for sources that write names so,
        since "Task Force EU" looks the same.
    """
    text = " ".join(value.split()).strip(" ;")
    if "," in text:
        return text.rstrip(",").strip()
    patterns = [DOTTED_INITIALS, SPACED_INITIALS, *([BARE_INITIALS] if bare_initials else [])]
    for pattern in patterns:
        match = pattern.fullmatch(text)
        if match:
            return f"{match[1]}, {match[2].strip()}"
    return text


def split_names(value: str, *, pubmed: bool = False) -> list[str]:
    """Return the names of a cell that holds several.

    Separators are tried in this order: ";", " and " between names with commas, line ends, and for
    PubMed's CSV a comma ("Griffin DK, Larkin DM.").
    """
    text = value.strip()
    if not text:
        return []
    if ";" in text:
        parts = text.split(";")
    elif re.search(r",[^;]*\sand\s[^;]*,", text):
        parts = re.split(r"\s+and\s+", text)
    elif "\n" in text or "\r" in text:
        parts = re.split(r"[\r\n]+", text)
    elif pubmed:
        parts = text.rstrip(".").split(",")
    else:
        parts = [text]
    names = [normalise_name(part, bare_initials=pubmed) for part in parts]
    return [name for name in names if name]


def split_keywords(values: list[str]) -> list[str]:
    """Return single keywords from values that may hold several.

    ";" and line ends always part keywords. A comma does only where one value holds the whole
    list (at least three commas), since "Child, Preschool" is one subject heading.
    """
    parts = [
        " ".join(part.split())
        for value in values
        for line in re.split(r"[\r\n]+", value)
        for part in ENTITY_SAFE_SEMICOLON.split(line)
    ]
    words = [part for part in parts if part]
    if len(words) == 1 and words[0].count(",") >= MIN_COMMAS_OF_A_LIST:
        words = [word for word in (part.strip() for part in words[0].split(",")) if word]
    return words
