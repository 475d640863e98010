"""Lists of authors in BibTeX: names between "and", family names first."""

from __future__ import annotations

import re
from dataclasses import dataclass

from whatworks.references.bibtex_tex import text_of_tex
from whatworks.references.names import normalise_name

__all__ = ["SUFFIX", "AuthorList", "names_of", "split_authors"]

# BibTeX writes "King, Jr., Martin", everyone else "King, Martin, Jr.".
SUFFIX = r"(?:[JS]r\.?|I{2,3}|IV|2nd|3rd|4th)"
WITH_SUFFIX = re.compile(
    rf"(?P<family>[^,]+),\s*(?P<suffix>{SUFFIX}),\s*(?P<given>[^,]+)", re.IGNORECASE
)
# Escaped signs and entities are parts of names, whatever sign they hold.
TOKEN = re.compile(r"\\.|[{}]|&#?\w+;|\s+and(?=\s)|;", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class AuthorList:
    """The names of an author field as they stand in it.

    Attributes
    ----------
    names
        Names with their TeX, without "others".
    has_others
        Whether the list ends in "and others".
    by_semicolon
        Whether the names are parted by ";", as they are nowhere in BibTeX but in some exports.
    """

    names: list[str]
    has_others: bool = False
    by_semicolon: bool = False


def split_authors(value: str) -> AuthorList:
    """Part an author field at "and" in any case, or at ";" if it has no "and"; braces are whole."""
    names = _outside_braces(value, "and")
    if len(names) == 1:
        names = _outside_braces(value, ";")
        return AuthorList(names, by_semicolon=len(names) > 1)
    if names and names[-1].casefold() == "others":
        return AuthorList(names[:-1], has_others=True)
    return AuthorList(names)


def names_of(value: str) -> list[str]:
    """Return the names of an author field as text; a name wholly in braces is a group's."""
    names = []
    for raw in split_authors(value).names:
        name = text_of_tex(raw)
        if name and not _is_group(raw):
            name = _family_first(name)
        if name:
            names.append(name.replace(";", ","))
    return names


def _outside_braces(value: str, separator: str) -> list[str]:
    """Parts of a list between separators, leaving braces whole."""
    parts: list[str] = []
    depth = start = 0
    for match in TOKEN.finditer(value):
        if match[0] == "{":
            depth += 1
        elif match[0] == "}":
            depth = max(depth - 1, 0)
        elif match[0].strip().lower() == separator and depth == 0:
            parts.append(value[start : match.start()].strip())
            start = match.end()
    return [part for part in (*parts, value[start:].strip()) if part]


def _is_group(raw: str) -> bool:
    """Whether a name is in braces: all of it, or more of its beginning than a letter's accent."""
    if not raw.startswith("{\\"):
        return raw.startswith("{")
    depth = 0
    for at, sign in enumerate(raw):
        depth += (sign == "{") - (sign == "}")
        if depth == 0:
            return at == len(raw) - 1
    return True


def _family_first(name: str) -> str:
    """Turn "Given von Family" into "von Family, Given", as BibTeX reads names without a comma."""
    if match := WITH_SUFFIX.fullmatch(name):
        return f"{match['family']}, {match['given']}, {match['suffix']}"
    if "," in name:
        return normalise_name(name)
    dotted = normalise_name(name)
    words = name.split()
    if dotted != name or len(words) == 1:
        return dotted
    at = next((i for i, word in enumerate(words[1:-1], start=1) if word[0].islower()), -1)
    return f"{' '.join(words[at:])}, {' '.join(words[:at])}"
