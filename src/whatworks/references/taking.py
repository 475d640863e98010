"""How fields are taken from tags: the rules that all formats share."""

from __future__ import annotations

import re
from collections.abc import Iterable

from whatworks.references.entries import Tags
from whatworks.references.identifiers import (
    find_doi,
    find_pmid_in_url,
    normalise_doi,
    serial_numbers,
)
from whatworks.references.values import find_year, is_just_a_year

__all__ = [
    "joined",
    "pmid_from_urls",
    "take_doi",
    "take_longest",
    "take_pmid",
    "take_serials",
    "take_url",
    "take_year",
]

# PubMed numbers; a spreadsheet may have made them decimal. Abstrackr writes 0 for none.
PMID = re.compile(r"(?:PMID:?\s*)?([1-9]\d{0,7})(?:\.0)?", re.IGNORECASE)


def joined(values: Iterable[str]) -> str | None:
    """Return values as one, separated by "; ", each once; None if there are none."""
    return "; ".join(dict.fromkeys(values)) or None


def take_doi(tags: Tags, own: Iterable[str], notes: Iterable[str]) -> str | None:
    """Return the DOI: from tags that hold nothing else, then from notes and addresses.

    A value that is the DOI is taken; a note that mentions it stays.
    """
    own = tuple(own)
    values = tags.peek(*own)
    found = next((doi for value in values if (doi := _leading_doi(value))), None)
    if found is None:
        found = next((doi for value in tags.peek(*notes) if (doi := find_doi(value))), None)
    if found is not None:
        for value in values:
            if "10." in value and normalise_doi(value) == found:
                tags.drop(value, *own)
    return found


def _leading_doi(value: str) -> str | None:
    """DOI of a value, or of its first word: Rayyan runs the next tag into it."""
    if "10." not in value:
        return None
    return normalise_doi(value) or normalise_doi(value.split(maxsplit=1)[0])


def take_year(tags: Tags, *names: str) -> tuple[int | None, str | None]:
    """Return the year, and the value that was not understood if no tag holds a year.

    A value that says more than the year, such as a full date, stays among the other tags.
    """
    values = tags.peek(*names)
    for value in values:
        year = find_year(value)
        if year is not None:
            for other in values:
                if is_just_a_year(other) and find_year(other) == year:
                    tags.drop(other, *names)
            return year, None
    return None, values[0] if values else None


def take_longest(tags: Tags, *names: str) -> str | None:
    """Return the longest of these tags' texts, each tag's values joined by line ends.

    The shorter ones stay among the other tags if they say something else.
    """
    texts = {name: "\n".join(found) for name in names if (found := tags.peek(name))}
    if not texts:
        return None
    best = max(texts, key=lambda name: len(texts[name]))
    taken = tags.peek(best)
    for value in taken:
        tags.drop(value, best)
    for name in names:
        for value in tags.peek(name):
            if value == texts[best] or value in taken:
                tags.drop(value, name)
    return texts[best]


def take_url(tags: Tags, *names: str) -> str | None:
    """Return the first web address; a value that holds more than it stays with the other tags."""
    for name in names:
        for value in tags.peek(name):
            address = value.split()[0]
            if "://" in address or address.lower().startswith("www."):
                address = address.rstrip(";")
                tags.drop(address, *names)
                return address
    return None


def pmid_from_urls(tags: Tags, *names: str) -> str | None:
    """Return the PubMed number of the first PubMed address."""
    found = (find_pmid_in_url(value) for value in tags.peek(*names))
    return next((pmid for pmid in found if pmid), None)


def take_pmid(tags: Tags, *names: str) -> str | None:
    """Return the PubMed number of the first of these tags that holds one and nothing else."""
    for name in names:
        for value in tags.peek(name):
            match = PMID.fullmatch(value)
            if match:
                tags.drop(value, name)
                return match[1]
    return None


def take_serials(tags: Tags, *names: str) -> str | None:
    """Return ISSNs and ISBNs; a value that holds a label beside them stays with the other tags."""
    numbers: list[str] = []
    for name in dict.fromkeys(names):
        for value in tags.peek(name):
            found = serial_numbers(value)
            numbers.extend(found)
            if found and "".join(found) == re.sub(r"[\s,;]", "", value):
                tags.drop(value, name)
    return joined(numbers)
