"""Years, pages, names and keywords in one spelling each. Every function here is idempotent."""

from __future__ import annotations

import re

__all__ = [
    "MAX_NAME",
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
DASH = re.compile(r"\s*(?:[-‐-―−]\s*)+")
DIGIT_RANGE = re.compile(r"(\d+)-(\d+)")
# "Wilson L.N.", "Mueller R. T.": initials with full stops after a family name.
DOTTED_INITIALS = re.compile(r"(\S.*?)\s+((?:[^\W\d_]\.[\s-]?){1,5})")
# "Eberth D A": single capitals.
SPACED_INITIALS = re.compile(r"(\S*[^\W\d_]{2}.*?)((?:\s[^\W\d_a-z]){1,4})")
# "Griffin DK": as MEDLINE writes names.
BARE_INITIALS = re.compile(r"(\S.*?)\s+([^\W\d_a-z]{1,4}(?:\s(?:Jr|Sr|2nd|3rd|II|III))?)\.?")
# "JE Smith": as Google Scholar writes names, with dots where it cuts the list.
LEADING_INITIALS = re.compile(r"(?:[^\W\d_a-z]{1,4}(?:\s[^\W\d_a-z]{1,3})*\s+\S.*|\.\.\.|…)")
ENTITY_SAFE_SEMICOLON = re.compile(r"(?<!&amp)(?<!&lt)(?<!&gt)(?<!&quot)(?<!&#39);")
AND = re.compile(r"\sand\s")
# What is longer is no name but text in its place.
MAX_NAME = 200
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
    if "," in text or len(text) > MAX_NAME:
        return text.rstrip(",").strip()
    patterns = [DOTTED_INITIALS, SPACED_INITIALS, *([BARE_INITIALS] if bare_initials else [])]
    for pattern in patterns:
        match = pattern.fullmatch(text)
        if match:
            return f"{match[1]}, {match[2].strip()}"
    return text


def split_names(value: str, *, pubmed: bool = False) -> list[str]:
    """Return the names of a cell that holds several.

    Separators are tried in this order: ";", "|", " and " between names with commas, line ends, and
    commas where every name has initials and no comma of its own ("Liu R., Adler D.G.", "JE Smith, A
    Jones") or the source is PubMed's CSV ("Griffin DK, Larkin DM.").
    """
    text = value.strip()
    if not text:
        return []
    if ";" in text:
        parts = text.split(";")
    elif "|" in text:
        parts = text.split("|")
    elif _has_and_between_commas(text):
        parts = re.split(r"\s+and\s+", text)
    elif "\n" in text or "\r" in text:
        parts = re.split(r"[\r\n]+", text)
    elif pubmed:
        parts = text.rstrip(".").split(",")
    elif "," in text and all(
        DOTTED_INITIALS.fullmatch(part.strip()) or LEADING_INITIALS.fullmatch(part.strip())
        for part in text.split(",")
    ):
        parts = text.split(",")
    else:
        parts = [text]
    names = [normalise_name(part, bare_initials=pubmed) for part in parts]
    return [name for name in names if name]


def _has_and_between_commas(text: str) -> bool:
    """Whether " and " stands between two commas, as between names with commas."""
    comma = text.find(",")
    match = AND.search(text, comma) if comma >= 0 else None
    return match is not None and text.find(",", match.end()) >= 0


def split_keywords(values: list[str]) -> list[str]:
    """Return single keywords from values that may hold several.

    ";" and line ends always part keywords. A comma does only where one value holds the whole
    list (at least three commas), since "Child, Preschool" is one subject heading.
    """
    words: list[str] = []
    for value in values:
        single = ";" not in value and "\n" not in value and "\r" not in value
        for line in [value] if single else re.split(r"[\r\n]+", value):
            parts = [line] if single else ENTITY_SAFE_SEMICOLON.split(line)
            words += [word for part in parts if (word := " ".join(part.split()))]
    if len(words) == 1 and words[0].count(",") >= MIN_COMMAS_OF_A_LIST:
        words = [word for word in (part.strip() for part in words[0].split(",")) if word]
    return words
